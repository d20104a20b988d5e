"""The same verbs from a shell: ``flask review …``."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from core.db import db, transaction
from credentials.catalogue.models import MicroCredential
from credentials.review import jobs, queries, services
from people import queries as people_queries


@click.group("review")
def review() -> None:
    """Reviewers, and the clock of reviews."""


@review.command("qualify")
@click.argument("email")
@click.argument("slug")
@with_appcontext
def qualify(email: str, slug: str) -> None:
    """Let the person with this EMAIL be asked to review the micro-credential SLUG."""
    person = people_queries.by_email(email)
    credential = db.session.scalar(select(MicroCredential).where(MicroCredential.slug == slug))
    if person is None:
        raise click.ClickException(f"Nobody has the e-mail address {email}.")
    if credential is None:
        raise click.ClickException(f"There is no micro-credential {slug}.")
    name = person.display_name
    with transaction():
        services.qualify(None, person, credential)
    click.echo(f"{name} may be asked to review {slug}.")


@review.command("assign-waiting")
@with_appcontext
def assign_waiting() -> None:
    """Ask again wherever reviewers are lacking."""
    offered = jobs.run_waiting()
    with transaction():
        left = len(queries.short_of_reviewers())
    click.echo(f"Offers made: {offered}. Still short of reviewers: {left}.")


@review.command("clock")
@with_appcontext
def clock() -> None:
    """Let offers lapse and reviews expire whose time is over, ask others, and send the reminders that are due."""
    closed, offered, reminded = jobs.run_clock(), jobs.run_waiting(), jobs.run_reminders()
    click.echo(f"Closed: {closed}. Offers made besides: {offered}. Reminders written: {reminded}.")


commands = [review]

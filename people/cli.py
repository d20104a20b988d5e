"""Accounts from a shell: the first administrator, a password, the HR roster."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from core import audit, clock
from core.db import db, transaction
from core.errors import RuleBroken
from people import queries, roster_rules
from people.models import Person
from people.rules import PASSWORD_MIN, Role
from people.services import account, roles, roster

people = AppGroup("people", help="Accounts: the first administrator, a password, the HR roster.")

_PASSWORD = click.option(
    "--password",
    prompt=f"Password (at least {PASSWORD_MIN} characters)",
    hide_input=True,
    confirmation_prompt=True,
    help="Better left out: it is asked for, so that it stands in no shell history.",
)


def _refused(error: RuleBroken) -> click.ClickException:
    return click.ClickException(error.sentence)


@people.command("add-admin")
@click.argument("email")
@click.option("--given-name", default="", help="For a new account; asked for if missing.")
@click.option("--family-name", default="", help="For a new account; asked for if missing.")
def add_admin(email: str, given_name: str, family_name: str) -> None:
    """Make EMAIL an administrator; the account and its password too, where there is none yet."""
    if "@" not in email:
        raise click.BadParameter("it must be an e-mail address.", param_hint="EMAIL")
    known = queries.by_email(email)
    if known is None:
        given_name = given_name or click.prompt("Given name")
        family_name = family_name or click.prompt("Family name")
    password = ""
    if known is None or known.password_hash is None:
        password = click.prompt(f"Password (at least {PASSWORD_MIN} characters)", hide_input=True, confirmation_prompt=True)
    try:
        with transaction():
            person = known
            if person is None:
                person = Person(email=email.strip(), given_name=given_name, family_name=family_name)
                db.session.add(person)
                db.session.flush()
                audit.record(None, "person.create", person, how="command")
            if password:
                account.set_password(None, person, password, "command")
            if not person.is_a(Role.ADMINISTRATOR):
                roles.grant(None, person, Role.ADMINISTRATOR, None, clock.today(), None)
            account.enable(None, person)
    except RuleBroken as error:
        raise _refused(error) from None
    click.echo(f"{person.display_name} <{person.email}> is an administrator.")


@people.command("set-password")
@click.argument("email")
@_PASSWORD
def set_password(email: str, password: str) -> None:
    """Give EMAIL a new password. Every session of the account ends, and a lock after wrong passwords with it."""
    person = queries.by_email(email)
    if person is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    try:
        with transaction():
            account.set_password(None, person, password, "command")
    except RuleBroken as error:
        raise _refused(error) from None
    click.echo(f"The password of {person.display_name} is set.")


@people.command(
    "import", epilog=f"Columns that must be there: {', '.join(roster_rules.REQUIRED)}. Others: {', '.join(roster_rules.COLUMNS[len(roster_rules.REQUIRED) :])}."
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def import_roster(file: Path, dry_run: bool) -> None:
    """Bring people up to date with the HR roster FILE (CSV in UTF-8): all of it, or nothing.

    The employee number says who a row is about. Columns that are not in the file, and people who are not, stay as they are.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException("The file is not in UTF-8. In Excel, save it as “CSV UTF-8 (Comma delimited)”.") from None
    lines, problems = roster_rules.read(text)
    with transaction():
        made = roster.plan(lines) if not problems else None
        problems = problems or (made.problems if made else [])
        if made is not None and not problems:
            new, changed = len(made.new), len(made.changed)
            if not dry_run:
                roster.apply(made)
    if problems or made is None:
        for problem in problems:
            click.echo(roster.sentence(problem), err=True)
        raise click.ClickException(f"Nothing was changed. To correct: {len(problems)}.")
    done = "Would be" if dry_run else "Done:"
    click.echo(
        f"{done} new {new}, changed {changed}, as they were {len(lines) - new - changed}, not in the file {made.absent}. New schools: {len(made.new_schools)}."
    )


commands = [people]

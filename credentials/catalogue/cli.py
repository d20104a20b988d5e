"""Micro-credentials from a shell: bring files in, take them out, look whether they are complete."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup

from core.db import transaction
from core.errors import BadInput, RuleBroken
from credentials.catalogue import queries, services
from credentials.catalogue.content import ContentProblems, parse
from credentials.catalogue.yaml_forms import from_yaml, to_yaml
from people.models import Person
from people.queries import by_email

catalogue = AppGroup("catalogue", help="Micro-credentials as YAML files.")


@catalogue.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Say what is wrong in the files (or folders of files) PATHS, each problem with its place. Ends with status 1 if there is any."""
    wrong = 0
    for path in files(paths):
        problems = problems_in(path)
        wrong += bool(problems)
        click.echo(f"{path}: complete" if not problems else f"{path}:")
        for problem in problems:
            click.echo(f"  {problem}")
    if wrong:
        raise click.exceptions.Exit(1)


@catalogue.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--author", required=True, help="E-mail address of who wrote them.")
@click.option("--approver", required=True, help="E-mail address of who checked them; somebody else.")
@click.option("--change-note", default="", help="What is new, for teachers; used where this makes a new version.")
def import_files(paths: tuple[Path, ...], author: str, approver: str, change_note: str) -> None:
    """Publish the files (or folders of files) PATHS: all of them, or none if one is not complete. What is published already stays."""
    writer, checker = person(author), person(approver)
    documents = []
    for path in files(paths):
        problems = problems_in(path)
        if problems:
            raise click.ClickException(f"{path} is not complete, so nothing was imported:\n" + "\n".join(f"  {problem}" for problem in problems))
        documents.append((path, from_yaml(path.read_text("utf-8"))))
    try:
        with transaction():
            versions = [(path, services.import_content(writer, checker, document, change_note)) for path, document in documents]
            lines = [f"{path}: {version.micro_credential.slug}, version {version.number}" for path, version in versions]
    except RuleBroken as refusal:
        raise click.ClickException(refusal.sentence) from None
    click.echo("\n".join(lines))


@catalogue.command("export")
@click.argument("slug")
@click.option("--version", "number", type=int, help="Which published version; the present one without it.")
def export(slug: str, number: int | None) -> None:
    """Print a published micro-credential as YAML."""
    micro_credential = queries.on_show(slug, None)
    if micro_credential is None:
        raise click.ClickException(f"There is no published micro-credential “{slug}”.")
    version = queries.published_version(micro_credential, number) if number is not None else micro_credential.current_version
    if version is None:
        raise click.ClickException(f"“{slug}” has no published version {number}.")
    click.echo(to_yaml(version.content), nl=False)


def files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and the YAML files in the folders named, in the order of their names."""
    found: list[Path] = []
    for path in paths:
        found += sorted([*path.glob("*.yaml"), *path.glob("*.yml")]) if path.is_dir() else [path]
    if not found:
        raise click.ClickException("There is no YAML file there.")
    return found


def problems_in(path: Path) -> list[str]:
    """What is wrong in a file, each problem with its place."""
    try:
        parse(from_yaml(path.read_text("utf-8")))
    except UnicodeDecodeError:
        return ["This is not a text in UTF-8."]
    except BadInput as problem:
        return [problem.sentence]
    except ContentProblems as found:
        return [str(problem) for problem in found.problems]
    return []


def person(email: str) -> Person:
    """Who has this address."""
    found = by_email(email)
    if found is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    return found


commands = [catalogue]

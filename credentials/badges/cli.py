"""Badges from a shell: verify a file, begin a new key."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from core import clock
from core.db import transaction
from credentials.badges import resolvers, services
from credentials.badges.award_facts import issuer_did
from credentials.badges.baking import LARGEST_FILE
from credentials.badges.services.issuer_keys import KINDS
from credentials.badges.verify import is_valid, verify

badges = AppGroup("badges", help="Open Badges: verify files, rotate keys.")

_SIGNS = {True: "yes", False: "NO", None: "unknown"}


@badges.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
@click.option(
    "--resolve",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with the issuer's did.json and status lists, instead of what this installation publishes. Nothing is ever fetched.",
)
def verify_file(file: Path, as_json: bool, resolve: Path | None) -> None:
    """Check a badge: JSON, JWT, or a baked PNG or SVG.

    One line a check. The command ends with 0 if the badge is valid, with 1 if something about it is wrong, and with 2 if it could
    not be decided.
    """
    if file.stat().st_size > LARGEST_FILE:
        raise click.ClickException(f"{file} is larger than {LARGEST_FILE // 2**20} MiB: no badge is.")
    checks = verify(file.read_bytes(), resolvers.folder(resolve) if resolve else resolvers.Ours(), now=clock.now())
    valid = is_valid(checks)
    wrong = any(check.ok is False for check in checks)
    if as_json:
        click.echo(json.dumps({"valid": valid, "checks": [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in checks]}, ensure_ascii=False, indent=2))
    else:
        for check in checks:
            click.echo(f"{_SIGNS[check.ok]:8}{check.name:9}{check.detail}")
        click.echo("valid" if valid else "not valid" if wrong else "cannot be decided here: unknown is not valid")
    raise SystemExit(0 if valid else 1 if wrong else 2)


@badges.command("rotate-key")
@click.option("--kind", type=click.Choice(sorted(KINDS)), required=True, help="Which key: ed25519 signs the JSON form and the status lists, rsa the JWT form.")
def rotate_key(kind: str) -> None:
    """Begin a new key. Badges signed with the old one stay valid: it stays in the DID document."""
    with transaction():
        key = services.rotate(None, kind)
        fragment = key.fragment
    click.echo(f"New {kind} key: {issuer_did()}#{fragment}")


commands = [badges]

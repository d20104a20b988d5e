"""Commands of the ledger: prove it, and bring in funds and policies."""

from __future__ import annotations

from pathlib import Path

import click
import yaml
from flask.cli import AppGroup

from core.db import transaction
from core.errors import RuleBroken
from core.i18n import money
from ledger import check_queries, policy_services
from ledger.document_rules import BadDocument, MoneyDocument, parse_file

ledger = AppGroup("ledger", help="Money: prove the ledger, bring in policies.")
policy = AppGroup("policy", help="Funds and policies as data.")
ledger.add_command(policy)

#: The demonstration district's funds and policies, shipped with the program.
DEMO = Path(__file__).parent / "policies" / "demo.yaml"


def read(path: Path) -> MoneyDocument:
    """The funds and policies of a YAML file. Raises :class:`ledger.document_rules.BadDocument`, also where it is not YAML at all."""
    try:
        return parse_file(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadDocument([f"The file is not YAML: {error}"]) from None


@policy.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_policies(file: Path) -> None:
    """Bring funds and policies to what FILE (YAML) says. Running it twice changes nothing the second time."""
    try:
        document = read(file)
        with transaction():
            changes = policy_services.take_in(document)
    except BadDocument as bad:
        raise click.ClickException(f"{file} cannot be used; nothing was changed.\n" + "\n".join(f"  {problem}" for problem in bad.problems)) from None
    except RuleBroken as refused:
        raise click.ClickException(f"Nothing was changed. {refused.sentence}") from None
    click.echo("\n".join(changes.said) or "Everything is as the file says already.")


@ledger.command("verify")
@click.option("--most", default=10, show_default=True, help="Faults to print for each check.")
def verify(most: int) -> None:
    """Recompute the whole ledger from its legs. Ends with 1 when anything does not hold."""
    proof = check_queries.prove()
    click.echo(f"Ledger up to entry {proof.last_sequence}: {money(proof.accrued_cents) or '$0'} accrued, net of reversals.")
    for finding in proof.findings:
        click.echo(f"{'ok   ' if not finding.faults else 'FAULT'}  {finding.name}: {finding.right}")
        for fault in finding.faults[:most]:
            click.echo(f"         {fault}")
        if len(finding.faults) > most:
            click.echo(f"         … and {len(finding.faults) - most} more")
    if not proof.holds:
        raise click.exceptions.Exit(1)
    click.echo("Everything holds.")


commands = [ledger]

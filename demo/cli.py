"""``flask --app app demo``: an invented district of the size you like, the same for the same seed and day."""

from __future__ import annotations

import datetime as dt
import sys
import time

import click
from flask.cli import with_appcontext

from core import clock
from core.db import transaction
from demo import district


@click.command("demo")
@click.option(
    "--size", type=click.Choice(list(district.SIZES)), default="small", show_default=True, help="3 schools and 60 staff; 40 and 3,000; 400 and 50,000."
)
@click.option("--seed", default=1, show_default=True, help="The same seed draws the same district.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day the year ends on; today by default.")
@with_appcontext
def demo(size: str, seed: int, until: dt.datetime | None) -> None:
    """Load an invented district with a plausible year into an empty database: all of it or nothing."""
    from demo import load  # noqa: PLC0415 - the server lists this command but has no use for the picture and PDF libraries behind it.

    moment = until.replace(hour=12, tzinfo=dt.UTC) if until else clock.now()
    began = time.monotonic()
    try:
        with transaction():
            counts = load.load(size, seed, moment, Bar())
    except load.NotEmpty as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"\r{' ' * 78}\rAn invented district ({size}, seed {seed}) in {time.monotonic() - began:.1f} s:")
    for table, count in counts.items():
        click.echo(f"  {table:<22}{count:>12,}")
    click.echo(f"Everybody's password is: {load.PASSWORD}")


class Bar:
    """A line that says how far it is, drawn anew at most ten times a second; silent where nobody watches."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or (done < of and now - self._last < 0.1):
            return
        self._last = now
        filled = 40 * done // max(of, 1)
        sys.stderr.write(f"\r{what:<20}[{'#' * filled}{'.' * (40 - filled)}] {done:,} of {of:,}   ")
        sys.stderr.flush()


commands = [demo]

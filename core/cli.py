"""Commands of the ground floor: serve, work, settings, migrations on start."""

from __future__ import annotations

import asyncio

import click
from flask import current_app
from flask.cli import with_appcontext

from core import config, jobs
from core.access import sign_of


@click.command("worker")
@click.option("--concurrency", default=1, show_default=True, help="Jobs at once in this process.")
@click.option("--once", is_flag=True, help="Run what is due and stop.")
@with_appcontext
def worker(concurrency: int, once: bool) -> None:
    """Run jobs: mail, badges, certificates, imports. Stop with SIGTERM; a job under way is finished first."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    async def work() -> None:
        with jobs.worker_app(app) as ready:
            async with ready.open_async() as queue:
                await queue.run_worker_async(concurrency=concurrency, wait=not once, install_signal_handlers=True, delete_jobs="never")

    asyncio.run(work())


@click.command("settings")
@click.option("--markdown", is_flag=True, help="The table of docs/settings.md.")
@with_appcontext
def settings(markdown: bool) -> None:
    """Print the settings: what is in force, or the table for the docs."""
    if markdown:
        click.echo(config.markdown_table(), nl=False)
        return
    for name, value in vars(current_app.config["LAUREL"]).items():
        hidden = value and any(word in name for word in ("secret", "password", "token"))
        click.echo(f"{config.variable(name)}={'(set)' if hidden else value}")


@click.command("routes-access")
@with_appcontext
def routes_access() -> None:
    """List every address with the sign at its door."""
    for rule in sorted(current_app.url_map.iter_rules(), key=str):
        sign = sign_of(current_app.view_functions[rule.endpoint])
        door = "no sign" if sign is None else "public" if sign.is_public else sign.predicate.__qualname__  # type: ignore[union-attr]
        click.echo(f"{rule!s:60} {','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'})):12} {door}")


commands = [worker, settings, routes_access]

"""Later work, saved in the same transaction as the fact that asks for it.

procrastinate keeps its queue in our PostgreSQL. :func:`later` puts a job on the session's own connection, so a fact and its
consequences are saved together or not at all. A handler takes ids, opens its own ``transaction()`` and is safe to run twice.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import procrastinate
import structlog
from flask import Flask, current_app, has_app_context
from procrastinate import RetryStrategy
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from core import clock
from core.db import db, transaction
from core.postgres import plain_url

log = structlog.get_logger()

#: Tasks are registered here when a room's jobs module is imported; the connector is put in by :func:`worker_app`.
queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

#: How long a job that is done stays in the queue's table.
KEEP_DONE = dt.timedelta(days=14)

_manager = procrastinate.manager.JobManager(procrastinate.SyncPsycopgConnector())
_flask: list[Flask] = []
Handler = TypeVar("Handler", bound=Callable[..., None])


def job(name: str, *, retries: int = 5, lock: str | None = None, cron: str | None = None) -> Callable[[Handler], procrastinate.tasks.Task]:
    """Declare a handler.

    ``name`` is stable (it stands in the queue); ``retries`` counts further attempts, each waiting twice as long as the one
    before, from 10 seconds on; ``lock`` keeps two jobs of that name from running at once; ``cron`` runs it on a schedule.
    """

    def declare(handler: Handler) -> procrastinate.tasks.Task:
        @functools.wraps(handler)
        def run(**arguments: Any) -> None:
            arguments.pop("timestamp", None)
            # In the application that is at work here, if there is one; in a worker, which has none, in the one that was bound.
            app = current_app._get_current_object() if has_app_context() else _flask[-1]  # type: ignore[attr-defined]
            with app.app_context():
                structlog.contextvars.bind_contextvars(job=name)
                try:
                    handler(**arguments)
                finally:
                    structlog.contextvars.unbind_contextvars("job")
                    db.session.remove()

        run.__signature__ = None  # type: ignore[attr-defined]
        del run.__wrapped__  # type: ignore[attr-defined]
        task = queue.task(name=name, retry=RetryStrategy(max_attempts=retries, exponential_wait=10), lock=lock)(run)
        if cron:
            queue.periodic(cron=cron)(task)  # type: ignore[arg-type]  # run() takes the timestamp like any argument, and drops it.
        return task

    return declare


def later(task: procrastinate.tasks.Task, *, at: dt.datetime | None = None, **arguments: Any) -> int:
    """Put a job on the queue inside the present transaction; returns its number. ``at`` (aware) holds it back."""
    connection = db.session.connection().connection.driver_connection
    deferrer = task.configure(connection=connection, schedule_at=at)
    # Also inside the worker, whose own connector is asynchronous: a job is put on the queue over the session's connection only.
    deferrer.job_manager = _manager
    return deferrer.defer(**arguments)


def bind(app: Flask) -> None:
    """Let handlers run inside this application."""
    _flask.append(app)


@contextmanager
def worker_app(app: Flask) -> Iterator[procrastinate.App]:
    """The queue with a connector for the worker process, while the block lasts."""
    bind(app)
    connector = procrastinate.PsycopgConnector(conninfo=plain_url(app.config["SQLALCHEMY_DATABASE_URI"]), min_size=1, max_size=3)
    with queue.replace_connector(connector) as ready:
        yield ready


def run_due(limit: int = 500) -> int:
    """Run the jobs that are due, here and now, on the caller's connection, oldest first; returns how many ran.

    For tests and commands, which have no worker beside them. A job that fails raises.
    """
    ran = 0
    while ran < limit:
        row = db.session.execute(
            text(
                "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo'"
                " AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id LIMIT 1"
            )
        ).first()
        if row is None:
            return ran
        # Not finished through procrastinate, whose worker owns its own connections: this row is ours alone here.
        db.session.execute(text("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = :id"), {"id": row.id})
        db.session.commit()
        task = queue.tasks[row.task_name]
        bind(current_app._get_current_object())  # type: ignore[attr-defined]
        outcome = "failed"
        try:
            task.func(**row.args)
            outcome = "succeeded"
        finally:
            _flask.pop()
            done = text("UPDATE procrastinate_jobs SET status = CAST(:outcome AS procrastinate_job_status) WHERE id = :id")
            db.session.execute(done, {"id": row.id, "outcome": outcome})
            db.session.commit()
        ran += 1
    return ran


@job("core.jobs.sweep", cron="7 3 * * *", lock="core.jobs.sweep")
def sweep() -> None:
    """Delete jobs that were done two weeks ago. Those that failed stay, for somebody to look at."""
    with transaction():
        db.session.execute(
            text(
                "DELETE FROM procrastinate_jobs WHERE status = 'succeeded' AND id IN"
                " (SELECT job_id FROM procrastinate_events WHERE type = 'succeeded' AND at < :before)"
            ),
            {"before": clock.now() - KEEP_DONE},
        )


def schema_sql() -> str:
    """The queue's own tables, for the first migration."""
    return SchemaManager.get_schema()

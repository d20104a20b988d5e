"""Later work, saved in the same transaction as the fact that asks for it.

procrastinate keeps its queue in our PostgreSQL. :func:`later` puts a job on the session's own connection, so a fact and its
consequences are saved together or not at all. A handler takes ids, opens its own ``transaction()`` and is safe to run twice.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, TypeVar

import procrastinate
import structlog
from flask import Flask, current_app
from procrastinate import RetryStrategy
from procrastinate.schema import SchemaManager
from sqlalchemy import text

from core.db import db
from core.postgres import plain_url

log = structlog.get_logger()

#: Tasks are registered here when a room's jobs module is imported; the connector is put in by :func:`worker_app`.
queue = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())

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
            with _flask[-1].app_context():
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
            task = queue.periodic(cron=cron)(task)
        return task

    return declare


def later(task: procrastinate.tasks.Task, *, at: dt.datetime | None = None, **arguments: Any) -> int:
    """Put a job on the queue inside the present transaction; returns its number. ``at`` (aware) holds it back."""
    connection = db.session.connection().connection.driver_connection
    return task.configure(connection=connection, schedule_at=at).defer(**arguments)


def bind(app: Flask) -> None:
    """Let handlers run inside this application."""
    _flask.append(app)


def worker_app(app: Flask) -> procrastinate.App:
    """The queue with an open connector, for the worker process."""
    bind(app)
    connector = procrastinate.PsycopgConnector(conninfo=plain_url(app.config["SQLALCHEMY_DATABASE_URI"]), min_size=1, max_size=3)
    return queue.with_connector(connector)


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
        try:
            task.func(**row.args)
        finally:
            _flask.pop()
        db.session.execute(text("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = :id"), {"id": row.id})
        db.session.commit()
        ran += 1
    return ran


def schema_sql() -> str:
    """The queue's own tables, for the first migration."""
    return SchemaManager.get_schema()

"""Alembic's environment: the application's engine and models, the queue's own tables left alone."""

from __future__ import annotations

from alembic import context
from flask import current_app

from core.db import db

target_metadata = db.metadata


def include_object(item, name, kind, reflected, compare_to):  # type: ignore[no-untyped-def]
    """procrastinate keeps its own schema and migrations."""
    return not (kind == "table" and str(name).startswith("procrastinate_"))


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    with current_app.extensions["migrate"].db.engine.connect() as connection:
        _migrate(connection)
        connection.commit()


def _migrate(connection) -> None:  # type: ignore[no-untyped-def]
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        include_object=include_object,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        # Two processes may start on one database at once; the second waits and finds the work done.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('laurel.migrate'))")
        context.run_migrations()


run()

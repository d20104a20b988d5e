"""The models and the migrations say the same, and the migrations run on data."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from app import create_app
from core.db import db
from tests.conftest import settings_for


def _app(url: str, folder: Path):  # type: ignore[no-untyped-def]
    return create_app(settings_for(url, folder))


@pytest.mark.processes
def test_models_match_migrations(own_database: str, tmp_path: Path) -> None:
    app = _app(own_database, tmp_path)
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": lambda o, name, kind, *rest: not str(name).startswith("procrastinate_")}
        )
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.processes
def test_migrations_run_down_and_up_again_on_data(own_database: str, tmp_path: Path) -> None:
    app = _app(own_database, tmp_path)
    with app.app_context():
        db.session.execute(text("INSERT INTO school (code, name, kind) VALUES ('S1', 'Invented', 'school')"))
        db.session.commit()
        flask_migrate.downgrade(revision="0002")
        assert db.session.scalar(text("SELECT count(*) FROM school")) == 1
        db.session.commit()
        flask_migrate.upgrade()
        assert db.session.scalar(text("SELECT count(*) FROM pg_trigger WHERE tgname = 'entry_append_only'")) == 1
        db.session.commit()
        flask_migrate.downgrade(revision="base")
        left = set(db.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
        db.session.commit()
        assert left == {"alembic_version"}
        flask_migrate.upgrade()
        db.engine.dispose()


def test_there_is_one_head(app) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config("migrations")
        heads = command.ScriptDirectory.from_config(config).get_heads()
    assert len(heads) == 1

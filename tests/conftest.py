"""What every test stands on: one PostgreSQL for the run, a migrated template, a database a worker, a transaction a test."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import flask_migrate
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from sqlalchemy import event

from app import create_app
from core import config, postgres
from core.db import db
from people.models import Person
from tools import texts

texts.compile_()

ROOT = Path(__file__).resolve().parent.parent


def _server() -> str:
    given = os.environ.get("DATABASE_URL")
    return given or postgres.start(Path(os.environ.get("LAUREL_DATA_DIR", ROOT / "instance")))


def _drop(server: str, name: str) -> None:
    with psycopg.connect(postgres.plain_url(server), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def settings_for(url: str, folder: Path, **more: object) -> config.Settings:
    """Settings of a test: everything in a folder of its own."""
    secret, address = "for tests only, never elsewhere", "http://laurel.example"
    return config.load({}, database_url=url, data_dir=str(folder), secret_key=secret, log_level="CRITICAL", base_url=address, **more)


@pytest.fixture(scope="session")
def server() -> str:
    """The address of the PostgreSQL server of this run."""
    return _server()


@pytest.fixture(scope="session")
def template(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated, empty database to copy: migrated once a worker process."""
    name = f"test_template_{os.getpid()}"
    url = postgres.ensure_database(server, name)
    app = create_app(settings_for(url, tmp_path_factory.mktemp("template")))
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()
    yield name
    _drop(server, name)


@pytest.fixture(scope="session")
def _worker_app(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    name = f"test_{os.getpid()}"
    url = postgres.ensure_database(server, name, template)
    app = create_app(settings_for(url, tmp_path_factory.mktemp("data")))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    app.test_client_class = Visitor
    yield app
    with app.app_context():
        db.engine.dispose()
    _drop(server, name)


@pytest.fixture
def app(_worker_app: Flask) -> Iterator[Flask]:
    """The application, inside a transaction that is undone when the test ends. Code under test commits as it always does."""
    app = _worker_app
    with app.app_context():
        engines = db.engines
        engine = engines[None]
        connection = engine.connect()
        outer = connection.begin()
        engines[None] = connection
    yield app
    with app.app_context():
        db.session.remove()
        engines[None] = engine
    outer.rollback()
    connection.close()


@pytest.fixture
def rows(app: Flask) -> Iterator[None]:
    """An application context for tests that work on rows without a browser. Never hold it around the test client."""
    with app.app_context():
        yield


class Visitor(FlaskClient):
    """A test client that can sign somebody in and reads answers as people do."""

    def sign_in(self, person: object) -> Visitor:
        """Be ``person`` (a row or its id) from now on."""
        with self.application.app_context():
            key = db.session.get(Person, getattr(person, "id", person)).get_id()  # type: ignore[union-attr]
        with self.session_transaction() as session:
            session["_user_id"] = key
            session["_fresh"] = True
        return self


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who is not signed in."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def as_(app: Flask) -> Callable[[object], Visitor]:
    """``as_(person)`` is a client signed in as that person; each call a browser of its own."""

    def browser(person: object) -> Visitor:
        return app.test_client().sign_in(person)  # type: ignore[attr-defined]

    return browser


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The SQL statements run since the start of the test (savepoints left out); clear it, act, count."""
    seen: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        if not re.match(r"(SAVEPOINT|RELEASE|ROLLBACK)", statement):
            seen.append(statement)

    with app.app_context():
        connection = db.engines[None]
    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def own_database(server: str, template: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test's own, for attacks by several processes; really committed, dropped afterwards."""
    name = f"test_{os.getpid()}_{os.urandom(4).hex()}"
    yield postgres.ensure_database(server, name, template)
    _drop(server, name)

"""People with accounts, saved, so that a browser can find them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from core.db import db, transaction
from people import passwords
from people.limits import limiter
from people.models import Person
from people.rules import Role
from tests.factories import people as factory

PASSWORD = "seven tortoises at noon"


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of :data:`PASSWORD`, made once, because making it is meant to be slow."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def save(app: Flask) -> Callable[..., Any]:
    """``save(make, …)`` calls a factory in a transaction of its own and answers the id of the row (or what is not a row)."""

    def saved(make: Callable[..., Any], *given: Any, **more: Any) -> Any:
        with app.app_context(), transaction():
            made = make(*given, **more)
            return getattr(made, "id", made)

    return saved


@pytest.fixture
def account(save: Callable[..., Any], password_hash: str) -> Callable[..., int]:
    """``account(*roles, email=…)`` is the id of somebody who signs in with :data:`PASSWORD`."""

    def make(*roles: Role, **given: Any) -> int:
        return save(factory.person, *(roles or (Role.TEACHER,)), **{"password_hash": password_hash, **given})

    return make


@pytest.fixture
def row(app: Flask) -> Callable[..., Any]:
    """``row(Model, id, "name")`` reads one value as it is in the database now."""

    def read(model: type, key: Any, name: str) -> Any:
        with app.app_context():
            found = db.session.get(model, key)
            return getattr(found, name) if found is not None else None

    return read


@pytest.fixture
def limited(app: Flask) -> Iterator[None]:
    """Limits by address are on, and begin at zero."""
    app.config["RATELIMIT_ENABLED"] = True
    with app.app_context():
        limiter.reset()
    yield
    with app.app_context():
        limiter.reset()
    app.config["RATELIMIT_ENABLED"] = False


@pytest.fixture
def with_settings(app: Flask) -> Iterator[Callable[..., None]]:
    """``with_settings(demo=True)`` changes settings for one test."""
    before = app.config["LAUREL"]
    yield lambda **changes: app.config.update(LAUREL=dataclasses.replace(before, **changes))
    app.config["LAUREL"] = before


@contextmanager
def csrf_on(app: Flask) -> Iterator[None]:
    """Forms need their token, as in real life."""
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        yield
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


def signed_in_as(client: Any) -> int | None:
    """Whose profile a browser sees: the id, or None when it is sent to the sign-in page."""
    answer = client.get("/profile")
    if answer.status_code == 302:
        return None
    with client.application.app_context():
        for person in db.session.query(Person):
            if f'<p class="lead">{person.email}</p>' in answer.text:
                return int(person.id)
    raise AssertionError(answer.text)


def try_password(client: Any, email: str, password: str = PASSWORD, **more: Any) -> Any:
    """Send the sign-in form."""
    return client.post("/sign-in", data={"email": email, "password": password, **more})

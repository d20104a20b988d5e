"""A new installation has a first administrator, made from a shell."""

from __future__ import annotations

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from core.audit import AuditEvent
from core.db import db
from people.models import Person, SignInGuard
from people.rules import GUESSES, Role
from people.services import sign_in
from tests.people.conftest import signed_in_as, try_password
from tests.people.test_reset import NEW


@pytest.fixture
def run(app: Flask):  # type: ignore[no-untyped-def]
    """``run("add-admin", "x@y.org", type_in="…")`` runs a command and types at its questions."""

    def command(*args: str, type_in: str = "") -> Result:
        return app.test_cli_runner().invoke(args=["people", *args], input=type_in)

    return command


def test_the_first_administrator_is_made_with_a_password_that_is_asked_for(app: Flask, run, visitor) -> None:
    result = run("add-admin", "boss@school.org", type_in=f"Ana\nMoreno\n{NEW}\n{NEW}\n")
    assert result.exit_code == 0, result.output
    assert result.output.endswith("Ana Moreno <boss@school.org> is an administrator.\n")
    assert NEW not in result.output
    try_password(visitor, "boss@school.org", NEW)
    assert visitor.get("/people").status_code == 200
    with app.app_context():
        assert [(e.verb, e.actor_id) for e in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))] == [
            ("person.create", None),
            ("person.set_password", None),
            ("person.grant_role", None),
            ("person.sign_in", signed_in_as(visitor)),
        ]


def test_somebody_known_keeps_her_name_and_password(run, account, visitor, row) -> None:
    ana = account(email="ana@laurel.example", given_name="Ana")
    assert run("add-admin", "ANA@laurel.example").exit_code == 0
    try_password(visitor, "ana@laurel.example")
    assert signed_in_as(visitor) == ana
    assert visitor.get("/people").status_code == 200
    assert row(Person, ana, "given_name") == "Ana"


def test_somebody_known_without_a_password_is_asked_for_one(run, account, visitor) -> None:
    account(email="ana@laurel.example", password_hash=None)
    assert run("add-admin", "ana@laurel.example", type_in=f"{NEW}\n{NEW}\n").exit_code == 0
    assert try_password(visitor, "ana@laurel.example", NEW).status_code == 302


def test_an_administrator_made_twice_is_one(app: Flask, run, account) -> None:
    boss = account(Role.ADMINISTRATOR, email="boss@laurel.example")
    assert run("add-admin", "boss@laurel.example").exit_code == 0
    with app.app_context():
        assert len(db.session.get_one(Person, boss).role_grants) == 1


def test_a_closed_account_is_opened_by_it(run, account, row) -> None:
    boss = account(Role.ADMINISTRATOR, email="boss@laurel.example", enabled=False)
    run("add-admin", "boss@laurel.example")
    assert row(Person, boss, "enabled") is True


def test_a_weak_password_leaves_nothing_behind(app: Flask, run) -> None:
    result = run("add-admin", "boss@school.org", "--given-name", "Ana", "--family-name", "Moreno", type_in="Password1234\nPassword1234\n")
    assert result.exit_code == 1
    assert "Error: This is among the first that a stranger would try" in result.output
    with app.app_context():
        assert db.session.scalars(select(Person)).all() == []


def test_what_is_no_address_is_refused(run) -> None:
    result = run("add-admin", "boss")
    assert result.exit_code == 2
    assert "e-mail address" in result.output


def test_a_password_is_set_and_opens_a_locked_account(app: Flask, run, account, visitor, as_) -> None:
    ana = account(email="ana@laurel.example")
    phone = as_(ana)
    for _ in range(GUESSES):
        try_password(visitor, "ana@laurel.example", "wrong")
    result = run("set-password", "ana@laurel.example", type_in=f"{NEW}\n{NEW}\n")
    assert result.exit_code == 0, result.output
    assert signed_in_as(phone) is None
    assert try_password(visitor, "ana@laurel.example", NEW).status_code == 302
    with app.app_context():
        assert db.session.get(SignInGuard, sign_in.guard_key("ana@laurel.example")) is None
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "person.set_password")).one()
        assert (event.actor_id, event.facts) == (None, {"how": "command"})


def test_two_different_passwords_are_asked_for_again(run, account, visitor) -> None:
    account(email="ana@laurel.example")
    assert run("set-password", "ana@laurel.example", type_in=f"{NEW}\nother\n{NEW}\n{NEW}\n").exit_code == 0
    assert try_password(visitor, "ana@laurel.example", NEW).status_code == 302


def test_a_weak_password_is_not_set(run, account, visitor) -> None:
    account(email="ana@laurel.example")
    result = run("set-password", "ana@laurel.example", "--password", "short")
    assert result.exit_code == 1
    assert "Take at least 12 characters" in result.output
    assert try_password(visitor, "ana@laurel.example").status_code == 302


def test_nobody_is_said_to_be_nobody(run) -> None:
    result = run("set-password", "nobody@laurel.example", "--password", NEW)
    assert result.exit_code == 1
    assert "Nobody has the address nobody@laurel.example." in result.output

"""One's own profile: facts, language, password, sessions."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import select

from core.audit import AuditEvent
from core.db import db
from people.models import Person
from people.rules import Role
from tests.factories import people as factory
from tests.people.conftest import PASSWORD, signed_in_as, try_password
from tests.people.test_reset import NEW, mails
from tests.people.test_sign_in import words_of


def test_the_profile_shows_what_the_district_knows_and_whom_to_ask(app: Flask, save, account, as_) -> None:
    school = save(factory.school, name="Cottonwood Elementary")
    ana = account(
        Role.TEACHER,
        given_name="Ana",
        family_name="Moreno",
        school_id=school,
        employee_number="000042",
        bargaining_unit="Teachers",
        fte=0.8,
        hire_date=dt.date(2019, 8, 1),
    )
    page = words_of(as_(ana).get("/profile"))
    for fact in ("Ana Moreno", "000042", "Teachers", "0.8", "Aug 1, 2019", "Exempt (salaried)", "Teacher · whole district"):
        assert fact in page
    assert "ask human resources to correct it" in page


def test_nobody_can_change_her_own_facts(account, as_, row) -> None:
    ana = account(employee_number="000042")
    as_(ana).post("/profile", data={"employee_number": "1"})
    assert row(Person, ana, "employee_number") == "000042"
    assert as_(ana).post("/profile").status_code == 405


def test_the_profile_needs_somebody(visitor) -> None:
    assert visitor.get("/profile").location.startswith("/sign-in?next=")
    for path in ("/profile/password", "/profile/sign-out-everywhere", "/profile/tokens", "/profile/tokens/1/revoke"):
        assert visitor.post(path).location.startswith("/sign-in")


def test_the_language_is_saved_with_the_person(app: Flask, account, as_, row) -> None:
    ana = account()
    client = as_(ana)
    assert client.post("/language", data={"lang": "es", "next": "/profile"}).location == "/profile"
    assert row(Person, ana, "locale") == "es"
    assert '<html lang="es"' in client.get("/profile").text
    with app.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
        assert (event.verb, event.facts) == ("person.choose_language", {"before": None, "now": "es"})


def test_the_same_language_again_is_no_event(app: Flask, account, as_) -> None:
    client = as_(account(locale="es"))
    client.post("/language", data={"lang": "es"})
    with app.app_context():
        assert db.session.scalars(select(AuditEvent)).all() == []


def test_without_an_account_the_language_is_kept_in_the_browser(app: Flask, visitor) -> None:
    assert '<html lang="en"' in visitor.get("/sign-in").text
    visitor.post("/language", data={"lang": "es"})
    assert '<html lang="es"' in visitor.get("/sign-in").text
    assert '<html lang="en"' in app.test_client().get("/sign-in").text


def test_the_persons_choice_goes_before_the_browsers(account, as_) -> None:
    client = as_(account(locale="en"))
    with client.session_transaction() as session:
        session["locale"] = "es"
    assert '<html lang="en"' in client.get("/profile").text


@pytest.mark.parametrize("lang", ["", "de", "en-US", "../es"])
def test_a_language_there_is_not_is_refused(visitor, lang: str) -> None:
    assert visitor.post("/language", data={"lang": lang}).status_code == 400


def test_choosing_a_language_is_a_post(visitor) -> None:
    assert visitor.get("/language?lang=es").status_code == 405


def test_after_choosing_a_language_one_stays_on_our_pages(visitor) -> None:
    assert visitor.post("/language", data={"lang": "es", "next": "https://evil.example"}).location == "/"


def test_choosing_a_language_on_a_form_that_came_back_leads_to_the_page_it_stood_on(account, as_) -> None:
    client = as_(account())
    page = client.post("/profile/password", data={"current": "x"}, headers={"Referer": "http://localhost/profile"})
    assert page.status_code == 422
    there = re.search(r'name="next" value="([^"]*)"><button class="tool lang"', page.text)
    assert there
    assert client.post("/language", data={"lang": "es", "next": there[1]}).location == "/profile"


def change(client, current: str = PASSWORD, password: str = NEW, again: str | None = None):  # type: ignore[no-untyped-def]
    return client.post("/profile/password", data={"current": current, "password": password, "again": password if again is None else again})


def test_a_password_is_changed_with_the_present_one(app: Flask, account, as_) -> None:
    ana = account(email="ana@laurel.example")
    client, phone = as_(ana), as_(ana)
    assert change(client).location == "/profile"
    assert signed_in_as(client) == ana, "here one stays signed in"
    assert signed_in_as(phone) is None, "everywhere else one is signed out"
    assert try_password(app.test_client(), "ana@laurel.example").status_code == 422
    assert try_password(app.test_client(), "ana@laurel.example", NEW).status_code == 302
    assert [m.person_id for m in mails(app, "people.password_changed")] == [ana]


@pytest.mark.parametrize(
    ("current", "password", "again", "sentence"),
    [
        ("wrong", NEW, None, "This is not your present password."),
        ("", NEW, None, "Type your present password."),
        (PASSWORD, "short", None, "Take at least 12 characters"),
        (PASSWORD, NEW, "other", "The two are not the same."),
        (PASSWORD, "", None, "Type a new password."),
    ],
)
def test_a_change_that_will_not_do_changes_nothing(
    account, as_, row, password_hash: str, current: str, password: str, again: str | None, sentence: str
) -> None:
    ana = account()
    answer = change(as_(ana), current, password, again)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert row(Person, ana, "password_hash") == password_hash
    assert row(Person, ana, "session_version") == 1
    assert NEW not in answer.text


def test_sign_out_everywhere_is_in_the_history(app: Flask, account, as_) -> None:
    ana = account()
    assert as_(ana).post("/profile/sign-out-everywhere").location == "/sign-in"
    with app.app_context():
        assert [(e.verb, e.actor_id) for e in db.session.scalars(select(AuditEvent))] == [("person.sign_out_everywhere", ana)]


def test_the_profile_costs_the_same_statements_with_one_token_and_with_three(save, account, as_, statements) -> None:
    def several(person_id: int, count: int) -> None:
        for _ in range(count):
            factory.api_token(db.session.get_one(Person, person_id))

    costs = []
    for count in (1, 3):
        ana = account()
        save(several, ana, count)
        client = as_(ana)
        client.get("/profile")
        statements.clear()
        assert client.get("/profile").text.count("/revoke") == count
        costs.append(len(statements))
    assert costs[0] == costs[1]

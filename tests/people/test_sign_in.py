"""Signing in: with the right password and no other, without telling a stranger who works here."""

from __future__ import annotations

import datetime as dt
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.audit import AuditEvent
from core.db import db
from people import passwords
from people.limits import WRONG_TRIES
from people.models import Person
from people.rules import Role
from tests.people.conftest import PASSWORD, csrf_on, signed_in_as, try_password

NOW = dt.datetime(2026, 11, 24, 15, 0, tzinfo=dt.UTC)


def words_of(answer) -> str:  # type: ignore[no-untyped-def]
    """What the page says in its main part, without the form's own values."""
    main = re.sub(r'value="[^"]*"', "", answer.text.partition("<main")[2].partition("</main>")[0])
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_the_right_password_opens_the_home_page(account, visitor) -> None:
    ana = account(email="ana@laurel.example")
    answer = try_password(visitor, "ana@laurel.example")
    assert (answer.status_code, answer.location) == (302, "/")
    assert signed_in_as(visitor) == ana


@pytest.mark.parametrize("typed", ["ANA@Laurel.Example", "  ana@laurel.example ", "ana@laurel.example\t"])
def test_capitals_and_blanks_around_an_address_do_not_matter(account, visitor, typed: str) -> None:
    ana = account(email="Ana@laurel.example")
    try_password(visitor, typed)
    assert signed_in_as(visitor) == ana


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD.upper(), PASSWORD + " ", "\0", PASSWORD + "\0", "ü" * 300, "x" * 5000])
def test_any_other_password_opens_nothing(account, visitor, password: str) -> None:
    account(email="ana@laurel.example")
    answer = try_password(visitor, "ana@laurel.example", password)
    assert answer.status_code == 422
    assert signed_in_as(visitor) is None


def test_what_was_typed_stays_but_never_the_password(account, visitor) -> None:
    account(email="ana@laurel.example")
    answer = try_password(visitor, "ana@laurel.example", "not my password")
    assert 'value="ana@laurel.example"' in answer.text
    assert "not my password" not in answer.text


def test_a_wrong_password_and_an_address_nobody_has_get_the_same_words(account, visitor) -> None:
    account(email="ana@laurel.example")
    wrong, nobody = try_password(visitor, "ana@laurel.example", "wrong"), try_password(visitor, "nobody@laurel.example", "wrong")
    assert wrong.status_code == nobody.status_code == 422
    assert words_of(wrong) == words_of(nobody)
    assert "do not belong together" in words_of(wrong)


def test_somebody_who_has_set_no_password_yet_is_told_the_same(account, visitor) -> None:
    account(email="new@laurel.example", password_hash=None)
    assert words_of(try_password(visitor, "new@laurel.example", "wrong")) == words_of(try_password(visitor, "nobody@laurel.example", "wrong"))


def test_an_address_nobody_has_costs_the_same_statements(account, visitor, statements) -> None:
    account(email="ana@laurel.example")
    try_password(visitor, "warm@laurel.example", "wrong")
    statements.clear()
    try_password(visitor, "ana@laurel.example", "wrong")
    wrong = list(statements)
    statements.clear()
    try_password(visitor, "nobody@laurel.example", "wrong")
    assert statements == wrong


def test_an_address_nobody_has_costs_the_same_time(password_hash: str) -> None:
    def median(kept: str | None) -> float:
        times = []
        for _ in range(9):
            start = time.process_time()
            passwords.matches(kept, "wrong")
            times.append(time.process_time() - start)
        return statistics.median(times)

    passwords.matches(None, "warm")
    # Without the work for nobody the ratio is some ten thousand to one.
    assert 0.3 < median(password_hash) / median(None) < 3


def test_signing_in_is_in_the_history_and_on_the_person(app: Flask, account, row, visitor) -> None:
    ana = account(email="ana@laurel.example")
    with clock.frozen(NOW):
        try_password(visitor, "ana@laurel.example")
    assert row(Person, ana, "last_sign_in_at") == NOW
    with app.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
        assert (event.actor_id, event.verb, event.subject_type, event.subject_id, event.facts) == (ana, "person.sign_in", "person", ana, {"how": "password"})


def test_a_wrong_password_is_not_in_the_history(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    try_password(visitor, "ana@laurel.example", "wrong")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == 0


def test_a_closed_account_says_so_only_to_who_knows_the_password(account, visitor) -> None:
    account(email="gone@laurel.example", enabled=False)
    assert "this account is closed" in try_password(visitor, "gone@laurel.example").text
    assert words_of(try_password(visitor, "gone@laurel.example", "wrong")) == words_of(try_password(visitor, "nobody@laurel.example", "wrong"))
    assert signed_in_as(visitor) is None


def test_a_hash_with_other_parameters_is_made_anew_at_sign_in(account, row, visitor) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    ana = account(email="ana@laurel.example", password_hash=old)
    try_password(visitor, "ana@laurel.example", "wrong")
    assert row(Person, ana, "password_hash") == old
    try_password(visitor, "ana@laurel.example")
    new = row(Person, ana, "password_hash")
    assert new != old
    assert not passwords.is_outdated(new)
    assert passwords.matches(new, PASSWORD)


def test_a_hash_with_the_parameters_of_today_stays(account, row, visitor, password_hash: str) -> None:
    ana = account(email="ana@laurel.example")
    try_password(visitor, "ana@laurel.example")
    assert row(Person, ana, "password_hash") == password_hash


def test_what_is_kept_as_a_hash_and_is_none_opens_nothing() -> None:
    assert passwords.matches("not a hash", "not a hash") is False


def test_whoever_is_signed_in_is_sent_on_from_the_sign_in_page(account, as_) -> None:
    assert as_(account()).get("/sign-in").location == "/"
    assert as_(account()).get("/sign-in?next=/profile").location == "/profile"


def test_a_page_that_needs_somebody_leads_to_sign_in_and_back(account, visitor) -> None:
    account(email="ana@laurel.example")
    asked = visitor.get("/profile?page=2")
    assert asked.location == "/sign-in?next=/profile?page%3D2"
    form = visitor.get(asked.location)
    assert 'name="next" type="hidden" value="/profile?page=2"' in form.text
    assert try_password(visitor, "ana@laurel.example", next="/profile?page=2").location == "/profile?page=2"


def test_the_way_back_survives_a_wrong_password(account, visitor) -> None:
    account(email="ana@laurel.example")
    assert 'value="/profile"' in try_password(visitor, "ana@laurel.example", "wrong", next="/profile").text


ELSEWHERE = [
    "https://evil.example/",
    "http://evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    " //evil.example",
    "evil.example",
    "profile",
    "http://[broken",
    "",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_leads_to_pages_of_ours_only(account, visitor, target: str) -> None:
    account(email="ana@laurel.example")
    assert 'value="' + target + '"' not in visitor.get("/sign-in", query_string={"next": target}).text or target == ""
    assert try_password(visitor, "ana@laurel.example", next=target).location == "/"
    assert visitor.get("/sign-in", query_string={"next": target}).location == "/"


@pytest.mark.parametrize(
    ("target", "there"),
    [
        ("/profile", "/profile"),
        ("/catalogue?topic=a&page=2", "/catalogue?topic=a&page=2"),
        ("http://localhost/profile?x=1", "/profile?x=1"),
        ("/a//b", "/a//b"),
    ],
)
def test_next_leads_to_any_page_of_ours(account, visitor, target: str, there: str) -> None:
    account(email="ana@laurel.example")
    assert try_password(visitor, "ana@laurel.example", next=target).location == there


def test_the_sign_in_form_needs_its_token(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with csrf_on(app):
        assert try_password(visitor, "ana@laurel.example").status_code == 400
        token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', visitor.get("/sign-in").text)
        assert token
        assert try_password(visitor, "ana@laurel.example", csrf_token=token[1]).status_code == 302


@pytest.mark.parametrize("role", list(Role))
def test_people_of_every_role_can_sign_in(account, visitor, role: Role) -> None:
    someone = account(role, email="somebody@laurel.example")
    try_password(visitor, "somebody@laurel.example")
    assert signed_in_as(visitor) == someone


def until_refused(knock: Callable[[int], Any], most: int) -> list[Any]:
    """Knock until the answer is 429: after ``most`` times, or some more where a minute of the real clock turned in between."""
    answers = []
    while not answers or answers[-1].status_code != 429:
        answers.append(knock(len(answers)))
        assert len(answers) <= 2 * most + 1, "nobody is slowed down"
    assert len(answers) > most, "slowed down too early"
    return answers


def test_many_wrong_passwords_from_one_address_are_slowed_down(limited: None, account, visitor) -> None:
    account(email="ana@laurel.example")
    most = int(WRONG_TRIES.split()[0])
    answers = until_refused(lambda n: try_password(visitor, f"nobody{n}@laurel.example", "wrong"), most)
    assert {a.status_code for a in answers[:-1]} == {422}
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 3600
    assert "A little too fast" in answers[-1].text


def test_a_whole_school_behind_one_address_can_sign_in_at_eight(limited: None, app: Flask, account) -> None:
    account(email="ana@laurel.example")
    most = int(WRONG_TRIES.split()[0])
    assert {try_password(app.test_client(), "ana@laurel.example").status_code for _ in range(most + 5)} == {302}


def test_another_network_is_counted_by_itself(limited: None, account, app: Flask, visitor) -> None:
    most = int(WRONG_TRIES.split()[0])
    until_refused(lambda n: try_password(visitor, f"nobody{n}@laurel.example", "wrong"), most)
    there = app.test_client()

    def knock(address: str) -> Any:
        return there.post("/sign-in", data={"email": "x@laurel.example", "password": "wrong"}, environ_base={"REMOTE_ADDR": address})

    assert knock("203.0.113.9").status_code == 422
    # An IPv6 household has a whole network of 64 bits to itself.
    until_refused(lambda n: knock(f"2001:db8:1:2::{n:x}"), most)
    assert knock("2001:db8:1:3::1").status_code == 422

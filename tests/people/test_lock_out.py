"""Guessing locks: exactly, across processes, with a message that names the end and the way out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock, jobs
from core.audit import AuditEvent
from core.db import db, transaction
from core.mail import Mail
from people import passwords
from people.models import Person, SignInGuard
from people.rules import GUESSES
from people.services import sign_in
from tests.people.conftest import PASSWORD, signed_in_as, try_password
from tests.people.test_sign_in import words_of
from tests.processes import together

NOW = dt.datetime(2026, 11, 24, 17, 30, tzinfo=dt.UTC)  # 10:30 in Denver
MINUTE = dt.timedelta(minutes=1)


def guess(client: Any, times: int, email: str = "ana@laurel.example") -> Any:
    for _ in range(times):
        answer = try_password(client, email, "wrong")
    return answer


def guard(app: Flask, email: str = "ana@laurel.example") -> tuple[int, dt.datetime | None] | None:
    with app.app_context():
        row = db.session.get(SignInGuard, sign_in.guard_key(email))
        return (row.failures, row.locked_until) if row else None


def test_the_fifth_wrong_password_locks_for_ten_minutes_and_says_until_when(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with clock.frozen(NOW):
        assert "locked" not in words_of(guess(visitor, GUESSES - 1))
        answer = guess(visitor, 1)
    assert guard(app) == (GUESSES, NOW + 10 * MINUTE)
    assert "locked until 10:40" in words_of(answer)
    assert "A link by mail to set a new password opens it at once" in words_of(answer)


def test_while_it_is_locked_not_even_the_right_password_opens(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with clock.frozen(NOW):
        guess(visitor, GUESSES)
    with clock.frozen(NOW + 9 * MINUTE):
        answer = try_password(visitor, "ana@laurel.example")
        assert "locked until 10:40" in words_of(answer)
        assert signed_in_as(visitor) is None
    with clock.frozen(NOW + 10 * MINUTE):
        assert try_password(visitor, "ana@laurel.example").status_code == 302


def test_tries_during_a_lock_are_not_counted(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with clock.frozen(NOW):
        guess(visitor, GUESSES + 7)
    assert guard(app) == (GUESSES, NOW + 10 * MINUTE)


def test_after_a_lock_the_next_wrong_one_locks_twice_as_long(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with clock.frozen(NOW):
        guess(visitor, GUESSES)
    later = NOW + 10 * MINUTE
    with clock.frozen(later):
        guess(visitor, 1)
    assert guard(app) == (GUESSES + 1, later + 20 * MINUTE)


def test_the_right_password_forgets_the_wrong_ones(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    guess(visitor, GUESSES - 1)
    try_password(visitor, "ana@laurel.example")
    assert guard(app) is None
    visitor.post("/sign-out")
    guess(visitor, GUESSES - 1)
    assert try_password(visitor, "ana@laurel.example").status_code == 302


def test_a_day_without_wrong_ones_forgets_them_too(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with clock.frozen(NOW):
        guess(visitor, GUESSES - 1)
    with clock.frozen(NOW + dt.timedelta(days=1, seconds=1)):
        guess(visitor, 1)
        assert guard(app) == (1, None)


def test_a_lock_that_ends_tomorrow_says_the_day(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    guess(visitor, GUESSES - 1)
    with app.app_context(), transaction():
        db.session.get_one(SignInGuard, sign_in.guard_key("ana@laurel.example")).failures = 100
    with clock.frozen(clock.now()):
        now = clock.now()
        answer = guess(visitor, 1)
        assert guard(app) == (101, now + dt.timedelta(days=1))
        tomorrow = (now + dt.timedelta(days=1)).astimezone(dt.timezone(dt.timedelta(0)))
    assert f"{tomorrow:%y}" in words_of(answer).partition("locked until")[2][:20]


def test_an_address_nobody_has_locks_in_the_same_words(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with clock.frozen(NOW):
        assert words_of(guess(visitor, GUESSES)) == words_of(guess(visitor, GUESSES, "nobody@laurel.example"))
        assert guard(app, "nobody@laurel.example") == guard(app)


def test_a_lock_costs_the_same_statements_for_an_address_nobody_has(account, visitor, statements) -> None:
    account(email="ana@laurel.example")
    guess(visitor, GUESSES - 1)
    guess(visitor, GUESSES - 1, "nobody@laurel.example")
    statements.clear()
    guess(visitor, 1)
    known = list(statements)
    statements.clear()
    guess(visitor, 1, "nobody@laurel.example")
    assert statements == known


def test_one_address_locked_leaves_the_others_alone(account, visitor) -> None:
    account(email="ana@laurel.example")
    account(email="ben@laurel.example")
    guess(visitor, GUESSES)
    assert try_password(visitor, "ben@laurel.example").status_code == 302


def test_other_capitals_are_the_same_address(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    for email in ("ana@laurel.example", "ANA@laurel.example", " Ana@Laurel.example", "ana@LAUREL.example", "aNa@laurel.example"):
        guess(visitor, 1, email)
    assert guard(app)[0] == GUESSES  # type: ignore[index]


def test_the_owner_gets_one_mail_and_a_line_in_the_history(app: Flask, account, visitor) -> None:
    ana = account(email="ana@laurel.example")
    with clock.frozen(NOW):
        guess(visitor, GUESSES)
        guess(visitor, GUESSES, "nobody@laurel.example")
        with app.app_context():
            jobs.run_due()
    with app.app_context():
        mail = db.session.scalars(select(Mail)).one()
        assert (mail.person_id, mail.kind, mail.recipient) == (ana, "people.locked", "ana@laurel.example")
        assert "http://laurel.example/forgot" in mail.text
        assert "5 times" in mail.text
        event = db.session.scalars(select(AuditEvent)).one()
        assert (event.verb, event.actor_id, event.subject_id, event.facts) == ("person.locked", None, ana, {"failures": GUESSES})


def test_wrong_present_passwords_on_the_profile_count_like_those_at_sign_in(app: Flask, account, as_) -> None:
    ana = as_(account(email="ana@laurel.example"))
    form = {"password": "another eight tortoises", "again": "another eight tortoises"}
    answers = [ana.post("/profile/password", data={**form, "current": "wrong"}) for _ in range(GUESSES)]
    assert "This is not your present password." in answers[0].text
    assert "That was wrong too often" in answers[-1].text
    assert guard(app)[0] == GUESSES  # type: ignore[index]
    assert ana.post("/profile/password", data={**form, "current": PASSWORD}).status_code == 422


def test_sweeping_leaves_what_still_counts(app: Flask, rows) -> None:
    def put(key: str, last: dt.timedelta, until: dt.timedelta | None) -> None:
        db.session.add(SignInGuard(key=key, failures=9, last_failed_at=NOW - last, locked_until=NOW + until if until else None))

    put("fresh", 23 * 60 * MINUTE, None)
    put("stale", 25 * 60 * MINUTE, -1 * MINUTE)
    put("still locked", 25 * 60 * MINUTE, MINUTE)
    with clock.frozen(NOW):
        sign_in.sweep(dt.timedelta(hours=12))
    assert set(db.session.scalars(select(SignInGuard.key))) == {"fresh", "still locked"}


def _guess_hard(app: Flask, number: int, email: str, tries: int) -> list[str]:
    """What a guessing process sees: each answer in a word."""
    client, seen = app.test_client(), []
    for _ in range(tries):
        answer = try_password(client, email, f"guess of {number}")
        seen.append("in" if answer.status_code == 302 else "locked" if "locked until" in answer.text else "wrong")
    return seen


def _try_once(app: Flask, number: int, email: str) -> int:
    return int(try_password(app.test_client(), email, PASSWORD).status_code)


@pytest.mark.processes
def test_ten_processes_guessing_at_once_get_five_guesses_together(own_database: str, tmp_path: Path) -> None:
    together(own_database, tmp_path, 1, _add_somebody, passwords.hashed(PASSWORD))
    seen = together(own_database, tmp_path, 10, _guess_hard, "ana@laurel.example", 3)
    # Four were told that it was wrong; the fifth guess locked, and from then on everybody was told so.
    assert sum(answers.count("wrong") for answers in seen) == GUESSES - 1
    assert sum(answers.count("locked") for answers in seen) == 30 - (GUESSES - 1)
    assert together(own_database, tmp_path, 1, _count) == [(GUESSES, 1)]
    # The count and the lock outlive the processes that made them.
    assert together(own_database, tmp_path, 1, _try_once, "ana@laurel.example") == [422]


def _add_somebody(app: Flask, number: int, password_hash: str) -> None:
    with app.app_context(), transaction():
        db.session.add(Person(email="ana@laurel.example", given_name="Ana", family_name="Invented", password_hash=password_hash))


def _count(app: Flask, number: int) -> tuple[int, int]:
    """Failures counted, and how many jobs to tell the owner were put on the queue."""
    with app.app_context():
        queued = db.session.scalar(select(func.count()).select_from(db.text("procrastinate_jobs")).where(db.text("task_name = 'people.tell_locked'")))
        return db.session.get_one(SignInGuard, sign_in.guard_key("ana@laurel.example")).failures, int(queued or 0)

"""A form that is sent twice does its work once."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock, idempotency, jobs
from core.db import db, transaction
from core.idempotency import IdempotencyKey, answered, fresh, once
from people.models import Person, School
from tests.factories import people as factory
from tests.processes import together


@pytest.fixture
def ana(rows: None) -> Person:
    return factory.person()


def test_the_first_goes_on_and_the_second_gets_the_first_answer(ana: Person) -> None:
    assert once(ana, "submit", "k") is None
    answered(ana, "submit", "k", "/submissions/7")
    assert once(ana, "submit", "k") == "/submissions/7"


def test_a_second_before_there_is_an_answer_is_told_so_by_an_empty_one(ana: Person) -> None:
    once(ana, "submit", "k")
    assert once(ana, "submit", "k") == ""


def test_another_person_purpose_or_key_is_another_form(ana: Person) -> None:
    ben = factory.person()
    assert once(ana, "submit", "k") is None
    assert once(ben, "submit", "k") is None
    assert once(ana, "register", "k") is None
    assert once(ana, "submit", "l") is None


@pytest.mark.parametrize("key", [None, ""])
def test_a_form_without_a_key_always_goes_on(ana: Person, key: str | None) -> None:
    for _ in range(2):
        assert once(ana, "submit", key) is None
        answered(ana, "submit", key, "/x")
    assert db.session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


def test_a_key_of_any_length_is_one_key(ana: Person) -> None:
    assert once(ana, "submit", "x" * 500) is None
    answered(ana, "submit", "x" * 500, "/x")
    assert once(ana, "submit", "x" * 500) == "/x"


def test_keys_are_all_different() -> None:
    assert len({fresh() for _ in range(1000)}) == 1000


def test_what_failed_can_be_sent_again(app: Flask) -> None:
    with app.app_context():
        with transaction():
            ana = factory.person().id
        with pytest.raises(ZeroDivisionError), transaction():
            assert once(db.session.get_one(Person, ana), "submit", "k") is None
            1 / 0  # noqa: B018
        with transaction():
            assert once(db.session.get_one(Person, ana), "submit", "k") is None


def test_keys_are_forgotten_after_a_month(app: Flask) -> None:
    now = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    with app.app_context():
        with transaction():
            ana = factory.person()
            for days in (29, 31):
                with clock.frozen(now - dt.timedelta(days=days)):
                    once(ana, "submit", str(days))
            jobs.later(idempotency.sweep)
        with clock.frozen(now):
            jobs.run_due()
        assert db.session.scalars(select(IdempotencyKey.key)).all() == ["29"]


def _somebody(app: Flask, number: int) -> int:
    with app.app_context(), transaction():
        return int(factory.person().id)


def _send(app: Flask, number: int, person: int, fail_first: bool) -> str:
    """Send the form; take a while, as a real one does. The first through may break before it is done."""
    with app.app_context():
        ana = db.session.get_one(Person, person)
        try:
            with transaction():
                answer = once(ana, "school", "k")
                if answer is not None:
                    return answer
                time.sleep(0.3)
                if fail_first and number == 0:
                    raise ZeroDivisionError
                row = School(code=f"made-by-{number}", name="Invented")
                db.session.add(row)
                db.session.flush()
                answered(ana, "school", "k", f"/schools/{row.code}")
                return f"/schools/{row.code}"
        except ZeroDivisionError:
            return "broke"


def _codes(app: Flask, number: int) -> list[str]:
    with app.app_context():
        return [code for code in db.session.scalars(select(School.code)) if code.startswith("made-by-")]


@pytest.mark.processes
def test_two_processes_with_the_same_form_do_it_once_and_answer_alike(own_database: str, tmp_path: Path) -> None:
    (person,) = together(own_database, tmp_path, 1, _somebody)
    answers = together(own_database, tmp_path, 2, _send, person, False)
    assert answers[0] == answers[1]
    (codes,) = together(own_database, tmp_path, 1, _codes)
    assert answers[0] == f"/schools/{codes[0]}"
    assert len(codes) == 1


@pytest.mark.processes
def test_if_the_first_breaks_the_second_which_waited_goes_on(own_database: str, tmp_path: Path) -> None:
    (person,) = together(own_database, tmp_path, 1, _somebody)
    answers = together(own_database, tmp_path, 3, _send, person, True)
    (codes,) = together(own_database, tmp_path, 1, _codes)
    assert len(codes) == 1
    assert {a for a in answers if a != "broke"} == {f"/schools/{codes[0]}"}

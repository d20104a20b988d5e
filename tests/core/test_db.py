"""Saved whole or not at all; only the edge commits."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from core.db import NestedTransaction, check_deferred_constraints, db, explain_statements, transaction
from people.models import School


def count(app: Flask) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(School)) or 0)


def put(code: str) -> None:
    db.session.add(School(code=code, name="Invented"))
    db.session.flush()


def test_what_happens_inside_is_saved(app: Flask) -> None:
    with app.app_context(), transaction():
        put("A")
        put("B")
    assert count(app) == 2


def test_an_error_leaves_nothing_of_it(app: Flask) -> None:
    with app.app_context(), pytest.raises(ZeroDivisionError), transaction():
        put("A")
        put("B")
        1 / 0  # noqa: B018
    assert count(app) == 0


def test_what_was_added_and_not_yet_flushed_is_saved_too(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.add(School(code="A", name="Invented"))
    assert count(app) == 1


def test_without_a_transaction_nothing_is_saved(app: Flask) -> None:
    with app.app_context():
        put("A")
    assert count(app) == 0


def test_a_second_one_inside_is_refused_and_the_first_saves_nothing(app: Flask) -> None:
    with app.app_context(), pytest.raises(NestedTransaction), transaction():
        put("A")
        with transaction():
            put("B")
    assert count(app) == 0


def test_a_refused_second_one_does_not_keep_the_next_from_opening(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(NestedTransaction), transaction(), transaction():
            pass
        with transaction():
            put("A")
    assert count(app) == 1


def test_one_after_another_is_no_nesting(app: Flask) -> None:
    with app.app_context():
        with transaction():
            put("A")
        with transaction():
            put("B")
    assert count(app) == 2


def test_an_error_in_the_second_leaves_the_first(app: Flask) -> None:
    with app.app_context():
        with transaction():
            put("A")
        with pytest.raises(IntegrityError), transaction():
            put("A")
        assert db.session.scalar(select(func.count()).select_from(School)) == 1, "the session is usable after the error"


def test_a_constraint_that_waits_for_the_end_is_an_error_of_the_block(app: Flask) -> None:
    with app.app_context():
        db.session.execute(db.text("CREATE TEMP TABLE waiting (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT PRESERVE ROWS"))
        reached_the_end = False
        with pytest.raises(IntegrityError), transaction():
            check_deferred_constraints()
            db.session.execute(db.text("INSERT INTO waiting VALUES (1), (1)"))
            put("A")
            reached_the_end = True
        assert reached_the_end
    assert count(app) == 0


def test_times_come_back_with_their_zone(app: Flask, rows: None) -> None:
    assert db.session.scalar(select(func.now())).tzinfo is not None


def test_statements_can_be_listened_to(app: Flask, rows: None) -> None:
    seen = explain_statements(db.session.connection().engine)
    db.session.execute(db.text("SELECT 41 + 1"))
    assert seen == ["SELECT 41 + 1"]

"""Later work rides in the same transaction: saved with the fact that asks for it, or not at all."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from core import clock, jobs, storage
from core.db import db, transaction
from people.models import School
from tests.processes import together


@jobs.job("tests.note")
def note(code: str) -> None:
    """Put a school on the map; safe to run twice."""
    with transaction():
        if db.session.scalar(select(School.id).where(School.code == code)) is None:
            db.session.add(School(code=code, name="Noted"))


@jobs.job("tests.break", retries=2)
def break_(code: str) -> None:
    """Write something, then fail."""
    with transaction():
        db.session.add(School(code=code, name="Never"))
        db.session.flush()
        raise ZeroDivisionError


@jobs.job("tests.chain")
def chain(left: int) -> None:
    """Ask for the next of a row of jobs."""
    with transaction():
        db.session.add(School(code=f"link{left}", name="Link"))
        if left:
            jobs.later(chain, left=left - 1)


def queue(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(name, status) for name, status in db.session.execute(text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"))]


def codes(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(School.code)))


def test_a_job_is_saved_with_the_transaction(app: Flask) -> None:
    with app.app_context(), transaction():
        number = jobs.later(note, code="A")
    assert number > 0
    assert queue(app) == [("tests.note", "todo")]
    assert codes(app) == set(), "and not run before it is due"


def test_a_job_is_undone_with_the_transaction(app: Flask) -> None:
    with app.app_context(), pytest.raises(ZeroDivisionError), transaction():
        jobs.later(note, code="A")
        1 / 0  # noqa: B018
    assert queue(app) == []


def test_what_is_due_runs_oldest_first_and_once(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.later(note, code="A")
            jobs.later(note, code="B")
        assert jobs.run_due() == 2
        assert jobs.run_due() == 0
    assert codes(app) == {"A", "B"}
    assert queue(app) == [("tests.note", "succeeded")] * 2


def test_jobs_that_jobs_ask_for_run_too(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.later(chain, left=2)
        assert jobs.run_due() == 3
    assert codes(app) == {"link2", "link1", "link0"}


def test_a_limit_stops_a_chain(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.later(chain, left=9)
        assert jobs.run_due(limit=4) == 4
    assert len(codes(app)) == 4


def test_a_job_held_back_waits_for_its_time(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.later(note, at=clock.now() + dt.timedelta(hours=1), code="later")
            jobs.later(note, at=clock.now() - dt.timedelta(hours=1), code="due")
        assert jobs.run_due() == 1
    assert codes(app) == {"due"}


def test_a_job_that_fails_is_heard_of_and_leaves_nothing_but_its_failure(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.later(break_, code="A")
            jobs.later(note, code="B")
        with pytest.raises(ZeroDivisionError):
            jobs.run_due()
        assert jobs.run_due() == 1, "the next ones still run"
    assert codes(app) == {"B"}
    assert queue(app) == [("tests.break", "failed"), ("tests.note", "succeeded")]


def test_a_job_has_a_session_of_its_own(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.later(note, code="A")
        mine = School(code="mine", name="Not saved")
        jobs.run_due()
        db.session.add(mine)
        db.session.flush()
        assert db.session.get(School, mine.id) is mine
    assert codes(app) == {"A"}


def test_done_jobs_are_swept_after_two_weeks_and_failed_ones_stay(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.later(note, code="A")
            jobs.later(break_, code="B")
        with pytest.raises(ZeroDivisionError):
            jobs.run_due()
        with transaction():
            jobs.later(jobs.sweep)
        with clock.frozen(clock.now() + dt.timedelta(days=15)):
            jobs.run_due()
    assert queue(app) == [("tests.break", "failed"), ("core.jobs.sweep", "succeeded")]


def test_done_jobs_of_this_week_stay(app: Flask) -> None:
    with app.app_context():
        with transaction():
            jobs.later(note, code="A")
        jobs.run_due()
        with transaction():
            jobs.later(jobs.sweep)
        with clock.frozen(clock.now() + dt.timedelta(days=13)):
            jobs.run_due()
    assert ("tests.note", "succeeded") in queue(app)


def test_the_houses_own_sweeping_is_on_the_calendar(app: Flask) -> None:
    calendar = {task.task.name: task.cron for task in jobs.queue.periodic_registry.periodic_tasks.values()}
    assert {"core.jobs.sweep", "core.idempotency.sweep", "core.storage.sweep", "people.sweep"} <= set(calendar)
    assert storage.sweep.name in calendar


def _put_and_work(app: Flask, number: int) -> list[tuple[str, str]]:
    """Put jobs on the queue as the edge does, then be the worker for once."""
    with app.app_context(), transaction():
        jobs.later(note, code="A")
        jobs.later(break_, code="B")
        jobs.later(note, code="C", at=clock.now() + dt.timedelta(hours=1))
    result = app.test_cli_runner().invoke(args=["worker", "--once"])
    assert result.exception is None, result.output
    # Whatever the calendar of the house asks for at this minute is run as well.
    return [job for job in queue(app) if job[0].startswith("tests.")] + [(code, "school") for code in sorted(codes(app))]


@pytest.mark.processes
def test_the_real_worker_runs_what_is_due_and_tries_again_what_failed(own_database: str, tmp_path: Path) -> None:
    (outcome,) = together(own_database, tmp_path, 1, _put_and_work)
    # A failed job waits for its next try, so it is still to do; one in the future is too.
    assert outcome == [("tests.note", "succeeded"), ("tests.break", "todo"), ("tests.note", "todo"), ("A", "school")]

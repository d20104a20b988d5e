"""The jobs and the commands: what happens when nobody clicks."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from core import clock, jobs
from core.db import db
from core.mail import Mail
from credentials.evidence.models import SubmissionVersion
from credentials.review import jobs as review_jobs
from credentials.review import services
from credentials.review.models import Assignment, Qualification
from tests.credentials.review.conftest import at, version_of
from tests.factories import review as reviewing
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import submitted_version
from tests.factories.people import teacher


def test_offers_lapse_and_others_are_asked_by_the_clock(app, story) -> None:
    later = clock.now() + dt.timedelta(hours=49)
    with app.app_context(), clock.frozen(later):
        assert review_jobs.run_clock() == 2
        assert review_jobs.run_clock() == 0
    with app.app_context():
        now = reviewing.assignments(version_of(story))
        assert [row.reviewer_id for row in now if row.reviewer_id in story.reviewers] == []
        assert len(now) == 2


def test_waiting_versions_are_asked_for_again_by_the_clock(app, save) -> None:
    version = save(lambda: (services.assign(v := submitted_version()) and None) or v.id)
    with app.app_context():
        assert review_jobs.run_waiting() == 0
    save(lambda: reviewing.reviewers(db.session.get_one(SubmissionVersion, version).submission.micro_credential, 2) and None)
    with app.app_context():
        assert review_jobs.run_waiting() == 2
        assert review_jobs.run_waiting() == 0


def test_a_reminder_is_written_once_a_review(app, story, save) -> None:
    save(lambda: reviewing.accepted(at(story.assignments[0])).id)
    with app.app_context(), clock.frozen(clock.now() + dt.timedelta(days=6)):
        assert review_jobs.run_reminders() == 1
        assert review_jobs.run_reminders() == 0
    with app.app_context():
        assert db.session.scalars(select(Mail.person_id).where(Mail.kind == "review.due-soon")).all() == [story.reviewers[0]]


def test_the_jobs_are_on_the_schedule() -> None:
    names = {task.task.name: task.cron for task in jobs.queue.periodic_registry.periodic_tasks.values()}
    assert (names["credentials.review.clock"], names["credentials.review.remind"]) == ("*/10 * * * *", "0 15 * * *")


def test_qualify_from_a_shell(app, save) -> None:
    email, slug = save(lambda: (teacher().email, micro_credential().slug))
    run = app.test_cli_runner().invoke
    with app.app_context():
        assert "may be asked to review" in run(args=["review", "qualify", email.upper(), slug]).output
    with app.app_context():
        assert db.session.scalars(select(Qualification)).one().micro_credential.slug == slug
        assert run(args=["review", "qualify", "nobody@laurel.example", slug]).exit_code == 1
        assert "There is no micro-credential nothing." in run(args=["review", "qualify", email, "nothing"]).output


def test_assign_waiting_and_the_clock_from_a_shell(app, save) -> None:
    version = save(lambda: submitted_version().id)
    run = app.test_cli_runner().invoke
    with app.app_context():
        assert run(args=["review", "assign-waiting"]).output == "Offers made: 0. Still short of reviewers: 1.\n"
    save(lambda: reviewing.reviewers(db.session.get_one(SubmissionVersion, version).submission.micro_credential, 2) and None)
    with app.app_context():
        assert run(args=["review", "assign-waiting"]).output == "Offers made: 2. Still short of reviewers: 0.\n"
    with app.app_context():
        assert run(args=["review", "clock"]).output == "Closed: 0. Offers made besides: 0. Reminders written: 0.\n"
        assert len(db.session.scalars(select(Assignment)).all()) == 2

"""What a decision causes, all of it or nothing, and once however many ask for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import create_app
from core.audit import AuditEvent
from core.db import db, transaction
from core.errors import RuleBroken
from core.mail import Mail
from credentials.badges.models import Award
from credentials.evidence import services as evidence_services
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from credentials.review.models import Assignment, ReviewerLoad
from credentials.review.rules import AssignmentState
from ledger.models import Entry, Leg, Obligation
from people.models import Person
from people.rules import Role
from tests.conftest import settings_for
from tests.factories import catalogue, evidence, ledger, people, review
from tests.processes import together
from workflows import evidence as stories


def jobs_waiting(name: str) -> int:
    return db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name AND status = 'todo'"), {"name": name}) or 0


def drafted(unmet: tuple[str, ...] = (), stipend_cents: int = 20000) -> tuple[SubmissionVersion, Person]:
    """A version whose decision waits, of a micro-credential with that stipend, and the coordinator who may release it."""
    ledger.policy()
    credential = catalogue.micro_credential(credit={"hours": 10, "lane_credit": None, "stipend_cents": stipend_cents})
    return review.drafted_version(unmet, credential=credential), people.person(Role.COORDINATOR)


@pytest.mark.usefixtures("rows")
class TestADemonstratedDecision:
    def test_it_issues_the_award_owes_the_stipend_and_asks_for_the_badge(self) -> None:
        version, office = drafted()

        with transaction():
            stories.decide(office, version, "Well done.")

        award = db.session.scalars(select(Award)).one()
        owed = db.session.scalars(select(Obligation)).one()
        assert version.status is State.DEMONSTRATED
        assert (award.person_id, award.submission_version_id) == (version.person_id, version.id)
        assert (owed.natural_key, owed.amount_cents, owed.person_id) == (f"award:{award.id}/stipend", 20000, version.person_id)
        assert db.session.scalars(select(Leg.amount_cents).order_by(Leg.amount_cents)).all() == [-20000, 20000]
        assert jobs_waiting("badges.make") == 1

    def test_its_reviews_are_closed_for_good(self) -> None:
        version, office = drafted()
        with transaction():
            stories.decide(office, version)
        states = set(db.session.scalars(select(Assignment.state).where(Assignment.version_id == version.id)))
        assert states == {AssignmentState.LOCKED.value}

    def test_the_teacher_is_told_once(self) -> None:
        version, office = drafted()
        with transaction():
            stories.decide(office, version)
        assert db.session.scalar(select(func.count()).select_from(Mail).where(Mail.person_id == version.person_id)) == 1

    def test_the_history_names_who_released_it(self) -> None:
        version, office = drafted()
        with transaction():
            stories.decide(office, version)
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "submission.release")).one()
        assert (event.actor_id, event.subject_id) == (office.id, version.id)

    def test_a_second_release_is_refused_and_pays_nothing(self) -> None:
        version, office = drafted()
        with transaction():
            stories.decide(office, version)
        with pytest.raises(RuleBroken), transaction():
            stories.decide(office, version)
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 1

    def test_hourly_staff_have_the_badge_and_a_refusal_that_names_its_rule(self) -> None:
        ledger.policy()
        aide = people.person(Role.TEACHER, flsa_class="nonexempt")
        version, office = review.drafted_version(teacher=aide), people.person(Role.COORDINATOR)
        with transaction():
            stories.decide(office, version)
        owed = db.session.scalars(select(Obligation)).one()
        assert db.session.scalar(select(func.count()).select_from(Award)) == 1
        assert (owed.state, owed.amount_cents, owed.refusal_rule) == ("refused", 0, "nonexempt-flat")


@pytest.mark.usefixtures("rows")
class TestNotYet:
    def test_it_gives_no_award_and_no_money_but_word_to_the_teacher(self) -> None:
        key = catalogue.micro_credential().current_version.parsed().criteria()[0].key  # type: ignore[union-attr]
        version, office = drafted(unmet=(key,))
        with transaction():
            stories.decide(office, version)
        assert version.status is State.NOT_YET
        assert db.session.scalar(select(func.count()).select_from(Award)) == 0
        assert db.session.scalar(select(func.count()).select_from(Obligation)) == 0
        assert db.session.scalar(select(func.count()).select_from(Mail).where(Mail.person_id == version.person_id)) == 1

    def test_what_was_met_is_carried_into_the_next_version_and_paid_once_in_the_end(self) -> None:
        key = catalogue.micro_credential().current_version.parsed().criteria()[0].key  # type: ignore[union-attr]
        version, office = drafted(unmet=(key,))
        with transaction():
            stories.decide(office, version)
        with transaction():
            again = evidence_services.reopen(version.person, version.submission)
        assert key not in again.carried
        assert set(again.carried) == {k for k, r in (version.results or {}).items() if r["met"]}


@pytest.mark.usefixtures("rows")
class TestNobodyDecidesAboutHerself:
    def test_a_coordinator_cannot_release_her_own(self) -> None:
        ledger.policy()
        both = people.person(Role.COORDINATOR, Role.TEACHER)
        version = review.drafted_version(teacher=both)
        db.session.commit()
        with pytest.raises(RuleBroken), transaction():
            stories.decide(both, version)
        assert version.status is State.DECIDED_DRAFT

    def test_the_database_says_so_too(self) -> None:
        both = people.person(Role.COORDINATOR, Role.TEACHER)
        version = review.drafted_version(teacher=both)
        with pytest.raises(Exception, match="nobody_releases_her_own"):
            db.session.execute(
                text("UPDATE submission_version SET state = 'not_yet', released_at = now(), released_by_id = person_id WHERE id = :id"), {"id": version.id}
            )


@pytest.mark.usefixtures("rows")
class TestAllOrNothing:
    def test_when_the_stipend_cannot_be_posted_nothing_is_released(self, monkeypatch: pytest.MonkeyPatch) -> None:
        version, office = drafted()
        number = version.id
        db.session.commit()
        # The ledger's counter is gone: the last step of the story fails.
        monkeypatch.setattr(stories.ledger, "post", _out_of_order)
        with pytest.raises(LookupError), transaction():
            stories.decide(office, version)
        db.session.expire_all()
        kept = db.session.get_one(SubmissionVersion, number)
        assert kept.status is State.DECIDED_DRAFT
        assert db.session.scalar(select(func.count()).select_from(Award)) == 0
        assert jobs_waiting("badges.make") == 0


def _out_of_order(*arguments: Any) -> None:
    raise LookupError("The ledger has no counter: run the migrations.")


@pytest.mark.usefixtures("rows")
class TestHandingIn:
    def test_two_colleagues_are_asked_at_once(self) -> None:
        credential = catalogue.micro_credential()
        review.reviewers(credential, 2)
        version = evidence.complete(evidence.draft_version(credential=credential))
        with transaction():
            stories.submit(version.person, version)
        assert version.status is State.IN_REVIEW
        assert len(review.assignments(version)) == 2

    def test_without_reviewers_it_is_kept_and_the_office_is_told(self) -> None:
        office = people.person(Role.COORDINATOR)
        version = evidence.complete(evidence.draft_version())
        with transaction():
            stories.submit(version.person, version)
        assert version.status is State.SUBMITTED
        assert db.session.scalar(select(func.count()).select_from(Mail).where(Mail.person_id == office.id)) == 1

    def test_taking_it_back_frees_the_reviewers(self) -> None:
        version = review.offered_version()
        with transaction():
            stories.withdraw(version.person, version)
        assert version.status is State.WITHDRAWN
        assert set(db.session.scalars(select(Assignment.state).where(Assignment.version_id == version.id))) == {AssignmentState.CANCELLED.value}
        assert db.session.scalar(select(func.sum(ReviewerLoad.open_reviews))) == 0

    def test_once_a_reviewer_has_opened_it_it_stays(self) -> None:
        version = review.offered_version()
        review.opened(review.assignments(version)[0])
        db.session.commit()
        with pytest.raises(RuleBroken), transaction():
            stories.withdraw(version.person, version)
        assert version.status is State.IN_REVIEW


def _decide(app: Flask, number: int, version_id: int, office_id: int) -> str:
    with app.app_context():
        try:
            with transaction():
                stories.decide(db.session.get_one(Person, office_id), db.session.get_one(SubmissionVersion, version_id))
        except RuleBroken as refused:
            return refused.rule
        return "released"


@pytest.mark.processes
def test_twenty_decisions_at_once_leave_one(own_database: str, tmp_path: Path) -> None:
    app = create_app(settings_for(own_database, tmp_path))
    with app.app_context():
        with transaction():
            version, office = drafted()
        arguments = (version.id, office.id)
        db.engine.dispose()

    answers = together(own_database, tmp_path, 20, _decide, *arguments)

    assert sorted(answers) == ["released"] + ["wrong-state"] * 19
    with app.app_context():
        counts = [db.session.scalar(select(func.count()).select_from(table)) for table in (Award, Obligation, Entry)]
        assert counts == [1, 1, 1]
        assert jobs_waiting("badges.make") == 1
        db.session.remove()
        db.engine.dispose()

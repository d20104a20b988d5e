"""Twenty processes at once: nobody is overbooked, nothing is asked, drafted or released twice, and nobody waits for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from core import audit
from core.db import db, transaction
from core.errors import RuleBroken
from credentials.badges.models import Award
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from credentials.review import queries, services
from credentials.review.models import Assignment, Conflict, ReviewerLoad
from credentials.review.rules import OPEN, AssignmentState, Reason
from ledger.models import Obligation
from people.models import Person
from people.rules import Role
from tests.conftest import settings_for
from tests.factories import review as reviewing
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import submitted_version
from tests.factories.people import person
from tests.processes import together
from workflows import evidence as workflow

pytestmark = pytest.mark.processes
MANY = 20


@pytest.fixture
def district(own_database: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(own_database, tmp_path))
    with app.app_context():
        yield app
        db.session.expire_all()
        places = dict(db.session.execute(select(ReviewerLoad.person_id, ReviewerLoad.open_reviews)).all())
        in_hand = Counter(db.session.scalars(select(Assignment.reviewer_id).where(Assignment.state.in_([state.value for state in OPEN]))))
        assert {person_id: count for person_id, count in places.items() if count} == dict(in_hand)
        for load in db.session.scalars(select(ReviewerLoad)):
            assert load.open_reviews <= load.max_open
        db.session.remove()
        db.engine.dispose()


def assign_all(app: Flask, number: int, versions: list[int]) -> int:
    """Ask for every version, beginning somewhere else than the others do."""
    offered = 0
    with app.app_context():
        for version in versions[number % len(versions) :] + versions[: number % len(versions)]:
            with transaction():
                offered += len(services.assign(db.session.get_one(SubmissionVersion, version)))
    return offered


def test_nobody_is_overbooked_and_no_version_gets_more_than_two(district: Flask, own_database: str, tmp_path: Path) -> None:
    credential = micro_credential()
    for one in reviewing.reviewers(credential, 4):
        services.set_load(one, max_open=3)
    versions = [submitted_version(credential=credential).id for _ in range(8)]
    db.session.commit()
    offered = together(own_database, tmp_path, MANY, assign_all, versions)
    # Eight versions want sixteen places, and there are twelve.
    assert sum(offered) == 12
    per_version = Counter(db.session.scalars(select(Assignment.version_id)))
    assert max(per_version.values()) == 2
    assert db.session.scalars(select(ReviewerLoad.open_reviews).order_by(ReviewerLoad.open_reviews)).all() == [3, 3, 3, 3]
    lacking = db.session.execute(select(SubmissionVersion.id, queries.missing_reviewers())).all()
    assert sum(missing for _version, missing in lacking) == 4


def hand_in(app: Flask, number: int, assignments: list[int]) -> str:
    with app.app_context():
        row = db.session.get_one(Assignment, assignments[number % len(assignments)])
        try:
            with transaction():
                workflow.review_submitted(row.reviewer, row)
        except RuleBroken as refusal:
            return refusal.rule
        return "in"


@pytest.mark.parametrize(("second", "state"), [((), State.DECIDED_DRAFT), (("insight",), State.ADJUDICATING)])
def test_both_last_reviews_at_once_draft_one_decision_or_ask_one_third(district: Flask, own_database: str, tmp_path: Path, second, state) -> None:
    version = reviewing.offered_version(pool=4)
    rows = reviewing.assignments(version)
    reviewing.written(rows[0])
    reviewing.written(rows[1], second)
    db.session.commit()
    answers = together(own_database, tmp_path, MANY, hand_in, [row.id for row in rows])
    assert Counter(answers) == {"in": 2, "wrong-state": MANY - 2}
    db.session.expire_all()
    assert version.status is state
    verbs = Counter(event.verb for event in audit.history("submission_version", [version.id]))
    assert verbs["submission.draft_decision"] == (state is State.DECIDED_DRAFT)
    assert verbs["submission.ask_third"] == (state is State.ADJUDICATING)
    assert len(reviewing.assignments(version)) == (3 if second else 2)


def release(app: Flask, number: int, version: int, offices: list[int]) -> str:
    with app.app_context():
        try:
            with transaction():
                workflow.decide(db.session.get_one(Person, offices[number % len(offices)]), db.session.get_one(SubmissionVersion, version))
        except RuleBroken as refusal:
            return refusal.rule
        return "released"


def test_twenty_releases_leave_one_award_and_one_stipend(district: Flask, own_database: str, tmp_path: Path) -> None:
    version = reviewing.drafted_version().id
    offices = [person(Role.COORDINATOR).id for _ in range(3)]
    db.session.commit()
    answers = together(own_database, tmp_path, MANY, release, version, offices)
    assert Counter(answers) == {"released": 1, "wrong-state": MANY - 1}
    assert db.session.scalar(select(func.count()).select_from(Award)) == 1
    assert db.session.scalar(select(func.count()).select_from(Obligation)) == 1


def answer(app: Flask, number: int, assignment: int) -> str:
    """One accepts, another declines, a third lets it lapse, the author withdraws, the office takes it back, all at once."""
    with app.app_context():
        row = db.session.get_one(Assignment, assignment)
        acts = [
            lambda: services.accept(row.reviewer, row, True),
            lambda: services.decline(row.reviewer, row, Reason.CONFLICT, "Both at once."),
            lambda: services.open_desk(row.reviewer, row),
            lambda: workflow.withdraw(row.version.person, row.version),
            lambda: services.take_back(row.reviewer, row),
        ]
        try:
            with transaction():
                acts[number % len(acts)]()
        except RuleBroken as refusal:
            return refusal.rule
        return "done"


def test_everybody_answering_the_same_offer_at_once_leaves_one_answer_that_holds(district: Flask, own_database: str, tmp_path: Path) -> None:
    version = reviewing.offered_version(pool=5)
    row = reviewing.assignments(version)[0]
    db.session.commit()
    answers = Counter(together(own_database, tmp_path, MANY, answer, row.id))
    db.session.expire_all()
    assert set(answers) <= {"done", "wrong-state", "opened"}
    live = reviewing.assignments(version)
    if version.status is State.WITHDRAWN:
        assert live == []
    else:
        assert len(live) == 2
    assert len(db.session.scalars(select(Conflict)).all()) == (row.status is AssignmentState.DECLINED)


def save(app: Flask, number: int, assignment: int) -> str:
    with app.app_context():
        row = db.session.get_one(Assignment, assignment)
        try:
            with transaction():
                services.save_draft(row.reviewer, row, {}, f"From window {number}.", 0)
        except RuleBroken as refusal:
            return refusal.rule
        return f"From window {number}."


def test_of_twenty_windows_that_save_the_same_draft_one_is_kept_and_the_others_are_told(district: Flask, own_database: str, tmp_path: Path) -> None:
    row = reviewing.opened(reviewing.assignments(reviewing.offered_version())[0])
    db.session.commit()
    answers = together(own_database, tmp_path, MANY, save, row.id)
    kept = [text for text in answers if text != "overtaken"]
    db.session.expire_all()
    assert (kept, row.revision) == ([row.overall], 1)

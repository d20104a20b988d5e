"""What becomes of offers: answers, conflicts that come up, the clock, and the office's hand in it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import BadInput, RuleBroken
from core.mail import Mail
from credentials.evidence import services as evidence
from credentials.review import queries, services
from credentials.review.models import Assignment, Conflict, ReviewerLoad
from credentials.review.rules import AssignmentState, Reason
from people.rules import Role
from tests.factories import review as reviewing
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import submitted_version
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("rows")

START = dt.datetime(2026, 3, 2, 17, tzinfo=dt.UTC)


def open_reviews(of) -> int:
    return db.session.scalar(select(ReviewerLoad.open_reviews).where(ReviewerLoad.person_id == of.id)) or 0


def mails(kind: str) -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))


# Answers.


def offer(pool: int = 3) -> Assignment:
    return reviewing.assignments(reviewing.offered_version(pool=pool))[0]


def test_accepting_takes_the_answer_about_conflicts_and_sets_the_due_date() -> None:
    row = offer()
    with pytest.raises(BadInput) as refusal:
        services.accept(row.reviewer, row, False)
    assert "no_conflict" in refusal.value.problems
    with clock.frozen(START):
        services.accept(row.reviewer, row, True)
    assert (row.status, row.no_conflict_declared_at, row.due_at) == (AssignmentState.ACCEPTED, START, START + dt.timedelta(days=7))
    assert row.conflict_facts.keys() == {"offer", "accept"}
    assert open_reviews(row.reviewer) == 1


def test_only_the_reviewer_who_was_asked_can_answer() -> None:
    row = offer()
    other = reviewing.assignments(row.version)[1].reviewer
    for act in (lambda: services.accept(other, row, True), lambda: services.decline(other, row, Reason.OTHER), lambda: services.open_desk(other, row)):
        with pytest.raises(RuleBroken) as refusal:
            act()
        assert refusal.value.rule == "not-yours"


def test_declining_asks_somebody_else_who_takes_the_letter() -> None:
    row = offer(pool=3)
    before = {r.reviewer_id for r in reviewing.assignments(row.version)}
    services.decline(row.reviewer, row, Reason.OTHER, "I am on a field trip.")
    now = reviewing.assignments(row.version)
    assert (row.status, row.closed_reason, open_reviews(row.reviewer)) == (AssignmentState.DECLINED, "other: I am on a field trip.", 0)
    assert len(now) == 2
    assert {r.reviewer_id for r in now} != before
    assert sorted(r.pseudonym for r in now) == ["A", "B"]
    assert db.session.scalar(select(Conflict)) is None


def test_declining_for_a_conflict_is_remembered_for_good() -> None:
    row = offer()
    reviewer, author = row.reviewer, row.version.person
    services.decline(reviewer, row, Reason.CONFLICT, "We plan lessons together.")
    kept = db.session.scalars(select(Conflict)).one()
    assert ({kept.person_a_id, kept.person_b_id}, kept.declared_by_id, kept.reason) == ({reviewer.id, author.id}, reviewer.id, "We plan lessons together.")
    other = submitted_version(author, micro_credential())
    services.qualify(None, reviewer, other.submission.micro_credential)
    assert services.assign(other) == []


def test_declining_for_too_much_work_can_begin_a_break() -> None:
    row = offer()
    until = clock.today() + dt.timedelta(days=14)
    services.decline(row.reviewer, row, Reason.LOAD, pause_until=until)
    assert queries.load_of(row.reviewer).paused_until == until


def test_a_reviewer_may_step_back_after_she_saw_the_evidence() -> None:
    row = reviewing.opened(offer())
    services.recuse(row.reviewer, row, Reason.CONFLICT, "I recognised the classroom.")
    assert row.status is AssignmentState.RECUSED
    assert db.session.scalars(select(Conflict)).one().declared_by_id == row.reviewer_id
    assert len(reviewing.assignments(row.version)) == 2
    with pytest.raises(RuleBroken) as refusal:
        services.submit(row.reviewer, row)
    assert refusal.value.rule == "wrong-state"


def test_a_late_click_on_a_closed_offer_is_refused_with_a_sentence() -> None:
    row = offer()
    services.decline(row.reviewer, row, Reason.OTHER)
    with pytest.raises(RuleBroken) as refusal:
        services.accept(row.reviewer, row, True)
    assert refusal.value.sentence == "You declined this offer, and somebody else is asked now."


# People change schools: the check is made again at every step.


def test_a_conflict_that_came_up_since_the_offer_closes_it_at_acceptance() -> None:
    row = offer(pool=3)
    row.reviewer.school_id = row.version.person.school_id
    db.session.flush()
    services.accept(row.reviewer, row, True)
    assert (row.status, row.conflict_facts["accept"]["conflicts"]) == (AssignmentState.CANCELLED, ["same_school"])
    assert len(reviewing.assignments(row.version)) == 2
    assert open_reviews(row.reviewer) == 0


def test_a_withdrawn_qualification_closes_the_offer_at_acceptance() -> None:
    row = offer(pool=3)
    services.withdraw_qualification(person(Role.COORDINATOR), services.qualify(None, row.reviewer, row.version.submission.micro_credential))
    services.accept(row.reviewer, row, True)
    assert row.status is AssignmentState.CANCELLED


def test_a_conflict_that_came_up_since_acceptance_shows_no_evidence() -> None:
    row = reviewing.accepted(offer(pool=3))
    row.version.person.supervisor_id = row.reviewer_id
    db.session.flush()
    services.open_desk(row.reviewer, row)
    assert (row.status, row.opened_at) == (AssignmentState.RECUSED, None)


def test_a_conflict_that_came_up_while_reviewing_keeps_the_review_out() -> None:
    row = reviewing.written(offer(pool=3))
    row.reviewer.school_id = row.version.person.school_id
    db.session.flush()
    services.submit(row.reviewer, row)
    assert (row.status, row.submitted_at) == (AssignmentState.RECUSED, None)
    assert len(reviewing.assignments(row.version)) == 2


# The clock.


def test_an_offer_lapses_after_two_days_and_somebody_else_is_asked() -> None:
    credential = micro_credential()
    reviewing.reviewers(credential, 3)
    version = submitted_version(credential=credential)
    with clock.frozen(START):
        row = services.assign(version)[0]
    with clock.frozen(START + dt.timedelta(hours=47, minutes=59)):
        assert queries.past_their_time() == []
        assert services.lapse_or_expire(row).status is AssignmentState.OFFERED
    with clock.frozen(START + dt.timedelta(hours=48)):
        assert row.id in queries.past_their_time()
        assert services.lapse_or_expire(row).status is AssignmentState.LAPSED
        services.lapse_or_expire(row)
    assert open_reviews(row.reviewer) == 0
    assert row.id not in [r.id for r in reviewing.assignments(version)]
    assert len(reviewing.assignments(version)) == 2


def test_an_accepted_review_expires_three_days_after_its_due_date_and_its_draft_is_kept() -> None:
    row = offer(pool=3)
    with clock.frozen(START):
        reviewing.written(row, overall="Half of my thoughts.")
    with clock.frozen(START + dt.timedelta(days=10) - dt.timedelta(minutes=1)):
        assert services.lapse_or_expire(row).status is AssignmentState.IN_PROGRESS
    with clock.frozen(START + dt.timedelta(days=10)):
        assert queries.past_their_time()[0] == row.id
        assert services.lapse_or_expire(row).status is AssignmentState.EXPIRED
    assert row.overall == "Half of my thoughts."
    assert services.marks_of(row)["planning"].level == "demonstrated"
    assert [m.person_id for m in mails("review.expired")] == [row.reviewer_id]
    with pytest.raises(RuleBroken):
        services.save_draft(row.reviewer, row, {}, "More.", row.revision)


def test_reminders_go_to_those_whom_the_board_calls_late_and_to_nobody_else() -> None:
    early, late = offer(), offer()
    with clock.frozen(START):
        reviewing.accepted(late)
    with clock.frozen(START + dt.timedelta(days=3)):
        reviewing.accepted(early)
    with clock.frozen(START + dt.timedelta(days=5)):
        assert queries.to_remind() == [late]
    with clock.frozen(START + dt.timedelta(days=8)):
        assert queries.to_remind() == [late, early] or queries.to_remind() == [early, late]
        reviewing.handed_in(late)
        assert queries.to_remind() == [early]


# Withdrawing, and the office.


def test_withdrawing_lets_the_reviewers_go_and_tells_those_who_had_accepted() -> None:
    version = reviewing.offered_version()
    first, second = reviewing.assignments(version)
    reviewing.accepted(first)
    evidence.withdraw(version.person, version, opened=services.has_been_opened(version))
    assert services.cancel_all(version) == 2
    assert (first.status, second.status, open_reviews(first.reviewer)) == (AssignmentState.CANCELLED, AssignmentState.CANCELLED, 0)
    assert [m.person_id for m in mails("review.cancelled")] == [first.reviewer_id]
    assert services.cancel_all(version) == 0


def test_it_counts_as_opened_from_the_first_look_on() -> None:
    version = reviewing.offered_version()
    row = reviewing.accepted(reviewing.assignments(version)[0])
    assert not services.has_been_opened(version)
    services.open_desk(row.reviewer, row)
    assert services.has_been_opened(version)


def test_the_office_takes_a_review_back_and_somebody_else_is_asked() -> None:
    row = reviewing.opened(offer(pool=3))
    services.take_back(person(Role.COORDINATOR), row, "On sick leave.")
    assert (row.status, row.closed_reason) == (AssignmentState.CANCELLED, "On sick leave.")
    assert len(reviewing.assignments(row.version)) == 2


def test_the_office_reminds_at_most_once_a_day() -> None:
    row, office = reviewing.accepted(offer()), person(Role.COORDINATOR)
    with clock.frozen(START):
        assert services.remind(office, row)
        assert not services.remind(office, row)
    with clock.frozen(START + dt.timedelta(days=1)):
        assert services.remind(office, row)


def test_the_office_asks_somebody_by_name_where_one_is_lacking() -> None:
    credential, office = micro_credential(), person(Role.COORDINATOR)
    version = submitted_version(credential=credential)
    services.assign(version)
    one = reviewing.reviewer(credential)
    assert services.ask(office, version, one).reviewer_id == one.id
    with pytest.raises(RuleBroken) as refusal:
        services.ask(office, version, version.person)
    assert refusal.value.rule == "may-not-review"
    services.ask(office, version, reviewing.reviewer(credential))
    with pytest.raises(RuleBroken) as refusal:
        services.ask(office, version, reviewing.reviewer(credential))
    assert refusal.value.rule == "nobody-lacking"

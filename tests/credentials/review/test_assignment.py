"""Who is asked to review. The rows are real; time is said by the test."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import audit, clock
from core.db import db
from core.errors import BadInput, RuleBroken
from core.mail import Mail
from credentials.evidence import services as evidence
from credentials.evidence.rules import State
from credentials.review import queries, rules, services
from credentials.review.models import Assignment, Conflict, ReviewerLoad
from credentials.review.rules import AssignmentState, Reason, Round
from people.rules import Role
from tests.factories import review as reviewing
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import complete, released_version, submitted_version
from tests.factories.people import person, school, teacher

pytestmark = pytest.mark.usefixtures("rows")

START = dt.datetime(2026, 3, 2, 17, tzinfo=dt.UTC)


def open_reviews(of) -> int:
    return db.session.scalar(select(ReviewerLoad.open_reviews).where(ReviewerLoad.person_id == of.id)) or 0


def mails(kind: str) -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))


# Asking.


def test_two_qualified_reviewers_are_offered_it_and_review_begins() -> None:
    credential = micro_credential()
    pool = reviewing.reviewers(credential, 2)
    version = submitted_version(credential=credential)
    with clock.frozen(START):
        offers = services.assign(version)
    assert {row.reviewer_id for row in offers} == {p.id for p in pool}
    assert [row.pseudonym for row in offers] == ["A", "B"]
    assert version.status is State.IN_REVIEW
    for row in offers:
        assert (row.status, row.round, row.criteria) == (AssignmentState.OFFERED, Round.FIRST, ["planning", "insight"])
        assert row.accept_by == START + dt.timedelta(hours=48)
        assert row.due_at is None
        assert open_reviews(row.reviewer) == 1
    assert {m.person_id for m in mails("review.offer")} == {p.id for p in pool}


def test_the_facts_of_the_conflict_check_are_kept_with_the_offer() -> None:
    version = reviewing.offered_version()
    row = reviewing.assignments(version)[0]
    facts = row.conflict_facts["offer"]
    assert (facts["author_id"], facts["reviewer_id"], facts["conflicts"]) == (version.person_id, row.reviewer_id, [])
    assert (facts["author_school_id"], facts["reviewer_school_id"]) == (version.person.school_id, row.reviewer.school_id)


def test_asking_again_changes_nothing() -> None:
    version = reviewing.offered_version(pool=5)
    assert services.assign(version) == []
    assert len(reviewing.assignments(version)) == 2
    assert len(mails("review.offer")) == 2


def test_nobody_reviews_her_own_work_whatever_she_is_qualified_for() -> None:
    credential = micro_credential()
    author = reviewing.reviewer(credential)
    version = submitted_version(author, credential)
    assert services.assign(version) == []
    row = Assignment(version_id=version.id, reviewer_id=author.id, pseudonym="A", criteria=[], conflict_facts={}, offered_at=START, accept_by=START)
    db.session.add(row)
    with pytest.raises(IntegrityError, match="Nobody reviews her own work"):
        db.session.flush()
    db.session.rollback()


def test_a_colleague_of_the_same_school_is_not_asked() -> None:
    credential, here = micro_credential(), school()
    reviewing.reviewer(credential, school=here)
    stranger = reviewing.reviewer(credential)
    version = submitted_version(teacher(school=here), credential)
    assert [row.reviewer for row in services.assign(version)] == [stranger]


def test_neither_a_supervisor_nor_somebody_she_supervises_is_asked() -> None:
    credential = micro_credential()
    above = reviewing.reviewer(credential)
    author = teacher(supervisor_id=above.id)
    reviewing.reviewer(credential, supervisor_id=author.id)
    assert services.assign(submitted_version(author, credential)) == []


def test_a_declared_conflict_counts_whichever_of_the_two_declared_it() -> None:
    credential, author = micro_credential(), teacher()
    them = reviewing.reviewers(credential, 2)
    for one in them:
        lower, higher = sorted((one.id, author.id))
        db.session.add(Conflict(person_a_id=lower, person_b_id=higher, kind="declared", declared_by_id=author.id, created_at=START))
    assert services.assign(submitted_version(author, credential)) == []


def test_whoever_saw_an_earlier_version_is_not_asked_about_the_next() -> None:
    credential = micro_credential()
    version = reviewing.drafted_version(("insight",), credential=credential, pool=2)
    before = {row.reviewer_id for row in reviewing.assignments(version)}
    evidence.release(person(Role.COORDINATOR), version)
    fresh = reviewing.reviewers(credential, 2)
    again = evidence.submit(version.person, complete(evidence.reopen(version.person, version.submission)))
    offers = services.assign(again)
    assert {row.reviewer_id for row in offers} == {p.id for p in fresh}
    assert not before & {row.reviewer_id for row in offers}
    assert [row.criteria for row in offers] == [["insight"], ["insight"]]


def test_two_people_do_not_review_each_other() -> None:
    credential = micro_credential()
    one, author = reviewing.reviewers(credential, 2)
    reviewing.reviewer(credential)
    version = submitted_version(author, credential)
    services.assign(version)
    hers = submitted_version(one, credential)
    assert author.id not in {row.reviewer_id for row in services.assign(hers)}
    assert rules.conflicts(queries.candidate(hers, author).facts) == [rules.Conflict.EACH_OTHER]


def test_a_reviewer_whose_own_work_the_author_reviewed_within_a_year_is_not_asked() -> None:
    credential = micro_credential()
    author, other = reviewing.reviewer(credential), reviewing.reviewer(credential)
    reviewing.reviewer(credential)
    with clock.frozen(START):
        theirs = submitted_version(other, credential)
        reviewing.opened(next(row for row in services.assign(theirs) if row.reviewer_id == author.id))
        hers = submitted_version(author, micro_credential())
        services.qualify(None, other, hers.submission.micro_credential)
        assert services.assign(hers) == []
        assert queries.candidate(hers, other).facts.reviewed_by_author
        # An open review has no age; a closed one is forgotten after a year.
        reviewing.handed_in(next(row for row in reviewing.assignments(theirs) if row.reviewer_id == author.id))
    with clock.frozen(START + rules.RECIPROCAL_WINDOW - dt.timedelta(hours=1)):
        assert services.assign(hers) == []
    with clock.frozen(START + rules.RECIPROCAL_WINDOW + dt.timedelta(hours=1)):
        assert [row.reviewer for row in services.assign(hers)] == [other]


@pytest.mark.parametrize("how", ["closed account", "left", "paused", "withdrawn", "full"])
def test_whoever_is_not_available_is_not_asked(how) -> None:
    credential = micro_credential()
    one = reviewing.reviewer(credential)
    if how == "closed account":
        one.enabled = False
    elif how == "left":
        one.leave_date = clock.today() - dt.timedelta(days=1)
    elif how == "paused":
        services.set_load(one, paused_until=clock.today())
    elif how == "withdrawn":
        services.withdraw_qualification(person(Role.COORDINATOR), services.qualify(None, one, credential))
    else:
        services.set_load(one, max_open=0)
    db.session.flush()
    assert services.assign(submitted_version(credential=credential)) == []
    other = reviewing.reviewer(credential)
    assert [row.reviewer for row in services.assign(submitted_version(credential=credential))] == [other]


def test_two_reviewers_of_one_version_come_from_different_schools_where_there_is_a_choice() -> None:
    credential, here = micro_credential(), school()
    reviewing.reviewer(credential, school=here)
    reviewing.reviewer(credential, school=here)
    elsewhere = reviewing.reviewer(credential)
    services.set_load(elsewhere, max_open=1)
    offers = services.assign(submitted_version(credential=credential))
    assert elsewhere in [row.reviewer for row in offers]
    # With no choice left, two of one school are better than one reviewer too few.
    assert [row.reviewer.school_id for row in services.assign(submitted_version(credential=credential))] == [here.id, here.id]


def test_work_is_shared_out_evenly() -> None:
    credential = micro_credential()
    pool = reviewing.reviewers(credential, 4)
    for _ in range(6):
        services.assign(submitted_version(credential=credential))
    assert [open_reviews(one) for one in pool] == [3, 3, 3, 3]


# Too few.


def test_with_one_reviewer_too_few_one_is_asked_and_the_office_is_told_once() -> None:
    credential, office = micro_credential(), person(Role.COORDINATOR)
    reviewing.reviewer(credential)
    version = submitted_version(credential=credential)
    assert len(services.assign(version)) == 1
    assert version.status is State.IN_REVIEW
    services.assign(version)
    assert [m.person_id for m in mails("review.shortage") if m.person_id == office.id] == [office.id]
    events = [e for e in audit.history("submission_version", [version.id]) if e.verb == "review.shortage"]
    assert [e.facts["missing"] for e in events] == [1]
    assert events[0].facts["why"] == {}


def test_with_nobody_at_all_it_waits_and_is_asked_for_again() -> None:
    credential = micro_credential()
    here = school()
    reviewing.reviewer(credential, school=here)
    version = submitted_version(teacher(school=here), credential)
    assert services.assign(version) == []
    assert version.status is State.SUBMITTED
    event = next(e for e in audit.history("submission_version", [version.id]) if e.verb == "review.shortage")
    assert (event.facts["missing"], event.facts["qualified"], event.facts["why"]) == (2, 1, {"same_school": 1})
    assert queries.short_of_reviewers() == [version.id]
    reviewing.reviewers(credential, 2)
    assert len(services.assign(version)) == 2
    assert queries.short_of_reviewers() == []


def test_the_author_who_works_in_the_office_is_not_told_about_her_own() -> None:
    author = person(Role.COORDINATOR, Role.TEACHER)
    services.assign(submitted_version(author, micro_credential()))
    assert author.id not in [m.person_id for m in mails("review.shortage")]


# Qualifications and places.


def test_qualifying_makes_a_reviewer_and_doing_it_twice_changes_nothing() -> None:
    credential, colleague, office = micro_credential(), teacher(), person(Role.COORDINATOR)
    first = services.qualify(office, colleague, credential)
    second = services.qualify(office, colleague, credential)
    assert first is second
    assert colleague.is_a(Role.REVIEWER)
    assert len([g for g in colleague.role_grants if g.role == Role.REVIEWER]) == 1
    assert [e.verb for e in audit.history("qualification", [first.id])] == ["review.qualify"]


def test_nobody_qualifies_herself() -> None:
    office = person(Role.COORDINATOR)
    with pytest.raises(RuleBroken) as refusal:
        services.qualify(office, office, micro_credential())
    assert refusal.value.rule == "own-qualification"


def test_a_reviewer_sets_her_own_maximum_and_pauses_and_nonsense_is_refused() -> None:
    one = reviewing.reviewer(micro_credential())
    day = clock.today() + dt.timedelta(days=30)
    services.set_load(one, max_open=2, paused_until=day)
    services.set_load(one, max_open=3)
    assert (queries.load_of(one).max_open, queries.load_of(one).paused_until) == (3, day)
    services.set_load(one, resume=True)
    assert queries.load_of(one).paused_until is None
    with pytest.raises(BadInput) as refusal:
        services.set_load(one, max_open=31, paused_until=clock.today() - dt.timedelta(days=1))
    assert refusal.value.problems.keys() == {"max_open", "paused_until"}


def test_places_equal_open_assignments_after_any_story() -> None:
    credential = micro_credential()
    pool = reviewing.reviewers(credential, 6)
    rows = [row for _ in range(4) for row in services.assign(submitted_version(credential=credential))]
    reviewing.accepted(rows[0])
    reviewing.handed_in(rows[1])
    services.decline(rows[2].reviewer, rows[2], Reason.LOAD)
    services.recuse(rows[3].reviewer, reviewing.opened(rows[3]), Reason.OTHER)
    with clock.frozen(clock.now() + dt.timedelta(days=3)):
        services.lapse_or_expire(rows[4])
    counted = {one.id: sum(row.reviewer_id == one.id and row.is_open for row in db.session.scalars(select(Assignment))) for one in pool}
    assert counted == {one.id: open_reviews(one) for one in pool}


def test_released_decisions_need_nobody_any_more() -> None:
    version = released_version()
    assert services.assign(version) == []
    assert queries.short_of_reviewers() == []

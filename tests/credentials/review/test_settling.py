"""What follows when reviews come in: agreement, a third opinion where it matters, and what carries over."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core import audit
from core.db import db
from core.errors import BadInput, RuleBroken
from core.mail import Mail
from credentials.evidence import services as evidence
from credentials.evidence.rules import State
from credentials.review import queries, services
from credentials.review.models import Assignment
from credentials.review.review_rules import Mark
from credentials.review.rules import AssignmentState, Round
from people.rules import Role
from tests.factories import review as reviewing
from tests.factories.catalogue import document, micro_credential
from tests.factories.evidence import complete
from tests.factories.people import person, teacher

pytestmark = pytest.mark.usefixtures("rows")


def test_one_review_alone_decides_nothing() -> None:
    version = reviewing.offered_version()
    reviewing.handed_in(reviewing.assignments(version)[0])
    assert (version.status, version.results) == (State.IN_REVIEW, None)


def test_two_that_agree_draft_the_decision_and_the_office_is_told_once() -> None:
    office = person(Role.COORDINATOR)
    version = reviewing.drafted_version(("insight",))
    assert (version.status, version.drafted_outcome) == (State.DECIDED_DRAFT, "not_yet")
    assert version.results == {
        "planning": {"met": True, "level": "demonstrated", "carried": False, "split": False},
        "insight": {"met": False, "level": "not-met", "carried": False, "split": False},
    }
    services.settle(version)
    told = db.session.scalars(select(Mail.person_id).where(Mail.kind == "review.ready", Mail.person_id == office.id)).all()
    assert list(told) == [office.id]


def test_two_that_agree_on_everything_draft_demonstrated() -> None:
    assert reviewing.drafted_version().drafted_outcome == "demonstrated"


def test_a_difference_that_changes_nothing_is_split_and_counts_as_not_met() -> None:
    version = reviewing.reviewed_version(unmet=(("planning", "insight"), ("planning",)))
    assert version.status is State.DECIDED_DRAFT
    assert version.results["insight"] == {"met": False, "level": "not-met", "carried": False, "split": True}
    assert len(reviewing.assignments(version)) == 2


def test_a_difference_that_decides_asks_a_third_on_the_disputed_criteria_only() -> None:
    version = reviewing.reviewed_version(unmet=((), ("insight",)))
    assert (version.status, version.results) == (State.ADJUDICATING, None)
    first = reviewing.assignments(version)[:2]
    third = reviewing.assignments(version)[2]
    assert (third.round, third.pseudonym, third.criteria, third.status) == (Round.THIRD, "C", ["insight"], AssignmentState.OFFERED)
    assert third.reviewer_id not in {row.reviewer_id for row in first}


@pytest.mark.parametrize(("unmet", "outcome", "level"), [((), "demonstrated", "demonstrated"), (("insight",), "not_yet", "not-met")])
def test_the_third_decides_by_majority(unmet, outcome, level) -> None:
    version = reviewing.reviewed_version(unmet=((), ("insight",)))
    reviewing.handed_in(reviewing.assignments(version)[2], unmet)
    assert (version.status, version.drafted_outcome) == (State.DECIDED_DRAFT, outcome)
    assert version.results["insight"] == {"met": not unmet, "level": level, "carried": False, "split": False}
    assert version.results["planning"]["met"]


def test_the_level_after_a_third_is_the_middle_one() -> None:
    version = reviewing.reviewed_version(unmet=((), ("insight",)))
    reviewing.handed_in(reviewing.assignments(version)[2], levels={"insight": "progressing"})
    assert version.results["insight"]["level"] == "progressing"


def test_a_third_who_declines_is_replaced_and_asked_the_same() -> None:
    version = reviewing.reviewed_version(unmet=((), ("insight",)), pool=4)
    third = reviewing.assignments(version)[2]
    services.decline(third.reviewer, third, reason=services.rules.Reason.OTHER)
    successor = reviewing.assignments(version)[2]
    assert (successor.round, successor.pseudonym, successor.criteria) == (Round.THIRD, "C", ["insight"])
    assert successor.reviewer_id != third.reviewer_id


def test_with_no_third_to_be_had_it_waits_and_the_job_finds_one_later() -> None:
    version = reviewing.reviewed_version(unmet=((), ("insight",)), pool=2)
    assert version.status is State.ADJUDICATING
    assert queries.short_of_reviewers() == [version.id]
    reviewing.reviewer(version.submission.micro_credential)
    assert [row.criteria for row in services.assign(version)] == [["insight"]]


def test_reviews_far_apart_are_noted_for_the_lead_whatever_the_outcome() -> None:
    version = reviewing.reviewed_version(unmet=(("planning", "insight"), ("planning",)))
    event = next(e for e in audit.history("submission_version", [version.id]) if e.verb == "review.verdict")
    assert (event.facts["split"], event.facts["far_apart"]) == (["insight"], ["insight"])


def test_under_a_core_rule_a_dispute_about_an_optional_one_that_is_not_needed_asks_nobody() -> None:
    credential = micro_credential(pass_rule={"kind": "core-plus", "core": ["planning"], "optional_needed": 0})
    version = reviewing.reviewed_version(credential=credential, unmet=((), ("insight",)))
    assert (version.status, version.drafted_outcome) == (State.DECIDED_DRAFT, "demonstrated")
    assert version.results["insight"] == {"met": False, "level": "not-met", "carried": False, "split": True}


def test_what_was_met_carries_over_with_its_level_and_is_judged_by_nobody_again() -> None:
    credential = micro_credential(
        levels=[
            {"key": "exemplary", "label": "Exemplary", "passes": True},
            {"key": "demonstrated", "label": "Demonstrated", "passes": True},
            {"key": "not-met", "label": "Not met", "passes": False},
        ],
        parts=with_levels(["exemplary", "demonstrated", "not-met"]),
    )
    version = reviewing.offered_version(credential=credential)
    for row in reviewing.assignments(version):
        reviewing.handed_in(row, levels={"planning": "demonstrated", "insight": "not-met"})
    evidence.release(person(Role.COORDINATOR), version)
    reviewing.reviewers(credential, 2)
    again = evidence.submit(version.person, complete(evidence.reopen(version.person, version.submission)))
    assert again.carried == ["planning"]
    assert [row.criteria for row in services.assign(again)] == [["insight"], ["insight"]]
    for row in reviewing.assignments(again):
        reviewing.handed_in(row)
    assert again.drafted_outcome == "demonstrated"
    assert again.results == {
        "planning": {"met": True, "level": "demonstrated", "carried": True, "split": False},
        "insight": {"met": True, "level": "exemplary", "carried": False, "split": False},
    }


def with_levels(keys: list[str]) -> list[dict]:
    parts = document()["parts"]
    for part in parts:
        for item in part["items"]:
            for criterion in item["criteria"]:
                criterion["descriptors"] = {key: f"What {key} looks like." for key in keys}
    return parts


# One review.


def on_desk() -> Assignment:
    return reviewing.opened(reviewing.assignments(reviewing.offered_version())[0])


def test_a_draft_keeps_what_is_there_complete_or_not() -> None:
    row = on_desk()
    assert services.save_draft(row.reviewer, row, {"planning": Mark(None, "Half a tho")}, "", 0) == 1
    assert services.save_draft(row.reviewer, row, {"insight": Mark("progressing")}, "Good.", 1) == 2
    assert services.marks_of(row) == {"planning": Mark(None, "Half a tho"), "insight": Mark("progressing")}
    assert row.overall == "Good."


def test_an_older_window_cannot_undo_a_newer_one() -> None:
    row = on_desk()
    services.save_draft(row.reviewer, row, {"planning": Mark("demonstrated")}, "", 0)
    with pytest.raises(services.Overtaken) as refusal:
        services.save_draft(row.reviewer, row, {"planning": Mark("not-met")}, "", 0)
    assert (refusal.value.revision, services.marks_of(row)["planning"].level) == (1, "demonstrated")


@pytest.mark.parametrize(
    ("marks", "overall"),
    [({"unheard-of": Mark("demonstrated")}, ""), ({"planning": Mark("of-a-dream")}, ""), ({"planning": Mark(None, "x" * 6001)}, ""), ({}, "x" * 6001)],
)
def test_a_draft_with_what_the_rubric_does_not_know_is_refused(marks, overall) -> None:
    row = on_desk()
    with pytest.raises(BadInput):
        services.save_draft(row.reviewer, row, marks, overall, 0)


def test_nothing_is_written_before_the_evidence_was_opened() -> None:
    row = reviewing.accepted(reviewing.assignments(reviewing.offered_version())[0])
    with pytest.raises(RuleBroken) as refusal:
        services.save_draft(row.reviewer, row, {}, "", 0)
    assert refusal.value.sentence == "Open the evidence first."


def test_an_incomplete_review_is_refused_with_a_sentence_for_every_criterion() -> None:
    row = on_desk()
    services.save_draft(row.reviewer, row, {"planning": Mark("progressing", "No question.", "")}, "", 0)
    with pytest.raises(BadInput) as refusal:
        services.submit(row.reviewer, row)
    assert refusal.value.problems == {
        "planning": "A few words more: what exactly is missing, and what would show it?",
        "insight": "Choose a level.",
    }
    assert row.status is AssignmentState.IN_PROGRESS


def test_a_review_that_is_in_does_not_change_not_even_behind_our_back() -> None:
    row = reviewing.handed_in(reviewing.assignments(reviewing.offered_version())[0])
    with pytest.raises(RuleBroken):
        services.save_draft(row.reviewer, row, {"planning": Mark("not-met")}, "", row.revision)
    for statement in (
        "UPDATE score SET level_key = 'not-met' WHERE assignment_id = :id",
        "DELETE FROM score WHERE assignment_id = :id",
        "UPDATE assignment SET overall = 'Other words' WHERE id = :id",
        "UPDATE assignment SET state = 'in_progress', submitted_at = NULL WHERE id = :id",
        "DELETE FROM assignment WHERE id = :id",
    ):
        with pytest.raises(IntegrityError, match="handed in"), db.session.begin_nested():
            db.session.execute(text(statement), {"id": row.id})


def test_release_locks_the_reviews() -> None:
    version = reviewing.drafted_version()
    evidence.release(person(Role.COORDINATOR), version)
    assert services.lock_all(version) == 2
    assert {row.status for row in reviewing.assignments(version)} == {AssignmentState.LOCKED}
    assert services.lock_all(version) == 0


def test_a_review_handed_in_after_the_withdrawal_is_refused() -> None:
    version = reviewing.offered_version(teacher())
    row = reviewing.accepted(reviewing.assignments(version)[0])
    evidence.withdraw(version.person, version, opened=False)
    services.cancel_all(version)
    with pytest.raises(RuleBroken) as refusal:
        services.open_desk(row.reviewer, row)
    assert refusal.value.sentence == "This review is no longer needed."
    assert services.settle(version).status is State.WITHDRAWN

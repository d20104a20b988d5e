"""Moves, conflicts and the order of asking, as tables of values."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from credentials.review import rules
from credentials.review.review_rules import Mark, problems
from credentials.review.rules import DONE, LIVE, MOVES, OPEN, AssignmentAct, AssignmentState, Candidate, Conflict, Obstacle, PairFacts, QualificationState

S, A = AssignmentState, AssignmentAct
TODAY = dt.date(2026, 3, 2)

#: All that can happen, written once more as people say it.
ALLOWED = {
    S.OFFERED: {A.ACCEPT: S.ACCEPTED, A.DECLINE: S.DECLINED, A.LAPSE: S.LAPSED, A.CANCEL: S.CANCELLED},
    S.ACCEPTED: {A.OPEN: S.IN_PROGRESS, A.RECUSE: S.RECUSED, A.EXPIRE: S.EXPIRED, A.CANCEL: S.CANCELLED},
    S.IN_PROGRESS: {A.SUBMIT: S.SUBMITTED, A.RECUSE: S.RECUSED, A.EXPIRE: S.EXPIRED, A.CANCEL: S.CANCELLED},
    S.SUBMITTED: {A.LOCK: S.LOCKED},
}


@pytest.mark.parametrize(("state", "act"), itertools.product(S, A), ids=lambda x: x.value)
def test_an_assignment_moves_as_the_table_says_and_in_no_other_way(state, act) -> None:
    assert rules.next_state(state, act) == ALLOWED.get(state, {}).get(act)


def test_the_table_has_nothing_else() -> None:
    assert {(state, act): after for state, moves in ALLOWED.items() for act, after in moves.items()} == MOVES
    assert [rules.acts(S.SUBMITTED), rules.acts(S.DECLINED)] == [[A.LOCK], []]


def test_only_open_assignments_load_a_reviewer_and_only_live_ones_count() -> None:
    assert OPEN | DONE == LIVE
    assert all(rules.acts(state) for state in OPEN)
    assert all(MOVES[(state, A.CANCEL)] is S.CANCELLED for state in OPEN)


FACTS = {"author_id": 1, "reviewer_id": 2, "author_school_id": 10, "reviewer_school_id": 20}


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, []),
        ({"reviewer_id": 1}, [Conflict.ONESELF]),
        ({"reviewer_school_id": 10}, [Conflict.SAME_SCHOOL]),
        ({"reviewer_school_id": None}, []),
        ({"reviewer_school_id": None, "author_school_id": None}, []),
        ({"author_supervisor_id": 2}, [Conflict.SUPERVISOR]),
        ({"reviewer_supervisor_id": 1}, [Conflict.SUPERVISOR]),
        ({"author_supervisor_id": 3, "reviewer_supervisor_id": 3}, []),
        ({"declared": ("declared",)}, [Conflict.DECLARED]),
        ({"reviewed_before": True}, [Conflict.EARLIER_REVIEWER]),
        ({"reviewed_by_author": True}, [Conflict.EACH_OTHER]),
        ({"reviewer_school_id": 10, "author_supervisor_id": 2, "declared": ("declared",)}, [Conflict.SAME_SCHOOL, Conflict.SUPERVISOR, Conflict.DECLARED]),
    ],
    ids=str,
)
def test_what_is_a_conflict_and_what_is_not(facts, found) -> None:
    assert rules.conflicts(PairFacts(**FACTS | facts)) == found


def candidate(person_id: int = 2, school: int | None = 20, **given: object) -> Candidate:
    return Candidate(**{"facts": PairFacts(1, person_id, 10, school), "qualification": QualificationState.QUALIFIED} | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"qualification": None}, [Obstacle.NOT_QUALIFIED]),
        ({"qualification": QualificationState.WITHDRAWN}, [Obstacle.NOT_QUALIFIED]),
        ({"qualification": QualificationState.PAUSED}, [Obstacle.PAUSED]),
        ({"in_office": True}, [Obstacle.OFFICE]),
        ({"enabled": False}, [Obstacle.ACCOUNT_CLOSED]),
        ({"leave_date": TODAY}, []),
        ({"leave_date": TODAY - dt.timedelta(days=1)}, [Obstacle.LEFT]),
        ({"asked_before": True}, [Obstacle.ASKED_BEFORE]),
        ({"paused_until": TODAY}, [Obstacle.PAUSED]),
        ({"paused_until": TODAY - dt.timedelta(days=1)}, []),
        ({"open_reviews": 4}, []),
        ({"open_reviews": 5}, [Obstacle.FULL]),
        ({"max_open": 0}, [Obstacle.FULL]),
    ],
    ids=str,
)
def test_who_is_not_asked_although_there_is_no_conflict(given, found) -> None:
    assert rules.obstacles(candidate(**given), TODAY) == found
    assert rules.may_be_asked(candidate(**given), TODAY) is (found == [])


def test_a_conflict_alone_is_enough_not_to_be_asked() -> None:
    assert not rules.may_be_asked(candidate(school=10), TODAY)


def order(*them: Candidate, at_work: tuple[int, ...] = ()) -> list[int]:
    return [c.person_id for c in rules.in_order(them, 7, at_work)]


def test_whoever_has_the_smallest_share_of_her_maximum_in_hand_is_asked_first() -> None:
    assert order(candidate(2, open_reviews=2, max_open=4), candidate(3, open_reviews=2, max_open=10), candidate(4, open_reviews=1, max_open=2)) == [3, 4, 2]


def test_a_school_that_has_a_reviewer_on_this_version_comes_last_but_comes() -> None:
    assert order(candidate(2, school=30), candidate(3, school=40, open_reviews=3), at_work=(30,)) == [3, 2]


def test_ties_fall_the_same_way_every_time_and_differently_for_another_version() -> None:
    them = [candidate(n) for n in range(2, 30)]
    once = [c.person_id for c in rules.in_order(them, 7)]
    assert once == [c.person_id for c in rules.in_order(reversed(them), 7)]
    assert once != [c.person_id for c in rules.in_order(them, 8)]


def test_letters_are_given_from_the_front_and_taken_up_again() -> None:
    assert [rules.pseudonym([]), rules.pseudonym(["A"]), rules.pseudonym(["B"]), rules.pseudonym(["A", "B"])] == ["A", "B", "A", "C"]


HELP = "Name two students' answers and what you did with them."


@pytest.mark.parametrize(
    ("mark", "problem"),
    [
        (Mark("demonstrated"), None),
        (Mark(None, HELP, "page 2"), "no-level"),
        (Mark("of-a-dream"), "no-level"),
        (Mark("progressing"), "no-comment"),
        (Mark("progressing", "   "), "no-comment"),
        (Mark("progressing", "Too short."), "short-comment"),
        (Mark("progressing", HELP), "no-pointer"),
        (Mark("progressing", HELP, "page 2"), None),
    ],
)
def test_below_a_passing_level_a_comment_that_helps_and_a_place_in_the_evidence_are_needed(mark, problem) -> None:
    found = problems(["a"], {"demonstrated"}, {"demonstrated", "progressing"}, {"a": mark})
    assert found == ({"a": problem} if problem else {})


def test_every_criterion_of_the_review_needs_a_level_and_others_are_nobodys_business() -> None:
    assert problems(["a", "b"], {"x"}, {"x"}, {"b": Mark("x"), "c": Mark("y")}) == {"a": "no-level"}

"""Reviewing: assignments and their moves, conflicts, and the disagreement rule. Standard library only."""

from __future__ import annotations

import enum


class AssignmentState(enum.StrEnum):
    """Where one reviewer's assignment stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    RECUSED = "recused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    LOCKED = "locked"


class AssignmentAct(enum.StrEnum):
    """What can happen to it."""

    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    OPEN = "open"
    SUBMIT = "submit"
    RECUSE = "recuse"
    EXPIRE = "expire"
    CANCEL = "cancel"
    LOCK = "lock"


class Round(enum.StrEnum):
    """Why a review was asked for: one of the two independent first reviews, or a third on what is disputed."""

    FIRST = "first"
    THIRD = "third"


_A, _X = AssignmentState, AssignmentAct
MOVES: dict[tuple[AssignmentState, AssignmentAct], AssignmentState] = {
    (_A.OFFERED, _X.ACCEPT): _A.ACCEPTED,
    (_A.OFFERED, _X.DECLINE): _A.DECLINED,
    (_A.OFFERED, _X.LAPSE): _A.LAPSED,
    (_A.OFFERED, _X.CANCEL): _A.CANCELLED,
    (_A.ACCEPTED, _X.OPEN): _A.IN_PROGRESS,
    (_A.ACCEPTED, _X.RECUSE): _A.RECUSED,
    (_A.ACCEPTED, _X.EXPIRE): _A.EXPIRED,
    (_A.ACCEPTED, _X.CANCEL): _A.CANCELLED,
    (_A.IN_PROGRESS, _X.SUBMIT): _A.SUBMITTED,
    (_A.IN_PROGRESS, _X.RECUSE): _A.RECUSED,
    (_A.IN_PROGRESS, _X.EXPIRE): _A.EXPIRED,
    (_A.SUBMITTED, _X.LOCK): _A.LOCKED,
}

#: Assignments that still count towards what a version needs, or already gave it.
LIVE = frozenset({_A.OFFERED, _A.ACCEPTED, _A.IN_PROGRESS, _A.SUBMITTED, _A.LOCKED})
#: Assignments that load a reviewer.
OPEN = frozenset({_A.OFFERED, _A.ACCEPTED, _A.IN_PROGRESS})
DONE = frozenset({_A.SUBMITTED, _A.LOCKED})


def next_state(state: AssignmentState, act: AssignmentAct) -> AssignmentState | None:
    """The state after ``act``, or None where the table has no such move."""
    return MOVES.get((state, act))

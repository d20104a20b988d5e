"""Reviewing: assignments and their moves, conflicts, and the order in which reviewers are asked. Standard library only.

The disagreement rule stands beside this in :mod:`credentials.review.verdict_rules`, what makes a review complete in
:mod:`credentials.review.review_rules`. Source of all three: the recommended review workflow, sections 3 to 5 of the notes on peer review.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


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


class QualificationState(enum.StrEnum):
    """Whether somebody may be asked to review a micro-credential."""

    QUALIFIED = "qualified"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


class Reason(enum.StrEnum):
    """Why a reviewer says no to an offer, or steps back from a review. Only a conflict is remembered for good."""

    CONFLICT = "conflict"
    LOAD = "load"
    OTHER = "other"


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
    (_A.IN_PROGRESS, _X.CANCEL): _A.CANCELLED,
    (_A.SUBMITTED, _X.LOCK): _A.LOCKED,
}

#: Assignments that still count towards what a version needs, or already gave it.
LIVE = frozenset({_A.OFFERED, _A.ACCEPTED, _A.IN_PROGRESS, _A.SUBMITTED, _A.LOCKED})
#: Assignments that load a reviewer.
OPEN = frozenset({_A.OFFERED, _A.ACCEPTED, _A.IN_PROGRESS})
#: Reviews that are in.
DONE = frozenset({_A.SUBMITTED, _A.LOCKED})

#: How many independent reviews come first, and how many a dispute adds.
NEEDED: dict[Round, int] = {Round.FIRST: 2, Round.THIRD: 1}

#: The clock of an assignment: an offer lapses, an accepted review falls due, is reminded of, and expires some days after.
ACCEPT_WITHIN = dt.timedelta(hours=48)
DUE_AFTER = dt.timedelta(days=7)
REMIND_BEFORE = dt.timedelta(days=2)
GRACE = dt.timedelta(days=3)

#: Two people who reviewed each other inside this time could trade favours.
RECIPROCAL_WINDOW = dt.timedelta(days=365)

#: A reviewer's own maximum of open reviews: what it is before she says, and the most she may say.
MAX_OPEN_AT_FIRST = 5
MAX_OPEN_LIMIT = 30


def next_state(state: AssignmentState, act: AssignmentAct) -> AssignmentState | None:
    """The state after ``act``, or None where the table has no such move."""
    return MOVES.get((state, act))


def acts(state: AssignmentState) -> list[AssignmentAct]:
    """What can happen in this state, in the table's order."""
    return [act for (at, act) in MOVES if at is state]


def pseudonym(taken: Iterable[str]) -> str:
    """The first free letter among the reviewers who count for one version: "Reviewer A", "Reviewer B", and so on.

    Letters belong to a version, never to a person, and say nothing about who it is.

    >>> pseudonym(["A", "C"])
    'B'
    """
    used = set(taken)
    return next(letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in used)


# Conflicts of interest.


class Conflict(enum.StrEnum):
    """A hard conflict: with any of these, this person never reviews that version."""

    ONESELF = "oneself"
    SAME_SCHOOL = "same_school"
    SUPERVISOR = "supervisor"
    DECLARED = "declared"
    EARLIER_REVIEWER = "earlier_reviewer"
    EACH_OTHER = "each_other"


@dataclass(frozen=True)
class PairFacts:
    """What is known about one author and one person who might review her, as stored with the assignment.

    Schools and supervisors are ids, None where unknown; ``declared`` holds the kinds of declared conflicts between the two;
    ``reviewed_before`` says that this person opened an earlier version of the same chain; ``reviewed_by_author`` that the author
    opened a review of this person's work inside :data:`RECIPROCAL_WINDOW`.
    """

    author_id: int
    reviewer_id: int
    author_school_id: int | None = None
    reviewer_school_id: int | None = None
    author_supervisor_id: int | None = None
    reviewer_supervisor_id: int | None = None
    declared: tuple[str, ...] = ()
    reviewed_before: bool = False
    reviewed_by_author: bool = False


def conflicts(facts: PairFacts) -> list[Conflict]:
    """Every hard conflict these facts amount to; an empty list means that this person may review."""
    found = []
    if facts.author_id == facts.reviewer_id:
        found.append(Conflict.ONESELF)
    if facts.author_school_id is not None and facts.author_school_id == facts.reviewer_school_id:
        found.append(Conflict.SAME_SCHOOL)
    if facts.author_supervisor_id == facts.reviewer_id or facts.reviewer_supervisor_id == facts.author_id:
        found.append(Conflict.SUPERVISOR)
    if facts.declared:
        found.append(Conflict.DECLARED)
    if facts.reviewed_before:
        found.append(Conflict.EARLIER_REVIEWER)
    if facts.reviewed_by_author:
        found.append(Conflict.EACH_OTHER)
    return found


# Who is asked.


class Obstacle(enum.StrEnum):
    """Why somebody is not asked although no conflict stands in the way."""

    NOT_QUALIFIED = "not_qualified"
    OFFICE = "office"
    ACCOUNT_CLOSED = "account_closed"
    LEFT = "left"
    ASKED_BEFORE = "asked_before"
    PAUSED = "paused"
    FULL = "full"


@dataclass(frozen=True)
class Candidate:
    """Somebody who might review one version, with all that decides it."""

    facts: PairFacts
    qualification: QualificationState | None
    enabled: bool = True
    leave_date: dt.date | None = None
    asked_before: bool = False
    max_open: int = MAX_OPEN_AT_FIRST
    open_reviews: int = 0
    paused_until: dt.date | None = None
    #: A coordinator: she sees who hands in, so she cannot review blind, and could not release what she reviewed.
    in_office: bool = False

    @property
    def person_id(self) -> int:
        return self.facts.reviewer_id


def obstacles(candidate: Candidate, today: dt.date) -> list[Obstacle]:
    """Every reason besides a conflict for which this person is not asked today."""
    found = []
    if candidate.qualification is not QualificationState.QUALIFIED:
        found.append(Obstacle.PAUSED if candidate.qualification is QualificationState.PAUSED else Obstacle.NOT_QUALIFIED)
    if candidate.in_office:
        found.append(Obstacle.OFFICE)
    if not candidate.enabled:
        found.append(Obstacle.ACCOUNT_CLOSED)
    if candidate.leave_date is not None and candidate.leave_date < today:
        found.append(Obstacle.LEFT)
    if candidate.asked_before:
        found.append(Obstacle.ASKED_BEFORE)
    if candidate.paused_until is not None and candidate.paused_until >= today and Obstacle.PAUSED not in found:
        found.append(Obstacle.PAUSED)
    if candidate.open_reviews >= candidate.max_open:
        found.append(Obstacle.FULL)
    return found


def may_be_asked(candidate: Candidate, today: dt.date) -> bool:
    """Whether this person can be offered the review today."""
    return not conflicts(candidate.facts) and not obstacles(candidate, today)


def in_order(candidates: Iterable[Candidate], version_id: int, schools_at_work: Iterable[int | None] = ()) -> list[Candidate]:
    """The order in which to ask: first those of a school that has no reviewer on this version yet, then whoever has the smallest share of
    her maximum in hand.

    Ties are broken by a digest of version and person: the same for the same input, and no favour to whoever has the lowest id.
    """
    at_work = {school for school in schools_at_work if school is not None}

    def key(candidate: Candidate) -> tuple[bool, float, int, str]:
        lot = hashlib.sha256(f"{version_id}:{candidate.person_id}".encode()).hexdigest()
        share = candidate.open_reviews / candidate.max_open if candidate.max_open else 1.0
        return (candidate.facts.reviewer_school_id in at_work, share, candidate.open_reviews, lot)

    return sorted(candidates, key=key)

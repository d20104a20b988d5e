"""The life of a submission version: states, moves, and who may be judged complete. Standard library only.

Source: the recommended review workflow, state machine of the submission version; the completeness check by a second person and
appeals come with the peer-review issue and fit between ``submitted`` and ``in_review``, and after a release.
"""

from __future__ import annotations

import enum


class State(enum.StrEnum):
    """Where a submission version stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    ADJUDICATING = "adjudicating"
    DECIDED_DRAFT = "decided_draft"
    DEMONSTRATED = "demonstrated"
    NOT_YET = "not_yet"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


class Act(enum.StrEnum):
    """What can happen to it."""

    SUBMIT = "submit"
    ASSIGN = "assign"
    WITHDRAW = "withdraw"
    AGREE = "agree"
    DISPUTE = "dispute"
    SETTLE = "settle"
    RELEASE_DEMONSTRATED = "release_demonstrated"
    RELEASE_NOT_YET = "release_not_yet"
    REVOKE = "revoke"


class Visibility(enum.StrEnum):
    """Who may see a piece of evidence after the decision; before it, the reviewers of this version see all but what is private."""

    PRIVATE = "private"
    REVIEWERS = "reviewers"
    DISTRICT = "district"
    PUBLIC = "public"


MOVES: dict[tuple[State, Act], State] = {
    (State.DRAFT, Act.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Act.ASSIGN): State.IN_REVIEW,
    (State.SUBMITTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.IN_REVIEW, Act.WITHDRAW): State.WITHDRAWN,
    (State.IN_REVIEW, Act.AGREE): State.DECIDED_DRAFT,
    (State.IN_REVIEW, Act.DISPUTE): State.ADJUDICATING,
    (State.ADJUDICATING, Act.SETTLE): State.DECIDED_DRAFT,
    (State.DECIDED_DRAFT, Act.RELEASE_DEMONSTRATED): State.DEMONSTRATED,
    (State.DECIDED_DRAFT, Act.RELEASE_NOT_YET): State.NOT_YET,
    (State.DEMONSTRATED, Act.REVOKE): State.REVOKED,
}

#: After these nothing more happens to this version.
FINAL = frozenset({State.DEMONSTRATED, State.NOT_YET, State.WITHDRAWN, State.REVOKED})
#: Versions at which reviewers are or were at work.
UNDER_REVIEW = frozenset({State.IN_REVIEW, State.ADJUDICATING})

#: Attempts with a released decision before a coaching conversation is due.
ATTEMPT_LIMIT = 3


class Refused(ValueError):
    """An act that the state does not allow; ``code`` is stable, the sentence belongs to the room that shows it."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def next_state(state: State, act: Act) -> State:
    """The state after ``act``. Raises :class:`Refused` (code ``wrong-state``) where the table has no such move."""
    try:
        return MOVES[(state, act)]
    except KeyError:
        raise Refused("wrong-state", state=state.value, act=act.value) from None


def acts(state: State) -> list[Act]:
    """What can happen in this state, in the table's order: which buttons to show."""
    return [act for (at, act) in MOVES if at is state]

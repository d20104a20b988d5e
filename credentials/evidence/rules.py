"""The life of a submission version: states, moves, and who may be judged complete. Standard library only.

Source: the recommended review workflow, state machine of the submission version; the completeness check by a second person and
appeals come with the peer-review issue and fit between ``submitted`` and ``in_review``, and after a release.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit


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


#: How long it usually takes from submitting to the released decision: two days to accept, seven to review, the rest to release.
#: It is what the author is told as "by when"; reviewers' own deadlines belong to the review room.
USUAL_TURNAROUND = dt.timedelta(days=12)

#: Files an item takes where the micro-credential does not say.
DEFAULT_MAX_FILES = 5
#: The longest text that is stored for one item, in characters: some forty pages, far above any word limit.
LONGEST_TEXT = 100_000
LONGEST_LINK = 2_000


class Students(enum.StrEnum):
    """The author's answer about students in one file."""

    NONE = "none"
    RELEASED = "released"
    UNRELEASED = "unreleased"

    def facts(self) -> dict[str, bool]:
        """As it is stored with the file."""
        return {"students_identifiable": self is not Students.NONE, "release_on_file": self is Students.RELEASED}


def students_answer(facts: Mapping[str, object]) -> Students | None:
    """The answer that was stored with a file; None where the question is still open."""
    if "students_identifiable" not in facts:
        return None
    if not facts["students_identifiable"]:
        return Students.NONE
    return Students.RELEASED if facts.get("release_on_file") else Students.UNRELEASED


def count_words(text: str) -> int:
    """Words as the counter beside the field counts them: what stands between white space.

    >>> count_words("  What I   tried,\\nand why ")
    5
    """
    return len(text.split())


def clean_text(text: str) -> str:
    """Text as it is kept: line ends as one sign, nothing that a database or a screen cannot show, no white space at the end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or (c >= " " and c not in "\x7f\ufeff" and not "\ud800" <= c <= "\udfff")).rstrip()


def clean_link(text: str) -> str:
    """An address as it is kept: ``https://`` is put before one that begins with a host name.

    Raises :class:`Refused` with code ``link-scheme`` (not http or https), ``link-host`` (no host that could be on the internet),
    ``link-sign-in`` (a name or password inside) or ``link-long``.

    >>> clean_link("docs.laurel.example/d/1")
    'https://docs.laurel.example/d/1'
    """
    text = "".join(text.split())
    if not text:
        return ""
    if len(text) > LONGEST_LINK:
        raise Refused("link-long", limit=LONGEST_LINK)
    if "://" not in text and "." in text.partition("/")[0] and ":" not in text.partition("/")[0]:
        text = "https://" + text
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("link-host") from None
    if parts.scheme not in ("http", "https"):
        raise Refused("link-scheme")
    if parts.username is not None or parts.password is not None:
        raise Refused("link-sign-in")
    labels = host.rstrip(".").split(".")
    if len(labels) < 2 or not all(labels) or labels[-1].isdecimal() or labels[-1] in ("local", "localhost", "internal", "lan"):
        raise Refused("link-host")
    return text


def check_withdrawal(state: State, opened: bool) -> State:
    """The state after the author takes it back. Raises :class:`Refused` with code ``opened`` once a reviewer has seen it."""
    after = next_state(state, Act.WITHDRAW)
    if opened:
        raise Refused("opened")
    return after


def attempts_used(states: Iterable[State]) -> int:
    """How many versions of a chain were decided. A withdrawn one is no attempt."""
    return sum(state in (State.DEMONSTRATED, State.NOT_YET, State.REVOKED) for state in states)


def attempts_left(states: Iterable[State], granted: int = 0) -> int:
    """Attempts before a coaching conversation is due; each conversation that was held grants one more."""
    return max(0, ATTEMPT_LIMIT + granted - attempts_used(states))


def can_reopen(states: Sequence[State], granted: int = 0) -> bool:
    """Whether the next version may be begun: the last one is "not yet" with an attempt left, or was withdrawn."""
    return bool(states) and (states[-1] is State.WITHDRAWN or (states[-1] is State.NOT_YET and attempts_left(states, granted) > 0))


def met_criteria(results: Mapping[str, Mapping[str, object]] | None) -> list[str]:
    """The criteria that a decision found met: they are carried into the next version."""
    return [key for key, result in (results or {}).items() if result.get("met")]

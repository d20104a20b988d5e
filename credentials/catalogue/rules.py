"""The life of a micro-credential and of its versions, and what a person may look for in the catalogue. Standard library only."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field


class VersionState(enum.StrEnum):
    """Where one version stands. ``discarded`` is never stored: the row goes."""

    DRAFT = "draft"
    IN_QUALITY_REVIEW = "in_quality_review"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class VersionAct(enum.StrEnum):
    """What can happen to a version."""

    SAVE = "save"
    SEND = "send"
    TAKE_BACK = "take_back"
    RETURN = "return"
    PUBLISH = "publish"
    DISCARD = "discard"


class State(enum.StrEnum):
    """Where the micro-credential itself stands: that of its first version until that is published, then offered or retired."""

    DRAFT = "draft"
    IN_QUALITY_REVIEW = "in_quality_review"
    PUBLISHED = "published"
    RETIRED = "retired"


class Act(enum.StrEnum):
    """What can be decided about a micro-credential that has been published."""

    RETIRE = "retire"
    RESTORE = "restore"


_V, _X = VersionState, VersionAct
MOVES: dict[tuple[VersionState, VersionAct], VersionState] = {
    (_V.DRAFT, _X.SAVE): _V.DRAFT,
    (_V.DRAFT, _X.SEND): _V.IN_QUALITY_REVIEW,
    (_V.DRAFT, _X.DISCARD): _V.DISCARDED,
    (_V.IN_QUALITY_REVIEW, _X.TAKE_BACK): _V.DRAFT,
    (_V.IN_QUALITY_REVIEW, _X.RETURN): _V.DRAFT,
    (_V.IN_QUALITY_REVIEW, _X.PUBLISH): _V.PUBLISHED,
}
CREDENTIAL_MOVES: dict[tuple[State, Act], State] = {
    (State.PUBLISHED, Act.RETIRE): State.RETIRED,
    (State.RETIRED, Act.RESTORE): State.PUBLISHED,
}


def next_state(state: VersionState, act: VersionAct) -> VersionState | None:
    """The state of a version after ``act``, or None where the table has no such move."""
    return MOVES.get((state, act))


def next_credential_state(state: State, act: Act) -> State | None:
    """The state of a micro-credential after ``act``, or None where the table has no such move."""
    return CREDENTIAL_MOVES.get((state, act))


def credential_state(present: State, version: VersionState) -> State:
    """What a micro-credential is once its open version stands at ``version``: publishing offers it (again), and before the first
    publication it stands where its only version stands."""
    if version is VersionState.PUBLISHED:
        return State.PUBLISHED
    return present if present in (State.PUBLISHED, State.RETIRED) else State(version.value)


def acts(state: VersionState) -> list[VersionAct]:
    """What can happen in this state, in the table's order: which buttons to show."""
    return [act for (at, act) in MOVES if at is state]


def may_approve(approver_id: int, contributor_ids: Collection[int], submitted_by_id: int | None) -> bool:
    """Whether this person is a second one: neither wrote in the version nor sent it to the quality check.

    >>> may_approve(3, [1, 2], 1), may_approve(2, [1, 2], 1)
    (True, False)
    """
    return approver_id not in contributor_ids and approver_id != submitted_by_id


LONGEST_SLUG = 80  # characters, as the content parser allows


def slug_from(text: str, longest: int = LONGEST_SLUG) -> str:
    """A key of small letters, digits and hyphens made from words; empty where there is none in them.

    >>> slug_from("Enseñar con Minecraft: ¡ya!")
    'ensenar-con-minecraft-ya'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > longest:
        cut = slug[: longest + 1]
        slug = (cut[: cut.rfind("-")] if "-" in cut[longest // 2 :] else cut[:longest]).strip("-")
    return slug


def is_slug(text: str) -> bool:
    """Whether this can be a slug at all; asked of an address before the database is."""
    return len(text) <= LONGEST_SLUG and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) is not None


def free_slug(wanted: str, taken: Collection[str], longest: int = LONGEST_SLUG) -> str:
    """``wanted``, or the first of wanted-2, wanted-3, … that is not taken.

    >>> free_slug("plc", {"plc", "plc-2"})
    'plc-3'
    """
    if wanted not in taken:
        return wanted
    number = 2
    while True:
        tail = f"-{number}"
        slug = wanted[: longest - len(tail)].rstrip("-") + tail
        if slug not in taken:
            return slug
        number += 1


class Sort(enum.StrEnum):
    """How the catalogue may be ordered."""

    RELEVANCE = "relevance"
    TITLE = "title"
    HOURS = "hours"
    STIPEND = "stipend"
    NEWEST = "newest"


#: Evidence that a micro-credential may ask for; the values of the content model's ItemKind.
EVIDENCE_KINDS = ("text", "file", "link", "video", "audio")
LONGEST_SEARCH = 200
MOST_CHOICES = 20


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Within one filter any of the values is enough; the filters together all hold.

    ``hours_min`` and ``hours_max`` are clock hours of effort, ends included; ``stipend_min`` is cents, and ``with_stipend`` means
    more than none.
    """

    q: str = ""
    topics: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    grade_bands: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    hours_min: float | None = None
    hours_max: float | None = None
    with_stipend: bool = False
    stipend_min: int | None = None
    sort: Sort = field(default=Sort.RELEVANCE)

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the words and the order was chosen."""
        return bool(self.topics or self.audience or self.grade_bands or self.evidence or self.with_stipend) or any(
            bound is not None for bound in (self.hours_min, self.hours_max, self.stipend_min)
        )


def search_words(q: str) -> str:
    """The words somebody typed, cleaned for the search: control characters gone, spaces single, cut to a sane length."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", q).strip()[:LONGEST_SEARCH].rstrip()


def prefix_word(q: str) -> str | None:
    """The last word while it is being typed, or None where it is finished: a space or a quotation mark follows, or it is a
    search operator or an excluded word.

    >>> prefix_word("growth mind"), prefix_word('"growth mindset"'), prefix_word("growth -mind")
    ('mind', None, None)
    """
    found = re.search(r"(?:^|\s)(\w[\w'’-]*)$", q)
    if not found or q.count('"') % 2:
        return None
    word = found.group(1)
    # A hyphenated word is several for the search; the last of them is the one being typed.
    last = re.split(r"[^\w]+", word)[-1]
    return last if len(last) > 1 and word.lower() != "or" else None


def some_of(values: Iterable[str], known: Collection[str] | None = None) -> tuple[str, ...]:
    """The values that make sense as a filter, once each, in the order given; unknown ones are left out silently, as an old
    bookmark should still open."""
    kept: list[str] = []
    for value in values:
        clean = value.strip().lower()
        usable = clean in known if known is not None else is_slug(clean)
        if usable and clean not in kept:
            kept.append(clean)
    return tuple(kept[:MOST_CHOICES])

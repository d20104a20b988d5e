"""What stands on the review desk, put together from plain values: the evidence item by item, and the criteria beside it.

Nothing here names the author: no person, no school, no file name of hers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from credentials.catalogue.content import Content, Item, Level
from credentials.evidence.completeness import is_closed
from credentials.evidence.models import EvidenceFile, SubmissionVersion
from credentials.evidence.presentation import size_words
from credentials.evidence.rules import Visibility
from credentials.review.models import Assignment
from credentials.review.review_rules import Mark


@dataclass(frozen=True)
class Piece:
    """A file as the reviewer sees it. ``show`` is how: ``picture``, ``pdf``, ``video``, ``audio`` or ``download``."""

    id: int
    name: str
    show: str
    size: str


@dataclass(frozen=True)
class Choice:
    """A level of the rubric on one criterion, in words."""

    id: str
    label: str
    descriptor: str
    passes: bool


@dataclass(frozen=True)
class DeskCriterion:
    """One criterion beside the evidence. ``place``: ``mine`` to score, ``carried`` (met in an earlier version, closed), or ``agreed``
    (no part of this third review). ``number`` counts those to score from 1."""

    id: str
    name: str
    levels: tuple[Choice, ...]
    place: str
    number: int
    mark: Mark
    item_key: str

    def word(self, level_key: str | None) -> str:
        """The label of a level, empty for none."""
        return next((level.label for level in self.levels if level.id == level_key), "")

    def passes(self, level_key: str | None) -> bool:
        return any(level.passes for level in self.levels if level.id == level_key)


@dataclass(frozen=True)
class DeskItem:
    """What was asked and what was given. ``closed``: everything it is judged by was met before."""

    key: str
    prompt: str
    kind: str
    text: str
    link: str
    link_host: str
    files: tuple[Piece, ...]
    criteria: tuple[DeskCriterion, ...]
    closed: bool
    number: int

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.link or self.files)

    @property
    def is_background(self) -> bool:
        """Nothing here is for this reviewer to score; it stands there to be read, folded."""
        return not any(criterion.place == "mine" for criterion in self.criteria)


@dataclass(frozen=True)
class DeskPart:
    """A part of the micro-credential with its items."""

    title: str
    instructions: str
    items: tuple[DeskItem, ...]


@dataclass(frozen=True)
class Desk:
    """The whole desk."""

    parts: tuple[DeskPart, ...]
    criteria: tuple[DeskCriterion, ...]
    change_note: str

    @property
    def mine(self) -> list[DeskCriterion]:
        """Those to score, in reading order."""
        return [criterion for criterion in self.criteria if criterion.place == "mine"]

    @property
    def done(self) -> int:
        """How many have a level."""
        return sum(criterion.mark.level is not None for criterion in self.mine)

    def pointers(self) -> list[str]:
        """Places in the evidence that can be named with one click."""
        return [piece.name for part in self.parts for item in part.items for piece in item.files]


def how_shown(media_type: str) -> str:
    """How a browser can show a file of this type inside the page."""
    if media_type == "application/pdf":
        return "pdf"
    kind = media_type.partition("/")[0]
    return {"image": "picture", "video": "video", "audio": "audio"}.get(kind, "download")


def criteria_of(content: Content, assignment: Assignment, marks: Mapping[str, Mark]) -> tuple[DeskCriterion, ...]:
    """The rubric as this assignment sees it, in reading order."""
    found, number = [], 0
    carried = set(assignment.version.carried)
    for item in content.items():
        for criterion in item.criteria:
            place = "mine" if criterion.key in assignment.criteria else "carried" if criterion.key in carried else "agreed"
            number += place == "mine"
            found.append(
                DeskCriterion(
                    criterion.key,
                    criterion.name,
                    tuple(_choice(level, criterion.descriptor(level.key)) for level in content.levels),
                    place,
                    number if place == "mine" else 0,
                    marks.get(criterion.key, Mark()),
                    item.key,
                )
            )
    return tuple(found)


def _choice(level: Level, descriptor: str) -> Choice:
    return Choice(level.key, level.label, descriptor, level.passes)


def lay_out(content: Content, assignment: Assignment, version: SubmissionVersion, marks: Mapping[str, Mark]) -> Desk:
    """The desk of one assignment. ``version`` has its texts and files read; ``marks`` is what to show as chosen and typed."""
    criteria = criteria_of(content, assignment, marks)
    texts = {row.item_key: row.text for row in version.responses}
    files: dict[str, list[EvidenceFile]] = {}
    for row in version.files:
        if row.visibility != Visibility.PRIVATE:
            files.setdefault(row.item_key, []).append(row)
    number = 0
    parts = []
    for part in content.parts:
        items = []
        for item in part.items:
            number += 1
            mine = tuple(criterion for criterion in criteria if criterion.item_key == item.key)
            items.append(_item(item, texts.get(item.key, ""), files.get(item.key, []), mine, is_closed(item, version.carried), number))
        parts.append(DeskPart(part.title, part.instructions, tuple(items)))
    return Desk(tuple(parts), criteria, version.change_note)


def _item(item: Item, text: str, files: list[EvidenceFile], criteria: tuple[DeskCriterion, ...], closed: bool, number: int) -> DeskItem:
    is_link = item.kind.value == "link"
    return DeskItem(
        item.key,
        item.prompt,
        item.kind.value,
        "" if is_link else text,
        text if is_link else "",
        (urlsplit(text).hostname or "") if is_link and text else "",
        tuple(Piece(row.id, row.neutral_name, how_shown(row.blob.media_type), size_words(row.blob.size)) for row in files),
        criteria,
        closed,
        number,
    )


# What came of it, for the author and the office.


@dataclass(frozen=True)
class Word:
    """What one reviewer said about one criterion."""

    reviewer: Assignment
    level: Level | None
    comment: str
    pointer: str


@dataclass(frozen=True)
class ResultLine:
    """One criterion with its result and everything that was said about it. ``met`` None: not decided yet."""

    key: str
    name: str
    levels: tuple[Choice, ...]
    met: bool | None
    level: Level | None
    carried: bool
    split: bool
    words: tuple[Word, ...]
    item_key: str

    @property
    def comments(self) -> int:
        """How many reviewers wrote something here."""
        return sum(bool(word.comment) for word in self.words)

    @property
    def apart(self) -> bool:
        """Whether two reviews lie two or more levels apart."""
        order = [level.id for level in self.levels]
        places = [order.index(word.level.key) for word in self.words if word.level is not None]
        return bool(places) and max(places) - min(places) >= 2


def results_of(content: Content, version: SubmissionVersion, reviews: Sequence[tuple[Assignment, Mapping[str, Mark]]]) -> list[ResultLine]:
    """Every criterion of the rubric in reading order, with its result (where decided) and each reviewer's words."""
    lines = []
    for item in content.items():
        for criterion in item.criteria:
            result = (version.results or {}).get(criterion.key)
            words = tuple(_word(content, row, marks[criterion.key]) for row, marks in reviews if criterion.key in marks)
            lines.append(
                ResultLine(
                    criterion.key,
                    criterion.name,
                    tuple(_choice(level, criterion.descriptor(level.key)) for level in content.levels),
                    bool(result["met"]) if result else None,
                    content.level(result["level"]) if result and result.get("level") else None,
                    criterion.key in version.carried,
                    bool(result and result.get("split")),
                    words,
                    item.key,
                )
            )
    return lines


def _word(content: Content, reviewer: Assignment, mark: Mark) -> Word:
    return Word(reviewer, content.level(mark.level) if mark.level else None, mark.comment, mark.pointer)

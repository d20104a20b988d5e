"""A submission in the shape its pages print: parts and items with what was given, what is missing, and what to watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import ngettext

from credentials.catalogue.content_model import Content, Indicator, Item, ItemKind, Part
from credentials.catalogue.presentation import RubricCriterion, limits, rubric_of
from credentials.evidence import queries
from credentials.evidence.completeness import Gap, Work, gaps, has_answer, is_closed, max_files
from credentials.evidence.files.formats import ACCEPT, Group
from credentials.evidence.identity import telling_words
from credentials.evidence.models import EvidenceFile, SubmissionVersion
from credentials.evidence.rules import State, Students, count_words, students_answer
from credentials.evidence.services.uploads import identity_of
from credentials.evidence.wording import gap_sentence, listed, stripped_sentence
from people.models import Person

FILE_ICONS = {
    Group.IMAGE: "file-earmark-image",
    Group.PDF: "file-earmark-pdf",
    Group.OFFICE: "file-earmark-text",
    Group.VIDEO: "camera-reels",
    Group.AUDIO: "mic",
}


@dataclass(frozen=True)
class FileView:
    """One file as its author sees it in the editor."""

    row: EvidenceFile
    icon: str
    size: str
    stripped: str
    students: str
    telling: str
    own_name_tells: bool


@dataclass(frozen=True)
class Trouble:
    """What went wrong with one item when the page was sent without script: what was typed, why it was not kept, and, where another window
    was quicker, what is kept now."""

    typed: str | None = None
    sentence: str = ""
    other: str | None = None


@dataclass(frozen=True)
class IndicatorView:
    """A statement about completeness, and whether the author confirmed it."""

    indicator: Indicator
    confirmed: bool


@dataclass(frozen=True)
class ItemView:
    """One item with all that stands beside it."""

    number: int
    item: Item
    limits: str
    rubric: list[RubricCriterion]
    text: str
    revision: int
    words: int
    files: list[FileView]
    most_files: int
    accept: str
    indicators: list[IndicatorView]
    closed: bool
    state: str  # closed | done | again | begun | empty
    not_met: list[str]  # names of criteria that the last decision found not met
    missing: list[str]
    telling: str
    trouble: Trouble = field(default_factory=Trouble)

    @property
    def is_text(self) -> bool:
        return self.item.kind is ItemKind.TEXT

    @property
    def is_link(self) -> bool:
        return self.item.kind is ItemKind.LINK

    @property
    def shown_text(self) -> str:
        """What stands in the field: what was typed last, even where it could not be kept."""
        return self.text if self.trouble.typed is None else self.trouble.typed


@dataclass(frozen=True)
class PartView:
    """One part with its items."""

    part: Part
    items: list[ItemView]


@dataclass(frozen=True)
class Sheet:
    """A whole version."""

    content: Content
    parts: list[PartView]
    gaps: list[Gap]
    change_note: str
    asks_change_note: bool

    @property
    def items(self) -> list[ItemView]:
        return [item for part in self.parts for item in part.items]

    @property
    def counted(self) -> list[ItemView]:
        """Items that count for the progress: optional ones only where something was given."""
        return [item for item in self.items if item.item.required or item.state != "empty"]

    @property
    def total(self) -> int:
        return len(self.counted)

    @property
    def done(self) -> int:
        return sum(item.state in ("done", "closed") for item in self.counted)

    @property
    def missing(self) -> list[Gap]:
        """All that is missing but the signature, which is given on the last page."""
        return [gap for gap in self.gaps if gap.code != "statement-missing"]

    def item(self, key: str) -> ItemView:
        """Raises StopIteration where there is no such item."""
        return next(item for item in self.items if item.item.key == key)


def sheet(version: SubmissionVersion, troubles: Mapping[str, Trouble] | None = None) -> Sheet:
    """A version for its pages. ``troubles`` by item key are shown beside their fields."""
    content = version.credential_version.parsed()
    work = queries.work_of(version)
    missing = gaps(content, work)
    responses = {row.item_key: row for row in version.responses}
    rubric = {line.id: line for line in rubric_of(content)}
    identity = identity_of(version.person)
    before = _before(version) if work.resubmission else None
    number, parts = 0, []
    for part in content.parts:
        items = []
        for item in part.items:
            number += 1
            response = responses.get(item.key)
            text = response.text if response else ""
            mine = [gap_sentence(gap) for gap in missing if gap.item_key == item.key]
            not_met = [criterion.name for criterion in item.criteria if before is not None and criterion.key not in work.carried]
            items.append(
                ItemView(
                    number=number,
                    item=item,
                    limits=limits(item),
                    rubric=[rubric[criterion.key] for criterion in item.criteria],
                    text=text,
                    revision=response.revision if response else 0,
                    words=count_words(text),
                    files=[_file(row, version.person) for row in version.files if row.item_key == item.key],
                    most_files=max_files(item),
                    accept=ACCEPT.get(item.kind.value, ""),
                    indicators=[IndicatorView(one, version.indicators.get(one.key) is True) for one in item.completion_indicators],
                    closed=is_closed(item, work.carried),
                    state=_state(item, work, bool(mine), bool(not_met) and before is not None and _same(before, version, item.key)),
                    not_met=not_met,
                    missing=mine,
                    telling=telling_sentence(telling_words(text, identity)),
                    trouble=(troubles or {}).get(item.key, Trouble()),
                )
            )
        parts.append(PartView(part, items))
    return Sheet(content, parts, missing, version.change_note, work.resubmission)


def _before(version: SubmissionVersion) -> SubmissionVersion:
    """The last version that was decided before this one."""
    return [earlier for earlier in version.submission.versions if earlier.number < version.number and earlier.state == State.NOT_YET][-1]


def _same(before: SubmissionVersion, version: SubmissionVersion, key: str) -> bool:
    """Whether an item stands as it did in the version before."""

    def given(row: SubmissionVersion) -> tuple[list[str], set[int]]:
        return [response.text for response in row.responses if response.item_key == key], {file.blob_id for file in row.files if file.item_key == key}

    return given(before) == given(version)


def _state(item: Item, work: Work, lacks: bool, unchanged: bool) -> str:
    if is_closed(item, work.carried):
        return "closed"
    if not has_answer(item, work):
        return "empty"
    if unchanged:
        return "again"
    return "begun" if lacks else "done"


def _file(row: EvidenceFile, author: Person) -> FileView:
    answer = students_answer(row.students)
    return FileView(
        row=row,
        icon=FILE_ICONS[Group(row.kind)],
        size=size_words(row.blob.size),
        stripped=stripped_sentence(row.stripped),
        students=answer.value if answer else "",
        telling=telling_sentence(row.identifying),
        own_name_tells=bool(telling_words(row.own_name.replace("_", " ").replace("-", " ").replace(".", " ").title(), identity_of(author))),
    )


def students_choices() -> list[tuple[str, str]]:
    """The three answers about students in a file."""
    return [
        (Students.NONE.value, _("No student can be identified")),
        (Students.RELEASED.value, _("Yes, and every release is on file")),
        (Students.UNRELEASED.value, _("Yes, but a release is missing")),
    ]


def telling_sentence(words: list[str]) -> str:
    """That reviewers could recognise the author by these words; empty where there are none."""
    return _("You may be identifiable here: %(words)s.", words=listed(f"“{word}”" for word in words)) if words else ""


def size_words(size: int) -> str:
    """A number of bytes as people say it."""
    if size < 1000:
        return ngettext("%(num)s byte", "%(num)s bytes", size)
    return _("%(size)s kB", size=round(size / 1000)) if size < 1_000_000 else _("%(size)s MB", size=f"{size / 1_000_000:.1f}")

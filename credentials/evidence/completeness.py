"""What is still missing before a version can be handed in: a pure reading of the micro-credential and of what is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from credentials.catalogue.content_model import Content, Item, ItemKind
from credentials.evidence.rules import DEFAULT_MAX_FILES, Students, count_words


@dataclass(frozen=True)
class FileFact:
    """A file as far as completeness goes: its number, its name for the author, and her answer about students."""

    id: int
    name: str
    students: Students | None


@dataclass(frozen=True)
class Work:
    """What the author has given so far. ``texts`` and ``files`` by item key, ``indicators`` by indicator key, ``carried`` the criteria
    met in an earlier version. ``signed`` is the statement of integrity and consent."""

    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Sequence[FileFact]] = field(default_factory=dict)
    indicators: Mapping[str, bool] = field(default_factory=dict)
    carried: Collection[str] = ()
    resubmission: bool = False
    change_note: str = ""
    signed: bool = False


@dataclass(frozen=True)
class Gap:
    """One thing that is missing. ``code`` is stable; ``anchor`` is the id of the field on the editor page; ``facts`` fill the sentence."""

    code: str
    anchor: str
    item_key: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def is_closed(item: Item, carried: Collection[str]) -> bool:
    """Whether an item was settled in an earlier version: it has criteria, and all of them were met there."""
    return bool(item.criteria) and all(criterion.key in carried for criterion in item.criteria)


def closed_items(content: Content, carried: Collection[str]) -> frozenset[str]:
    """Keys of the items that are settled and shown closed."""
    return frozenset(item.key for item in content.items() if is_closed(item, carried))


def max_files(item: Item) -> int:
    """How many files an item takes; 0 for text and links."""
    return (item.max_files or DEFAULT_MAX_FILES) if item.kind.is_upload else 0


def has_answer(item: Item, work: Work) -> bool:
    """Whether anything was given for this item."""
    return bool(work.files.get(item.key)) if item.kind.is_upload else bool(work.texts.get(item.key, "").strip())


def gaps(content: Content, work: Work) -> list[Gap]:
    """All that keeps this version from being handed in, in reading order; empty means complete."""
    found: list[Gap] = []
    for item in content.items():
        if not is_closed(item, work.carried):
            found += _item_gaps(item, work)
    if work.resubmission and not work.change_note.strip():
        found.append(Gap("change-note-missing", "change_note"))
    if not work.signed:
        found.append(Gap("statement-missing", "statement"))
    return found


def _item_gaps(item: Item, work: Work) -> list[Gap]:
    anchor = f"item-{item.key}"
    answered = has_answer(item, work)
    if not answered and not item.required:
        return []
    found: list[Gap] = []
    if not answered:
        code = "file-missing" if item.kind.is_upload else "link-missing" if item.kind is ItemKind.LINK else "text-missing"
        found.append(Gap(code, anchor, item.key))
    elif item.kind is ItemKind.TEXT:
        words = count_words(work.texts[item.key])
        if item.min_words and words < item.min_words:
            found.append(Gap("too-short", anchor, item.key, {"words": words, "min": item.min_words}))
        if item.max_words and words > item.max_words:
            found.append(Gap("too-long", anchor, item.key, {"words": words, "max": item.max_words}))
    elif item.kind.is_upload:
        files = work.files[item.key]
        if len(files) > max_files(item):
            found.append(Gap("too-many-files", anchor, item.key, {"count": len(files), "max": max_files(item)}))
        for file in files:
            if file.students is None:
                found.append(Gap("students-open", f"students-{file.id}", item.key, {"file": file.name}))
            elif file.students is Students.UNRELEASED:
                found.append(Gap("release-missing", f"students-{file.id}", item.key, {"file": file.name}))
    for indicator in item.completion_indicators:
        answer = work.indicators.get(indicator.key)
        if answer is not True:
            code = "indicator-open" if answer is None else "indicator-no"
            found.append(Gap(code, f"indicator-{indicator.key}", item.key, {"question": indicator.text}))
    return found

"""Documents before they are fit to publish: kept storable, and what the catalogue needs repeated from them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from credentials.catalogue.content import COLOR, MOST_CENTS, MOST_HOURS
from credentials.catalogue.content_model import Content
from credentials.catalogue.document_reader import UNWRITABLE, Problem
from credentials.catalogue.models import CredentialVersion

#: From which text the key of a row is made, by the name of its list.
NAMED_BY = {"parts": "title", "items": "prompt", "completion_indicators": "text", "criteria": "name", "levels": "label"}
DEEPEST = 12  # levels of nesting; the content model has eight


def storable(value: Any, depth: int = 0) -> Any:
    """The same document with nothing in it that JSON in PostgreSQL cannot hold.

    Names become text, control characters go, and values of other kinds (a YAML date, an infinite number) become text, which the
    reader then complains about in the right place. What is nested too deeply to be content is cut off.
    """
    if isinstance(value, Mapping):
        return {} if depth > DEEPEST else {str(storable(str(key))): storable(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [] if depth > DEEPEST else [storable(part, depth + 1) for part in value]
    if isinstance(value, str):
        return UNWRITABLE.sub("", value)
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**15) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return UNWRITABLE.sub("", str(value))[:1000]


def to_solve(document: Any, problems: Iterable[Problem]) -> list[Problem]:
    """The problems an author can do something about: a key that is missing only because the row has no words yet is made from them as
    soon as there are some."""
    return [problem for problem in problems if not _waits_for_words(document, problem.path)]


def _waits_for_words(document: Any, path: str) -> bool:
    place, _dot, last = path.rpartition(".")
    found = re.search(r"(\w+)\[\d+\]$", place)
    if last != "key" or not found or found.group(1) not in NAMED_BY:
        return False
    row = document
    for name, index in re.findall(r"(\w+)(?:\[(\d+)\])?", place):
        row = row.get(name) if isinstance(row, Mapping) else None
        if index:
            row = row[int(index)] if isinstance(row, list) and int(index) < len(row) else None
    return isinstance(row, Mapping) and not row.get("key") and not row.get(NAMED_BY[found.group(1)])


def repeat(version: CredentialVersion, content: Content, untitled: str = "") -> None:
    """Write into the version's columns what the catalogue filters and sorts by, kept within what the columns can hold."""
    version.title = (content.title or untitled)[:200]
    version.competency = content.competency
    version.key_method = content.key_method
    version.topics = [topic[:80] for topic in content.topics if topic]
    version.audience = [one.value for one in content.audience]
    version.grade_bands = [one.value for one in content.grade_bands]
    version.evidence_kinds = [one.value for one in content.evidence_kinds()]
    version.effort_hours = min(max(float(content.effort_hours), 0), MOST_HOURS)
    version.credit_hours = min(max(float(content.credit.hours), 0), MOST_HOURS)
    version.stipend_cents = min(max(content.credit.stipend_cents, 0), MOST_CENTS)
    version.badge_design = content.badge.design.value
    version.badge_color = content.badge.color if COLOR.fullmatch(content.badge.color) else "#1F4D3A"

"""Reads what the authoring form sent back into a document, and changes its rows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from werkzeug.datastructures import MultiDict

from credentials.catalogue.authoring_shape import CRITERIA, INDICATORS, ITEMS, LEVELS, PARTS, SECTIONS, Empty, Field, Group, Kind, Rows, Section, blank_row
from credentials.catalogue.rules import free_slug, slug_from

MOST_ROWS = 60  # in one list; the form is one page
LONGEST_MADE_KEY = 40  # characters
_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


def document_from(form: MultiDict[str, str], before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The document that the form describes, complete or not. A value that is no number where one should be stays as it was typed,
    so that it can be shown again beside the complaint. Ticks come in the order of the page; where they are the same as in the document
    ``before``, its order stays, so that sending the form unchanged changes nothing."""
    document = _read(form, "", [one for section in SECTIONS for one in section.fields])
    if document["pass_rule"].get("kind") == "every-criterion":
        # Core criteria have a meaning only under the other rule.
        document["pass_rule"] = {"kind": "every-criterion"}
    else:
        document["pass_rule"].setdefault("core", [])
        document["pass_rule"].setdefault("optional_needed", 0)
    give_keys(document)
    _read_descriptors(form, document)
    rule = (before or {}).get("pass_rule")
    for group, known, key in ((document, before, "audience"), (document, before, "grade_bands"), (document["pass_rule"], rule, "core")):
        given = known.get(key) if isinstance(known, dict) else None
        if isinstance(given, list) and key in group and all(isinstance(one, str) for one in given) and sorted(given) == sorted(group[key]):
            group[key] = given
    return document


def change_rows(document: dict[str, Any], act: str) -> str | None:
    """Carry out "add parts[0].items", "remove …[1]", "up …[1]" or "down …[1]" on the document.

    Answers the path of the row that should be looked at next, or None where the act makes no sense (an old page, a made-up name).
    """
    verb, _space, path = act.partition(" ")
    steps = _steps(path)
    if steps is None or verb not in ("add", "remove", "up", "down"):
        return None
    found = _rows_at(document, steps)
    if found is None:
        return None
    rows, shape, index = found
    where = path if index is None else path[: path.rindex("[")]
    if verb == "add":
        if index is not None or len(rows) >= MOST_ROWS:
            return None
        rows.append(blank_row(shape))
        give_keys(document)
        return f"{where}[{len(rows) - 1}]"
    if index is None or index >= len(rows):
        return None
    if verb == "remove":
        del rows[index]
        return f"{where}[{min(index, len(rows) - 1)}]" if rows else where
    other = index + (1 if verb == "down" else -1)
    if not 0 <= other < len(rows):
        return f"{where}[{index}]"
    rows[index], rows[other] = rows[other], rows[index]
    return f"{where}[{other}]"


def give_keys(document: dict[str, Any]) -> None:
    """Make the keys that are still missing, from what names the row; a row without words waits for some. Answers and scores are kept by
    key, so one that is there stays."""
    parts = _dicts(document.get("parts"))
    items = [item for part in parts for item in _dicts(part.get("items"))]
    _name(LEVELS, _dicts(document.get("levels")), "level")
    _name(PARTS, parts, "part")
    _name(ITEMS, items, "item")
    _name(INDICATORS, [one for item in items for one in _dicts(item.get("completion_indicators"))], "check")
    _name(CRITERIA, [one for item in items for one in _dicts(item.get("criteria"))], "criterion")


def _name(shape: Rows, rows: list[dict[str, Any]], otherwise: str) -> None:
    taken = {row["key"] for row in rows if row.get("key")}
    for row in rows:
        words = str(row.get(shape.named_by) or "").strip()
        if not row.get("key") and words:
            row["key"] = free_slug(slug_from(words, LONGEST_MADE_KEY) or otherwise, taken)
            taken.add(row["key"])


# Reading.


def _read(form: MultiDict[str, str], path: str, fields: Iterable[Field | Rows | Group]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for one in fields:
        here = f"{path}.{one.key}" if path else one.key
        if isinstance(one, Group):
            document[one.key] = _read(form, here, one.fields)
        elif isinstance(one, Rows):
            document[one.key] = [_read(form, f"{here}[{index}]", one.fields) for index in _indices(form, here)]
        elif one.kind is not Kind.DESCRIPTORS:
            given, value = _value(form, here, one)
            if given:
                document[one.key] = value
    return document


def _indices(form: MultiDict[str, str], path: str) -> list[int]:
    """The rows that were sent: each brings a mark with its number, in the order of the page."""
    numbers = sorted({int(text) for text in form.getlist(f"{path}#") if text.isdecimal() and len(text) < 5})
    return numbers[:MOST_ROWS]


def _value(form: MultiDict[str, str], name: str, field: Field) -> tuple[bool, Any]:
    """Whether the key belongs into the document, and its value."""
    if field.kind is Kind.FLAG:
        return True, name in form
    if field.kind in (Kind.CHOICES, Kind.CORE):
        chosen = form.getlist(name)
        return bool(chosen) or field.empty is not Empty.LEFT_OUT, chosen
    typed = form.get(name, "").replace("\r\n", "\n").strip()
    if field.kind is Kind.WORDS:
        return True, [slug_from(word) or word for word in (one.strip() for one in re.split(r"[,;\n]", typed)) if word]
    if not typed:
        return field.empty is not Empty.LEFT_OUT, None if field.empty is Empty.NULL else ""
    if field.kind is Kind.WHOLE:
        return True, int(typed) if re.fullmatch(r"\d{1,9}", typed) else typed
    if field.kind is Kind.NUMBER:
        return True, _number(typed)
    if field.kind is Kind.MONEY:
        dollars = _number(typed.replace("$", "").strip())
        return True, round(dollars * 100) if isinstance(dollars, int | float) else typed
    return True, typed


def _number(typed: str) -> int | float | str:
    text = typed.replace(",", ".") if typed.count(",") == 1 and "." not in typed else typed
    try:
        value = float(text)
    except ValueError:
        return typed
    if not math.isfinite(value) or abs(value) > 1e9:
        return typed
    return int(value) if value.is_integer() else value


def _read_descriptors(form: MultiDict[str, str], document: dict[str, Any]) -> None:
    """A criterion describes every level that there is; the levels' keys are known only once the whole form has been read."""
    levels = [str(level["key"]) for level in document["levels"] if level["key"]]
    for p, part_number in enumerate(_indices(form, "parts")):
        for i, item_number in enumerate(_indices(form, f"parts[{part_number}].items")):
            item_path = f"parts[{part_number}].items[{item_number}]"
            for c, number in enumerate(_indices(form, f"{item_path}.criteria")):
                path = f"{item_path}.criteria[{number}].descriptors"
                texts = {level: form.get(f"{path}.{level}", "").replace("\r\n", "\n").strip() for level in levels}
                document["parts"][p]["items"][i]["criteria"][c]["descriptors"] = texts


# Finding rows by path.


def _steps(path: str) -> list[tuple[str, int | None]] | None:
    steps = []
    for part in path.split("."):
        found = _STEP.fullmatch(part)
        if not found:
            return None
        steps.append((found.group(1), int(found.group(2)) if found.group(2) is not None else None))
    return steps


def _rows_at(document: dict[str, Any], steps: list[tuple[str, int | None]]) -> tuple[list[Any], Rows, int | None] | None:
    """The list that the path names, its shape, and the index in it (None: the list itself)."""
    fields: tuple[Field | Rows | Group, ...] = tuple(one for section in SECTIONS for one in section.fields)
    group: Any = document
    for number, (key, index) in enumerate(steps):
        shape = next((one for one in fields if isinstance(one, Rows) and one.key == key), None)
        rows = group.get(key) if isinstance(group, dict) else None
        if shape is None or not isinstance(rows, list):
            return None
        if number == len(steps) - 1:
            return rows, shape, index
        if index is None or index >= len(rows):
            return None
        fields, group = shape.fields, rows[index]
    return None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value of a document with its path; a list of plain values counts as one."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and any(isinstance(part, dict | list) for part in value):
        for index, part in enumerate(value):
            yield from leaves(part, f"{path}[{index}]")
    else:
        yield path, value


def sections() -> tuple[Section, ...]:
    """The sections of the form, in order."""
    return SECTIONS

"""The authoring form with a document in it, ready to be printed: every field with its value, its problems and its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from credentials.catalogue.authoring_forms import leaves
from credentials.catalogue.authoring_shape import SECTIONS, Field, Group, Kind, Rows
from credentials.catalogue.document_reader import Problem


@dataclass
class FieldNode:
    """One field as it is drawn. ``other`` is what a colleague saved meanwhile, where that differs."""

    kind: str
    id: str
    name: str
    label: str
    help: str
    value: Any
    errors: list[str]
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    texts: list[tuple[str, str, str, list[str]]] = field(default_factory=list)  # level key, level label, text, errors
    rows: int = 4
    after: str = ""
    only: str = ""
    optional: bool = False
    other: str | None = None

    @property
    def described_by(self) -> str:
        """The ids of its help and its first error, for screen readers."""
        return " ".join([f"{self.id}-help"] * bool(self.help) + [f"{self.id}-error"] * bool(self.errors))


@dataclass
class RowNode:
    """One row of a list."""

    path: str
    id: str
    number: int
    title: str
    nodes: list[Any]
    problems: int
    is_last: bool


@dataclass
class RowsNode:
    """A list of rows."""

    path: str
    id: str
    label: str
    one: str
    add: str
    help: str
    folds: bool
    tight: bool
    errors: list[str]
    rows: list[RowNode]
    kind: str = "rows"


@dataclass
class SectionNode:
    """A section with how many things in it are still open."""

    id: str
    title: str
    help: str
    nodes: list[Any]
    problems: int


@dataclass
class FormPage:
    """The whole form; ``summary`` lists every problem shown with the id of its field (none: it belongs to no field)."""

    sections: list[SectionNode]
    summary: list[tuple[str, str | None, str]]
    problems: int
    differs: list[tuple[str, str]]


def id_of(path: str) -> str:
    """The id of the field at a path: letters, digits and hyphens only."""
    return "f-" + re.sub(r"[^A-Za-z0-9_]+", "-", path).strip("-")


def form_page(document: dict[str, Any], problems: Sequence[Problem], *, show_all: bool = False, saved: dict[str, Any] | None = None) -> FormPage:
    """Lay the document out. A complaint about a field that is simply still empty is counted but not shown unless ``show_all``: a
    fresh draft should not look like a list of failures. ``saved`` is the document a colleague stored meanwhile."""
    return _Layout(document, problems, show_all, saved).page()


class _Layout:
    def __init__(self, document: dict[str, Any], problems: Sequence[Problem], show_all: bool, saved: dict[str, Any] | None) -> None:
        self.document, self.problems, self.show_all = document, list(problems), show_all
        self.saved = dict(leaves(saved)) if saved is not None else None
        self.levels = [level for level in _dicts(document.get("levels")) if level.get("key")]
        self.placed: dict[int, tuple[str, str]] = {}  # problem number → (id, label)
        self.shown: set[int] = set()
        self.where: list[str] = []  # the rows around the present field: "Part 2", "Item 1"
        self.differs: list[tuple[str, str]] = []

    def page(self) -> FormPage:
        sections = []
        for section in SECTIONS:
            before = len(self.placed)
            nodes = self._nodes(section.fields, "", self.document)
            sections.append(SectionNode(section.id, str(section.title), str(section.help), nodes, len(self.placed) - before))
        summary: list[tuple[str, str | None, str]] = []
        for number, (place, label) in self.placed.items():  # in the order of the page
            if number in self.shown:
                summary.append((self.problems[number].message, place, label))
        summary += [(problem.message, None, problem.path) for number, problem in enumerate(self.problems) if number not in self.placed]
        return FormPage(sections, summary, len(self.problems), self.differs)

    def _nodes(self, fields: Iterable[Field | Rows | Group], path: str, group: Any) -> list[Any]:
        nodes: list[Any] = []
        for one in fields:
            here = f"{path}.{one.key}" if path else one.key
            value = group.get(one.key) if isinstance(group, dict) else None
            if isinstance(one, Group):
                nodes += self._nodes(one.fields, here, value)
            elif isinstance(one, Rows):
                nodes.append(self._rows(one, here, value))
            else:
                nodes.append(self._field(one, here, value))
        return nodes

    def _rows(self, shape: Rows, path: str, value: Any) -> RowsNode:
        errors = self._take(path, str(shape.label), False, exact=True)
        given = value if isinstance(value, list) else []
        rows = []
        for index, row in enumerate(given):
            before = len(self.placed)
            here = f"{path}[{index}]"
            self.where.append(f"{shape.one} {index + 1}")
            nodes = self._nodes(shape.fields, here, row)
            self.where.pop()
            named = str(row.get(shape.named_by) or "") if isinstance(row, dict) else ""
            rows.append(RowNode(here, id_of(here), index + 1, _short(named), nodes, len(self.placed) - before, index == len(given) - 1))
        words = (str(shape.label), str(shape.one), str(shape.add), str(shape.help))
        return RowsNode(path, id_of(path), *words, shape.folds, shape.tight, errors, rows)

    def _field(self, field: Field, path: str, value: Any) -> FieldNode:
        node = FieldNode(
            field.kind.value,
            id_of(path),
            path,
            str(field.label),
            str(field.help),
            _shown(field, value),
            [],
            rows=field.rows,
            after=str(field.after),
            only=field.only,
            optional=field.empty.value != "problem",
        )
        if field.kind is Kind.DESCRIPTORS:
            texts = value if isinstance(value, dict) else {}
            for level in self.levels:
                key = str(level.get("key") or "")
                here = f"{path}.{key}"
                text = texts.get(key)
                label = str(level.get("label") or key)
                node.texts.append((key, label, text if isinstance(text, str) else "", self._take(here, label, not text)))
        node.errors = self._take(path, node.label, value in ("", None, []))
        if field.kind in (Kind.CHOICE, Kind.CHOICES):
            chosen = value if isinstance(value, list) else [value]
            node.options = [(str(option), str(label), option in chosen) for option, label in field.options.items()]
        elif field.kind is Kind.CORE:
            chosen = value if isinstance(value, list) else []
            node.options = [(key, name, key in chosen) for key, name in self._criteria()]
        if self.saved is not None and field.kind is not Kind.KEY and field.kind is not Kind.DESCRIPTORS and self.saved.get(path) != value:
            node.other = str(_shown(field, self.saved.get(path))) or _("(empty)")
            self.differs.append((node.id, " · ".join([*self.where, node.label])))
        return node

    def _criteria(self) -> list[tuple[str, str]]:
        found = []
        for part in _dicts(self.document.get("parts")):
            for item in _dicts(part.get("items")):
                found += [(str(one["key"]), str(one.get("name") or one["key"])) for one in _dicts(item.get("criteria")) if one.get("key")]
        return found

    def _take(self, path: str, label: str, is_empty: bool, exact: bool = False) -> list[str]:
        """The messages that belong at this path, or below it; each problem is placed once."""
        messages = []
        for number, problem in enumerate(self.problems):
            if number in self.placed:
                continue
            if problem.path == path or (not exact and problem.path.startswith((path + ".", path + "["))):
                self.placed[number] = (id_of(path), " · ".join([*self.where, label]))
                if self.show_all or not is_empty:
                    self.shown.add(number)
                    messages.append(problem.message)
        return messages


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _shown(field: Field, value: Any) -> Any:
    """The value as it stands in its input."""
    if field.kind is Kind.FLAG:
        return value is True
    if field.kind is Kind.WORDS:
        return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value or "")
    if field.kind is Kind.MONEY and isinstance(value, int) and not isinstance(value, bool):
        return f"{value / 100:.2f}".removesuffix(".00")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 70 else words[:70].rsplit(" ", 1)[0] + " …"

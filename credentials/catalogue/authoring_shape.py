"""The shape of the form in which a micro-credential is written: which fields, called what, in which sections.

It follows the document of :mod:`credentials.catalogue.content` key by key. Everything the form does (drawing, reading what was
sent, adding and moving rows, putting a problem beside its field) is derived from these values.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from credentials.catalogue import labels
from credentials.catalogue.content_model import PartKind
from credentials.catalogue.drafts import NAMED_BY

#: A text, or one that is translated when it is shown.
Text = Any


class Kind(enum.StrEnum):
    """How a field is shown and read."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    MONEY = "money"
    FLAG = "flag"
    CHOICE = "choice"
    CHOICES = "choices"
    WORDS = "words"  # a list of keys, written with commas
    COLOR = "color"
    KEY = "key"  # made from the other fields; shown only when something is wrong with it
    DESCRIPTORS = "descriptors"  # a text for each level
    CORE = "core"  # some of the criteria


class Empty(enum.Enum):
    """What becomes of a field that is left empty."""

    PROBLEM = "problem"  # it is kept as an empty text, which the reader refuses
    NULL = "null"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Field:
    """One value."""

    key: str
    label: Text
    kind: Kind = Kind.LINE
    help: Text = ""
    empty: Empty = Empty.PROBLEM
    options: Mapping[Any, Text] = field(default_factory=dict)
    rows: int = 4
    after: Text = ""
    only: str = ""  # of an item: the kinds of evidence that have this field
    start: Any = ""  # what a new row or document holds


@dataclass(frozen=True)
class Rows:
    """A list of groups: rows that can be added, removed and moved."""

    key: str
    label: Text
    one: Text  # what a row is called
    add: Text
    fields: tuple[Field | Rows, ...]
    help: Text = ""
    named_by: str = ""  # the field whose value names a row, and from which its key is made
    folds: bool = False
    tight: bool = False  # short fields, beside each other
    start: int = 0  # how many rows a new document has


@dataclass(frozen=True)
class Group:
    """A group of named values that is always there."""

    key: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    id: str
    title: Text
    help: Text
    fields: tuple[Field | Rows | Group, ...]


CRITERIA = Rows(
    "criteria",
    _l("Criteria"),
    _l("Criterion"),
    _l("Add a criterion"),
    (
        Field("key", _l("Key"), Kind.KEY),
        Field("name", _l("Name"), help=_l("What is judged, in a few words: “Roles spread the decisions”.")),
        Field("descriptors", _l("Levels"), Kind.DESCRIPTORS, start={}),
    ),
    help=_l("What reviewers judge in this evidence, and how they tell one level from the next. An item may have none."),
    named_by=NAMED_BY["criteria"],
)
INDICATORS = Rows(
    "completion_indicators",
    _l("Complete when"),
    _l("Check"),
    _l("Add a check"),
    (Field("key", _l("Key"), Kind.KEY), Field("text", _l("Statement"), help=_l("Answered yes or no before anybody scores: “The plan names the question.”"))),
    named_by=NAMED_BY["completion_indicators"],
    tight=True,
)
ITEMS = Rows(
    "items",
    _l("What you ask for"),
    _l("Item"),
    _l("Add an item"),
    (
        Field("key", _l("Key"), Kind.KEY),
        Field("prompt", _l("Prompt"), Kind.TEXT, help=_l("What to send in, said to the teacher. Markdown.")),
        Field("kind", _l("Given as"), Kind.CHOICE, options=labels.ITEM_KINDS, start="text"),
        Field("required", _l("Required"), Kind.FLAG, start=True),
        Field("min_words", _l("At least"), Kind.WHOLE, empty=Empty.LEFT_OUT, after=_l("words"), only="text", start=None),
        Field("max_words", _l("At most"), Kind.WHOLE, empty=Empty.LEFT_OUT, after=_l("words"), only="text", start=None),
        Field("max_files", _l("At most"), Kind.WHOLE, empty=Empty.LEFT_OUT, after=_l("files"), only="file video audio", start=None),
        Field("team_shared", _l("A team may share it"), Kind.FLAG, start=False),
        Field("student_data_expected", _l("It shows student work or voices"), Kind.FLAG, start=False),
        Field("template_file", _l("File name of a template"), empty=Empty.NULL, start=None),
        INDICATORS,
        CRITERIA,
    ),
    named_by=NAMED_BY["items"],
    folds=True,
)
PARTS = Rows(
    "parts",
    _l("Parts"),
    _l("Part"),
    _l("Add a part"),
    (
        Field("key", _l("Key"), Kind.KEY),
        Field("title", _l("Title")),
        Field("kind", _l("Kind"), Kind.CHOICE, options=labels.PART_KINDS, start=PartKind.ARTIFACTS.value),
        Field("instructions", _l("Instructions"), Kind.TEXT, help=_l("What matters for the whole part. Markdown."), rows=3),
        ITEMS,
    ),
    named_by=NAMED_BY["parts"],
    folds=True,
)
LEVELS = Rows(
    "levels",
    _l("Levels"),
    _l("Level"),
    _l("Add a level"),
    (Field("key", _l("Key"), Kind.KEY), Field("label", _l("Name")), Field("passes", _l("Work at this level passes"), Kind.FLAG, start=False)),
    help=_l("From the strongest to the weakest. They hold for every criterion; a new level shows up in the criteria once you save."),
    named_by=NAMED_BY["levels"],
    tight=True,
)

SECTIONS = (
    Section(
        "basics",
        _l("Basics"),
        _l("What it is about, and for whom."),
        (
            Field("title", _l("Title"), help=_l("Up to 100 characters; it is set on the badge.")),
            Field("slug", _l("Address"), help=_l("The last part of its web address: small letters, digits and hyphens. It stays when it is published.")),
            Field("issuer", _l("Issued by")),
            Field(
                "competency",
                _l("Competency"),
                Kind.TEXT,
                help=_l("One sentence that begins “The educator …” and names something a colleague could watch."),
                rows=3,
            ),
            Field("topics", _l("Topics"), Kind.WORDS, help=_l("With commas between them: technology, game-based learning.")),
            Field("audience", _l("For whom"), Kind.CHOICES, options=labels.AUDIENCES),
            Field("grade_bands", _l("Grades"), Kind.CHOICES, options=labels.GRADE_BANDS),
            Field("subjects", _l("Subjects"), Kind.WORDS, help=_l("With commas between them, or “any”.")),
            Field("needs_students", _l("You need a class to work with"), Kind.FLAG),
            Field(
                "prerequisites",
                _l("To be earned before"),
                Kind.WORDS,
                help=_l("Addresses of micro-credentials, with commas between them; usually none."),
                empty=Empty.NULL,
            ),
            Field(
                "accessibility_note",
                _l("For every teacher"),
                Kind.TEXT,
                help=_l("How teachers and students with disabilities take part, and what to do with little equipment. Markdown."),
            ),
        ),
    ),
    Section(
        "method",
        _l("Method"),
        _l("What a teacher does who is good at this. Reviewers judge against it, so it says what matters."),
        (
            Field("key_method", _l("Key method"), Kind.TEXT, help=_l("The heart of it in one or two sentences."), rows=3),
            Rows(
                "method_components",
                _l("Components of the method"),
                _l("Component"),
                _l("Add a component"),
                (Field("heading", _l("Heading")), Field("text", _l("Text"), Kind.TEXT, help=_l("Markdown."), rows=5)),
                named_by="heading",
                start=2,
            ),
        ),
    ),
    Section(
        "research",
        _l("Research and resources"),
        _l("Why this is worth doing, and where to learn it."),
        (
            Field("rationale", _l("Why it matters"), Kind.TEXT, help=_l("What students gain. Markdown."), rows=6),
            Rows(
                "research",
                _l("Research"),
                _l("Study"),
                _l("Add a study"),
                (
                    Field("citation", _l("Citation"), Kind.TEXT, rows=2),
                    Field("relevance", _l("What it shows"), help=_l("In one line, for a teacher.")),
                    Field("url", _l("Web address"), empty=Empty.LEFT_OUT, start=None),
                ),
                named_by="relevance",
                start=1,
            ),
            Rows(
                "resources",
                _l("Resources"),
                _l("Resource"),
                _l("Add a resource"),
                (
                    Field("title", _l("Title")),
                    Field("url", _l("Web address")),
                    Field("kind", _l("What it is"), help=_l("Such as “Video, 12 minutes”.")),
                    Field("cost", _l("Cost"), help=_l("“Free”, or what it costs.")),
                    Field("accessibility", _l("Accessibility"), help=_l("Captions, screen reader, languages.")),
                ),
                named_by="title",
                tight=True,
            ),
            Rows(
                "standards",
                _l("Standards"),
                _l("Standard"),
                _l("Add a standard"),
                (
                    Field("code", _l("Code")),
                    Field("title", _l("Title")),
                    Field("framework", _l("Framework")),
                    Field("url", _l("Web address"), empty=Empty.LEFT_OUT, start=None),
                ),
                named_by="code",
                tight=True,
            ),
        ),
    ),
    Section(
        "evidence",
        _l("Evidence and rubric"),
        _l("What teachers send in, part by part, and how each piece is judged. Teachers see all of it before they start."),
        (
            LEVELS,
            PARTS,
            Group(
                "pass_rule",
                (
                    Field("kind", _l("To pass"), Kind.CHOICE, options=labels.PASS_RULES, start="every-criterion"),
                    Field("core", _l("Core criteria"), Kind.CORE, help=_l("Only for the second rule."), empty=Empty.LEFT_OUT, start=None),
                    Field("optional_needed", _l("And at least"), Kind.WHOLE, empty=Empty.LEFT_OUT, after=_l("of the others"), start=None),
                ),
            ),
        ),
    ),
    Section(
        "credit",
        _l("Credit"),
        _l("What you suggest the work is worth. Policies decide what is granted and paid."),
        (
            Field("effort_hours", _l("Effort"), Kind.NUMBER, after=_l("hours"), help=_l("For somebody who is new to it, with everything.")),
            Group(
                "credit",
                (
                    Field("hours", _l("Professional learning hours"), Kind.NUMBER, after=_l("hours")),
                    Field("lane_credit", _l("Lane credit"), Kind.NUMBER, empty=Empty.NULL, after=_l("units")),
                    Field("stipend_cents", _l("Stipend"), Kind.MONEY),
                ),
            ),
            Field("validity_months", _l("Valid for"), Kind.WHOLE, empty=Empty.NULL, after=_l("months"), help=_l("Empty: it does not expire.")),
            Field("renewal", _l("How it is renewed"), Kind.TEXT, empty=Empty.NULL, rows=2, help=_l("Only if it expires.")),
        ),
    ),
    Section(
        "badge",
        _l("Badge"),
        _l("The picture that teachers carry."),
        (
            Group(
                "badge",
                (
                    Field("design", _l("Design"), Kind.CHOICE, options=labels.BADGE_SHAPES, start="laurel"),
                    Field("color", _l("Colour"), Kind.COLOR, start="#1F5C4A"),
                ),
            ),
        ),
    ),
)


def blank_row(rows: Rows) -> dict[str, Any]:
    """A new row, with the rows inside it that it starts with."""
    row: dict[str, Any] = {}
    for one in rows.fields:
        if isinstance(one, Rows):
            row[one.key] = [blank_row(one) for _number in range(one.start)]
        elif not (one.start is None and one.empty is Empty.LEFT_OUT):
            row[one.key] = dict(one.start) if isinstance(one.start, dict) else one.start
    return row


def blank_document(title: str, slug: str, issuer: str) -> dict[str, Any]:
    """Where an author begins: the usual three parts, three levels, and every criterion to be met."""
    item = blank_row(ITEMS)
    criterion = blank_row(CRITERIA)
    parts = [
        ("overview", str(_l("What you planned, and why")), item | {"kind": "text", "min_words": 150, "max_words": 400, "criteria": [dict(criterion)]}),
        (
            "artifacts",
            str(_l("What happened in the classroom")),
            item | {"kind": "file", "max_files": 3, "student_data_expected": True, "criteria": [dict(criterion)]},
        ),
        ("reflection", str(_l("What you learned")), item | {"kind": "text", "min_words": 150, "max_words": 400, "criteria": [dict(criterion)]}),
    ]
    return {
        "slug": slug,
        "title": title,
        "issuer": issuer,
        "topics": [],
        "competency": "",
        "key_method": "",
        "method_components": [blank_row(one) for one in [_rows("method", "method_components")] * 2],
        "rationale": "",
        "research": [blank_row(_rows("research", "research"))],
        "resources": [],
        "audience": ["classroom-teacher"],
        "grade_bands": list(map(str, labels.GRADE_BANDS)),
        "subjects": ["any"],
        "standards": [],
        "effort_hours": 10,
        "needs_students": True,
        "prerequisites": [],
        "validity_months": None,
        "renewal": None,
        "accessibility_note": "",
        "credit": {"hours": 10, "lane_credit": None, "stipend_cents": 0},
        "levels": [
            {"key": "demonstrated", "label": str(_l("Demonstrated")), "passes": True},
            {"key": "progressing", "label": str(_l("Progressing")), "passes": False},
            {"key": "not-met", "label": str(_l("Not met")), "passes": False},
        ],
        "parts": [{"key": key, "title": title, "kind": key, "instructions": "", "items": [first]} for key, title, first in parts],
        "pass_rule": {"kind": "every-criterion"},
        "badge": {"design": "laurel", "color": "#1F5C4A"},
    }


def _rows(section: str, key: str) -> Rows:
    for one in next(part for part in SECTIONS if part.id == section).fields:
        if isinstance(one, Rows) and one.key == key:
            return one
    raise KeyError(key)

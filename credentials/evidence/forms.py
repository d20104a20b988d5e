"""The shape of input: what the editor page sends without script, and what its script sends piece by piece."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from core.errors import BadInput
from credentials.catalogue.content_model import Content, ItemKind
from credentials.evidence.rules import Students, clean_text


class HandInForm(FlaskForm):
    """The last page before handing in."""

    key = HiddenField()
    statement = BooleanField(
        _l("I sign this statement."),
        validators=[DataRequired(_l("Tick the box to sign the statement; without it nothing can be handed in."))],
    )


class AttemptForm(FlaskForm):
    """The office opens one more attempt."""

    note = TextAreaField(
        _l("What was agreed in the conversation"),
        description=_l("It stays in the history of this submission, for the office alone."),
        validators=[DataRequired(_l("Write a few words, so that a colleague can follow it later.")), Length(max=2000)],
    )


@dataclass(frozen=True)
class TypedText:
    """What was typed for one item: the text, and the revision that the writer saw."""

    text: str
    revision: int


@dataclass
class Typed:
    """All that a page sent without script says: texts that were really touched, answers, and the change note."""

    texts: dict[str, TypedText] = field(default_factory=dict)
    indicators: dict[str, bool | None] = field(default_factory=dict)
    students: dict[int, Students | None] = field(default_factory=dict)
    change_note: str | None = None


def fingerprint(text: str) -> str:
    """A short digest of a text as it was shown, so that a field nobody touched is told from one that somebody changed."""
    return hashlib.sha256(clean_text(text).encode()).hexdigest()[:16]


def typed(form: MultiDict[str, str], content: Content) -> Typed:
    """Read the editor page's form. Fields that are not there stay as they were, nonsense in hidden fields counts as an old revision."""
    given = Typed()
    for item in content.items():
        if item.kind in (ItemKind.TEXT, ItemKind.LINK) and f"text-{item.key}" in form:
            text = form[f"text-{item.key}"]
            if fingerprint(text) != form.get(f"was-{item.key}", ""):
                given.texts[item.key] = TypedText(text, form.get(f"revision-{item.key}", -1, type=int))
        for indicator in item.completion_indicators:
            if f"shown-{indicator.key}" in form:
                given.indicators[indicator.key] = True if form.get(f"indicator-{indicator.key}") else None
    for name, value in form.items():
        number = name.removeprefix("students-")
        if name.startswith("students-") and number.isdecimal() and value in set(Students):
            given.students[int(number)] = Students(value)
    if "change_note" in form:
        given.change_note = form["change_note"]
    return given


def answers(body: Any) -> dict[str, Any]:
    """Read the answers that the editor's script or the API sends: ``indicators`` {key: true, false or null}, ``students`` {file number: answer},
    ``change_note``. Raises BadInput for anything of another shape."""
    if not isinstance(body, Mapping):
        raise BadInput(_("Send an object with “indicators”, “students” or “change_note”."))
    read: dict[str, Any] = {}
    indicators, students, note = body.get("indicators"), body.get("students"), body.get("change_note")
    if indicators is not None:
        if not isinstance(indicators, Mapping) or not all(value is None or isinstance(value, bool) for value in indicators.values()):
            raise BadInput(_("“indicators” maps the key of a statement to true, false or null."))
        read["indicators"] = dict(indicators)
    if students is not None:
        known = {None, *set(Students)}
        if not isinstance(students, Mapping) or not all(
            str(key).isdecimal() and (value is None or isinstance(value, str)) and value in known for key, value in students.items()
        ):
            raise BadInput(_("“students” maps the number of a file to “none”, “released” or “unreleased”."))
        read["students"] = {int(key): Students(value) if value is not None else None for key, value in students.items()}
    if note is not None:
        if not isinstance(note, str):
            raise BadInput(_("“change_note” is a text."))
        read["change_note"] = note
    return read

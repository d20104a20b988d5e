"""People who write and check, and what they need to be driven through the pages."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from core.db import db, transaction
from credentials.catalogue import services
from credentials.catalogue.models import CredentialVersion
from people.models import Person
from people.rules import Role
from tests.factories.catalogue import document
from tests.factories.people import person


@pytest.fixture
def cast(app: Flask) -> dict[str, int]:
    """The ids of an author ("ana"), another author ("bo"), the office ("cy"), a teacher ("tess"), a reviewer, a principal and an auditor."""
    with app.app_context(), transaction():
        people = {
            "ana": person(Role.AUTHOR, Role.TEACHER, given_name="Ana", family_name="Ruiz"),
            "bo": person(Role.AUTHOR, given_name="Bo", family_name="Li"),
            "cy": person(Role.COORDINATOR, given_name="Cy", family_name="Okafor"),
            "tess": person(Role.TEACHER),
            "rae": person(Role.REVIEWER),
            "pat": person(Role.PRINCIPAL),
            "ada": person(Role.AUDITOR),
        }
        db.session.flush()
        return {name: row.id for name, row in people.items()}


@pytest.fixture
def begin(app: Flask, cast: dict[str, int]) -> Callable[..., int]:
    """``begin(state="draft", **changes)`` makes a complete draft by Ana (in quality review where asked) and answers its id."""

    def make(state: str = "draft", **changes: Any) -> int:
        with app.app_context(), transaction():
            ana = db.session.get_one(Person, cast["ana"])
            version = services.create_draft(ana, document(**changes))
            if state == "in_quality_review":
                services.send_to_quality_review(ana, version)
            return version.id

    return make


@pytest.fixture
def version_now(app: Flask) -> Callable[[int], dict[str, Any] | None]:
    """``version_now(id)`` is how a version stands in the database, as plain values."""

    def look(key: int) -> dict[str, Any] | None:
        with app.app_context():
            row = db.session.get(CredentialVersion, key)
            if row is None:
                return None
            names = ("number", "state", "title", "content", "change_note", "lock", "contributor_ids", "submitted_by_id", "approved_by_id", "quality_check")
            return {name: getattr(row, name) for name in names} | {"slug": row.micro_credential.slug, "credential_state": row.micro_credential.state}

    return look


class _Fields(HTMLParser):
    """Collects what a browser would send for one form."""

    def __init__(self, mark: str) -> None:
        super().__init__(convert_charrefs=True)
        self.mark, self.inside, self.fields = mark, False, MultiDict()
        self.area: str | None = None
        self.text = ""
        self.select: str | None = None
        self.chosen: str | None = None
        self.first: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = self.mark in given
        if not self.inside:
            return
        name = given.get("name")
        if tag == "input" and name and not (given.get("type") in ("checkbox", "radio") and "checked" not in given):
            self.fields.add(name, given.get("value") or "")
        elif tag == "textarea" and name:
            self.area, self.text = name, ""
        elif tag == "select" and name:
            self.select, self.chosen, self.first = name, None, None
        elif tag == "option" and self.select:
            self.first = given.get("value") if self.first is None else self.first
            if "selected" in given:
                self.chosen = given.get("value")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            # Browsers drop the first line break and send CRLF.
            self.fields.add(self.area, self.text.removeprefix("\n").replace("\n", "\r\n"))
            self.area = None
        elif tag == "select" and self.select:
            self.fields.add(self.select, self.chosen if self.chosen is not None else self.first or "")
            self.select = None
        elif tag == "form":
            self.inside = False


@pytest.fixture
def form_of() -> Callable[[Any], MultiDict[str, str]]:
    """``form_of(answer)`` is what a browser would send if the authoring form on this page were sent as it stands."""

    def read(answer: Any) -> MultiDict[str, str]:
        parser = _Fields("data-author")
        parser.feed(answer.get_data(as_text=True))
        return parser.fields

    return read

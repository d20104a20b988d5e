"""Every door has a sign, and the table of who gets through which door is the one that we read and agreed to (access.txt).

To see what a change of policy changes: ``LAUREL_WRITE_ACCESS=1 pytest tests/house/test_access.py``, then ``git diff``, and read every line.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from core.access import sign_of
from core.db import db
from credentials.review import services as reviewing
from credentials.review.models import Qualification
from ledger import services as money
from people.models import Person
from people.rules import Role, Scope
from tests.factories import badges, evidence, ledger, people, review
from tests.factories import catalogue as catalogue_factory

TABLE = Path(__file__).with_name("access.txt")
#: Served by packages, not by us: fonts and styles, and the API's own description.
NOT_OURS = {"static", "bootstrap.static", "api-docs.openapi_json"}


def rules(app: Flask) -> list[Rule]:
    return sorted((rule for rule in app.url_map.iter_rules() if rule.endpoint not in NOT_OURS), key=lambda rule: (str(rule), sorted(rule.methods or ())))


def test_every_door_has_a_sign(app: Flask) -> None:
    assert [rule.endpoint for rule in rules(app) if sign_of(app.view_functions[rule.endpoint]) is None] == []


def test_nothing_but_signing_in_and_what_is_public_by_nature_is_open_to_all(app: Flask) -> None:
    open_doors = {rule.endpoint for rule in rules(app) if sign_of(app.view_functions[rule.endpoint]).is_public}  # type: ignore[union-attr]
    assert {endpoint.rpartition(".")[0] for endpoint in open_doors} <= {"home", "people", "catalogue", "badges", "health", "fonts", "catalogue_api"}


class Stage:
    """A small district with one thing of each kind, and somebody in each relation to it."""

    def __init__(self) -> None:
        home, away, third = people.school(), people.school(), people.school()
        self.principal = people.person(Role.PRINCIPAL, at=home)
        self.owner = people.person(Role.TEACHER, at=home, supervisor_id=self.principal.id)
        self.colleague = people.person(Role.TEACHER, at=home)
        self.author = people.person(Role.AUTHOR, at=third)
        self.coordinator = people.person(Role.COORDINATOR, at=third)
        self.hr = people.person(Role.HR, at=third)
        self.payroll = people.person(Role.PAYROLL, at=third)
        self.auditor = people.person(Role.AUDITOR, at=third)
        self.administrator = people.person(Role.ADMINISTRATOR, at=third)
        credential = catalogue_factory.micro_credential()
        self.reviewer, self.other_reviewer = review.reviewer(credential, at=away), review.reviewer(credential, at=third)
        version = evidence.submitted_version(self.owner, credential)
        offers = reviewing.assign(version)
        mine = next(row for row in offers if row.reviewer_id == self.reviewer.id)
        review.opened(review.accepted(mine))
        award = badges.award(self.owner, catalogue_factory.micro_credential())
        fund = ledger.fund()
        ledger.policy(paid_by=fund)
        owed = money.post(ledger.earning(self.owner))
        secret_holder = people.api_token(self.owner)
        self.arguments: dict[str, Any] = {
            "slug": credential.slug,
            "version": version.id,
            "submission": version.submission_id,
            "assignment": mine.id,
            "file": version.files[0].id,
            "item": version.files[0].item_key,
            "uuid": award.uuid,
            "number": 1,
            "status_list": award.status_list_id,
            "obligation": owed.id,
            "fund": fund.code,
            "person": self.colleague.id,
            "grant": self.colleague.role_grants[0].id,
            "token": people.token_row(secret_holder).id,
            "qualification": self._qualification(credential.id),
            "form": "csv",
            "name": "sans-400",
        }
        self.credential_version = credential.current_version_id

    def _qualification(self, credential: int) -> int:
        return db.session.query(Qualification.id).filter_by(micro_credential_id=credential, person_id=self.reviewer.id).scalar() or 0

    def cast(self) -> dict[str, Person | None]:
        names = ("owner", "colleague", "reviewer", "other_reviewer", "author", "coordinator", "principal", "hr", "payroll", "auditor", "administrator")
        return {"anonymous": None, **{name: getattr(self, name) for name in names}}


@pytest.fixture
def stage(app: Flask) -> tuple[dict[str, int | None], dict[str, Any], dict[str, str]]:
    with app.app_context():
        scene = Stage()
        db.session.commit()
        cast = {name: person.id if person else None for name, person in scene.cast().items()}
        secrets = {name: people.api_token(person, Scope.READ, Scope.WRITE) for name, person in scene.cast().items() if person}
        db.session.commit()
        arguments = scene.arguments | {"credential_version": scene.credential_version}
    return cast, arguments, secrets


def outcome(status: int, location: str) -> str:
    """What became of the visitor at the door: shown to the sign-in page, turned away, told that there is nothing, or let in."""
    if status == 401 or (status == 302 and "/sign-in" in location):
        return "sign-in"
    if status in (403, 404):
        return str(status)
    return "in" if status < 500 else f"BROKEN {status}"


#: The doors are walked in parts, so that several processes share the way.
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_who_gets_through_which_door(app: Flask, stage: Any, as_: Callable[[object], Any], visitor: Any, part: int) -> None:
    cast, arguments, secrets = stage
    with app.app_context():
        connection = db.engines[None]
    browsers = {name: visitor if person is None else as_(person) for name, person in cast.items()}
    lines = []
    for rule in rules(app)[part::PARTS]:
        values = {name: arguments[name] for name in rule.arguments}
        if rule.endpoint.startswith(("authoring.",)) and "version" in values:
            values["version"] = arguments["credential_version"]
        if "/status/" in str(rule):
            values["number"] = arguments["status_list"]
        with app.test_request_context():
            path = app.url_map.bind("laurel.example").build(rule.endpoint, values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found: dict[str, list[str]] = {}
            for name, browser in browsers.items():
                headers = {"Authorization": f"Bearer {secrets[name]}"} if path.startswith("/api/") and name in secrets else {}
                # What a request does is undone, so that the next visitor finds the same scene.
                step = connection.begin_nested()
                answer = browser.open(path, method=method, headers=headers)
                found.setdefault(outcome(answer.status_code, answer.headers.get("Location", "")), []).append(name)
                answer.close()
                with app.app_context():
                    db.session.remove()
                if step.is_active:
                    step.rollback()
                if method == "POST" and rule.endpoint in ("people.sign_out", "people.sign_out_everywhere"):
                    browsers[name] = visitor if cast[name] is None else as_(cast[name])
            shown = "; ".join(f"{what}: {', '.join(names) if len(names) < len(browsers) else 'everybody'}" for what, names in sorted(found.items()))
            lines.append(f"{method:6} {rule!s:70} {shown}")
    agreed = dict(_named(line) for line in TABLE.read_text().splitlines())
    if os.environ.get("LAUREL_WRITE_ACCESS"):
        agreed |= dict(_named(line) for line in lines)
        TABLE.write_text("".join(f"{line}\n" for _name, line in sorted(agreed.items(), key=lambda item: item[0][::-1])))
    assert not [line for line in lines if "BROKEN" in line]
    assert lines == [agreed.get(_named(line)[0]) for line in lines]


def _named(line: str) -> tuple[tuple[str, str], str]:
    """A line of the table by its method and address."""
    return (line[:6].strip(), line[7:77].strip()), line


def test_the_table_names_no_door_that_is_gone(app: Flask) -> None:
    doors = {(method, str(rule)) for rule in rules(app) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert {_named(line)[0] for line in TABLE.read_text().splitlines()} == doors

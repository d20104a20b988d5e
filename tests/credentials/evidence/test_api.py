"""Submissions for programs: the same verbs, the same refusals, as problem+json."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.db import db
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from people.models import Person
from people.rules import Role, Scope
from people.services import tokens
from tests.factories import files
from tests.factories.evidence import complete, decided_version, draft_version, released_version, submitted_version

BASE = "/api/v1/submissions"


@pytest.fixture
def program(app: Flask) -> Callable[[int], FlaskClient]:
    """``program(person)`` is a client with that person's token."""

    def make(person: int) -> FlaskClient:
        with app.app_context():
            row = db.session.get_one(Person, person)
            _token, secret = tokens.create(row, "test", 30, list(Scope))
            db.session.commit()
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
        return client

    return make


def test_the_whole_way_from_start_to_withdrawal(app: Flask, made, somebody, program) -> None:
    slug = made(draft_version).slug
    client = program(somebody(Role.TEACHER))
    begun = client.post(BASE, json={"micro_credential": slug})
    assert (begun.status_code, begun.json["state"], begun.json["version"]) == (200, "draft", 1)
    number = begun.json["id"]
    assert client.post(BASE, json={"micro_credential": slug}).json["id"] == number
    here = f"{BASE}/{number}"
    assert {gap["code"] for gap in begun.json["missing"]} == {"file-missing", "link-missing", "text-missing", "indicator-open", "statement-missing"}

    assert client.put(f"{here}/items/reflection-text/text", json={"text": "One answer surprised me very much.", "revision": 0}).status_code == 200
    assert client.put(f"{here}/items/recording/text", json={"text": "videos.laurel.example/1", "revision": 0}).status_code == 200
    sent = client.post(f"{here}/items/lesson-plan/files", data={"file": (io.BytesIO(files.picture()), "IMG 1.jpg")}, content_type="multipart/form-data")
    assert sent.status_code == 201
    file = sent.json["items"][0]["files"][0]
    assert (file["name"], file["own_name"], file["stripped"]) == ("lesson-plan-1.jpg", "IMG 1.jpg", ["author", "camera", "dates", "location"])
    answered = client.put(f"{here}/answers", json={"indicators": {"plan-question": True}, "students": {str(file["id"]): "none"}})
    assert [gap["code"] for gap in answered.json["missing"]] == ["statement-missing"]

    handed_in = client.post(f"{here}/submit", json={"statement": True}, headers={"Idempotency-Key": "once-and-for-all"})
    assert (handed_in.status_code, handed_in.json["state"]) == (200, "submitted")
    again = client.post(f"{here}/submit", json={"statement": True}, headers={"Idempotency-Key": "once-and-for-all"})
    assert (again.status_code, again.json["submitted_at"]) == (200, handed_in.json["submitted_at"])
    assert client.post(f"{here}/submit", json={"statement": True}).status_code == 409
    assert client.post(f"{here}/withdraw").json["state"] == "withdrawn"
    assert client.post(f"{here}/reopen").json["version"] == 2


def test_an_incomplete_draft_is_refused_with_every_reason(made, program) -> None:
    draft = made(draft_version)
    answer = program(draft.author).post(f"{BASE}/{draft.submission}/submit", json={"statement": True})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert set(answer.json["errors"]) == {"item-lesson-plan", "indicator-plan-question", "item-recording", "item-reflection-text"}


@pytest.mark.parametrize("body", [{}, {"statement": False}, {"statement": None}])
def test_nothing_is_handed_in_without_the_statement(app: Flask, made, program, body: dict[str, object]) -> None:
    draft = made(lambda: complete(draft_version()))
    assert program(draft.author).post(f"{BASE}/{draft.submission}/submit", json=body).status_code == 422
    with app.app_context():
        assert db.session.get_one(SubmissionVersion, draft.version).state == State.DRAFT


def test_a_conflict_brings_what_is_kept(made, program) -> None:
    draft = made(draft_version)
    client, address = program(draft.author), f"{BASE}/{draft.submission}/items/reflection-text/text"
    client.put(address, json={"text": "newer", "revision": 0})
    answer = client.put(address, json={"text": "older", "revision": 0})
    assert (answer.status_code, answer.mimetype, answer.json["current"]) == (409, "application/problem+json", {"text": "newer", "revision": 1})


def test_a_file_that_is_not_taken_is_a_problem_with_a_sentence(made, program) -> None:
    draft = made(draft_version)
    answer = program(draft.author).post(
        f"{BASE}/{draft.submission}/items/lesson-plan/files", data={"file": (io.BytesIO(b"MZ" + bytes(99)), "a.pdf")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert answer.json["detail"].startswith("a.pdf: This is a program")


def test_a_file_is_read_and_removed(made, program) -> None:
    draft = made(lambda: complete(draft_version()))
    client, address = program(draft.author), f"{BASE}/{draft.submission}/files/{draft.file}"
    assert client.get(address).headers["Content-Disposition"].startswith("attachment")
    assert client.delete(address).json["items"][0]["files"] == []
    assert client.get(address).status_code == 404


def test_ones_own_list_and_the_offices(made, program, somebody) -> None:
    mine, other, done = made(draft_version), made(submitted_version), made(released_version)
    assert [row["id"] for row in program(mine.author).get(BASE).json["items"]] == [mine.submission]
    assert program(mine.author).get(f"{BASE}?scope=submitted").status_code == 403
    office = program(somebody(Role.COORDINATOR))
    assert [row["id"] for row in office.get(f"{BASE}?scope=submitted").json["items"]] == [done.submission, other.submission]
    assert [row["id"] for row in office.get(f"{BASE}?scope=submitted&state=demonstrated").json["items"]] == [done.submission]
    assert office.get(f"{BASE}?scope=submitted&size=1&page=2").json["items"][0]["id"] == other.submission
    assert office.get(f"{BASE}?scope=everything").status_code == 422


def test_the_office_reads_what_was_handed_in_without_the_authors_file_names(made, program, somebody) -> None:
    done = made(submitted_version)
    seen = program(somebody(Role.COORDINATOR)).get(f"{BASE}/{done.submission}")
    assert seen.status_code == 200
    assert [file["own_name"] for item in seen.json["items"] for file in item["files"]] == [None]


@pytest.mark.parametrize("roles", [(), (Role.PRINCIPAL,), (Role.HR,), (Role.ADMINISTRATOR,), (Role.REVIEWER,)])
def test_nobody_else_learns_that_it_exists(made, program, somebody, roles: tuple[Role, ...]) -> None:
    done = made(submitted_version)
    client = program(somebody(*roles))
    assert client.get(f"{BASE}/{done.submission}").status_code == 404
    assert client.get(f"{BASE}/{done.submission}/files/{done.file}").status_code == 404
    assert client.post(f"{BASE}/{done.submission}/withdraw").status_code == 404


def test_a_draft_is_not_for_the_office(made, program, somebody) -> None:
    draft = made(draft_version)
    assert program(somebody(Role.COORDINATOR)).get(f"{BASE}/{draft.submission}").status_code == 404


def test_without_a_token_nothing_is_said_and_a_session_does_not_count(made, visitor, as_) -> None:
    done = made(submitted_version)
    assert visitor.get(f"{BASE}/{done.submission}").status_code == 401
    assert as_(done.author).get(f"{BASE}/{done.submission}").status_code == 401


def test_a_refusal_names_its_rule(made, program) -> None:
    done = made(decided_version)
    answer = program(done.author).post(f"{BASE}/{done.submission}/withdraw")
    assert (answer.status_code, answer.json["type"]) == (409, "urn:laurel:problem:wrong-state")


def test_an_unknown_micro_credential_is_not_found(program, somebody) -> None:
    assert program(somebody()).post(BASE, json={"micro_credential": "nothing"}).status_code == 404


def test_the_list_costs_the_same_with_one_row_and_with_three(app: Flask, somebody, program, statements: list[str]) -> None:
    person = somebody(Role.TEACHER)
    client, counts = program(person), []
    client.get(BASE)  # The first use of a token in a while is noted with it.
    for count in (1, 2):
        with app.app_context():
            for _ in range(count):
                submitted_version(db.session.get_one(Person, person))
            db.session.commit()
        statements.clear()
        assert client.get(BASE).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_description_names_every_address(visitor) -> None:
    described = visitor.get("/api/v1/openapi.json").json
    assert {path for path in described["paths"] if path.startswith("/api/v1/submissions")} == {
        BASE,
        f"{BASE}/{{submission}}",
        f"{BASE}/{{submission}}/items/{{item}}/text",
        f"{BASE}/{{submission}}/items/{{item}}/files",
        f"{BASE}/{{submission}}/files/{{file}}",
        f"{BASE}/{{submission}}/answers",
        f"{BASE}/{{submission}}/submit",
        f"{BASE}/{{submission}}/withdraw",
        f"{BASE}/{{submission}}/reopen",
    }

"""The ledger for machines: one's own entries, or all for those who see the district's money."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from core import clock
from core.db import db, transaction
from ledger import services
from people.identity import token_hash
from people.models import ApiToken, Person
from people.rules import Role
from tests.factories import ledger as make
from tests.factories import people

DAY = dt.date(2026, 5, 4)


def token_of(person: Person) -> dict[str, str]:
    """A header that opens the API as that person."""
    secret = f"secret-of-{person.id}"
    db.session.add(ApiToken(person_id=person.id, name="test", token_hash=token_hash(secret), scopes=["read"], created_at=clock.now()))
    db.session.commit()
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def books(app: Flask) -> dict[str, Any]:
    with app.app_context():
        make.policy({"amount": "advertised", "cap": {"yearly_cents": 30000}}, paid_by=make.fund(code="GF"))
        who, other, hr = people.teacher(), people.teacher(), people.person(Role.HR)
        with transaction():
            rows = services.post_all(
                [make.earning(who, earned_on=DAY), make.earning(other, earned_on=DAY + dt.timedelta(days=1)), make.earning(who, 90000, earned_on=DAY)]
            )
            refused = services.post(make.earning(who, earned_on=DAY))
            services.reverse(rows[1], hr, "Mistake.")
        return {
            "who": who.id, "other": other.id, "rows": [row.id for row in rows], "refused": refused.id,
            "as_who": token_of(who), "as_other": token_of(other), "as_hr": token_of(hr),
        }  # fmt: skip


def sequences(app: Flask, headers: dict[str, str], query: str = "") -> list[int]:
    answer = app.test_client().get(f"/api/v1/ledger/entries?{query}", headers=headers)
    assert answer.status_code == 200, answer.json
    return [item["sequence"] for item in answer.json["items"]]


def test_a_teacher_reads_her_own_entries_and_human_resources_all(app: Flask, books: dict[str, Any]) -> None:
    assert sequences(app, books["as_who"]) == [1, 3]
    assert sequences(app, books["as_other"]) == [2, 4]
    assert sequences(app, books["as_hr"]) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=reverse", [4]),
        ("kind=accrue", [1, 2, 3]),
        ("from=2026-05-05&to=2026-05-05", [2]),
        ("to=2026-05-04", [1, 3]),
        ("fund=GF", [1, 2, 3, 4]),
        ("fund=none", []),
        ("after=2", [3, 4]),
        ("size=2", [1, 2]),
        ("size=2&page=2", [3, 4]),
    ],
)
def test_the_list_is_narrowed_and_paged(app: Flask, books: dict[str, Any], query: str, found: list[int]) -> None:
    assert sequences(app, books["as_hr"], query) == found


def test_asking_for_a_colleague_shows_nothing(app: Flask, books: dict[str, Any]) -> None:
    assert sequences(app, books["as_who"], f"person={books['other']}") == []
    assert sequences(app, books["as_hr"], f"person={books['other']}") == [2, 4]


@pytest.mark.parametrize("query", ["kind=steal", "from=yesterday", "size=0", "size=501", "page=0", "after=x"])
def test_nonsense_is_a_problem_and_says_where(app: Flask, books: dict[str, Any], query: str) -> None:
    answer = app.test_client().get(f"/api/v1/ledger/entries?{query}", headers=books["as_hr"])
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_an_entry_carries_its_legs(app: Flask, books: dict[str, Any]) -> None:
    (item, *_rest) = app.test_client().get("/api/v1/ledger/entries", headers=books["as_who"]).json["items"]
    assert item["effective_on"] == "2026-05-04"
    assert [(leg["fund"], leg["account"], leg["amount_cents"]) for leg in item["legs"]] == [("GF", "expense", 20000), ("GF", "payable", -20000)]


def test_an_obligation_explains_itself_in_codes_and_in_words(app: Flask, books: dict[str, Any]) -> None:
    answer = app.test_client().get(f"/api/v1/ledger/obligations/{books['rows'][2]}", headers=books["as_who"]).json
    assert (answer["amount_cents"], answer["policy_version"], answer["fund"], answer["refusal"]) == (10000, 1, "GF", None)
    assert [step["say"] for step in answer["explanation"]][-3:] == ["cap-rest", "budget", "owed"]
    assert len(answer["reasons"]) == len(answer["explanation"])
    refused = app.test_client().get(f"/api/v1/ledger/obligations/{books['refused']}", headers=books["as_who"]).json
    assert (refused["state"], refused["entries"], refused["refusal"]["rule"]) == ("refused", [], "yearly-cap")
    assert refused["refusal"]["remedy"]


def test_a_colleagues_obligation_does_not_exist(app: Flask, books: dict[str, Any]) -> None:
    address = f"/api/v1/ledger/obligations/{books['rows'][0]}"
    assert app.test_client().get(address, headers=books["as_other"]).status_code == 404
    assert app.test_client().get(address, headers=books["as_hr"]).status_code == 200
    assert app.test_client().get(address).status_code == 401


def test_the_list_takes_as_many_statements_for_one_as_for_three(app: Flask, books: dict[str, Any], statements: list[str]) -> None:
    counted = []
    sequences(app, books["as_hr"])  # The first use of a token is written down.
    for query in ("size=1", "size=3"):
        statements.clear()
        sequences(app, books["as_hr"], query)
        counted.append(len(statements))
    assert counted[0] == counted[1]

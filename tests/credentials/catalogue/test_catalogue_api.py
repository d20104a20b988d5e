"""The catalogue for machines: the same filters and content, open to everybody, with pages that say where the next one is."""

from __future__ import annotations

import pytest

from core.db import db, transaction
from credentials.catalogue import services
from credentials.catalogue.content import parse
from people.models import Person
from tests.factories.catalogue import document, micro_credential


@pytest.fixture
def offer(app, cast):
    def make(**changes):
        with app.app_context(), transaction():
            return micro_credential(author=db.session.get_one(Person, cast["ana"]), approver=db.session.get_one(Person, cast["cy"]), **changes).slug

    return make


def test_the_list_needs_no_token_and_says_how_many_there_are(visitor, offer):
    offer(slug="talk-moves", title="Talk moves")
    answer = visitor.get("/api/v1/catalogue")
    assert answer.status_code == 200
    assert answer.headers["X-Total-Count"] == "1"
    item = answer.json["items"][0]
    assert (item["slug"], item["version"], item["title"], item["stipend_cents"], item["grade_bands"]) == ("talk-moves", 1, "Talk moves", 15000, ["3-5", "6-8"])
    assert item["url"] == "http://laurel.example/catalogue/talk-moves"
    assert answer.json["topics"] == [{"topic": "assessment", "number": 1}, {"topic": "planning", "number": 1}]


def test_pages_are_linked(visitor, offer):
    for _number in range(5):
        offer()
    answer = visitor.get("/api/v1/catalogue?size=2&page=2&grade=3-5&grade=6-8")
    links = dict(part.split("; rel=")[::-1] for part in answer.headers["Link"].split(", "))
    assert set(links) == {'"first"', '"prev"', '"next"', '"last"'}
    assert links['"next"'] == "</api/v1/catalogue?size=2&grade=3-5&grade=6-8&page=3>"
    assert len(visitor.get(links['"next"'].strip("<>")).json["items"]) == 1
    assert '"next"' not in visitor.get("/api/v1/catalogue?size=2&page=3").headers["Link"]


@pytest.mark.parametrize(
    ("query", "number"),
    [("q=minecarft", 1), ("topic=assessment", 2), ("topic=technology&topic=assessment", 3), ("hours_max=5", 1), ("stipend_min=200", 1), ("evidence=video", 0)],
)
def test_the_filters_are_those_of_the_page(visitor, offer, query, number):
    offer(title="Teaching with Minecraft", topics=["technology"], credit={"hours": 1, "lane_credit": None, "stipend_cents": 20000})
    offer(effort_hours=4)
    offer()
    assert visitor.get(f"/api/v1/catalogue?{query}").json["total"] == number


@pytest.mark.parametrize("query", ["size=51", "size=0", "page=0", "grade=13", "sort=random", "hours_min=many", "evidence=dance", "q=" + "x" * 201])
def test_a_question_that_makes_no_sense_is_refused_in_words(visitor, query):
    answer = visitor.get(f"/api/v1/catalogue?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_one_micro_credential_comes_with_its_whole_content(visitor, offer):
    slug = offer()
    body = visitor.get(f"/api/v1/catalogue/{slug}").json
    assert (body["state"], body["version"], [one["number"] for one in body["versions"]]) == ("published", 1, [1])
    assert parse(body["content"]).slug == slug


def test_an_earlier_version_can_be_asked_for(app, cast, visitor, offer):
    slug = offer(title="Old title")
    with app.app_context(), transaction():
        ana, cy = db.session.get_one(Person, cast["ana"]), db.session.get_one(Person, cast["cy"])
        services.import_content(ana, cy, document(slug=slug, title="New title"), "Another.")
    assert visitor.get(f"/api/v1/catalogue/{slug}").json["content"]["title"] == "New title"
    assert visitor.get(f"/api/v1/catalogue/{slug}?version=1").json["content"]["title"] == "Old title"
    assert visitor.get(f"/api/v1/catalogue/{slug}?version=9").status_code == 404


def test_drafts_are_not_there(begin, visitor):
    begin(slug="secret")
    answer = visitor.get("/api/v1/catalogue/secret")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert visitor.get("/api/v1/catalogue").json["total"] == 0


def test_the_list_takes_two_statements(visitor, offer, statements):
    for _number in range(3):
        offer()
    statements.clear()
    visitor.get("/api/v1/catalogue?q=skill")
    assert len(statements) == 2

"""The catalogue as everybody sees it: with and without an account, at few statements, with pictures that are drawn once."""

from __future__ import annotations

import re

import pytest

from core.db import db, transaction
from credentials.catalogue import labels, services
from credentials.catalogue.models import MicroCredential
from people.models import Person
from tests.factories.catalogue import micro_credential


@pytest.fixture
def offer(app, cast):
    """``offer(**changes)`` publishes a micro-credential by Ana and Cy; answers its slug."""

    def make(**changes) -> str:
        with app.app_context(), transaction():
            return micro_credential(author=db.session.get_one(Person, cast["ana"]), approver=db.session.get_one(Person, cast["cy"]), **changes).slug

    return make


@pytest.fixture
def act(app, cast):
    """``act(verb, slug, *rest)`` runs a service as the office on the micro-credential; for setting the scene."""

    def run(verb: str, slug: str, *rest) -> None:
        with app.app_context(), transaction():
            row = db.session.query(MicroCredential).filter_by(slug=slug).one()
            getattr(services, verb)(db.session.get_one(Person, cast["cy"]), row, *rest)

    return run


@pytest.fixture
def renew(app, cast):
    """``renew(slug, note, **changes)`` publishes the next version."""

    def run(slug: str, note: str, **changes) -> None:
        with app.app_context(), transaction():
            content = db.session.query(MicroCredential).filter_by(slug=slug).one().current_version.content
            services.import_content(db.session.get_one(Person, cast["ana"]), db.session.get_one(Person, cast["cy"]), content | changes, note)

    return run


def test_anybody_may_browse(visitor, offer):
    slug = offer(title="Talk moves")
    page = visitor.get("/catalogue")
    assert page.status_code == 200
    assert f'href="/catalogue/{slug}"' in page.text
    assert "Talk moves" in page.text


def test_an_empty_catalogue_says_what_belongs_there(visitor):
    assert "The catalogue is still empty" in visitor.get("/catalogue").text


def test_a_card_says_hours_grades_and_stipend(visitor, offer):
    offer(effort_hours=1, grade_bands=["prek-2", "3-5", "6-8"], credit={"hours": 1, "lane_credit": None, "stipend_cents": 12550})
    text = visitor.get("/catalogue").text
    for words in ("1 hour<", "PreK–8", "$125.50"):
        assert words in text


def test_a_misspelt_search_says_what_it_looked_for(visitor, offer):
    offer(title="Teaching with Minecraft")
    text = visitor.get("/catalogue?q=minecarft").text
    assert "Teaching with Minecraft" in text
    assert "Nobody wrote “minecarft”, so this is what we have for “minecraft”." in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?q=zebra", "Nothing about “zebra” yet"),
        ("?topic=assessment&hours_max=0.5", "No micro-credential fits all of that"),
        ("?page=99", "There is no such page"),
    ],
)
def test_an_empty_answer_names_the_way_out(visitor, offer, query, words):
    offer()
    assert words in visitor.get(f"/catalogue{query}").text


def test_each_filter_in_use_can_be_taken_away_by_itself(visitor, offer):
    offer()
    text = visitor.get("/catalogue?topic=assessment&topic=planning&grade=3-5&hours_min=2&hours_max=30&stipend=yes&stipend_min=100&page=2").text
    links = dict(re.findall(r'<li><a href="([^"]+)">([^<]+)<svg class="icon"', text))
    without = {label.strip(): address.replace("&amp;", "&") for address, label in links.items()}
    assert set(without) >= {"Assessment", "Planning", "Grades 3–5", "2 to 30 hours", "With a stipend", "Stipend from $100"}
    assert without["Assessment"] == "/catalogue?topic=planning&grade=3-5&hours_min=2&hours_max=30&stipend=yes&stipend_min=100"
    assert "hours" not in without["2 to 30 hours"]


def test_at_most_fifty_cards_stand_on_a_page(visitor, offer):
    for _number in range(3):
        offer()
    assert visitor.get("/catalogue?size=2").text.count('class="card-title"') == 2
    assert visitor.get("/catalogue?size=2&page=2").text.count('class="card-title"') == 1
    assert visitor.get("/catalogue?size=5000").status_code == 200


QUERIES = [
    "",
    "?q=invented",
    "?q=invnted+skll",
    "?topic=assessment&grade=3-5&audience=specialist&audience=classroom-teacher&evidence=file&hours=medium&stipend=yes&sort=stipend&size=50",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_page_takes_at_most_four_statements_with_the_reader_in_them(cast, as_, offer, statements, query):
    tess, counts = as_(cast["tess"]), []
    for more in (1, 2):
        for _number in range(more):
            offer(effort_hours=10)
        statements.clear()
        assert tess.get(f"/catalogue{query}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 4


def test_the_page_of_one_says_everything_before_one_starts(visitor, offer):
    offer(slug="first-steps", title="First steps")
    slug = offer(prerequisites=["first-steps"], validity_months=36, renewal="Send in one new lesson.")
    text = visitor.get(f"/catalogue/{slug}").text
    for words in (
        "The educator plans a lesson around one question",  # competency
        "Ask one good question",  # key method
        "One question",  # component
        "Black, P., &amp; Wiliam, D. (1998)",  # research
        "Question bank",  # resource
        "InTASC 6",  # standard
        "Up to 3 files",  # limits
        "5 to 300 words",
        "The question is in the plan.",  # completion
        "The question fits the goal",  # rubric
        "It is there, but the evidence does not show it.",
        "about 10 hours",
        "$150",
        "The stipend policy in force when you earn it decides what is paid.",
        "First steps",  # prerequisite by its title
        "3 years",
        "Send in one new lesson.",
        "Answers may be spoken, drawn or signed.",
        "You earn it when all 2 criteria are at “Demonstrated”.",
        "Version 1",
    ):
        assert words in text, words


def test_starting_is_one_click_and_a_stranger_comes_back_after_signing_in(cast, as_, visitor, offer):
    slug = offer()
    assert f'<form method="post" action="/catalogue/{slug}/start"' in as_(cast["tess"]).get(f"/catalogue/{slug}").text
    text = visitor.get(f"/catalogue/{slug}").text
    assert f'href="/sign-in?next=/catalogue/{slug}"' in text
    assert "/start" not in text


def test_the_way_to_authoring_is_shown_to_those_who_may_go_it(cast, as_, offer):
    slug = offer()
    shown = {name: "Open in authoring" in as_(cast[name]).get(f"/catalogue/{slug}").text for name in ("ana", "cy", "ada", "tess", "pat")}
    assert shown == {"ana": True, "cy": True, "ada": True, "tess": False, "pat": False}


def test_an_earlier_version_is_shown_as_it_was_with_a_word_that_it_is_earlier(visitor, offer, renew):
    slug = offer(title="Old title")
    renew(slug, "A better title.", title="New title")
    now, then = visitor.get(f"/catalogue/{slug}").text, visitor.get(f"/catalogue/{slug}?version=1").text
    assert "New title" in now
    assert "A better title." in now
    assert "You are reading version" not in now
    assert "<h1>Old title</h1>" in then
    assert "You are reading version 1" in then
    assert "Sign in to start" not in then
    assert visitor.get(f"/catalogue/{slug}?version=2").text.count("You are reading") == 0
    for number in ("3", "0", "-1", "99999999999999999999"):
        assert visitor.get(f"/catalogue/{slug}?version={number}").status_code == 404


def test_a_version_that_is_being_written_is_nobodys_to_read(app, cast, as_, offer):
    slug = offer()
    with app.app_context(), transaction():
        services.new_version(db.session.get_one(Person, cast["ana"]), db.session.query(MicroCredential).filter_by(slug=slug).one(), "Better.")
    for name in ("tess", "ana"):
        assert as_(cast[name]).get(f"/catalogue/{slug}?version=2").status_code == 404


def test_what_is_retired_keeps_its_page_but_cannot_be_started(cast, as_, offer, act):
    slug = offer(title="Retired skill")
    act("retire", slug)
    tess = as_(cast["tess"])
    text = tess.get(f"/catalogue/{slug}").text
    assert "no longer offered" in text
    assert "Start or continue" not in text
    assert "Retired skill" not in tess.get("/catalogue").text
    act("restore", slug)
    assert "Start or continue" in tess.get(f"/catalogue/{slug}").text


@pytest.mark.parametrize("slug", ["no-such-thing", "x" * 200, "%00", "..", "Invented"])
def test_what_is_not_there_is_a_404(visitor, offer, slug):
    offer()
    assert visitor.get(f"/catalogue/{slug}").status_code == 404
    assert visitor.get(f"/catalogue/{slug}/badge.svg").status_code == 404


def test_the_page_of_one_takes_the_same_statements_with_one_version_and_with_three(cast, as_, offer, renew, statements):
    slug, tess, counts = offer(), as_(cast["tess"]), []
    for note in ("Second.", "Third.", None):
        statements.clear()
        assert tess.get(f"/catalogue/{slug}").status_code == 200
        counts.append(len(statements))
        if note:
            renew(slug, note, title=f"Title of the {note}")
    assert counts[0] == counts[2]


def test_a_badge_is_a_picture_that_may_be_kept(visitor, offer):
    slug = offer()
    answer = visitor.get(f"/catalogue/{slug}/badge.svg?v=1")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.data.startswith(b"<svg") or answer.data.startswith(b"<?xml")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = visitor.get(f"/catalogue/{slug}/badge.svg?v=1", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert visitor.get(f"/catalogue/{slug}/badge.svg").headers["Cache-Control"] == "public, max-age=300"


def test_each_version_has_its_own_badge(visitor, offer, renew):
    slug = offer(title="Old title")
    before = visitor.get(f"/catalogue/{slug}/badge.svg?v=1").data
    renew(slug, "Another colour.", badge={"design": "wave", "color": "#4A5A12"})
    assert visitor.get(f"/catalogue/{slug}/badge.svg?v=1").data == before
    assert visitor.get(f"/catalogue/{slug}/badge.svg?v=2").data == visitor.get(f"/catalogue/{slug}/badge.svg").data != before
    assert visitor.get(f"/catalogue/{slug}/badge.svg?v=3").status_code == 404


def test_a_badge_takes_one_statement(visitor, offer, statements):
    slug = offer()
    statements.clear()
    visitor.get(f"/catalogue/{slug}/badge.svg?v=1")
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        (["prek-2", "3-5", "6-8", "9-12"], "PreK–12"),
        (["3-5"], "Grades 3–5"),
        (["3-5", "9-12"], "Grades 3–5, 9–12"),
        (["prek-2", "6-8"], "PreK–2, 6–8"),
        ([], ""),
    ],
)
def test_grades_are_said_as_ranges(rows, bands, said):
    assert labels.grades(bands) == said


def test_what_an_author_writes_cannot_bring_script_or_markup_into_the_page(visitor, offer):
    nasty = "<script>alert(1)</script> <img src=x onerror=alert(1)> [link](javascript:alert(1)) **bold**"
    slug = offer(key_method=nasty, rationale=nasty, competency=nasty, accessibility_note=nasty)
    for text in (visitor.get(f"/catalogue/{slug}").text, visitor.get("/catalogue").text):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert 'href="javascript:' not in text

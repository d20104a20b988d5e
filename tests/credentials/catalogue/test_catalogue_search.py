"""Finding: words, misspelt words, beginnings of words, filters, order, pages, counts; in two statements whatever is asked."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from core.db import transaction
from credentials.catalogue import services
from credentials.catalogue.rules import Search, Sort
from credentials.catalogue.search import find
from people.rules import Role
from tests.factories.catalogue import micro_credential
from tests.factories.people import person


def titles(search: Search, **page: int) -> list[str]:
    return [hit.title for hit in find(search, **page).hits]


@pytest.fixture
def shelf(rows):
    """Four micro-credentials that differ in everything one can ask for."""
    author, approver = person(Role.AUTHOR), person(Role.COORDINATOR)
    both = {"author": author, "approver": approver}

    def put(day: int, title: str, topics: list[str], hours: float, cents: int, bands: list[str], audience: list[str], **more: object) -> None:
        with clock.frozen(dt.datetime(2026, 3, day, tzinfo=dt.UTC)):
            micro_credential(
                title=title, topics=topics, effort_hours=hours, credit={"hours": hours, "lane_credit": None, "stipend_cents": cents},
                grade_bands=bands, audience=audience, **both, **more,
            )  # fmt: skip

    put(1, "Teaching with Minecraft", ["technology", "game-based-learning"], 12, 20000, ["3-5", "6-8"], ["classroom-teacher"])
    put(2, "Growth mindset in feedback", ["motivation", "feedback"], 6, 0, ["prek-2", "3-5"], ["classroom-teacher", "paraprofessional"])
    put(3, "Virtual and augmented reality", ["technology"], 15, 25000, ["9-12"], ["specialist"], competency="The educator plans a trip that nobody could take.")
    put(4, "Running a PLC", ["collaboration"], 20, 30000, ["6-8", "9-12"], ["instructional-coach"], key_method="Look at student work, then teach anew.")


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("minecraft", ["Teaching with Minecraft"]),
        ("TEACHING minecraft", ["Teaching with Minecraft"]),
        ("game based learning", ["Teaching with Minecraft"]),
        ("trips", ["Virtual and augmented reality"]),
        ('"growth mindset"', ["Growth mindset in feedback"]),
        ("technology -minecraft", ["Virtual and augmented reality"]),
        ("mindset or plc", ["Running a PLC", "Growth mindset in feedback"]),
        ("réality", ["Virtual and augmented reality"]),
        ("zebra", []),
    ],
)
def test_words_are_found_in_title_competency_topics_and_method(shelf, q, found):
    assert sorted(titles(Search(q=q))) == sorted(found)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("minec", "Teaching with Minecraft"),
        ("growth mind", "Growth mindset in feedback"),
        ("augm", "Virtual and augmented reality"),
        ("virtual real", "Virtual and augmented reality"),
    ],
)
def test_the_beginning_of_the_last_word_is_enough_while_one_types(shelf, typed, title):
    found = find(Search(q=typed))
    assert ([hit.title for hit in found.hits], found.guess) == ([title], None)


@pytest.mark.parametrize(
    ("q", "title", "guess"),
    [
        ("minecarft", "Teaching with Minecraft", "minecraft"),
        ("grwth mindset", "Growth mindset in feedback", "growth mindset"),
        ("virtuel realty", "Virtual and augmented reality", "virtual reality"),
        ("Collabration", "Running a PLC", "collaboration"),
    ],
)
def test_a_misspelt_word_finds_what_was_meant_and_says_so(shelf, q, title, guess):
    found = find(Search(q=q))
    assert ([hit.title for hit in found.hits], found.guess) == ([title], guess)


def test_a_match_in_the_title_comes_before_one_in_the_method(shelf):
    assert titles(Search(q="teach")) == ["Teaching with Minecraft", "Running a PLC"]


@pytest.mark.parametrize("q", ["the", "'; drop table person; --", "a & | ! b", "((", ":*", '"', "-", "\\", "%", "<->", "é" * 200])
def test_whatever_is_typed_is_a_search_and_never_an_error(shelf, q):
    find(Search(q=q))


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(topics=("technology",)), {"Teaching with Minecraft", "Virtual and augmented reality"}),
        (Search(topics=("feedback", "collaboration")), {"Growth mindset in feedback", "Running a PLC"}),
        (Search(audience=("paraprofessional",)), {"Growth mindset in feedback"}),
        (Search(grade_bands=("9-12",)), {"Virtual and augmented reality", "Running a PLC"}),
        (Search(evidence=("file",)), {"Teaching with Minecraft", "Growth mindset in feedback", "Virtual and augmented reality", "Running a PLC"}),
        (Search(evidence=("video",)), set()),
        (Search(hours_max=12), {"Teaching with Minecraft", "Growth mindset in feedback"}),
        (Search(hours_min=12, hours_max=15), {"Teaching with Minecraft", "Virtual and augmented reality"}),
        (Search(with_stipend=True), {"Teaching with Minecraft", "Virtual and augmented reality", "Running a PLC"}),
        (Search(stipend_min=25000), {"Virtual and augmented reality", "Running a PLC"}),
        (Search(topics=("technology",), grade_bands=("3-5",), with_stipend=True, hours_max=12), {"Teaching with Minecraft"}),
        (Search(q="technology", grade_bands=("9-12",)), {"Virtual and augmented reality"}),
        (Search(topics=("technology",), grade_bands=("prek-2",)), set()),
    ],
    ids=lambda value: ", ".join(sorted(value)) if isinstance(value, set) else str(value),
)
def test_filters_narrow_and_combine(shelf, search, found):
    assert set(titles(search)) == found
    assert find(search).total == len(found)


@pytest.mark.parametrize(
    ("sort", "first"),
    [(Sort.TITLE, "Growth mindset in feedback"), (Sort.HOURS, "Growth mindset in feedback"), (Sort.STIPEND, "Running a PLC"), (Sort.NEWEST, "Running a PLC")],
)
def test_the_order_can_be_chosen(shelf, sort, first):
    assert titles(Search(sort=sort))[0] == first


def test_topics_are_counted_with_the_other_filters_as_they_are(shelf):
    found = find(Search(topics=("motivation",), with_stipend=True))
    assert found.total == 0
    assert dict(found.topics) == {"technology": 2, "game-based-learning": 1, "collaboration": 1}


def test_pages_follow_each_other_without_gap_or_repetition(shelf):
    pages = [titles(Search(sort=Sort.TITLE), page=number, size=3) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [3, 1, 0]
    assert pages[0] + pages[1] == titles(Search(sort=Sort.TITLE))
    assert find(Search(), page=3, size=3).total == 4


def test_what_is_not_on_offer_is_not_found(shelf):
    author, approver = person(Role.AUTHOR), person(Role.COORDINATOR)
    retired = micro_credential(title="Retired skill", author=author, approver=approver)
    with transaction():
        services.retire(approver, retired)
        services.create_draft(author, {"title": "Drafted skill", "competency": "skill"})
    assert titles(Search(q="skill")) == []
    assert find(Search()).total == 4


def test_only_the_present_version_is_found(rows):
    author, approver = person(Role.AUTHOR), person(Role.COORDINATOR)
    first = micro_credential(title="Pondering riddles", author=author, approver=approver).current_version
    services.import_content(author, approver, first.content | {"title": "Listening to answers"}, "A better name.")
    assert titles(Search(q="pondering")) == []
    assert titles(Search(q="listening")) == ["Listening to answers"]


FILTERED = Search(topics=("assessment",), grade_bands=("3-5",), hours_max=99, sort=Sort.NEWEST)


@pytest.mark.parametrize("search", [Search(), Search(q="skill"), Search(q="skil invnted"), FILTERED], ids=str)
def test_a_search_is_two_statements_at_one_and_at_three_rows(rows, statements, search):
    counts = []
    for more in (1, 2):
        for _number in range(more):
            micro_credential()
        statements.clear()
        find(search)
        counts.append(len(statements))
    assert counts == [2, 2]

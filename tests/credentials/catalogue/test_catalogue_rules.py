"""States and moves, keys made from words, and what an address may ask of the catalogue."""

from __future__ import annotations

import itertools

import pytest
from werkzeug.datastructures import MultiDict

from credentials.catalogue import rules
from credentials.catalogue.forms import search_from
from credentials.catalogue.rules import Act, Search, Sort, State, VersionAct, VersionState

V, X = VersionState, VersionAct
VERSION_TABLE = {
    (V.DRAFT, X.SAVE): V.DRAFT,
    (V.DRAFT, X.SEND): V.IN_QUALITY_REVIEW,
    (V.DRAFT, X.DISCARD): V.DISCARDED,
    (V.IN_QUALITY_REVIEW, X.TAKE_BACK): V.DRAFT,
    (V.IN_QUALITY_REVIEW, X.RETURN): V.DRAFT,
    (V.IN_QUALITY_REVIEW, X.PUBLISH): V.PUBLISHED,
}


@pytest.mark.parametrize(("state", "act"), itertools.product(VersionState, VersionAct), ids=str)
def test_a_version_moves_as_the_table_says_and_in_no_other_way(state, act):
    assert rules.next_state(state, act) == VERSION_TABLE.get((state, act))


@pytest.mark.parametrize(("state", "act"), itertools.product(State, Act), ids=str)
def test_only_what_is_published_is_retired_and_only_what_is_retired_comes_back(state, act):
    table = {(State.PUBLISHED, Act.RETIRE): State.RETIRED, (State.RETIRED, Act.RESTORE): State.PUBLISHED}
    assert rules.next_credential_state(state, act) == table.get((state, act))


def test_a_published_version_offers_no_act_at_all():
    assert rules.acts(V.PUBLISHED) == []
    assert rules.acts(V.IN_QUALITY_REVIEW) == [X.TAKE_BACK, X.RETURN, X.PUBLISH]


@pytest.mark.parametrize(
    ("present", "version", "after"),
    [
        (State.DRAFT, V.IN_QUALITY_REVIEW, State.IN_QUALITY_REVIEW),
        (State.IN_QUALITY_REVIEW, V.DRAFT, State.DRAFT),
        (State.IN_QUALITY_REVIEW, V.PUBLISHED, State.PUBLISHED),
        (State.PUBLISHED, V.DRAFT, State.PUBLISHED),
        (State.PUBLISHED, V.IN_QUALITY_REVIEW, State.PUBLISHED),
        (State.RETIRED, V.IN_QUALITY_REVIEW, State.RETIRED),
        (State.RETIRED, V.PUBLISHED, State.PUBLISHED),
    ],
)
def test_what_is_offered_stays_offered_while_the_next_version_is_written(present, version, after):
    assert rules.credential_state(present, version) is after


@pytest.mark.parametrize(
    ("approver", "contributors", "sender", "may"), [(3, [1, 2], 1, True), (2, [1, 2], 1, False), (1, [], 1, False), (3, [], None, True)]
)
def test_nobody_approves_what_they_wrote_or_sent(approver, contributors, sender, may):
    assert rules.may_approve(approver, contributors, sender) is may


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("Growth Mindset!", "growth-mindset"),
        ("  Enseñar — con   Minecraft ", "ensenar-con-minecraft"),
        ("数学", ""),
        ("a" * 100, "a" * 80),
        ("word " * 30, "word-" * 15 + "word"),
    ],
)
def test_a_key_is_made_from_words(words, slug):
    assert rules.slug_from(words) == slug


def test_a_taken_slug_gets_a_number_and_stays_short_enough():
    assert rules.free_slug("plc", {"plc", "plc-2"}) == "plc-3"
    assert rules.free_slug("plc", set()) == "plc"
    assert rules.free_slug("a" * 80, {"a" * 80}) == "a" * 78 + "-2"


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("growth mind", "mind"),
        ("growth ", None),
        ("g", None),
        ('"growth mind', None),
        ("growth -mind", None),
        ("this or", None),
        ("co-teach", "teach"),
        ("", None),
    ],
)
def test_the_last_word_is_a_beginning_while_it_is_typed(typed, word):
    assert rules.prefix_word(rules.search_words(typed) + (" " if typed.endswith(" ") else "")) == word


def test_an_address_says_what_to_look_for():
    args = MultiDict(
        [
            ("q", "  feed\x00back  loops "), ("topic", "Assessment"), ("topic", "data"), ("grade", "3-5"), ("audience", "specialist"), ("evidence", "video"),
            ("hours", "medium"), ("stipend", "yes"), ("stipend_min", "$150.50"), ("sort", "hours"),
        ]
    )  # fmt: skip
    assert search_from(args) == Search(
        q="feed back loops", topics=("assessment", "data"), audience=("specialist",), grade_bands=("3-5",), evidence=("video",),
        hours_min=8, hours_max=15, with_stipend=True, stipend_min=15050, sort=Sort.HOURS,
    )  # fmt: skip


@pytest.mark.parametrize(
    "args",
    [
        [("topic", "no such' topic"), ("grade", "13-15"), ("evidence", "interpretive-dance"), ("audience", "")],
        [("hours", "forever"), ("hours_min", "many"), ("hours_max", "-3"), ("stipend", "no"), ("stipend_min", "nan"), ("sort", "random")],
        [("q", " \t\x00 ")],
    ],
)
def test_an_address_that_makes_no_sense_asks_for_everything(args):
    assert search_from(MultiDict(args)) == Search()


def test_free_bounds_of_hours_go_before_the_choices():
    assert search_from(MultiDict([("hours", "short"), ("hours_min", "2,5"), ("hours_max", "9999")])) == Search(hours_min=2.5, hours_max=500)

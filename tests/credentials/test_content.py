"""What the parser of a micro-credential promises: every mistake at once, each with its place and a sentence."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.catalogue.content import ContentProblems, examine, parse, to_document
from tests.factories.content import GONE, changed, small


def problems_of(document: object) -> list[tuple[str, str]]:
    with pytest.raises(ContentProblems) as caught:
        parse(document)
    return [(problem.path, problem.message) for problem in caught.value.problems]


def test_the_small_document_is_well_formed() -> None:
    assert to_document(parse(small())) == small()


ITEM = "parts[0].items[0]"
AUDIO = "parts[1].items[0]"
DESCRIPTORS = f"{ITEM}.criteria[0].descriptors"
ONE_CHANGE_ONE_PROBLEM = [
    # Keys that are missing, unknown or empty.
    ("title", GONE, "title", "This is missing."),
    ("title", None, "title", "This is empty; write something here."),
    ("title", "   ", "title", "This is empty; write something here."),
    ("titel", "Wait Time", "titel", "“titel” is not a name that is known here. Did you mean “title”?"),
    (f"{ITEM}.promt", "?", f"{ITEM}.promt", "“promt” is not a name that is known here. Did you mean “prompt”?"),
    ("validity_months", GONE, "validity_months", "This is missing. Write null if there is none."),
    ("credit", GONE, "credit", "This is missing."),
    ("credit", 12, "credit", "This should be a group of named values."),
    ("parts[0]", "overview", "parts[0]", "This should be a group of named values."),
    ("parts", {}, "parts", "This should be a list."),
    ("topics", [], "topics", "List at least 1."),
    # Texts.
    ("title", ["a"], "title", "This should be text."),
    ("standards[0].code", 8, "standards[0].code", "This should be text. Put 8 in quotes if you mean it literally."),
    ("title", "a" * 101, "title", "This has 101 characters; shorten it to 100 or fewer."),
    ("title", "one\ntwo", "title", "This should be a single line."),
    ("rationale", "a\x00b", "rationale", "This contains a control character that cannot be shown; delete it."),
    # Keys, slugs, choices, addresses, colours.
    ("slug", "Wait Time", "slug", "“Wait Time” should be small letters and digits joined by single hyphens, such as “clear-goal”."),
    ("topics[0]", "a--b", "topics[0]", "“a--b” should be small letters and digits joined by single hyphens, such as “clear-goal”."),
    ("subjects", [None], "subjects[0]", "This is empty; write something here."),
    ("audience", [None], "audience[0]", "This is empty; write something here."),
    ("grade_bands", [["k"]], "grade_bands[0]", "“['k']” is not one of: prek-2, 3-5, 6-8, 9-12."),
    ("topics", ["a", "a"], "topics[1]", "“a” stands in this list twice; keep one."),
    ("parts[0].kind", "overveiw", "parts[0].kind", "“overveiw” is not one of: overview, artifacts, reflection, other. Did you mean “overview”?"),
    (f"{AUDIO}.kind", "sound", f"{AUDIO}.kind", "“sound” is not one of: text, file, link, video, audio."),
    ("badge.design", 3, "badge.design", "“3” is not one of: laurel, compass, hexagon, sunrise, wave, open-book."),
    ("resources[0].url", "javascript:alert(1)", "resources[0].url", "Write a full web address that begins with https:// or http://."),
    ("resources[0].url", "timer.example", "resources[0].url", "Write a full web address that begins with https:// or http://."),
    ("research[0].url", "https://[", "research[0].url", "Write a full web address that begins with https:// or http://."),
    ("research[0].url", "https://a b.example", "research[0].url", "Write a full web address that begins with https:// or http://."),
    ("badge.color", "green", "badge.color", "Write a color as # and six hexadecimal digits, such as #1F5C4A."),
    ("badge.color", "#1F5C4A0", "badge.color", "Write a color as # and six hexadecimal digits, such as #1F5C4A."),
    # Numbers.
    ("credit.stipend_cents", 50.5, "credit.stipend_cents", "This should be a whole number."),
    ("credit.stipend_cents", True, "credit.stipend_cents", "This should be a whole number."),
    ("credit.stipend_cents", -1, "credit.stipend_cents", "-1 is out of range; choose a number from 0 to 10000000."),
    ("effort_hours", 0, "effort_hours", "0 is out of range; choose a number from 0.25 to 500."),
    ("effort_hours", float("nan"), "effort_hours", "This should be an ordinary number."),
    ("effort_hours", "4", "effort_hours", "This should be a number."),
    ("credit.lane_credit", 0.333, "credit.lane_credit", "Use at most two decimals."),
    ("needs_students", "yes", "needs_students", "Write true or false."),
    # What belongs to one kind of item only.
    (f"{ITEM}.max_words", 40, f"{ITEM}.max_words", "At most 40 words cannot be met where at least 50 are asked for."),
    (f"{ITEM}.max_files", 2, f"{ITEM}.max_files", "Only an upload (file, video, audio) has a number of files; leave this out."),
    (f"{AUDIO}.min_words", 5, f"{AUDIO}.min_words", "Only a text has a number of words; leave this out or change the kind to text."),
    (f"{AUDIO}.template_file", "../x.docx", f"{AUDIO}.template_file", "Give the plain name of a file, without folders."),
    # Keys that must mean one thing.
    ("parts[1].key", "overview", "parts[1].key", "Another part (parts[0]) already has the key “overview”; choose a new one."),
    (f"{AUDIO}.key", "context", f"{AUDIO}.key", f"Another item ({ITEM}) already has the key “context”; choose a new one."),
    (
        f"{AUDIO}.criteria[1].key",
        "baseline",
        f"{AUDIO}.criteria[1].key",
        f"Another criterion ({ITEM}.criteria[0]) already has the key “baseline”; choose a new one.",
    ),
    (
        f"{AUDIO}.completion_indicators[0].key",
        "counted",
        f"{AUDIO}.completion_indicators[0].key",
        f"Another completion indicator ({ITEM}.completion_indicators[0]) already has the key “counted”; choose a new one.",
    ),
    # The rubric.
    (f"{DESCRIPTORS}.almost", GONE, DESCRIPTORS, "Describe what evidence at the level “almost” looks like."),
    (f"{DESCRIPTORS}.nearly", "x", DESCRIPTORS, "“nearly” is not one of this rubric's levels."),
    (f"{DESCRIPTORS}.no", None, f"{DESCRIPTORS}.no", "This is empty; write something here."),
    (DESCRIPTORS, "good", DESCRIPTORS, "This should be a group of named values."),
    ("levels[0].passes", False, "levels", "Mark at least one level as passing, or nobody could ever earn this."),
    ("levels[2].passes", True, "levels", "List the levels from the strongest to the weakest: passing levels first."),
    # The pass rule.
    ("pass_rule.core[0]", "waitng", "pass_rule.core[0]", "There is no criterion “waitng”. Did you mean “waiting”?"),
    ("pass_rule.optional_needed", 3, "pass_rule.optional_needed", "3 optional criteria are needed, but only 2 stand outside the core."),
    ("pass_rule.core", [], "pass_rule.core", "List at least 1."),
    ("pass_rule.kind", "most", "pass_rule.kind", "“most” is not one of: every-criterion, core-plus."),
    (f"{AUDIO}.required", False, f"{AUDIO}.required", "Nobody can pass without the criterion “waiting”, so the item it judges has to be required."),
    # The document as a whole.
    ("subjects", ["any", "science"], "subjects", "Either write “any” alone or name the subjects."),
    ("prerequisites", ["wait-time"], "prerequisites", "A micro-credential cannot be its own prerequisite."),
    ("validity_months", 36, "renewal", "This expires after 36 months, so say how it is renewed."),
    ("renewal", "Do it again.", "renewal", "This never expires, so there is nothing to renew; set validity_months or write null here."),
    ("validity_months", "36", "validity_months", "This should be a whole number."),
]


@pytest.mark.parametrize(("where", "value", "path", "message"), ONE_CHANGE_ONE_PROBLEM, ids=lambda value: "gone" if value is GONE else repr(value)[:40])
def test_one_mistake_is_reported_once_where_it_is(where: str, value: Any, path: str, message: str) -> None:
    assert problems_of(changed(where, value)) == [(path, message)]


def test_a_document_that_is_no_group_is_one_problem() -> None:
    assert problems_of(None) == [("", "This should be a group of named values.")]
    assert problems_of([]) == [("", "This should be a group of named values.")]


def test_all_mistakes_are_reported_at_once() -> None:
    document = small()
    del document["rationale"]
    document["badge"]["color"] = "red"
    document["levels"][0]["passes"] = False
    document["parts"][0]["items"][0]["min_words"] = 500
    document["parts"][1]["key"] = "overview"
    document["pass_rule"]["core"] = ["nobody"]
    assert {path for path, _ in problems_of(document)} == {
        "rationale",
        "badge.color",
        "levels",
        "parts[0].items[0].max_words",
        "parts[1].key",
        "pass_rule.core[0]",
    }


def test_the_error_reads_as_a_list_of_places_and_sentences() -> None:
    with pytest.raises(ContentProblems) as caught:
        parse(changed("badge.color", "red") | {"title": ""})
    assert str(caught.value) == ("title: This is empty; write something here.\nbadge.color: Write a color as # and six hexadecimal digits, such as #1F5C4A.")


def test_without_criteria_or_required_items_there_is_nothing_to_review() -> None:
    document = small()
    document["pass_rule"] = {"kind": "every-criterion"}
    for part in document["parts"]:
        for item in part["items"]:
            item["criteria"] = []
            item["required"] = False
    assert problems_of(document) == [
        ("parts", "Add at least one criterion, so that reviewers have something to judge by."),
        ("parts", "Make at least one item required, so that there is something to review."),
    ]


def test_a_rubric_in_which_every_level_passes_is_refused() -> None:
    document = small()
    for level in document["levels"]:
        level["passes"] = True
    assert problems_of(document) == [("levels", "Add a level that does not pass, or the review could not make a difference.")]


def test_where_every_criterion_counts_a_core_is_out_of_place() -> None:
    document = changed("pass_rule.kind", "every-criterion")
    message = "This belongs to a core-plus rule; where every criterion counts, leave it out."
    assert problems_of(document) == [("pass_rule.core", message), ("pass_rule.optional_needed", message)]


def test_texts_lose_white_space_around_them_and_line_ends_of_forms() -> None:
    content = parse(changed("rationale", "  One.\r\n\r\nTwo. \n"))
    assert content.rationale == "One.\n\nTwo."


def test_optional_keys_may_be_left_out_or_null() -> None:
    left_out, null = changed("research[0].url", GONE), changed("research[0].url", None)
    assert parse(left_out) == parse(null)
    assert to_document(parse(null)) == left_out


def test_a_draft_can_be_examined_with_its_problems() -> None:
    content, problems = examine(changed("title", GONE))
    assert (content.title, content.key_method) == ("", "Count silently.")
    assert [problem.path for problem in problems] == ["title"]


def places(value: Any, path: str = "") -> list[str]:
    """Every path in a document."""
    if isinstance(value, dict):
        found = [f"{path}.{key}" if path else key for key in value]
        return found + [deeper for key, place in zip(value, found, strict=True) for deeper in places(value[key], place)]
    if isinstance(value, list):
        found = [f"{path}[{index}]" for index in range(len(value))]
        return found + [deeper for index, place in enumerate(found) for deeper in places(value[index], place)]
    return []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(place=st.sampled_from(places(small())), value=JSON)
def test_whatever_stands_anywhere_the_answer_is_content_or_a_list_of_problems(place: str, value: Any) -> None:
    before = changed(place, value)
    document = copy.deepcopy(before)
    content, problems = examine(document)
    assert repr(document) == repr(before)  # reading changes nothing; repr, because NaN is not equal to itself
    if not problems:
        assert parse(to_document(content)) == content

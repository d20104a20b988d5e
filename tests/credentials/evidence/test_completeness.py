"""What keeps a version from being handed in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credentials.catalogue.content import parse
from credentials.catalogue.content_model import Content
from credentials.evidence.completeness import FileFact, Work, closed_items, gaps, max_files
from credentials.evidence.rules import DEFAULT_MAX_FILES, Students
from tests.factories.catalogue import document


@pytest.fixture(scope="module")
def content() -> Content:
    return parse(document())


WHOLE = Work(
    texts={"recording": "https://laurel.example/v", "reflection-text": "Which answer surprised me most, and why."},
    files={"lesson-plan": [FileFact(1, "plan.pdf", Students.NONE)]},
    indicators={"plan-question": True},
    signed=True,
)


def test_what_is_whole_lacks_nothing(content: Content) -> None:
    assert gaps(content, WHOLE) == []


@pytest.mark.parametrize(
    ("change", "code", "anchor"),
    [
        ({"texts": {"recording": "https://laurel.example/v"}}, "text-missing", "item-reflection-text"),
        ({"texts": {**WHOLE.texts, "reflection-text": "  \n"}}, "text-missing", "item-reflection-text"),
        ({"texts": {**WHOLE.texts, "reflection-text": "four words are few"}}, "too-short", "item-reflection-text"),
        ({"texts": {**WHOLE.texts, "reflection-text": "word " * 301}}, "too-long", "item-reflection-text"),
        ({"texts": {"reflection-text": WHOLE.texts["reflection-text"]}}, "link-missing", "item-recording"),
        ({"files": {}}, "file-missing", "item-lesson-plan"),
        ({"files": {"lesson-plan": [FileFact(n, "p.pdf", Students.NONE) for n in range(4)]}}, "too-many-files", "item-lesson-plan"),
        ({"files": {"lesson-plan": [FileFact(7, "p.pdf", None)]}}, "students-open", "students-7"),
        ({"files": {"lesson-plan": [FileFact(7, "p.pdf", Students.UNRELEASED)]}}, "release-missing", "students-7"),
        ({"indicators": {}}, "indicator-open", "indicator-plan-question"),
        ({"indicators": {"plan-question": False}}, "indicator-no", "indicator-plan-question"),
        ({"resubmission": True}, "change-note-missing", "change_note"),
        ({"signed": False}, "statement-missing", "statement"),
    ],
)
def test_each_thing_that_is_missing_is_named_with_its_place(content: Content, change: dict[str, object], code: str, anchor: str) -> None:
    assert [(gap.code, gap.anchor) for gap in gaps(content, replace(WHOLE, **change))] == [(code, anchor)]  # type: ignore[arg-type]


@pytest.mark.parametrize("words", [5, 300])
def test_a_text_at_its_limits_is_enough(content: Content, words: int) -> None:
    assert gaps(content, replace(WHOLE, texts={**WHOLE.texts, "reflection-text": "word " * words})) == []


def test_students_with_every_release_on_file_are_no_obstacle(content: Content) -> None:
    assert gaps(content, replace(WHOLE, files={"lesson-plan": [FileFact(1, "p.pdf", Students.RELEASED)]})) == []


def test_what_was_met_before_is_closed_and_asks_for_nothing(content: Content) -> None:
    nothing = Work(texts={"recording": "https://laurel.example/v"}, carried={"planning", "insight"}, signed=True)
    assert closed_items(content, nothing.carried) == {"lesson-plan", "reflection-text"}
    assert gaps(content, nothing) == []


def test_an_item_with_one_criterion_met_of_two_stays_open() -> None:
    given = document()
    given["parts"][0]["items"][0]["criteria"].append({**given["parts"][0]["items"][0]["criteria"][0], "key": "second", "name": "Second"})
    assert closed_items(parse(given), {"planning"}) == frozenset()
    assert closed_items(parse(given), {"planning", "second"}) == {"lesson-plan"}


def test_an_optional_item_asks_for_nothing_until_something_is_there() -> None:
    given = document()
    given["parts"][0]["items"][0] |= {"required": False, "criteria": []}
    content = parse(given)
    assert gaps(content, replace(WHOLE, files={}, indicators={})) == []
    begun = replace(WHOLE, indicators={}, files={"lesson-plan": [FileFact(1, "p.pdf", None)]})
    assert [gap.code for gap in gaps(content, begun)] == ["students-open", "indicator-open"]


def test_an_item_without_a_number_takes_as_many_files_as_the_house_says() -> None:
    given = document()
    del given["parts"][0]["items"][0]["max_files"]
    content = parse(given)
    assert max_files(content.item("lesson-plan")) == DEFAULT_MAX_FILES
    assert max_files(content.item("reflection-text")) == 0

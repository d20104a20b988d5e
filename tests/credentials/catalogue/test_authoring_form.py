"""The form without a browser's help: what is shown is what is sent, what is sent is what is stored."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from werkzeug.datastructures import MultiDict

from credentials.catalogue.authoring_forms import change_rows, document_from, give_keys
from credentials.catalogue.authoring_page import form_page, id_of
from credentials.catalogue.authoring_shape import blank_document
from credentials.catalogue.content import examine, parse, to_document
from credentials.catalogue.document_reader import Problem
from credentials.catalogue.drafts import to_solve
from tests.factories.catalogue import document

SHIPPED = sorted((Path(__file__).resolve().parents[3] / "credentials" / "content").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_sending_the_form_as_it_is_shown_changes_nothing(cast, begin, as_, version_now, form_of, path):
    given = to_document(parse(yaml.safe_load(path.read_text("utf-8"))))
    key = begin(**given)
    ana = as_(cast["ana"])
    shown = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    answer = ana.post(f"/authoring/versions/{key}/edit", data=shown)
    assert answer.status_code == 303
    assert version_now(key)["content"] == given
    assert version_now(key)["lock"] == int(shown["lock"])


def test_a_blank_document_has_the_usual_parts_and_no_wrong_values(rows):
    _content, problems = examine(blank_document("Talk moves", "talk-moves", "District (demo)"))
    assert [part.kind for part in _content.parts] == ["overview", "artifacts", "reflection"]
    assert {problem.message.split(";")[0] for problem in problems} <= {"This is empty", "This is missing.", "List at least 1."}


@pytest.mark.parametrize(
    ("name", "typed", "path", "stored"),
    [
        ("effort_hours", "12", ["effort_hours"], 12),
        ("effort_hours", "12.5", ["effort_hours"], 12.5),
        ("effort_hours", "12,5", ["effort_hours"], 12.5),
        ("effort_hours", "a dozen", ["effort_hours"], "a dozen"),
        ("effort_hours", "inf", ["effort_hours"], "inf"),
        ("effort_hours", "", ["effort_hours"], ""),
        ("credit.stipend_cents", "$150", ["credit", "stipend_cents"], 15000),
        ("credit.stipend_cents", "150.55", ["credit", "stipend_cents"], 15055),
        ("credit.stipend_cents", "lots", ["credit", "stipend_cents"], "lots"),
        ("credit.lane_credit", "", ["credit", "lane_credit"], None),
        ("validity_months", "", ["validity_months"], None),
        ("validity_months", "36", ["validity_months"], 36),
        ("topics", "Game based learning, data;\n Equity ,", ["topics"], ["game-based-learning", "data", "equity"]),
        ("topics", "数学", ["topics"], ["数学"]),
        ("renewal", "  ", ["renewal"], None),
        ("title", "  Two\r\nlines ", ["title"], "Two\nlines"),
    ],
)
def test_what_is_typed_becomes_a_value_or_stays_as_it_was_typed(rows, name, typed, path, stored):
    value = document_from(MultiDict([(name, typed)]))
    for step in path:
        value = value[step]
    assert value == stored


def test_what_is_no_number_is_shown_again_with_the_complaint_beside_it(rows):
    given = document(effort_hours="a dozen")
    page = form_page(given, examine(given)[1])
    field = next(node for section in page.sections for node in section.nodes if node.id == "f-effort_hours")
    assert (field.value, field.errors) == ("a dozen", ["This should be a number."])
    assert page.summary == [("This should be a number.", "f-effort_hours", "Effort")]


def test_empty_fields_are_counted_but_not_scolded_before_the_author_asks(rows):
    given = blank_document("Talk moves", "talk-moves", "District (demo)")
    problems = examine(given)[1]
    quiet, loud = form_page(given, problems), form_page(given, problems, show_all=True)
    assert quiet.problems == loud.problems == len(problems) > 10
    assert (quiet.summary, len(loud.summary)) == ([], len(problems))
    assert sum(section.problems for section in quiet.sections) == len(problems)


def test_every_problem_of_a_broken_document_has_a_place_to_be_shown(rows):
    given = blank_document("", "", "")
    given["parts"][0]["items"][0] |= {"kind": "song", "min_words": "some", "template_file": "../x", "key": "Not A Key"}
    page = form_page(given, examine(given)[1], show_all=True)
    ids: set[str] = set()

    def walk(nodes: list) -> None:
        for node in nodes:
            ids.add(node.id)
            if node.kind == "rows":
                for row in node.rows:
                    walk(row.nodes)
            elif node.kind == "descriptors":
                ids.update(f"{node.id}-{key}" for key, *_rest in node.texts)

    for section in page.sections:
        walk(section.nodes)
    assert {place for _message, place, _label in page.summary} <= ids


def test_a_problem_that_no_field_shows_stands_in_the_summary_with_its_path(rows):
    given = document(mystery=1)
    assert form_page(given, [Problem("mystery", "Not known here.")]).summary == [("Not known here.", None, "mystery")]


def test_the_summary_says_in_which_row_a_problem_is(rows):
    given = document()
    given["parts"][1]["items"][0]["criteria"][0]["name"] = ""
    assert form_page(given, examine(given)[1], show_all=True).summary[0][2] == "Part 2 · Item 1 · Criterion 1 · Name"


def test_keys_are_made_once_and_then_stay(rows):
    given = {
        "parts": [
            {"title": "Your lesson", "items": [{"prompt": "Tell us what happened in the lesson that you planned so well", "criteria": [{"name": ""}]}]},
            {"title": "Your lesson", "items": [{"prompt": "", "criteria": [{"name": "Fit", "key": "kept"}, {"name": "Fit"}]}]},
        ],
        "levels": [{"label": "Not yet"}, {"label": "数学"}],
    }
    give_keys(given)
    again = yaml.safe_load(yaml.safe_dump(given))
    give_keys(again)
    assert again == given
    assert [part["key"] for part in given["parts"]] == ["your-lesson", "your-lesson-2"]
    assert [part["items"][0].get("key") for part in given["parts"]] == ["tell-us-what-happened-in-the-lesson-that", None]
    assert [one.get("key") for part in given["parts"] for one in part["items"][0]["criteria"]] == [None, "kept", "fit"]
    assert [level["key"] for level in given["levels"]] == ["not-yet", "level"]


def test_a_key_that_waits_for_words_is_not_a_problem_of_its_own(rows):
    given = blank_document("Talk moves", "talk-moves", "District (demo)")
    given["parts"][0]["items"][0]["completion_indicators"] = [{"key": "", "text": "It is there."}]
    left = {problem.path for problem in to_solve(given, examine(given)[1])}
    assert "parts[0].items[0].prompt" in left
    assert {path for path in left if path.endswith(".key")} == {"parts[0].items[0].completion_indicators[0].key"}


def test_rows_are_added_moved_and_removed(rows):
    given = document()
    assert change_rows(given, "add method_components") == "method_components[1]"
    assert given["method_components"][1] == {"heading": "", "text": ""}
    assert change_rows(given, "up method_components[1]") == "method_components[0]"
    assert given["method_components"][0]["heading"] == ""
    assert change_rows(given, "down method_components[0]") == "method_components[1]"
    assert change_rows(given, "remove method_components[1]") == "method_components[0]"
    assert change_rows(given, "remove method_components[0]") == "method_components"
    assert change_rows(given, "add parts[1].items[0].criteria") == "parts[1].items[0].criteria[1]"
    assert given["parts"][1]["items"][0]["criteria"][1]["key"] == ""


@pytest.mark.parametrize(
    "act",
    ["save", "", "add", "add title", "add parts[9].items", "remove parts[9]", "up parts[0]", "down parts[1]", "add parts[0]", "add __class__",
     "add levels; drop", "remove parts", "add parts[-1].items", "explode parts[0]"],
)  # fmt: skip
def test_an_act_that_makes_no_sense_changes_no_row(rows, act):
    given = document()
    before = yaml.safe_dump(given)
    change_rows(given, act)
    assert yaml.safe_dump(given) == before


def test_a_list_does_not_grow_without_end(rows):
    given = document(research=[{"citation": "x", "relevance": "y"}] * 60)
    assert change_rows(given, "add research") is None


def test_ids_hold_nothing_that_a_selector_would_stumble_over():
    assert id_of("parts[1].items[0].criteria[2].descriptors") == "f-parts-1-items-0-criteria-2-descriptors"

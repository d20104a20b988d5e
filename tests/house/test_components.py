"""The macros in templates/components/: what they print is right, safe and readable by assistive technology."""

from __future__ import annotations

import datetime as dt
import io
from types import SimpleNamespace as Thing

import pytest
from flask import Flask, render_template, render_template_string
from flask_wtf import FlaskForm
from pypdf import PdfReader
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from core import pdf


def drawn(app: Flask, source: str, path: str = "/", **context: object) -> str:
    """``source`` rendered as a page at ``path`` would render it, on one line."""
    with app.test_request_context(path):
        return " ".join(render_template_string(source, **context).split())


class Evidence(FlaskForm):
    title = StringField("Title", [DataRequired("Give your lesson a title.")], description="As your students call it.")
    note = StringField("Note")
    story = TextAreaField("Story", [DataRequired()])
    kind = RadioField("Kind", choices=[("text", "Text", {"data-text": "Write it here."}), ("file", "File")], validators=[DataRequired("Choose one.")])
    band = SelectField("Grades", choices=[("k2", "K–2"), ("35", "3–5")])


def form(app: Flask, **answers: str) -> str:
    """A form that came back with ``answers``, drawn whole."""
    with app.test_request_context("/", method="POST", data=answers):
        made = Evidence(meta={"csrf": False})
        made.validate_on_submit()
        source = """{% from "components/forms.html" import field, error_summary %}{{ error_summary(form) }}
        {{ field(form.title) }}{{ field(form.note) }}{{ field(form.story, words=200) }}{{ field(form.kind) }}{{ field(form.band) }}"""
        return " ".join(render_template_string(source, form=made).split())


def test_an_input_is_tied_to_its_help_and_its_error(app: Flask) -> None:
    page = form(app, story="x", kind="text", band="k2")
    assert 'aria-describedby="title-help title-error"' in page
    assert 'id="title-help">As your students call it.' in page
    assert 'aria-invalid="true"' in page
    assert '<label class="field-label" for="title">Title</label>' in page


def test_the_summary_leads_to_each_problem_by_the_name_of_its_field(app: Flask) -> None:
    page = form(app, story="x", band="k2")
    assert '<a href="#title">Title: Give your lesson a title.</a>' in page
    # A link to a group of radios leads to its first button.
    assert '<a href="#kind-0">Kind: Choose one.</a>' in page
    assert 'id="kind-0"' in page


def test_a_form_without_problems_has_no_summary(app: Flask) -> None:
    page = form(app, title="Slates", story="x", kind="text", band="k2")
    assert "error-summary" not in page
    assert "aria-invalid" not in page


def test_only_what_may_stay_empty_is_called_optional(app: Flask) -> None:
    page = form(app, title="Slates", story="x", kind="text", band="k2")
    # A select that always has an answer is neither required nor optional.
    assert page.count("(optional)") == 1
    assert 'for="note">Note <span class="field-optional">(optional)</span>' in page


def test_a_word_limit_is_said_in_words_also_without_script(app: Flask) -> None:
    page = form(app, title="Slates", story="x", kind="text", band="k2")
    assert 'data-words="200"' in page
    assert "Up to 200 words" in page
    assert 'aria-describedby="story-foot"' in page


def test_a_choice_carries_its_second_line(app: Flask) -> None:
    page = form(app, title="Slates", story="x", kind="text", band="k2")
    assert '<span class="choice-title">Text</span> <span class="choice-text">Write it here.</span>' in page
    assert page.count('class="choice-text"') == 1


def test_what_people_typed_is_text_and_never_markup(app: Flask) -> None:
    evil = "<script>alert(1)</script>"
    page = drawn(
        app,
        """{% from "components/ui.html" import pill, stat, facts, timeline, bar, confirm_button, empty_state %}
        {% from "components/tables.html" import td, th %}
        {{ pill(evil) }}{{ stat(evil, evil, evil) }}{{ facts([(evil, evil)]) }}{{ bar(1, 2, evil, shown=evil) }}
        {{ confirm_button(evil, "/", question=evil, text=evil) }}{{ timeline([{"title": evil, "note": evil, "who": evil}]) }}
        {{ th(evil, {}, sub=evil) }}{{ td(evil, {"label": evil}) }}{{ empty_state("search", evil, evil) }}""",
        evil=evil,
    )
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 15


def _level(key: int, label: str, descriptor: str) -> Thing:
    return Thing(id=key, label=label, descriptor=descriptor, passes=label == "Met")


RUBRIC = [
    Thing(id=1, name="Feedback", description=None, levels=[_level(10, "Not yet", "Names the person."), _level(11, "Met", "Names the strategy.")]),
    Thing(id=2, name="Reflection", description="Your own words.", levels=[_level(20, "Not yet", "Retells."), _level(21, "Met", "Weighs.")]),
]


def test_a_rubric_shows_the_level_reached_in_words_not_only_in_colour(app: Flask) -> None:
    page = drawn(app, '{% from "components/rubric.html" import rubric %}{{ rubric(r, chosen={1: 11, 2: 20}) }}', r=RUBRIC)
    assert page.count("Your level") == 2
    assert page.count('class="is-chosen"') == 1
    assert page.count('class="is-chosen-not"') == 1
    assert page.count('aria-label="meets the criterion"') == 2


def test_a_rubric_without_a_result_marks_nothing(app: Flask) -> None:
    page = drawn(app, '{% from "components/rubric.html" import rubric %}{{ rubric(r) }}', r=RUBRIC)
    assert "Your level" not in page
    assert "is-chosen" not in page


@pytest.mark.parametrize(("value", "most", "share"), [(0, 60, None), (15, 60, "67.55"), (60, 60, "270.18"), (75, 60, "270.18"), (3, 0, None)])
def test_a_ring_is_filled_by_the_share_and_never_beyond(app: Flask, value: int, most: int, share: str | None) -> None:
    page = drawn(app, '{% from "components/ui.html" import progress_ring %}{{ progress_ring(value, most, "Hours") }}', value=value, most=most)
    assert f'aria-label="Hours: {value} of {most}"' in page
    assert ("ring-value" in page) == (share is not None)
    if share:
        assert f'stroke-dasharray="{share} 270.18"' in page


@pytest.mark.parametrize(
    ("value", "part", "first", "second"),
    [(25, 0, "25.00", None), (25, 30, "25.00", "30.00"), (90, 30, "90.00", "10.00"), (120, 30, "100.00", None)],
)
def test_a_bar_with_two_parts_never_runs_over_its_end(app: Flask, value: int, part: int, first: str, second: str | None) -> None:
    page = drawn(app, '{% from "components/ui.html" import bar %}{{ bar(value, 100, "Fund", part=part) }}', value=value, part=part)
    assert f'width="{first}" height="4"' in page
    assert ("bar-part" in page) == (second is not None)
    if second:
        assert f'x="{first}" width="{second}"' in page


def _pages(number: int, of: int) -> Thing:
    return Thing(number=number, pages=of, total=of * 10, has_prev=number > 1, has_next=number < of, url=lambda n: f"?page={n}")


def test_a_list_of_one_page_has_no_page_links(app: Flask) -> None:
    assert drawn(app, '{% from "components/ui.html" import pagination %}{{ pagination(page) }}', page=_pages(1, 1)) == ""


def test_page_links_show_the_ends_and_the_neighbours(app: Flask) -> None:
    page = drawn(app, '{% from "components/ui.html" import pagination %}{{ pagination(page) }}', page=_pages(6, 12))
    assert [n for n in range(1, 13) if f'href="?page={n}"' in page] == [1, 5, 7, 12]
    assert page.count('aria-current="page"') == 1
    assert page.count("…") == 2


TABLE = """{% from "components/tables.html" import data_table, th, td, foot_row %}
{% set columns = [{"label": "Teacher", "sort": "name"}, {"label": "Hours", "num": true}] %}
{% call(r) data_table(rows, columns, "Awards", foot=foot_row("Total", columns, [none, 15])) %}
{{ th(r.name, columns[0]) }}{{ td(r.hours, columns[1]) }}{% endcall %}"""


@pytest.mark.parametrize(
    ("path", "state", "target"),
    [
        ("/", "none", "?sort=name"),
        ("/?sort=name", "ascending", "?sort=-name"),
        ("/?sort=-name", "descending", "?sort=name"),
        ("/?school=3&page=2", "none", "?school=3&amp;sort=name"),
    ],
)
def test_a_heading_sorts_and_keeps_the_other_filters(app: Flask, path: str, state: str, target: str) -> None:
    page = drawn(app, TABLE, path, rows=[Thing(name="Rosa", hours=15)])
    assert f'aria-sort="{state}"' in page
    assert f'href="/{target}"' in page


def test_a_cell_knows_its_column_so_that_a_phone_can_show_it_as_a_card(app: Flask) -> None:
    page = drawn(app, TABLE, rows=[Thing(name="Rosa", hours=0)])
    assert '<td role="cell" class="num" data-label="Hours"><span class="cell-body">0</span></td>' in page
    assert '<th role="rowheader" scope="row">Rosa</th>' in page


def test_a_table_prints_in_a_job_where_there_is_no_request(app: Flask) -> None:
    with app.app_context():
        page = app.jinja_env.from_string(TABLE).render(rows=[Thing(name="Rosa", hours=15)])
    assert "Rosa" in page
    assert "sort" not in page


def test_a_timeline_says_what_is_next_and_by_when(app: Flask) -> None:
    with app.app_context():
        events = [
            Thing(title="Submitted", when=dt.datetime(2026, 11, 14, 16, 0, tzinfo=dt.UTC), who="You", note=None, tone="good", is_next=False, by=None),
            Thing(title="Decision", when=None, who="Learning office", note="Nothing to do for you.", tone=None, is_next=True, by=dt.date(2026, 12, 4)),
        ]
        page = drawn(app, '{% from "components/ui.html" import timeline %}{{ timeline(events) }}', events=events)
    assert page.count("<li") == 2
    assert '<span class="visually-hidden">Next: </span>Decision' in page
    assert "Learning office · by " in page


def test_a_pdf_is_set_in_our_own_type_from_the_same_macros(app: Flask) -> None:
    with app.app_context():
        body = """{% extends "print/base.html" %}{% from "components/ui.html" import pill, progress_ring, bar, stats, stat %}
        {% block title %}Register{% endblock %}
        {% block content %}<h1>Register</h1>{{ pill("Paid", "good") }}{{ progress_ring(46, 60, "Hours") }}{{ bar(1, 2, "Fund") }}
        {% call stats() %}{{ stat("Total", "$1") }}{% endcall %}{% endblock %}"""
        made = pdf.render(app.jinja_env.from_string(body), created=dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
    from_pdf = _fonts_of(made)
    assert {name.split("+")[1] for name in from_pdf} <= {"Laurel-Sans", "Laurel-Sans-Semi-Bold", "Laurel-Serif-Semi-Bold", "Laurel-Serif-Italic"}
    assert len(from_pdf) >= 3


def _fonts_of(data: bytes) -> set[str]:
    found: set[str] = set()
    for page in PdfReader(io.BytesIO(data)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index, union-attr]
            found.add(str(font.get_object()["/BaseFont"]).lstrip("/"))
    return found


@pytest.mark.parametrize("code", [400, 403, 404, 409, 413, 429, 500])
def test_every_error_is_a_page_with_one_heading_and_a_way_out(app: Flask, code: int) -> None:
    with app.test_request_context("/"):
        page = render_template(
            "errors/page.html", code=code, title="Nothing here", message="It is gone.", action_label="Home", action_url="/", request_id="7f3a"
        )
    assert page.count("<h1") == 1
    assert '<a class="btn btn-primary" href="/">Home</a>' in page
    assert "<code>7f3a</code>" in page
    # When the server itself failed the header must not ask the database who is there.
    assert ("nav-main" in page or "header-tools" in page) == (code < 500)


def test_mail_says_why_it_came_and_has_one_button(app: Flask) -> None:
    source = """{% extends "email/base.html" %}{% from "email/parts.html" import p, facts %}
    {% block heading %}You earned it{% endblock %}{% block content %}{{ p("All met.") }}{{ facts([("Hours", 15)]) }}{% endblock %}"""
    address = "https://laurel.example/awards/7"
    page = drawn(app, source, action_label="See it", action_url=address, why="Your submission was decided.")
    assert page.count(address) == 1
    assert "Your submission was decided." in page
    # Nothing is fetched when the mail is opened: no picture, no counter.
    assert "http" not in page.replace(address, "")

"""Funds, what was not paid, and the why-page with its firewall."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from core import clock
from core.db import db, transaction
from credentials.review.models import Score
from ledger import services
from people.rules import Role
from tests.factories import ledger as make
from tests.factories import people
from tests.factories.badges import reviewed_award
from tests.factories.review import COMMENT


def words(page: Any) -> str:
    html = page.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>")[0]))


@pytest.fixture
def hr(app: Flask) -> int:
    with app.app_context():
        row = people.person(Role.HR, given_name="Rosa", family_name="Whitfield")
        db.session.commit()
        return row.id


# Why


@pytest.fixture
def story(app: Flask, hr: int) -> dict[str, Any]:
    """A teacher's award from two real reviews, and the stipend it earned."""
    with app.app_context():
        splits = [{"account_string": "01-A", "percent": 60}, {"account_string": "02-B", "percent": 40}]
        make.policy({"amount": "advertised", "cap": {"yearly_cents": 150000}, "splits": splits}, source="Agreement, article 12.")
        office, who = people.person(Role.COORDINATOR, given_name="Tomás", family_name="Reyes"), people.teacher()
        with transaction():
            award = reviewed_award(who, office=office)
            row = services.post(make.earning(who, source=f"award:{award.id}", description=award.credential_version.title), office)
        names = db.session.execute(
            text("SELECT p.given_name || ' ' || p.family_name FROM assignment a JOIN person p ON p.id = a.reviewer_id WHERE a.version_id = :v"),
            {"v": award.submission_version_id},
        )
        overall = list(db.session.scalars(text("SELECT overall FROM assignment WHERE version_id = :v AND overall <> ''"), {"v": award.submission_version_id}))
        levels = {level for score in db.session.scalars(db.select(Score)) if (level := score.level_key)}
        return {
            "row": row.id,
            "who": who.id,
            "title": award.credential_version.title,
            "reviewers": list(names.scalars()),
            "overall": overall,
            "levels": levels,
            "entry": row.entries[0].sequence,
        }


def test_the_why_page_answers_why_this_amount_and_why_this_person(story: dict[str, Any], hr: int, as_: Callable[[object], Any]) -> None:
    shown = words(as_(hr).get(f"/hr/why/{story['row']}"))
    assert "Why this amount The rule: “Invented stipend”, version 1" in shown
    assert f"Awarded {story['title']} By the rubric of version 1" in shown
    assert "Reviewed blind by 2 colleagues" in shown
    assert "by Tomás Reyes" in shown
    assert "Agreement, article 12." in shown
    assert f"Entry {story['entry']}: Earned" in shown
    assert "01-A Expense" in shown
    assert "02-B Payable" in shown
    assert "History Posted Tomás Reyes" in shown


def test_the_evaluation_firewall_keeps_what_reviewers_wrote_and_who_they_were_from_human_resources(
    story: dict[str, Any], hr: int, as_: Callable[[object], Any], statements: list[str]
) -> None:
    assert len(story["reviewers"]) == 2
    assert story["overall"]
    browser = as_(hr)
    statements.clear()
    html = browser.get(f"/hr/why/{story['row']}").get_data(as_text=True)
    for secret in (*story["reviewers"], *story["overall"], COMMENT):
        assert secret not in html
    # What is not read cannot leak: no scores, no results, no reviewers' texts.
    asked = " ".join(statements).lower()
    for column in ("score.", "assignment.overall", "submission_version.results", "award.results", "assignment.reviewer_id", "release_note", "response.text"):
        assert column not in asked


def test_after_it_was_taken_back_the_why_page_shows_both_entries_and_who_did_it(
    app: Flask, story: dict[str, Any], hr: int, as_: Callable[[object], Any]
) -> None:
    browser = as_(hr)
    browser.post(f"/hr/earnings/{story['row']}/reverse", data={"reason": "Awarded twice."})
    shown = words(browser.get(f"/hr/why/{story['row']}"))
    assert shown.count("Entry ") == 2
    assert "Taken back Rosa Whitfield" in shown
    assert "Awarded twice." in shown
    browser.post(f"/hr/earnings/{story['row']}/again")
    assert "Other attempts at the same" in words(browser.get(f"/hr/why/{story['row']}"))


def test_a_source_that_is_no_award_is_named_as_it_is(app: Flask, hr: int, as_: Callable[[object], Any]) -> None:
    with app.app_context():
        make.policy()
        who = people.teacher()
        with transaction():
            keys = [services.post(make.earning(who, source=source)).id for source in ("session:7", "award:999999999", "award:x")]
    for key, source in zip(keys, ("session:7", "award:999999999", "award:x"), strict=True):
        assert f"Source: {source}." in words(as_(hr).get(f"/hr/why/{key}"))


def test_an_obligation_that_does_not_exist_is_not_found(hr: int, as_: Callable[[object], Any]) -> None:
    assert as_(hr).get("/hr/why/999999999").status_code == 404


def test_the_why_page_takes_a_fixed_number_of_statements(story: dict[str, Any], hr: int, as_: Callable[[object], Any], statements: list[str]) -> None:
    browser = as_(hr)
    browser.get(f"/hr/why/{story['row']}")
    statements.clear()
    browser.get(f"/hr/why/{story['row']}")
    once = len(statements)
    browser.post(f"/hr/earnings/{story['row']}/reverse", data={"reason": "Awarded twice."})
    statements.clear()
    browser.get(f"/hr/why/{story['row']}")
    assert len(statements) == once


# Funds


@pytest.fixture
def funds(app: Flask) -> None:
    with app.app_context():
        splits = [{"account_string": "01-A", "percent": 60}, {"account_string": "02-B", "percent": 40}]
        make.policy({"amount": "advertised", "splits": splits}, paid_by=make.fund(code="GRANT", name="The grant", budget_cents=100000))
        make.fund(code="OLD", name="An old fund", starts_on=dt.date(2010, 7, 1), ends_on=dt.date(2011, 6, 30))
        who, boss = people.teacher(), people.person(Role.HR)
        days = [(dt.date(2025, 9, 1), 40000), (dt.date(2025, 9, 20), 20000), (dt.date(2025, 11, 2), 30000), (dt.date(2026, 7, 1), 15000)]
        with transaction():
            rows = services.post_all([make.earning(who, cents, earned_on=day) for day, cents in days])
        with clock.frozen(dt.datetime(2025, 12, 1, 18, tzinfo=dt.UTC)), transaction():
            services.reverse(rows[1], boss, "Mistake.")


def test_every_fund_shows_its_budget_what_is_accrued_and_what_is_left(funds: None, hr: int, as_: Callable[[object], Any]) -> None:
    shown = words(as_(hr).get("/hr/funds"))
    assert "The grant Open Accrued $850 of $1,000 Left $150" in shown
    assert "An old fund Closed" in shown
    assert shown.index("The grant") < shown.index("An old fund")


def test_the_page_of_a_fund_shows_the_year_by_month_by_account_string_and_by_policy(funds: None, hr: int, as_: Callable[[object], Any]) -> None:
    shown = words(as_(hr).get("/hr/funds/GRANT?year=2026"))
    assert "Budget $1,000 Accrued $850 net of what was taken back Left $150" in shown
    assert "September 2025 $600 October 2025 $0 November 2025 $300 December 2025 -$200" in shown
    assert "01-A 4 420.00 02-B 4 280.00 Total 700.00" in shown
    assert "Invented stipend 4 700.00" in shown


def test_a_fund_over_its_budget_says_by_how_much(app: Flask, hr: int, as_: Callable[[object], Any]) -> None:
    with app.app_context():
        make.policy({"amount": "advertised"}, paid_by=make.fund(code="SMALL", budget_cents=15000))
        with transaction():
            services.post(make.earning(people.teacher()))
    browser = as_(hr)
    assert "More is accrued than the budget holds: $50 over." in words(browser.get("/hr/funds/SMALL"))
    assert "Over budget" in words(browser.get("/hr/funds"))


def test_a_fund_that_does_not_exist_is_not_found(funds: None, hr: int, as_: Callable[[object], Any]) -> None:
    assert as_(hr).get("/hr/funds/NOPE").status_code == 404


def test_before_there_are_funds_the_page_says_how_they_come(hr: int, as_: Callable[[object], Any]) -> None:
    assert "No funds yet" in words(as_(hr).get("/hr/funds"))


@pytest.mark.parametrize("year", ["x", "", "20266"])
def test_a_year_that_is_none_is_this_one(funds: None, hr: int, as_: Callable[[object], Any], year: str) -> None:
    assert as_(hr).get(f"/hr/funds/GRANT?year={year}").status_code == 200


# Not paid


@pytest.fixture
def refused(app: Flask) -> dict[str, int]:
    with app.app_context():
        make.policy({"amount": "advertised", "cap": {"yearly_cents": 20000}})
        north = people.school(name="North School")
        nameless = people.teacher(at=north, employee_number=None, given_name="Nora", family_name="Nameless")
        hourly = people.teacher(flsa_class="nonexempt", given_name="Harry", family_name="Hourly", employee_number="00X404")
        with transaction():
            rows = services.post_all([make.earning(who, earned_on=dt.date(2025, 9, 1 + n)) for n, who in enumerate((nameless, hourly, hourly))])
        return {"north": north.id, "first": rows[0].id}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("&rule=no-employee-number", 1),
        ("&rule=nonexempt-flat", 2),
        ("&q=harry", 2),
        ("&q=00x404", 2),
        ("&q=zzz", 0),
        ("&school=north", 1),
        ("&from=2025-09-03", 1),
    ],
)
def test_what_was_not_paid_is_listed_with_rule_and_remedy_and_the_file_agrees(
    refused: dict[str, int], hr: int, as_: Callable[[object], Any], query: str, count: int
) -> None:
    year = "to=2026-06-30" if "from" in query else "from=2025-07-01&to=2026-06-30"
    query = year + query.replace("north", str(refused["north"]))
    browser = as_(hr)
    shown = words(browser.get(f"/hr/refusals?{query}"))
    assert (f"{count} line" in shown) is (count > 0)
    rows = list(csv.DictReader(io.StringIO(browser.get(f"/hr/refusals.csv?{query}").get_data(as_text=True))))
    assert len(rows) == count
    assert all(row["Rule"] and row["What it says here"] and row["What can be done"] for row in rows)


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_the_list_comes_as_files_too(refused: dict[str, int], hr: int, as_: Callable[[object], Any], kind: str) -> None:
    answers = [as_(hr).get(f"/hr/refusals.{kind}?from=2025-07-01&to=2026-06-30") for _n in range(2)]
    assert answers[0].status_code == 200
    assert answers[0].data == answers[1].data


def test_nothing_refused_is_good_news(hr: int, as_: Callable[[object], Any]) -> None:
    assert "Nothing was refused" in words(as_(hr).get("/hr/refusals"))


@pytest.mark.parametrize("query", ["rule=nope", "school=x", "from=2026-02-02&to=2026-02-01"])
def test_a_filter_that_makes_no_sense_says_so(hr: int, as_: Callable[[object], Any], query: str) -> None:
    browser = as_(hr)
    assert browser.get(f"/hr/refusals?{query}").status_code == 422
    assert browser.get(f"/hr/refusals.csv?{query}").status_code == 422


def test_the_lists_take_as_many_statements_for_one_row_as_for_three(
    refused: dict[str, int], hr: int, as_: Callable[[object], Any], statements: list[str]
) -> None:
    browser = as_(hr)
    browser.get("/hr/refusals?from=2025-07-01&to=2026-06-30")
    counted = []
    for query in ("rule=no-employee-number", "rule="):
        statements.clear()
        browser.get(f"/hr/refusals?from=2025-07-01&to=2026-06-30&{query}")
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_what_was_tried_again_and_paid_leaves_the_list(app: Flask, refused: dict[str, int], hr: int, as_: Callable[[object], Any]) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE person SET employee_number = '00X405' WHERE given_name = 'Nora'"))
        db.session.commit()
    browser = as_(hr)
    assert "Posted. It is owed now" in words(browser.post(f"/hr/earnings/{refused['first']}/again", follow_redirects=True))
    shown = words(browser.get("/hr/refusals?from=2025-07-01&to=2026-06-30"))
    assert "2 lines" in shown
    assert "Nora Nameless" not in shown

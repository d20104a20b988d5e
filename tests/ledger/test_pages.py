"""What a teacher sees of her money, and what human resources may do with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.db import db, transaction
from ledger import services, wording
from ledger.models import Obligation
from ledger.rules import Refusal, fiscal_year
from people.models import Person
from people.rules import Role
from tests.factories import ledger as make
from tests.factories import people

DAY = dt.date(2026, 5, 4)


def words(page: Any) -> str:
    """The text of a page, without tags, in single spaces."""
    html = page.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>")[0]))


@pytest.fixture
def paid(app: Flask) -> dict[str, int]:
    """A teacher with a stipend that was cut by her cap and one that was refused, a colleague, and human resources."""
    with app.app_context():
        splits = [{"account_string": "01-A", "percent": 60}, {"account_string": "02-B", "percent": 40}]
        make.policy({"amount": "advertised", "cap": {"yearly_cents": 30000}, "splits": splits}, source="Agreement, article 12.")
        who, other, hr = people.teacher(), people.teacher(), people.person(Role.HR)
        with transaction():
            rows = services.post_all([make.earning(who, source=f"award:{n}", earned_on=DAY, description=f"Credential {n}") for n in range(3)])
        return {"who": who.id, "other": other.id, "hr": hr.id, "first": rows[0].id, "cut": rows[1].id, "refused": rows[2].id}


def test_every_amount_opens_into_its_reasons(paid: dict[str, int], as_: Callable[[object], Any]) -> None:
    text = words(as_(paid["who"]).get("/earnings?year=2026"))
    assert "Fiscal year 2025–26 $300 before tax and other deductions" in text
    assert "Why $200? The rule: “Invented stipend”, version 1, for everybody, in force since Jul 1, 2020." in text
    assert "The yearly limit of $300 leaves $100 in fiscal year 2025–26 ($200 were used), so that much is paid. $100 of $200 are above the limit." in text
    assert "01-A · 60 % $120 02-B · 40 % $80" in text


def test_a_refusal_names_its_rule_and_the_remedy(paid: dict[str, int], as_: Callable[[object], Any]) -> None:
    text = words(as_(paid["who"]).get("/earnings?year=2026"))
    assert "Not paid, and why Credential 2 May 4, 2026 Not paid The yearly limit is reached." in text
    assert "What you can do: The limit starts anew with the next fiscal year." in text


def test_the_yearly_limit_is_a_picture_with_its_figures(paid: dict[str, int], as_: Callable[[object], Any]) -> None:
    page = as_(paid["who"]).get("/earnings?year=2026")
    assert "Invented stipend $300 of $300 used, $0 left" in words(page)
    assert re.search(r'<rect class="bar-value"[^>]* width="100.00"', page.get_data(as_text=True))


def test_before_she_has_earned_anything_she_sees_the_room_she_has_and_how_to_begin(paid: dict[str, int], as_: Callable[[object], Any]) -> None:
    text = words(as_(paid["other"]).get("/earnings"))
    assert "$0 of $300 used, $300 left" in text
    assert "Nothing earned in" in text
    assert "Find a micro-credential" in text


@pytest.mark.parametrize("year", ["", "abcd", "20266", "-1"])
def test_a_year_that_is_none_is_this_one(paid: dict[str, int], as_: Callable[[object], Any], year: str) -> None:
    page = as_(paid["who"]).get(f"/earnings?year={year}")
    assert page.status_code == 200
    assert f"{fiscal_year(clock.today()) - 1}–" in words(page)


def test_nobody_sees_what_a_colleague_earned(paid: dict[str, int], as_: Callable[[object], Any], visitor: Any) -> None:
    address = f"/earnings/{paid['first']}"
    assert as_(paid["other"]).get(address).status_code == 404
    assert as_(paid["other"]).get("/earnings/999999999").status_code == 404
    assert as_(paid["who"]).get(address).status_code == 200
    assert as_(paid["hr"]).get(address).status_code == 200
    assert visitor.get(address).status_code == 302


def test_the_page_of_one_earning_says_where_it_stands_and_what_is_next(paid: dict[str, int], as_: Callable[[object], Any]) -> None:
    text = words(as_(paid["who"]).get(f"/earnings/{paid['first']}"))
    assert "Posted to the ledger, entry 1" in text
    assert "Next: Payroll takes it into a pay run" in text
    assert "Agreement, article 12." in text
    assert "Take it back" not in text


def test_the_list_takes_as_many_statements_for_one_as_for_three(app: Flask, as_: Callable[[object], Any], statements: list[str]) -> None:
    with app.app_context():
        make.policy()
        one, three = people.teacher(), people.teacher()
        with transaction():
            services.post_all([make.earning(one), *[make.earning(three) for _n in range(3)]])
        ids = one.id, three.id
    counted = []
    for person in ids:
        browser = as_(person)
        browser.get("/earnings")
        statements.clear()
        assert browser.get("/earnings").status_code == 200
        counted.append(len(statements))
    assert counted[0] == counted[1]


# What human resources may do


def test_human_resources_takes_back_with_a_reason_that_the_teacher_reads(paid: dict[str, int], as_: Callable[[object], Any]) -> None:
    address = f"/hr/earnings/{paid['first']}/reverse"
    hr = as_(paid["hr"])
    assert "Take back $200?" in words(hr.get(address))
    empty = hr.post(address, data={"reason": "  "})
    assert empty.status_code == 422
    assert "Say why it is taken back." in words(empty)
    done = hr.post(address, data={"reason": "Awarded by mistake."}, follow_redirects=True)
    assert "Taken back. The original entry stays" in words(done)
    text = words(as_(paid["who"]).get("/earnings?year=2026"))
    assert "Taken back: Awarded by mistake." in text
    assert "Fiscal year 2025–26 $100" in text


def test_a_reason_that_is_too_long_comes_back_with_what_was_typed(paid: dict[str, int], as_: Callable[[object], Any]) -> None:
    page = as_(paid["hr"]).post(f"/hr/earnings/{paid['first']}/reverse", data={"reason": "so " * 120})
    assert page.status_code == 422
    assert "Keep the reason within 300 characters." in words(page)
    assert "so so so" in words(page)


def test_a_second_click_takes_nothing_back_twice(paid: dict[str, int], as_: Callable[[object], Any]) -> None:
    address, hr = f"/hr/earnings/{paid['first']}/reverse", as_(paid["hr"])
    assert hr.post(address, data={"reason": "Mistake."}).status_code == 302
    again = hr.post(address, data={"reason": "Mistake."})
    assert again.status_code == 409
    assert "It was taken back already." in words(again)


def test_human_resources_mends_the_cause_and_tries_again(app: Flask, paid: dict[str, int], as_: Callable[[object], Any]) -> None:
    hr, again = as_(paid["hr"]), f"/hr/earnings/{paid['refused']}/again"
    still = hr.post(again)
    assert still.status_code == 409
    assert "Still not possible: The policy pays at most $300" in words(still)
    hr.post(f"/hr/earnings/{paid['first']}/reverse", data={"reason": "Mistake."})
    done = hr.post(again, follow_redirects=True)
    assert "Posted. It is owed now" in words(done)
    with app.app_context():
        assert sorted(db.session.scalars(select(Obligation.state).where(Obligation.source == "award:2"))) == ["payable", "refused"]


@pytest.mark.parametrize("role", [Role.TEACHER, Role.PAYROLL, Role.AUDITOR, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_nobody_else_takes_back_or_tries_again(app: Flask, paid: dict[str, int], as_: Callable[[object], Any], role: Role) -> None:
    with app.app_context():
        who = people.person(role)
        db.session.commit()
        browser = as_(who)
        sees = role in (Role.PAYROLL, Role.AUDITOR)
    assert browser.get(f"/hr/earnings/{paid['first']}/reverse").status_code == (403 if sees else 404)
    assert browser.post(f"/hr/earnings/{paid['first']}/reverse", data={"reason": "x"}).status_code == (403 if sees else 404)
    assert browser.post(f"/hr/earnings/{paid['refused']}/again").status_code == (403 if sees else 404)


def test_human_resources_does_not_decide_about_its_own(app: Flask, as_: Callable[[object], Any]) -> None:
    with app.app_context():
        make.policy()
        hr = people.person(Role.HR)
        with transaction():
            key = services.post(make.earning(hr)).id
        browser = as_(hr)
    assert browser.get(f"/hr/earnings/{key}/reverse").status_code == 403
    assert "Take it back" not in words(browser.get(f"/earnings/{key}"))


# Words


def test_every_step_and_every_refusal_has_words_in_the_readers_language(app: Flask) -> None:
    said = {"policy", "employed", "exempt", "fund-period", "flat", "advertised", "per-hour", "cap-room", "cap-rest", "budget", "budget-warned", "split", "owed"}
    with app.test_request_context("/"):
        for code in said:
            (reason,) = wording.reasons([{"say": code, "facts": {}, "cents": None}])
            assert reason.text != code
        for rule in Refusal:
            found = wording.refusal_words(rule.value, {})
            assert all((found.title, found.sentence, found.remedy))
        assert wording.reasons([{"say": "a-code-of-tomorrow", "facts": {}, "cents": 1}])[0].text == "a-code-of-tomorrow"


def test_a_person_without_facts_is_worded_all_the_same(app: Flask, as_: Callable[[object], Any]) -> None:
    with app.app_context():
        make.policy()
        who = people.teacher(employee_number=None, flsa_class="nonexempt")
        with transaction():
            key = services.post(make.earning(who)).id
        browser = as_(db.session.get(Person, who.id))
    assert "Payroll knows people by their employee number" in words(browser.get(f"/earnings/{key}"))

"""The stipend register: one query, and the page, CSV, Excel and PDF say the same; drawn up again it is the same to the byte."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pypdf
import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text, update

from core import clock
from core.db import db, transaction
from ledger import services
from ledger.models import Obligation
from people.models import Person, School
from people.rules import Role
from reports import stipend_register
from reports.money_forms import PERIODS, period_days
from tests.factories import ledger as make
from tests.factories import people

YEAR = "from=2025-07-01&to=2026-06-30"


def words(page: Any) -> str:
    html = page.get_data(as_text=True)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1].split("</main>")[0]))


@pytest.fixture
def books(app: Flask) -> dict[str, Any]:
    """Two schools, two funds, a split rule and a rule per hour, one stipend taken back in the next fiscal year; amounts in the comments."""
    with app.app_context():
        grant, general = make.fund(code="GRANT", name="The grant"), make.fund(code="GENERAL", name="General fund")
        splits = [{"account_string": "01-A", "percent": 60}, {"account_string": "02-B", "percent": 40}]
        make.policy({"amount": "advertised", "splits": splits}, paid_by=grant)
        make.policy({"amount": {"per_hour_cents": 2500}, "flsa": "any"}, earning="session", paid_by=general)
        north, south = people.school(name="North School"), people.school(name="South School")
        ann = people.teacher(at=north, given_name="Ann", family_name="Ågren", employee_number="00X101")
        bob = people.teacher(at=south, given_name="=Bob", family_name="O'Neil, Jr.", employee_number="00X102")
        hr = people.person(Role.HR)
        hr.role_grants[0].starts_on = dt.date(2020, 1, 1)  # Whatever day a test pretends it is.
        told = [
            make.earning(ann, earned_on=dt.date(2025, 9, 1), description="Growth mindset"),  # 120.00 + 80.00
            make.earning(bob, 9999, earned_on=dt.date(2025, 9, 2), description="Co-teaching"),  # 59.99 + 40.00
            make.earning(ann, None, kind="session", hours=6.5, earned_on=dt.date(2025, 10, 3), description="Workshop"),  # 162.50
            make.earning(bob, 5000, earned_on=dt.date(2026, 5, 4), description="PLC"),  # 30.00 + 20.00, taken back on 2026-07-02
            make.earning(people.teacher(employee_number=None), earned_on=dt.date(2025, 9, 3)),  # refused: not in the register
        ]
        with clock.frozen(dt.datetime(2026, 5, 5, 12, tzinfo=dt.UTC)), transaction():
            rows = services.post_all(told)
        with clock.frozen(dt.datetime(2026, 7, 2, 18, tzinfo=dt.UTC)), transaction():
            services.reverse(rows[3], hr, "Awarded twice.")
        return {"hr": hr.id, "rows": [row.id for row in rows], "north": north.id, "south": south.id, "ann": ann.id}


def file(as_: Callable[[object], Any], books: dict[str, Any], query: str = YEAR, kind: str = "csv") -> Any:
    answer = as_(books["hr"]).get(f"/hr/stipends.{kind}?{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return answer


def lines(as_: Callable[[object], Any], books: dict[str, Any], query: str = YEAR) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file(as_, books, query).get_data(as_text=True))))


def test_a_line_is_an_account_line_with_everything_payroll_asks_for(as_: Callable[[object], Any], books: dict[str, Any]) -> None:
    found = lines(as_, books)
    assert [(line["Name"], line["Account string"], line["Amount (USD)"]) for line in found] == [
        ("Ann Ågren", "01-A", "120.00"),
        ("Ann Ågren", "02-B", "80.00"),
        ("'=Bob O'Neil, Jr.", "01-A", "59.99"),
        ("'=Bob O'Neil, Jr.", "02-B", "40.00"),
        ("Ann Ågren", found[4]["Account string"], "162.50"),
        ("'=Bob O'Neil, Jr.", "01-A", "30.00"),
        ("'=Bob O'Neil, Jr.", "02-B", "20.00"),
    ]
    assert {k: found[4][k] for k in ("Date", "Entry", "Employee number", "School", "Earned for", "Hours", "Rate (USD)", "Fund")} == {
        "Date": "2025-10-03",
        "Entry": "3",
        "Employee number": "00X101",
        "School": "North School",
        "Earned for": "Workshop",
        "Hours": "6.5",
        "Rate (USD)": "25.00",
        "Fund": "GENERAL",
    }


def test_what_was_taken_back_stays_and_its_mirror_counts_where_it_was_posted(as_: Callable[[object], Any], books: dict[str, Any]) -> None:
    old, new = lines(as_, books), lines(as_, books, "from=2026-07-01&to=2027-06-30")
    assert sum(float(line["Amount (USD)"]) for line in old if "PLC" in line["Earned for"]) == 50
    assert [(line["Date"], line["Earned for"], line["Amount (USD)"]) for line in new] == [
        ("2026-07-02", "Taken back: PLC", "-30.00"),
        ("2026-07-02", "Taken back: PLC", "-20.00"),
    ]


@pytest.mark.parametrize(
    ("query", "cents"),
    [
        ("", 51249),
        ("&fund=GRANT", 34999),
        ("&fund=GENERAL", 16250),
        ("&school=north", 36250),
        ("&school=south", 14999),
        ("&q=ågren", 36250),
        ("&q=00x102", 14999),
        ("&q=x102", 0),
        ("&q=%25", 0),
        ("&q=Jr.", 14999),
        ("&state=standing", 46249),
        ("&state=reversed", 5000),
        ("&state=standing&as_of=4", 51249),
        ("&state=reversed&as_of=4", 0),
        ("&as_of=1", 20000),
        ("&as_of=2", 29999),
        ("&as_of=0", 0),
        ("&as_of=999", 51249),
        ("&as_of=nonsense", 51249),
    ],
)
def test_each_filter_takes_its_part_and_the_page_and_the_file_agree(as_: Callable[[object], Any], books: dict[str, Any], query: str, cents: int) -> None:
    query = YEAR + query.replace("north", str(books["north"])).replace("south", str(books["south"]))
    assert sum(round(float(line["Amount (USD)"]) * 100) for line in lines(as_, books, query)) == cents
    shown = words(as_(books["hr"]).get(f"/hr/stipends?{query}"))
    assert (f"${cents // 100:,}" if cents % 100 == 0 else f"${cents / 100:,.2f}") in shown or (cents == 0 and "No stipends here" in shown)


def test_the_page_shows_totals_of_the_whole_filter_whatever_page_it_is_on(as_: Callable[[object], Any], books: dict[str, Any]) -> None:
    first, second = (words(as_(books["hr"]).get(f"/hr/stipends?{YEAR}&size=2&page={n}")) for n in (1, 2))
    for text_ in (first, second):
        assert "Total $512.49 gross" in text_
        assert "The grant $349.99 6 lines" in text_
        assert "General fund $162.50 1 line" in text_
        assert "People 2 7 lines" in text_
    assert "lines 1 to 2 of 7" in first
    assert "lines 3 to 4 of 7" in second


def test_the_page_offers_exactly_its_own_rows_as_files(as_: Callable[[object], Any], books: dict[str, Any]) -> None:
    page = as_(books["hr"]).get(f"/hr/stipends?{YEAR}&fund=GRANT&q=ann").get_data(as_text=True)
    addresses = [a.replace("&amp;", "&") for a in re.findall(r'href="(/hr/stipends\.\w+\?[^"]*)"', page)]
    assert [a.split("?")[0] for a in addresses] == ["/hr/stipends.csv", "/hr/stipends.xlsx", "/hr/stipends.pdf"]
    assert all("from=2025-07-01" in a and "to=2026-06-30" in a and "as_of=5" in a and "fund=GRANT" in a and "q=ann" in a for a in addresses)


# The same bytes


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_drawn_up_again_as_of_the_same_entry_it_is_the_same_to_the_byte(app: Flask, as_: Callable[[object], Any], books: dict[str, Any], kind: str) -> None:
    query = f"{YEAR}&as_of=4"
    with clock.frozen(dt.datetime(2026, 5, 6, tzinfo=dt.UTC)):
        first = file(as_, books, query, kind).data
    with app.app_context(), transaction():
        # Life goes on: people marry and move, schools and funds are renamed, more is posted.
        db.session.execute(update(Person).where(Person.id == books["ann"]).values(family_name="Berg", school_id=books["south"], employee_number="9"))
        db.session.execute(update(School).values(name="Renamed"))
        db.session.execute(text("UPDATE fund SET name = 'Another name', account_string = 'another', budget_cents = 1"))
        db.session.execute(text("UPDATE policy SET name = 'Another name'"))
        services.post(make.earning(people.teacher(), earned_on=dt.date(2025, 9, 1)))
    with clock.frozen(dt.datetime(2027, 1, 1, tzinfo=dt.UTC)):
        again = file(as_, books, query, kind)
    assert again.data == first
    assert again.headers["Content-Disposition"] == f'attachment; filename="stipend-register_2025-07-01_2026-06-30_as-of-4.{kind}"'
    assert file(as_, books, YEAR, kind).data != first


def test_the_workbook_holds_the_rows_the_totals_and_how_it_was_drawn_up(as_: Callable[[object], Any], books: dict[str, Any]) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(file(as_, books, kind="xlsx").data))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["Date", "Entry", "Employee number", "Name"]
    assert rows[1] == [dt.date(2025, 9, 1), 1, "00X101", "Ann Ågren", "North School", "Growth mindset", rows[1][6], "", "", "GRANT", "01-A", 120.0]
    assert rows[3][3] == "=Bob O'Neil, Jr."
    assert [(row[0], row[-1]) for row in rows[8:]] == [("Fund GENERAL", 162.5), ("Fund GRANT", 349.99), ("Total", 512.49)]
    about = dict(row[:2] for row in book.get_sheet_by_index(1).to_python())
    assert about["Period"] == "2025-07-01 to 2026-06-30"
    assert about["As of"].startswith("ledger entry 5, ")
    assert about["Rows"] == "7"


def test_the_pdf_has_the_lines_the_totals_and_room_to_sign(as_: Callable[[object], Any], books: dict[str, Any]) -> None:
    answer = file(as_, books, kind="pdf")
    assert answer.mimetype == "application/pdf"
    reader = pypdf.PdfReader(io.BytesIO(answer.data))
    shown = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    for part in (
        "Stipend register",
        "2025-07-01 to 2026-06-30",
        "00X101",
        "Ann Ågren",
        "02-B",
        "162.50",
        "Fund GRANT 349.99",
        "Total 512.49",
        "Prepared by",
        "ledger entry 5",
    ):
        assert part in shown
    box = reader.pages[0].mediabox
    assert box.width > box.height


def test_a_pdf_longer_than_somebody_would_wait_for_says_what_to_do(
    as_: Callable[[object], Any], books: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stipend_register, "PDF_LINES", 6)
    hr = as_(books["hr"])
    refused = hr.get(f"/hr/stipends.pdf?{YEAR}")
    assert refused.status_code == 409
    assert "A PDF holds up to 6 lines, and this register has 7." in words(refused)
    page = hr.get(f"/hr/stipends?{YEAR}")
    assert "/hr/stipends.pdf" not in page.get_data(as_text=True)
    assert "A PDF holds up to 6 lines." in words(page)
    assert hr.get(f"/hr/stipends.pdf?{YEAR}&fund=GRANT").status_code == 200


# Filters that are none


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-06-30&to=2025-07-01", "The last day lies before the first. Swap them."),
        ("from=soon", "Not a valid date value."),
        ("school=999999", "Not a valid choice."),
        ("school=x", "Not a valid choice."),
        ("fund=NONE", "Not a valid choice."),
        ("state=lost", "Not a valid choice."),
        ("q=" + "x" * 101, "Field cannot be longer than 100 characters."),
    ],
)
def test_a_filter_that_makes_no_sense_shows_no_figures_but_what_is_wrong(as_: Callable[[object], Any], books: dict[str, Any], query: str, said: str) -> None:
    hr = as_(books["hr"])
    page = hr.get(f"/hr/stipends?{query}")
    assert page.status_code == 422
    assert said in words(page)
    assert "Total" not in words(page)
    assert hr.get(f"/hr/stipends.csv?{query}").status_code == 422


@pytest.mark.parametrize("query", ["page=0", "page=99", "page=x", "size=0", "size=9999", "period=never", "from=&to=&school=&fund=&state=&q="])
def test_nonsense_elsewhere_in_the_address_does_no_harm(as_: Callable[[object], Any], books: dict[str, Any], query: str) -> None:
    assert as_(books["hr"]).get(f"/hr/stipends?{query}").status_code == 200


@pytest.mark.parametrize(
    ("period", "today", "first", "last"),
    [
        ("month", (2026, 2, 28), (2026, 2, 1), (2026, 2, 28)),
        ("month", (2026, 12, 31), (2026, 12, 1), (2026, 12, 31)),
        ("last-month", (2026, 1, 1), (2025, 12, 1), (2025, 12, 31)),
        ("year", (2026, 6, 30), (2025, 7, 1), (2026, 6, 30)),
        ("year", (2026, 7, 1), (2026, 7, 1), (2027, 6, 30)),
        ("last-year", (2026, 7, 1), (2025, 7, 1), (2026, 6, 30)),
    ],
)
def test_named_periods_are_whole_months_and_fiscal_years(period: str, today: Any, first: Any, last: Any) -> None:
    assert period_days(period, dt.date(*today), 7) == (dt.date(*first), dt.date(*last))
    assert period in PERIODS


def test_a_named_period_keeps_the_other_filters_and_is_marked(as_: Callable[[object], Any], books: dict[str, Any]) -> None:
    with clock.frozen(dt.datetime(2025, 9, 20, 18, tzinfo=dt.UTC)):
        page = as_(books["hr"]).get("/hr/stipends?period=month&fund=GRANT")
    html = page.get_data(as_text=True)
    assert "Sep 1, 2025 to Sep 30, 2025" in words(page)
    assert re.search(r'href="/hr/stipends\?period=month&amp;fund=GRANT" aria-current="true"', html)
    assert "$299.99" in words(page)


# Who


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    "address", ["/hr/stipends", "/hr/stipends.csv", "/hr/stipends.pdf", "/hr/refusals", "/hr/refusals.xlsx", "/hr/funds", "/hr/funds/GRANT", "/hr/why/{row}"]
)
def test_human_resources_payroll_and_the_auditor_see_the_districts_money_and_nobody_else(
    app: Flask, as_: Callable[[object], Any], books: dict[str, Any], role: Role, address: str
) -> None:
    with app.app_context():
        who = people.person(role)
        db.session.commit()
        browser = as_(who)
    status = browser.get(address.format(row=books["rows"][0])).status_code
    if role in (Role.HR, Role.PAYROLL, Role.AUDITOR):
        assert status == 200
    else:
        assert status == (404 if "why" in address else 403)


def test_a_visitor_is_asked_to_sign_in(visitor: Any, books: dict[str, Any]) -> None:
    assert visitor.get("/hr/stipends").status_code == 302


def test_the_page_takes_as_many_statements_for_one_line_as_for_three(as_: Callable[[object], Any], books: dict[str, Any], statements: list[str]) -> None:
    hr = as_(books["hr"])
    hr.get(f"/hr/stipends?{YEAR}&size=3")
    counted = []
    for size in (1, 3):
        statements.clear()
        hr.get(f"/hr/stipends?{YEAR}&size={size}")
        counted.append(len(statements))
    assert counted[0] == counted[1] <= 12


def test_a_line_that_was_posted_later_for_an_earlier_day_is_in_the_register_only_as_of_its_entry(
    app: Flask, as_: Callable[[object], Any], books: dict[str, Any]
) -> None:
    before = file(as_, books, f"{YEAR}&as_of=5").data
    with app.app_context(), transaction():
        late = services.post(make.earning(books["ann"], earned_on=dt.date(2025, 8, 1), description="Told late")).id
    assert file(as_, books, f"{YEAR}&as_of=5").data == before
    assert lines(as_, books)[0]["Earned for"] == "Told late"
    with app.app_context():
        assert db.session.scalar(select(Obligation.earned_on).where(Obligation.id == late)) == dt.date(2025, 8, 1)

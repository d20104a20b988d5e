"""One table, many files: disarmed, exact, and the same bytes from the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from python_calamine import CalamineWorkbook

from core.sheet import Column, Table, csv_bytes, disarm, xlsx_bytes

COLUMNS = (
    Column("number", "Employee number"),
    Column("name", "Name"),
    Column("cents", "Amount", "cents", total=True),
    Column("hours", "Hours", "number", total=True),
    Column("day", "Day", "date"),
    Column("at", "At", "datetime"),
)


def row(**given: Any) -> dict[str, Any]:
    at = dt.datetime(2026, 11, 25, 5, 30, tzinfo=dt.UTC)
    return {"number": "000042", "name": "Ana", "cents": 40_000, "hours": 7.5, "day": dt.date(2026, 11, 24), "at": at} | given


def table(*rows: dict[str, Any], **given: Any) -> Table:
    return Table("Stipends", COLUMNS, rows or (row(),), created=dt.datetime(2026, 12, 1, tzinfo=dt.UTC), **given)


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def read_xlsx(data: bytes, sheet: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(sheet).to_python()


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1+1",
    "\u00a0=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(app: Flask, rows: None, text: str) -> None:
    assert disarm(text) == "'" + text
    assert read_csv(csv_bytes(table(row(name=text))))[1][1] == "'" + text


@pytest.mark.parametrize("text", ["", "Ana", "Ana-María", "a=b", "100%", "'quoted", " Ana", "3 + 4"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert disarm(text) == text


@given(some.text())
def test_no_text_begins_like_a_formula_afterwards(text: str) -> None:
    assert not disarm(text).lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("text", FORMULAS)
def test_a_workbook_holds_it_as_text_and_no_formula(app: Flask, rows: None, text: str) -> None:
    data = xlsx_bytes(table(row(name=text)))
    sheets = [zipfile.ZipFile(io.BytesIO(data)).read(name) for name in zipfile.ZipFile(io.BytesIO(data)).namelist() if name.startswith("xl/worksheets/sheet")]
    assert all(b"<f>" not in sheet and b"<hyperlink" not in sheet for sheet in sheets)


def test_employee_numbers_keep_their_leading_zeros(app: Flask, rows: None) -> None:
    assert read_csv(csv_bytes(table()))[1][0] == "000042"
    assert read_xlsx(xlsx_bytes(table()))[1][0] == "000042"


def test_account_strings_and_long_numbers_stay_text(app: Flask, rows: None) -> None:
    for number in ("1000-2213-05", "12345678901234567890", "1E5", "2026-11-24", "1/2"):
        assert read_csv(csv_bytes(table(row(number=number))))[1][0] == number
        assert read_xlsx(xlsx_bytes(table(row(number=number))))[1][0] == number


@pytest.mark.parametrize(("cents", "shown"), [(0, "0.00"), (1, "0.01"), (-1, "-0.01"), (40_000, "400.00"), (123_456_789_01, "123456789.01"), (-550, "-5.50")])
def test_cents_are_exact_in_both(app: Flask, rows: None, cents: int, shown: str) -> None:
    assert read_csv(csv_bytes(table(row(cents=cents))))[1][2] == shown
    assert f"{read_xlsx(xlsx_bytes(table(row(cents=cents))))[1][2]:.2f}" == shown


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(7.5, "7.5"), (7.0, "7"), (1234567.5, "1234567.5"), (0.1, "0.1"), (1e-7, "0.0000001"), (1e16, "10000000000000000"), (12, "12"), (-0.5, "-0.5")],
)
def test_a_number_is_written_out_and_no_digit_lost(app: Flask, rows: None, hours: float, shown: str) -> None:
    assert read_csv(csv_bytes(table(row(hours=hours))))[1][3] == shown


def test_days_and_moments_are_those_of_the_district(app: Flask, rows: None) -> None:
    line = read_csv(csv_bytes(table()))[1]
    assert line[4:] == ["2026-11-24", "2026-11-24T22:30:00-07:00"]
    assert read_xlsx(xlsx_bytes(table()))[1][4:] == [dt.date(2026, 11, 24), dt.datetime(2026, 11, 24, 22, 30)]


def test_what_is_not_known_is_empty(app: Flask, rows: None) -> None:
    empty = row(name=None, cents=None, hours=None, day=None, at=None)
    assert read_csv(csv_bytes(table(empty)))[1] == ["000042", "", "", "", "", ""]
    assert read_xlsx(xlsx_bytes(table(empty)))[1][:2] == ["000042", ""]
    assert table(empty).totals() == {"cents": 0, "hours": 0}


def test_commas_quotes_and_line_ends_survive_csv(app: Flask, rows: None) -> None:
    text = 'Ana "Anita", teacher\r\nand more'
    data = csv_bytes(table(row(name=text)))
    assert read_csv(data)[1][1] == text
    assert data.splitlines(keepends=True)[0].endswith(b"\r\n")


def test_csv_is_for_machines_a_heading_and_rows_and_no_more(app: Flask, rows: None) -> None:
    lines = read_csv(csv_bytes(table(row(), row(), parameters=[("School", "All")])))
    assert lines[0] == ["Employee number", "Name", "Amount", "Hours", "Day", "At"]
    assert len(lines) == 3


def test_a_workbook_has_totals_and_says_how_it_was_drawn_up(app: Flask, rows: None) -> None:
    data = xlsx_bytes(table(row(), row(cents=5_050, hours=0.5), parameters=[("School", "Cottonwood")], note="For signature"))
    last = read_xlsx(data)[-1]
    assert last[0] == "Total"
    assert last[2:4] == [450.50, 8.0]
    about = dict(line[:2] for line in read_xlsx(data, 1))
    assert about == {"Title": "Stipends", "School": "Cottonwood", "Rows": "2", "Note": "For signature"}


@pytest.mark.parametrize("title", ["Stipends: 2026/27 [draft]?", "x" * 60, "*", "a\\b"])
def test_any_title_becomes_a_sheet(app: Flask, rows: None, title: str) -> None:
    assert read_xlsx(xlsx_bytes(Table(title, COLUMNS, (row(),))))[1][0] == "000042"


def test_a_table_without_rows_is_a_heading_with_totals_of_nothing(app: Flask, rows: None) -> None:
    empty = Table("Stipends", COLUMNS, ())
    assert len(read_csv(csv_bytes(empty))) == 1
    assert read_xlsx(xlsx_bytes(empty))[-1][2:4] == [0, 0]


def test_the_same_table_gives_the_same_bytes(app: Flask, rows: None) -> None:
    one, two = table(row(), row(name="=1+1")), table(row(), row(name="=1+1"))
    assert csv_bytes(one) == csv_bytes(two)
    assert xlsx_bytes(one) == xlsx_bytes(two)
    assert xlsx_bytes(one) != xlsx_bytes(table(row(cents=1)))

"""How a roster file is read: which columns it has, what stands in them, and what is wrong with it. Standard library only."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass, field
from typing import Any

from people.rules import FlsaClass

#: Columns a file must have, and those it may have. The number is the longest text that fits.
REQUIRED = {"employee_number": 30, "email": 320, "given_name": 100, "family_name": 100, "school_code": 20}
TEXTS = {"school_name": 200, "job_title": 120, "bargaining_unit": 40, "pay_group": 40, "supervisor_number": 30}
LISTS = {"grades": 20, "subjects": 40}
DATES = ("hire_date", "leave_date")
COLUMNS = (*REQUIRED, *TEXTS, *LISTS, *DATES, "flsa_class", "fte")

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True)
class Problem:
    """What is wrong at one place: the line of the file (the heading is line 1), the column, a stable code, and what stood there."""

    line: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True)
class Line:
    """One person of the file. ``values`` holds the columns that the file has: texts, lists of texts, dates or None, fte as float."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The employee number."""
        return str(self.values["employee_number"])


def read(text: str) -> tuple[list[Line], list[Problem]]:
    """Read a roster: a heading and one line a person, separated by commas, semicolons or tabs.

    Answers the lines and every problem found, in the order of the file. With problems the lines are incomplete and not to be used.
    """
    heading = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count), strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        problems = [Problem(1, name, "missing-column") for name in REQUIRED if name not in names]
        problems += [Problem(1, name, "unknown-column", name) for name in names if name not in COLUMNS]
        problems += [Problem(1, name, "column-twice") for name in sorted({n for n in names if names.count(n) > 1})]
        if problems:
            return [], problems
        lines = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                problems.append(Problem(reader.line_num, "", "cells", str(len(cells))))
                continue
            line, wrong = _line(reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=True)))
            lines.append(line)
            problems += wrong
    except csv.Error as error:
        return [], [Problem(reader.line_num, "", "quotes", str(error))]
    if not lines and not problems:
        problems.append(Problem(1, "", "empty-file"))
    return lines, problems + _repeated(lines)


def _line(number: int, cells: dict[str, str]) -> tuple[Line, list[Problem]]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []

    def wrong(column: str, code: str) -> None:
        problems.append(Problem(number, column, code, cells[column]))

    for column, cell in cells.items():
        if not cell.isprintable():
            wrong(column, "unprintable")
        elif column in REQUIRED and not cell:
            wrong(column, "empty")
        elif len(cell) > {**REQUIRED, **TEXTS}.get(column, 1000):
            wrong(column, "too-long")
        elif column == "email" and not _EMAIL.fullmatch(cell):
            wrong(column, "not-email")
        elif column in LISTS:
            values[column] = [part.strip() for part in re.split(r"[;|]", cell) if part.strip()]
            if any(len(part) > LISTS[column] for part in values[column]):
                wrong(column, "too-long")
        elif column in DATES:
            values[column] = _date(cell) if cell else None
            if cell and values[column] is None:
                wrong(column, "not-date")
        elif column == "fte":
            values[column] = _share(cell)
            if values[column] is None:
                wrong(column, "not-fte")
        elif column == "flsa_class":
            values[column] = cell.lower().replace("-", "") or FlsaClass.EXEMPT.value
            if values[column] not in [c.value for c in FlsaClass]:
                wrong(column, "not-flsa")
        else:
            values[column] = cell
    if values.get("hire_date") and values.get("leave_date") and values["leave_date"] < values["hire_date"]:
        wrong("leave_date", "leaves-before-hire")
    return Line(number, values), problems


def _date(cell: str) -> dt.date | None:
    """A day written 2026-08-01, or 8/1/2026 as American spreadsheets save it."""
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", cell)
    try:
        if american:
            return dt.date(int(american[3]), int(american[1]), int(american[2]))
        return dt.date.fromisoformat(cell) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell) else None
    except ValueError:
        return None


def _share(cell: str) -> float | None:
    """A full-time equivalent from 0 to 1.5; empty is 1."""
    if not cell:
        return 1.0
    return float(cell) if re.fullmatch(r"\d(\.\d{1,3})?|\.\d{1,3}", cell) and float(cell) <= 1.5 else None


def _repeated(lines: list[Line]) -> list[Problem]:
    """Employee numbers and e-mail addresses that stand twice."""
    problems = []
    for column in ("employee_number", "email"):
        first: dict[str, int] = {}
        for line in lines:
            value = str(line.values.get(column, "")).lower()
            if value and value in first:
                problems.append(Problem(line.number, column, "twice", f"{line.values[column]} ({first[value]})"))
            elif value:
                first[value] = line.number
    return problems

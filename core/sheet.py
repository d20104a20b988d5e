"""One table, many files: the page, CSV, XLSX and PDF of a register all come from the same rows.

Texts that a spreadsheet would run as a formula are disarmed; employee numbers and account strings stay text, with their
leading zeros; the same table gives the same bytes.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from flask_babel import gettext as _

from core import clock, pdf

#: What a cell must not begin with.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")

Kind = Literal["text", "cents", "number", "date", "datetime"]


@dataclass(frozen=True)
class Column:
    """A column: its key in the rows, the heading people read, what its values are, and whether it is summed."""

    key: str
    label: str
    kind: Kind = "text"
    total: bool = False
    width: int = 14


@dataclass(frozen=True)
class Table:
    """A table as it goes to people and machines.

    ``rows`` are mappings by column key: cents as int, dates as date, everything else as text or number. ``parameters`` are the
    filters and the moment it was drawn up, printed at the head of every file.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[dict[str, Any]]
    parameters: Sequence[tuple[str, str]] = ()
    created: dt.datetime = field(default_factory=lambda: dt.datetime(2000, 1, 1, tzinfo=dt.UTC))
    note: str = ""
    #: Sums by group (by fund, say) that stand before the totals: a label, and values by the key of a summed column.
    groups: Sequence[tuple[str, dict[str, Any]]] = ()

    def totals(self) -> dict[str, Any]:
        """The sums of the columns that are summed."""
        return {c.key: sum((row[c.key] or 0) for row in self.rows) for c in self.columns if c.total}


def disarm(value: str) -> str:
    """A text that a spreadsheet will not take for a formula (OWASP, CSV injection): a quote goes before ``= + - @``, tab and line
    ends, also behind blanks, and before their full-width forms, which some locales turn into the plain ones."""
    return f"'{value}" if value.lstrip(" \u00a0")[:1] in _FORMULA else value


def _local(value: Any) -> Any:
    """A moment as the clocks of the district show it; a day as it is."""
    return value.astimezone(clock.zone()) if isinstance(value, dt.datetime) else value


def _plain(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.kind == "cents":
        return f"{Decimal(value) / 100:.2f}"
    if column.kind in ("date", "datetime"):
        return str(_local(value).isoformat())
    if column.kind == "number":
        # repr() is the shortest text that reads back as the same number; "e" notation is for nobody here.
        return f"{Decimal(repr(value)):f}".removesuffix(".0") if isinstance(value, float) else str(value)
    return disarm(str(value))


def csv_lines(table: Table) -> Iterator[str]:
    """The table as CSV (RFC 4180, CRLF, UTF-8), line by line: the heading, the rows, nothing else, so that machines can read it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")

    def taken() -> str:
        line = out.getvalue()
        out.seek(0)
        out.truncate()
        return line

    writer.writerow([c.label for c in table.columns])
    yield taken()
    for row in table.rows:
        writer.writerow([_plain(c, row[c.key]) for c in table.columns])
        yield taken()


def csv_bytes(table: Table) -> bytes:
    """The CSV in one piece."""
    return "".join(csv_lines(table)).encode()


def xlsx_bytes(table: Table) -> bytes:
    """The table as a workbook: a sheet of rows with totals, and a sheet that says how it was drawn up."""
    total_label = _("Total")
    out = io.BytesIO()
    # Row by row to a temporary file: a register of 100,000 lines must not fill the memory of a web worker.
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": table.title, "created": table.created.replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bg_color": "#1F4D3A", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"})
    money = book.add_format({"num_format": "#,##0.00"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    words = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "top": 1})
    bold_money = book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"})
    sheet = book.add_worksheet(table.title[:31].translate(str.maketrans("[]:*?/\\", " " * 7)))
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, column.label, head)
        sheet.set_column(number, number, column.width)
    for line, row in enumerate(table.rows, start=1):
        for number, column in enumerate(table.columns):
            value = row[column.key]
            if value is None:
                continue
            if column.kind == "cents":
                sheet.write_number(line, number, value / 100, money)
            elif column.kind == "number":
                sheet.write_number(line, number, value)
            elif column.kind == "date":
                sheet.write_datetime(line, number, value, day)
            elif column.kind == "datetime":
                sheet.write_datetime(line, number, _local(value).replace(tzinfo=None), moment)
            else:
                sheet.write_string(line, number, str(value), words)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    for line, (label, sums) in enumerate([*table.groups, (total_label, table.totals())], start=len(table.rows) + 1):
        sheet.write_string(line, 0, label, bold)
        for number, column in enumerate(table.columns):
            if column.total:
                value = sums[column.key]
                sheet.write_number(line, number, value / 100 if column.kind == "cents" else value, bold_money if column.kind == "cents" else bold)
    about = book.add_worksheet(_("About"))
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 60)
    facts: Iterable[tuple[str, str]] = [(_("Title"), table.title), *table.parameters, (_("Rows"), str(len(table.rows))), (_("Note"), table.note)]
    for line, (name, value) in enumerate(facts):
        about.write_string(line, 0, name, bold)
        about.write_string(line, 1, value)
    book.close()
    return out.getvalue()


def pdf_bytes(table: Table) -> bytes:
    """The table for signature: landscape pages with the heading repeated, totals, parameters and page numbers. A column in which
    nothing stands gives its room to the others. The summed columns must be the last."""
    columns = [c for c in table.columns if c.total or any(row[c.key] not in (None, "") for row in table.rows)]
    return pdf.render("print/register.html", table=table, columns=columns, totals=table.totals(), created=table.created)

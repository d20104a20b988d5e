"""The stipend register: the expense lines of the ledger, as payroll and the auditor want them.

One query gives the page, the totals and every file. A line is one account line of one ledger entry, so a split stipend has several
and a stipend that was taken back has its mirror; nothing that was printed once ever disappears. ``as_of`` is a ledger sequence:
drawn up again as of the same entry, the register is the same, to the byte.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from core import i18n
from core.db import db
from core.sheet import Column, Table
from ledger.models import Entry, Fund, Leg, Obligation, Policy, PolicyVersion
from ledger.rules import Account, EntryKind
from people.models import School

#: Lines a PDF may have. It is for signature, and laying out takes some 10 ms a line while somebody waits (``bench/registers.py``).
#: CSV and Excel have no such limit.
PDF_LINES = 1000

STANDING, REVERSED = "standing", "reversed"


@dataclass(frozen=True)
class Filter:
    """What the register is narrowed to. ``first`` and ``last`` are the days it counts for; ``state`` is '' (every line), ``standing``
    (what was not taken back) or ``reversed`` (what was, and its mirror); ``as_of`` is the last ledger entry that counts."""

    first: dt.date
    last: dt.date
    as_of: int
    school: int | None = None
    fund: str = ""
    state: str = ""
    q: str = ""


@dataclass(frozen=True)
class Total:
    """The sum of a group of lines."""

    name: str
    lines: int
    cents: int


@dataclass(frozen=True)
class Summary:
    """The whole filter, whatever page is shown: each fund, then all together."""

    funds: Sequence[Total]
    lines: int
    people: int
    cents: int


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    mirror = aliased(Entry)
    taken_back = exists().where(mirror.reverses_id == Entry.id, mirror.sequence <= wanted.as_of)
    found: list[ColumnElement[bool]] = [
        Leg.account == Account.EXPENSE.value,
        Entry.sequence <= wanted.as_of,
        Entry.effective_on.between(wanted.first, wanted.last),
    ]
    if wanted.school is not None:
        found.append(Obligation.school_id == wanted.school)
    if wanted.fund:
        found.append(Fund.code == wanted.fund)
    if wanted.q:
        found.append(or_(Obligation.person_name.icontains(wanted.q, autoescape=True), Obligation.employee_number.istartswith(wanted.q, autoescape=True)))
    if wanted.state == STANDING:
        found.append(and_(Entry.kind == EntryKind.ACCRUE.value, ~taken_back))
    elif wanted.state == REVERSED:
        found.append(or_(Entry.kind == EntryKind.REVERSE.value, taken_back))
    return found


def _from(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Leg)
        .join(Entry, Entry.id == Leg.entry_id)
        .join(Obligation, Obligation.id == Entry.obligation_id)
        .join(Fund, Fund.id == Leg.fund_id)
        .join(PolicyVersion, PolicyVersion.id == Obligation.policy_version_id)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
    )


def lines(wanted: Filter) -> Select[Any]:
    """The lines of the register, by day and then as they were posted."""
    columns = (
        Entry.effective_on.label("day"), Entry.sequence, Entry.kind, Obligation.id.label("obligation_id"), Obligation.employee_number,
        Obligation.person_name, Obligation.school_name, Obligation.description, Policy.code.label("policy"), PolicyVersion.number.label("version"),
        Obligation.units, Obligation.rate_cents, Fund.code.label("fund"), Leg.account_string, Leg.amount_cents,
    )  # fmt: skip
    return _from(*columns).where(*_conditions(wanted)).order_by(Entry.effective_on, Entry.sequence, Leg.id)


def summary(wanted: Filter) -> Summary:
    """Totals by fund and over all, in one statement."""
    rows = db.session.execute(
        _from(
            func.grouping(Fund.code).label("whole"),
            Fund.code,
            func.count().label("lines"),
            func.count(Obligation.person_id.distinct()).label("people"),
            func.coalesce(func.sum(Leg.amount_cents), 0).label("cents"),
        )
        .where(*_conditions(wanted))
        .group_by(func.rollup(Fund.code))
        .order_by(Fund.code)
    ).all()
    whole = next((row for row in rows if row.whole), None)
    funds = [Total(row.code, row.lines, int(row.cents)) for row in rows if not row.whole]
    return Summary(funds, whole.lines if whole else 0, whole.people if whole else 0, int(whole.cents) if whole else 0)


@dataclass(frozen=True)
class _Rows:
    """The lines as rows of a file, fetched a thousand at a time each time somebody goes through them."""

    wanted: Filter
    count: int

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in db.session.execute(lines(self.wanted).execution_options(yield_per=1000)):
            yield as_row(row)

    def __len__(self) -> int:
        return self.count


def as_row(row: Any) -> dict[str, Any]:
    """One line under the keys of :func:`columns`."""
    return {
        "day": row.day,
        "sequence": row.sequence,
        "employee_number": row.employee_number,
        "name": row.person_name,
        "school": row.school_name,
        "description": _("Taken back: %(what)s", what=row.description) if row.kind == EntryKind.REVERSE else row.description,
        "policy": f"{row.policy} v{row.version}",
        "units": float(row.units) if row.units is not None else None,
        "rate": row.rate_cents,
        "fund": row.fund,
        "account_string": row.account_string,
        "amount": row.amount_cents,
    }


def columns() -> list[Column]:
    """The columns of the register, in the reader's language."""
    return [
        Column("day", _("Date"), "date", width=12),
        Column("sequence", _("Entry"), "number", width=8),
        Column("employee_number", _("Employee number"), width=11),
        Column("name", _("Name"), width=20),
        Column("school", _("School"), width=22),
        Column("description", _("Earned for"), width=34),
        Column("policy", _("Policy and version"), width=24),
        Column("units", _("Hours"), "number", width=7),
        Column("rate", _("Rate (USD)"), "cents", width=9),
        Column("fund", _("Fund"), width=14),
        Column("account_string", _("Account string"), width=28),
        Column("amount", _("Amount (USD)"), "cents", total=True, width=12),
    ]


def school_name(key: int | None) -> str | None:
    """The name of a school, for the heading of a file."""
    return db.session.scalar(select(School.name).where(School.id == key)) if key is not None else None


def posted_at(sequence: int) -> dt.datetime | None:
    """When a ledger entry was posted."""
    return db.session.scalar(select(Entry.posted_at).where(Entry.sequence == sequence))


def table(wanted: Filter, *, stream: bool = False) -> Table:
    """The register as it goes into files. ``stream`` leaves the rows in the database until somebody goes through them (for CSV)."""
    found = summary(wanted)
    rows = _Rows(wanted, found.lines)
    drawn = posted_at(wanted.as_of)
    states = {"": _("every line"), STANDING: _("not taken back"), REVERSED: _("taken back, with the mirror entries")}
    parameters = [(_("Period"), _("%(first)s to %(last)s", first=wanted.first.isoformat(), last=wanted.last.isoformat()))]
    if wanted.school is not None:
        parameters.append((_("School"), school_name(wanted.school) or str(wanted.school)))
    if wanted.fund:
        parameters.append((_("Fund"), wanted.fund))
    if wanted.q:
        parameters.append((_("Person"), wanted.q))
    parameters.append((_("Shown"), states[wanted.state]))
    parameters.append((_("As of"), _("ledger entry %(number)s", number=wanted.as_of) + (f", {i18n.datetime(drawn)}" if drawn else "")))
    return Table(
        title=_("Stipend register"),
        columns=columns(),
        rows=rows if stream else list(rows),  # type: ignore[arg-type]  # a file of lines needs no more than to go through them
        parameters=parameters,
        groups=[(_("Fund %(code)s", code=total.name), {"amount": total.cents}) for total in found.funds],
        note=_("Amounts are gross, before tax and other deductions. Drawn up again as of the same ledger entry, this register is the same."),
        **({"created": drawn} if drawn else {}),
    )


def file_name(wanted: Filter) -> str:
    """What a file of this register is called, without its ending: the same register has the same name."""
    return f"stipend-register_{wanted.first.isoformat()}_{wanted.last.isoformat()}_as-of-{wanted.as_of}"

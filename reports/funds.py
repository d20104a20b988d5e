"""Funds: budget, accrued, left; and where the money of a year went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from core import clock
from core.db import db
from ledger import queries
from ledger.models import Entry, Fund, FundBalance, Leg, Obligation, Policy, PolicyVersion
from ledger.rules import Account, fiscal_year, fiscal_year_days
from people.models import Person


@dataclass(frozen=True)
class Standing:
    """A fund and what is accrued in it, net of what was taken back (cents)."""

    fund: Fund
    accrued_cents: int

    @property
    def left_cents(self) -> int:
        return self.fund.budget_cents - self.accrued_cents

    @property
    def is_over(self) -> bool:
        return self.left_cents < 0

    @property
    def is_open(self) -> bool:
        """Whether the fund may pay for work that is done today."""
        return self.fund.starts_on <= clock.today() <= self.fund.ends_on


@dataclass(frozen=True)
class Share:
    """So many cents on one account string, or under one policy."""

    name: str
    lines: int
    cents: int


@dataclass(frozen=True)
class Month:
    """What was accrued in one month, and its bar: ``length`` is the share of the longest (0 to 100)."""

    first: dt.date
    cents: int
    length: float


@dataclass(frozen=True)
class FundPage:
    """Everything on the page of one fund."""

    standing: Standing
    fiscal_year: int
    first: dt.date
    last: dt.date
    months: Sequence[Month]
    accounts: Sequence[Share]
    policies: Sequence[Share]

    @property
    def year_cents(self) -> int:
        return sum(month.cents for month in self.months)


def all_funds() -> list[Standing]:
    """Every fund, those that are open now first."""
    found = db.session.execute(select(Fund, FundBalance.accrued_cents).join(FundBalance, FundBalance.fund_id == Fund.id).order_by(Fund.code)).all()
    return sorted((Standing(fund, cents) for fund, cents in found), key=lambda standing: not standing.is_open)


def fund(code: str, _user: Person) -> Fund | None:
    """The fund with this code."""
    return db.session.scalar(select(Fund).where(Fund.code == code))


def page(fund: Fund, year: int | None = None) -> FundPage:
    """A fund over one fiscal year (the current one by default)."""
    starts_month = queries.fiscal_month()
    year = year or fiscal_year(clock.today(), starts_month)
    first, last = fiscal_year_days(year, starts_month)
    accrued = db.session.scalar(select(FundBalance.accrued_cents).where(FundBalance.fund_id == fund.id)) or 0
    month = func.date_trunc("month", Entry.effective_on)
    by_month = {row.month.date(): int(row.cents) for row in db.session.execute(_sums(fund, first, last, month.label("month")).group_by(month))}
    longest = max((abs(cents) for cents in by_month.values()), default=0)
    months = []
    day = first
    while day <= last:
        cents = by_month.get(day, 0)
        months.append(Month(day, cents, 100 * abs(cents) / longest if longest else 0.0))
        day = (day + dt.timedelta(days=31)).replace(day=1)
    accounts = db.session.execute(_sums(fund, first, last, Leg.account_string.label("name")).group_by(Leg.account_string).order_by(Leg.account_string))
    policies = db.session.execute(
        _sums(fund, first, last, Policy.name.label("name"))
        .join(Obligation, Obligation.id == Entry.obligation_id)
        .join(PolicyVersion, PolicyVersion.id == Obligation.policy_version_id)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .group_by(Policy.id)
        .order_by(Policy.name)
    )
    shares = [[Share(row.name, row.lines, int(row.cents)) for row in found] for found in (accounts, policies)]
    return FundPage(Standing(fund, accrued), year, first, last, months, *shares)


def _sums(fund: Fund, first: dt.date, last: dt.date, name: Any) -> Any:
    return (
        select(name, func.count(Entry.id.distinct()).label("lines"), func.sum(Leg.amount_cents).label("cents"))
        .select_from(Leg)
        .join(Entry, Entry.id == Leg.entry_id)
        .where(Leg.fund_id == fund.id, Leg.account == Account.EXPENSE.value, Entry.effective_on.between(first, last))
    )

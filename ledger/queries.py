"""Reads inside the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from core import clock
from core.db import db
from ledger.document_rules import parse_rule
from ledger.models import Entry, LedgerCounter, Leg, Obligation, PersonYear, Policy, PolicyVersion
from ledger.policy import can_see, can_see_all
from ledger.rules import ObligationState, fiscal_year
from people.models import District, Person


def fiscal_month() -> int:
    """The month in which the district's fiscal year begins (1 to 12)."""
    return db.session.scalar(select(District.fiscal_year_starts_month)) or 7


def current_fiscal_year() -> int:
    """The fiscal year of today, named by the year in which it ends."""
    return fiscal_year(clock.today(), fiscal_month())


def last_sequence() -> int:
    """The sequence number of the newest entry; 0 in an empty ledger."""
    return db.session.scalar(select(func.max(Entry.sequence))) or 0


def counter() -> int:
    """The last sequence number given out."""
    return db.session.scalar(select(LedgerCounter.last)) or 0


def obligation(key: int, user: Person) -> Obligation | None:
    """An obligation with all that its page shows; None where it is no business of this user."""
    row = db.session.scalar(
        select(Obligation)
        .options(
            joinedload(Obligation.person),
            joinedload(Obligation.approved_by),
            joinedload(Obligation.policy_version),
            joinedload(Obligation.fund),
            selectinload(Obligation.entries).selectinload(Entry.legs).joinedload(Leg.fund),
            selectinload(Obligation.entries).joinedload(Entry.posted_by),
        )
        .where(Obligation.id == key)
    )
    return row if row is not None and can_see(user, row) else None


@dataclass(frozen=True)
class CapUse:
    """How much of a yearly cap is used: ``cap_cents`` is None where the policy has none."""

    policy: str
    used_cents: int
    cap_cents: int | None

    @property
    def left_cents(self) -> int | None:
        return None if self.cap_cents is None else max(0, self.cap_cents - self.used_cents)


@dataclass(frozen=True)
class YearOfEarnings:
    """What one person earned in one fiscal year."""

    fiscal_year: int
    years: Sequence[int]
    earned: Sequence[Obligation]
    refused: Sequence[Obligation]
    caps: Sequence[CapUse]

    @property
    def total_cents(self) -> int:
        return sum(row.amount_cents for row in self.earned if row.state == ObligationState.PAYABLE)


def year_of(person: Person, year: int | None = None) -> YearOfEarnings:
    """What ``person`` earned in fiscal ``year`` (the current one by default), the newest first, and the use of her yearly caps."""
    current = current_fiscal_year()
    year = year or current
    years = sorted({current, *db.session.scalars(select(Obligation.fiscal_year).where(Obligation.person_id == person.id).distinct())}, reverse=True)
    rows = db.session.scalars(
        select(Obligation)
        .options(joinedload(Obligation.policy_version), joinedload(Obligation.fund), selectinload(Obligation.entries))
        .where(Obligation.person_id == person.id, Obligation.fiscal_year == year)
        .order_by(Obligation.earned_on.desc(), Obligation.id.desc())
    ).all()
    last: dict[tuple[str, str], int] = {}
    for row in rows:
        last[row.source, row.kind] = max(row.attempt, last.get((row.source, row.kind), 0))
    return YearOfEarnings(
        year,
        years,
        [row for row in rows if row.state != ObligationState.REFUSED],
        [row for row in rows if row.state == ObligationState.REFUSED and row.attempt == last[row.source, row.kind]],
        caps_of(person, year, current),
    )


def caps_of(person: Person, year: int, current: int) -> list[CapUse]:
    """The yearly caps that concern a person: those she has used in that year, and in the current year those in force for her now, used
    or not, so that she sees the room before she chooses."""
    used = db.session.execute(
        select(Policy.id, Policy.name, PersonYear.used_cents, PersonYear.cap_cents)
        .join(Policy, Policy.id == PersonYear.policy_id)
        .where(PersonYear.person_id == person.id, PersonYear.fiscal_year == year)
    ).all()
    found = {row.id: CapUse(row.name, row.used_cents, row.cap_cents) for row in used}
    if year == current:
        for version in versions_in_force(clock.today(), person.bargaining_unit):
            cap = parse_rule(version.rule).cap
            known = found.get(version.policy_id)
            if cap is not None or known is not None:
                found[version.policy_id] = CapUse(version.policy.name, known.used_cents if known else 0, cap.cents if cap else None)
    return sorted((use for use in found.values() if use.cap_cents is not None), key=lambda use: use.policy)


def versions_for(kinds: Sequence[str]) -> list[PolicyVersion]:
    """Every version of the policies that speak about these kinds of earning."""
    return list(db.session.scalars(select(PolicyVersion).join(PolicyVersion.policy).where(Policy.earning_kind.in_(kinds)).order_by(PolicyVersion.id)))


def versions_in_force(day: dt.date, bargaining_unit: str) -> list[PolicyVersion]:
    """The version of each policy that is in force for a bargaining unit on a day."""
    rows = db.session.scalars(select(PolicyVersion).where(PolicyVersion.starts_on <= day, PolicyVersion.bargaining_unit.in_([bargaining_unit, ""]))).all()
    by_policy: dict[int, list[PolicyVersion]] = {}
    for row in rows:
        by_policy.setdefault(row.policy_id, []).append(row)
    return [version for versions in by_policy.values() if (version := in_force(versions, bargaining_unit, day))]


def in_force(versions: Sequence[PolicyVersion], bargaining_unit: str, day: dt.date) -> PolicyVersion | None:
    """Of one policy's versions the one in force for a bargaining unit on a day: the unit's own before the one for everybody, and of those
    the latest to begin. A unit's own version that has ended does not fall back to its own earlier one."""
    for unit in dict.fromkeys((bargaining_unit, "")):
        begun = [v for v in versions if v.bargaining_unit == unit and v.starts_on <= day]
        latest = max(begun, key=lambda v: v.starts_on, default=None)
        if latest is not None and (latest.ends_on is None or day <= latest.ends_on):
            return latest
    return None


@dataclass(frozen=True)
class EntryFilter:
    """What the list of entries may be narrowed by; None leaves out that filter."""

    posted_from: dt.date | None = None
    posted_to: dt.date | None = None
    kind: str | None = None
    fund: str | None = None
    person: int | None = None
    after: int | None = None


def entries_for(user: Person, wanted: EntryFilter) -> Select[Any]:
    """The entries this user may see, by sequence: her own, or all for those who see the district's money."""
    statement = (
        select(Entry).join(Entry.obligation).options(joinedload(Entry.obligation), selectinload(Entry.legs).joinedload(Leg.fund)).order_by(Entry.sequence)
    )
    if not can_see_all(user):
        statement = statement.where(Obligation.person_id == user.id)
    if wanted.person is not None:
        statement = statement.where(Obligation.person_id == wanted.person)
    if wanted.posted_from is not None:
        statement = statement.where(Entry.effective_on >= wanted.posted_from)
    if wanted.posted_to is not None:
        statement = statement.where(Entry.effective_on <= wanted.posted_to)
    if wanted.kind is not None:
        statement = statement.where(Entry.kind == wanted.kind)
    if wanted.fund is not None:
        statement = statement.where(Entry.legs.any(Leg.fund.has(code=wanted.fund)))
    if wanted.after is not None:
        statement = statement.where(Entry.sequence > wanted.after)
    return statement

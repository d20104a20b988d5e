"""Policies, funds, obligations and the append-only ledger.

The database repeats every invariant (migration 0003): triggers refuse UPDATE, DELETE and TRUNCATE on ``entry`` and ``leg``; a deferred
constraint trigger refuses an entry whose legs do not sum to zero per fund and account string, and an obligation whose entries do not
add up to its amount; ``sequence`` has no gaps; a yearly total cannot pass its cap; a policy version that somebody was paid by, and the
names under which it was printed, do not change any more.
"""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Key
from ledger.rules import Account, Earning, EntryKind, ObligationState
from people.models import Person, School


def _in(values: Any) -> str:
    return ", ".join(f"'{v.value}'" for v in values)


class Fund(Base):
    """Where money comes from: its budget for a period, and the account string of each line charged to it."""

    __tablename__ = "fund"
    __table_args__ = (CheckConstraint("budget_cents >= 0", name="budget_not_negative"), CheckConstraint("ends_on >= starts_on", name="ends_after_start"))

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    account_string: Mapped[str] = mapped_column(String(80))
    budget_cents: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]


class FundBalance(Base):
    """How much of a fund is accrued, net of reversals: kept by trigger ``leg_counts`` from the legs, so that nobody sums a million of
    them, and locked by whoever posts to the fund. The row is made with its fund; ``flask ledger verify`` recomputes it."""

    __tablename__ = "fund_balance"

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True, autoincrement=False)
    accrued_cents: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))


class Policy(Base):
    """A money rule under a name; what it says stands in its dated versions. One policy speaks about one kind of earning, because a
    source and kind are paid at most once."""

    __tablename__ = "policy"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    earning_kind: Mapped[str] = mapped_column(String(40), unique=True)


class PolicyVersion(Base):
    """What the policy says from one day on for one bargaining unit ('' is everybody). ``rule`` is read by
    :func:`ledger.document_rules.parse_rule`."""

    __tablename__ = "policy_version"
    __table_args__ = (
        UniqueConstraint("policy_id", "number"),
        UniqueConstraint("policy_id", "bargaining_unit", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
    )

    id: Mapped[Key]
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"))
    number: Mapped[int]
    bargaining_unit: Mapped[str] = mapped_column(String(40), default="")
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    source: Mapped[str] = mapped_column(Text, default="")

    policy: Mapped[Policy] = relationship(lazy="joined", innerjoin=True)
    fund: Mapped[Fund] = relationship(lazy="joined", innerjoin=True)


class PersonYear(Base):
    """How much somebody has got under one policy in one fiscal year: the row that is locked while a cap is checked."""

    __tablename__ = "person_year"
    __table_args__ = (
        CheckConstraint("used_cents >= 0", name="used_not_negative"),
        CheckConstraint("cap_cents IS NULL OR used_cents <= cap_cents", name="cap_holds"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(primary_key=True)
    used_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    cap_cents: Mapped[int | None] = mapped_column(BigInteger)


class Obligation(Base):
    """What the district owes somebody for one thing, or why it owes nothing. The natural key makes a story told twice pay once.

    What was refused or reversed can be tried again, on the earning as it was told the first time: that is a further row with the next
    ``attempt``, and ``uq_obligation_live`` lets only one of them be owed.
    """

    __tablename__ = "obligation"
    __table_args__ = (
        CheckConstraint(f"state IN ({_in(ObligationState)})", name="state_known"),
        CheckConstraint("(state = 'refused') = (amount_cents = 0)", name="refused_is_nothing"),
        CheckConstraint("amount_cents >= 0", name="amount_not_negative"),
        CheckConstraint("state = 'refused' OR (policy_version_id IS NOT NULL AND fund_id IS NOT NULL)", name="owed_under_a_policy"),
        CheckConstraint("(state = 'refused') = (refusal_rule IS NOT NULL)", name="refusal_names_its_rule"),
        CheckConstraint("approved_by_id IS NULL OR approved_by_id <> person_id", name="nobody_approves_her_own"),
        UniqueConstraint("source", "kind", "attempt"),
        Index("uq_obligation_live", "source", "kind", unique=True, postgresql_where=text("state = 'payable'")),
        Index("ix_obligation_register", "earned_on", "fund_id", "school_id"),
    )

    id: Mapped[Key]
    natural_key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(80))
    attempt: Mapped[int] = mapped_column(SmallInteger, default=1)
    #: The measures as they were told: {"advertised_cents": n, "hours": "6.5", "facts": {...}}.
    told: Mapped[dict[str, Any]] = mapped_column(JSONB)
    description: Mapped[str] = mapped_column(String(300))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    policy_version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"), index=True)
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"))
    fiscal_year: Mapped[int]
    earned_on: Mapped[dt.date]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: The steps from inputs to the amount: [{"say": code, "facts": {...}, "cents": n}], in order.
    explanation: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    refusal_rule: Mapped[str | None] = mapped_column(String(60))
    # What it was measured by, for rules per hour.
    units: Mapped[decimal.Decimal | None] = mapped_column(Numeric(9, 4))
    rate_cents: Mapped[int | None] = mapped_column(BigInteger)
    # HR facts as they were when it was posted: a register printed again later names the same person and school.
    person_name: Mapped[str] = mapped_column(String(210))
    school_name: Mapped[str] = mapped_column(String(200), default="")
    employee_number: Mapped[str | None] = mapped_column(String(30))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    bargaining_unit: Mapped[str] = mapped_column(String(40))
    flsa_class: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[dt.datetime]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])
    school: Mapped[School | None] = relationship()
    policy_version: Mapped[PolicyVersion | None] = relationship()
    fund: Mapped[Fund | None] = relationship()
    entries: Mapped[list[Entry]] = relationship(back_populates="obligation", order_by="Entry.sequence")

    def earning(self) -> Earning:
        """The earning as it was told, to be judged again."""
        hours = self.told.get("hours")
        return Earning(
            source=self.source,
            kind=self.kind,
            person_id=self.person_id,
            earned_on=self.earned_on,
            description=self.description,
            advertised_cents=self.told.get("advertised_cents"),
            hours=None if hours is None else decimal.Decimal(hours),
            facts=self.told.get("facts", {}),
        )


class Entry(Base):
    """One posting; append-only. ``sequence`` is gap-free, taken from ``ledger_counter`` under its lock."""

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_in(EntryKind)})", name="kind_known"),
        CheckConstraint("(kind = 'reverse') = (reverses_id IS NOT NULL)", name="reversal_names_its_original"),
        CheckConstraint("kind <> 'reverse' OR (posted_by_id IS NOT NULL AND memo <> '')", name="reversal_names_who_and_why"),
        UniqueConstraint("obligation_id", "kind", "cycle"),
        Index("ix_entry_register", "effective_on", "sequence"),
    )

    id: Mapped[Key]
    sequence: Mapped[int] = mapped_column(BigInteger, unique=True)
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    cycle: Mapped[int] = mapped_column(default=1)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"), unique=True)
    #: The day it counts for in registers: an accrual, the day the work was done; a reversal, the day it was posted, so that a period
    #: that was reported does not change afterwards.
    effective_on: Mapped[dt.date]
    posted_at: Mapped[dt.datetime]
    posted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: Why, in the words of whoever reversed it; empty for an accrual.
    memo: Mapped[str] = mapped_column(String(300), default="")
    #: How many legs it was posted with: no leg can be slipped in afterwards.
    leg_count: Mapped[int] = mapped_column(SmallInteger)

    obligation: Mapped[Obligation] = relationship(back_populates="entries")
    posted_by: Mapped[Person | None] = relationship()
    legs: Mapped[list[Leg]] = relationship(back_populates="entry", order_by="Leg.id")


class Leg(Base):
    """One side of an entry: so many cents on an account of a fund; debits positive, credits negative."""

    __tablename__ = "leg"
    __table_args__ = (CheckConstraint(f"account IN ({_in(Account)})", name="account_known"), CheckConstraint("amount_cents <> 0", name="amount_not_zero"))

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), index=True)
    account: Mapped[str] = mapped_column(String(12))
    account_string: Mapped[str] = mapped_column(String(80))
    amount_cents: Mapped[int] = mapped_column(BigInteger)

    entry: Mapped[Entry] = relationship(back_populates="legs")
    fund: Mapped[Fund] = relationship()


class LedgerCounter(Base):
    """The last sequence number given out: one row, locked by whoever posts."""

    __tablename__ = "ledger_counter"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1, server_default=text("1"))
    last: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))

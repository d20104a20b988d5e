"""Money rules: what an earning is, how a policy turns it into cents, and why. Standard library only; integer cents throughout."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Any


class Account(enum.StrEnum):
    """The few accounts of a fund. The subledger hands lines to payroll; the ERP stays the general ledger."""

    EXPENSE = "expense"
    PAYABLE = "payable"
    EXPORTED = "exported"
    PAID = "paid"


class EntryKind(enum.StrEnum):
    """What a posting does."""

    ACCRUE = "accrue"
    REVERSE = "reverse"


class ObligationState(enum.StrEnum):
    """Where an obligation stands; ``refused`` owes nothing and says why."""

    PAYABLE = "payable"
    REFUSED = "refused"
    REVERSED = "reversed"


@dataclass(frozen=True)
class Earning:
    """What a workflow offers: who did what, and when. ``source`` and ``kind`` together are told at most once.

    ``advertised_cents`` is what the teacher was shown when she chose; the policy says whether it counts. ``hours`` is the measure
    for rules per hour.
    """

    source: str
    kind: str
    person_id: int
    earned_on: dt.date
    description: str
    advertised_cents: int | None = None
    hours: float | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def natural_key(self) -> str:
        return f"{self.source}/{self.kind}"


def fiscal_year(day: dt.date, starts_month: int = 7) -> int:
    """The fiscal year a day lies in, named by the calendar year in which it ends.

    >>> fiscal_year(dt.date(2026, 7, 1)), fiscal_year(dt.date(2026, 6, 30))
    (2027, 2026)
    """
    return day.year + 1 if starts_month > 1 and day.month >= starts_month else day.year

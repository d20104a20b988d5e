"""Money rules: what an earning is, how a policy turns it into cents, and why. Standard library only; integer cents throughout.

:func:`price` is the whole decision as one pure function. It answers with steps, each a stable code with its facts and cents, so that
a page can word them in the reader's language; every refusal carries the code of its rule (:class:`Refusal`).
The documents in which a district writes its rules are read by :mod:`ledger.document_rules`.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
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


class ObligationAct(enum.StrEnum):
    """What can happen to an obligation after it was made."""

    REVERSE = "reverse"


#: A reversed obligation stays reversed: what is owed after all is told anew, under its own source.
MOVES: dict[tuple[ObligationState, ObligationAct], ObligationState] = {
    (ObligationState.PAYABLE, ObligationAct.REVERSE): ObligationState.REVERSED,
}


class MoveRefused(ValueError):
    """An act that the state does not allow."""

    def __init__(self, state: ObligationState, act: ObligationAct) -> None:
        super().__init__(f"{act.value} is not possible when {state.value}")
        self.state = state
        self.act = act


def next_state(state: ObligationState, act: ObligationAct) -> ObligationState:
    """The state after ``act``. Raises :class:`MoveRefused` where the table has no such move.

    >>> next_state(ObligationState.PAYABLE, ObligationAct.REVERSE)
    <ObligationState.REVERSED: 'reversed'>
    """
    try:
        return MOVES[(state, act)]
    except KeyError:
        raise MoveRefused(state, act) from None


class Refusal(enum.StrEnum):
    """Why nothing is owed: the code of the rule. Its sentence and its remedy stand in :mod:`ledger.wording`."""

    NO_POLICY = "no-policy"
    NO_EMPLOYEE_NUMBER = "no-employee-number"
    NOT_EMPLOYED = "not-employed"
    NONEXEMPT_FLAT = "nonexempt-flat"
    NONEXEMPT = "nonexempt"
    OUTSIDE_FUND_PERIOD = "outside-fund-period"
    NO_AMOUNT = "no-amount"
    NO_HOURS = "no-hours"
    YEARLY_CAP = "yearly-cap"
    OVER_BUDGET = "over-budget"


class AmountKind(enum.StrEnum):
    """How a policy measures: one amount for all, the amount the teacher was shown, or a rate for each hour."""

    FLAT = "flat"
    ADVERTISED = "advertised"
    PER_HOUR = "per_hour"


class OnExceed(enum.StrEnum):
    """What happens to an earning that does not fit under the yearly cap."""

    PAY_REST = "pay_rest"
    REFUSE = "refuse"


class OverBudget(enum.StrEnum):
    """What happens when the fund's budget does not cover an earning."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True)
class Earning:
    """What a workflow offers: who did what, and when. ``source`` and ``kind`` together are told at most once.

    ``advertised_cents`` is what the teacher was shown when she chose; the policy says whether it counts. ``hours`` is the measure
    for rules per hour; a float is read by its shortest decimal writing, so 6.5 is exactly six and a half.
    Raises :class:`ValueError` for an amount that is not a whole number of cents, and for negative measures.
    """

    source: str
    kind: str
    person_id: int
    earned_on: dt.date
    description: str
    advertised_cents: int | None = None
    hours: Decimal | float | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.source or not self.kind:
            raise ValueError("An earning needs its source and its kind: they are how it is told only once.")
        if self.advertised_cents is not None and (type(self.advertised_cents) is not int or self.advertised_cents < 0):
            raise ValueError(f"advertised_cents is {self.advertised_cents!r}; it must be a whole number of cents, zero or more.")
        if self.hours is not None and not (Decimal(str(self.hours)).is_finite() and self.hours >= 0):
            raise ValueError(f"hours is {self.hours!r}; it must be a number, zero or more.")

    @property
    def natural_key(self) -> str:
        return f"{self.source}/{self.kind}"

    @property
    def exact_hours(self) -> Decimal | None:
        return None if self.hours is None else Decimal(str(self.hours))


@dataclass(frozen=True)
class Cap:
    """At most so many cents a person and fiscal year under one policy."""

    cents: int
    on_exceed: OnExceed


@dataclass(frozen=True)
class Split:
    """A share of each line charged to one account string. ``parts`` are ten-thousandths of a percent: 60 % is 600,000."""

    account_string: str
    parts: int


#: The parts of all splits together: 100 %.
WHOLE = 1_000_000


@dataclass(frozen=True)
class Rule:
    """What one policy version says. An empty ``splits`` charges everything to the fund's own account string."""

    kind: AmountKind
    cents: int | None = None
    cap: Cap | None = None
    exempt_only: bool = True
    over_budget: OverBudget = OverBudget.WARN
    splits: tuple[Split, ...] = ()

    @property
    def is_lump(self) -> bool:
        """A sum that does not depend on hours worked."""
        return self.kind is not AmountKind.PER_HOUR


@dataclass(frozen=True)
class PersonFacts:
    """HR facts of the payee as they are when it is priced."""

    employee_number: str | None
    exempt: bool
    hired_on: dt.date | None
    left_on: dt.date | None


@dataclass(frozen=True)
class FundFacts:
    """The fund that would pay: its period, its budget, and how much is accrued already (cents)."""

    code: str
    starts_on: dt.date
    ends_on: dt.date
    budget_cents: int
    accrued_cents: int
    account_string: str


@dataclass(frozen=True)
class YearFacts:
    """The fiscal year of the earning and what the person has got in it under this policy (cents)."""

    fiscal_year: int
    used_cents: int


@dataclass(frozen=True)
class Step:
    """One step from the inputs to the amount: what is said (a code), with which facts (JSON values), and the cents after it."""

    say: str
    facts: dict[str, Any] = field(default_factory=dict)
    cents: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"say": self.say, "facts": self.facts, "cents": self.cents}


@dataclass(frozen=True)
class Outcome:
    """What is owed (cents, 0 when refused), every step that led there, and the account lines that add up to it."""

    amount_cents: int
    steps: tuple[Step, ...]
    refusal: Refusal | None
    lines: tuple[tuple[str, int], ...] = ()
    units: Decimal | None = None
    rate_cents: int | None = None


def fiscal_year(day: dt.date, starts_month: int = 7) -> int:
    """The fiscal year a day lies in, named by the calendar year in which it ends.

    >>> fiscal_year(dt.date(2026, 7, 1)), fiscal_year(dt.date(2026, 6, 30))
    (2027, 2026)
    """
    return day.year + 1 if starts_month > 1 and day.month >= starts_month else day.year


def fiscal_year_days(year: int, starts_month: int = 7) -> tuple[dt.date, dt.date]:
    """The first and the last day of a fiscal year.

    >>> fiscal_year_days(2027)
    (datetime.date(2026, 7, 1), datetime.date(2027, 6, 30))
    """
    first = dt.date(year - 1 if starts_month > 1 else year, starts_month, 1)
    return first, dt.date(first.year + 1, first.month, 1) - dt.timedelta(days=1)


def cents_of(value: Decimal) -> int:
    """An exact number of cents rounded to a whole one, half away from zero.

    >>> cents_of(Decimal("4062.5")), cents_of(Decimal("4062.4"))
    (4063, 4062)
    """
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def split(cents: int, shares: Sequence[int]) -> list[int]:
    """``cents`` (zero or more) divided in proportion to ``shares`` (whole, positive), exact to the cent.

    Largest remainder: everybody gets the whole cents of the exact share, the cents left over go to the largest remainders, and among
    equals to the earlier line.

    >>> split(20000, [60, 40]), split(100, [1, 1, 1])
    ([12000, 8000], [34, 33, 33])
    """
    whole = sum(shares)
    if cents < 0 or whole <= 0 or any(share < 0 for share in shares):
        raise ValueError("A split needs an amount of zero or more, and shares that are not negative and not all zero.")
    parts = [cents * share // whole for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda line: (-(cents * shares[line] % whole), line))
    for line in by_remainder[: cents - sum(parts)]:
        parts[line] += 1
    return parts


def price(earning: Earning, person: PersonFacts, rule: Rule, fund: FundFacts, year: YearFacts) -> Outcome:
    """What ``rule`` owes for ``earning``, and every step that says why.

    The conditions come first, in the order in which a person could mend them; then the measure, the yearly cap, the budget, and the
    split over account strings. The first condition that fails ends it with its rule's code.
    """
    steps: list[Step] = []

    def refused(rule_broken: Refusal, **facts: Any) -> Outcome:
        return Outcome(0, (*steps, Step("refused", {"rule": rule_broken.value} | facts, 0)), rule_broken)

    day = earning.earned_on.isoformat()
    if not person.employee_number:
        return refused(Refusal.NO_EMPLOYEE_NUMBER)
    if (person.hired_on and earning.earned_on < person.hired_on) or (person.left_on and earning.earned_on > person.left_on):
        return refused(Refusal.NOT_EMPLOYED, day=day, hired_on=_day(person.hired_on), left_on=_day(person.left_on))
    steps.append(Step("employed", {"day": day, "employee_number": person.employee_number}))
    if rule.exempt_only and not person.exempt:
        return refused(Refusal.NONEXEMPT_FLAT if rule.is_lump else Refusal.NONEXEMPT)
    if rule.exempt_only:
        steps.append(Step("exempt"))
    if not fund.starts_on <= earning.earned_on <= fund.ends_on:
        return refused(Refusal.OUTSIDE_FUND_PERIOD, day=day, fund=fund.code, starts_on=_day(fund.starts_on), ends_on=_day(fund.ends_on))
    steps.append(Step("fund-period", {"fund": fund.code, "day": day, "starts_on": _day(fund.starts_on), "ends_on": _day(fund.ends_on)}))

    hours = earning.exact_hours
    if rule.kind is AmountKind.PER_HOUR:
        if not hours:
            return refused(Refusal.NO_HOURS)
        amount = cents_of(hours * (rule.cents or 0))
        steps.append(Step("per-hour", {"hours": _plain(hours), "rate_cents": rule.cents}, amount))
    elif rule.kind is AmountKind.FLAT:
        amount = rule.cents or 0
        steps.append(Step("flat", {}, amount))
    else:
        amount = earning.advertised_cents or 0
        if amount:
            steps.append(Step("advertised", {}, amount))
    if amount <= 0:
        return refused(Refusal.NO_AMOUNT)

    if rule.cap is not None:
        room = max(0, rule.cap.cents - year.used_cents)
        facts = {"cap_cents": rule.cap.cents, "used_cents": year.used_cents, "room_cents": room, "fiscal_year": year.fiscal_year}
        if amount <= room:
            steps.append(Step("cap-room", facts, amount))
        elif room and rule.cap.on_exceed is OnExceed.PAY_REST:
            steps.append(Step("cap-rest", facts | {"asked_cents": amount, "unpaid_cents": amount - room}, room))
            amount = room
        else:
            return refused(Refusal.YEARLY_CAP, **facts, asked_cents=amount)

    left = fund.budget_cents - fund.accrued_cents
    budget = {"fund": fund.code, "budget_cents": fund.budget_cents, "accrued_cents": fund.accrued_cents, "left_cents": left}
    if amount <= left:
        steps.append(Step("budget", budget, amount))
    elif rule.over_budget is OverBudget.WARN:
        steps.append(Step("budget-warned", budget, amount))
    else:
        return refused(Refusal.OVER_BUDGET, **budget, asked_cents=amount)

    lines = charge(amount, rule, fund.account_string)
    if rule.splits:
        shown = [
            {"account_string": s.account_string, "percent": _plain(Decimal(s.parts) / 10_000), "cents": c}
            for s, (_a, c) in zip(rule.splits, lines, strict=True)
        ]
        steps.append(Step("split", {"lines": shown}, amount))
    steps.append(Step("owed", {}, amount))
    per_hour = rule.kind is AmountKind.PER_HOUR
    return Outcome(amount, tuple(steps), None, lines, units=hours if per_hour else None, rate_cents=rule.cents if per_hour else None)


def charge(amount_cents: int, rule: Rule, account_string: str) -> tuple[tuple[str, int], ...]:
    """The account lines that an amount is charged to, exact to the cent; a line may be zero where the amount is smaller than its
    number of lines."""
    if not rule.splits:
        return ((account_string, amount_cents),)
    return tuple(zip((s.account_string for s in rule.splits), split(amount_cents, [s.parts for s in rule.splits]), strict=True))


def no_policy(earning: Earning, bargaining_unit: str) -> Outcome:
    """The outcome where no policy speaks about this kind of earning for this unit on that day."""
    facts = {"rule": Refusal.NO_POLICY.value, "kind": earning.kind, "bargaining_unit": bargaining_unit, "day": earning.earned_on.isoformat()}
    return Outcome(0, (Step("refused", facts, 0),), Refusal.NO_POLICY)


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _plain(value: Decimal) -> str:
    """A decimal without an exponent or trailing zeros.

    >>> _plain(Decimal("60.0000")), _plain(Decimal("6.50")), _plain(Decimal("100"))
    ('60', '6.5', '100')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

"""The money rules as tables: both sides of every condition, and the worked examples of the specification."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.document_rules import parse_rule
from ledger.rules import (
    MOVES,
    Earning,
    FundFacts,
    MoveRefused,
    ObligationAct,
    ObligationState,
    PersonFacts,
    Refusal,
    YearFacts,
    cents_of,
    fiscal_year,
    fiscal_year_days,
    next_state,
    price,
    split,
)

DAY = dt.date(2026, 5, 4)
TEACHER = PersonFacts(employee_number="004711", exempt=True, hired_on=dt.date(2020, 8, 1), left_on=None)
FUND = FundFacts("GENERAL", dt.date(2025, 7, 1), dt.date(2026, 6, 30), 10_000_000, 0, "01-2213-150")


def earning(cents: int | None = 20000, **given: Any) -> Earning:
    return Earning(
        **{"source": "award:7", "kind": "stipend", "person_id": 1, "earned_on": DAY, "description": "Co-teaching", "advertised_cents": cents} | given
    )


def outcome(rule: dict[str, Any], told: Earning | None = None, person: PersonFacts = TEACHER, fund: FundFacts = FUND, used: int = 0):  # type: ignore[no-untyped-def]
    return price(told or earning(), person, parse_rule(rule), fund, YearFacts(2026, used))


# The measure


@pytest.mark.parametrize(
    ("amount", "told", "cents"),
    [
        ("advertised", earning(20000), 20000),
        ("advertised", earning(1), 1),
        ({"flat_cents": 15000}, earning(20000), 15000),
        ({"flat_cents": 15000}, earning(None), 15000),
        ({"per_hour_cents": 2500}, earning(None, hours=6.5), 16250),  # S02
        ({"per_hour_cents": 2500}, earning(None, hours=Decimal("0.01")), 25),
        ({"per_hour_cents": 625}, earning(None, hours=6.5), 4063),  # S02: 4062.5, half away from zero
        ({"per_hour_cents": 1}, earning(None, hours=Decimal("0.5")), 1),
    ],
)
def test_the_measure_is_what_was_advertised_a_flat_amount_or_a_rate_for_each_hour(amount: Any, told: Earning, cents: int) -> None:
    found = outcome({"amount": amount}, told)
    assert (found.amount_cents, found.refusal) == (cents, None)
    assert found.lines == (("01-2213-150", cents),)


def test_a_rule_per_hour_keeps_its_hours_and_rate_for_the_register() -> None:
    found = outcome({"amount": {"per_hour_cents": 2500}}, earning(None, hours=6.5))
    assert (found.units, found.rate_cents) == (Decimal("6.5"), 2500)
    assert outcome({"amount": "advertised"}).units is None


@pytest.mark.parametrize(
    ("amount", "told", "rule"),
    [
        ("advertised", earning(None), Refusal.NO_AMOUNT),
        ("advertised", earning(0), Refusal.NO_AMOUNT),
        ({"per_hour_cents": 2500}, earning(20000, hours=None), Refusal.NO_HOURS),
        ({"per_hour_cents": 2500}, earning(20000, hours=0.0), Refusal.NO_HOURS),
        ({"per_hour_cents": 1}, earning(None, hours=Decimal("0.4")), Refusal.NO_AMOUNT),
    ],
)
def test_without_a_measure_nothing_is_owed(amount: Any, told: Earning, rule: Refusal) -> None:
    found = outcome({"amount": amount}, told)
    assert (found.amount_cents, found.refusal, found.lines) == (0, rule, ())


# The conditions, each with the last value that passes and the first that does not


@pytest.mark.parametrize(
    ("person", "refusal"),
    [
        (TEACHER, None),
        (dataclasses.replace(TEACHER, employee_number=None), Refusal.NO_EMPLOYEE_NUMBER),
        (dataclasses.replace(TEACHER, employee_number=""), Refusal.NO_EMPLOYEE_NUMBER),
        (dataclasses.replace(TEACHER, hired_on=DAY), None),
        (dataclasses.replace(TEACHER, hired_on=DAY + dt.timedelta(days=1)), Refusal.NOT_EMPLOYED),
        (dataclasses.replace(TEACHER, hired_on=None), None),
        (dataclasses.replace(TEACHER, left_on=DAY), None),
        (dataclasses.replace(TEACHER, left_on=DAY - dt.timedelta(days=1)), Refusal.NOT_EMPLOYED),
        (dataclasses.replace(TEACHER, exempt=False), Refusal.NONEXEMPT_FLAT),  # S12c
    ],
)
def test_the_payee_must_be_known_to_payroll_employed_that_day_and_salaried(person: PersonFacts, refusal: Refusal | None) -> None:
    assert outcome({"amount": "advertised"}, person=person).refusal == refusal


@pytest.mark.parametrize(
    ("amount", "flsa", "exempt", "refusal"),
    [
        ({"flat_cents": 100}, "exempt", False, Refusal.NONEXEMPT_FLAT),
        ({"per_hour_cents": 100}, "exempt", False, Refusal.NONEXEMPT),
        ({"per_hour_cents": 100}, "any", False, None),
        ({"per_hour_cents": 100}, "any", True, None),
        ({"per_hour_cents": 100}, "exempt", True, None),
    ],
)
def test_hourly_staff_never_get_a_lump_sum_and_an_hourly_rate_only_where_the_rule_says_so(
    amount: Any, flsa: str, exempt: bool, refusal: Refusal | None
) -> None:
    person = dataclasses.replace(TEACHER, exempt=exempt)
    assert outcome({"amount": amount, "flsa": flsa}, earning(hours=1.0), person).refusal == refusal


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (FUND.starts_on - dt.timedelta(days=1), Refusal.OUTSIDE_FUND_PERIOD),
        (FUND.starts_on, None),
        (FUND.ends_on, None),
        (FUND.ends_on + dt.timedelta(days=1), Refusal.OUTSIDE_FUND_PERIOD),
    ],
)
def test_the_work_must_lie_in_the_funds_period_whenever_it_is_paid(day: dt.date, refusal: Refusal | None) -> None:
    assert outcome({"amount": "advertised"}, earning(earned_on=day)).refusal == refusal


# The yearly cap


@pytest.mark.parametrize(
    ("used", "cents", "on_exceed", "owed", "refusal"),
    [
        (0, 20000, "pay_rest", 20000, None),
        (130000, 20000, "pay_rest", 20000, None),
        (130001, 20000, "pay_rest", 19999, None),
        (149999, 20000, "pay_rest", 1, None),
        (150000, 20000, "pay_rest", 0, Refusal.YEARLY_CAP),
        (160000, 20000, "pay_rest", 0, Refusal.YEARLY_CAP),  # a later version of the policy has a lower cap than what was paid already
        (0, 200000, "pay_rest", 150000, None),
        (130000, 20000, "refuse", 20000, None),
        (130001, 20000, "refuse", 0, Refusal.YEARLY_CAP),
        (150000, 20000, "refuse", 0, Refusal.YEARLY_CAP),
    ],
)
def test_the_yearly_cap_is_never_passed(used: int, cents: int, on_exceed: str, owed: int, refusal: Refusal | None) -> None:
    found = outcome({"amount": "advertised", "cap": {"yearly_cents": 150000, "on_exceed": on_exceed}}, earning(cents), used=used)
    assert (found.amount_cents, found.refusal) == (owed, refusal)


def test_what_does_not_fit_under_the_cap_is_said_so_that_it_is_not_lost() -> None:
    """S05: three of 200 dollars, cap 500 a year: 200, 200, then 100; the last 100 stand in the explanation as unpaid."""
    rule = {"amount": "advertised", "cap": {"yearly_cents": 50000, "on_exceed": "pay_rest"}}
    used, paid = 0, []
    for _n in range(3):
        found = outcome(rule, used=used)
        paid.append(found.amount_cents)
        used += found.amount_cents
    assert paid == [20000, 20000, 10000]
    cut = next(step for step in found.steps if step.say == "cap-rest")
    assert cut.facts["unpaid_cents"] == 10000


def test_two_windows_of_300_dollars_under_a_cap_of_500_pay_300_and_then_200() -> None:
    """S05 by windows: January 30000, June 20000, 10000 left over."""
    rule = {"amount": "advertised", "cap": {"yearly_cents": 50000}}
    january, june = outcome(rule, earning(30000)), outcome(rule, earning(30000), used=30000)
    assert (january.amount_cents, june.amount_cents) == (30000, 20000)


# The budget


@pytest.mark.parametrize(
    ("accrued", "over_budget", "owed", "refusal", "said"),
    [
        (9_980_000, "block", 20000, None, "budget"),
        (9_980_001, "block", 0, Refusal.OVER_BUDGET, "refused"),
        (9_980_000, "warn", 20000, None, "budget"),
        (9_980_001, "warn", 20000, None, "budget-warned"),
    ],
)
def test_over_the_budget_a_rule_blocks_or_warns_and_says_which(accrued: int, over_budget: str, owed: int, refusal: Refusal | None, said: str) -> None:
    found = outcome({"amount": "advertised", "over_budget": over_budget}, fund=dataclasses.replace(FUND, accrued_cents=accrued))
    assert (found.amount_cents, found.refusal) == (owed, refusal)
    assert said in {step.say for step in found.steps}


# The split


@pytest.mark.parametrize(
    ("cents", "shares", "parts"),
    [
        (20000, [60, 40], [12000, 8000]),  # S10a
        (20001, [60, 40], [12001, 8000]),
        (20002, [60, 40], [12001, 8001]),
        (100, [1, 1, 1], [34, 33, 33]),
        (200, [1, 1, 1], [67, 67, 66]),
        (1, [50, 50], [1, 0]),
        (1, [40, 60], [0, 1]),
        (0, [60, 40], [0, 0]),
        (5, [1, 0], [5, 0]),
        (20000, [333_333, 666_667], [6667, 13333]),
    ],
)
def test_a_split_is_exact_to_the_cent_by_largest_remainder_and_ties_go_to_the_earlier_line(cents: int, shares: list[int], parts: list[int]) -> None:
    assert split(cents, shares) == parts


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_a_split_loses_no_cent_and_strays_less_than_one_from_the_exact_share(cents: int, shares: list[int]) -> None:
    parts = split(cents, shares)
    assert sum(parts) == cents
    assert all(abs(part * sum(shares) - cents * share) < sum(shares) for part, share in zip(parts, shares, strict=True))


@pytest.mark.parametrize(("cents", "shares"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1])])
def test_a_split_of_nothing_or_by_nothing_is_a_mistake(cents: int, shares: list[int]) -> None:
    with pytest.raises(ValueError, match="A split needs"):
        split(cents, shares)


def test_a_split_rule_charges_its_account_lines_and_says_so() -> None:
    found = outcome({"amount": "advertised", "splits": [{"account_string": "A", "percent": 60}, {"account_string": "B", "percent": 40}]})
    assert found.lines == (("A", 12000), ("B", 8000))
    assert next(step for step in found.steps if step.say == "split").facts["lines"] == [
        {"account_string": "A", "percent": "60", "cents": 12000},
        {"account_string": "B", "percent": "40", "cents": 8000},
    ]


# The explanation


def test_the_steps_lead_from_the_person_to_the_amount_in_order() -> None:
    found = outcome({"amount": "advertised", "cap": {"yearly_cents": 150000}})
    assert [step.say for step in found.steps] == ["employed", "exempt", "fund-period", "advertised", "cap-room", "budget", "owed"]


CENTS = st.integers(0, 10**7)


@given(CENTS, CENTS, CENTS, st.sampled_from(["pay_rest", "refuse"]), st.sampled_from(["block", "warn"]), st.booleans())
def test_whatever_is_told_the_last_step_says_the_amount_and_the_lines_add_up_to_it(
    cents: int, used: int, accrued: int, on_exceed: str, over: str, exempt: bool
) -> None:
    rule = {"amount": "advertised", "cap": {"yearly_cents": 150000, "on_exceed": on_exceed}, "over_budget": over}
    found = outcome(rule, earning(cents), dataclasses.replace(TEACHER, exempt=exempt), dataclasses.replace(FUND, accrued_cents=accrued), used)
    assert found.steps[-1].cents == found.amount_cents == sum(c for _a, c in found.lines)
    assert (found.refusal is None) == (found.amount_cents > 0)
    assert found.amount_cents <= max(0, 150000 - used)
    if over == "block":
        assert found.amount_cents == 0 or accrued + found.amount_cents <= FUND.budget_cents


# Values


@pytest.mark.parametrize(
    "wrong",
    [{"advertised_cents": 200.0}, {"advertised_cents": -1}, {"advertised_cents": True}, {"hours": -0.5}, {"hours": float("nan")}, {"source": ""}, {"kind": ""}],
)
def test_an_earning_takes_whole_cents_and_honest_measures_only(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Earning(**{"source": "award:7", "kind": "stipend", "person_id": 1, "earned_on": DAY, "description": "Co-teaching"} | wrong)


@pytest.mark.parametrize(
    ("day", "starts_month", "year"),
    [
        (dt.date(2026, 6, 30), 7, 2026),
        (dt.date(2026, 7, 1), 7, 2027),
        (dt.date(2026, 12, 31), 1, 2026),
        (dt.date(2026, 9, 1), 9, 2027),
        (dt.date(2026, 8, 31), 9, 2026),
    ],
)
def test_a_fiscal_year_is_named_by_the_year_in_which_it_ends(day: dt.date, starts_month: int, year: int) -> None:
    assert fiscal_year(day, starts_month) == year
    first, last = fiscal_year_days(year, starts_month)
    assert first <= day <= last
    assert fiscal_year(last + dt.timedelta(days=1), starts_month) == year + 1


@pytest.mark.parametrize(("exact", "whole"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-0.5", -1)])
def test_cents_round_half_away_from_zero(exact: str, whole: int) -> None:
    assert cents_of(Decimal(exact)) == whole


@pytest.mark.parametrize(("state", "act"), list(itertools.product(ObligationState, ObligationAct)))
def test_only_what_the_table_names_can_happen_to_an_obligation(state: ObligationState, act: ObligationAct) -> None:
    if (state, act) in MOVES:
        assert next_state(state, act) is MOVES[(state, act)]
    else:
        with pytest.raises(MoveRefused):
            next_state(state, act)
    assert dict(MOVES) == {(ObligationState.PAYABLE, ObligationAct.REVERSE): ObligationState.REVERSED}

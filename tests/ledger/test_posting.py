"""An earning is told, and becomes what is owed or a refusal that names its rule; what was owed can be taken back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select

from core import audit, clock
from core.db import db, transaction
from core.errors import BadInput, RuleBroken
from ledger import check_queries, queries, services
from ledger.models import Entry, FundBalance, LedgerCounter, Leg, Obligation, PersonYear
from ledger.rules import Account
from people.models import Person
from people.rules import Role
from tests.factories import ledger as make
from tests.factories import people

pytestmark = pytest.mark.usefixtures("rows")

DAY = dt.date(2026, 5, 4)


def post(*told: Any, actor: Person | None = None) -> list[Obligation]:
    with transaction():
        return services.post_all(told, actor)


def used(person: Person, year: int = 2026) -> int | None:
    return db.session.scalar(select(PersonYear.used_cents).where(PersonYear.person_id == person.id, PersonYear.fiscal_year == year))


def legs_of(row: Obligation) -> list[tuple[str, str, int]]:
    found = select(Leg.account, Leg.account_string, Leg.amount_cents).join(Entry).where(Entry.obligation_id == row.id).order_by(Leg.id)
    return [tuple(leg) for leg in db.session.execute(found)]


def test_an_award_of_a_200_dollar_credential_is_owed_once_however_often_it_is_told() -> None:
    """S01: the award event delivered five times: one entry, 20000."""
    make.policy()
    told = make.earning(people.teacher())
    first = [post(told)[0].id for _n in range(5)]
    assert len(set(first)) == 1
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 1
    (row,) = db.session.scalars(select(Obligation))
    assert (row.state, row.amount_cents, row.natural_key) == ("payable", 20000, f"{told.source}/stipend")


def test_told_twice_in_one_breath_it_is_owed_once() -> None:
    make.policy()
    told = make.earning(people.teacher())
    a, b = post(told, told)
    assert a is b
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 1


def test_one_source_belongs_to_one_person() -> None:
    make.policy()
    told = make.earning(people.teacher())
    post(told)
    with pytest.raises(ValueError, match="told before for another person"):
        post(dataclasses.replace(told, person_id=people.teacher().id))


def test_an_obligation_copies_what_may_change_later() -> None:
    version = make.policy(unit="teachers")
    who, office = people.teacher(flsa_class="exempt", employee_number="00X815"), people.person(Role.COORDINATOR)
    (row,) = post(make.earning(who, earned_on=DAY, facts={"version": 3}), actor=office)
    assert row.policy_version_id == version.id
    assert (row.person_name, row.employee_number, row.bargaining_unit, row.flsa_class) == (who.display_name, "00X815", "teachers", "exempt")
    assert (row.school_id, row.school_name) == (who.school.id, who.school.name)
    assert (row.fiscal_year, row.earned_on, row.approved_by_id) == (2026, DAY, office.id)
    assert row.earning() == make.earning(who, source=row.source, earned_on=DAY, facts={"version": 3})
    assert row.explanation[0]["say"] == "policy"
    assert row.explanation[-1] == {"say": "owed", "facts": {}, "cents": 20000}


def test_each_account_line_is_charged_and_owed_and_the_sum_is_zero() -> None:
    """S10a: 20000 split 60/40."""
    make.policy({"amount": "advertised", "splits": [{"account_string": "01-A", "percent": 60}, {"account_string": "02-B", "percent": 40}]})
    (row,) = post(make.earning(people.teacher()))
    assert legs_of(row) == [("expense", "01-A", 12000), ("payable", "01-A", -12000), ("expense", "02-B", 8000), ("payable", "02-B", -8000)]


def test_a_line_of_nothing_is_not_charged() -> None:
    make.policy({"amount": "advertised", "splits": [{"account_string": "01-A", "percent": 60}, {"account_string": "02-B", "percent": 40}]})
    (row,) = post(make.earning(people.teacher(), 1))
    assert legs_of(row) == [("expense", "01-A", 1), ("payable", "01-A", -1)]


def test_the_cap_of_a_fiscal_year_is_shared_by_its_earnings_and_starts_anew_with_the_next() -> None:
    make.policy({"amount": "advertised", "cap": {"yearly_cents": 50000}})
    who = people.teacher()
    june = [make.earning(who, earned_on=dt.date(2026, 6, 30)) for _n in range(4)]
    july = make.earning(who, earned_on=dt.date(2026, 7, 1))
    rows = post(*june[:2]) + post(*june[2:], july)
    assert [(row.amount_cents, row.refusal_rule) for row in rows] == [(20000, None), (20000, None), (10000, None), (0, "yearly-cap"), (20000, None)]
    assert (used(who, 2026), used(who, 2027)) == (50000, 20000)


def test_each_persons_cap_is_her_own() -> None:
    make.policy({"amount": "advertised", "cap": {"yearly_cents": 20000}})
    a, b = people.teacher(), people.teacher()
    rows = post(make.earning(a, earned_on=DAY), make.earning(b, earned_on=DAY), make.earning(a, earned_on=DAY))
    assert [row.amount_cents for row in rows] == [20000, 20000, 0]


def test_a_lower_cap_from_one_day_on_leaves_what_was_paid_and_refuses_the_rest() -> None:
    first = make.policy({"amount": "advertised", "cap": {"yearly_cents": 100000}})
    make.policy({"amount": "advertised", "cap": {"yearly_cents": 30000}}, of=first.policy, starts_on=dt.date(2026, 1, 1), paid_by=first.fund)
    who = people.teacher()
    rows = post(make.earning(who, 60000, earned_on=dt.date(2025, 12, 31)), make.earning(who, earned_on=dt.date(2026, 1, 1)))
    assert [(row.amount_cents, row.refusal_rule) for row in rows] == [(60000, None), (0, "yearly-cap")]
    assert used(who) == 60000


# Which policy


@pytest.mark.parametrize(
    ("unit", "day", "number"),
    [
        ("teachers", dt.date(2025, 6, 30), None),
        ("teachers", dt.date(2025, 7, 1), 1),
        ("teachers", dt.date(2025, 12, 31), 1),
        ("teachers", dt.date(2026, 1, 1), 2),
        ("teachers", dt.date(2026, 6, 30), 2),
        ("teachers", dt.date(2026, 7, 1), 3),  # the unit's own has ended: the one for everybody counts
        ("support", dt.date(2026, 6, 30), None),
        ("support", dt.date(2026, 7, 1), 3),
        ("", dt.date(2026, 7, 1), 3),
    ],
)
def test_the_version_in_force_is_the_units_own_before_everybodys_and_the_latest_to_begin(unit: str, day: dt.date, number: int | None) -> None:
    one = make.policy(unit="teachers", starts_on=dt.date(2025, 7, 1))
    make.policy(unit="teachers", starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 6, 30), of=one.policy)
    make.policy(starts_on=dt.date(2026, 7, 1), of=one.policy)
    (row,) = post(make.earning(people.teacher(bargaining_unit=unit), earned_on=day))
    assert (row.policy_version.number if row.policy_version else None) == number
    assert row.refusal_rule == (None if number else "no-policy")


def test_a_kind_of_earning_without_a_policy_is_refused_and_kept() -> None:
    make.policy(earning="other")
    (row,) = post(make.earning(people.teacher()))
    assert (row.state, row.refusal_rule, row.amount_cents, row.entries) == ("refused", "no-policy", 0, [])


@pytest.mark.parametrize(
    ("person", "rule"),
    [
        ({"employee_number": None}, "no-employee-number"),
        ({"leave_date": dt.date(2026, 5, 3)}, "not-employed"),
        ({"leave_date": dt.date(2026, 5, 4)}, None),
        ({"hire_date": dt.date(2026, 5, 5)}, "not-employed"),
        ({"flsa_class": "nonexempt"}, "nonexempt-flat"),  # S12c
    ],
)
def test_a_refusal_is_kept_with_its_rule_and_moves_no_money(person: dict[str, Any], rule: str | None) -> None:
    version = make.policy()
    who = people.teacher(**person)
    (row,) = post(make.earning(who, earned_on=DAY))
    assert row.refusal_rule == rule
    if rule:
        assert (row.amount_cents, row.entries, used(who)) == (0, [], 0)
        assert db.session.get(FundBalance, version.fund_id).accrued_cents == 0
        assert row.explanation[-1]["facts"]["rule"] == rule


def test_a_budget_that_blocks_is_never_passed_and_one_that_warns_says_so() -> None:
    blocked = make.policy({"amount": "advertised", "over_budget": "block"}, paid_by=make.fund(budget_cents=30000))
    rows = post(*[make.earning(people.teacher()) for _n in range(2)])
    assert [(row.amount_cents, row.refusal_rule) for row in rows] == [(20000, None), (0, "over-budget")]
    warned = make.policy({"amount": "advertised"}, earning="review", paid_by=make.fund(budget_cents=30000))
    rows = post(*[make.earning(people.teacher(), kind="review") for _n in range(2)])
    assert [row.amount_cents for row in rows] == [20000, 20000]
    assert [step["say"] for row in rows for step in row.explanation if step["say"].startswith("budget")] == ["budget", "budget-warned"]
    assert [db.session.get(FundBalance, v.fund_id).accrued_cents for v in (blocked, warned)] == [20000, 40000]


def test_nobody_approves_her_own_money() -> None:
    make.policy()
    who = people.person(Role.COORDINATOR)
    with pytest.raises(RuleBroken) as refused:
        post(make.earning(who), actor=who)
    assert refused.value.rule == "own-money"
    assert db.session.scalar(select(func.count()).select_from(Obligation)) == 0


def test_somebody_who_does_not_exist_earns_nothing() -> None:
    make.policy()
    with pytest.raises(LookupError):
        post(make.earning(999_999_999))


def test_every_posting_leaves_its_trail() -> None:
    make.policy()
    office = people.person(Role.COORDINATOR)
    paid, refused = post(make.earning(people.teacher()), make.earning(people.teacher(employee_number=None)), actor=office)
    (event,) = audit.history("obligation", [paid.id])
    assert (event.verb, event.actor_id, event.facts) == ("obligation.post", office.id, {"cents": 20000, "source": paid.source})
    (event,) = audit.history("obligation", [refused.id])
    assert (event.verb, event.facts["rule"]) == ("obligation.refuse", "no-employee-number")


def test_many_are_posted_in_as_many_statements_as_one(statements: list[str]) -> None:
    version = make.policy()
    one, many = people.teacher(), [people.teacher() for _n in range(3)]
    counted = []
    for whole in ([make.earning(one)], [make.earning(who) for who in many]):
        db.session.expire_all()
        statements.clear()
        services.post_all(whole)
        counted.append(len(statements))
    assert counted[0] == counted[1]
    assert counted[0] <= 15, statements
    assert version.fund_id


# Taken back


def _paid(**rule: Any) -> tuple[Obligation, Person, Person]:
    make.policy({"amount": "advertised", "cap": {"yearly_cents": 50000}} | rule)
    who, hr = people.teacher(), people.person(Role.HR)
    (row,) = post(make.earning(who, earned_on=DAY))
    return row, who, hr


def take_back(row: Obligation, actor: Person, reason: str = "Awarded by mistake.") -> Obligation:
    with transaction():
        return services.reverse(row, actor, reason)


def test_a_reversal_is_the_exact_mirror_and_gives_the_room_under_the_cap_back() -> None:
    row, who, hr = _paid(splits=[{"account_string": "01-A", "percent": 60}, {"account_string": "02-B", "percent": 40}])
    with clock.frozen(dt.datetime(2026, 7, 2, 20, tzinfo=dt.UTC)):
        take_back(row, hr, "  Awarded by mistake. ")
    assert row.state == "reversed"
    accrual, mirror = row.entries
    assert (mirror.kind, mirror.reverses_id, mirror.posted_by_id, mirror.memo) == ("reverse", accrual.id, hr.id, "Awarded by mistake.")
    assert [(leg.account, leg.account_string, -leg.amount_cents) for leg in mirror.legs] == [
        (leg.account, leg.account_string, leg.amount_cents) for leg in accrual.legs
    ]
    assert (accrual.effective_on, mirror.effective_on) == (DAY, dt.date(2026, 7, 2))
    assert used(who) == 0
    assert db.session.get(FundBalance, row.fund_id, populate_existing=True).accrued_cents == 0
    assert [event.verb for event in audit.history("obligation", [row.id])] == ["obligation.post", "obligation.reverse"]


def test_it_is_taken_back_once() -> None:
    row, _who, hr = _paid()
    take_back(row, hr)
    with pytest.raises(RuleBroken) as refused:
        take_back(row, hr)
    assert refused.value.rule == "already-reversed"
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 2


def test_nobody_takes_back_her_own_and_nobody_without_a_reason() -> None:
    row, who, hr = _paid()
    with pytest.raises(RuleBroken) as refused:
        take_back(row, who)
    assert refused.value.rule == "own-money"
    for reason in ("", "   ", "x" * 301):
        with pytest.raises(BadInput):
            take_back(row, hr, reason)
    assert row.state == "payable"


def test_what_was_refused_cannot_be_taken_back() -> None:
    make.policy()
    (row,) = post(make.earning(people.teacher(employee_number=None)))
    with pytest.raises(RuleBroken) as refused:
        take_back(row, people.person(Role.HR))
    assert refused.value.rule == "nothing-owed"


# Tried again


def again(row: Obligation, actor: Person) -> Obligation:
    with transaction():
        return services.try_again(row, actor)


def test_when_the_cause_is_mended_it_is_posted_by_the_same_story() -> None:
    make.policy()
    who, hr = people.teacher(employee_number=None), people.person(Role.HR)
    told = make.earning(who, earned_on=DAY)
    (refused,) = post(told)
    with pytest.raises(RuleBroken) as still:
        again(refused, hr)
    assert still.value.rule == "no-employee-number"
    assert "Ask human resources" in still.value.sentence
    assert db.session.scalar(select(func.count()).select_from(Obligation)) == 1

    who.employee_number = "00X999"
    db.session.commit()
    paid = again(refused, hr)
    assert (paid.state, paid.amount_cents, paid.attempt, paid.employee_number) == ("payable", 20000, 2, "00X999")
    assert (refused.state, refused.employee_number) == ("refused", None)
    assert post(told)[0] is paid


def test_what_is_owed_is_not_posted_twice_and_what_was_taken_back_can_be_posted_anew() -> None:
    row, who, hr = _paid()
    with pytest.raises(RuleBroken) as refused:
        again(row, hr)
    assert refused.value.rule == "owed-already"
    take_back(row, hr)
    assert post(row.earning())[0].state == "reversed"
    paid = again(row, hr)
    assert (paid.state, paid.natural_key) == ("payable", f"{row.natural_key}/2")
    assert used(who) == 20000
    with pytest.raises(RuleBroken):
        again(row, hr)
    with pytest.raises(RuleBroken):
        again(row, who)
    assert check_queries.prove().holds


def test_only_the_last_refusal_is_on_the_teachers_page() -> None:
    make.policy({"amount": "advertised", "cap": {"yearly_cents": 20000}})
    who, hr = people.teacher(), people.person(Role.HR)
    first, refused = post(make.earning(who), make.earning(who))
    assert [row.id for row in queries.year_of(who).refused] == [refused.id]
    take_back(first, hr)
    paid = again(refused, hr)
    year = queries.year_of(who)
    assert year.refused == []
    assert {row.id for row in year.earned} == {first.id, paid.id}
    assert year.total_cents == 20000


# The whole


def test_after_everything_the_ledger_proves_itself() -> None:
    row, who, hr = _paid()
    post(*[make.earning(who, earned_on=DAY) for _n in range(4)])
    take_back(row, hr)
    proof = check_queries.prove()
    assert proof.holds, [finding for finding in proof.findings if finding.faults]
    assert proof.last_sequence == db.session.scalar(select(LedgerCounter.last)) == 4
    assert proof.accrued_cents == 30000
    assert db.session.scalar(select(func.sum(Leg.amount_cents))) == 0
    assert db.session.scalar(select(func.sum(Leg.amount_cents)).where(Leg.account == Account.PAYABLE)) == -30000
    assert sorted(db.session.scalars(select(Entry.sequence))) == [1, 2, 3, 4]

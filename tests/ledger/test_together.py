"""Twenty processes at one ledger: nothing is owed twice, no cap and no budget is passed, no number is left out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from core.db import db, transaction
from core.errors import RuleBroken
from ledger import check_queries, services
from ledger.models import Entry, FundBalance, LedgerCounter, Obligation, PersonYear
from ledger.rules import Earning
from people.models import Person
from people.rules import Role
from tests.conftest import settings_for
from tests.factories import ledger as make
from tests.factories import people
from tests.processes import together

pytestmark = pytest.mark.processes
DAY = dt.date(2026, 5, 4)
MANY = 20


@pytest.fixture
def district(own_database: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(own_database, tmp_path))
    with app.app_context():
        yield app
        proof = check_queries.prove()
        assert proof.holds, [finding for finding in proof.findings if finding.faults]
        assert proof.last_sequence == db.session.scalar(select(func.count()).select_from(Entry))
        db.session.remove()
        db.engine.dispose()


def stipend(person: int, source: str, cents: int = 20000, day: dt.date = DAY) -> Earning:
    return Earning(source, "stipend", person, day, "Co-teaching", cents)


def tell(app: Flask, number: int, person: int, sources: list[str]) -> list[tuple[int, int]]:
    """Tell each of these stories in a transaction of its own, beginning somewhere else than the others do."""
    answers = []
    with app.app_context():
        for source in sources[number % len(sources) :] + sources[: number % len(sources)]:
            with transaction():
                row = services.post(stipend(person, source))
                answers.append((row.id, row.amount_cents))
    return sorted(answers)


def test_one_award_told_by_twenty_at_once_is_owed_once(district: Flask, own_database: str, tmp_path: Path) -> None:
    make.policy()
    who = people.teacher().id
    db.session.commit()
    answers = together(own_database, tmp_path, MANY, tell, who, ["award:1"])
    assert len({row for answer in answers for row, _cents in answer}) == 1
    assert db.session.scalar(select(func.count()).select_from(Obligation)) == 1
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 1


def test_ten_awards_of_one_teacher_told_in_every_order_never_pass_her_cap(district: Flask, own_database: str, tmp_path: Path) -> None:
    make.policy({"amount": "advertised", "cap": {"yearly_cents": 150000, "on_exceed": "pay_rest"}})
    who = people.teacher().id
    db.session.commit()
    answers = together(own_database, tmp_path, MANY, tell, who, [f"award:{n}" for n in range(10)])
    assert all(answer == answers[0] for answer in answers)
    assert Counter(cents for _row, cents in answers[0]) == {20000: 7, 10000: 1, 0: 2}
    assert db.session.scalar(select(PersonYear.used_cents)) == 150000


def tell_own(app: Flask, number: int, people_of: list[int]) -> int:
    with app.app_context(), transaction():
        return services.post(stipend(people_of[number], f"award:{number}")).amount_cents


def test_a_budget_that_blocks_holds_when_twenty_people_draw_on_it_at_once(district: Flask, own_database: str, tmp_path: Path) -> None:
    version = make.policy({"amount": "advertised", "over_budget": "block"}, paid_by=make.fund(budget_cents=150000))
    fund, staff = version.fund_id, [people.teacher().id for _n in range(MANY)]
    db.session.commit()
    assert sorted(together(own_database, tmp_path, MANY, tell_own, staff)) == [0] * 13 + [20000] * 7
    assert db.session.scalar(select(FundBalance.accrued_cents).where(FundBalance.fund_id == fund)) == 140000


class Thrown(Exception):
    """Something went wrong after the money was posted."""


def tell_and_sometimes_fail(app: Flask, number: int, people_of: list[int]) -> int:
    """Ten stories each; every third transaction fails after its posting and is rolled back."""
    kept = 0
    with app.app_context():
        for n in range(10):
            try:
                with transaction():
                    services.post(stipend(people_of[number], f"award:{number}-{n}", 1000))
                    if (number + n) % 3 == 0:
                        raise Thrown
                kept += 1
            except Thrown:
                pass
    return kept


def test_numbers_follow_each_other_without_a_gap_though_transactions_fail(district: Flask, own_database: str, tmp_path: Path) -> None:
    make.policy({"amount": "advertised"})
    staff = [people.teacher().id for _n in range(MANY)]
    db.session.commit()
    kept = sum(together(own_database, tmp_path, MANY, tell_and_sometimes_fail, staff))
    assert 0 < kept < MANY * 10
    assert list(db.session.scalars(select(Entry.sequence).order_by(Entry.sequence))) == list(range(1, kept + 1))
    assert db.session.scalar(select(LedgerCounter.last)) == kept
    assert db.session.scalar(select(func.count()).select_from(Obligation)) == kept


def take_back(app: Flask, number: int, key: int, actor: int) -> str:
    with app.app_context():
        try:
            with transaction():
                services.reverse(db.session.get(Obligation, key), db.session.get(Person, actor), "Awarded by mistake.")
        except RuleBroken as refused:
            return refused.rule
        return "done"


def test_twenty_who_take_back_one_stipend_take_it_back_once(district: Flask, own_database: str, tmp_path: Path) -> None:
    make.policy()
    hr, who = people.person(Role.HR), people.teacher()
    db.session.commit()
    with transaction():
        key = services.post(stipend(who.id, "award:1")).id
    answers = Counter(together(own_database, tmp_path, MANY, take_back, key, hr.id))
    assert answers == {"done": 1, "already-reversed": MANY - 1}
    assert db.session.scalar(select(PersonYear.used_cents)) == 0


def try_again(app: Flask, number: int, key: int, actor: int) -> str:
    with app.app_context():
        try:
            with transaction():
                services.try_again(db.session.get(Obligation, key), db.session.get(Person, actor))
        except RuleBroken as refused:
            return refused.rule
        return "done"


def test_twenty_who_try_again_at_once_post_it_once(district: Flask, own_database: str, tmp_path: Path) -> None:
    make.policy()
    hr, who = people.person(Role.HR), people.teacher(employee_number=None)
    db.session.commit()
    with transaction():
        key = services.post(stipend(who.id, "award:1")).id
        who.employee_number = "00X777"
    answers = Counter(together(own_database, tmp_path, MANY, try_again, key, hr.id))
    assert answers == {"done": 1, "owed-already": MANY - 1}


def mixed(app: Flask, number: int, people_of: list[int], actor: int) -> int:
    """Post, take back and tell again, for several people and policies in a different order each: a test for deadlocks."""
    done = 0
    with app.app_context():
        for n in range(6):
            ordered = people_of if (number + n) % 2 else people_of[::-1]
            with transaction():
                rows = services.post_all([stipend(who, f"award:{number}-{n}-{who}", 500) for who in ordered])
                keys = [row.id for row in rows]
            done += len(keys)
            with transaction():
                services.reverse(db.session.get(Obligation, keys[0]), db.session.get(Person, actor), "Again.")
            with transaction():
                services.post_all([stipend(who, f"award:{(number + 1) % MANY}-{n}-{who}", 500) for who in ordered])
    return done


def test_postings_of_many_and_reversals_never_wait_for_each_other_in_a_circle(district: Flask, own_database: str, tmp_path: Path) -> None:
    make.policy({"amount": "advertised"}, unit="teachers")
    one = make.policy({"amount": "advertised"}, earning="other").policy
    make.policy({"amount": "advertised"}, of=one, unit="support")
    staff = [people.teacher().id for _n in range(5)]
    hr = people.person(Role.HR).id
    db.session.commit()
    together(own_database, tmp_path, MANY, mixed, staff, hr)
    assert db.session.scalar(select(func.count()).select_from(Obligation)) == MANY * 6 * 5

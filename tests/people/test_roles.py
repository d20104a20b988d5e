"""Roles are given and ended by administrators, never to themselves; somebody can always do either."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.audit import AuditEvent
from core.db import db, transaction
from core.errors import RuleBroken
from people.models import Person, RoleGrant
from people.rules import Role
from people.services import account as accounts
from people.services import roles
from tests.factories import people as factory
from tests.people.test_sign_in import words_of
from tests.processes import together

NOW = dt.datetime(2026, 11, 24, 17, 30, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _today():  # type: ignore[no-untyped-def]
    with clock.frozen(NOW):
        yield


@pytest.fixture
def boss(account) -> int:  # type: ignore[no-untyped-def]
    return int(account(Role.ADMINISTRATOR, family_name="Boss"))


def grants(app: Flask, person: int) -> list[tuple[str, int | None, dt.date, dt.date | None]]:
    with app.app_context():
        rows = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person).order_by(RoleGrant.id))
        return [(row.role, row.school_id, row.starts_on, row.ends_on) for row in rows]


def give(client: Any, person: int, role: str = "reviewer", school: int = 0, starts_on: str = "2026-11-24", ends_on: str = "") -> Any:
    return client.post(f"/people/{person}/roles", data={"role": role, "school": school, "starts_on": starts_on, "ends_on": ends_on})


def last_grant(app: Flask, person: int) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.max(RoleGrant.id)).where(RoleGrant.person_id == person)) or 0)


def end(client: Any, app: Flask, person: int, last_day: str = "") -> Any:
    return client.post(f"/people/{person}/roles/{last_grant(app, person)}/end", data={"last_day": last_day})


def test_an_administrator_gives_a_role_dated_and_scoped(app: Flask, save, account, boss, as_) -> None:
    school, ana = save(factory.school), account()
    answer = give(as_(boss), ana, "principal", school, "2027-07-01", "2029-06-30")
    assert answer.location == f"/people/{ana}"
    assert grants(app, ana)[-1] == ("principal", school, dt.date(2027, 7, 1), dt.date(2029, 6, 30))
    with app.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
        assert (event.verb, event.actor_id, event.subject_id) == ("person.grant_role", boss, ana)
        assert event.facts == {"role": "principal", "school": school, "starts_on": "2027-07-01", "ends_on": "2029-06-30"}


def test_a_role_counts_from_its_first_day_to_its_last(app: Flask, account, boss, as_) -> None:
    ana = account()
    give(as_(boss), ana, "hr", 0, "2026-12-01", "2026-12-31")
    with app.app_context():
        person = db.session.get_one(Person, ana)
        held = [
            any(g.role is Role.HR for g in person.grants(day))
            for day in (dt.date(2026, 11, 30), dt.date(2026, 12, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1))
        ]
    assert held == [False, True, True, False]


@pytest.mark.parametrize(
    ("role", "at_school", "starts_on", "ends_on", "status", "sentence"),
    [
        ("", False, "2026-11-24", "", 422, "Choose a role."),
        ("king", False, "2026-11-24", "", 422, "Not a valid choice"),
        ("reviewer", False, "", "", 422, "Say from which day on."),
        ("reviewer", False, "tomorrow", "", 422, "Not a valid date"),
        ("principal", False, "2026-11-24", "", 409, "This role is for one school: choose it."),
        ("hr", True, "2026-11-24", "", 409, "This role is for the whole district: leave the school empty."),
        ("reviewer", False, "2026-11-24", "2026-11-23", 409, "The last day is before the first."),
        ("teacher", False, "2026-11-24", "", 409, "already holds this role in these days"),
    ],
)
def test_a_role_that_makes_no_sense_is_refused_with_the_reason(
    app: Flask, save, account, boss, as_, role: str, at_school: bool, starts_on: str, ends_on: str, status: int, sentence: str
) -> None:
    ana, school = account(Role.TEACHER), save(factory.school)
    answer = give(as_(boss), ana, role, school if at_school else 0, starts_on, ends_on)
    assert answer.status_code == status
    assert sentence in words_of(answer)
    assert len(grants(app, ana)) == 1
    if status == 409:
        assert f'<option selected value="{role}">' in answer.text, "what was chosen stays chosen"
        assert f'value="{starts_on}"' in answer.text


def test_a_role_ends_at_once(app: Flask, account, boss, as_) -> None:
    ana = account(Role.REVIEWER)
    end(as_(boss), app, ana)
    assert grants(app, ana)[0][3] == TODAY - dt.timedelta(days=1)
    with app.app_context():
        assert not db.session.get_one(Person, ana).is_a(Role.REVIEWER)


def test_a_role_ends_after_a_day_to_come(app: Flask, account, boss, as_) -> None:
    ana = account(Role.REVIEWER)
    end(as_(boss), app, ana, "2026-12-18")
    assert grants(app, ana)[0][3] == dt.date(2026, 12, 18)
    with app.app_context():
        assert db.session.get_one(Person, ana).is_a(Role.REVIEWER)


@pytest.mark.parametrize("starts_on", ["2026-11-24", "2027-01-01"])
def test_a_role_that_began_today_or_later_and_ends_at_once_was_never_there_but_in_the_history(app: Flask, account, boss, as_, starts_on: str) -> None:
    ana = account(Role.TEACHER)
    give(as_(boss), ana, "reviewer", 0, starts_on)
    end(as_(boss), app, ana)
    assert [g[0] for g in grants(app, ana)] == ["teacher"]
    with app.app_context():
        events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        assert [e.verb for e in events] == ["person.grant_role", "person.end_role"]
        assert events[-1].facts == {"role": "reviewer", "school": None, "starts_on": starts_on, "before": None, "ends_on": "at once"}


def test_a_role_does_not_end_in_the_past(app: Flask, account, boss, as_) -> None:
    ana = account(Role.REVIEWER)
    answer = end(as_(boss), app, ana, "2026-11-23")
    assert answer.status_code == 409
    assert "The last day lies in the past" in words_of(answer)
    assert grants(app, ana)[0][3] is None


def test_a_role_that_is_over_does_not_end_again(app: Flask, account, boss, as_) -> None:
    ana = account(Role.REVIEWER)
    end(as_(boss), app, ana)
    assert "has ended already" in words_of(end(as_(boss), app, ana))


def test_what_is_no_day_changes_nothing(app: Flask, account, boss, as_) -> None:
    ana, client = account(Role.REVIEWER), as_(boss)
    end(client, app, ana, "soon")
    assert "That is not a day" in client.get(f"/people/{ana}").text
    assert grants(app, ana)[0][3] is None


def test_a_role_of_somebody_else_does_not_end_under_this_address(app: Flask, account, boss, as_) -> None:
    ana, ben = account(Role.REVIEWER), account(Role.REVIEWER)
    assert as_(boss).post(f"/people/{ben}/roles/{last_grant(app, ana)}/end").status_code == 404
    assert grants(app, ana)[0][3] is None


def test_after_a_role_has_ended_it_can_be_given_again(app: Flask, account, boss, as_) -> None:
    ana = account(Role.REVIEWER)
    end(as_(boss), app, ana)
    assert give(as_(boss), ana).status_code == 302


def test_nobody_changes_her_own_roles(app: Flask, account, boss, as_) -> None:
    account(Role.ADMINISTRATOR)
    client = as_(boss)
    for answer in (give(client, boss), end(client, app, boss)):
        assert answer.status_code == 409
        assert "Nobody changes her own roles" in words_of(answer)
    assert [g[0] for g in grants(app, boss)] == ["administrator"]
    page = client.get(f"/people/{boss}").text
    assert "Give a role" not in page
    assert "Close this account" not in page


def test_nobody_closes_her_own_account(account, boss, as_, row) -> None:
    account(Role.ADMINISTRATOR)
    answer = as_(boss).post(f"/people/{boss}/close", data={"reason": "x"})
    assert "Nobody closes her own account" in words_of(answer)
    assert row(Person, boss, "enabled") is True


def test_one_administrator_ends_another_while_one_remains(app: Flask, account, boss, as_) -> None:
    other = account(Role.ADMINISTRATOR)
    assert end(as_(boss), app, other).status_code == 302
    assert grants(app, other)[0][3] == TODAY - dt.timedelta(days=1)


def temporary(app: Flask, person: int) -> None:
    """Give an administrator a last day: she may act until then, but she does not keep the house for good."""
    with app.app_context(), transaction():
        db.session.get_one(RoleGrant, last_grant(app, person)).ends_on = TODAY + dt.timedelta(days=5)


@pytest.mark.parametrize("last_day", ["", "2026-12-31"])
def test_the_last_administrator_without_an_end_does_not_end(app: Flask, account, boss, as_, last_day: str) -> None:
    other = account(Role.ADMINISTRATOR)
    temporary(app, boss)
    answer = end(as_(boss), app, other, last_day)
    assert answer.status_code == 409
    assert "At least one administrator must remain" in words_of(answer)
    assert grants(app, other)[0][3] is None


def test_the_last_administrator_is_not_closed(app: Flask, account, boss, as_, row) -> None:
    other = account(Role.ADMINISTRATOR)
    temporary(app, boss)
    answer = as_(boss).post(f"/people/{other}/close", data={"reason": "Left for the coast"})
    assert "Left for the coast" in answer.text, "the reason that was typed is not lost"
    assert "At least one administrator must remain" in words_of(answer)
    assert row(Person, other, "enabled") is True
    with app.app_context():
        assert db.session.scalars(select(AuditEvent)).all() == []


def test_a_closed_account_is_no_administrator_who_remains(app: Flask, account, boss, as_) -> None:
    account(Role.ADMINISTRATOR, enabled=False)
    other = account(Role.ADMINISTRATOR)
    temporary(app, boss)
    assert end(as_(boss), app, other).status_code == 409


def test_one_whose_time_has_not_come_is_none_who_remains(app: Flask, account, boss, as_) -> None:
    other, later = account(Role.ADMINISTRATOR), account(Role.TEACHER)
    give(as_(boss), later, "administrator", 0, "2027-01-01")
    temporary(app, boss)
    assert end(as_(boss), app, other).status_code == 409


def test_closing_a_teacher_needs_no_second_administrator(app: Flask, account, boss, as_) -> None:
    assert as_(boss).post(f"/people/{account()}/close", data={"reason": "x"}).status_code == 302


def test_every_verb_is_in_the_history_with_who_did_it(app: Flask, account, boss, as_) -> None:
    ana, client = account(), as_(boss)
    give(client, ana)
    end(client, app, ana)
    client.post(f"/people/{ana}/close", data={"reason": "x"})
    client.post(f"/people/{ana}/open")
    client.post(f"/people/{ana}/send-link")
    with app.app_context():
        events = [(e.verb, e.actor_id, e.subject_id) for e in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert events == [(f"person.{verb}", boss, ana) for verb in ("grant_role", "end_role", "disable", "enable", "send_reset")]


def _end_each_other(app: Flask, number: int, people: list[int], verb: str) -> str:
    """Administrator ``number`` takes on the next one."""
    with app.app_context():
        try:
            with transaction():
                actor, other = db.session.get_one(Person, people[number]), db.session.get_one(Person, people[(number + 1) % len(people)])
                if verb == "end":
                    roles.end(actor, other.role_grants[0], None)
                else:
                    accounts.disable(actor, other, "in a race")
        except RuleBroken as refused:
            return refused.rule
        return "done"


def _make_administrators(app: Flask, number: int, count: int) -> list[int]:
    with app.app_context(), transaction():
        return [factory.person(Role.ADMINISTRATOR).id for _ in range(count)]


def _left(app: Flask, number: int) -> int:
    with app.app_context():
        return sum(p.enabled and p.is_a(Role.ADMINISTRATOR) for p in db.session.scalars(select(Person)))


@pytest.mark.processes
@pytest.mark.parametrize("verb", ["end", "disable"])
def test_four_administrators_ending_each_other_at_once_leave_one(own_database: str, tmp_path: Path, verb: str) -> None:
    (people,) = together(own_database, tmp_path, 1, _make_administrators, 4)
    outcomes = together(own_database, tmp_path, 4, _end_each_other, people, verb)
    assert set(outcomes) <= {"done", "not-administrator", "last-administrator"}
    (left,) = together(own_database, tmp_path, 1, _left)
    assert left >= 1
    assert outcomes.count("done") == 4 - left


def _grant_same(app: Flask, number: int, boss: int, person: int) -> str:
    with app.app_context():
        try:
            with transaction():
                roles.grant(db.session.get_one(Person, boss), db.session.get_one(Person, person), Role.REVIEWER, None, TODAY, None)
        except RuleBroken as refused:
            return refused.rule
        return "done"


@pytest.mark.processes
def test_the_same_role_given_four_times_at_once_is_given_once(own_database: str, tmp_path: Path) -> None:
    ((boss, person),) = together(own_database, tmp_path, 1, _make_administrators, 2)
    assert sorted(together(own_database, tmp_path, 4, _grant_same, boss, person)) == ["done", "held", "held", "held"]

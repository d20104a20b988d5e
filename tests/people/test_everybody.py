"""Everybody's accounts: found by a part of the name, opened by administrators alone."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.audit import AuditEvent
from core.db import db
from people import queries
from people.models import Person, RoleGrant
from people.rules import Role
from tests.factories import people as factory
from tests.people.conftest import signed_in_as, try_password
from tests.people.test_reset import mails
from tests.people.test_sign_in import words_of

OTHERS = [role for role in Role if role is not Role.ADMINISTRATOR]


@pytest.fixture
def boss(account, as_) -> Any:  # type: ignore[no-untyped-def]
    """A signed-in administrator."""
    return as_(account(Role.ADMINISTRATOR, given_name="Zora", family_name="Zzyzx", email="boss@laurel.example", employee_number="BOSS"))


def found(client: Any, **filters: Any) -> list[str]:
    """The names in the list, as they stand there."""
    return re.findall(r'<a href="/people/\d+">([^<]+)</a>', client.get("/people", query_string=filters).text)


@pytest.mark.parametrize("role", OTHERS)
def test_only_administrators_see_the_list_and_others_not_even_who_exists(account, as_, role: Role) -> None:
    ana, client = account(), as_(account(role))
    assert client.get("/people").status_code == 403
    assert client.get(f"/people/{ana}").status_code == 404
    assert client.get("/people/999999").status_code == 404
    for verb in ("roles", "roles/1/end", "close", "open", "send-link"):
        assert client.post(f"/people/{ana}/{verb}").status_code == 404, verb


def test_a_stranger_is_sent_to_sign_in(account, visitor) -> None:
    ana = account()
    for path in ("/people", f"/people/{ana}"):
        assert visitor.get(path).location.startswith("/sign-in")


def test_an_administrator_of_yesterday_sees_nothing(account, as_, save) -> None:
    former = account(Role.TEACHER)

    def was_one() -> None:
        db.session.add(RoleGrant(person_id=former, role="administrator", starts_on=dt.date(2020, 1, 1), ends_on=clock.today() - dt.timedelta(days=1)))

    save(was_one)
    assert as_(former).get("/people").status_code == 403


def test_people_come_by_family_name(account, boss) -> None:
    account(given_name="Ben", family_name="Moreno")
    account(given_name="Ana", family_name="Moreno")
    account(given_name="Carla", family_name="Abbott")
    assert found(boss) == ["Abbott, Carla", "Moreno, Ana", "Moreno, Ben", "Zzyzx, Zora"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("garcia", ["García, José"]),
        ("GARCÍA", ["García, José"]),
        ("jose gar", ["García, José"]),
        ("gar jos", ["García, José"]),
        ("garcia ana", []),
        ("pepe@", ["García, José"]),
        ("00417", ["O'Brien, Ana"]),
        ("o'brien", ["O'Brien, Ana"]),
        ("ana", ["O'Brien, Ana"]),
        ("%", ["Percent, 100%"]),
        ("_", ["Under_score, U"]),
        ("\\", ["Back\\slash, B"]),
        ("   ", None),
        ("nobody at all", []),
        ("\0garcia", ["García, José"]),
    ],
)
def test_search_finds_parts_of_names_addresses_and_numbers_whatever_the_accents(account, boss, words: str, names: list[str] | None) -> None:
    account(given_name="José", family_name="García", email="pepe@laurel.example")
    account(given_name="Ana", family_name="O'Brien", employee_number="0041700")
    account(given_name="100%", family_name="Percent")
    account(given_name="U", family_name="Under_score")
    account(given_name="B", family_name="Back\\slash")
    listed = [name.replace("&#39;", "'") for name in found(boss, q=words)]
    assert listed == names if names is not None else len(listed) == 6


def test_school_and_role_narrow_the_list(save, account, boss) -> None:
    north, south = save(factory.school, name="North"), save(factory.school, name="South")
    account(Role.TEACHER, given_name="A", family_name="North", school_id=north)
    account(Role.REVIEWER, given_name="B", family_name="North", school_id=north)
    account(Role.REVIEWER, given_name="C", family_name="South", school_id=south)
    assert found(boss, school=north) == ["North, A", "North, B"]
    assert found(boss, role="reviewer") == ["North, B", "South, C"]
    assert found(boss, school=north, role="reviewer") == ["North, B"]
    assert found(boss, school=south, q="north") == []


def test_a_role_that_ended_does_not_count(account, boss, save) -> None:
    ana = account(Role.REVIEWER, given_name="Ana", family_name="Moreno")
    assert found(boss, role="reviewer") == ["Moreno, Ana"]

    def ended() -> None:
        db.session.get_one(Person, ana).role_grants[0].ends_on = clock.today() - dt.timedelta(days=1)

    save(ended)
    assert found(boss, role="reviewer") == []


def test_closed_accounts_have_a_list_of_their_own(account, boss) -> None:
    account(given_name="Gone", family_name="Person", enabled=False)
    assert "Person, Gone" not in found(boss)
    assert found(boss, accounts="closed") == ["Person, Gone"]


@pytest.mark.parametrize(
    "query",
    [
        "?page=x",
        "?page=0",
        "?page=-3",
        "?page=99999999999",
        "?school=abc",
        "?school=999999",
        "?role=king",
        "?accounts=none",
        "?size=0",
        "?endpoint=x&_scheme=javascript&_external=1",
    ],
)
def test_an_address_bent_by_hand_shows_everybody(boss, query: str) -> None:
    answer = boss.get("/people" + query)
    assert answer.status_code == 200
    assert "javascript:" not in answer.text
    if "9999999999" not in query:
        assert "Zzyzx, Zora" in answer.text


def test_a_long_list_has_pages_that_keep_the_filters(account, boss, save) -> None:
    def many() -> None:
        for n in range(30):
            factory.person(Role.TEACHER, family_name=f"Moreno{n:02d}", given_name="A")

    save(many)
    first = boss.get("/people?q=moreno")
    assert len(re.findall(r'<a href="/people/\d+">', first.text)) == 25
    assert "30 people" in words_of(first)
    assert 'href="/people?q=moreno&amp;page=2"' in first.text
    assert found(boss, q="moreno", page=2) == [f"Moreno{n:02d}, A" for n in range(25, 30)]


def test_a_filter_in_use_can_be_taken_away_alone(account, boss) -> None:
    page = boss.get("/people?q=moreno&role=teacher&page=3").text
    assert 'href="/people?role=teacher"' in page
    assert 'href="/people?q=moreno"' in page


def test_the_list_costs_the_same_statements_with_one_person_and_with_three(account, boss, statements) -> None:
    costs = []
    for more in (1, 2):
        for _ in range(more):
            account(Role.TEACHER, Role.REVIEWER, family_name="Moreno")
        boss.get("/people?q=moreno")
        statements.clear()
        assert len(found(boss, q="moreno")) == sum((1, 2)[: len(costs) + 1])
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_search_is_answered_from_its_index(app: Flask, rows) -> None:
    db.session.execute(db.text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(db.session.scalars(db.text("EXPLAIN SELECT id FROM person WHERE search LIKE plain('%garcia%')")))
    assert "ix_person_search_trgm" in plan


def test_a_person_shows_roles_facts_and_history(app: Flask, save, account, as_, boss) -> None:
    school = save(factory.school, name="Cottonwood")
    ana = account(Role.TEACHER, Role.PRINCIPAL, given_name="Ana", family_name="Moreno", school_id=school, employee_number="000042")
    as_(ana).post("/profile/sign-out-everywhere")
    page = words_of(boss.get(f"/people/{ana}"))
    for words in ("Ana Moreno", "000042", "Teacher · whole district", "Principal · Cottonwood", "in force", "Open account", "Signed out everywhere"):
        assert words in page, words


def test_the_history_names_who_did_it(app: Flask, account, boss) -> None:
    ana = account(given_name="Ana", family_name="Moreno")
    boss.post(f"/people/{ana}/roles", data={"role": "reviewer", "school": "0", "starts_on": "2026-01-05"})
    boss.post(f"/people/{ana}/close", data={"reason": "Left the district"})
    page = words_of(boss.get(f"/people/{ana}"))
    assert "Gave a role by Zora Zzyzx" in page
    assert "role: Reviewer · from: 2026-01-05" in page
    assert "Closed the account by Zora Zzyzx" in page
    assert "reason: Left the district" in page


def test_a_long_history_has_pages(app: Flask, account, boss, as_) -> None:
    ana = account()
    for n in range(25):
        as_(ana).post("/language", data={"lang": "es" if n % 2 else "en"})
    assert boss.get(f"/people/{ana}").text.count("Chose a language") == 20
    assert boss.get(f"/people/{ana}?page=2").text.count("Chose a language") == 5


def test_a_person_costs_the_same_statements_with_one_event_and_with_three(account, boss, as_, statements) -> None:
    costs = []
    for count in (1, 3):
        ana = account()
        for n in range(count):
            as_(ana).post("/language", data={"lang": ("es", "en")[n % 2]})
        boss.get(f"/people/{ana}")
        statements.clear()
        boss.get(f"/people/{ana}")
        costs.append(len(statements))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("key", ["0", "999999", "9223372036854775808", "9" * 40, "x", "-1"])
def test_a_number_nobody_has_is_a_page_that_is_not_there(boss, key: str) -> None:
    assert boss.get(f"/people/{key}").status_code == 404


def test_closing_an_account_ends_its_sessions_and_keeps_it_from_signing_in(app: Flask, account, as_, boss, row) -> None:
    ana = account(email="ana@laurel.example")
    client = as_(ana)
    assert boss.post(f"/people/{ana}/close", data={"reason": "Left the district"}).location == f"/people/{ana}"
    assert row(Person, ana, "enabled") is False
    assert signed_in_as(client) is None
    assert "this account is closed" in try_password(app.test_client(), "ana@laurel.example").text


def test_closing_needs_a_reason(account, boss, row) -> None:
    ana = account()
    answer = boss.post(f"/people/{ana}/close", data={"reason": "  "})
    assert answer.status_code == 422
    assert "Give a reason" in answer.text
    assert row(Person, ana, "enabled") is True


def test_an_account_opens_again_but_its_old_sessions_stay_ended(app: Flask, account, as_, boss) -> None:
    ana = account(email="ana@laurel.example")
    client = as_(ana)
    boss.post(f"/people/{ana}/close", data={"reason": "By mistake"})
    boss.post(f"/people/{ana}/open")
    assert signed_in_as(client) is None
    assert try_password(client, "ana@laurel.example").status_code == 302
    with app.app_context():
        verbs = [
            (e.verb, e.facts)
            for e in db.session.scalars(select(AuditEvent).where(AuditEvent.verb.in_(["person.disable", "person.enable"])).order_by(AuditEvent.id))
        ]
    assert verbs == [("person.disable", {"reason": "By mistake"}), ("person.enable", {})]


def test_closing_twice_and_opening_twice_is_one_event_each(app: Flask, account, boss) -> None:
    ana = account()
    for verb in ("close", "close", "open", "open"):
        assert boss.post(f"/people/{ana}/{verb}", data={"reason": "x"}).status_code == 302
    with app.app_context():
        assert [e.verb for e in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))] == ["person.disable", "person.enable"]


def test_a_closed_account_gets_no_link(app: Flask, account, boss) -> None:
    gone = account(enabled=False)
    boss.post(f"/people/{gone}/send-link")
    assert mails(app) == []


def test_the_search_reads_what_is_in_the_database_now(app: Flask, save, account) -> None:
    ana = account(given_name="Ana", family_name="Moreno")

    def marry() -> None:
        db.session.get_one(Person, ana).family_name = "Moreno-Kim"

    save(marry)
    with app.app_context():
        assert [p.id for p in queries.page_of_people("kim", None, None, False, 1, 10).items] == [ana]

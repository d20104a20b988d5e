"""The demonstration lists its invented people and lets anybody be one of them; a real installation has no such door."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.audit import AuditEvent
from core.db import db
from people import queries
from people.models import RoleGrant
from people.rules import DEMO_PASSWORD, Role
from tests.people.conftest import csrf_on, signed_in_as
from tests.people.test_sign_in import words_of


def test_it_lists_people_by_role_with_their_password(account, visitor, with_settings) -> None:
    account(Role.TEACHER, given_name="Ana", family_name="Moreno")
    account(Role.TEACHER, Role.COORDINATOR, given_name="Olga", family_name="Silva")
    with_settings(demo=True)
    words = words_of(visitor.get("/sign-in"))
    assert DEMO_PASSWORD in words
    assert words.index("Teacher") < words.index("Ana Moreno") < words.index("Coordinator") < words.index("Olga Silva")


def test_one_click_signs_in_and_goes_where_one_wanted(app: Flask, account, visitor, with_settings) -> None:
    ana = account(email="ana@laurel.example")
    with_settings(demo=True)
    page = visitor.get("/sign-in?next=/profile")
    assert f'action="/sign-in/demo/{ana}"' in page.text
    answer = visitor.post(f"/sign-in/demo/{ana}", data={"next": "/profile"})
    assert answer.location == "/profile"
    assert signed_in_as(visitor) == ana
    with app.app_context():
        assert [(e.verb, e.facts) for e in db.session.scalars(select(AuditEvent))] == [("person.sign_in", {"how": "demo"})]


def test_it_begins_a_session_of_its_own(account, visitor, with_settings) -> None:
    ana = account()
    with_settings(demo=True)
    with visitor.session_transaction() as session:
        session["planted"] = "by somebody else"
    visitor.post(f"/sign-in/demo/{ana}")
    with visitor.session_transaction() as session:
        assert "planted" not in session
        assert "sid" in session


def test_it_leads_to_pages_of_ours_only(account, visitor, with_settings) -> None:
    ana = account()
    with_settings(demo=True)
    assert visitor.post(f"/sign-in/demo/{ana}", data={"next": "https://evil.example/"}).location == "/"


def test_it_needs_a_post_with_the_forms_token(app: Flask, account, visitor, with_settings) -> None:
    ana = account()
    with_settings(demo=True)
    assert visitor.get(f"/sign-in/demo/{ana}").status_code == 405
    with csrf_on(app):
        assert visitor.post(f"/sign-in/demo/{ana}").status_code == 400
    assert signed_in_as(visitor) is None


def test_outside_the_demonstration_there_is_no_such_page(account, visitor) -> None:
    ana = account(given_name="Ana", family_name="Moreno")
    assert visitor.post(f"/sign-in/demo/{ana}").status_code == 404
    page = visitor.get("/sign-in").text
    assert "Ana Moreno" not in page
    assert DEMO_PASSWORD not in page
    assert "demonstration" not in page
    assert signed_in_as(visitor) is None


@pytest.mark.parametrize(
    "given",
    [{"email": "real@school.org"}, {"password_hash": None}, {"enabled": False}, {"email": "x@laurel.example.org"}],
    ids=["a real address", "no password", "a closed account", "almost the domain"],
)
def test_only_the_invented_people_who_can_sign_in_are_offered(account, visitor, with_settings, given: dict[str, object]) -> None:
    someone = account(**given)
    with_settings(demo=True)
    assert f"/sign-in/demo/{someone}" not in visitor.get("/sign-in").text
    assert visitor.post(f"/sign-in/demo/{someone}").status_code == 404


def test_of_many_a_few_are_shown_and_only_those_open(account, visitor, with_settings) -> None:
    teachers = [account() for _ in range(9)]
    with_settings(demo=True)
    page = visitor.get("/sign-in").text
    shown = [t for t in teachers if f"/sign-in/demo/{t}" in page]
    assert len(shown) == 2 * queries.DEMO_PER_ROLE
    hidden = next(t for t in teachers if t not in shown)
    assert visitor.post(f"/sign-in/demo/{hidden}").status_code == 404


def test_everybody_is_shown_once_under_the_rarest_of_her_roles(app: Flask, account) -> None:
    for _ in range(3):
        account(Role.TEACHER, Role.REVIEWER)
    chief = account(Role.TEACHER, Role.REVIEWER, Role.HR)
    plain = account(Role.TEACHER)
    with app.app_context():
        shown = {role: [p.id for p in people] for role, people in queries.demo_people().items()}
    assert shown[Role.HR] == [chief]
    assert shown[Role.TEACHER][0] == plain or plain in shown[Role.TEACHER]
    everybody = [p for people in shown.values() for p in people]
    assert len(everybody) == len(set(everybody))


def test_roles_of_the_past_do_not_count(app: Flask, account, save) -> None:
    former = account(Role.TEACHER)

    def was_hr() -> None:
        db.session.add(RoleGrant(person_id=former, role="hr", starts_on=dt.date(2020, 1, 1), ends_on=clock.today() - dt.timedelta(days=1)))

    save(was_hr)
    with app.app_context():
        assert Role.HR not in queries.demo_people()


def test_the_page_costs_the_same_statements_with_one_person_and_with_many(account, visitor, with_settings, statements) -> None:
    with_settings(demo=True)
    costs = []
    for more in (1, 6):
        for _ in range(more):
            account(Role.TEACHER, Role.REVIEWER)
        visitor.get("/sign-in")
        statements.clear()
        visitor.get("/sign-in")
        costs.append(len(statements))
    assert costs[0] == costs[1]

"""Personal tokens: made once, shown once, kept as a digest; they open the API and nothing else."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from core import clock
from core.access import requires
from core.audit import AuditEvent
from core.db import db
from people import policy
from people.limits import API_CALLS, limiter
from people.models import ApiToken, Person
from people.rules import Role, Scope
from tests.beside import made_like, on_the_connection_of
from tests.factories import people as factory
from tests.people.test_reset import mails

NOW = dt.datetime(2026, 11, 24, 17, 30, tzinfo=dt.UTC)
#: A verb of the API that changes something, added for these tests to an application of their own.
ECHO = "/api/v1/tests/echo"


def make(client: Any, **given: Any) -> Any:
    return client.post("/profile/tokens", data={"name": "Badge export", "days": "90", "key": "k1"} | given)


def secret_in(answer: Any) -> str:
    found = re.search(r'id="secret" value="([^"]+)"', answer.text)
    assert found
    return found[1]


def call(app: Flask, secret: str | None, path: str = "/api/v1/me", method: str = "GET", **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    return app.test_client().open(path, method=method, headers=headers, **more)


@pytest.fixture
def token(save, account):  # type: ignore[no-untyped-def]
    """``token(*scopes)`` is the secret of a token of somebody new."""

    def made(*scopes: Scope, owner: int | None = None) -> str:
        who = owner or account()
        return str(save(lambda: factory.api_token(db.session.get_one(Person, who), *scopes)))

    return made


def test_a_token_is_shown_once_and_opens_the_api(app: Flask, account, as_) -> None:
    ana = account(email="ana@laurel.example")
    client = as_(ana)
    secret = secret_in(make(client))
    assert secret.startswith("laurel_")
    assert secret not in client.get("/profile").text
    answer = call(app, secret)
    assert answer.status_code == 200
    assert answer.json["email"] == "ana@laurel.example"


def test_only_the_digest_of_a_token_is_kept(app: Flask, account, as_) -> None:
    secret = secret_in(make(as_(account())))
    with app.app_context():
        everything = [*db.session.scalars(text("SELECT t::text FROM api_token t")), *db.session.scalars(text("SELECT a::text FROM audit_event a"))]
        everything += [*db.session.scalars(text("SELECT m::text FROM mail m")), *db.session.scalars(text("SELECT j::text FROM procrastinate_jobs j"))]
    assert len(everything) >= 3
    assert all(secret not in row and secret.removeprefix("laurel_") not in row for row in everything)


def test_making_a_token_is_told_by_mail_and_in_the_history(app: Flask, account, as_) -> None:
    ana = account()
    with clock.frozen(NOW):
        make(as_(ana), write="y")
    mail = mails(app, "people.token_created")[0]
    assert "“Badge export” may use the API in your name until Feb 22, 2027" in mail.text
    with app.app_context():
        event = db.session.scalars(select(AuditEvent)).one()
        assert (event.verb, event.actor_id, event.facts["scopes"], event.facts["days"]) == ("token.create", ana, ["read", "write"], 90)


def test_the_same_form_sent_twice_makes_one_token(app: Flask, account, as_) -> None:
    client = as_(account())
    make(client)
    again = make(client)
    assert again.location == "/profile#tokens"
    assert "its secret is shown only once" in client.get("/profile").text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ApiToken)) == 1


@pytest.mark.parametrize(
    ("given", "sentence"), [({"name": ""}, "Give it a name."), ({"name": "x" * 81}, "At most 80 characters."), ({"days": "36500"}, "Not a valid choice")]
)
def test_a_token_that_will_not_do_is_not_made(app: Flask, account, as_, given: dict[str, str], sentence: str) -> None:
    answer = make(as_(account()), **given)
    assert answer.status_code == 422
    assert sentence in answer.text
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ApiToken)) == 0


def test_a_revoked_token_opens_nothing(app: Flask, account, as_, token) -> None:
    ana = account()
    secret = token(owner=ana)
    with app.app_context():
        number = factory.token_row(secret).id
    client = as_(ana)
    assert client.post(f"/profile/tokens/{number}/revoke").location == "/profile#tokens"
    assert call(app, secret).status_code == 401
    assert "Revoke" not in client.get("/profile").text.partition('id="tokens"')[2].partition("Make a token")[0]
    client.post(f"/profile/tokens/{number}/revoke")
    with app.app_context():
        assert [e.verb for e in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))] == ["token.create", "token.revoke"]


def test_nobody_revokes_the_token_of_another(app: Flask, account, as_, token) -> None:
    secret = token()
    with app.app_context():
        number = factory.token_row(secret).id
    for stranger in (account(), account(Role.ADMINISTRATOR)):
        assert as_(stranger).post(f"/profile/tokens/{number}/revoke").status_code == 404
    assert call(app, secret).status_code == 200


def test_a_token_works_until_its_day(app: Flask, account, as_) -> None:
    with clock.frozen(NOW):
        secret = secret_in(make(as_(account()), days="30"))
    with clock.frozen(NOW + dt.timedelta(days=30, seconds=-1)):
        assert call(app, secret).status_code == 200
    with clock.frozen(NOW + dt.timedelta(days=30)):
        assert call(app, secret).status_code == 401


def test_the_token_of_a_closed_account_opens_nothing(app: Flask, account, as_, token) -> None:
    ana, boss = account(), account(Role.ADMINISTRATOR)
    secret = token(owner=ana)
    as_(boss).post(f"/people/{ana}/close", data={"reason": "Left the district"})
    assert call(app, secret).status_code == 401


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer laurel_x", "laurel_x", "Bearer \u00e9"])
def test_without_a_good_token_the_answer_is_401_and_says_how(app: Flask, header: str | None) -> None:
    answer = app.test_client().get("/api/v1/me", headers={} if header is None else {"Authorization": header})
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="laurel"'


def test_a_session_does_not_open_the_api(account, as_) -> None:
    assert as_(account()).get("/api/v1/me").status_code == 401


def test_a_token_does_not_open_pages(app: Flask, token) -> None:
    assert call(app, token(), "/profile").status_code == 302


def test_the_word_bearer_may_be_written_small(app: Flask, token) -> None:
    assert app.test_client().get("/api/v1/me", headers={"Authorization": f"bearer {token()}"}).status_code == 200


@pytest.fixture(scope="module")
def _echoing(_worker_app: Flask) -> Flask:
    other = made_like(_worker_app)
    other.add_url_rule(ECHO, "tests.echo", requires(policy.signed_in)(lambda: {"ok": True}), methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    other.extensions["csrf"].exempt(other.view_functions["tests.echo"])
    return other


@pytest.fixture
def echoing(app: Flask, _echoing: Flask) -> Flask:
    """An application whose API has an address that answers to every method."""
    return on_the_connection_of(app, _echoing)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_token_that_may_only_read_changes_nothing(echoing: Flask, token, method: str) -> None:
    reading, writing = token(Scope.READ), token(Scope.READ, Scope.WRITE)
    refused = call(echoing, reading, ECHO, method)
    assert refused.status_code == 403
    assert refused.json["type"] == "urn:laurel:problem:token-scope"
    assert "may only read" in refused.json["detail"]
    assert call(echoing, writing, ECHO, method).status_code == 200
    assert call(echoing, reading, ECHO).status_code == 200


def test_a_token_without_the_read_scope_reads_nothing(app: Flask, token) -> None:
    assert call(app, token(Scope.WRITE)).status_code == 403


def test_without_a_token_it_is_401_before_it_is_403(echoing: Flask) -> None:
    assert call(echoing, None, ECHO, "POST").status_code == 401


def test_the_last_use_is_noted_every_ten_minutes_not_on_every_call(app: Flask, account, as_) -> None:
    with clock.frozen(NOW):
        secret = secret_in(make(as_(account())))

    def last() -> dt.datetime | None:
        with app.app_context():
            return factory.token_row(secret).last_used_at

    assert last() is None
    for minutes, noted in ((1, 1), (5, 1), (11, 1), (12, 12)):
        with clock.frozen(NOW + dt.timedelta(minutes=minutes)):
            call(app, secret)
        assert last() == NOW + dt.timedelta(minutes=noted)


def test_me_says_who_the_token_belongs_to_and_what_it_may(app: Flask, save, account, as_) -> None:
    school = save(factory.school, code="CW", name="Cottonwood")
    ana = account(email="ana@laurel.example", given_name="Ana", family_name="Moreno", school_id=school, employee_number="007", locale="es")

    def add_principal() -> None:
        person = db.session.get_one(Person, ana)
        person.role_grants += [
            factory.RoleGrant(role="principal", school_id=school, starts_on=dt.date(2020, 1, 1)),
            factory.RoleGrant(role="hr", starts_on=dt.date(2020, 1, 1), ends_on=dt.date(2020, 2, 1)),
        ]

    save(add_principal)
    with clock.frozen(NOW):
        answer = call(app, secret_in(make(as_(ana)))).json
    roles = answer.pop("roles")
    assert [(r["role"], r["school"], r["ends_on"]) for r in roles] == [("teacher", None, None), ("principal", "CW", None)]
    assert answer == {
        "id": ana,
        "email": "ana@laurel.example",
        "given_name": "Ana",
        "family_name": "Moreno",
        "locale": "es",
        "employee_number": "007",
        "school": {"code": "CW", "name": "Cottonwood"},
        "token": {"name": "Badge export", "scopes": ["read"], "created_at": "2026-11-24T17:30:00+00:00", "expires_at": "2027-02-22T17:30:00+00:00"},
    }


def test_the_description_of_the_api_knows_me(app: Flask) -> None:
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    operation = document["paths"]["/api/v1/me"]["get"]
    assert operation["summary"] == "The person the token belongs to"
    assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
    assert list(document["components"]["responses"]["DEFAULT_ERROR"]["content"]) == ["application/problem+json"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_an_answer_says_how_many_calls_are_left(limited: None, app: Flask, account, token) -> None:
    ana = account()
    first, second = token(owner=ana), token(owner=ana)
    most = int(API_CALLS.split()[0])
    left = [int(call(app, secret).headers["X-RateLimit-Remaining"]) for secret in (first, second)]
    answer = call(app, first)
    assert answer.headers["X-RateLimit-Limit"] == str(most)
    assert int(answer.headers["X-RateLimit-Reset"]) > 1_700_000_000
    assert "Retry-After" not in answer.headers
    assert left == [most - 1, most - 2], "all tokens of one person are counted together"
    assert int(call(app, token()).headers["X-RateLimit-Remaining"]) == most - 1, "another person is counted by herself"


def test_pages_do_not_talk_of_limits(limited: None, visitor) -> None:
    assert not [name for name, _ in visitor.get("/sign-in").headers if name.startswith("X-RateLimit")]


def test_too_many_calls_are_told_when_to_come_back(limited: None, app: Flask, token) -> None:
    secret = token()
    call(app, secret)
    # The rest of the minute's calls at once, by the same counter that the calls go through.
    with app.app_context():
        key = f"person:{db.session.scalar(select(ApiToken.person_id))}"
    limit = next(iter(limiter.limit_manager.application_limits)).limit
    assert limiter.limiter.hit(limit, key, "global", cost=limit.amount - 1)
    answer = call(app, secret)
    assert answer.status_code == 429
    assert answer.mimetype == "application/problem+json"
    assert 1 <= int(answer.headers["Retry-After"]) <= 120

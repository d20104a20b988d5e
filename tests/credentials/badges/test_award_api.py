"""Awards in the API: one's own, everybody's for the office, each with the signed badge."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from core import clock
from core.db import db
from credentials.badges import services
from people.models import ApiToken
from people.rules import Role, Scope
from tests.credentials.badges.conftest import at, someone
from tests.factories.badges import award
from tests.factories.people import person


@pytest.fixture
def call(app, save):
    """``call(person, path)`` asks the API with a token of that person's."""

    def token(owner: int) -> None:
        secret = hashlib.sha256(f"token of {owner}".encode()).hexdigest()
        if not db.session.query(ApiToken).filter_by(token_hash=hashlib.sha256(secret.encode()).hexdigest()).count():
            db.session.add(
                ApiToken(
                    person_id=owner,
                    name="Badge export",
                    token_hash=hashlib.sha256(secret.encode()).hexdigest(),
                    scopes=[Scope.READ.value],
                    created_at=clock.now(),
                    expires_at=clock.now() + dt.timedelta(days=1),
                )
            )

    def ask(owner: int | None, path: str):
        if owner is None:
            return app.test_client().get(path)
        save(token, owner)
        secret = hashlib.sha256(f"token of {owner}".encode()).hexdigest()
        return app.test_client().get(path, headers={"Authorization": f"Bearer {secret}"})

    return ask


def test_my_awards_with_their_addresses(call, cast) -> None:
    answer = call(cast.owner, "/api/v1/awards")
    (told,) = answer.json
    page = f"http://laurel.example/badges/{cast.uuid}"
    assert (told["uuid"], told["standing"], told["visibility"], told["shows_name"]) == (str(cast.uuid), "in_force", "private", False)
    assert told["holder"]["family_name"] == "Quillfeather"
    assert {name: told["links"][name] for name in ("page", "json", "jwt", "png", "svg", "certificate")} == {
        "page": page,
        "json": f"{page}.json",
        "jwt": f"{page}.jwt",
        "png": f"{page}.png",
        "svg": f"{page}.svg",
        "certificate": f"{page}/certificate.pdf",
    }
    assert '"total": 1' in answer.headers["X-Pagination"]


def test_nobody_elses_are_told_but_to_the_office(call, cast) -> None:
    for path in ("/api/v1/awards", "/api/v1/awards?scope=all"):
        assert call(cast.colleague, path).json == []
        assert call(cast.principal, path).json == []
    assert call(cast.office, "/api/v1/awards").json == []
    assert [told["uuid"] for told in call(cast.office, "/api/v1/awards?scope=all").json] == [str(cast.uuid)]


def test_without_a_token_nothing_is_told(call, cast, as_) -> None:
    assert call(None, "/api/v1/awards").status_code == 401
    assert call(None, f"/api/v1/awards/{cast.uuid}").status_code == 401
    # Neither does the session of a browser open the API.
    assert as_(cast.owner).get("/api/v1/awards").status_code == 401


def test_one_award_with_its_results_and_the_badge_itself(call, cast, app) -> None:
    told = call(cast.owner, f"/api/v1/awards/{cast.uuid}").json
    assert [(r["criterion"], r["met"], r["level"]) for r in told["results"]] == [("planning", True, "Demonstrated"), ("insight", True, "Demonstrated")]
    assert told["credential"]["id"] == f"http://laurel.example/badges/{cast.uuid}"
    assert told["jwt"].count(".") == 2
    with app.app_context():
        assert at(cast.uuid).jwt == told["jwt"]


def test_one_award_of_somebody_else_does_not_exist(call, cast, change) -> None:
    # Not even a public one: the API is for one's own affairs, the page is for everybody's.
    change(cast.uuid, visibility="public")
    assert call(cast.colleague, f"/api/v1/awards/{cast.uuid}").status_code == 404
    assert call(cast.office, f"/api/v1/awards/{cast.uuid}").status_code == 200


def test_a_revoked_award_says_so_and_has_no_certificate(save, call, cast) -> None:
    save(lambda: services.revoke(person(Role.COORDINATOR), at(cast.uuid), "Awarded in error, by a mix-up of names."))
    told = call(cast.owner, f"/api/v1/awards/{cast.uuid}").json
    assert told["standing"] == "revoked"
    assert told["links"]["certificate"] is None
    assert "mix-up" not in str(told)


def test_of_one_micro_credential_only(save, call, cast, app) -> None:
    save(lambda: award(someone(cast.owner)))
    with app.app_context():
        slug = at(cast.uuid).micro_credential.slug
    assert len(call(cast.owner, "/api/v1/awards").json) == 2
    assert [told["uuid"] for told in call(cast.owner, f"/api/v1/awards?micro_credential={slug}").json] == [str(cast.uuid)]
    assert call(cast.owner, "/api/v1/awards?micro_credential=nothing").json == []


def test_what_makes_no_sense_is_refused_with_a_reason(call, cast) -> None:
    answer = call(cast.owner, "/api/v1/awards?scope=theirs")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_the_list_takes_as_many_statements_for_three_as_for_one(save, call, cast, statements) -> None:
    call(cast.owner, "/api/v1/awards")
    statements.clear()
    call(cast.owner, "/api/v1/awards")
    one = len(statements)
    for _ in range(2):
        save(lambda: award(someone(cast.owner)))
    statements.clear()
    assert len(call(cast.owner, "/api/v1/awards").json) == 3
    assert len(statements) == one

"""What the issuer publishes: DID document, status lists, achievements, profile; who may read them and in which form."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pytest

from app import create_app
from core import clock, postgres
from core.db import db
from credentials.badges import services
from credentials.badges.award_facts import issuer_did
from credentials.badges.did import did_document_url
from credentials.badges.status import StatusList as Bits
from credentials.badges.verify import Known, is_valid, verify
from credentials.catalogue.models import MicroCredential
from people.rules import Role
from tests.conftest import settings_for
from tests.credentials.badges.conftest import at
from tests.factories.badges import award, signed_award
from tests.factories.catalogue import micro_credential
from tests.factories.people import person

HTML = {"Accept": "text/html"}
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"


# The DID document.


def test_the_did_document_is_there_before_the_first_badge(visitor) -> None:
    answer = visitor.get("/.well-known/did.json")
    assert answer.status_code == 200
    assert answer.json["id"] == "did:web:laurel.example"
    assert answer.json["@context"][0] == "https://www.w3.org/ns/did/v1"
    kinds = {method["type"] for method in answer.json["verificationMethod"]}
    assert kinds == {"Multikey", "JsonWebKey"}
    assert all(method["controller"] == answer.json["id"] for method in answer.json["verificationMethod"])
    assert answer.json["assertionMethod"] == [method["id"] for method in answer.json["verificationMethod"]]
    assert visitor.get("/.well-known/did.json").json == answer.json


def test_the_did_document_lies_where_its_name_says() -> None:
    assert did_document_url("did:web:laurel.example") == "https://laurel.example/.well-known/did.json"


@pytest.mark.parametrize(
    ("base_url", "did"),
    [
        ("https://badges.laurel.example", "did:web:badges.laurel.example"),
        ("http://127.0.0.1:5000", "did:web:127.0.0.1%3A5000"),
        ("http://localhost:8080", "did:web:localhost%3A8080"),
    ],
)
def test_the_issuer_is_named_after_the_public_address_with_its_port_encoded(server, template, tmp_path, base_url, did) -> None:
    settings = settings_for(postgres.with_database(server, template), tmp_path)
    app = create_app(type(settings)(**{**vars(settings), "base_url": base_url}))
    with app.app_context():
        assert issuer_did() == did
        db.engine.dispose()


def test_the_did_document_is_called_as_the_caller_likes(visitor) -> None:
    plain = "application/json"
    for asked, mimetype in {"application/did+json": "application/did+json", plain: plain, "*/*": plain, "": plain}.items():
        assert visitor.get("/.well-known/did.json", headers={"Accept": asked}).mimetype == mimetype


# Status lists.


def test_a_status_list_is_signed_when_it_is_first_asked_for_and_then_served_as_it_is(save, visitor, statements) -> None:
    uuid = save(signed_award)
    with visitor.application.app_context():
        number = at(uuid).status_list_id
    first = visitor.get(f"/badges/status/{number}")
    assert first.json["id"] == f"http://laurel.example/badges/status/{number}"
    assert first.json["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    statements.clear()
    assert visitor.get(f"/badges/status/{number}").data == first.data
    assert len(statements) == 1
    assert visitor.get(f"/badges/status/{number}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_revoked_badge_is_in_the_list_from_that_moment_on(app, save, visitor) -> None:
    uuid = save(signed_award)
    with app.app_context():
        number, place = at(uuid).status_list_id, at(uuid).status_index
    before = visitor.get(f"/badges/status/{number}")
    assert not Bits.decode(before.json["credentialSubject"]["encodedList"])[place]
    save(lambda: services.revoke(person(Role.COORDINATOR), at(uuid), "Awarded in error, by a mix-up of names."))
    after = visitor.get(f"/badges/status/{number}", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["Cache-Control"] == "no-cache"
    assert Bits.decode(after.json["credentialSubject"]["encodedList"])[place]


def test_a_list_that_ran_out_unnoticed_is_signed_again_when_it_is_asked_for(app, save, visitor) -> None:
    uuid = save(signed_award)
    with app.app_context():
        number = at(uuid).status_list_id
    start = dt.datetime(2026, 11, 5, 9, 30, tzinfo=dt.UTC)
    with clock.frozen(start):
        first = visitor.get(f"/badges/status/{number}").json
    with clock.frozen(start + dt.timedelta(days=30)):
        later = visitor.get(f"/badges/status/{number}").json
    assert first["validUntil"] == "2026-11-12T09:30:00Z"
    assert later["validFrom"] == "2026-12-05T09:30:00Z"


@pytest.mark.parametrize("number", [0, 987654321, 10**30])
def test_a_list_that_is_not_there_is_404(visitor, number: int) -> None:
    assert visitor.get(f"/badges/status/{number}").status_code == 404


# A whole verification from published things alone.


def test_somebody_elsewhere_can_verify_with_nothing_but_what_is_published(save, visitor) -> None:
    uuid = save(lambda: signed_award(visibility="public"))
    badge, token = visitor.get(f"/badges/{uuid}.json"), visitor.get(f"/badges/{uuid}.jwt")
    picture = visitor.get(f"/badges/{uuid}.png")
    did = visitor.get("/.well-known/did.json").json
    list_url = badge.json["credentialStatus"]["statusListCredential"]
    published = Known({did["id"]: did}, {list_url: visitor.get(list_url.removeprefix("http://laurel.example")).json})
    for form in (badge.json, token.text, picture.data):
        assert is_valid(verify(form, published))
    achievement = badge.json["credentialSubject"]["achievement"]
    for address in (achievement["id"], achievement["image"]["id"]):
        assert visitor.get(address.removeprefix("http://laurel.example")).status_code == 200


# Which form an address answers with.


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        (CHROME, "text/html"),
        ("text/html", "text/html"),
        ("text/html,application/json", "text/html"),
        ("text/html;q=0.9,application/json;q=0.8", "text/html"),
        ("application/xhtml+xml,text/html", "text/html"),
        ("application/json,text/html", "application/json"),
        ("application/json;q=0.9,text/html;q=0.8", "application/json"),
        ("application/vc+ld+json, text/html;q=0.1", "application/vc+ld+json"),
        ("application/ld+json", "application/ld+json"),
        ("application/vc", "application/vc"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("text/html;q=0, */*", "application/json"),
        ("text/html;q=0.5, */*", "application/json"),
        ("text/plain", "application/json"),
        ("image/png;q=nonsense", "application/json"),
        ("", "application/json"),
    ],
)
def test_json_is_the_answer_unless_html_comes_first(save, visitor, accept: str, mimetype: str) -> None:
    uuid = save(lambda: signed_award(visibility="public"))
    answer = visitor.get(f"/badges/{uuid}", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.mimetype == mimetype
    if mimetype != "text/html":
        assert json.loads(answer.text)["id"] == f"http://laurel.example/badges/{uuid}"


@pytest.mark.parametrize("agent", ["facebookexternalhit/1.1", "LinkedInBot/1.0", "Slackbot-LinkExpanding 1.0", "Mozilla/5.0 (compatible; Discordbot/2.0)"])
def test_programs_that_make_a_card_of_a_link_get_the_page(save, visitor, agent: str) -> None:
    uuid = save(lambda: signed_award(visibility="public"))
    answer = visitor.get(f"/badges/{uuid}", headers={"Accept": "*/*", "User-Agent": agent})
    assert "og:image" in answer.text


# Achievements and the issuer.


def test_an_achievement_is_a_page_and_a_document(save, visitor) -> None:
    slug = save(lambda: micro_credential().slug)
    page = visitor.get(f"/achievements/{slug}/1", headers=HTML)
    assert "Answers change the teaching" in page.text
    assert page.text.count("<h1") == 1
    told = visitor.get(f"/achievements/{slug}/1").json
    assert told["id"] == f"http://laurel.example/achievements/{slug}/1"
    assert [d["name"] for d in told["resultDescription"]] == ["The question fits the goal", "Answers change the teaching"]
    assert "result" not in told


def test_an_achievement_says_in_its_document_what_every_badge_of_it_says(app, save, visitor) -> None:
    uuid = save(lambda: signed_award(visibility="public"))
    inside = visitor.get(f"/badges/{uuid}.json").json["credentialSubject"]["achievement"]
    outside = visitor.get(inside["id"].removeprefix("http://laurel.example")).json
    assert {name: value for name, value in outside.items() if name != "@context"} == inside


def test_an_achievement_stays_when_its_micro_credential_is_retired(app, save, visitor) -> None:
    slug = save(lambda: micro_credential().slug)

    def retire() -> None:
        db.session.query(MicroCredential).filter_by(slug=slug).one().state = "retired"

    save(retire)
    assert visitor.get(f"/achievements/{slug}/1", headers=HTML).status_code == 200


@pytest.mark.parametrize("path", ["/achievements/nothing/1", "/achievements/{slug}/2", "/achievements/{slug}/99999999999999", "/achievements/{slug}/x"])
def test_what_was_never_published_is_404(save, visitor, path: str) -> None:
    slug = save(lambda: micro_credential().slug)
    assert visitor.get(path.format(slug=slug)).status_code == 404


def test_the_year_of_an_award_is_drawn_and_a_year_without_awards_is_not(save, visitor) -> None:
    with clock.frozen(dt.datetime(2025, 6, 1, tzinfo=dt.UTC)):
        slug = save(lambda: micro_credential().slug)
    with clock.frozen(dt.datetime(2027, 6, 1, tzinfo=dt.UTC)):
        pictures = {year: visitor.get(f"/achievements/{slug}/1/badge.svg?year={year}").data for year in (2024, 2025, 2026, 2027, 2028, "x")}
    assert pictures[2025] == pictures[2024] == pictures[2028] == pictures["x"]
    assert len({pictures[2025], pictures[2026], pictures[2027]}) == 3


def test_the_issuer_says_who_it_is(save, visitor, cast) -> None:
    told = visitor.get("/issuer").json
    assert (told["id"], told["name"], told["type"]) == ("did:web:laurel.example", "Laurel Valley Unified (demo)", ["Profile"])
    page = visitor.get("/issuer", headers=HTML)
    assert "did:web:laurel.example" in page.text
    assert "Ed25519" in page.text


@pytest.mark.parametrize("path", ["/.well-known/did.json", "/issuer", "/achievements/{slug}/1", "/achievements/{slug}/1/badge.png", "/badges/status/{number}"])
def test_pages_elsewhere_may_read_what_is_published(app, save, visitor, path: str) -> None:
    uuid = save(signed_award)
    with app.app_context():
        row = at(uuid)
        path = path.format(slug=row.micro_credential.slug, number=row.status_list_id)
    answer = visitor.get(path, headers={"Origin": "https://wallet.example"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_an_unsigned_award_is_signed_when_it_is_first_asked_for(app, save, visitor) -> None:
    uuid = save(lambda: award(visibility="public"))
    with app.app_context():
        assert at(uuid).signed_at is None
    token = visitor.get(f"/badges/{uuid}.jwt").text
    header = token.split(".")[0]
    assert b'"RS256"' in base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))
    with app.app_context():
        assert at(uuid).signed_at is not None
        assert at(uuid).jwt == token

"""Who may see an award, at every address of it: a table of people by what its holder chose by form."""

from __future__ import annotations

import re

import pytest

from core import storage
from core.db import db
from people.models import Person
from tests.credentials.badges.conftest import at
from tests.factories.badges import award
from tests.factories.evidence import PDF

PAGE, JSON, JWT, PNG, SVG, CHECK, CERTIFICATE = "", ".json", ".jwt", ".png", ".svg", "/check", "/certificate.pdf"
FORMS = (PAGE, JSON, JWT, PNG, SVG, CHECK)
PEOPLE = ("stranger", "colleague", "principal", "owner", "office")
INSIDERS = ("owner", "office")


def seen_by(who: str, visibility: str, with_key: bool) -> bool:
    """What a teacher was promised, in one line."""
    return who in INSIDERS or visibility == "public" or (visibility == "link" and with_key)


@pytest.fixture
def browser(cast, visitor, as_):
    """``browser("office")`` is a client of that person; "stranger" is not signed in."""

    def of(who: str):
        return visitor if who == "stranger" else as_(getattr(cast, who))

    return of


@pytest.mark.parametrize("visibility", ["private", "link", "public"])
@pytest.mark.parametrize("with_key", [False, True], ids=["plain", "with-key"])
def test_every_form_is_open_to_the_same_people(cast, change, browser, visibility: str, with_key: bool) -> None:
    change(cast.uuid, visibility=visibility)
    query = f"?key={cast.key}" if with_key else ""
    for who in PEOPLE:
        client, expected = browser(who), 200 if seen_by(who, visibility, with_key) else 404
        answers = {form: client.get(f"/badges/{cast.uuid}{form}{query}", headers={"Accept": "text/html"}).status_code for form in FORMS}
        assert (who, answers) == (who, dict.fromkeys(FORMS, expected))


@pytest.mark.parametrize("visibility", ["private", "link", "public"])
@pytest.mark.parametrize("shows_name", [False, True], ids=["unnamed", "named"])
def test_the_certificate_is_open_to_strangers_only_where_her_name_is(save, cast, change, browser, visibility: str, shows_name: bool) -> None:
    def have_certificate() -> None:
        at(cast.uuid).certificate = storage.put(PDF, "application/pdf")

    save(have_certificate)
    change(cast.uuid, visibility=visibility, shows_name=shows_name)
    for who in PEOPLE:
        open_to = who in INSIDERS or (shows_name and seen_by(who, visibility, True))
        answer = browser(who).get(f"/badges/{cast.uuid}/certificate.pdf?key={cast.key}")
        assert (who, answer.status_code) == (who, 200 if open_to else 404)


@pytest.mark.parametrize("shows_name", [False, True], ids=["unnamed", "named"])
def test_her_name_is_on_the_page_only_by_her_choice(cast, change, browser, shows_name: bool) -> None:
    change(cast.uuid, visibility="public", shows_name=shows_name)
    for who in PEOPLE:
        page = browser(who).get(f"/badges/{cast.uuid}", headers={"Accept": "text/html"}).text
        assert ("Quillfeather" in page) is (shows_name or who in INSIDERS)
        # Her own menu shows her address to herself, and to nobody else.
        assert ("zephyrine@laurel.example" in page) is (who == "owner")


@pytest.mark.parametrize("form", [JSON, JWT, PNG, SVG])
def test_her_name_is_in_no_file(cast, change, visitor, form: str) -> None:
    change(cast.uuid, visibility="public", shows_name=True)
    body = visitor.get(f"/badges/{cast.uuid}{form}").data
    assert b"Quillfeather" not in body
    assert b"zephyrine" not in body


def test_unknown_and_hidden_look_alike(cast, visitor) -> None:
    unknown = str(cast.uuid)[:-4] + ("0000" if not str(cast.uuid).endswith("0000") else "1111")
    visitor.get(f"/badges/{unknown}", headers={"Accept": "text/html"})  # The first answer of all brings a cookie.
    for form in (*FORMS, CERTIFICATE):
        hidden = visitor.get(f"/badges/{cast.uuid}{form}", headers={"Accept": "text/html"})
        nothing = visitor.get(f"/badges/{unknown}{form}", headers={"Accept": "text/html"})
        assert hidden.status_code == nothing.status_code == 404
        plain = [answer.text.replace(str(cast.uuid), "X").replace(unknown, "X") for answer in (hidden, nothing)]
        marks = [answer.headers["X-Request-ID"] for answer in (hidden, nothing)]
        clean = [re.sub(r'value="[\w.-]{60,}"', "", text.replace(mark, "M")) for text, mark in zip(plain, marks, strict=True)]
        assert clean[0] == clean[1]
        assert dict(hidden.headers).keys() == dict(nothing.headers).keys()


@pytest.mark.parametrize("key", ["", "wrong", "x" * 5000, "%00"])
def test_a_wrong_key_opens_nothing(cast, change, visitor, key: str) -> None:
    change(cast.uuid, visibility="link")
    assert visitor.get(f"/badges/{cast.uuid}.json?key={key}").status_code == 404


def test_a_new_link_makes_the_old_one_worthless(app, cast, change, visitor, as_) -> None:
    change(cast.uuid, visibility="link")
    assert visitor.get(f"/badges/{cast.uuid}?key={cast.key}").status_code == 200
    assert as_(cast.owner).post(f"/badges/{cast.uuid}/link").status_code == 302
    assert visitor.get(f"/badges/{cast.uuid}?key={cast.key}").status_code == 404
    with app.app_context():
        fresh = at(cast.uuid).link_secret
    assert visitor.get(f"/badges/{cast.uuid}?key={fresh}").status_code == 200


def test_made_private_again_it_is_gone_at_once(cast, change, visitor) -> None:
    change(cast.uuid, visibility="public")
    first = visitor.get(f"/badges/{cast.uuid}.json")
    change(cast.uuid, visibility="private")
    assert visitor.get(f"/badges/{cast.uuid}.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 404


@pytest.mark.parametrize(
    ("visibility", "cache", "robots", "origin"),
    [("private", "no-store", "noindex", None), ("link", "no-cache", "noindex", "*"), ("public", "no-cache", None, "*")],
)
def test_only_what_the_address_alone_opens_may_be_kept_and_read_from_elsewhere(cast, change, as_, visibility, cache, robots, origin) -> None:
    change(cast.uuid, visibility=visibility)
    answer = as_(cast.owner).get(f"/badges/{cast.uuid}.json?key={cast.key}")
    assert answer.headers["Cache-Control"] == cache
    assert answer.headers.get("X-Robots-Tag") == robots
    assert answer.headers.get("Access-Control-Allow-Origin") == origin


def test_only_the_holder_shares_and_only_the_office_revokes(cast, change, browser) -> None:
    change(cast.uuid, visibility="public")
    for who in PEOPLE:
        client = browser(who)
        shared = client.post(f"/badges/{cast.uuid}/share", data={"visibility": "public"})
        link = client.post(f"/badges/{cast.uuid}/link")
        revoke = client.get(f"/badges/{cast.uuid}/revoke")
        if who == "stranger":
            assert [answer.status_code for answer in (shared, link, revoke)] == [302, 302, 302]
            assert "/sign-in" in shared.location
        else:
            assert (who, shared.status_code, link.status_code) == (who, *([302, 302] if who == "owner" else [404, 404]))
            assert (who, revoke.status_code) == (who, 200 if who == "office" else 404)


def test_a_coordinator_does_not_revoke_her_own(save, as_, cast) -> None:
    uuid = save(lambda: award(db.session.get(Person, cast.office)))
    assert as_(cast.office).get(f"/badges/{uuid}/revoke").status_code == 403
    assert as_(cast.office).post(f"/badges/{uuid}/revoke", data={"reason": "Because I say so myself."}).status_code == 403

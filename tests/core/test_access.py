"""Access is declared at the door: load, check, act; what one may not know of looks like what there is not."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from flask import Blueprint, Flask, render_template_string
from flask_login import login_user

from core import access
from core.access import may, me, opened, public, requires, same_site, sign_of, way_back
from core.db import db, transaction
from people.models import Person
from people.rules import Role
from tests.beside import made_like, on_the_connection_of
from tests.factories import people as factory

ROWS = {1: "a row", 2: "somebody else's", 3: "a secret"}


def loaded(key: int, user: Any) -> str | None:
    """The third row is no business of anybody who is not an administrator."""
    return None if key == 3 and not (user and user.is_a(Role.ADMINISTRATOR)) else ROWS.get(key)


def owns(user: Person, row: str) -> bool:
    return row == "a row" or user.is_a(Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def _house(_worker_app: Flask) -> Flask:
    """An application with a door of every kind."""
    app = made_like(_worker_app)
    bp = Blueprint("doors", __name__, url_prefix="/doors")

    @bp.get("/anybody")
    @public
    def anybody() -> str:
        return "in"

    @bp.get("/anybody/<int:row>")
    @opened(row=loaded)
    def anybody_row(row: str) -> str:
        return row

    @bp.route("/mine/<int:row>", methods=["GET", "POST"])
    @requires(owns, row=loaded)
    def mine(row: str) -> str:
        return row

    @bp.get("/two/<int:row>/<int:other>")
    @requires(lambda user, row, other: row != other, row=loaded, other=loaded)
    def two(row: str, other: str, **rest: Any) -> str:
        return f"{row} and {other}"

    @bp.get("/asks")
    @public
    def asks() -> str:
        return render_template_string("{{ 'yes' if may('doors.owns', 'a row') else 'no' }} {{ me.id if me else 'nobody' }}")

    app.register_blueprint(bp)
    policy = ModuleType("policy")
    policy.owns = owns  # type: ignore[attr-defined]
    access.register_policy("doors", policy)
    return app


@pytest.fixture
def house(app: Flask, _house: Flask) -> Flask:
    return on_the_connection_of(app, _house)


@pytest.fixture
def visitor(house: Flask) -> Any:
    """Somebody who is not signed in, before these doors."""
    return house.test_client()


@pytest.fixture
def as_(house: Flask) -> Callable[[int], Any]:
    """``as_(person)`` is somebody signed in before these doors."""
    return lambda person: house.test_client().sign_in(person)  # type: ignore[attr-defined]


@pytest.fixture
def ana(app: Flask) -> int:
    with app.app_context(), transaction():
        return int(factory.person(Role.TEACHER).id)


@pytest.fixture
def boss(app: Flask) -> int:
    with app.app_context(), transaction():
        return int(factory.person(Role.ADMINISTRATOR).id)


def test_anybody_enters_a_public_door(visitor) -> None:
    assert visitor.get("/doors/anybody").text == "in"


def test_an_open_door_loads_what_the_address_names(visitor) -> None:
    assert visitor.get("/doors/anybody/1").text == "a row"
    assert visitor.get("/doors/anybody/9").status_code == 404
    assert visitor.get("/doors/anybody/3").status_code == 404


def test_the_predicate_lets_in_or_says_403(ana: int, boss: int, as_) -> None:
    assert as_(ana).get("/doors/mine/1").text == "a row"
    assert as_(ana).get("/doors/mine/2").status_code == 403
    assert as_(boss).get("/doors/mine/2").status_code == 200


def test_what_the_loader_hides_looks_like_what_there_is_not(ana: int, boss: int, as_) -> None:
    client = as_(ana)
    hidden, nothing = client.get("/doors/mine/3"), client.get("/doors/mine/9")
    assert hidden.status_code == nothing.status_code == 404

    def plain(answer: Any) -> str:
        return answer.text.replace("/doors/mine/3", "").replace("/doors/mine/9", "").replace(answer.headers["X-Request-ID"], "")

    assert plain(hidden) == plain(nothing)
    assert as_(boss).get("/doors/mine/3").text == "a secret"


def test_two_rows_are_loaded_and_handed_over_in_order(ana: int, as_) -> None:
    assert as_(ana).get("/doors/two/1/2").text == "a row and somebody else's"
    assert as_(ana).get("/doors/two/1/1").status_code == 403
    assert as_(ana).get("/doors/two/1/9").status_code == 404


def test_a_stranger_is_sent_to_sign_in_before_anything_is_looked_up(visitor, statements) -> None:
    statements.clear()
    for row in (1, 3, 9):
        assert visitor.get(f"/doors/mine/{row}?a=b").location == f"/sign-in?next=/doors/mine/{row}?a%3Db"
    assert statements == []


def test_a_stranger_who_sent_a_form_comes_back_to_the_page_it_stood_on(visitor) -> None:
    assert visitor.post("/doors/mine/1", headers={"Referer": "http://localhost/doors/mine/1?x=1"}).location == "/sign-in?next=/doors/mine/1?x%3D1"
    assert visitor.post("/doors/mine/1", headers={"Referer": "https://evil.example/"}).location == "/sign-in"
    assert visitor.post("/doors/mine/1").location == "/sign-in"


def test_a_program_is_told_401(visitor) -> None:
    answer = visitor.get("/doors/mine/1", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_templates_ask_the_same_predicates(ana: int, as_, visitor) -> None:
    assert as_(ana).get("/doors/asks").text == f"yes {ana}"
    assert visitor.get("/doors/asks").text == "no nobody"


def test_me_is_the_row_itself_and_never_a_stand_in(app: Flask, ana: int) -> None:
    with app.test_request_context():
        login_user(db.session.get_one(Person, ana))
        assert type(me()) is Person
    with app.test_request_context():
        assert me() is None
    with app.app_context():
        assert me() is None


def test_nobody_may_anything(app: Flask) -> None:
    with app.test_request_context():
        assert may("people.signed_in") is False


def test_a_door_carries_its_sign(house: Flask) -> None:
    assert sign_of(house.view_functions["doors.anybody"]).is_public  # type: ignore[union-attr]
    assert sign_of(house.view_functions["doors.mine"]).predicate is owns  # type: ignore[union-attr]
    assert sign_of(house.view_functions["doors.mine"]).loaders == {"row": loaded}  # type: ignore[union-attr]
    assert sign_of(lambda: None) is None


@pytest.mark.parametrize(
    ("target", "there"),
    [
        ("/", "/"),
        ("/a/b?c=d&e=f", "/a/b?c=d&e=f"),
        ("/a#part", "/a"),
        ("http://localhost/a", "/a"),
        ("https://localhost/a?b", "/a?b"),
        ("/a?next=https://evil.example/", "/a?next=https://evil.example/"),
        ("/a:b", "/a:b"),
        (None, None),
        ("", None),
        ("a", None),
        ("?a=b", None),
        ("//evil.example", None),
        ("///evil.example", None),
        ("/\\evil.example", None),
        ("\\/evil.example", None),
        ("http://localhost//evil.example", None),
        ("https://evil.example/", None),
        ("http://localhost:81/", None),
        ("http://localhost@evil.example/", None),
        ("http://user@localhost/", None),
        ("ftp://localhost/", None),
        ("javascript:alert(1)", None),
        ("JavaScript:alert(1)", None),
        ("https:/a", None),
        ("http:a", None),
        ("/\t/evil.example", None),
        ("/\r\n/evil.example", None),
        ("/ /evil.example", None),
        ("/\u2028/evil", None),
        ("http://[::1", None),
    ],
)
def test_only_a_page_of_ours_is_a_way_back(target: str | None, there: str | None) -> None:
    assert same_site(target, "localhost") == there


def test_without_a_way_back_there_is_home(app: Flask) -> None:
    with app.test_request_context():
        assert way_back("/profile") == "/profile"
        assert way_back("https://evil.example") == "/"
        assert way_back(None, "people.sign_in") == "/sign-in"

"""A session: begun anew at sign-in, ended for good at sign-out, over when nobody used it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask import Flask
from itsdangerous import TimestampSigner
from sqlalchemy import select

from core import clock
from core.db import db
from people.models import EndedSession, Person
from people.services import sign_in
from tests.people.conftest import csrf_on, signed_in_as, try_password


def cookie(client: Any) -> str:
    return str(client.get_cookie("laurel").value)


def browser_with(app: Flask, value: str) -> Any:
    """Another browser that holds a copy of a cookie."""
    client = app.test_client()
    client.set_cookie("laurel", value)
    return client


def test_a_cookie_planted_before_sign_in_opens_nothing_afterwards(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with visitor.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["sid"] = "known to somebody else"
    planted = cookie(visitor)
    try_password(visitor, "ana@laurel.example")
    assert signed_in_as(browser_with(app, planted)) is None
    with visitor.session_transaction() as session:
        assert "planted" not in session
        assert session["sid"] != "known to somebody else"


def test_the_form_token_is_another_after_sign_in(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with csrf_on(app):
        known = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', visitor.get("/sign-in").text)
        assert known
        try_password(visitor, "ana@laurel.example", csrf_token=known[1])
        assert signed_in_as(visitor) is not None
        assert visitor.post("/sign-out", data={"csrf_token": known[1]}).status_code == 400
        assert signed_in_as(visitor) is not None


def test_the_language_chosen_before_stays(account, visitor) -> None:
    account(email="ana@laurel.example")
    visitor.post("/language", data={"lang": "es"})
    try_password(visitor, "ana@laurel.example")
    with visitor.session_transaction() as session:
        assert session["locale"] == "es"


def test_the_cookie_is_for_the_browser_alone_and_has_an_end(account, visitor) -> None:
    account(email="ana@laurel.example")
    header = try_password(visitor, "ana@laurel.example").headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Expires=" in header


def test_a_session_ends_when_it_was_not_used_for_twelve_hours(account, visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = account(email="ana@laurel.example")
    # The cookie carries the moment of its signature; this is the clock that signs and reads it.
    hours = [0]
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: 1_800_000_000 + hours[0] * 3600)
    try_password(visitor, "ana@laurel.example")
    for _ in range(3):
        hours[0] += 11
        assert signed_in_as(visitor) == ana, "used every eleven hours, it goes on"
    hours[0] += 13
    assert signed_in_as(visitor) is None


def test_signing_out_is_a_post(account, as_) -> None:
    ana = account()
    client = as_(ana)
    assert client.get("/sign-out").status_code == 405
    assert signed_in_as(client) == ana
    assert client.post("/sign-out").location == "/"
    assert signed_in_as(client) is None


def test_signing_out_twice_is_no_harm(visitor) -> None:
    assert visitor.post("/sign-out").status_code == 302


def test_no_copy_of_the_cookie_outlives_signing_out(app: Flask, account, visitor) -> None:
    ana = account(email="ana@laurel.example")
    try_password(visitor, "ana@laurel.example")
    copy = cookie(visitor)
    assert signed_in_as(browser_with(app, copy)) == ana
    visitor.post("/sign-out")
    thief = browser_with(app, copy)
    assert signed_in_as(thief) is None
    with thief.session_transaction() as session:
        assert "_user_id" not in session, "the answer's cookie does not carry the ended session on"


def test_signing_out_here_leaves_the_phone_signed_in(app: Flask, account, visitor) -> None:
    ana = account(email="ana@laurel.example")
    phone = app.test_client()
    try_password(visitor, "ana@laurel.example")
    try_password(phone, "ana@laurel.example")
    visitor.post("/sign-out")
    assert signed_in_as(phone) == ana


def test_sign_out_everywhere_ends_the_phone_too(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    phone = app.test_client()
    try_password(visitor, "ana@laurel.example")
    try_password(phone, "ana@laurel.example")
    visitor.post("/profile/sign-out-everywhere")
    assert signed_in_as(visitor) is None
    assert signed_in_as(phone) is None
    assert try_password(phone, "ana@laurel.example").status_code == 302


def test_a_cookie_that_somebody_made_up_opens_nothing(app: Flask, account) -> None:
    ana = account()
    client = app.test_client()
    for key in (f"{ana}", f"{ana}.", f"{ana}.999", f"{ana}.x", f"{ana}.-1", "0.1", "x.1", "²³.1", "", "9" * 30 + ".1"):
        with client.session_transaction() as session:
            session["_user_id"] = key
        assert signed_in_as(client) is None, key


def test_ended_sessions_are_forgotten_once_their_cookies_have_run_out(app: Flask, rows) -> None:
    now = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    db.session.add_all(
        [EndedSession(digest="old", ended_at=now - dt.timedelta(hours=14)), EndedSession(digest="recent", ended_at=now - dt.timedelta(hours=12))]
    )
    with clock.frozen(now):
        assert sign_in.sweep(dt.timedelta(hours=12)) == 1
    assert db.session.scalars(select(EndedSession.digest)).all() == ["recent"]


def test_looking_at_a_page_signed_in_costs_two_statements_to_know_who_it_is(account, as_, statements) -> None:
    client = as_(account())
    client.get("/sign-in")
    statements.clear()
    assert client.get("/sign-in").status_code == 302
    assert len(statements) == 2, statements


def test_the_profile_of_one_is_never_shown_to_another(account, as_, row) -> None:
    ana, ben = account(email="ana@laurel.example"), account(email="ben@laurel.example")
    assert signed_in_as(as_(ana)) == ana
    assert signed_in_as(as_(ben)) == ben
    assert row(Person, ana, "session_version") == 1

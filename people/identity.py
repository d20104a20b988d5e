"""Who is asking: the session cookie in the browser, a personal token in the API. Neither opens the other's door."""

from __future__ import annotations

import hashlib
import secrets

from flask import Flask, Request, g, request, session
from flask_babel import gettext as _
from flask_login import LoginManager, login_user, logout_user
from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from core import clock
from core.access import me
from core.db import db
from core.errors import Forbidden
from people.models import ApiToken, EndedSession, Person
from people.rules import opens

login = LoginManager()
login.session_protection = None

#: What a session keeps that is about the person in it.
_OURS = ("_user_id", "_fresh", "_id", "sid")


def is_api(path: str) -> bool:
    """Whether the path belongs to the API, where only tokens count."""
    return path.startswith("/api/")


@login.user_loader
def by_session(key: str) -> Person | None:
    """The person of a session, unless it was signed out, all her sessions were ended since, or the account was closed."""
    if is_api(request.path):
        return None
    number, _dot, version = key.partition(".")
    person = None
    if number.isdecimal() and version.isdecimal() and len(number) < 19 and len(version) < 10:
        statement = select(Person).where(Person.id == int(number), Person.session_version == int(version), Person.enabled)
        if "sid" in session:
            statement = statement.where(~exists().where(EndedSession.digest == session_digest(session["sid"])))
        person = db.session.scalar(statement)
    if person is None:
        # The answer's cookie is signed anew on every request: it must not carry an ended session on.
        for name in _OURS:
            session.pop(name, None)
    return person


@login.request_loader
def by_token(incoming: Request) -> Person | None:
    """The person of an API token that is neither revoked nor past its date."""
    if not is_api(incoming.path):
        return None
    kind, _space, secret = incoming.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        return None
    token = db.session.scalar(
        select(ApiToken).options(joinedload(ApiToken.person)).where(ApiToken.token_hash == token_hash(secret.strip()), ApiToken.revoked_at.is_(None))
    )
    if token is None or (token.expires_at is not None and token.expires_at <= clock.now()) or not token.person.enabled:
        return None
    g.api_token = token
    return token.person


def token() -> ApiToken | None:
    """The token this request came with, if it opened anything."""
    return g.get("api_token") if me() is not None else None


def token_hash(secret: str) -> str:
    """What is kept of a token. It is 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def session_digest(number: str) -> str:
    """What is kept of a session's number once it has ended."""
    return hashlib.sha256(number.encode()).hexdigest()


def enter(person: Person) -> None:
    """Begin a session of this browser as ``person``.

    Nothing of the session before is kept but the language, so that whoever planted a cookie or knows its form token gains
    nothing by it (session fixation). It lasts ``LAUREL_SESSION_HOURS`` after its last use.
    """
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    session["sid"] = secrets.token_urlsafe(18)
    session.permanent = True
    login_user(person)


def session_number() -> str | None:
    """The digest of this session's number, for :func:`people.services.sign_in.end_session` to remember."""
    return session_digest(session["sid"]) if "sid" in session else None


def leave() -> None:
    """End the session of this browser. Only the language stays."""
    locale = session.get("locale")
    logout_user()
    session.clear()
    if locale:
        session["locale"] = locale


def _refuse_beyond_scope() -> None:
    """A token that may only read sends nothing that changes anything, whatever its owner may do on the pages."""
    if is_api(request.path) and (used := token()) is not None and not opens(used.scopes, request.method):
        raise Forbidden(_("This token may only read. Make one that may also write on your profile."), "token-scope")


def init_app(app: Flask) -> None:
    """Wire Flask-Login, and hold API calls to what their token may do."""
    login.init_app(app)
    app.before_request(_refuse_beyond_scope)

"""Who is asking: the session cookie in the browser, a personal token in the API. Neither opens the other's door."""

from __future__ import annotations

import hashlib

from flask import Flask, Request, request
from flask_login import LoginManager
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core import clock
from core.db import db
from people.models import ApiToken, Person

login = LoginManager()
login.session_protection = None


def is_api(path: str) -> bool:
    """Whether the path belongs to the API, where only tokens count."""
    return path.startswith("/api/")


@login.user_loader
def by_session(key: str) -> Person | None:
    """The person of a session, unless the account was closed or the sessions were ended since."""
    if is_api(request.path):
        return None
    number, _, version = key.partition(".")
    if not number.isdecimal():
        return None
    person = db.session.get(Person, int(number))
    return person if person is not None and person.enabled and person.get_id() == key and version else None


@login.request_loader
def by_token(incoming: Request) -> Person | None:
    """The person of an API token that is neither revoked nor past its date."""
    if not is_api(incoming.path):
        return None
    kind, _, secret = incoming.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        return None
    token = db.session.scalar(select(ApiToken).options(joinedload(ApiToken.person)).where(ApiToken.token_hash == token_hash(secret.strip()), ApiToken.revoked_at.is_(None)))
    if token is None or (token.expires_at is not None and token.expires_at <= clock.now()) or not token.person.enabled:
        return None
    return token.person


def token_hash(secret: str) -> str:
    """What is kept of a token. It is 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def init_app(app: Flask) -> None:
    """Wire Flask-Login."""
    login.init_app(app)

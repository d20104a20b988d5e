"""The people room's pages, one file a noun: signing in, setting a password, one's own profile, everybody's accounts."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from core import clock
from core.db import transaction
from people import identity, limits
from people.services import tokens
from people.views import everybody, profile, reset, sign_in
from people.views.blueprint import bp

__all__ = ["bp", "everybody", "init_app", "profile", "reset", "sign_in"]

#: A token's last use is noted this often, not on every call.
NOTED_EVERY = dt.timedelta(minutes=10)


def _note_use() -> None:
    token = identity.token()
    if token is not None and (token.last_used_at is None or clock.now() - token.last_used_at > NOTED_EVERY):
        with transaction():
            tokens.used(token)


def init_app(app: Flask) -> None:
    """Wire who is asking, how often, and with which token."""
    limits.init_app(app)
    identity.init_app(app)
    app.before_request(_note_use)

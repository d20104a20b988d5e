"""Personal tokens for the API: made once, shown once, kept as a digest, revoked at will."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable

from core import audit, clock
from core.db import db
from people.identity import token_hash
from people.models import ApiToken, Person
from people.rules import Scope

#: What every token begins with, so that a search for leaked secrets finds it.
PREFIX = "laurel_"


def create(person: Person, name: str, days: int, scopes: Iterable[Scope]) -> tuple[ApiToken, str]:
    """Make a token that lasts ``days``; returns its row and the secret, which is nowhere kept."""
    secret = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    token = ApiToken(
        person_id=person.id,
        name=name,
        token_hash=token_hash(secret),
        scopes=sorted(scope.value for scope in scopes),
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    db.session.add(token)
    db.session.flush()
    audit.record(person, "token.create", person, token=token.id, name=name, scopes=token.scopes, days=days)
    return token, secret


def revoke(actor: Person, token: ApiToken) -> None:
    """End a token. To end it twice is no harm."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        audit.record(actor, "token.revoke", token.person, token=token.id, name=token.name)


def used(token: ApiToken) -> None:
    """Note that a token was used, so that its owner sees which ones she still needs."""
    token.last_used_at = clock.now()

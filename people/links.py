"""Links to set a new password: signed, for an hour, for one use, and for the password they were asked for."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from core import clock
from people import passwords
from people.models import Person
from people.rules import RESET_LINK


@dataclass(frozen=True)
class Claim:
    """What a link says once its signature is known to be ours: whose it is, and which password it replaces."""

    person_id: int
    fingerprint: str


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="people.reset")


def make(person: Person) -> str:
    """The secret part of a link for this person, from now on good for :data:`people.rules.RESET_LINK`."""
    return str(_signer().dumps([person.id, passwords.fingerprint(person.password_hash), int(clock.now().timestamp())]))


def read(link: str) -> Claim | None:
    """What a link says, or None if it is not ours or its hour is over."""
    try:
        person_id, fingerprint, made = _signer().loads(link)
    except (BadSignature, ValueError, TypeError):
        return None
    return Claim(person_id, fingerprint) if 0 <= clock.now().timestamp() - made <= RESET_LINK.total_seconds() else None

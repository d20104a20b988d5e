"""The issuer's keys: made at first need, rotated by command, opened for signing and for nothing else."""

from __future__ import annotations

import functools

from flask import current_app
from sqlalchemy import select, text

from core import audit, clock
from core.db import db
from credentials.badges import queries
from credentials.badges.award_facts import issuer_did
from credentials.badges.did import key_id
from credentials.badges.keys import Algorithm, PrivateKey, generate, seal, unseal
from credentials.badges.models import IssuerKey
from credentials.badges.refusals import Refused
from people.models import Person

#: By the name that the table and the command use: which algorithm. P-256 comes with ES256 as a setting.
KINDS = {"ed25519": Algorithm.EDDSA, "rsa": Algorithm.RS256}


class KeyIsLocked(RuntimeError):
    """A key on record does not open with the present secret key: the message is for whoever runs the installation."""


def ensure_keys() -> dict[str, IssuerKey]:
    """The active key of each kind; those that are not there yet are made. Two processes that ask at once make one.

    Keys are made at the first need, inside the transaction that needs them (the first signature, or the first look at the DID
    document), so that nobody has to remember a command at installation.
    """
    found = queries.active_keys()
    if found.keys() >= KINDS.keys():
        return found
    _alone()
    found = queries.active_keys()
    for kind in KINDS:
        if kind not in found:
            found[kind] = _make(None, kind, "key.create")
    return found


def rotate(actor: Person | None, kind: str) -> IssuerKey:
    """Begin a new key of this kind. The old one stays published, so that its badges stay valid, but its private half is destroyed.

    Raises ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {', '.join(KINDS)}.")
    _alone()
    old = db.session.scalar(select(IssuerKey).where(IssuerKey.kind == kind, IssuerKey.active).with_for_update())
    if old is not None:
        old.active, old.retired_at, old.sealed_private = False, clock.now(), b""
        db.session.flush()
    return _make(actor, kind, "key.rotate", before=old.fragment if old is not None else None)


def signer(key: IssuerKey) -> tuple[PrivateKey, str]:
    """The opened key and its full address in the DID document. Raises :class:`KeyIsLocked`."""
    try:
        return _opened(key.sealed_private, current_app.config["SECRET_KEY"], key.fragment), f"{issuer_did()}#{key.fragment}"
    except Refused as problem:
        raise KeyIsLocked(
            "The issuer's keys were sealed with another secret key. Set LAUREL_SECRET_KEY to the one that was in use when they were made, or "
            "put the file secret-key back into the data folder. If it is lost, begin new keys with `flask badges rotate-key`: what was "
            "signed before stays valid."
        ) from problem


@functools.lru_cache(maxsize=16)
def _opened(sealed: bytes, secret: str, label: str) -> PrivateKey:
    """Opening takes some milliseconds, so each process keeps what it opened."""
    return PrivateKey.from_bytes(unseal(sealed, secret.encode(), label=label))


def _alone() -> None:
    """Wait until no other transaction is making keys."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('badges.issuer_keys'))"))


def _make(actor: Person | None, kind: str, verb: str, **facts: object) -> IssuerKey:
    private = generate(KINDS[kind])
    public = private.public
    secret = current_app.config["SECRET_KEY"].encode()
    row = IssuerKey(
        kind=kind, fragment=public.fragment, public=public.jwk(), sealed_private=seal(private.to_bytes(), secret, label=public.fragment), created_at=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, verb, row, kind=kind, key=key_id(issuer_did(), public), **facts)
    return row

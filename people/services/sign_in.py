"""Proving who one is by password, and what happens after wrong ones."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from core import audit, clock
from core.db import db
from people import passwords
from people.models import EndedSession, Person, SignInGuard
from people.rules import FORGET_FAILURES, lock_after


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: ``person`` if the password was right and the account is open; ``closed`` if it was right and the
    account is not; ``locked_until`` if the address is locked, and ``just_locked`` if it was this attempt that did it.
    ``account`` is the number of the account with that address, or 0: for a job, never for the answer."""

    person: Person | None = None
    closed: bool = False
    locked_until: dt.datetime | None = None
    just_locked: bool = False
    account: int = 0


def plain_address(email: str) -> str:
    """An e-mail address as it is compared: without blanks around it, in small letters. NUL cannot stand in the database."""
    return email.replace("\0", "").strip().lower()


def guard_key(email: str) -> str:
    """The key of an address in the table of wrong passwords."""
    return hashlib.sha256(b"sign-in:" + plain_address(email).encode("utf-8", "replace")).hexdigest()


def prove(email: str, password: str) -> Outcome:
    """Try a password, once at a time for each address, and count a wrong one.

    Must be committed also when the password was wrong, or nothing was counted. The same statements run and the same hash is
    computed whether or not somebody has the address, and whether or not it is locked: neither words nor time tell who works here.
    """
    now = clock.now()
    # Inserting or touching the row takes its lock: guesses of several processes for one address queue up here.
    upsert = insert(SignInGuard).values(key=guard_key(email), failures=0)
    guard = db.session.scalars(
        upsert.on_conflict_do_update(index_elements=[SignInGuard.key], set_={"key": upsert.excluded.key}).returning(SignInGuard),
        execution_options={"populate_existing": True},
    ).one()
    found = db.session.execute(select(Person.id, Person.password_hash, Person.enabled).where(func.lower(Person.email) == plain_address(email))).one_or_none()
    account, kept, enabled = found or (0, None, False)
    right = passwords.matches(kept, password)
    if guard.locked_until is not None and guard.locked_until > now:
        return Outcome(locked_until=guard.locked_until, account=account)
    if not right:
        fresh_start = guard.last_failed_at is None or now - guard.last_failed_at > FORGET_FAILURES
        guard.failures = 1 if fresh_start else guard.failures + 1
        guard.last_failed_at = now
        lock = lock_after(guard.failures)
        guard.locked_until = now + lock if lock else None
        return Outcome(locked_until=guard.locked_until, just_locked=lock is not None, account=account)
    db.session.delete(guard)
    if not enabled:
        return Outcome(closed=True, account=account)
    person = db.session.get_one(Person, account)
    if passwords.is_outdated(person.password_hash or ""):
        person.password_hash = passwords.hashed(password)
    return Outcome(person=person, account=account)


def welcome(person: Person, how: str) -> None:
    """Note that somebody signed in, and ``how`` (password, demo)."""
    person.last_sign_in_at = clock.now()
    audit.record(person, "person.sign_in", person, how=how)


def unlock(email: str) -> None:
    """Forget the wrong passwords given for an address."""
    db.session.execute(delete(SignInGuard).where(SignInGuard.key == guard_key(email)))


def end_session(person: Person | None, digest: str | None) -> None:
    """Remember that a browser session (by the digest of its number) was signed out, so that no copy of its cookie opens anything."""
    if digest:
        db.session.execute(insert(EndedSession).values(digest=digest, ended_at=clock.now()).on_conflict_do_nothing())
    if person is not None:
        audit.record(person, "person.sign_out", person)


def sweep(session_lifetime: dt.timedelta) -> int:
    """Delete what no longer matters: wrong passwords more than a day old, and ended sessions whose cookies have run out by
    themselves; returns how many rows."""
    now = clock.now()
    idle = (SignInGuard.last_failed_at.is_(None)) | (SignInGuard.last_failed_at < now - FORGET_FAILURES)
    free = (SignInGuard.locked_until.is_(None)) | (SignInGuard.locked_until < now)
    guards = db.session.execute(delete(SignInGuard).where(idle, free))
    sessions = db.session.execute(delete(EndedSession).where(EndedSession.ended_at < now - session_lifetime - dt.timedelta(hours=1)))
    return int(guards.rowcount + sessions.rowcount)  # type: ignore[attr-defined]

"""Passwords: argon2id, and as much work for an address that nobody has as for one that somebody has."""

from __future__ import annotations

import functools
import hashlib

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: OWASP Password Storage Cheat Sheet, argon2id with 19 MiB: some 20 ms, and little enough memory that a school's server can sign in
#: a full staff meeting. A hash made with other numbers is made anew when its owner next signs in.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """The hash to keep."""
    return HASHER.hash(password)


@functools.cache
def _nobodys() -> str:
    return hashed("no password opens this")


def matches(kept: str | None, password: str) -> bool:
    """Whether ``password`` is the one whose hash is ``kept``. With None (no such account, or none set yet) the same work is done
    and the answer is no, so that the time taken tells nothing."""
    nobodys = _nobodys()  # Asked for in every case: making it the first time takes as long as a comparison.
    try:
        HASHER.verify(kept or nobodys, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


def fingerprint(kept: str | None) -> str:
    """A short mark that changes whenever the password does: it ties a link to the password it was asked for."""
    return hashlib.sha256((kept or "").encode()).hexdigest()[:16]

"""Roles and what can be argued about them: standard library only."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What somebody may be here besides a colleague. Every role is dated, and scoped to the district or to one school."""

    TEACHER = "teacher"
    REVIEWER = "reviewer"
    AUTHOR = "author"
    FACILITATOR = "facilitator"
    COORDINATOR = "coordinator"
    PRINCIPAL = "principal"
    HR = "hr"
    PAYROLL = "payroll"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


#: Roles that make sense only for the whole district.
DISTRICT_ROLES = frozenset({Role.AUTHOR, Role.COORDINATOR, Role.HR, Role.PAYROLL, Role.AUDITOR, Role.ADMINISTRATOR})
#: Roles that make sense only for a school.
SCHOOL_ROLES = frozenset({Role.PRINCIPAL})


class FlsaClass(enum.StrEnum):
    """Fair Labor Standards Act class: who may not be paid a flat stipend (hourly staff are nonexempt)."""

    EXEMPT = "exempt"
    NONEXEMPT = "nonexempt"


@dataclass(frozen=True)
class Grant:
    """A role somebody holds: where (None is the whole district) and from when to when."""

    role: Role
    school_id: int | None
    starts_on: dt.date
    ends_on: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        """Whether it is in force that day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


#: How many wrong passwords lock an account, and for how long. Each further wrong one after the lock doubles it, up to a day.
GUESSES = 5
LOCK = dt.timedelta(minutes=10)


def lock_after(failures: int) -> dt.timedelta | None:
    """How long to lock an account after so many wrong passwords in a row; None: not yet.

    >>> lock_after(4) is None
    True
    >>> lock_after(5) == dt.timedelta(minutes=10)
    True
    """
    if failures < GUESSES:
        return None
    return min(LOCK * 2 ** (failures - GUESSES), dt.timedelta(days=1)) if failures - GUESSES < 10 else dt.timedelta(days=1)


#: A day after the last wrong password the count begins anew.
FORGET_FAILURES = dt.timedelta(days=1)

#: How long a link to set a new password works.
RESET_LINK = dt.timedelta(hours=1)

PASSWORD_MIN = 12
#: Long enough for any sentence; hashing a megabyte on request would only serve an attacker.
PASSWORD_MAX = 200
#: What must be left of a password once its predictable parts are taken out.
UNEXPECTED_MIN = 6

_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb")
_COMMON = [
    "password",
    "passwort",
    "contraseña",
    "contrasena",
    "welcome",
    "bienvenido",
    "letmein",
    "qwerty",
    "dragon",
    "monkey",
    "football",
    "baseball",
    "princess",
    "iloveyou",
    "teamo",
    "sunshine",
    "admin",
    "administrator",
    "login",
    "changeme",
    "default",
    "secret",
    "laurel",
    "teacher",
    "maestra",
    "maestro",
    "school",
    "escuela",
    "student",
    "classroom",
    "district",
    "learning",
    "summer",
    "winter",
    "spring",
    "autumn",
    "verano",
    "invierno",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
]
_LEET = str.maketrans("0134578@$!", "oieastbasi")


def unexpected(password: str, about: tuple[str, ...] = ()) -> int:
    """How many characters of a password are not to be expected: without common words (also with digits for letters), words
    ``about`` its owner, years, runs of the keyboard or the alphabet, and repetitions.

    >>> unexpected("Password1234!")
    1
    >>> unexpected("correct horse battery staple") > 20
    True
    """
    rest = password.lower()
    for word in sorted({*_COMMON, *(part.lower() for part in about if len(part) > 2)}, key=len, reverse=True):
        while (at := rest.find(word)) >= 0 or (at := rest.translate(_LEET).find(word)) >= 0:
            rest = rest[:at] + "\0" + rest[at + len(word) :]
    for run in (*_RUNS, *(run[::-1] for run in _RUNS)):
        for size in range(len(run), 2, -1):
            for start in range(len(run) - size + 1):
                rest = rest.replace(run[start : start + size], "\0")
    rest = re.sub(r"(19|20)\d\d", "\0", rest)
    rest = re.sub(r"(.+?)\1+", r"\1", rest)
    return len(rest.replace("\0", ""))


def password_problem(password: str, about: tuple[str, ...] = ()) -> str | None:
    """Why a password will not do, as a stable code (``too-short``, ``too-long``, ``about-you``, ``too-simple``), or None.

    NIST SP 800-63B section 3.1.1.2: length and not the obvious; no rules of composition, no change by the calendar. ``about`` are
    words that anybody knows of the owner: names, the part of the e-mail address before the @.
    """
    if len(password) < PASSWORD_MIN:
        return "too-short"
    if len(password) > PASSWORD_MAX:
        return "too-long"
    if unexpected(password) < UNEXPECTED_MIN:
        return "too-simple"
    if unexpected(password, about) < UNEXPECTED_MIN:
        return "about-you"
    return None


class Scope(enum.StrEnum):
    """What a personal token may do. Every token may read what its owner may read."""

    READ = "read"
    WRITE = "write"


#: For how many days a personal token may be made.
TOKEN_DAYS = (30, 90, 365)


def opens(scopes: Iterable[str], method: str) -> bool:
    """Whether a token with these scopes may send a request of this HTTP method: reading needs ``read``, the rest ``write``."""
    return (Scope.READ if method in ("GET", "HEAD", "OPTIONS") else Scope.WRITE) in scopes


def grant_problem(new: Grant, held: Iterable[Grant]) -> str | None:
    """Why a role cannot be granted, as a stable code, or None.

    ``district-only`` the role makes sense only for the whole district; ``school-needed`` only for a school; ``ends-before-start``;
    ``held`` somebody who holds it for the same place on one of the days cannot be granted it again.
    """
    if new.role in DISTRICT_ROLES and new.school_id is not None:
        return "district-only"
    if new.role in SCHOOL_ROLES and new.school_id is None:
        return "school-needed"
    if new.ends_on is not None and new.ends_on < new.starts_on:
        return "ends-before-start"
    for old in held:
        apart = (old.ends_on is not None and old.ends_on < new.starts_on) or (new.ends_on is not None and new.ends_on < old.starts_on)
        if old.role is new.role and old.school_id == new.school_id and not apart:
            return "held"
    return None


#: The demonstration's people: invented, with an address that cannot exist, and one password for all.
DEMO_DOMAIN = "laurel.example"
DEMO_PASSWORD = "laurel-valley-demo"  # noqa: S105 - shown on the sign-in page of the demonstration

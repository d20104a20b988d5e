"""Roles and what can be argued about them: standard library only."""

from __future__ import annotations

import datetime as dt
import enum
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


PASSWORD_MIN = 12


def password_problem(password: str, about: tuple[str, ...] = ()) -> str | None:
    """Why a password will not do, as a stable code, or None (NIST SP 800-63B: length and not the obvious, no composition rules)."""
    lowered = password.lower()
    if len(password) < PASSWORD_MIN:
        return "too-short"
    if len(set(lowered)) < 5 or any(lowered == word * (len(lowered) // max(len(word), 1)) for word in (lowered[:3], lowered[:4])):
        return "too-simple"
    if any(part and len(part) > 3 and part.lower() in lowered for part in about) and len(password) < 20:
        return "about-you"
    return None

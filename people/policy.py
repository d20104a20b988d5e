"""Who may do what with people."""

from __future__ import annotations

from people.models import Person
from people.rules import Role


def signed_in(user: Person) -> bool:
    """Anybody with an account."""
    return user is not None


def can_see_own(user: Person, subject: Person) -> bool:
    """One's own profile."""
    return user.id == subject.id


def is_coordinator(user: Person, *_: object) -> bool:
    """The professional-learning office."""
    return user.is_a(Role.COORDINATOR)


def is_administrator(user: Person, *_: object) -> bool:
    """Those who keep the installation."""
    return user.is_a(Role.ADMINISTRATOR)


def is_hr(user: Person, *_: object) -> bool:
    """Human resources."""
    return user.is_a(Role.HR)


def reads_money(user: Person, *_: object) -> bool:
    """Those who see the district's money: HR, payroll and the auditor."""
    return user.is_a(Role.HR, Role.PAYROLL, Role.AUDITOR)

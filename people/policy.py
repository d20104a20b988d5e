"""Who may do what with people."""

from __future__ import annotations

from people.models import ApiToken, Person
from people.rules import Role


def signed_in(user: Person) -> bool:
    """Anybody with an account."""
    return user is not None


def can_see_own(user: Person, subject: Person) -> bool:
    """One's own profile."""
    return user.id == subject.id


def can_revoke(user: Person, token: ApiToken) -> bool:
    """One's own tokens."""
    return user.id == token.person_id


def can_administer(user: Person, *_: object) -> bool:
    """Accounts and roles: administrators. What nobody may do to herself, the services refuse with the reason."""
    return user.is_a(Role.ADMINISTRATOR)


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

"""Who may do what with money."""

from __future__ import annotations

from ledger.models import Obligation
from ledger.rules import ObligationState
from people.models import Person
from people.policy import reads_money
from people.rules import Role


def can_see_own_earnings(user: Person) -> bool:
    """Everybody sees what she earned herself."""
    return user is not None


def can_see(user: Person, obligation: Obligation) -> bool:
    """The payee, and those who see the district's money."""
    return obligation.person_id == user.id or reads_money(user)


def can_see_all(user: Person, *_: object) -> bool:
    """Registers and other people's entries: HR, payroll and the auditor."""
    return reads_money(user)


def corrects(user: Person, obligation: Obligation) -> bool:
    """Takes back and tries again: human resources, never the payee. Whether the state allows it is for the service to say, in words."""
    return user.is_a(Role.HR) and obligation.person_id != user.id


def can_reverse(user: Person, obligation: Obligation) -> bool:
    """Whether to offer taking it back: only what is owed."""
    return corrects(user, obligation) and obligation.state == ObligationState.PAYABLE


def can_try_again(user: Person, obligation: Obligation) -> bool:
    """Whether to offer trying it again: only what was refused or taken back."""
    return corrects(user, obligation) and obligation.state != ObligationState.PAYABLE

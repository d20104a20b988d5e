"""Who may do what with awards.

A private award is seen by its holder and the professional-learning office. Principals and supervisors are strangers here like
anybody else: they see what the holder shows. ``None`` is somebody who is not signed in.
"""

from __future__ import annotations

import hmac

from credentials.badges.models import Award
from credentials.badges.rules import may_have_certificate, may_see
from credentials.evidence.policy import is_office_for
from people.models import Person
from people.rules import Role


def can_list(user: Person) -> bool:
    """Her own awards: anybody with an account."""
    return user is not None


def can_list_all(user: Person) -> bool:
    """Everybody's awards: the office."""
    return user.is_a(Role.COORDINATOR)


def is_holder(user: Person | None, award: Award) -> bool:
    """The person whose award it is."""
    return user is not None and user.id == award.person_id


def is_insider(user: Person | None, award: Award) -> bool:
    """Who sees an award whatever its holder chose."""
    return is_holder(user, award) or (user is not None and can_list_all(user))


def can_see(user: Person | None, award: Award, key: str | None = None) -> bool:
    """Whether the award may be shown; ``key`` is the secret that the address carried."""
    return may_see(award.sharing, insider=is_insider(user, award), key_fits=_fits(award, key))


def can_have_certificate(user: Person | None, award: Award, key: str | None = None) -> bool:
    """Whether the certificate may be given out: it carries the holder's name, so strangers get it only where she shows her name."""
    return may_have_certificate(award.sharing, insider=is_insider(user, award), key_fits=_fits(award, key), shows_name=award.shows_name)


def can_share(user: Person, award: Award) -> bool:
    """Who may see it is the holder's choice alone."""
    return is_holder(user, award)


def is_office_towards(user: Person, award: Award) -> bool:
    """Whether ``user`` acts as the office here: never towards herself or somebody she evaluates."""
    return is_office_for(user, award.person)


def can_revoke(user: Person, award: Award) -> bool:
    """The office, while there is something to revoke."""
    return award.revoked_at is None and is_office_towards(user, award)


def _fits(award: Award, key: str | None) -> bool:
    return bool(key) and hmac.compare_digest(award.link_secret.encode(), str(key).encode())

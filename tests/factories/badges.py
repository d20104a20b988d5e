"""Awards, by the verbs themselves and without a browser."""

from __future__ import annotations

from typing import Any

from core.db import db
from credentials.badges import services
from credentials.badges.models import Award
from credentials.catalogue.models import MicroCredential
from credentials.evidence import services as evidence
from credentials.review import services as review
from people.models import Person
from people.rules import Role
from tests.factories.evidence import released_version, submitted_version
from tests.factories.people import person
from tests.factories.review import drafted_version


def award(holder: Person | None = None, credential: MicroCredential | None = None, office: Person | None = None, **changes: Any) -> Award:
    """An award whose decision the office has just released, not yet signed; ``changes`` replace columns. Nobody reviewed it."""
    office = office or person(Role.COORDINATOR)
    version = released_version(submitted_version(holder, credential), office=office)
    return _changed(services.award(version, office), changes)


def reviewed_award(holder: Person | None = None, credential: MicroCredential | None = None, office: Person | None = None, **changes: Any) -> Award:
    """An award that rests upon two reviews, closed by the decision."""
    office = office or person(Role.COORDINATOR)
    version = drafted_version(teacher=holder, credential=credential)
    evidence.release(office, version, "")
    review.lock_all(version)
    return _changed(services.award(version, office), changes)


def signed_award(holder: Person | None = None, credential: MicroCredential | None = None, **changes: Any) -> Award:
    """An award whose badge is signed in both forms."""
    return services.ensure_signed(award(holder, credential, **changes))


def _changed(row: Award, changes: dict[str, Any]) -> Award:
    for name, value in changes.items():
        setattr(row, name, value)
    db.session.flush()
    return row

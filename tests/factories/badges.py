"""Awards, by the verbs themselves and without a browser."""

from __future__ import annotations

import functools
from typing import Any

from flask import current_app

from core import clock
from core.db import db
from credentials.badges import queries, services
from credentials.badges.keys import PrivateKey, generate, seal
from credentials.badges.models import Award, IssuerKey
from credentials.badges.services.issuer_keys import KINDS
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


@functools.cache
def _private_key(kind: str) -> PrivateKey:
    return generate(KINDS[kind])


def issuer_keys() -> None:
    """The issuer's keys, the same for the whole run, if there are none yet: making an RSA key takes longer than most tests."""
    if queries.active_keys():
        return
    secret = current_app.config["SECRET_KEY"].encode()
    for kind in KINDS:
        private = _private_key(kind)
        name = private.public.fragment
        sealed = seal(private.to_bytes(), secret, label=name)
        db.session.add(IssuerKey(kind=kind, fragment=name, public=private.public.jwk(), sealed_private=sealed, created_at=clock.now()))
    db.session.flush()


def signed_award(holder: Person | None = None, credential: MicroCredential | None = None, **changes: Any) -> Award:
    """An award whose badge is signed in both forms."""
    issuer_keys()
    return services.ensure_signed(award(holder, credential, **changes))


def _changed(row: Award, changes: dict[str, Any]) -> Award:
    for name, value in changes.items():
        setattr(row, name, value)
    db.session.flush()
    return row

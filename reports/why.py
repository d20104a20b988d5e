"""Why somebody was paid: the amount by its steps, the person by the award behind it, the ledger by its entries.

Here the rooms meet, and here the evaluation firewall stands: human resources sees that a micro-credential was awarded, by which
rubric version, who released the decision and how many colleagues reviewed it; never what they wrote, which levels they gave, or a
decision that was "not yet". Nothing of that kind is read from the database at all.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core import audit
from core.db import db
from credentials.badges.models import Award
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.evidence.models import SubmissionVersion
from credentials.review.models import Assignment
from ledger.models import Obligation
from people.models import Person


@dataclass(frozen=True)
class AwardFacts:
    """What human resources may know of the award behind an obligation."""

    title: str
    slug: str
    version: int
    awarded_at: dt.datetime
    submitted_at: dt.datetime | None
    released_at: dt.datetime | None
    released_by: str | None
    reviews: int
    revoked_at: dt.datetime | None


@dataclass(frozen=True)
class Event:
    """One line of the audit trail."""

    title: str
    when: dt.datetime
    who: str
    note: str
    tone: str


@dataclass(frozen=True)
class Why:
    """Everything on the why-page."""

    obligation: Obligation
    award: AwardFacts | None
    others: Sequence[Obligation]
    trail: Sequence[Event]


def of(obligation: Obligation) -> Why:
    """The reasons behind one obligation, in a fixed number of statements."""
    same = select(Obligation).where(Obligation.source == obligation.source, Obligation.kind == obligation.kind).order_by(Obligation.attempt)
    attempts = db.session.scalars(same).all()
    return Why(obligation, _award(obligation.source), [row for row in attempts if row.id != obligation.id], _trail(obligation))


def _award(source: str) -> AwardFacts | None:
    found = re.fullmatch(r"award:(\d{1,18})", source)
    if found is None:
        return None
    releaser = aliased(Person)
    reviews = select(func.count()).where(Assignment.version_id == Award.submission_version_id, Assignment.submitted_at.is_not(None)).scalar_subquery()
    row = db.session.execute(
        select(
            CredentialVersion.title,
            MicroCredential.slug,
            CredentialVersion.number,
            Award.issued_at,
            Award.revoked_at,
            SubmissionVersion.submitted_at,
            SubmissionVersion.released_at,
            releaser.given_name,
            releaser.family_name,
            reviews.label("reviews"),
        )
        .select_from(Award)
        .join(CredentialVersion, CredentialVersion.id == Award.credential_version_id)
        .join(MicroCredential, MicroCredential.id == Award.micro_credential_id)
        .join(SubmissionVersion, SubmissionVersion.id == Award.submission_version_id)
        .outerjoin(releaser, releaser.id == SubmissionVersion.released_by_id)
        .where(Award.id == int(found[1]))
    ).one_or_none()
    if row is None:
        return None
    name = f"{row.given_name} {row.family_name}" if row.given_name else None
    return AwardFacts(row.title, row.slug, row.number, row.issued_at, row.submitted_at, row.released_at, name, row.reviews, row.revoked_at)


def _trail(obligation: Obligation) -> list[Event]:
    events = audit.history("obligation", [obligation.id])
    ids = {event.actor_id for event in events if event.actor_id is not None}
    names: dict[int, str] = {}
    if ids:
        rows = db.session.execute(select(Person.id, Person.given_name, Person.family_name).where(Person.id.in_(ids)))
        names = {row.id: f"{row.given_name} {row.family_name}" for row in rows}
    return [_event(event, names.get(event.actor_id or 0, _("the system"))) for event in events]


def _event(event: Any, who: str) -> Event:
    title, tone = {
        "obligation.post": (_("Posted"), "good"),
        "obligation.refuse": (_("Looked at, and not paid"), "quiet"),
        "obligation.reverse": (_("Taken back"), "bad"),
    }.get(event.verb, (event.verb, "quiet"))
    return Event(title, event.at, who, event.facts.get("reason", ""), tone)

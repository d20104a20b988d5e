"""Reads: awards as their holder, the office and the public see them; keys, status lists, and what is published. Eager loading is decided here."""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, undefer

from core.db import db
from core.paging import Page
from credentials.badges import policy
from credentials.badges.models import Award, IssuerKey, StatusList
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.review.models import Assignment
from credentials.review.rules import AssignmentState, Round
from people.models import District, Person

#: What the page of an award prints.
_WHOLE = (
    joinedload(Award.person, innerjoin=True).joinedload(Person.school),
    joinedload(Award.micro_credential, innerjoin=True),
    joinedload(Award.credential_version, innerjoin=True).undefer(CredentialVersion.content),
)


def by_uuid(uuid: uuids.UUID) -> Award | None:
    """The award with this number, for whoever asks: the caller checks who may see it."""
    return db.session.scalar(select(Award).options(*_WHOLE).where(Award.uuid == uuid))


def shown(uuid: uuids.UUID, user: Person | None, key: str | None = None) -> Award | None:
    """The award, if this user (None: a stranger) may see it; unknown and hidden look alike."""
    row = by_uuid(uuid)
    return row if row is not None and policy.can_see(user, row, key) else None


def own(uuid: uuids.UUID, user: Person) -> Award | None:
    """The award, for its holder alone."""
    row = by_uuid(uuid)
    return row if row is not None and policy.is_holder(user, row) else None


def for_insiders(uuid: uuids.UUID, user: Person) -> Award | None:
    """The award, for its holder and the office."""
    row = by_uuid(uuid)
    return row if row is not None and policy.is_insider(user, row) else None


def for_office(uuid: uuids.UUID, user: Person) -> Award | None:
    """The award, for the office."""
    return by_uuid(uuid) if policy.can_list_all(user) else None


def awards(owner: Person | None, number: int = 1, size: int = 25, slug: str | None = None) -> Page[Award]:
    """Awards, newest first: of one person, or everybody's for None; of one micro-credential if ``slug`` is given."""
    statement = select(Award)
    if owner is not None:
        statement = statement.where(Award.person_id == owner.id)
    if slug is not None:
        statement = statement.join(Award.micro_credential).where(MicroCredential.slug == slug)
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    options = (
        joinedload(Award.person, innerjoin=True).joinedload(Person.school),
        joinedload(Award.micro_credential, innerjoin=True),
        joinedload(Award.credential_version, innerjoin=True),
    )
    rows = db.session.scalars(statement.options(*options).order_by(Award.issued_at.desc(), Award.id.desc()).limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, size, total)


def awards_of(person: Person, number: int = 1, size: int = 25) -> Page[Award]:
    """A person's awards, newest first."""
    return awards(person, number, size)


@dataclass(frozen=True)
class Reviews:
    """How many reviews an award rests upon: of the whole, and of what the first two did not agree on."""

    first: int
    third: int


def reviews_of(award: Award) -> Reviews:
    """The reviews of the version that was awarded, counted once they were closed by the decision."""
    statement = (
        select(Assignment.round, func.count())
        .where(Assignment.version_id == award.submission_version_id, Assignment.state == AssignmentState.LOCKED.value)
        .group_by(Assignment.round)
    )
    counts = {Round(round_): number for round_, number in db.session.execute(statement)}
    return Reviews(counts.get(Round.FIRST, 0), counts.get(Round.THIRD, 0))


def published_keys() -> list[IssuerKey]:
    """Every key that ever signed and was not withdrawn, newest first."""
    return list(db.session.scalars(select(IssuerKey).order_by(IssuerKey.created_at.desc(), IssuerKey.id.desc())))


def active_keys() -> dict[str, IssuerKey]:
    """The keys that sign now, by kind."""
    return {row.kind: row for row in db.session.scalars(select(IssuerKey).where(IssuerKey.active).execution_options(populate_existing=True))}


def status_list(number: int) -> StatusList | None:
    """A status list by its number."""
    return db.session.get(StatusList, number)


def status_lists() -> list[StatusList]:
    """All status lists."""
    return list(db.session.scalars(select(StatusList).order_by(StatusList.id)))


def achievement(slug: str, number: int) -> CredentialVersion | None:
    """A published version of a micro-credential: once published, it stays public, retired or not."""
    return db.session.scalar(
        select(CredentialVersion)
        .join(CredentialVersion.micro_credential)
        .options(contains_eager(CredentialVersion.micro_credential), undefer(CredentialVersion.content))
        .where(MicroCredential.slug == slug, CredentialVersion.number == number, CredentialVersion.state == "published")
    )


def district() -> District | None:
    """The district of this installation."""
    return db.session.get(District, 1)

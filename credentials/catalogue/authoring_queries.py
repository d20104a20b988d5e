"""Reads for those who write micro-credentials. Whoever may not know what is being written finds nothing here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, any_, case, func, literal, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, undefer

from core import audit, paging
from core.audit import AuditEvent
from core.db import db
from credentials.catalogue import policy
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.rules import State, VersionState, is_slug
from people.models import Person, RoleGrant
from people.queries import in_force
from people.rules import Role


def draft(key: int, user: Person) -> CredentialVersion | None:
    """A version by its number, with content and micro-credential, for those who may see drafts."""
    if not policy.can_see_drafts(user) or key >= 2**63:
        return None
    return db.session.scalar(
        select(CredentialVersion)
        .join(CredentialVersion.micro_credential)
        .options(
            undefer(CredentialVersion.content),
            contains_eager(CredentialVersion.micro_credential),
            joinedload(CredentialVersion.authored_by),
            joinedload(CredentialVersion.submitted_by),
        )
        .where(CredentialVersion.id == key)
    )


def credential(slug: str, user: Person) -> MicroCredential | None:
    """A micro-credential in any state by its slug, for those who may see drafts."""
    if not policy.can_see_drafts(user) or not is_slug(slug):
        return None
    return db.session.scalar(select(MicroCredential).options(joinedload(MicroCredential.current_version)).where(MicroCredential.slug == slug))


def versions(micro_credential: MicroCredential) -> list[CredentialVersion]:
    """All versions, newest first, with who wrote and who approved them."""
    return list(
        db.session.scalars(
            select(CredentialVersion)
            .options(joinedload(CredentialVersion.authored_by), joinedload(CredentialVersion.approved_by))
            .where(CredentialVersion.micro_credential_id == micro_credential.id)
            .order_by(CredentialVersion.number.desc())
        )
    )


@dataclass(frozen=True)
class Line:
    """One line of the authors' list: the micro-credential, and the version that is open, if one is."""

    slug: str
    state: str
    title: str
    current_number: int | None
    open_id: int | None
    open_number: int | None
    open_state: str | None
    author: str | None
    contributor_ids: list[int]


def listing(user: Person, *, mine: bool, state: str, words: str, number: int, size: int) -> paging.Page[Line]:
    """What is being written, waits for its check, is published or retired. ``state`` is draft, check, published, retired or empty
    for all; what somebody has to act on comes first. Two statements."""
    writing, current = aliased(CredentialVersion), aliased(CredentialVersion)
    contributors = func.coalesce(writing.contributor_ids, current.contributor_ids)
    title = func.coalesce(writing.title, current.title)
    conditions: list[ColumnElement[bool]] = []
    if mine:
        conditions.append(or_(MicroCredential.created_by_id == user.id, literal(user.id) == any_(contributors)))
    if words:
        conditions.append(title.icontains(words, autoescape=True))
    if state == "draft":
        conditions.append(writing.state == VersionState.DRAFT.value)
    elif state == "check":
        conditions.append(writing.state == VersionState.IN_QUALITY_REVIEW.value)
    elif state in (State.PUBLISHED, State.RETIRED):
        conditions.append(MicroCredential.state == state)
    source = (
        select(
            MicroCredential.slug,
            MicroCredential.state,
            title.label("title"),
            current.number,
            writing.id,
            writing.number,
            writing.state,
            (Person.given_name + " " + Person.family_name).label("author"),
            contributors,
        )
        .select_from(MicroCredential)
        .outerjoin(writing, and_(writing.micro_credential_id == MicroCredential.id, writing.state != VersionState.PUBLISHED.value))
        .outerjoin(current, current.id == MicroCredential.current_version_id)
        .outerjoin(Person, Person.id == func.coalesce(writing.authored_by_id, current.authored_by_id))
        .where(*conditions)
    )
    total = db.session.scalar(select(func.count()).select_from(source.subquery())) or 0
    urgency = case((writing.state == VersionState.IN_QUALITY_REVIEW.value, 0), (writing.state == VersionState.DRAFT.value, 1), else_=2)
    rows = db.session.execute(source.order_by(urgency, func.lower(title), MicroCredential.id).limit(size).offset((number - 1) * size))
    return paging.Page([Line(*row) for row in rows], number, size, total)


@dataclass(frozen=True)
class Event:
    """Something that happened: which verb, to which version, by whom, when."""

    verb: str
    number: int | None
    who: str
    when: dt.datetime


def history(micro_credential: MicroCredential, version_ids: list[int]) -> list[Event]:
    """What happened to a micro-credential and its versions, oldest first; many savings in a row by one person count as one."""
    events: list[AuditEvent] = audit.history("micro_credential", [micro_credential.id])
    events += audit.history("credential_version", version_ids) if version_ids else []
    events.sort(key=lambda event: event.id)
    actors = {event.actor_id for event in events if event.actor_id is not None}
    found = db.session.execute(select(Person.id, Person.given_name, Person.family_name).where(Person.id.in_(actors)))
    names = {row.id: f"{row.given_name} {row.family_name}" for row in found}
    told: list[Event] = []
    for event in events:
        one = Event(event.verb, event.facts.get("number"), names.get(event.actor_id or 0, ""), event.at)
        if told and one.verb == "credential.save" == told[-1].verb and told[-1].who == one.who:
            told[-1] = one
        else:
            told.append(one)
    return told


def possible_checkers(version: CredentialVersion) -> list[Person]:
    """Those who may do the quality check of this version."""
    wrote = [*version.contributor_ids, version.submitted_by_id or 0]
    able = RoleGrant.role.in_((Role.AUTHOR.value, Role.COORDINATOR.value))
    holds = select(RoleGrant.id).where(RoleGrant.person_id == Person.id, RoleGrant.school_id.is_(None), able, *in_force()).exists()
    return list(db.session.scalars(select(Person).where(Person.enabled, Person.id.not_in(wrote), holds).order_by(Person.id)))


def contributors(version: CredentialVersion) -> list[Person]:
    """Everybody who wrote in this version."""
    return list(db.session.scalars(select(Person).where(Person.id.in_(version.contributor_ids), Person.enabled).order_by(Person.id)))

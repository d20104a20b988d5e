"""Reads: people by address, by role, by search; tokens; what happened to an account."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, String, column, exists, func, select, true, values
from sqlalchemy.orm import aliased

from core import clock, paging
from core.audit import AuditEvent
from core.db import db
from people.models import ApiToken, Person, RoleGrant, School
from people.rules import DEMO_DOMAIN, Role

#: How many people the demonstration shows for each role; of teachers twice as many.
DEMO_PER_ROLE = 2


def person(key: int, user: Person) -> Person | None:
    """Anybody, by number, for an administrator; nobody for others, so that numbers tell them nothing."""
    return db.session.get(Person, key) if user.is_a(Role.ADMINISTRATOR) else None


def grant(key: int, user: Person) -> RoleGrant | None:
    """A role somebody holds, by number, for an administrator."""
    return db.session.get(RoleGrant, key) if user.is_a(Role.ADMINISTRATOR) else None


def own_token(key: int, user: Person) -> ApiToken | None:
    """One of the user's own tokens, by number."""
    return db.session.scalar(select(ApiToken).where(ApiToken.id == key, ApiToken.person_id == user.id))


def tokens_of(owner: Person) -> Sequence[ApiToken]:
    """The tokens of somebody that still open something, newest first."""
    now = clock.now()
    statement = select(ApiToken).where(
        ApiToken.person_id == owner.id, ApiToken.revoked_at.is_(None), (ApiToken.expires_at.is_(None)) | (ApiToken.expires_at > now)
    )
    return db.session.scalars(statement.order_by(ApiToken.id.desc())).all()


def by_email(email: str) -> Person | None:
    """The person with this e-mail address, whatever its capitals."""
    return db.session.scalar(select(Person).where(func.lower(Person.email) == email.replace("\0", "").strip().lower()))


def account_number(email: str) -> int:
    """The number of the open account with this address, or 0: one statement either way."""
    return db.session.scalar(select(Person.id).where(func.lower(Person.email) == email.replace("\0", "").strip().lower(), Person.enabled)) or 0


def schools() -> Sequence[School]:
    """All schools and offices, by name."""
    return db.session.scalars(select(School).order_by(School.name, School.id)).all()


def school_codes(keys: set[int]) -> dict[int, str]:
    """The codes of some schools, by number."""
    return {row.id: row.code for row in db.session.execute(select(School.id, School.code).where(School.id.in_(keys)))} if keys else {}


def in_force(role: Role | None = None, school_id: int | None = None) -> list[ColumnElement[bool]]:
    """What makes a row of ``role_grant`` count today."""
    today = clock.today()
    conditions: list[ColumnElement[bool]] = [RoleGrant.starts_on <= today, (RoleGrant.ends_on.is_(None)) | (RoleGrant.ends_on >= today)]
    if role is not None:
        conditions.append(RoleGrant.role == role.value)
    if school_id is not None:
        conditions.append(RoleGrant.school_id == school_id)
    return conditions


def page_of_people(words: str, school_id: int | None, role: Role | None, closed: bool, number: int, size: int) -> paging.Page[Person]:
    """A page of the list of people, by family name.

    Every one of ``words`` must occur in name, e-mail address or employee number, without regard to capitals and accents;
    ``school_id`` and ``role`` (held today) narrow it; ``closed`` shows the closed accounts instead of the open ones. Two statements,
    and one for the roles of all people on the page.
    """
    conditions: list[ColumnElement[bool]] = [Person.enabled.is_(not closed)]
    for word in words.replace("\0", "").split()[:8]:
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        conditions.append(Person.search.like(func.plain(f"%{escaped}%")))
    if school_id is not None:
        conditions.append(Person.school_id == school_id)
    if role is not None:
        conditions.append(exists().where(RoleGrant.person_id == Person.id, *in_force(role)))
    total = db.session.scalar(select(func.count()).select_from(Person).where(*conditions)) or 0
    rows = db.session.scalars(
        select(Person).where(*conditions).order_by(Person.family_name, Person.given_name, Person.id).limit(size).offset((number - 1) * size)
    ).all()
    return paging.Page(rows, number, size, total)


def history(subject: Person, number: int, size: int) -> tuple[paging.Page[AuditEvent], dict[int, str]]:
    """What happened to an account, newest first, and the names of those who did it."""
    about = (AuditEvent.subject_type == Person.__tablename__, AuditEvent.subject_id == subject.id)
    total = db.session.scalar(select(func.count()).select_from(AuditEvent).where(*about)) or 0
    events = db.session.scalars(select(AuditEvent).where(*about).order_by(AuditEvent.id.desc()).limit(size).offset((number - 1) * size)).all()
    actors = {event.actor_id for event in events if event.actor_id is not None}
    found = db.session.execute(select(Person.id, Person.given_name, Person.family_name).where(Person.id.in_(actors)))
    return paging.Page(events, number, size, total), {key: f"{given} {family}" for key, given, family in found}


def demo_people() -> dict[Role, list[Person]]:
    """The demonstration's people who can sign in, a few of each role, each shown once: under the rarest of her roles,
    and as a teacher only if she is nothing else.

    Only people with an address of the demonstration count, so that a real account is never offered.
    """
    wanted = values(column("role", String), name="wanted").data([(role.value,) for role in Role])
    other = aliased(RoleGrant)
    nothing_else = ~exists().where(other.person_id == RoleGrant.person_id, other.role != RoleGrant.role)
    # For each role the first few of its grants, and no more: in a state of fifty thousand this must not look at everybody.
    first = (
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == wanted.c.role, *in_force(), Person.enabled, Person.password_hash.is_not(None), Person.email.like(f"%@{DEMO_DOMAIN}"))
        .where((wanted.c.role != Role.TEACHER.value) | nothing_else)
        .order_by(RoleGrant.id)
        .limit(8)
        .lateral("first")
    )
    statement = select(first.c.person_id).select_from(wanted.join(first, true()))
    people = db.session.scalars(select(Person).where(Person.id.in_(statement)).order_by(Person.id)).all()
    groups: dict[Role, list[Person]] = {}
    shown: set[int] = set()
    holders = {role: [p for p in people if any(g.role is role for g in p.grants())] for role in Role}
    for role in sorted(Role, key=lambda r: (r is Role.TEACHER, len(holders[r]))):
        groups[role] = [p for p in holders[role] if p.id not in shown][: DEMO_PER_ROLE * (2 if role is Role.TEACHER else 1)]
        shown |= {p.id for p in groups[role]}
    return {role: groups[role] for role in Role if groups[role]}


def demo_person(key: int) -> Person | None:
    """One of the people whom the demonstration's sign-in page shows."""
    return next((p for people in demo_people().values() for p in people if p.id == key), None)

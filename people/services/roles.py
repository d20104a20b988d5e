"""Roles: who grants them, who ends them, and that somebody can always do either."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _
from sqlalchemy import func, select, text

from core import audit, clock
from core.db import db
from core.errors import RuleBroken
from people.models import Person, RoleGrant
from people.rules import Grant, Role, grant_problem


def hold_administrators(actor: Person | None) -> None:
    """Let one change of administrators happen at a time, and make sure that ``actor`` still is one when its turn comes
    (None: the command line)."""
    db.session.flush()
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('people.administrators'))"))
    if actor is not None:
        db.session.refresh(actor, ["role_grants", "enabled"])
        if not actor.enabled or not actor.is_a(Role.ADMINISTRATOR):
            raise RuleBroken(_("You are no longer an administrator: somebody changed that a moment ago."), "not-administrator")


def refuse_none_left() -> None:
    """Raise RuleBroken when nobody would be left who can administer: open account, role in force, without an end."""
    db.session.flush()
    today = clock.today()
    left = db.session.scalar(
        select(func.count(func.distinct(Person.id)))
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.role == Role.ADMINISTRATOR.value, RoleGrant.school_id.is_(None), RoleGrant.starts_on <= today, RoleGrant.ends_on.is_(None), Person.enabled
        )
    )
    if not left:
        raise RuleBroken(_("At least one administrator must remain. Make somebody else an administrator first."), "last-administrator")


def refuse_own(actor: Person | None, person: Person) -> None:
    """Nobody changes her own roles."""
    if actor is not None and actor.id == person.id:
        raise RuleBroken(_("Nobody changes her own roles. Ask another administrator."), "own-roles")


def grant(actor: Person | None, person: Person, role: Role, school_id: int | None, starts_on: dt.date, ends_on: dt.date | None) -> RoleGrant:
    """Give somebody a role, for the district (``school_id`` None) or a school, from one day to another (None: without end).

    Raises RuleBroken with the reasons of :func:`people.rules.grant_problem`, and ``own-roles``. ``actor`` None is the command line.
    """
    refuse_own(actor, person)
    hold_administrators(actor)
    sentences = {
        "district-only": _("This role is for the whole district: leave the school empty."),
        "school-needed": _("This role is for one school: choose it."),
        "ends-before-start": _("The last day is before the first."),
        "held": _("She or he already holds this role in these days. End that first, or choose other dates."),
    }
    # The lock above also keeps two administrators from granting the same role at once, each not seeing the other's.
    db.session.refresh(person, ["role_grants"])
    problem = grant_problem(Grant(role, school_id, starts_on, ends_on), [row.as_grant() for row in person.role_grants])
    if problem:
        raise RuleBroken(sentences[problem], problem)
    row = RoleGrant(role=role.value, school_id=school_id, starts_on=starts_on, ends_on=ends_on)
    person.role_grants.append(row)
    db.session.flush()
    audit.record(
        actor, "person.grant_role", person, role=role.value, school=school_id, starts_on=starts_on.isoformat(), ends_on=ends_on and ends_on.isoformat()
    )
    return row


def end(actor: Person, row: RoleGrant, last_day: dt.date | None) -> None:
    """End a role after ``last_day`` (today or later), or at once (None).

    A role that ends at once had its last day yesterday; one that began today or was to begin later is taken away whole, and the
    history keeps what it was. Raises RuleBroken: ``own-roles``, ``last-administrator``, ``over``, ``past-day``.
    """
    person, today = row.person, clock.today()
    refuse_own(actor, person)
    hold_administrators(actor)
    now = db.session.get(RoleGrant, row.id, populate_existing=True)
    if now is None or (now.ends_on is not None and now.ends_on < today):
        raise RuleBroken(_("This role has ended already."), "over")
    if last_day is not None and last_day < max(today, row.starts_on):
        raise RuleBroken(_("The last day lies in the past. To end the role at once, leave the day empty."), "past-day")
    before = row.ends_on and row.ends_on.isoformat()
    facts = {"role": row.role, "school": row.school_id, "starts_on": row.starts_on.isoformat(), "before": before}
    is_administrator = row.role == Role.ADMINISTRATOR.value
    if last_day is not None:
        row.ends_on = last_day
    elif row.starts_on < today:
        row.ends_on = today - dt.timedelta(days=1)
    else:
        db.session.delete(row)
        db.session.flush()
        db.session.expire(person, ["role_grants"])
    if is_administrator:
        refuse_none_left()
    audit.record(actor, "person.end_role", person, ends_on=last_day.isoformat() if last_day else "at once", **facts)

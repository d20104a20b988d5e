"""People and schools, plainly invented."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from core import clock
from core.db import db
from people.models import ApiToken, Person, RoleGrant, School
from people.rules import Role, Scope
from people.services import tokens

_numbers = itertools.count(1)


def school(**given: Any) -> School:
    """A school."""
    n = next(_numbers)
    row = School(**{"code": f"S{n}", "name": f"Invented School {n}"} | given)
    db.session.add(row)
    db.session.flush()
    return row


def person(*roles: Role, at: School | None = None, **given: Any) -> Person:
    """A member of staff with district-wide roles (school-wide where ``at`` is given and the role is the principal's)."""
    n = next(_numbers)
    facts: dict[str, Any] = {
        "email": f"person{n}@laurel.example",
        "given_name": f"Given{n}",
        "family_name": f"Family{n}",
        "employee_number": f"{n:06d}",
        "bargaining_unit": "teachers",
        "hire_date": dt.date(2020, 8, 1),
    }
    row = Person(**facts | given)
    if "school_id" not in given:
        row.school = at or given.get("school") or school()
    here = row.school_id or row.school.id
    row.role_grants = [
        RoleGrant(role=role.value, school_id=here if role is Role.PRINCIPAL else None, starts_on=clock.today() - dt.timedelta(days=400)) for role in roles
    ]
    db.session.add(row)
    db.session.flush()
    return row


def teacher(**given: Any) -> Person:
    """A classroom teacher."""
    return person(Role.TEACHER, **given)


def api_token(owner: Person, *scopes: Scope, days: int = 30) -> str:
    """The secret of a personal token (to read and write, unless told otherwise); say ``Authorization: Bearer <secret>``.

    It counts as used a moment ago, so that a first call does not write that it was.
    """
    token, secret = tokens.create(owner, "Test", days, scopes or tuple(Scope))
    token.last_used_at = clock.now()
    db.session.flush()
    return secret


def token_row(secret: str) -> ApiToken:
    """The row of a token by its secret."""
    return db.session.query(ApiToken).filter_by(token_hash=tokens.token_hash(secret)).one()

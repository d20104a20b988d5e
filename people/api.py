"""Who am I: what a program finds out about the token it holds."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_smorest import Blueprint

from core.access import me, requires
from people import identity, policy, queries
from people.models import Person
from people.rules import Role, Scope

bp = Blueprint("me", __name__, url_prefix="/api/v1", description="The owner of the token")


class SchoolSchema(ma.Schema):
    """A school or an office of the district."""

    code = ma.fields.String(required=True)
    name = ma.fields.String(required=True)


class RoleSchema(ma.Schema):
    """A role that is in force today."""

    role = ma.fields.String(required=True, validate=ma.validate.OneOf([r.value for r in Role]))
    school = ma.fields.String(required=True, allow_none=True, metadata={"description": "The code of the school it is held for; null: the whole district."})
    starts_on = ma.fields.Date(required=True)
    ends_on = ma.fields.Date(required=True, allow_none=True)


class TokenSchema(ma.Schema):
    """The token of this request, without its secret."""

    name = ma.fields.String(required=True)
    scopes = ma.fields.List(ma.fields.String(validate=ma.validate.OneOf([s.value for s in Scope])), required=True)
    created_at = ma.fields.AwareDateTime(required=True)
    expires_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class MeSchema(ma.Schema):
    """A person as she sees herself."""

    id = ma.fields.Integer(required=True)
    email = ma.fields.Email(required=True)
    given_name = ma.fields.String(required=True)
    family_name = ma.fields.String(required=True)
    locale = ma.fields.String(required=True, allow_none=True)
    employee_number = ma.fields.String(required=True, allow_none=True)
    school = ma.fields.Nested(SchoolSchema, required=True, allow_none=True)
    roles = ma.fields.List(ma.fields.Nested(RoleSchema), required=True)
    token = ma.fields.Nested(TokenSchema, required=True)


@bp.route("/me")
@requires(policy.signed_in)
@bp.response(200, MeSchema)
def get_me() -> dict[str, Any]:
    """The person the token belongs to

    Name, school, roles in force today, and what the token itself may do and how long.
    """
    person: Person = me()
    codes = queries.school_codes({g.school_id for g in person.grants() if g.school_id})
    return {
        "id": person.id,
        "email": person.email,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "locale": person.locale,
        "employee_number": person.employee_number,
        "school": person.school,
        "roles": [{"role": g.role.value, "school": codes.get(g.school_id or 0), "starts_on": g.starts_on, "ends_on": g.ends_on} for g in person.grants()],
        "token": identity.token(),
    }

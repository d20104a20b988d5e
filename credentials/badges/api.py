"""Awards for programs: one's own; for the office everybody's."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask_smorest import Blueprint
from flask_smorest.pagination import PaginationParameters

from core.access import me, requires
from core.db import transaction
from core.web import address
from credentials.badges import policy, queries, services
from credentials.badges.models import Award
from credentials.badges.rules import Sharing, Standing

bp = Blueprint("awards", __name__, url_prefix="/api/v1/awards", description="Badges that were awarded")

_STANDINGS = [one.value for one in Standing]


class HolderSchema(ma.Schema):
    """Whose award it is."""

    id = ma.fields.Integer(required=True)
    given_name = ma.fields.String(required=True)
    family_name = ma.fields.String(required=True)


class ResultSchema(ma.Schema):
    """One criterion of the rubric."""

    criterion = ma.fields.String(required=True, metadata={"description": "The criterion's key in the rubric."})
    name = ma.fields.String(required=True)
    met = ma.fields.Boolean(required=True)
    level = ma.fields.String(required=True, allow_none=True, metadata={"description": "The label of the level that was reached."})


class LinksSchema(ma.Schema):
    """Where the award is found. Of a private one only its holder and the office get an answer there, after signing in."""

    page = ma.fields.Url(required=True, require_tld=False)
    json = ma.fields.Url(required=True, require_tld=False, metadata={"description": "Open Badges 3.0 with a Data Integrity proof."})
    jwt = ma.fields.Url(required=True, require_tld=False, metadata={"description": "Open Badges 3.0 as VC-JWT."})
    png = ma.fields.Url(required=True, require_tld=False, metadata={"description": "The picture with the credential inside."})
    svg = ma.fields.Url(required=True, require_tld=False)
    certificate = ma.fields.Url(required=True, require_tld=False, allow_none=True, metadata={"description": "A PDF; null for a revoked award."})
    achievement = ma.fields.Url(required=True, require_tld=False, metadata={"description": "What the badge stands for."})


class AwardSchema(ma.Schema):
    """An award."""

    uuid = ma.fields.UUID(required=True)
    micro_credential = ma.fields.String(required=True, metadata={"description": "The slug of the micro-credential."})
    version = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True)
    holder = ma.fields.Nested(HolderSchema, required=True)
    issued_at = ma.fields.AwareDateTime(required=True)
    valid_until = ma.fields.AwareDateTime(required=True, allow_none=True)
    revoked_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    standing = ma.fields.String(required=True, validate=ma.validate.OneOf(_STANDINGS))
    visibility = ma.fields.String(required=True, validate=ma.validate.OneOf([one.value for one in Sharing]))
    shows_name = ma.fields.Boolean(required=True)
    links = ma.fields.Nested(LinksSchema, required=True)


class WholeAwardSchema(AwardSchema):
    """An award with its results and the signed badge itself."""

    results = ma.fields.List(ma.fields.Nested(ResultSchema), required=True)
    credential = ma.fields.Dict(required=True, metadata={"description": "The badge as JSON with its proof."})
    jwt = ma.fields.String(required=True, metadata={"description": "The badge as VC-JWT."})


class AwardQuerySchema(ma.Schema):
    """Which awards."""

    scope = ma.fields.String(
        load_default="mine",
        validate=ma.validate.OneOf(["mine", "all"]),
        metadata={"description": "`mine`, or `all` for coordinators: for anybody else `all` is her own as well."},
    )
    micro_credential = ma.fields.String(load_default=None, metadata={"description": "Only of the micro-credential with this slug."})


@bp.route("")
@requires(policy.can_list)
@bp.arguments(AwardQuerySchema, location="query")
@bp.response(200, AwardSchema(many=True))
@bp.paginate(page_size=25, max_page_size=100)
def list_awards(query: dict[str, Any], pagination_parameters: PaginationParameters) -> list[dict[str, Any]]:
    """Awards, newest first

    Your own; coordinators may ask for everybody's. The header `X-Pagination` says how many there are.
    """
    user = me()
    owner = None if query["scope"] == "all" and policy.can_list_all(user) else user
    page = queries.awards(owner, pagination_parameters.page, pagination_parameters.page_size, query["micro_credential"])
    pagination_parameters.item_count = page.total
    return [told(award) for award in page.items]


@bp.route("/<uuid:uuid>")
@requires(policy.is_insider, uuid=queries.for_insiders)
@bp.response(200, WholeAwardSchema)
def get_award(uuid: Award) -> dict[str, Any]:
    """One award with its results and the signed badge

    Your own, or anybody's for coordinators.
    """
    award = uuid
    if award.signed_at is None:
        with transaction():
            award = services.ensure_signed(award)
    content = award.credential_version.parsed()
    results = [
        {"criterion": c.key, "name": c.name, "met": bool(result.get("met")), "level": content.level(result["level"]).label if result.get("level") else None}
        for c in content.criteria()
        if (result := award.results.get(c.key)) is not None
    ]
    return told(award) | {"results": results, "credential": award.credential, "jwt": award.jwt}


def told(award: Award) -> dict[str, Any]:
    """An award as the schema tells it."""
    return {
        "uuid": award.uuid,
        "micro_credential": award.micro_credential.slug,
        "version": award.credential_version.number,
        "title": award.credential_version.title,
        "holder": award.person,
        "issued_at": award.issued_at,
        "valid_until": award.valid_until,
        "revoked_at": award.revoked_at,
        "standing": award.standing.value,
        "visibility": award.visibility,
        "shows_name": award.shows_name,
        "links": links_of(award),
    }


def links_of(award: Award) -> dict[str, str | None]:
    """Where the award is found, by form."""
    found: dict[str, str | None] = {name: address(f"badges.{endpoint}", uuid=award.uuid) for name, endpoint in _ENDPOINTS.items()}
    found["achievement"] = address("badges.achievement", slug=award.micro_credential.slug, number=award.credential_version.number)
    return found if award.revoked_at is None else found | {"certificate": None}


_ENDPOINTS = {"page": "show", "json": "json_", "jwt": "jwt", "png": "png", "svg": "svg", "certificate": "certificate"}

"""The catalogue for machines: the same search and the same content as the pages, open to everybody."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import abort, request, url_for
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.datastructures import MultiDict

from core.access import opened, public
from core.paging import Page
from core.web import address
from credentials.catalogue import queries
from credentials.catalogue.forms import AUDIENCES, GRADE_BANDS, HOURS, search_from
from credentials.catalogue.models import MicroCredential
from credentials.catalogue.rules import EVIDENCE_KINDS, Sort
from credentials.catalogue.search import Hit, find

bp = Blueprint("catalogue_api", __name__, url_prefix="/api/v1/catalogue", description="Micro-credentials on offer.")

#: Reading the catalogue needs no token.
OPEN: list[dict[str, list[str]]] = [{}, {"token": []}]
LARGEST_PAGE = 50


class SearchSchema(Schema):
    """What may be asked for. Within one filter any value is enough; the filters together all hold."""

    q = fields.String(
        validate=validate.Length(max=200), metadata={"description": "Words; quotation marks, OR and a minus sign mean what they mean in a web search."}
    )
    topic = fields.List(fields.String(validate=validate.Length(max=80)))
    audience = fields.List(fields.String(validate=validate.OneOf(AUDIENCES)))
    grade = fields.List(fields.String(validate=validate.OneOf(GRADE_BANDS)))
    evidence = fields.List(fields.String(validate=validate.OneOf(EVIDENCE_KINDS)))
    hours = fields.String(validate=validate.OneOf(tuple(HOURS)))
    hours_min = fields.Float(validate=validate.Range(min=0, max=500), metadata={"description": "Clock hours of effort, at least."})
    hours_max = fields.Float(validate=validate.Range(min=0, max=500), metadata={"description": "Clock hours of effort, at most."})
    stipend = fields.String(validate=validate.OneOf(["yes"]), metadata={"description": "Only those with a suggested stipend."})
    stipend_min = fields.Float(validate=validate.Range(min=0, max=100_000), metadata={"description": "Dollars, at least."})
    sort = fields.String(validate=validate.OneOf([sort.value for sort in Sort]))
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1_000_000))
    size = fields.Integer(load_default=24, validate=validate.Range(min=1, max=LARGEST_PAGE))


class HitSchema(Schema):
    """One micro-credential in a list."""

    slug = fields.String(required=True)
    version = fields.Integer(required=True, attribute="number")
    title = fields.String(required=True)
    competency = fields.String(required=True)
    grade_bands = fields.Function(lambda hit: [band for band in hit.grade_bands.split(",") if band], metadata={"type": "array", "items": {"type": "string"}})
    effort_hours = fields.Float(required=True)
    stipend_cents = fields.Integer(required=True, metadata={"description": "The issuer's suggestion; policies decide what is paid."})
    published_at = fields.AwareDateTime(required=True)
    url = fields.Function(lambda hit: address("catalogue.show", slug=hit.slug), metadata={"type": "string", "format": "uri"})
    badge_url = fields.Function(lambda hit: address("catalogue.badge", slug=hit.slug, v=hit.number), metadata={"type": "string", "format": "uri"})


class TopicSchema(Schema):
    """How many there would be of a topic, with the other filters as they are."""

    topic = fields.String(required=True)
    number = fields.Integer(required=True)


class FoundSchema(Schema):
    """One page of what was found."""

    items = fields.List(fields.Nested(HitSchema), required=True)
    page = fields.Integer(required=True)
    size = fields.Integer(required=True)
    total = fields.Integer(required=True)
    topics = fields.List(fields.Nested(TopicSchema), required=True)
    guess = fields.String(required=True, allow_none=True, metadata={"description": "What was looked for instead, where nobody wrote the words asked for."})


class VersionQuerySchema(Schema):
    """Which version."""

    version = fields.Integer(validate=validate.Range(min=1, max=1_000_000), metadata={"description": "A published version; without it, the present one."})


class EditionSchema(Schema):
    """One published version."""

    number = fields.Integer(required=True)
    published_at = fields.AwareDateTime(required=True)
    change_note = fields.String(required=True)


class MicroCredentialSchema(Schema):
    """One micro-credential with everything it says; ``content`` has the shape of the YAML files that authors exchange."""

    slug = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["published", "retired"]))
    version = fields.Integer(required=True)
    versions = fields.List(fields.Nested(EditionSchema), required=True)
    url = fields.String(required=True)
    badge_url = fields.String(required=True)
    content = fields.Dict(required=True)


@bp.route("", methods=["GET"])
@public
@bp.arguments(SearchSchema, location="query")
@bp.response(200, FoundSchema, headers={"X-Total-Count": {"schema": {"type": "integer"}}, "Link": {"schema": {"type": "string"}}})
@bp.doc(security=OPEN)
def index(wanted: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Search and filter what is on offer."""
    number, size = wanted.pop("page"), wanted.pop("size")
    asked = MultiDict([(name, str(one)) for name, value in wanted.items() for one in (value if isinstance(value, list) else [value])])
    found = find(search_from(asked), number, size)
    page: Page[Hit] = Page(found.hits, number, size, found.total)
    body = {"items": found.hits, "page": number, "size": size, "total": found.total, "guess": found.guess}
    body["topics"] = [{"topic": topic, "number": count} for topic, count in found.topics]
    return body, 200, {"X-Total-Count": str(found.total), "Link": _links(page)}


@bp.route("/<slug>", methods=["GET"])
@opened(slug=queries.on_show)
@bp.arguments(VersionQuerySchema, location="query")
@bp.response(200, MicroCredentialSchema)
@bp.alt_response(404, schema=None, description="There is no such micro-credential or version.")
@bp.doc(security=OPEN)
def show(wanted: dict[str, Any], slug: MicroCredential) -> dict[str, Any]:
    """One micro-credential with its whole content and rubric."""
    version = slug.current_version
    if version is not None and wanted.get("version") not in (None, version.number):
        version = queries.published_version(slug, wanted["version"])
    if version is None:
        abort(404)
    return {
        "slug": slug.slug,
        "state": slug.state,
        "version": version.number,
        "versions": queries.editions(slug),
        "url": address("catalogue.show", slug=slug.slug),
        "badge_url": address("catalogue.badge", slug=slug.slug, v=version.number),
        "content": version.content,
    }


def _links(page: Page[Hit]) -> str:
    """Where the other pages are (RFC 8288)."""
    given = {name: values for name, values in request.args.to_dict(flat=False).items() if name != "page"}
    places = {"first": 1, "prev": page.number - 1 if page.has_prev else None, "next": page.number + 1 if page.has_next else None, "last": page.pages}
    base = url_for("catalogue_api.index")
    query = [(name, value) for name, values in given.items() for value in values]
    return ", ".join(f'<{base}?{urlencode([*query, ("page", number)])}>; rel="{name}"' for name, number in places.items() if number)

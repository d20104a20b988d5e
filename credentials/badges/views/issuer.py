"""What the issuer publishes: who it is, its keys, what can be earned, and what was revoked. Open to everybody, for ever."""

from __future__ import annotations

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from core import clock
from core.access import opened, public
from core.db import transaction
from credentials.badges import pictures, queries, services
from credentials.badges.award_facts import achievement_of, issuer_of, rubric_of
from credentials.badges.contexts import OB3, OB3_EXTENSIONS, VC2
from credentials.badges.document import achievement as achievement_json
from credentials.badges.document import profile as profile_json
from credentials.badges.resolvers import our_did_document
from credentials.badges.rules import list_needs_signing
from credentials.badges.views import negotiation
from credentials.badges.views.blueprint import bp
from credentials.catalogue import presentation
from credentials.catalogue.models import CredentialVersion
from people.models import Person

_CONTEXT = [VC2, OB3, OB3_EXTENSIONS]
#: Keys are added rarely, and a verifier that is five minutes behind tries again.
_A_WHILE = "public, max-age=300"
_PICTURE = "public, max-age=86400"


@bp.get("/.well-known/did.json")
@public
def did() -> Response:
    """The DID document: the issuer's public keys. They are made now if nobody has needed them yet."""
    if not queries.active_keys():
        with transaction():
            services.ensure_keys()
    return negotiation.for_everybody(negotiation.document(our_did_document(), kinds=negotiation.DID_TYPES, cache=_A_WHILE))


@bp.get("/badges/status/<int:number>")
@public
def status(number: int) -> Response:
    """A Bitstring Status List, as it was last signed; never from a cache that has not asked whether it changed."""
    row = queries.status_list(number) if number < 2**62 else None
    if row is None:
        abort(404)
    if list_needs_signing(clock.now(), row.valid_until):
        with transaction():
            row = services.ensure_list_signed(row)
    return negotiation.for_everybody(negotiation.document(row.signed or {}))


@bp.get("/issuer")
@public
def issuer() -> Response | str:
    """Who vouches for the badges of this site."""
    district = queries.district()
    facts = issuer_of(district)
    if not negotiation.wants_page():
        return negotiation.for_everybody(negotiation.document({"@context": _CONTEXT, **profile_json(facts)}, cache=_A_WHILE))
    return render_template("badges/issuer.html", issuer=facts, keys=queries.published_keys(), lists=queries.status_lists())


def _version(slug: str, user: Person | None) -> CredentialVersion | None:
    number = (request.view_args or {})["number"]
    return queries.achievement(slug, number) if number < 2**31 else None


@bp.get("/achievements/<slug>/<int:number>")
@opened(slug=_version)
def achievement(slug: CredentialVersion, number: int) -> Response | str:
    """What one version of a micro-credential stands for: the page that every badge of it points to."""
    version, content = slug, slug.parsed()
    if not negotiation.wants_page():
        body = {"@context": _CONTEXT, **achievement_json(achievement_of(version), rubric_of(content))}
        return negotiation.for_everybody(negotiation.document(body, cache=_A_WHILE))
    return render_template(
        "badges/achievement.html",
        version=version,
        content=content,
        rubric_criteria=presentation.rubric_of(content),
        pass_rule=presentation.pass_rule(content),
        validity=presentation.months(content.validity_months) if content.validity_months else None,
        issuer=issuer_of(queries.district(), version.micro_credential.issuer),
    )


@bp.get("/achievements/<slug>/<int:number>/badge.svg")
@opened(slug=_version)
def achievement_svg(slug: CredentialVersion, number: int) -> Response:
    """Its picture; ``?year=`` puts the year of an award on it."""
    response = negotiation.data(pictures.svg_of(slug, _year(slug)).encode(), "image/svg+xml", cache=_PICTURE)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return negotiation.for_everybody(response)


@bp.get("/achievements/<slug>/<int:number>/badge.png")
@opened(slug=_version)
def achievement_png(slug: CredentialVersion, number: int) -> Response:
    """Its picture as pixels."""
    return negotiation.for_everybody(negotiation.data(pictures.png_of(pictures.svg_of(slug, _year(slug))), "image/png", cache=_PICTURE))


def _year(version: CredentialVersion) -> int | None:
    """The year that was asked for, if awards of that year can exist: drawing costs time, so nothing else is drawn."""
    asked = request.args.get("year", type=int)
    first = clock.day_of(version.published_at or version.created_at).year
    return asked if asked is not None and first <= asked <= clock.today().year else None

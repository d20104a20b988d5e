"""An award as a machine or a wallet takes it: JSON, JWT, the baked pictures, the certificate."""

from __future__ import annotations

import json
import uuid as uuids

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import storage
from core.access import opened
from core.db import transaction
from core.errors import page as error_page
from credentials.badges import pictures, policy, queries, services
from credentials.badges.baking import bake_png, bake_svg
from credentials.badges.models import Award
from credentials.badges.views import negotiation
from credentials.badges.views.blueprint import bp
from people.models import Person


def by_address(uuid: uuids.UUID, user: Person | None) -> Award | None:
    """Loader of every address of an award: the row, if this visitor may see it with the key that the address carries."""
    return queries.shown(uuid, user, request.args.get("key"))


def with_certificate(uuid: uuids.UUID, user: Person | None) -> Award | None:
    """Loader of the certificate, which carries the holder's name."""
    award = by_address(uuid, user)
    return award if award is not None and policy.can_have_certificate(user, award, request.args.get("key")) else None


def signed(award: Award) -> Award:
    """The award with its signed badge. Where the job has not come to it yet, it is signed now: some milliseconds, once."""
    if award.signed_at is None:
        with transaction():
            return services.ensure_signed(award)
    return award


def answer(response: Response, award: Award) -> Response:
    """Finish an answer about an award."""
    anybody = policy.can_see(None, award, request.args.get("key"))
    return negotiation.guarded(response, award, anybody)


def name_of(award: Award, ending: str) -> str:
    """What a saved file is called."""
    return f"{award.micro_credential.slug}.{ending}"


def as_json(award: Award) -> Response:
    """The credential as JSON with its proof."""
    return answer(negotiation.document(signed(award).credential or {}), award)


@bp.get("/badges/<uuid:uuid>.json")
@opened(uuid=by_address)
def json_(uuid: Award) -> Response:
    """The credential as JSON with its proof."""
    return as_json(uuid)


@bp.get("/badges/<uuid:uuid>.jwt")
@opened(uuid=by_address)
def jwt(uuid: Award) -> Response:
    """The credential as VC-JWT; served as text/plain, as Open Badges 3.0 asks."""
    return answer(negotiation.data((signed(uuid).jwt or "").encode(), "text/plain"), uuid)


@bp.get("/badges/<uuid:uuid>.png")
@opened(uuid=by_address)
def png(uuid: Award) -> Response:
    """The picture with the credential inside, as PNG."""
    award = signed(uuid)
    return answer(_saved(negotiation.data(bake_png(pictures.png_of(pictures.svg_of_award(award)), _text(award)), "image/png"), award, "png"), award)


@bp.get("/badges/<uuid:uuid>.svg")
@opened(uuid=by_address)
def svg(uuid: Award) -> Response:
    """The picture with the credential inside, as SVG."""
    award = signed(uuid)
    response = negotiation.data(bake_svg(pictures.svg_of_award(award), _text(award)).encode(), "image/svg+xml")
    # A drawing may be opened as a page of its own: nothing in it may run.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer(_saved(response, award, "svg"), award)


@bp.get("/badges/<uuid:uuid>/certificate.pdf")
@opened(uuid=with_certificate)
def certificate(uuid: Award) -> Response | tuple[str, int]:
    """The certificate. Where the job has not come to it yet, it is rendered now, which takes about a second."""
    award = uuid
    if award.revoked_at is not None:
        return error_page(410, _("This badge was revoked, so there is no certificate of it any more."), _("No longer there"))
    if award.certificate_id is None:
        with transaction():
            award = services.ensure_certificate(award)
    assert award.certificate is not None
    return answer(_saved(negotiation.data(storage.read(award.certificate), "application/pdf"), award, "pdf"), award)


def _text(award: Award) -> str:
    """What is baked in: the credential as JSON, byte for byte what the JSON address serves."""
    return json.dumps(award.credential, ensure_ascii=False, separators=(",", ":"))


def _saved(response: Response, award: Award, ending: str) -> Response:
    """Shown in the browser, and saved under a name that says what it is; ``?download`` asks to be saved at once."""
    kind = "attachment" if "download" in request.args else "inline"
    response.headers["Content-Disposition"] = f'{kind}; filename="{name_of(award, ending)}"'
    return response

"""Which form of a thing an address answers with, and who else's pages may read it.

Verifiers ask with odd Accept headers, so JSON is the answer unless ``text/html`` comes first, as it does in every browser.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from credentials.badges.models import Award
from credentials.badges.rules import Sharing

JSON_TYPES = ("application/vc", "application/vc+ld+json", "application/ld+json", "application/json")
DID_TYPES = ("application/did+json", "application/did+ld+json", "application/json")
#: Programs that fetch a page to show a card of it where somebody pasted its address. They are after the page's Open Graph tags,
#: and several of them ask for anything (*/*).
_PREVIEWS = re.compile(
    r"facebookexternalhit|Twitterbot|LinkedInBot|Slackbot|WhatsApp|Discordbot|TelegramBot|Mastodon|Bluesky|redditbot|Pinterestbot", re.IGNORECASE
)


def wants_page() -> bool:
    """Whether HTML comes first in what the caller accepts."""
    if _PREVIEWS.search(request.headers.get("User-Agent", "")):
        return True
    ranks: dict[str, tuple[float, int]] = {}
    for place, (kind, quality) in enumerate(request.accept_mimetypes):
        ranks.setdefault(kind.lower(), (quality, -place))
    nowhere = (0.0, 0)
    html = max(ranks.get(kind, nowhere) for kind in ("text/html", "application/xhtml+xml"))
    return html > nowhere and html[0] > 0 and all(ranks.get(kind, nowhere) < html for kind in (*JSON_TYPES, "*/*"))


def document(body: dict[str, Any], *, kinds: tuple[str, ...] = JSON_TYPES, cache: str = "no-cache") -> Response:
    """A JSON document, named as the caller likes to call it; plain JSON if it does not say."""
    asked = {kind.lower() for kind, quality in request.accept_mimetypes if quality > 0}
    kind = next((kind for kind in kinds if kind in asked and kind != "application/json"), "application/json")
    return data(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), kind, cache=cache)


def data(body: bytes, kind: str, *, cache: str = "no-cache") -> Response:
    """Bytes under a digest of themselves, so that whoever has them already is told so."""
    response = Response(body, mimetype=kind)
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = "Accept"
    return response.make_conditional(request)


def for_everybody(response: Response) -> Response:
    """Let programs in other people's pages read it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def guarded(response: Response, award: Award, anybody: bool) -> Response:
    """What an answer about an award may be used for. ``anybody`` says that the address alone opens it, without a session."""
    if not anybody:
        # Kept by nobody on the way, and read by no other page: it was shown to one person.
        response.headers["Cache-Control"] = "no-store"
    else:
        for_everybody(response)
    if award.sharing is not Sharing.PUBLIC:
        response.headers["X-Robots-Tag"] = "noindex"
    return response

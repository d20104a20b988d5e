"""Handing a stored file to a browser: in part where it asks for a part, under its neutral name, and without any power to act."""

from __future__ import annotations

from itertools import chain

import structlog
from flask import Response, abort, request

from core import storage
from credentials.evidence.files.formats import Group
from credentials.evidence.models import EvidenceFile

log = structlog.get_logger()

_SHOWN = {Group.IMAGE, Group.PDF, Group.VIDEO, Group.AUDIO}
#: A file answers to nobody but the page that shows it: no script, no requests, no forms, and framed only by our own pages. The style is that
#: of the browser's own frame around a picture or film.
_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"


def answer_with_file(file: EvidenceFile, download: bool = False) -> Response:
    """The bytes of a file, or the range that the request asks for (RFC 9110, section 14), for whoever was let in.

    Pictures, PDF, film and sound are shown in place unless ``download``; everything else is saved. The review room uses it for its own
    addresses.
    """
    blob = file.blob
    shown = file.kind in _SHOWN and not download
    headers = {
        "Content-Type": blob.media_type,
        "Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{file.neutral_name}"',
        "Accept-Ranges": "bytes",
        "ETag": f'"{blob.sha256}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "Cross-Origin-Resource-Policy": "same-origin",
        # Not every browser's viewer shows a PDF in a sandbox. It cannot run script in our origin anyway, and its own was taken out.
        "Content-Security-Policy": _POLICY if file.kind == Group.PDF else f"sandbox; {_POLICY}",
    }
    start, stop, status = 0, blob.size, 200
    wanted = request.range
    unchanged = request.if_range.date is None and request.if_range.etag in (None, blob.sha256)
    if wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1 and unchanged:
        span = wanted.range_for_length(blob.size)
        if span is None or span[0] >= blob.size:
            return Response(status=416, headers={**headers, "Content-Range": f"bytes */{blob.size}", "Content-Length": "0"})
        start, stop, status = span[0], span[1], 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{blob.size}"
    headers["Content-Length"] = str(stop - start)
    if request.method == "HEAD":
        return Response(status=status, headers=headers)
    pieces = storage.stream(blob, start, stop)
    try:
        # The first piece is fetched before the answer begins, so that a file which the store has lost is an error and not half an answer.
        first = next(pieces, b"")
    except FileNotFoundError:
        log.error("evidence file is not in the store", file=file.id, blob=blob.id)
        abort(503)
    return Response(chain([first], pieces), status, headers)

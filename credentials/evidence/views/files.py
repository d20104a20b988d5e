"""The bytes of one evidence file."""

from __future__ import annotations

from flask import Response, abort, request

from core.access import requires
from credentials.evidence import policy, queries
from credentials.evidence.models import EvidenceFile
from credentials.evidence.serving import answer_with_file
from credentials.evidence.views.blueprint import bp


@bp.get("/submissions/<int:submission>/files/<int:file>")
@requires(policy.can_read_file, file=queries.file)
def file(submission: int, file: EvidenceFile) -> Response:
    """Show it in place, or save it with ``?download=1``."""
    if file.version.submission_id != submission:
        abort(404)
    return answer_with_file(file, download=bool(request.args.get("download")))

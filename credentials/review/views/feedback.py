"""What the reviewers said, for the author alone, once the decision is released."""

from __future__ import annotations

from flask import render_template, request

from core.access import requires
from credentials.evidence.models import Submission
from credentials.review import desk, forms, policy, queries, services
from credentials.review.views.blueprint import bp


@bp.get("/submissions/<int:submission>/feedback")
@requires(policy.is_author, submission=queries.own_submission)
def feedback(submission: Submission) -> str:
    """Result, levels and comments by criterion, by pseudonym, and what to do next. ``attempt`` names an earlier version."""
    released = queries.released_versions(submission)
    wanted = forms.number(request.args.get("attempt", ""))
    version = next((one for one in released if one.number == wanted), released[-1])
    content = version.credential_version.parsed()
    reviews = queries.feedback(version)
    return render_template(
        "review/feedback.html",
        submission=submission,
        version=version,
        attempts=released,
        title=version.credential_version.title,
        lines=desk.results_of(content, version, [(row, services.marks_of(row)) for row in reviews]),
        reviews=reviews,
        is_latest=version is submission.latest,
    )

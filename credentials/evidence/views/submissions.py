"""Starting, finding and reading submissions, and what the author or the office does next."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import paging
from core.access import me, requires
from core.db import transaction
from core.errors import RuleBroken
from credentials.catalogue.models import MicroCredential
from credentials.evidence import notices, policy, queries, services
from credentials.evidence.forms import AttemptForm
from credentials.evidence.models import Submission, SubmissionVersion
from credentials.evidence.presentation import sheet
from credentials.evidence.rules import State, attempts_left
from credentials.evidence.timeline import events, next_step
from credentials.evidence.views.blueprint import bp
from credentials.evidence.wording import STATES, coaching
from workflows import evidence as story


@bp.post("/catalogue/<slug>/start")
@requires(policy.can_start, slug=queries.micro_credential_to_start)
def start(slug: MicroCredential) -> Response:
    """One click: begin, or go on where it was left."""
    try:
        with transaction():
            submission = services.start(me(), slug)
            number, draft = submission.id, submission.latest.status is State.DRAFT
    except RuleBroken as refusal:
        flash(refusal.sentence, "error")
        return redirect(url_for("catalogue.show", slug=slug.slug))
    return redirect(url_for("evidence.edit" if draft else "evidence.show", submission=number))


@bp.get("/submissions")
@requires(policy.can_list)
def index() -> str:
    """One's own submissions with where they stand and what is next."""
    page = queries.mine(me(), *paging.asked())
    return render_template("evidence/index.html", page=page, next_step=next_step, states=STATES)


@bp.get("/submissions/handed-in")
@requires(policy.can_list_submitted)
def submitted() -> str:
    """All that was handed in, for the office."""
    asked = request.args.get("state", "")
    state = State(asked) if asked in set(State) - {State.DRAFT} else None
    page = queries.submitted(me(), *paging.asked(), state=state)
    return render_template("evidence/submitted.html", page=page, states=STATES, state=state, last_handed_in=last_handed_in)


def last_handed_in(submission: Submission) -> SubmissionVersion:
    """The newest version that was handed in: what the office sees."""
    return next(version for version in reversed(submission.versions) if version.submitted_at is not None)


@bp.get("/submissions/<int:submission>")
@requires(policy.can_see, submission=queries.submission)
def show(submission: Submission) -> str:
    """Where it stands, what is next, and what was handed in."""
    return _show(submission, AttemptForm() if policy.can_allow_attempt(me(), submission) else None)


def _show(submission: Submission, attempt_form: AttemptForm | None) -> str:
    user = me()
    for_author = policy.is_author(user, submission)
    visible = [version for version in submission.versions if for_author or version.submitted_at is not None]
    wanted = request.args.get("version", type=int)
    version = next((row for row in visible if row.number == wanted), visible[-1])
    left = attempts_left([row.status for row in submission.versions], submission.extra_attempts)
    out_of_attempts = submission.latest.status is State.NOT_YET and left == 0
    return render_template(
        "evidence/show.html",
        submission=submission,
        version=version,
        versions=visible,
        sheet=sheet(version),
        states=STATES,
        for_author=for_author,
        events=events(submission, queries.history(submission), for_author),
        attempts_left=left,
        coaching=coaching(queries.office()) if out_of_attempts and for_author else "",
        attempt_form=attempt_form if out_of_attempts else None,
    )


@bp.post("/submissions/<int:submission>/withdraw")
@requires(policy.is_author, submission=queries.own_submission)
def withdraw(submission: Submission) -> Response:
    """Take it back, as long as no reviewer has opened it."""
    try:
        with transaction():
            story.withdraw(me(), submission.latest)
        flash(_("Withdrawn. Nobody reviews it now; you can take it up again whenever you like."), "success")
    except RuleBroken as refusal:
        flash(refusal.sentence, "error")
    return redirect(url_for("evidence.show", submission=submission.id))


@bp.post("/submissions/<int:submission>/reopen")
@requires(policy.is_author, submission=queries.own_submission)
def reopen(submission: Submission) -> Response:
    """Begin the next version."""
    try:
        with transaction():
            services.reopen(me(), submission)
    except RuleBroken as refusal:
        flash(refusal.sentence, "error")
        return redirect(url_for("evidence.show", submission=submission.id))
    return redirect(url_for("evidence.edit", submission=submission.id))


@bp.post("/submissions/<int:submission>/allow-attempt")
@requires(policy.can_allow_attempt, submission=queries.submission)
def allow_attempt(submission: Submission) -> str | Response | tuple[str, int]:
    """The office opens one more attempt after the coaching conversation."""
    form = AttemptForm()
    if not form.validate_on_submit():
        return _show(submission, form), 422
    try:
        with transaction():
            services.allow_attempt(me(), submission, form.note.data or "")
            notices.attempt_allowed(submission)
        flash(_("The next attempt is open; the author was told by mail."), "success")
    except RuleBroken as refusal:
        flash(refusal.sentence, "error")
    return redirect(url_for("evidence.show", submission=submission.id))

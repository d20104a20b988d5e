"""The last page before handing in: what is missing, what to watch, the statement; and handing in itself."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import idempotency
from core.access import me, requires
from core.db import transaction
from core.errors import RuleBroken
from credentials.evidence import policy, queries, services
from credentials.evidence.forms import HandInForm
from credentials.evidence.models import Submission
from credentials.evidence.presentation import sheet
from credentials.evidence.rules import State
from credentials.evidence.views.blueprint import bp
from credentials.evidence.wording import gap_sentence
from workflows import evidence as story


@bp.get("/submissions/<int:submission>/hand-in")
@requires(policy.is_author, submission=queries.own_submission)
def check(submission: Submission) -> str | Response:
    """What is there and what is missing."""
    if submission.latest.status is not State.DRAFT:
        return redirect(url_for("evidence.show", submission=submission.id))
    form = HandInForm()
    form.key.data = idempotency.fresh()
    return _page(submission, form)


def _page(submission: Submission, form: HandInForm) -> str:
    version = submission.latest
    return render_template("evidence/hand_in.html", submission=submission, version=version, sheet=sheet(version), form=form, gap_sentence=gap_sentence)


@bp.post("/submissions/<int:submission>/hand-in")
@requires(policy.is_author, submission=queries.own_submission)
def submit(submission: Submission) -> str | Response | tuple[str, int]:
    """Hand it in. A second click, or the same form sent twice, leads to where the first one led."""
    form = HandInForm()
    there = redirect(url_for("evidence.show", submission=submission.id))
    if submission.latest.status is not State.DRAFT:
        return there
    if not form.validate_on_submit():
        return _page(submission, form), 422
    try:
        with transaction():
            if idempotency.once(me(), f"submit:{submission.id}", form.key.data) is not None:
                return there
            services.sign_statement(me(), submission.latest)
            story.submit(me(), submission.latest)
    except services.Incomplete:
        return _page(submission, form), 422
    except RuleBroken as refusal:
        if refusal.rule != "not-a-draft":
            flash(refusal.sentence, "error")
        return there
    flash(_("Handed in. Two colleagues will read it by the rubric, without knowing your name."), "success")
    return there

"""The review desk: evidence beside the rubric, a draft that keeps itself, and handing in."""

from __future__ import annotations

from collections.abc import Mapping

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import format_time
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from core import clock
from core.access import me, requires
from core.db import transaction
from core.errors import BadInput, RuleBroken, wants_json
from credentials.evidence.models import EvidenceFile
from credentials.evidence.serving import answer_with_file
from credentials.review import desk, forms, policy, queries, rules, services
from credentials.review.models import Assignment
from credentials.review.review_rules import COMMENT_LEAST, COMMENT_MOST, POINTER_MOST, Mark, estimate_minutes, problems
from credentials.review.rules import DONE, AssignmentState, Round
from credentials.review.views.answers import offer_page
from credentials.review.views.blueprint import bp
from credentials.review.wording import STATES, review_problem, ruled_out, wrong_state
from workflows import evidence as story

Answer = str | Response | tuple[str, int]


@bp.get("/reviews/<int:assignment>")
@requires(policy.can_review, assignment=queries.assignment)
def show(assignment: Assignment) -> Answer:
    """One of my reviews as it stands: the offer, the way in, the desk, or what became of it."""
    if assignment.status is AssignmentState.OFFERED:
        return offer_page(assignment)
    if assignment.status is AssignmentState.ACCEPTED:
        return _page("review/accepted.html", assignment, names=_names(assignment), minutes=estimate_minutes(len(assignment.criteria)))
    if assignment.status is AssignmentState.IN_PROGRESS:
        return _desk(assignment)
    if assignment.status in DONE:
        return _done(assignment)
    return _closed(assignment, services.marks_of(assignment), assignment.overall)


def _page(template: str, assignment: Assignment, **more: object) -> str:
    version = assignment.version.credential_version
    return render_template(
        template,
        assignment=assignment,
        title=version.title,
        slug=version.parsed().slug,
        third=assignment.round == Round.THIRD,
        state=STATES[assignment.status],
        **more,
    )


def _names(assignment: Assignment) -> list[str]:
    names = {criterion.key: criterion.name for criterion in assignment.version.credential_version.parsed().criteria()}
    return [names[key] for key in assignment.criteria]


def _desk(
    assignment: Assignment,
    marks: Mapping[str, Mark] | None = None,
    overall: str | None = None,
    lacking: Mapping[str, str] | None = None,
    overtaken: bool = False,
) -> str:
    """The desk, with what is kept or (``marks``, ``overall``) with what was just typed. Whoever has come into a conflict since she opened
    it sees no evidence any more."""
    if rules.conflicts(queries.candidate(assignment.version, me()).facts):
        return _page("review/conflict.html", assignment)
    version = queries.evidence(assignment.version)
    shown = {**services.marks_of(assignment), **(marks or {})}
    laid_out = desk.lay_out(version.credential_version.parsed(), assignment, version, shown)
    return _page(
        "review/desk.html",
        assignment,
        desk=laid_out,
        overall=assignment.overall if overall is None else overall,
        lacking=lacking or {},
        overtaken=overtaken,
        form=FlaskForm(),
        late=assignment.deadline < clock.now(),
        comment_least=COMMENT_LEAST,
        comment_most=COMMENT_MOST,
        pointer_most=POINTER_MOST,
    )


def _done(assignment: Assignment) -> str:
    """My review as I handed it in; once the decision is released, the outcome and what the other reviewers said, without names."""
    version = assignment.version
    released = version.released_at is not None
    content = version.credential_version.parsed()
    return _page(
        "review/done.html",
        assignment,
        criteria=desk.criteria_of(content, assignment, services.marks_of(assignment)),
        released=released,
        version=version,
        labels={level.key: level.label for level in content.levels},
        others=[(row, services.marks_of(row)) for row in queries.feedback(version) if row.id != assignment.id],
    )


def _closed(assignment: Assignment, marks: Mapping[str, Mark], overall: str) -> str:
    """What became of an assignment that ended without a review. What the reviewer wrote is shown to her, without the evidence."""
    criteria = desk.criteria_of(assignment.version.credential_version.parsed(), assignment, marks)
    sentence = ruled_out() if assignment.was_ruled_out else wrong_state(assignment.status)
    return _page("review/closed.html", assignment, sentence=sentence, kept=[c for c in criteria if not c.mark.is_empty], overall=overall)


@bp.post("/reviews/<int:assignment>/draft")
@requires(policy.can_review, assignment=queries.assignment)
def draft(assignment: Assignment) -> Answer:
    """Keep what is on the desk. The script asks for JSON: the new revision and when it was kept."""
    marks, overall = forms.marks_from(request.form, assignment.criteria), forms.overall_from(request.form)
    try:
        with transaction():
            revision = services.save_draft(me(), assignment, marks, overall, forms.revision_from(request.form))
    except RuleBroken as refusal:
        if wants_json():
            raise
        return _again(assignment, marks, overall, refusal)
    if wants_json():
        return jsonify(revision=revision, saved_at=format_time(clock.now().astimezone(clock.zone()), "short", rebase=False))
    flash(_("Your draft is kept."), "success")
    return redirect(url_for("review.show", assignment=assignment.id))


def _again(assignment: Assignment, marks: Mapping[str, Mark], overall: str, refusal: RuleBroken) -> Answer:
    """The page once more with what was typed, and why it was not kept."""
    if assignment.status is not AssignmentState.IN_PROGRESS:
        return _closed(assignment, marks, overall), refusal.status
    if isinstance(refusal, BadInput):
        return _desk(assignment, marks, overall, refusal.problems), refusal.status
    return _desk(assignment, marks, overall, overtaken=isinstance(refusal, services.Overtaken)), refusal.status


@bp.post("/reviews/<int:assignment>/submit")
@requires(policy.can_review, assignment=queries.assignment)
def submit(assignment: Assignment) -> Answer:
    """Hand the review in, with what is on the desk. Where something is missing, all of it is kept and the page says what."""
    if assignment.status in DONE:
        return redirect(url_for("review.show", assignment=assignment.id))
    marks, overall = forms.marks_from(request.form, assignment.criteria), forms.overall_from(request.form)
    content = assignment.version.credential_version.parsed()
    lacking = problems(
        assignment.criteria,
        {level.key for level in content.levels if level.passes},
        {level.key for level in content.levels},
        {**services.marks_of(assignment), **marks},
    )
    try:
        with transaction():
            services.save_draft(me(), assignment, marks, overall, forms.revision_from(request.form))
            if not lacking:
                story.review_submitted(me(), assignment)
    except RuleBroken as refusal:
        return _again(assignment, marks, overall, refusal)
    if lacking:
        return _desk(assignment, marks, overall, {key: review_problem(code) for key, code in lacking.items()}), 422
    if assignment.status not in DONE:
        flash(_("Meanwhile something came up that rules you out for this one, so somebody else is asked. What you wrote is kept for you."), "info")
        return redirect(url_for("review.index"))
    flash(_("Thank you. Your review is in."), "success")
    return redirect(url_for("review.show", assignment=assignment.id))


@bp.get("/reviews/<int:assignment>/files/<int:file>")
@requires(policy.can_read_file, assignment=queries.assignment, file=queries.file)
def file(assignment: Assignment, file: EvidenceFile) -> Answer:
    """One file of the evidence, under its neutral name, while the review is in my hands and nothing stands in the way."""
    if rules.conflicts(queries.candidate(assignment.version, me()).facts):
        abort(404)
    return answer_with_file(file)

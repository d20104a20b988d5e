"""A reviewer's list, her own limits, and her answers to what she is asked: yes, no, open, step back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import clock
from core.access import me, requires
from core.db import transaction
from core.errors import BadInput
from core.paging import asked
from credentials.review import policy, queries, services
from credentials.review.forms import AcceptForm, DeclineForm, LoadForm, RecuseForm
from credentials.review.models import Assignment
from credentials.review.review_rules import estimate_minutes
from credentials.review.rules import DUE_AFTER, AssignmentState, Reason, Round
from credentials.review.views.blueprint import bp
from credentials.review.wording import QUALIFICATIONS, STATES, ruled_out

Answer = str | Response | tuple[str, int]


@bp.get("/reviews")
@requires(policy.can_list)
def index() -> Answer:
    """What is asked of me now, what I did, and how much I want to have in hand."""
    return _index(None)


def _index(form: LoadForm | None) -> str:
    person = me()
    load = queries.load_of(person)
    on_break = load.paused_until is not None and load.paused_until >= clock.today()
    return render_template(
        "review/index.html",
        open_rows=queries.open_assignments(person),
        past=queries.past_assignments(person, *asked()),
        load=load,
        on_break=on_break,
        form=form or LoadForm(formdata=None, max_open=load.max_open, paused_until=load.paused_until if on_break else None),
        qualifications=queries.qualifications_of(person),
        states=STATES,
        qualification_states=QUALIFICATIONS,
        today=clock.today(),
        now=clock.now(),
    )


@bp.post("/reviews/settings")
@requires(policy.can_list)
def settings() -> Answer:
    """My maximum, and a break."""
    form = LoadForm()
    resume = "resume" in request.form
    if not resume and not form.validate_on_submit():
        return _index(form), 422
    try:
        with transaction():
            if resume:
                services.set_load(me(), resume=True)
            else:
                services.set_load(me(), max_open=form.max_open.data, paused_until=form.paused_until.data, resume=form.paused_until.data is None)
    except BadInput as bad:
        for name, sentence in bad.problems.items():
            form[name].errors = [sentence]
        return _index(form), 422
    flash(_("Your settings are kept."), "success")
    return redirect(url_for("review.index"))


def offer_page(assignment: Assignment, accept: AcceptForm | None = None, decline: DeclineForm | None = None) -> str:
    """What a reviewer sees before she answered: the micro-credential, how much it is, by when; nothing of the evidence or its author."""
    version = assignment.version.credential_version
    content = version.parsed()
    names = {criterion.key: criterion.name for criterion in content.criteria()}
    return render_template(
        "review/offer.html",
        assignment=assignment,
        title=version.title,
        competency=version.competency,
        slug=content.slug,
        third=assignment.round == Round.THIRD,
        names=[names[key] for key in assignment.criteria],
        minutes=estimate_minutes(len(assignment.criteria)),
        due=clock.now() + DUE_AFTER,
        accept_form=accept or AcceptForm(formdata=None),
        decline_form=decline or DeclineForm(formdata=None),
        today=clock.today(),
    )


@bp.post("/reviews/<int:assignment>/accept")
@requires(policy.can_review, assignment=queries.assignment)
def accept(assignment: Assignment) -> Answer:
    """Yes. With ``begin`` the evidence opens at once."""
    form = AcceptForm()
    if assignment.status in (AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS):
        return redirect(url_for("review.show", assignment=assignment.id))
    if assignment.status is AssignmentState.OFFERED and not form.validate_on_submit():
        return offer_page(assignment, accept=form), 422
    with transaction():
        services.accept(me(), assignment, bool(form.no_conflict.data))
        if "begin" in request.form and assignment.status is AssignmentState.ACCEPTED:
            services.open_desk(me(), assignment)
    if assignment.status not in (AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS):
        flash(ruled_out(), "info")
        return redirect(url_for("review.index"))
    if assignment.status is AssignmentState.ACCEPTED:
        flash(_("Thank you. The review is yours."), "success")
    return redirect(url_for("review.show", assignment=assignment.id))


@bp.post("/reviews/<int:assignment>/decline")
@requires(policy.can_review, assignment=queries.assignment)
def decline(assignment: Assignment) -> Answer:
    """No, and why."""
    form = DeclineForm()
    if assignment.status is AssignmentState.OFFERED and not form.validate_on_submit():
        return offer_page(assignment, decline=form), 422
    try:
        with transaction():
            services.decline(me(), assignment, Reason(form.reason.data or Reason.OTHER.value), form.detail.data or "", form.pause_until.data)
    except BadInput as bad:
        form.pause_until.errors = list(bad.problems.values())
        return offer_page(assignment, decline=form), 422
    flash(_("Thank you for saying so. We ask somebody else."), "success")
    return redirect(url_for("review.index"))


@bp.post("/reviews/<int:assignment>/open")
@requires(policy.can_review, assignment=queries.assignment)
def open_desk(assignment: Assignment) -> Answer:
    """Open the evidence for the first time, or again."""
    with transaction():
        services.open_desk(me(), assignment)
    if assignment.status is not AssignmentState.IN_PROGRESS:
        flash(ruled_out(), "info")
        return redirect(url_for("review.index"))
    return redirect(url_for("review.show", assignment=assignment.id))


@bp.get("/reviews/<int:assignment>/step-back")
@requires(policy.can_review, assignment=queries.assignment)
def step_back(assignment: Assignment) -> Answer:
    """The page on which a reviewer says why she steps back."""
    if assignment.status not in (AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS):
        return redirect(url_for("review.show", assignment=assignment.id))
    return render_template("review/step_back.html", assignment=assignment, title=assignment.version.credential_version.title, form=RecuseForm(formdata=None))


@bp.post("/reviews/<int:assignment>/step-back")
@requires(policy.can_review, assignment=queries.assignment)
def recuse(assignment: Assignment) -> Answer:
    """Step back."""
    form = RecuseForm()
    if assignment.status in (AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS) and not form.validate_on_submit():
        return render_template("review/step_back.html", assignment=assignment, title=assignment.version.credential_version.title, form=form), 422
    with transaction():
        services.recuse(me(), assignment, Reason(form.reason.data or Reason.OTHER.value), form.detail.data or "")
    flash(_("You have stepped back. We ask somebody else."), "success")
    return redirect(url_for("review.index"))

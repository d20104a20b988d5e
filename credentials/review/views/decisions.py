"""One decision, as the office prepares and releases it; and the question whether somebody may review it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from core import audit, clock
from core.access import me, requires
from core.db import transaction
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from credentials.evidence.wording import STATES
from credentials.review import desk, office_queries, policy, queries, rules, services, timeline
from credentials.review.forms import MayForm, ReleaseForm
from credentials.review.models import Assignment
from credentials.review.views.blueprint import bp
from credentials.review.wording import CONFLICTS, OBSTACLES, OFFICE_STATES
from people import queries as people_queries
from workflows import evidence as story

Answer = str | Response | tuple[str, int]

#: In these states the reviews are shown to the office; before, only how far they are.
SHOWN = (State.DECIDED_DRAFT, State.DEMONSTRATED, State.NOT_YET, State.REVOKED)


def _page(version: SubmissionVersion, form: ReleaseForm | None = None, named: bool = False) -> str:
    everybody = office_queries.assignments(version)
    reviews = [row for row in everybody if row.is_done]
    shown = version.status in SHOWN
    content = version.credential_version.parsed()
    lines = desk.results_of(content, version, [(row, services.marks_of(row)) for row in reviews] if shown else [])
    unmet = [line for line in lines if line.met is False]
    history, office = office_queries.history(version, everybody)
    return render_template(
        "review/decision.html",
        events=timeline.events(history, everybody, office),
        version=version,
        title=version.credential_version.title,
        state=STATES[version.status],
        shown=shown,
        lines=lines,
        reviews=reviews if shown else [],
        everybody=everybody,
        live=[row for row in everybody if row.status in rules.LIVE],
        gone=[row for row in everybody if row.status not in rules.LIVE],
        missing=office_queries.lacking(version),
        met=[line for line in lines if line.met],
        unmet=unmet,
        without_words=[line for line in unmet if not line.comments],
        apart=[line for line in lines if line.apart],
        reviewer_states=OFFICE_STATES,
        form=form or ReleaseForm(formdata=None),
        plain=FlaskForm(),
        named=named,
        now=clock.now(),
    )


@bp.get("/decisions/<int:version>")
@requires(policy.can_see_decision, version=office_queries.decision)
def decision(version: SubmissionVersion) -> str:
    """The drafted outcome with every criterion and what was said about it; reviewers stand there by letter."""
    return _page(version)


@bp.post("/decisions/<int:version>/names")
@requires(policy.can_see_decision, version=office_queries.decision)
def names(version: SubmissionVersion) -> str:
    """The same with the reviewers' names. That it was asked for stands in the history."""
    with transaction():
        audit.record(me(), "review.reveal_names", version)
    return _page(version, named=True)


@bp.post("/decisions/<int:version>/release")
@requires(policy.can_see_decision, version=office_queries.decision)
def release(version: SubmissionVersion) -> Answer:
    """Let the teacher know."""
    form = ReleaseForm()
    if not form.validate_on_submit():
        return _page(version, form=form), 422
    with transaction():
        story.decide(me(), version, form.note.data or "")
    flash(_("The decision is released, and the teacher is told."), "success")
    return redirect(url_for("review.decision", version=version.id))


@bp.post("/decisions/assignments/<int:assignment>/remind")
@requires(policy.can_handle, assignment=office_queries.assignment)
def remind(assignment: Assignment) -> Answer:
    """Write to a reviewer, at most once a day."""
    with transaction():
        written = services.remind(me(), assignment)
    if written:
        flash(_("%(reviewer)s has a reminder in the mail.", reviewer=assignment.known_as), "success")
    else:
        flash(_("%(reviewer)s was reminded today already.", reviewer=assignment.known_as), "info")
    return redirect(url_for("review.decision", version=assignment.version_id))


@bp.post("/decisions/assignments/<int:assignment>/take-back")
@requires(policy.can_handle, assignment=office_queries.assignment)
def take_back(assignment: Assignment) -> Answer:
    """Take an open review back and ask somebody else."""
    with transaction():
        services.take_back(me(), assignment)
    lacking = office_queries.lacking(assignment.version)
    if lacking:
        sentence = ngettext(
            "Taken back. Nobody else is free; %(num)d reviewer is lacking now.", "Taken back. Nobody else is free; %(num)d reviewers are lacking now.", lacking
        )
        flash(sentence, "warning")
    else:
        flash(_("Taken back, and somebody else is asked."), "success")
    return redirect(url_for("review.decision", version=assignment.version_id))


@bp.get("/decisions/<int:version>/may")
@requires(policy.can_see_decision, version=office_queries.decision)
def may(version: SubmissionVersion) -> str:
    """The question: may this colleague review that version, and if not, why?"""
    return _may(version, MayForm(formdata=None))


@bp.post("/decisions/<int:version>/may")
@requires(policy.can_see_decision, version=office_queries.decision)
def ask_may(version: SubmissionVersion) -> Answer:
    """The answer. It tells who was asked about this version, so that it was asked for stands in the history."""
    form = MayForm()
    if not form.validate_on_submit():
        return _may(version, form), 422
    person = people_queries.by_email(form.email.data or "")
    if person is None:
        form.email.errors = [_("Nobody here has this address.")]
        return _may(version, form), 422
    with transaction():
        audit.record(me(), "review.ask_may_review", version, person=person.id)
    candidate = queries.candidate(version, person)
    return _may(
        version,
        form,
        person=person,
        reasons=[CONFLICTS[one] for one in rules.conflicts(candidate.facts)] + [OBSTACLES[one] for one in rules.obstacles(candidate, clock.today())],
        conflict=bool(rules.conflicts(candidate.facts)),
    )


def _may(version: SubmissionVersion, form: MayForm, **answer: object) -> str:
    return render_template(
        "review/may.html",
        version=version,
        title=version.credential_version.title,
        form=form,
        colleagues=office_queries.qualified_for(version),
        missing=office_queries.lacking(version),
        plain=FlaskForm(),
        **answer,
    )


@bp.post("/decisions/<int:version>/ask")
@requires(policy.can_see_decision, version=office_queries.decision)
def ask(version: SubmissionVersion) -> Answer:
    """Ask a colleague by name, where a reviewer is lacking."""
    form = MayForm()
    person = people_queries.by_email(form.email.data or "") if form.validate_on_submit() else None
    if person is None:
        form.email.errors = [_("Nobody here has this address.")]
        return _may(version, form), 422
    with transaction():
        services.ask(me(), version, person)
    flash(_("%(name)s is asked, and has two days to answer.", name=person.display_name), "success")
    return redirect(url_for("review.decision", version=version.id))

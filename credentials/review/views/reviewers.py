"""Who may review what: the office's list, granting and withdrawing."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from core import clock
from core.access import me, requires
from core.db import transaction
from core.paging import asked
from credentials.review import office_queries, policy, services
from credentials.review.forms import QualifyForm, ReviewersFilter, number
from credentials.review.models import Qualification
from credentials.review.views.blueprint import bp
from credentials.review.wording import QUALIFICATIONS
from people import queries as people_queries

Answer = str | Response | tuple[str, int]


def _page(form: QualifyForm | None = None) -> str:
    published = office_queries.published()
    form = form or QualifyForm(formdata=None, credential=number(request.args.get("credential", "")))
    form.credential.choices = published
    narrow = ReviewersFilter(request.args)
    narrow.credential.choices = [("", _("All")), *((str(key), title) for key, title in published)]
    return render_template(
        "review/reviewers.html",
        page=office_queries.reviewers(me(), number(request.args.get("credential", "")), request.args.get("q", ""), *asked()),
        form=form,
        narrow=narrow,
        plain=FlaskForm(),
        states=QUALIFICATIONS,
        today=clock.today(),
    )


@bp.get("/reviewers")
@requires(policy.is_office)
def reviewers() -> str:
    """Who is qualified for what, with how much each has in hand."""
    return _page()


@bp.post("/reviewers")
@requires(policy.is_office)
def qualify() -> Answer:
    """Qualify a colleague for a micro-credential."""
    form = QualifyForm()
    form.credential.choices = office_queries.published()
    if not form.validate_on_submit():
        return _page(form), 422
    person = people_queries.by_email(form.email.data or "")
    credential = office_queries.micro_credential(form.credential.data)
    if person is None or not person.enabled:
        form.email.errors = [_("Nobody with an open account has this address.")]
        return _page(form), 422
    if person.id == me().id:
        form.email.errors = [_("Nobody qualifies themselves: ask a colleague in the office.")]
        return _page(form), 422
    assert credential is not None  # The form offers published ones only.
    with transaction():
        services.qualify(me(), person, credential)
    flash(_("%(name)s may now be asked to review “%(title)s”.", name=person.display_name, title=dict(form.credential.choices)[credential.id]), "success")
    return redirect(url_for("review.reviewers", credential=credential.id))


@bp.post("/reviewers/<int:qualification>/withdraw")
@requires(policy.can_withdraw, qualification=office_queries.qualification)
def withdraw(qualification: Qualification) -> Answer:
    """Ask this colleague no more about that micro-credential."""
    with transaction():
        services.withdraw_qualification(me(), qualification)
    flash(_("%(name)s is not asked about it any more. A review in hand may be finished.", name=qualification.person.display_name), "success")
    return redirect(url_for("review.reviewers", credential=qualification.micro_credential_id))

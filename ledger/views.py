"""Earnings: what somebody earned and why, and taking back or trying again by human resources."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core.access import me, requires
from core.db import transaction
from core.errors import BadInput
from ledger import policy, queries, services, wording
from ledger.forms import ReverseForm
from ledger.models import Obligation

bp = Blueprint("ledger", __name__)


@bp.context_processor
def words() -> dict[str, object]:
    """The ledger's codes in words, for the templates of this room."""
    return {"wording": wording}


@bp.get("/earnings")
@requires(policy.can_see_own_earnings)
def mine() -> str:
    """What I earned in a fiscal year, each amount with its reasons."""
    asked = request.args.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else None
    return render_template("ledger/mine.html", earnings=queries.year_of(me(), year))


@bp.get("/earnings/<int:obligation>")
@requires(policy.can_see, obligation=queries.obligation)
def show(obligation: Obligation) -> str:
    """One earning: the amount, every reason, and what happened to it."""
    return render_template("ledger/show.html", obligation=obligation)


@bp.route("/hr/earnings/<int:obligation>/reverse", methods=["GET", "POST"])
@requires(policy.corrects, obligation=queries.obligation)
def reverse(obligation: Obligation) -> str | Response | tuple[str, int]:
    """Take back what was owed, with a reason."""
    form = ReverseForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.reverse(obligation, me(), form.reason.data or "")
        except BadInput as bad:
            form.reason.errors = [bad.sentence]
        else:
            flash(_("Taken back. The original entry stays, and its exact mirror stands beside it."), "success")
            return redirect(url_for("ledger.show", obligation=obligation.id))
    page = render_template("ledger/reverse.html", obligation=obligation, form=form)
    return (page, 422) if form.errors else page


@bp.post("/hr/earnings/<int:obligation>/again")
@requires(policy.corrects, obligation=queries.obligation)
def again(obligation: Obligation) -> Response:
    """Judge once more what was refused or taken back."""
    with transaction():
        posted = services.try_again(obligation, me())
        key = posted.id
    flash(_("Posted. It is owed now, by today's rules and HR facts."), "success")
    return redirect(url_for("ledger.show", obligation=key))

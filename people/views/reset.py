"""A forgotten password: the link by mail, and the page it opens."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import jobs
from core.access import public
from core.db import db, transaction
from core.errors import BadInput, RuleBroken
from people import identity, links, notices, queries
from people.forms import ForgotForm, NewPasswordForm
from people.jobs import send_reset_link
from people.limits import LINKS, limiter
from people.models import Person
from people.services import account
from people.views.blueprint import bp

Answer = str | Response | tuple[str, int]


@bp.get("/forgot")
@public
def forgot() -> Answer:
    """Ask for a link; after asking, where to look for it."""
    settings = current_app.config["LAUREL"]
    folder = f"{settings.data_dir}/mail" if settings.demo and settings.mail == "file" else ""
    return render_template("people/forgot.html", form=ForgotForm(data={"email": request.args.get("email", "")}), sent="sent" in request.args, folder=folder)


@bp.post("/forgot")
@public
@limiter.limit(LINKS)
def forgot_now() -> Answer:
    """Put a link on its way. The answer, and the work behind it, are the same whether or not anybody has the address."""
    form = ForgotForm()
    if not form.validate_on_submit():
        return render_template("people/forgot.html", form=form, sent=False, folder=""), 422
    with transaction():
        jobs.later(send_reset_link, person_id=queries.account_number(form.email.data or ""))
    return redirect(url_for("people.forgot", sent=1))


@bp.get("/reset")
@public
@limiter.limit(LINKS)
def reset() -> Answer:
    """The page a link opens. The link moves into the session, so that it stands in no history, log or screenshot."""
    if "link" in request.args:
        session["reset"] = request.args["link"]
        return redirect(url_for("people.reset"))
    person = _owner()
    if person is None:
        return render_template("people/reset_dead.html"), 410
    return render_template("people/reset.html", form=NewPasswordForm(), person=person)


@bp.post("/reset")
@public
@limiter.limit(LINKS)
def reset_now() -> Answer:
    """Set the new password. The link is used up, and every session of the account ends."""
    person = _owner()
    if person is None:
        return render_template("people/reset_dead.html"), 410
    form = NewPasswordForm()
    if not form.validate_on_submit():
        return render_template("people/reset.html", form=form, person=person), 422
    try:
        with transaction():
            person = account.reset(session["reset"], form.password.data or "")
            notices.password_changed(person)
    except BadInput as weak:
        form.password.errors = [weak.sentence]
        return render_template("people/reset.html", form=form, person=_owner()), 422
    except RuleBroken:
        # Somebody used the same link between the two looks at it.
        return render_template("people/reset_dead.html"), 410
    identity.leave()
    flash(_("Your new password is set. Sign in with it."), "success")
    return redirect(url_for("people.sign_in"))


def _owner() -> Person | None:
    """Whose password the link in this session may set, if it still may."""
    claim = links.read(session.get("reset", ""))
    person = db.session.get(Person, claim.person_id) if claim else None
    return person if claim is not None and account.link_is_good(claim, person) else None

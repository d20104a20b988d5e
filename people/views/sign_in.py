"""Signing in and out."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, render_template, request
from flask_babel import format_time
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import clock, i18n, jobs
from core.access import me, public, same_site, way_back
from core.db import transaction
from people import identity, queries
from people.forms import SignInForm
from people.jobs import tell_locked
from people.limits import TRIES, WRONG_TRIES, limiter, was_refused
from people.rules import DEMO_PASSWORD
from people.services import sign_in as services
from people.views.blueprint import bp
from people.words import ROLE_NAMES, ROLE_WORK

Answer = str | Response | tuple[str, int]


def _page(form: SignInForm, refusal: str = "") -> str:
    demo = queries.demo_people() if current_app.config["LAUREL"].demo else {}
    groups = [{"name": ROLE_NAMES[role], "work": ROLE_WORK[role], "people": people} for role, people in demo.items()]
    # What is put into the page's hidden field is already known to lead nowhere else.
    form.next.data = same_site(form.next.data or request.args.get("next"), request.host)
    return render_template("people/sign_in.html", form=form, refusal=refusal, groups=groups, demo_password=DEMO_PASSWORD)


def _refusal(outcome: services.Outcome) -> str:
    """Why somebody was not let in. It says the same for an address that nobody has."""
    if outcome.closed:
        return _("Your password is right, but this account is closed. If that is a mistake, ask the professional-learning office.")
    if outcome.locked_until is not None:
        local = outcome.locked_until.astimezone(clock.zone())
        when = format_time(local, "short", rebase=False) if local.date() == clock.today() else i18n.datetime(outcome.locked_until, "short")
        return _(
            "Too many wrong passwords were given for this address, so it is locked until %(when)s. A link by mail to set a new password opens it at once.",
            when=when,
        )
    return _("This e-mail address and this password do not belong together. Try again, or set a new password by mail.")


@bp.get("/sign-in")
@public
def sign_in() -> Answer:
    """The sign-in page; whoever is signed in already goes on."""
    if me() is not None:
        return redirect(way_back(request.args.get("next")))
    return _page(SignInForm())


@bp.post("/sign-in")
@public
@limiter.limit(TRIES)
@limiter.limit(WRONG_TRIES, deduct_when=was_refused)
def sign_in_now() -> Answer:
    """Try a password. The attempt is saved whether or not it was right."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form), 422
    with transaction():
        outcome = services.prove(form.email.data or "", form.password.data or "")
        if outcome.person is not None:
            services.welcome(outcome.person, "password")
        elif outcome.just_locked:
            jobs.later(tell_locked, person_id=outcome.account)
    if outcome.person is None:
        return _page(form, _refusal(outcome)), 422
    identity.enter(outcome.person)
    return redirect(way_back(form.next.data))


@bp.post("/sign-in/demo/<int:person>")
@public
@limiter.limit(TRIES)
def sign_in_demo(person: int) -> Answer:
    """Sign in as one of the demonstration's people, without a password. Outside the demonstration there is no such page."""
    chosen = queries.demo_person(person) if current_app.config["LAUREL"].demo else None
    if chosen is None:
        abort(404)
    with transaction():
        services.welcome(chosen, "demo")
    identity.enter(chosen)
    return redirect(way_back(request.form.get("next")))


@bp.post("/sign-out")
@public
def sign_out() -> Answer:
    """End this browser's session, here and for every copy of its cookie."""
    person = me()
    if person is not None:
        with transaction():
            services.end_session(person, identity.session_number())
    identity.leave()
    flash(_("You are signed out."), "success")
    return redirect(way_back(None))

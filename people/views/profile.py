"""One's own profile: what is known about me, my language, my password, my sessions, my tokens."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import i18n, idempotency, jobs
from core.access import me, public, requires, way_back
from core.db import transaction
from core.errors import BadInput
from core.web import address
from people import identity, notices, policy, queries
from people.forms import ChangePasswordForm, LanguageForm, TokenForm
from people.jobs import tell_locked
from people.limits import TRIES, WRONG_TRIES, limiter, was_refused
from people.models import ApiToken, Person
from people.rules import Scope
from people.services import account, sign_in, tokens
from people.views.blueprint import bp
from people.words import FLSA_NAMES, ROLE_NAMES

Answer = str | Response | tuple[str, int]


def _page(password_form: ChangePasswordForm | None = None, token_form: TokenForm | None = None) -> str:
    person: Person = me()
    language = LanguageForm(formdata=None, lang=person.locale or i18n.choose_locale(), next=url_for("people.profile"))
    language.lang.choices = list(i18n.LANGUAGES.items())
    schools = {s.id: s.name for s in queries.schools()}
    return render_template(
        "people/profile.html",
        person=person,
        roles=[
            {"name": ROLE_NAMES[g.role], "where": schools.get(g.school_id) if g.school_id else _("whole district"), "until": g.ends_on} for g in person.grants()
        ],
        flsa=FLSA_NAMES.get(person.flsa_class),  # type: ignore[call-overload]
        language_form=language,
        password_form=password_form or ChangePasswordForm(formdata=None),
        token_form=token_form or TokenForm(formdata=None, key=idempotency.fresh()),
        tokens=queries.tokens_of(person),
    )


@bp.get("/profile")
@requires(policy.signed_in)
def profile() -> Answer:
    """My profile."""
    return _page()


@bp.post("/language")
@public
def set_language() -> Answer:
    """Choose a language: kept with the person, or, for somebody who is not signed in, in this browser."""
    chosen = request.form.get("lang", "")
    if chosen not in i18n.LANGUAGES:
        abort(400)
    person = me()
    if person is not None:
        with transaction():
            account.choose_language(person, chosen)
    session["locale"] = chosen
    return redirect(way_back(request.form.get("next")))


@bp.post("/profile/password")
@requires(policy.signed_in)
@limiter.limit(TRIES)
@limiter.limit(WRONG_TRIES, deduct_when=was_refused)
def change_password() -> Answer:
    """Change my password. The present one is asked for, and guessing it here counts like guessing it at sign-in."""
    form, person = ChangePasswordForm(), me()
    if not form.validate_on_submit():
        return _page(password_form=form), 422
    with transaction():
        outcome = sign_in.prove(person.email, form.current.data or "")
        if outcome.just_locked:
            jobs.later(tell_locked, person_id=outcome.account)
    if outcome.person is None:
        locked = _("That was wrong too often. Wait a while, or set a new password by mail.")
        form.current.errors = [locked if outcome.locked_until else _("This is not your present password.")]
        return _page(password_form=form), 422
    try:
        with transaction():
            account.set_password(person, person, form.password.data or "", "changed")
            notices.password_changed(person)
    except BadInput as weak:
        form.password.errors = [weak.sentence]
        return _page(password_form=form), 422
    identity.enter(person)
    flash(_("Your password is changed. You are signed out everywhere but here."), "success")
    return redirect(url_for("people.profile"))


@bp.post("/profile/sign-out-everywhere")
@requires(policy.signed_in)
def sign_out_everywhere() -> Answer:
    """End all my sessions, this one too."""
    with transaction():
        account.end_all_sessions(me())
    identity.leave()
    flash(_("You are signed out everywhere. Your API tokens still work; revoke them on your profile if you want that to end too."), "success")
    return redirect(url_for("people.sign_in"))


@bp.post("/profile/tokens")
@requires(policy.signed_in)
def create_token() -> Answer:
    """Make a token and show its secret, this once."""
    form, person = TokenForm(), me()
    if not form.validate_on_submit():
        return _page(token_form=form), 422
    with transaction():
        if idempotency.once(person, "token.create", form.key.data) is not None:
            flash(_("This token was made already, and its secret is shown only once. If you did not copy it, revoke the token and make another."), "warning")
            return redirect(url_for("people.profile") + "#tokens")
        token, secret = tokens.create(person, form.name.data or "", form.days.data, {Scope.READ, Scope.WRITE} if form.write.data else {Scope.READ})
        notices.token_created(token)
    return render_template("people/token.html", token=token, secret=secret, me_url=address("me.get_me"))


@bp.post("/profile/tokens/<int:token>/revoke")
@requires(policy.can_revoke, token=queries.own_token)
def revoke_token(token: ApiToken) -> Answer:
    """End one of my tokens."""
    with transaction():
        tokens.revoke(me(), token)
    flash(_("The token “%(name)s” is revoked.", name=token.name), "success")
    return redirect(url_for("people.profile") + "#tokens")

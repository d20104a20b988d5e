"""Writing one version: the form, the preview, YAML, sending, and the quality check by a second person."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response
from wtforms import FileField, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from core import clock
from core.access import me, requires
from core.db import db, transaction
from core.errors import BadInput, wants_json
from core.i18n import datetime as said_datetime
from credentials.badges.art import badge_svg
from credentials.catalogue import authoring_queries, drafts, labels, notices, policy, presentation, queries, services
from credentials.catalogue.authoring_forms import change_rows, document_from
from credentials.catalogue.authoring_page import form_page, id_of
from credentials.catalogue.content import COLOR, examine
from credentials.catalogue.content_model import Content
from credentials.catalogue.models import CredentialVersion
from credentials.catalogue.quality import STANDARD
from credentials.catalogue.rules import VersionState
from credentials.catalogue.views.authoring import bp
from credentials.catalogue.views.browsing import drawing
from credentials.catalogue.yaml_forms import from_yaml, to_yaml

#: Somebody else was faster: saved, sent, decided. Rules that have nothing to do with that are no reason to keep text aside.
LATE = (services.Overtaken, services.WrongState, StaleDataError)


class CheckForm(FlaskForm):
    """The quality check."""

    lock = HiddenField()
    met = SelectMultipleField(_l("The quality standard"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False)
    note = TextAreaField(_l("Note to the author"), [Length(max=4000)], description=_l("What is good, and what to improve. It is needed for returning."))
    signature = StringField(_l("Sign with your name"), [Length(max=200)])


class YamlForm(FlaskForm):
    """The draft as text, or a file to put in its place."""

    lock = HiddenField()
    text = TextAreaField(_l("The draft as YAML"), description=_l("The same content as in the form. Saving replaces the draft."))
    file = FileField(_l("Or replace it with a file"))


# Writing.


@bp.get("/versions/<int:version>/edit")
@requires(policy.can_author, version=authoring_queries.draft)
def edit(version: CredentialVersion) -> str | Response:
    """The form. ``?open=1`` marks everything that is still open."""
    if not policy.can_edit(me(), version):
        return _no_draft(version)
    return _edit_page(version, version.content, version.change_note, show_all="open" in request.args)


@bp.post("/versions/<int:version>/edit")
@requires(policy.can_author, version=authoring_queries.draft)
def save(version: CredentialVersion) -> Response | tuple[str, int]:
    """Save what was typed, complete or not; then add or move a row, or send it to the quality check, where that button was pressed.

    With JSON asked for (the page saves itself) the answer is the new lock, the time and how much is still open.
    """
    user, act = me(), request.form.get("do", "save")
    document, change_note, key = document_from(request.form, version.content), request.form.get("change_note", version.change_note), version.id
    focus = change_rows(document, act)
    problems = []
    try:
        with transaction():
            problems = services.save_draft(user, version, document, change_note=change_note, lock=_lock())
            if act == "send" and not problems:
                services.send_to_quality_review(user, version)
                notices.quality_check_asked(version, user)
    except LATE:
        return _late(key, document, change_note)
    if wants_json():
        return jsonify(lock=version.lock, saved=said_datetime(clock.now()), problems=len(problems), words=_open_words(len(problems)))
    if act == "send" and not problems:
        flash(_("Sent to the quality check. A colleague reads it now; you hear back by mail."), "success")
        return redirect(url_for("authoring.show", slug=version.micro_credential.slug), 303)
    if act == "send":
        return _edit_page(version, document, change_note, show_all=True), 422
    if act == "preview":
        return redirect(url_for("authoring.preview", version=version.id), 303)
    if not focus:
        flash(_("Saved."), "success")
    # Said twice: the browser goes to the anchor by itself, and a script, which does not see anchors of an answer, reads the query.
    row = id_of(focus) if focus else None
    return redirect(url_for("authoring.edit", version=version.id, row=row, _anchor=row), 303)


@bp.get("/versions/<int:version>/preview")
@requires(policy.can_see_drafts, version=authoring_queries.draft)
def preview(version: CredentialVersion) -> str:
    """The page as teachers will see it, as far as it is written."""
    return render_template("authoring/preview.html", version=version, problems=services.problems_of(version), **_sheet(version))


@bp.get("/versions/<int:version>/badge.svg")
@requires(policy.can_see_drafts, version=authoring_queries.draft)
def badge(version: CredentialVersion) -> FlaskResponse:
    """The badge of a draft."""
    issuer, year = version.micro_credential.issuer, clock.today().year
    response = FlaskResponse(badge_svg(version.badge_design, version.badge_color, version.title, issuer, year), mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response


@bp.get("/badge.svg")
@requires(policy.can_author)
def badge_try() -> FlaskResponse:
    """A badge with the design, colour and words in the address, while an author chooses."""
    design, color = request.args.get("design", ""), request.args.get("color", "")
    design = design if design in labels.BADGE_SHAPES else "laurel"
    color = color if COLOR.fullmatch(color) else "#1F5C4A"
    drawn = drawing(design, color, request.args.get("title", "")[:100], request.args.get("issuer", "")[:300], clock.today().year)
    response = FlaskResponse(drawn, mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response


@bp.get("/versions/<int:version>/yaml")
@requires(policy.can_author, version=authoring_queries.draft)
def yaml_tab(version: CredentialVersion) -> str | Response:
    """The draft as text."""
    if not policy.can_edit(me(), version):
        return _no_draft(version)
    form = YamlForm(formdata=None, text=to_yaml(version.content), lock=version.lock)
    return render_template("authoring/yaml.html", version=version, form=form)


@bp.post("/versions/<int:version>/yaml")
@requires(policy.can_author, version=authoring_queries.draft)
def save_yaml(version: CredentialVersion) -> Response | tuple[str, int]:
    """Replace the draft by a text or a file."""
    user, form, key = me(), YamlForm(), version.id
    sent = form.file.data.read().decode("utf-8", "replace") if form.file.data else ""
    try:
        document = from_yaml(sent if sent.strip() else form.text.data or "")
    except BadInput as problem:
        (form.file if sent.strip() else form.text).errors = [problem.sentence]
        return render_template("authoring/yaml.html", version=version, form=form), 422
    try:
        with transaction():
            problems = services.save_draft(user, version, document, lock=_lock())
    except LATE:
        now = _again(key)
        if now is None or not policy.can_edit(user, now):
            return _late(key, document, "")
        form.lock.data = str(now.lock)
        return render_template("authoring/yaml.html", version=now, form=form, late=True), 409
    flash(_("Saved."), "success")
    return redirect(url_for("authoring.edit", version=version.id, open=1 if problems else None), 303)


@bp.get("/versions/<int:version>.yaml")
@requires(policy.can_see_drafts, version=authoring_queries.draft)
def download(version: CredentialVersion) -> FlaskResponse:
    """Any version as a file."""
    response = FlaskResponse(to_yaml(version.content), mimetype="application/yaml")
    response.headers["Content-Disposition"] = f'attachment; filename="{version.micro_credential.slug}-v{version.number}.yaml"'
    return response


# From hand to hand.


@bp.post("/versions/<int:version>/take-back")
@requires(policy.wrote_in, version=authoring_queries.draft)
def take_back(version: CredentialVersion) -> Response:
    """Go on writing before anybody has checked."""
    user = me()
    with transaction():
        services.take_back(user, version)
    flash(_("It is a draft again."), "success")
    return redirect(url_for("authoring.edit", version=version.id), 303)


@bp.post("/versions/<int:version>/discard")
@requires(policy.answers_for_draft, version=authoring_queries.draft)
def discard(version: CredentialVersion) -> Response:
    """Throw the draft away."""
    user, micro_credential = me(), version.micro_credential
    slug, stays = micro_credential.slug, micro_credential.current_version_id is not None
    with transaction():
        services.discard_draft(user, version)
    flash(_("The draft is gone."), "success")
    return redirect(url_for("authoring.show", slug=slug) if stays else url_for("authoring.index"), 303)


@bp.get("/versions/<int:version>/check")
@requires(policy.can_be_checker, version=authoring_queries.draft)
def check(version: CredentialVersion) -> str | Response:
    """Read it as a teacher would, beside the quality standard."""
    if not policy.can_check(me(), version):
        if version.state == VersionState.IN_QUALITY_REVIEW:
            flash(_("You wrote in this version, so a colleague has to do the quality check."), "warning")
        return redirect(url_for("authoring.show", slug=version.micro_credential.slug), 303)
    return _check_page(version, CheckForm(formdata=None, lock=version.lock))


@bp.post("/versions/<int:version>/check")
@requires(policy.can_be_checker, version=authoring_queries.draft)
def decide(version: CredentialVersion) -> Response | tuple[str, int]:
    """Publish it, or return it with a note."""
    user, form, key = me(), CheckForm(), version.id
    met, note = form.met.data or [], (form.note.data or "").strip()
    publishes = request.form.get("do") == "publish"
    try:
        with transaction():
            if publishes:
                services.publish(user, version, met, form.signature.data or "", note, lock=_lock())
                notices.published(version, user)
            else:
                services.return_to_author(user, version, note, met, lock=_lock())
                notices.returned(version, user, note)
    except BadInput as refusal:
        for name, sentence in refusal.problems.items():
            form[name].errors = [sentence]
        return _check_page(version, form), refusal.status
    except LATE:
        now = _again(key)
        if now is None or not policy.can_check(user, now):
            return _late_check(note)
        form.lock.data = str(now.lock)
        return _check_page(now, form, late=True), 409
    if publishes:
        flash(_("Published. Teachers can start it from now on."), "success")
        return redirect(url_for("catalogue.show", slug=version.micro_credential.slug), 303)
    flash(_("Returned to the author, with your note."), "success")
    return redirect(url_for("authoring.index"), 303)


# Pages that several doors lead to.


def _no_draft(version: CredentialVersion) -> Response:
    if version.state == VersionState.IN_QUALITY_REVIEW:
        flash(_("This version is with a colleague for the quality check. Take it back to go on writing."), "info")
    return redirect(url_for("authoring.show", slug=version.micro_credential.slug), 303)


def _edit_page(
    version: CredentialVersion, document: dict[str, Any], change_note: str, *, show_all: bool = False, saved: dict[str, Any] | None = None
) -> str:
    problems = services.problems_of(version) if saved is None else drafts.to_solve(document, examine(document)[1])
    return render_template(
        "authoring/edit.html",
        version=version,
        change_note=change_note,
        change_note_errors=[problem.message for problem in problems if problem.path == "change_note" and show_all],
        page=form_page(document, [problem for problem in problems if problem.path != "change_note"], show_all=show_all, saved=saved),
        open_words=_open_words(len(problems)),
        open_number=len(problems),
        late=saved is not None,
        labels=labels,
    )


def _late(key: int, document: dict[str, Any], change_note: str) -> tuple[str, int] | Response:
    """Somebody saved or sent it meanwhile: show what was typed, with what stands there now, and lose nothing."""
    now = _again(key)
    if now is None or not policy.can_edit(me(), now):
        sentence = _("This draft was sent, published or thrown away while you wrote. Nothing was saved; what you typed is below, so that you can keep it.")
        if wants_json():
            return jsonify(message=sentence, gone=True), 409  # type: ignore[return-value]
        return render_template("authoring/late.html", text=to_yaml(document), sentence=sentence), 409
    if wants_json():
        return jsonify(message=_("This draft was saved elsewhere after you opened it, so it no longer saves itself. Press “Save” to see both.")), 409  # type: ignore[return-value]
    return _edit_page(now, document, change_note, show_all=False, saved=now.content), 409


def _late_check(note: str) -> tuple[str, int]:
    sentence = _("The author took this back, or a colleague decided, while you read. Nothing was saved; your note is below, so that you can keep it.")
    return render_template("authoring/late.html", text=note, sentence=sentence), 409


def _again(key: int) -> CredentialVersion | None:
    db.session.expire_all()
    return authoring_queries.draft(key, me())


def _check_page(version: CredentialVersion, form: CheckForm, late: bool = False) -> str:
    language = str(get_locale() or "en")
    form.met.choices = [(item.key, item.heading_in(language), {"data-text": item.text_in(language)}) for item in STANDARD.items]
    return render_template("authoring/check.html", version=version, form=form, late=late, number=len(STANDARD.items), **_sheet(version))


def _sheet(version: CredentialVersion) -> dict[str, Any]:
    """What the page of a micro-credential needs, from a version that may be incomplete."""
    content: Content = examine(version.content)[0]
    return {
        "content": content,
        "micro_credential": version.micro_credential,
        "prerequisites": queries.titles_of(content.prerequisites),
        "rubric_criteria": presentation.rubric_of(content),
        "badge_url": url_for("authoring.badge", version=version.id, lock=version.lock),
        "show_start": False,
        "labels": labels,
        "presentation": presentation,
    }


def _lock() -> int | None:
    given = request.form.get("lock", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _open_words(number: int) -> str:
    return ngettext("%(num)s thing is still open", "%(num)s things are still open", number) if number else _("Everything is there")

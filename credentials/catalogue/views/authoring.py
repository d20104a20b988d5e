"""The authors' list, one micro-credential with its versions and history, and what is decided about it as a whole."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import FileField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from core import paging
from core.access import me, requires
from core.db import transaction
from core.errors import BadInput
from credentials.catalogue import authoring_queries, labels, policy, queries, services
from credentials.catalogue.authoring_shape import blank_document
from credentials.catalogue.models import MicroCredential
from credentials.catalogue.rules import search_words, slug_from
from credentials.catalogue.yaml_forms import from_yaml

bp = Blueprint("authoring", __name__, url_prefix="/authoring")

STATES = ("draft", "check", "published", "retired")


class BeginForm(FlaskForm):
    """How a new micro-credential begins."""

    title = StringField(_l("Title"), [Length(max=100)], description=_l("What a teacher will be able to do, in a few words. You can change it later."))
    file = FileField(_l("Or a YAML file"), description=_l("One that you downloaded here, or wrote in the same form."))


class ChangeNoteForm(FlaskForm):
    """What will be new."""

    change_note = TextAreaField(
        _l("What will change"),
        [DataRequired(_l("Say in a sentence what is new in this version; teachers read it.")), Length(max=2000)],
        description=_l("In a sentence. Teachers read it under “Versions”."),
    )


@bp.get("")
@requires(policy.can_see_drafts)
def index() -> str:
    """What is being written, waits for its check, is published or retired."""
    user = me()
    whose, state = request.args.get("whose", ""), request.args.get("state", "")
    state = state if state in STATES else ""
    number, size = paging.asked(25, 100)
    page = authoring_queries.listing(user, mine=whose == "mine", state=state, words=search_words(request.args.get("q", "")), number=number, size=size)
    return render_template("authoring/index.html", page=page, whose=whose, state=state, states=STATES, q=request.args.get("q", ""), labels=labels)


@bp.get("/new")
@requires(policy.can_author)
def begin() -> str:
    """Begin from scratch or from a file."""
    return render_template("authoring/begin.html", form=BeginForm())


@bp.post("/new")
@requires(policy.can_author)
def create() -> Response | tuple[str, int]:
    """Make the first draft."""
    user, form = me(), BeginForm()
    document: dict[str, Any] | None = None
    if form.validate():
        sent = form.file.data.read().decode("utf-8", "replace") if form.file.data else ""
        try:
            if sent.strip():
                document = from_yaml(sent)
            elif form.title.data and form.title.data.strip():
                document = blank_document(form.title.data.strip(), slug_from(form.title.data), queries.usual_issuer())
            else:
                form.title.errors = [_("Give it a title, or choose a file.")]
        except BadInput as problem:
            form.file.errors = [problem.sentence]
    if document is None:
        return render_template("authoring/begin.html", form=form), 422
    with transaction():
        version = services.create_draft(user, document)
    flash(_("Your draft is here. It saves itself while you write."), "success")
    return redirect(url_for("authoring.edit", version=version.id), 303)


@bp.get("/micro-credentials/<slug>")
@requires(policy.can_see_drafts, slug=authoring_queries.credential)
def show(slug: MicroCredential) -> str:
    """One micro-credential: where it stands, its versions, what happened."""
    return _show(slug, ChangeNoteForm())


@bp.post("/micro-credentials/<slug>/new-version")
@requires(policy.can_author, slug=authoring_queries.credential)
def new_version(slug: MicroCredential) -> Response | tuple[str, int]:
    """Begin the next version as a copy of the present one."""
    user, form = me(), ChangeNoteForm()
    if not form.validate():
        return _show(slug, form), 422
    with transaction():
        version = services.new_version(user, slug, form.change_note.data or "")
    flash(_("Version %(number)s begins as a copy of the present one. Teachers go on with that until yours is published.", number=version.number), "success")
    return redirect(url_for("authoring.edit", version=version.id), 303)


@bp.post("/micro-credentials/<slug>/copy")
@requires(policy.can_author, slug=authoring_queries.credential)
def copy(slug: MicroCredential) -> Response:
    """Begin another micro-credential from this one."""
    user = me()
    source = slug.current_version or queries.open_version(slug)
    if source is None:
        abort(404)
    with transaction():
        document = dict(source.content)
        document["title"] = _("Copy of %(title)s", title=source.title)[:100]
        document["slug"] = slug_from(document["title"])
        version = services.create_draft(user, document)
    flash(_("This is a copy with an address of its own. Give it a title."), "success")
    return redirect(url_for("authoring.edit", version=version.id), 303)


@bp.post("/micro-credentials/<slug>/retire")
@requires(policy.answers_for, slug=authoring_queries.credential)
def retire(slug: MicroCredential) -> Response:
    """Offer it no longer."""
    user = me()
    with transaction():
        services.retire(user, slug)
    flash(_("It is no longer offered. Badges stay valid, and whoever has started may finish."), "success")
    return redirect(url_for("authoring.show", slug=slug.slug), 303)


@bp.post("/micro-credentials/<slug>/restore")
@requires(policy.answers_for, slug=authoring_queries.credential)
def restore(slug: MicroCredential) -> Response:
    """Offer it again."""
    user = me()
    with transaction():
        services.restore(user, slug)
    flash(_("It is offered again."), "success")
    return redirect(url_for("authoring.show", slug=slug.slug), 303)


def _show(micro_credential: MicroCredential, form: ChangeNoteForm) -> str:
    versions = authoring_queries.versions(micro_credential)
    events = authoring_queries.history(micro_credential, [version.id for version in versions])
    return render_template(
        "authoring/show.html",
        micro_credential=micro_credential,
        versions=versions,
        title=versions[0].title,
        writing=next((version for version in versions if version.state != "published"), None),
        events=[_told(event) for event in events],
        form=form,
        labels=labels,
    )


def _told(event: authoring_queries.Event) -> dict[str, Any]:
    number = event.number or 1
    sentences = {
        "credential.create": (_("Begun"), "quiet"),
        "credential.save": (_("Written"), "quiet"),
        "credential.send": (_("Sent to the quality check: version %(number)s", number=number), "wait"),
        "credential.take_back": (_("Taken back to go on writing"), "turn"),
        "credential.return": (_("Returned with a note"), "turn"),
        "credential.publish": (_("Published: version %(number)s", number=number), "good"),
        "credential.new_version": (_("Version %(number)s begun", number=number), "quiet"),
        "credential.discard": (_("Draft of version %(number)s thrown away", number=number), "quiet"),
        "credential.retire": (_("Retired"), "quiet"),
        "credential.restore": (_("Offered again"), "good"),
    }
    title, tone = sentences.get(event.verb, (event.verb, "quiet"))
    return {"title": title, "tone": tone, "who": event.who, "when": event.when}

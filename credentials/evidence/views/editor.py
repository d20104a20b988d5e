"""The editor: every item with its rubric, saving by itself while one writes, and by an ordinary button without script."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Response as Answer
from flask import abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import format_time
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from core.access import me, requires
from core.db import transaction
from core.errors import BadInput, RuleBroken, problem
from credentials.evidence import policy, queries, services
from credentials.evidence.forms import answers as read_answers
from credentials.evidence.forms import fingerprint, typed
from credentials.evidence.identity import telling_words
from credentials.evidence.models import EvidenceFile, Submission
from credentials.evidence.presentation import Trouble, sheet, students_choices, telling_sentence
from credentials.evidence.rules import State, count_words
from credentials.evidence.services.uploads import identity_of
from credentials.evidence.views.blueprint import bp

#: The largest body of a text that saves itself, in bytes.
_MOST_TEXT = 1_000_000


@bp.get("/submissions/<int:submission>/edit")
@requires(policy.is_author, submission=queries.own_submission)
def edit(submission: Submission) -> str | Response:
    """Work on the draft; where there is none, see where it stands."""
    if submission.latest.status is not State.DRAFT:
        return redirect(url_for("evidence.show", submission=submission.id))
    return _page(submission)


def _page(submission: Submission, troubles: dict[str, Trouble] | None = None) -> str:
    version = submission.latest
    return render_template(
        "evidence/edit.html",
        submission=submission,
        version=version,
        sheet=sheet(version, troubles),
        troubles=troubles or {},
        fingerprint=fingerprint,
        students_choices=students_choices(),
        most_mb=current_app.config["LAUREL"].max_upload_mb,
        storage_prefix=f"laurel:draft:{version.person_id}:{version.id}:",
    )


@bp.post("/submissions/<int:submission>/edit")
@requires(policy.is_author, submission=queries.own_submission)
def save(submission: Submission) -> str | Response | tuple[str, int]:
    """The whole page at once, as a browser without script sends it: keep what can be kept, and show the rest again with its reason."""
    version, troubles = submission.latest, {}
    given = typed(request.form, version.credential_version.parsed())
    try:
        with transaction():
            for key, text in given.texts.items():
                try:
                    services.save_text(me(), version, key, text.text, text.revision)
                except services.Overtaken as overtaken:
                    troubles[key] = Trouble(text.text, overtaken.sentence, overtaken.current.text)
                except BadInput as refusal:
                    troubles[key] = Trouble(text.text, refusal.sentence)
            services.save_answers(me(), version, indicators=given.indicators, students=given.students, change_note=given.change_note)
            if request.form.get("remove", "").isdecimal():
                _remove(submission, int(request.form["remove"]))
    except RuleBroken as refusal:
        flash(refusal.sentence, "error")
        return redirect(url_for("evidence.show", submission=submission.id))
    for name, files in request.files.lists():
        key = name.removeprefix("file-")
        sentences = [sentence for file in files if file.filename and (sentence := _take(submission, key, file))]
        if sentences:
            troubles[key] = Trouble(sentence=" ".join(sentences))
    if troubles:
        return _page(queries.submission(submission.id, me()) or abort(404), troubles), 422
    if request.form.get("next") == "check":
        return redirect(url_for("evidence.check", submission=submission.id))
    flash(_("Saved."), "success")
    return redirect(url_for("evidence.edit", submission=submission.id, _anchor=request.form.get("upload") or request.form.get("at") or None))


def _take(submission: Submission, item_key: str, file: FileStorage) -> str:
    """Take one file in, in a transaction of its own; answers why not, or nothing."""
    try:
        with transaction():
            services.add_file(me(), submission.latest, item_key, file.filename or "", cast(BinaryIO, file.stream))
    except RuleBroken as refusal:
        return refusal.sentence
    return ""


def _remove(submission: Submission, number: int) -> None:
    row = next((row for row in submission.latest.files if row.id == number), None)
    if row is not None:
        services.remove_file(me(), submission.latest, row)


# What the script calls, one piece at a time. ------------------------------------------------------------------------------


@bp.put("/submissions/<int:submission>/items/<item>/text")
@requires(policy.is_author, submission=queries.own_submission)
def save_text(submission: Submission, item: str) -> Answer:
    """Keep one text: ``{"text", "revision"}`` in; what is kept, its new revision and "Saved 14:03" out. 409 brings both texts."""
    if (request.content_length or 0) > _MOST_TEXT:
        abort(413)
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("text"), str) or not isinstance(body.get("revision"), int):
        abort(400)
    try:
        with transaction():
            row = services.save_text(me(), submission.latest, item, body["text"], body["revision"])
            # The answer is made of the rows while they are loaded: a commit would forget them, and reading them anew costs more.
            return jsonify(
                text=row.text,
                revision=row.revision,
                saved=_saved(row.updated_at),
                words=count_words(row.text),
                telling=telling_sentence(telling_words(row.text, identity_of(me()))),
                progress=_progress(submission),
            )
    except services.Overtaken as overtaken:
        current = overtaken.current
        return problem(
            409, _("Changed in another window"), overtaken.sentence, overtaken.rule,
            current={"text": current.text, "revision": current.revision, "saved": _saved(current.updated_at)},
        )  # fmt: skip


@bp.put("/submissions/<int:submission>/answers")
@requires(policy.is_author, submission=queries.own_submission)
def save_answers(submission: Submission) -> Answer:
    """Keep answers to statements and questions, and the change note."""
    if (request.content_length or 0) > _MOST_TEXT:
        abort(413)
    with transaction():
        services.save_answers(me(), submission.latest, **read_answers(request.get_json(silent=True)))
        return jsonify(saved=_saved(None), progress=_progress(submission))


@bp.post("/submissions/<int:submission>/items/<item>/files")
@requires(policy.is_author, submission=queries.own_submission)
def upload(submission: Submission, item: str) -> Answer:
    """Take one file in; the list of files of this item comes back as a piece of the page."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise BadInput(_("Choose a file first."))
    with transaction():
        services.add_file(me(), submission.latest, item, file.filename, cast(BinaryIO, file.stream))
        answer = _files(submission, item)
    answer.status_code = 201
    return answer


@bp.post("/submissions/<int:submission>/files/<int:file>/remove")
@requires(policy.owns_file, file=queries.own_file)
def remove_file(submission: int, file: EvidenceFile) -> Answer | Response:
    """Take a file out of the draft."""
    row, item = file.version.submission, file.item_key
    if row.id != submission:
        abort(404)
    with transaction():
        services.remove_file(me(), file.version, file)
        return _files(row, item)


def _files(submission: Submission, item: str) -> Answer:
    view = sheet(submission.latest)
    files = render_template("evidence/_files.html", submission=submission, i=view.item(item), students_choices=students_choices())
    return jsonify(files=files, progress=render_template("evidence/_progress.html", sheet=view, submission=submission))


def _progress(submission: Submission) -> str:
    return render_template("evidence/_progress.html", sheet=sheet(submission.latest), submission=submission)


def _saved(at: object) -> str:
    return _("Saved %(time)s", time=format_time(at, "short"))  # type: ignore[arg-type]

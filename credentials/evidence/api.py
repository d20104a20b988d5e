"""Submissions for programs: the same verbs, rules and refusals as on the pages."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

import marshmallow as ma
from flask import Response, abort, request
from flask_babel import gettext as _
from flask_smorest import Blueprint
from flask_smorest.fields import Upload

from core import idempotency
from core.access import me, requires
from core.db import transaction
from core.errors import BadInput, problem
from core.web import address
from credentials.evidence import policy, queries, services
from credentials.evidence.completeness import gaps, is_closed
from credentials.evidence.forms import answers as read_answers
from credentials.evidence.models import EvidenceFile, Submission, SubmissionVersion
from credentials.evidence.rules import LONGEST_TEXT, State, Students, students_answer
from credentials.evidence.serving import answer_with_file
from credentials.evidence.wording import gap_sentence
from workflows import evidence as story

bp = Blueprint("submissions", __name__, url_prefix="/api/v1/submissions", description="Evidence: what you hand in, and where it stands")

_STATES = [state.value for state in State]
_STUDENTS = [answer.value for answer in Students]


class SubmissionSchema(ma.Schema):
    """A submission: all that one person does for one micro-credential."""

    id = ma.fields.Integer(required=True)
    micro_credential = ma.fields.String(required=True, metadata={"description": "Its slug."})
    title = ma.fields.String(required=True)
    person_id = ma.fields.Integer(required=True)
    version = ma.fields.Integer(required=True, metadata={"description": "Number of the newest version that you may see."})
    state = ma.fields.String(required=True, validate=ma.validate.OneOf(_STATES))
    created_at = ma.fields.AwareDateTime(required=True)
    submitted_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    released_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class EvidenceFileSchema(ma.Schema):
    """A file as it is kept: cleaned, under its neutral name."""

    id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True, metadata={"description": "What reviewers see."})
    own_name = ma.fields.String(required=True, allow_none=True, metadata={"description": "What its author called it; null for everybody else."})
    kind = ma.fields.String(required=True)
    media_type = ma.fields.String(required=True)
    size = ma.fields.Integer(required=True)
    sha256 = ma.fields.String(required=True)
    stripped = ma.fields.List(ma.fields.String(), required=True, metadata={"description": "Codes of what was taken out."})
    identifying = ma.fields.List(ma.fields.String(), required=True, metadata={"description": "Words inside that could tell who you are; for the author alone."})
    students = ma.fields.String(required=True, allow_none=True, validate=ma.validate.OneOf(_STUDENTS))
    url = ma.fields.Url(required=True, require_tld=False)


class EvidenceItemSchema(ma.Schema):
    """What is asked for, and what was given."""

    key = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    prompt = ma.fields.String(required=True)
    required = ma.fields.Boolean(required=True)
    closed = ma.fields.Boolean(required=True, metadata={"description": "Met in an earlier version and carried over."})
    text = ma.fields.String(required=True)
    revision = ma.fields.Integer(required=True)
    files = ma.fields.List(ma.fields.Nested(EvidenceFileSchema), required=True)
    indicators = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Boolean(allow_none=True), required=True)


class GapSchema(ma.Schema):
    """Something that is missing before the version can be handed in."""

    code = ma.fields.String(required=True)
    item = ma.fields.String(required=True, allow_none=True)
    sentence = ma.fields.String(required=True)


class SubmissionDetailSchema(SubmissionSchema):
    """A submission with the newest version that you may see."""

    items = ma.fields.List(ma.fields.Nested(EvidenceItemSchema), required=True)
    change_note = ma.fields.String(required=True)
    missing = ma.fields.List(ma.fields.Nested(GapSchema), required=True, metadata={"description": "Of a draft; empty otherwise."})


class SubmissionQuerySchema(ma.Schema):
    """Which submissions, and which page of the list."""

    scope = ma.fields.String(
        load_default="mine", validate=ma.validate.OneOf(["mine", "submitted"]), metadata={"description": "submitted: all that was handed in; the office only."}
    )
    state = ma.fields.String(
        load_default=None, validate=ma.validate.OneOf([s for s in _STATES if s != State.DRAFT]), metadata={"description": "Only with scope=submitted."}
    )
    page = ma.fields.Integer(load_default=1, validate=ma.validate.Range(min=1, max=1_000_000))
    size = ma.fields.Integer(load_default=25, validate=ma.validate.Range(min=1, max=100))


class SubmissionPageSchema(ma.Schema):
    """One page of submissions."""

    items = ma.fields.List(ma.fields.Nested(SubmissionSchema), required=True)
    page = ma.fields.Integer(required=True)
    size = ma.fields.Integer(required=True)
    total = ma.fields.Integer(required=True)


class StartSchema(ma.Schema):
    """What to begin."""

    micro_credential = ma.fields.String(required=True, metadata={"description": "Its slug."})


class EvidenceTextSchema(ma.Schema):
    """A text or an address."""

    text = ma.fields.String(required=True, validate=ma.validate.Length(max=LONGEST_TEXT))
    revision = ma.fields.Integer(required=True, metadata={"description": "The revision you have seen, 0 for none; 409 where a newer one was saved."})


class EvidenceUploadSchema(ma.Schema):
    """One file."""

    file = Upload(required=True)


class AnswersSchema(ma.Schema):
    """Answers about completeness, students and changes. What is left out stays as it was."""

    indicators = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Boolean(allow_none=True))
    students = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.String(allow_none=True, validate=ma.validate.OneOf(_STUDENTS)),
        metadata={"description": "By the number of the file."},
    )
    change_note = ma.fields.String(validate=ma.validate.Length(max=5000))


class StatementSchema(ma.Schema):
    """The statement of integrity and consent."""

    statement = ma.fields.Boolean(
        required=True,
        validate=ma.validate.Equal(True),
        metadata={"description": "True: this is your own work, students are not identifiable or their releases are on file, and you agree to blind review."},
    )


def _seen(row: Submission) -> SubmissionVersion:
    """The newest version that the caller may see: the author all, everybody else what was handed in."""
    visible = row.versions if row.person_id == me().id else [version for version in row.versions if version.submitted_at is not None]
    return visible[-1]


def _brief(row: Submission) -> dict[str, Any]:
    version = _seen(row)
    return {
        "id": row.id,
        "micro_credential": row.micro_credential.slug,
        "title": version.credential_version.title,
        "person_id": row.person_id,
        "version": version.number,
        "state": version.state,
        "created_at": version.created_at,
        "submitted_at": version.submitted_at,
        "released_at": version.released_at,
    }


def _detail(row: Submission) -> dict[str, Any]:
    # Read anew after a commit, in a fixed number of statements.
    row = queries.submission(row.id, me()) or abort(404)
    version = _seen(row)
    content, responses = version.credential_version.parsed(), {response.item_key: response for response in version.responses}
    items = []
    for item in content.items():
        response = responses.get(item.key)
        items.append(
            {
                "key": item.key,
                "kind": item.kind.value,
                "prompt": item.prompt,
                "required": item.required,
                "closed": is_closed(item, version.carried),
                "text": response.text if response else "",
                "revision": response.revision if response else 0,
                "files": [_file(row, file) for file in version.files if file.item_key == item.key],
                "indicators": {one.key: version.indicators.get(one.key) for one in item.completion_indicators},
            }
        )
    missing = gaps(content, queries.work_of(version)) if version.status is State.DRAFT else []
    return _brief(row) | {
        "items": items,
        "change_note": version.change_note,
        "missing": [{"code": gap.code, "item": gap.item_key, "sentence": gap_sentence(gap)} for gap in missing],
    }


def _file(row: Submission, file: EvidenceFile) -> dict[str, Any]:
    own = row.person_id == me().id
    answer = students_answer(file.students)
    return {
        "id": file.id,
        "name": file.neutral_name,
        "own_name": file.own_name if own else None,
        "kind": file.kind,
        "media_type": file.blob.media_type,
        "size": file.blob.size,
        "sha256": file.blob.sha256,
        "stripped": file.stripped,
        "identifying": file.identifying if own else [],
        "students": answer.value if answer else None,
        "url": address("submissions.get_file", submission=row.id, file=file.id),
    }


@bp.route("", methods=["GET"])
@requires(policy.can_list)
@bp.arguments(SubmissionQuerySchema, location="query")
@bp.response(200, SubmissionPageSchema)
def list_submissions(wanted: dict[str, Any]) -> dict[str, Any]:
    """Submissions

    Your own; for the professional-learning office also all that was handed in.
    """
    if wanted["scope"] == "submitted":
        if not policy.can_list_submitted(me()):
            abort(403)
        page = queries.submitted(me(), wanted["page"], wanted["size"], State(wanted["state"]) if wanted["state"] else None)
    else:
        page = queries.mine(me(), wanted["page"], wanted["size"])
    return {"items": [_brief(row) for row in page.items], "page": page.number, "size": page.size, "total": page.total}


@bp.route("", methods=["POST"])
@requires(policy.can_start)
@bp.arguments(StartSchema)
@bp.response(200, SubmissionDetailSchema)
def start(sent: dict[str, Any]) -> dict[str, Any]:
    """Begin a micro-credential

    Or find the work begun before: asking twice is safe.
    """
    found = queries.micro_credential_to_start(sent["micro_credential"], me()) or abort(404)
    with transaction():
        row = services.start(me(), found)
    return _detail(row)


@bp.route("/<int:submission>", methods=["GET"])
@requires(policy.can_see, submission=queries.submission)
@bp.response(200, SubmissionDetailSchema)
def get_submission(submission: Submission) -> dict[str, Any]:
    """One submission

    With what was asked, what was given, and what is missing.
    """
    return _detail(submission)


@bp.route("/<int:submission>/items/<item>/text", methods=["PUT"])
@requires(policy.is_author, submission=queries.own_submission)
@bp.arguments(EvidenceTextSchema)
@bp.response(200, SubmissionDetailSchema)
def put_text(sent: dict[str, Any], submission: Submission, item: str) -> dict[str, Any] | Response:
    """Write an answer

    A text or an address. 409 brings the text that was saved meanwhile.
    """
    try:
        with transaction():
            services.save_text(me(), submission.latest, item, sent["text"], sent["revision"])
    except services.Overtaken as overtaken:
        current = {"text": overtaken.current.text, "revision": overtaken.current.revision}
        return problem(409, _("Changed in another window"), overtaken.sentence, overtaken.rule, current=current)
    return _detail(submission)


@bp.route("/<int:submission>/items/<item>/files", methods=["POST"])
@requires(policy.is_author, submission=queries.own_submission)
@bp.arguments(EvidenceUploadSchema, location="files")
@bp.response(201, SubmissionDetailSchema)
def post_file(sent: dict[str, Any], submission: Submission, item: str) -> dict[str, Any]:
    """Add a file

    It is recognised by its content, cleaned of what tells who made it, and kept under a neutral name.
    """
    with transaction():
        services.add_file(me(), submission.latest, item, sent["file"].filename or "", cast(BinaryIO, sent["file"].stream))
    return _detail(submission)


@bp.route("/<int:submission>/files/<int:file>", methods=["GET"])
@requires(policy.can_read_file, file=queries.file)
@bp.response(200, content_type="application/octet-stream")
def get_file(submission: int, file: EvidenceFile) -> Response:
    """The bytes of a file

    Ranges are answered.
    """
    if file.version.submission_id != submission:
        abort(404)
    return answer_with_file(file, download=True)


@bp.route("/<int:submission>/files/<int:file>", methods=["DELETE"])
@requires(policy.owns_file, file=queries.own_file)
@bp.response(200, SubmissionDetailSchema)
def delete_file(submission: int, file: EvidenceFile) -> dict[str, Any]:
    """Take a file out of a draft"""
    row = file.version.submission
    if row.id != submission:
        abort(404)
    with transaction():
        services.remove_file(me(), file.version, file)
    return _detail(row)


@bp.route("/<int:submission>/answers", methods=["PUT"])
@requires(policy.is_author, submission=queries.own_submission)
@bp.arguments(AnswersSchema)
@bp.response(200, SubmissionDetailSchema)
def put_answers(sent: dict[str, Any], submission: Submission) -> dict[str, Any]:
    """Answer the questions

    Statements about completeness, students in files, and what changed since the last version.
    """
    with transaction():
        services.save_answers(me(), submission.latest, **read_answers(sent))
    return _detail(submission)


@bp.route("/<int:submission>/submit", methods=["POST"])
@requires(policy.is_author, submission=queries.own_submission)
@bp.arguments(StatementSchema)
@bp.response(200, SubmissionDetailSchema)
def submit(sent: dict[str, Any], submission: Submission) -> dict[str, Any]:
    """Hand it in

    Send an `Idempotency-Key` header to make a repetition safe: it gets the same answer. 422 names all that is missing.
    """
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 8 <= len(key) <= 80:
        raise BadInput(_("An Idempotency-Key has 8 to 80 characters."))
    with transaction():
        if idempotency.once(me(), f"submit:{submission.id}", key) is None:
            services.sign_statement(me(), submission.latest)
            story.submit(me(), submission.latest)
    return _detail(submission)


@bp.route("/<int:submission>/withdraw", methods=["POST"])
@requires(policy.is_author, submission=queries.own_submission)
@bp.response(200, SubmissionDetailSchema)
def withdraw(submission: Submission) -> dict[str, Any]:
    """Take it back

    As long as no reviewer has opened it.
    """
    with transaction():
        story.withdraw(me(), submission.latest)
    return _detail(submission)


@bp.route("/<int:submission>/reopen", methods=["POST"])
@requires(policy.is_author, submission=queries.own_submission)
@bp.response(200, SubmissionDetailSchema)
def reopen(submission: Submission) -> dict[str, Any]:
    """Begin the next version

    After "not yet", with what was met carried over, or after a withdrawal.
    """
    with transaction():
        services.reopen(me(), submission)
    return _detail(submission)

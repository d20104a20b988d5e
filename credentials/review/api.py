"""Reviews for programs: one's own, with the same rules as on the pages. Nothing here names an author or another reviewer."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import abort
from flask_smorest import Blueprint
from werkzeug.wrappers import Response

from core.access import me, requires
from core.db import transaction
from core.errors import RuleBroken
from core.web import address
from credentials.evidence.models import EvidenceFile
from credentials.evidence.serving import answer_with_file
from credentials.review import desk, policy, queries, rules, services
from credentials.review.models import Assignment
from credentials.review.review_rules import COMMENT_MOST, POINTER_MOST, Mark
from credentials.review.rules import AssignmentState, Reason, Round
from credentials.review.wording import ruled_out
from workflows import evidence as story

bp = Blueprint("reviews", __name__, url_prefix="/api/v1/reviews", description="The reviews you are asked for, and what you say")


class ReviewSchema(ma.Schema):
    """A review that is, or was, asked of you."""

    id = ma.fields.Integer(required=True)
    title = ma.fields.String(required=True, metadata={"description": "Title of the micro-credential."})
    micro_credential = ma.fields.String(required=True, metadata={"description": "Its slug."})
    round = ma.fields.String(required=True, validate=ma.validate.OneOf([r.value for r in Round]))
    state = ma.fields.String(required=True, validate=ma.validate.OneOf([s.value for s in AssignmentState]))
    pseudonym = ma.fields.String(required=True, metadata={"description": "The letter by which the author knows you."})
    criteria = ma.fields.List(ma.fields.String(), required=True, metadata={"description": "Keys of the criteria to judge."})
    offered_at = ma.fields.AwareDateTime(required=True)
    accept_by = ma.fields.AwareDateTime(required=True)
    due_at = ma.fields.AwareDateTime(required=True, allow_none=True)
    submitted_at = ma.fields.AwareDateTime(required=True, allow_none=True)


class ReviewMarkSchema(ma.Schema):
    """What you say about one criterion."""

    level = ma.fields.String(load_default=None, allow_none=True, metadata={"description": "Key of a level, or null."})
    comment = ma.fields.String(load_default="", validate=ma.validate.Length(max=COMMENT_MOST))
    pointer = ma.fields.String(load_default="", validate=ma.validate.Length(max=POINTER_MOST), metadata={"description": "Where in the evidence."})


class ReviewLevelSchema(ma.Schema):
    """A level of the rubric on one criterion."""

    key = ma.fields.String(required=True, attribute="id")
    label = ma.fields.String(required=True)
    descriptor = ma.fields.String(required=True)
    passes = ma.fields.Boolean(required=True)


class ReviewCriterionSchema(ma.Schema):
    """A criterion. ``place``: ``mine`` to judge, ``carried`` (met in an earlier version), ``agreed`` (no part of this third review)."""

    key = ma.fields.String(required=True, attribute="id")
    name = ma.fields.String(required=True)
    item = ma.fields.String(required=True, attribute="item_key", metadata={"description": "Key of the item whose evidence it judges."})
    place = ma.fields.String(required=True)
    levels = ma.fields.List(ma.fields.Nested(ReviewLevelSchema), required=True)


class ReviewFileSchema(ma.Schema):
    """A file of the evidence under its neutral name."""

    id = ma.fields.Integer(required=True)
    name = ma.fields.String(required=True)
    url = ma.fields.Url(required=True)


class ReviewItemSchema(ma.Schema):
    """What was asked and what was given."""

    key = ma.fields.String(required=True)
    kind = ma.fields.String(required=True)
    prompt = ma.fields.String(required=True)
    text = ma.fields.String(required=True)
    link = ma.fields.String(required=True)
    files = ma.fields.List(ma.fields.Nested(ReviewFileSchema), required=True)


class ReviewDetailSchema(ReviewSchema):
    """A review with its rubric, your draft, and, while it is in your hands, the evidence."""

    rubric = ma.fields.List(ma.fields.Nested(ReviewCriterionSchema), required=True)
    marks = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Nested(ReviewMarkSchema), required=True)
    overall = ma.fields.String(required=True)
    revision = ma.fields.Integer(required=True)
    evidence = ma.fields.List(
        ma.fields.Nested(ReviewItemSchema), required=True, allow_none=True, metadata={"description": "Null unless the review is in progress."}
    )
    outcome = ma.fields.String(
        required=True, allow_none=True, metadata={"description": "demonstrated or not_yet, once your review is in and it was released."}
    )


class ReviewPageWantedSchema(ma.Schema):
    """Which page of the list."""

    page = ma.fields.Integer(load_default=1, validate=ma.validate.Range(min=1, max=1_000_000))
    size = ma.fields.Integer(load_default=25, validate=ma.validate.Range(min=1, max=100))


class ReviewPageSchema(ma.Schema):
    """One page of your reviews, the newest first."""

    items = ma.fields.List(ma.fields.Nested(ReviewSchema), required=True)
    page = ma.fields.Integer(required=True)
    size = ma.fields.Integer(required=True)
    total = ma.fields.Integer(required=True)


class ReviewAcceptSchema(ma.Schema):
    """The question about conflicts."""

    no_conflict = ma.fields.Boolean(required=True, metadata={"description": "You know of no conflict of interest."})


class StepBackSchema(ma.Schema):
    """Why you step back."""

    reason = ma.fields.String(required=True, validate=ma.validate.OneOf([r.value for r in Reason]))
    detail = ma.fields.String(load_default="", validate=ma.validate.Length(max=2000))


class ReviewDeclineSchema(StepBackSchema):
    """Why you do not take it, and with the reason ``load`` perhaps until when nothing is to be offered to you."""

    pause_until = ma.fields.Date(load_default=None, allow_none=True)


class ReviewDraftSchema(ma.Schema):
    """Your draft, complete or not. Criteria that are left out stay as they are."""

    revision = ma.fields.Integer(required=True, metadata={"description": "The revision you have seen; 409 where a newer one was saved."})
    marks = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Nested(ReviewMarkSchema), required=True)
    overall = ma.fields.String(required=True, validate=ma.validate.Length(max=COMMENT_MOST))


class ReviewRevisionSchema(ma.Schema):
    """What stands now."""

    revision = ma.fields.Integer(required=True)


def _brief(row: Assignment) -> dict[str, Any]:
    version = row.version.credential_version
    return {
        "id": row.id,
        "title": version.title,
        "micro_credential": version.micro_credential.slug,
        "round": row.round,
        "state": row.state,
        "pseudonym": row.pseudonym,
        "criteria": row.criteria,
        "offered_at": row.offered_at,
        "accept_by": row.accept_by,
        "due_at": row.due_at,
        "submitted_at": row.submitted_at,
    }


def _detail(row: Assignment) -> dict[str, Any]:
    content, marks, version = row.version.credential_version.parsed(), services.marks_of(row), row.version
    evidence = None
    if row.status is AssignmentState.IN_PROGRESS and not rules.conflicts(queries.candidate(version, me()).facts):
        laid_out = desk.lay_out(content, row, queries.evidence(version), marks)
        evidence = [_item(row, item) for part in laid_out.parts for item in part.items]
    return _brief(row) | {
        "rubric": desk.criteria_of(content, row, marks),
        "marks": {key: {"level": mark.level, "comment": mark.comment, "pointer": mark.pointer} for key, mark in marks.items()},
        "overall": row.overall,
        "revision": row.revision,
        "evidence": evidence,
        "outcome": version.drafted_outcome if row.is_done and version.released_at is not None else None,
    }


def _item(row: Assignment, item: desk.DeskItem) -> dict[str, Any]:
    files = [{"id": piece.id, "name": piece.name, "url": address("reviews.get_file", assignment=row.id, file=piece.id)} for piece in item.files]
    return {"key": item.key, "kind": item.kind, "prompt": item.prompt, "text": item.text, "link": item.link, "files": files}


@bp.route("", methods=["GET"])
@requires(policy.can_list)
@bp.arguments(ReviewPageWantedSchema, location="query")
@bp.response(200, ReviewPageSchema)
def list_reviews(wanted: dict[str, Any]) -> dict[str, Any]:
    """Your reviews

    Offers, what is in your hands, and what you did, the newest first.
    """
    page = queries.all_of(me(), wanted["page"], wanted["size"])
    return {"items": [_brief(row) for row in page.items], "page": page.number, "size": page.size, "total": page.total}


@bp.route("/<int:assignment>", methods=["GET"])
@requires(policy.can_review, assignment=queries.assignment)
@bp.response(200, ReviewDetailSchema)
def get_review(assignment: Assignment) -> dict[str, Any]:
    """One of your reviews

    The evidence is there only while the review is in progress.
    """
    return _detail(assignment)


@bp.route("/<int:assignment>/accept", methods=["POST"])
@requires(policy.can_review, assignment=queries.assignment)
@bp.arguments(ReviewAcceptSchema)
@bp.response(200, ReviewDetailSchema)
def accept(sent: dict[str, Any], assignment: Assignment) -> dict[str, Any]:
    """Take the review

    Having said that you know of no conflict of interest.
    """
    with transaction():
        services.accept(me(), assignment, sent["no_conflict"])
    if assignment.status is not AssignmentState.ACCEPTED:
        raise RuleBroken(ruled_out(), "conflict-found")
    return _detail(assignment)


@bp.route("/<int:assignment>/decline", methods=["POST"])
@requires(policy.can_review, assignment=queries.assignment)
@bp.arguments(ReviewDeclineSchema)
@bp.response(200, ReviewDetailSchema)
def decline(sent: dict[str, Any], assignment: Assignment) -> dict[str, Any]:
    """Decline the offer"""
    with transaction():
        services.decline(me(), assignment, Reason(sent["reason"]), sent["detail"], sent["pause_until"])
    return _detail(assignment)


@bp.route("/<int:assignment>/open", methods=["POST"])
@requires(policy.can_review, assignment=queries.assignment)
@bp.response(200, ReviewDetailSchema)
def open_review(assignment: Assignment) -> dict[str, Any]:
    """Open the evidence

    From then on the author can no longer withdraw it.
    """
    with transaction():
        services.open_desk(me(), assignment)
    if assignment.status is not AssignmentState.IN_PROGRESS:
        raise RuleBroken(ruled_out(), "conflict-found")
    return _detail(assignment)


@bp.route("/<int:assignment>/step-back", methods=["POST"])
@requires(policy.can_review, assignment=queries.assignment)
@bp.arguments(StepBackSchema)
@bp.response(200, ReviewDetailSchema)
def step_back(sent: dict[str, Any], assignment: Assignment) -> dict[str, Any]:
    """Step back from what you accepted"""
    with transaction():
        services.recuse(me(), assignment, Reason(sent["reason"]), sent["detail"])
    return _detail(assignment)


@bp.route("/<int:assignment>/draft", methods=["PUT"])
@requires(policy.can_review, assignment=queries.assignment)
@bp.arguments(ReviewDraftSchema)
@bp.response(200, ReviewRevisionSchema)
def put_draft(sent: dict[str, Any], assignment: Assignment) -> dict[str, Any]:
    """Keep your draft"""
    marks = {key: Mark(mark["level"], mark["comment"].strip(), " ".join(mark["pointer"].split())) for key, mark in sent["marks"].items()}
    with transaction():
        revision = services.save_draft(me(), assignment, marks, sent["overall"].strip(), sent["revision"])
    return {"revision": revision}


@bp.route("/<int:assignment>/submit", methods=["POST"])
@requires(policy.can_review, assignment=queries.assignment)
@bp.response(200, ReviewDetailSchema)
def submit(assignment: Assignment) -> dict[str, Any]:
    """Hand the review in

    It does not change after that. 422 names every criterion that lacks something.
    """
    with transaction():
        story.review_submitted(me(), assignment)
    if not assignment.is_done:
        raise RuleBroken(ruled_out(), "conflict-found")
    return _detail(assignment)


@bp.route("/<int:assignment>/files/<int:file>", methods=["GET"])
@requires(policy.can_read_file, assignment=queries.assignment, file=queries.file)
@bp.response(200, content_type="application/octet-stream")
def get_file(assignment: Assignment, file: EvidenceFile) -> Response:
    """One file of the evidence"""
    if rules.conflicts(queries.candidate(assignment.version, me()).facts):
        abort(404)
    return answer_with_file(file, download=True)

"""The ledger for machines: read only. One's own entries; all of them for HR, payroll and the auditor."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from sqlalchemy import func, select

from core.access import me, requires
from core.db import db
from ledger import policy, queries, wording
from ledger.models import Obligation
from ledger.rules import EntryKind

bp = Blueprint("ledger_api", __name__, url_prefix="/api/v1/ledger", description="What was earned, and its ledger entries.")


class LegSchema(Schema):
    """One side of an entry; debits are positive, credits negative."""

    fund = fields.String(required=True, attribute="fund.code", metadata={"description": "Code of the fund."})
    account = fields.String(required=True, metadata={"description": "expense, payable, exported or paid."})
    account_string = fields.String(required=True, metadata={"description": "The district's account string."})
    amount_cents = fields.Integer(required=True)


class EntrySchema(Schema):
    """One posting; append-only. Its legs sum to zero."""

    sequence = fields.Integer(required=True, metadata={"description": "Gap-free number in the ledger."})
    kind = fields.String(required=True)
    effective_on = fields.Date(required=True, metadata={"description": "The day it counts for in registers."})
    posted_at = fields.AwareDateTime(required=True)
    memo = fields.String(required=True)
    obligation_id = fields.Integer(required=True)
    person_id = fields.Integer(required=True, attribute="obligation.person_id")
    employee_number = fields.String(required=True, attribute="obligation.employee_number", allow_none=True)
    description = fields.String(required=True, attribute="obligation.description")
    legs = fields.List(fields.Nested(LegSchema), required=True)


class EntryFilterSchema(Schema):
    """What the list may be narrowed by."""

    posted_from = fields.Date(data_key="from", metadata={"description": "First day it counts for."})
    posted_to = fields.Date(data_key="to", metadata={"description": "Last day it counts for."})
    kind = fields.String(validate=validate.OneOf([kind.value for kind in EntryKind]))
    fund = fields.String(metadata={"description": "Code of the fund."})
    person = fields.Integer(metadata={"description": "Id of the person; without the right to see others only your own."})
    after = fields.Integer(metadata={"description": "Only entries after this sequence: the last one you have."})
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=1_000_000))
    size = fields.Integer(load_default=50, validate=validate.Range(min=1, max=500))


class EntryPageSchema(Schema):
    """One page of entries, by sequence."""

    items = fields.List(fields.Nested(EntrySchema), required=True)
    page = fields.Integer(required=True)
    size = fields.Integer(required=True)
    total = fields.Integer(required=True)


class StepSchema(Schema):
    """One step from the inputs to the amount: its stable code, its facts, the cents after it, and the sentence in your language."""

    say = fields.String(required=True)
    facts = fields.Dict(required=True)
    cents = fields.Integer(required=True, allow_none=True)


class RefusalSchema(Schema):
    """Why nothing is owed, and what can be done."""

    rule = fields.String(required=True)
    title = fields.String(required=True)
    sentence = fields.String(required=True)
    remedy = fields.String(required=True)


class ObligationSchema(Schema):
    """What is owed for one thing, or why nothing is."""

    id = fields.Integer(required=True)
    natural_key = fields.String(required=True)
    kind = fields.String(required=True)
    source = fields.String(required=True)
    description = fields.String(required=True)
    person_id = fields.Integer(required=True)
    employee_number = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    amount_cents = fields.Integer(required=True)
    earned_on = fields.Date(required=True)
    fiscal_year = fields.Integer(required=True)
    policy = fields.String(required=True, attribute="policy_version.policy.code", allow_none=True)
    policy_version = fields.Integer(required=True, attribute="policy_version.number", allow_none=True)
    fund = fields.String(required=True, attribute="fund.code", allow_none=True)
    explanation = fields.List(fields.Nested(StepSchema), required=True)
    reasons = fields.Function(lambda row: [reason.text for reason in wording.reasons(row.explanation)], metadata={"description": "The steps in words."})
    refusal = fields.Function(lambda row: RefusalSchema().dump(wording.refusal(row)) if row.refusal_rule else None)
    entries = fields.List(fields.Nested(EntrySchema), required=True)


@bp.route("/entries", methods=["GET"])
@requires(policy.can_see_own_earnings)
@bp.arguments(EntryFilterSchema, location="query")
@bp.response(200, EntryPageSchema)
def entries(wanted: dict[str, Any]) -> dict[str, Any]:
    """Ledger entries, by sequence: your own, or all for HR, payroll and the auditor."""
    page, size = wanted.pop("page"), wanted.pop("size")
    statement = queries.entries_for(me(), queries.EntryFilter(**wanted))
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    return {"items": db.session.scalars(statement.limit(size).offset((page - 1) * size)).all(), "page": page, "size": size, "total": total}


@bp.route("/obligations/<int:obligation>", methods=["GET"])
@requires(policy.can_see, obligation=queries.obligation)
@bp.response(200, ObligationSchema)
def obligation(obligation: Obligation) -> Obligation:
    """One obligation with its reasons and its entries."""
    return obligation

"""What was looked at and not paid: who, for what, and by which rule. The list that human resources works off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from core.db import db
from core.sheet import Column, Table
from ledger.models import Obligation
from ledger.rules import ObligationState
from ledger.wording import refusal_words
from reports.stipend_register import school_name


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; '' and None leave out that filter."""

    first: dt.date
    last: dt.date
    rule: str = ""
    school: int | None = None
    q: str = ""


def rows(wanted: Filter) -> Select[Any]:
    """The refusals that still stand, the newest first: what was tried again since is left out."""
    later = aliased(Obligation)
    statement = (
        select(Obligation)
        .where(
            Obligation.state == ObligationState.REFUSED.value,
            Obligation.earned_on.between(wanted.first, wanted.last),
            ~exists().where(later.source == Obligation.source, later.kind == Obligation.kind, later.attempt > Obligation.attempt),
        )
        .order_by(Obligation.earned_on.desc(), Obligation.id.desc())
    )
    if wanted.rule:
        statement = statement.where(Obligation.refusal_rule == wanted.rule)
    if wanted.school is not None:
        statement = statement.where(Obligation.school_id == wanted.school)
    if wanted.q:
        statement = statement.where(
            or_(Obligation.person_name.icontains(wanted.q, autoescape=True), Obligation.employee_number.istartswith(wanted.q, autoescape=True))
        )
    return statement


def count(wanted: Filter) -> int:
    """How many there are."""
    return db.session.scalar(select(func.count()).select_from(rows(wanted).order_by(None).subquery())) or 0


def table(wanted: Filter) -> Table:
    """The list as it goes into files."""
    found = db.session.scalars(rows(wanted)).all()
    parameters = [(_("Period"), _("%(first)s to %(last)s", first=wanted.first.isoformat(), last=wanted.last.isoformat()))]
    if wanted.rule:
        parameters.append((_("Rule"), refusal_words(wanted.rule, {}).title))
    if wanted.school is not None:
        parameters.append((_("School"), school_name(wanted.school) or str(wanted.school)))
    if wanted.q:
        parameters.append((_("Person"), wanted.q))
    newest = max((row.created_at for row in found), default=None)
    return Table(
        title=_("Not paid, and why"),
        columns=[
            Column("day", _("Date"), "date", width=12),
            Column("employee_number", _("Employee number"), width=11),
            Column("name", _("Name"), width=20),
            Column("school", _("School"), width=20),
            Column("description", _("Earned for"), width=28),
            Column("rule", _("Rule"), width=20),
            Column("sentence", _("What it says here"), width=44),
            Column("remedy", _("What can be done"), width=36),
        ],
        rows=[_row(row) for row in found],
        parameters=parameters,
        **({"created": newest} if newest else {}),
    )


def _row(row: Obligation) -> dict[str, Any]:
    words = refusal_words(row.refusal_rule or "", row.explanation[-1].get("facts", {}))
    return {
        "day": row.earned_on,
        "employee_number": row.employee_number,
        "name": row.person_name,
        "school": row.school_name,
        "description": row.description,
        "rule": words.title,
        "sentence": words.sentence,
        "remedy": words.remedy,
    }

"""Who did what to what, when and why: an append-only history of every verb.

The database refuses to change or delete a row (trigger ``audit_event_append_only``).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import g, has_request_context
from sqlalchemy import BigInteger, Index, String, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, Key, db


class AuditEvent(Base):
    """One thing that somebody (or the system) did."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "subject_type", "subject_id", "id"), Index("ix_audit_event_actor", "actor_id", "id"))

    id: Mapped[Key]
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    verb: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    request_id: Mapped[str | None] = mapped_column(String(40))


def record(actor: Any, verb: str, subject: Any, **facts: Any) -> AuditEvent:
    """Write that ``actor`` (a person row, or None for the system) did ``verb`` (``noun.verb``) to the row ``subject``.

    ``facts`` are plain JSON values: what it was before, what it is now, the reason. Never evidence or secrets.
    """
    if subject.id is None:
        db.session.flush()
    event = AuditEvent(
        at=clock.now(),
        actor_id=actor.id if actor is not None else None,
        verb=verb,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        facts=facts,
        request_id=g.get("request_id") if has_request_context() else None,
    )
    db.session.add(event)
    return event


def history(subject_type: str, subject_ids: list[int]) -> list[AuditEvent]:
    """What happened to these rows of one table, oldest first."""
    return list(
        db.session.scalars(
            select(AuditEvent).where(AuditEvent.subject_type == subject_type, AuditEvent.subject_id.in_(subject_ids)).order_by(AuditEvent.id)
        )
    )

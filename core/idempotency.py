"""Forms that create money, submissions or registrations carry a key of their own: a double click does nothing twice."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import BigInteger, String, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, jobs
from core.db import Base, db, transaction

#: How long a form that was sent is remembered: longer than anybody leaves a page open.
KEEP = dt.timedelta(days=30)


class IdempotencyKey(Base):
    """A form that was sent, by whom, and where its answer lies."""

    __tablename__ = "idempotency_key"

    person_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    created_at: Mapped[dt.datetime]
    answer: Mapped[str | None] = mapped_column(String(500))


def fresh() -> str:
    """A key for a form that is about to be shown."""
    return secrets.token_urlsafe(18)


def once(person: Any, purpose: str, key: str | None) -> str | None:
    """Take the key inside the present transaction: None means go on, a text is the answer that was given the first time.

    A second request with the same key waits for the first to end; if that one failed and rolled back, this one goes on.
    """
    if not key:
        return None
    key = key[:80]
    taken = db.session.scalar(
        insert(IdempotencyKey)
        .values(person_id=person.id, purpose=purpose, key=key, created_at=clock.now())
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.person_id)
    )
    if taken is not None:
        return None
    first = select(IdempotencyKey.answer).where(IdempotencyKey.person_id == person.id, IdempotencyKey.purpose == purpose, IdempotencyKey.key == key)
    return db.session.scalar(first) or ""


def answered(person: Any, purpose: str, key: str | None, answer: str) -> None:
    """Remember the answer, so that a repetition gets the same."""
    if not key:
        return
    row = db.session.get(IdempotencyKey, (person.id, purpose, key[:80]))
    if row is not None:
        row.answer = answer


@jobs.job("core.idempotency.sweep", cron="13 3 * * *", lock="core.idempotency.sweep")
def sweep() -> None:
    """Forget forms that were sent a month ago."""
    with transaction():
        db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEEP))

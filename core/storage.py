"""Files: written to storage first under a random key, claimed inside the transaction, swept if nobody claimed them.

Storage is a local folder by default and any S3-compatible store, GCS or Azure by a setting; callers do not know which.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from typing import IO, Any

import obstore
import structlog
from flask import Flask, current_app
from obstore.store import LocalStore, from_url
from sqlalchemy import BigInteger, CheckConstraint, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, jobs
from core.config import Settings
from core.db import Base, Key, db, transaction

log = structlog.get_logger()

#: How long a file may lie unclaimed: an upload whose form was never sent.
UNCLAIMED_FOR = dt.timedelta(hours=24)


class Blob(Base):
    """A stored file: where its bytes are, how many, and their digest. Its meaning belongs to whoever claims it."""

    __tablename__ = "blob"
    __table_args__ = (CheckConstraint("size >= 0", name="size_not_negative"), CheckConstraint("length(sha256) = 64", name="sha256_is_hex"))

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(80), unique=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]


def open_store(settings: Settings) -> Any:
    """The store that the settings name."""
    if settings.storage_url:
        return from_url(settings.storage_url)
    folder = settings.data_path / "files"
    folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(prefix=str(folder))


def init_app(app: Flask) -> None:
    """Open the store once for the process."""
    app.extensions["laurel.storage"] = open_store(app.config["LAUREL"])


def _store() -> Any:
    return current_app.extensions["laurel.storage"]


def put(data: bytes | IO[bytes], media_type: str) -> Blob:
    """Write the bytes (or a file at any position, read in pieces) under a new random key and add an unclaimed row to the session.

    The bytes are in place before the row is; a crash between the two leaves bytes without a row, which :func:`sweep` removes.
    """
    now = clock.now()
    digest, size = hashlib.sha256(), 0
    if isinstance(data, bytes):
        digest.update(data)
        size = len(data)
    else:
        data.seek(0)
        while piece := data.read(1 << 20):
            digest.update(piece)
            size += len(piece)
        data.seek(0)
    key = f"{now:%Y/%m}/{secrets.token_hex(20)}"
    obstore.put(_store(), key, data)
    blob = Blob(key=key, sha256=digest.hexdigest(), size=size, media_type=media_type, created_at=now)
    db.session.add(blob)
    return blob


def claim(blob: Blob) -> None:
    """Say that this file belongs to something now, so that it is not swept."""
    blob.claimed_at = blob.claimed_at or clock.now()


def release(blob: Blob) -> None:
    """Say that this file belongs to nothing any more; the next sweep removes it. The bytes stay until then, so that a transaction
    that is undone has lost nothing."""
    blob.claimed_at = None


def read(blob: Blob) -> bytes:
    """All the bytes. Raises FileNotFoundError when the store has lost them."""
    return bytes(obstore.get(_store(), blob.key).bytes())


def stream(blob: Blob, start: int = 0, end: int | None = None, chunk: int = 1 << 20) -> Iterator[bytes]:
    """The bytes from ``start`` up to and without ``end``, in pieces, for answers and long files."""
    store, stop = _store(), blob.size if end is None else min(end, blob.size)
    while start < stop:
        size = min(chunk, stop - start)
        yield bytes(obstore.get_range(store, blob.key, start=start, length=size))
        start += size


@jobs.job("core.storage.sweep", cron="23 2 * * *", lock="core.storage.sweep")
def sweep() -> None:
    """Remove files that nobody claimed within a day, and bytes that have no row.

    Each row goes in a transaction of its own, and its bytes after that: whatever fails in between leaves bytes without a row, which
    the next sweep finds, and never a row without bytes.
    """
    limit = clock.now() - UNCLAIMED_FOR
    for key in db.session.scalars(select(Blob.id).where(Blob.claimed_at.is_(None), Blob.created_at < limit).order_by(Blob.id)).all():
        try:
            with transaction():
                # A form that claims it at this moment holds the row; it is not ours to remove then.
                blob = db.session.scalar(select(Blob).where(Blob.id == key, Blob.claimed_at.is_(None)).with_for_update(skip_locked=True))
                if blob is not None:
                    db.session.delete(blob)
        except IntegrityError as error:
            log.error("unclaimed file is still referred to", blob=key, error=str(error.orig))
    for batch in obstore.list(_store(), chunk_size=500):
        old = [meta["path"] for meta in batch if meta["last_modified"] < limit]
        with transaction():
            known = set(db.session.scalars(select(Blob.key).where(Blob.key.in_(old))))
        gone = [path for path in old if path not in known]
        if gone:
            obstore.delete(_store(), gone)
            log.info("files removed", count=len(gone))

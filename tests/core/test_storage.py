"""Files: bytes first under a random key, claimed in the transaction, swept if nobody claimed them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from obstore.store import LocalStore
from sqlalchemy import select

from core import clock, jobs, storage
from core.db import db, transaction
from core.storage import Blob

TOMORROW = dt.timedelta(hours=25)


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Iterator[Path]:
    """The folder where this test's files lie."""
    before = app.extensions["laurel.storage"]
    app.extensions["laurel.storage"] = LocalStore(prefix=str(tmp_path))
    yield tmp_path
    app.extensions["laurel.storage"] = before


def on_disk(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def keep(app: Flask, data: bytes = b"evidence", claimed: bool = True) -> str:
    """Store and commit; the key."""
    with app.app_context(), transaction():
        blob = storage.put(data, "text/plain")
        if claimed:
            storage.claim(blob)
        return blob.key


def sweep(app: Flask, later: dt.timedelta) -> set[str]:
    """Sweep ``later`` than now; the keys that still have a row."""
    with app.app_context():
        with transaction():
            jobs.later(storage.sweep)
        with clock.frozen(clock.now() + later):
            jobs.run_due()
        return set(db.session.scalars(select(Blob.key)))


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 50_000], ids=["nothing", "a byte", "twelve megabytes"])
@pytest.mark.parametrize("as_file", [False, True])
def test_what_is_put_comes_back_with_its_digest(app: Flask, rows: None, folder: Path, data: bytes, as_file: bool) -> None:
    blob = storage.put(io.BytesIO(data) if as_file else data, "application/octet-stream")
    db.session.flush()
    assert (blob.size, blob.sha256, blob.media_type) == (len(data), hashlib.sha256(data).hexdigest(), "application/octet-stream")
    assert storage.read(blob) == data
    assert b"".join(storage.stream(blob)) == data


def test_a_file_is_read_from_its_beginning_wherever_it_stands(app: Flask, rows: None, folder: Path) -> None:
    file = io.BytesIO(b"evidence")
    file.read(3)
    assert storage.read(storage.put(file, "text/plain")) == b"evidence"


@pytest.mark.parametrize(("start", "end", "piece"), [(0, None, b"evidence"), (2, 5, b"ide"), (7, 99, b"e"), (8, None, b""), (3, 3, b"")])
def test_a_part_can_be_read_alone(app: Flask, rows: None, folder: Path, start: int, end: int | None, piece: bytes) -> None:
    blob = storage.put(b"evidence", "text/plain")
    assert b"".join(storage.stream(blob, start, end, chunk=2)) == piece


def test_the_key_tells_nothing_and_is_never_the_same(app: Flask, rows: None, folder: Path) -> None:
    keys = {storage.put(b"same", "text/plain").key for _ in range(20)}
    assert len(keys) == 20
    assert all(len(key.rpartition("/")[2]) == 40 for key in keys)


def test_a_transaction_that_is_undone_leaves_bytes_and_no_row(app: Flask, folder: Path) -> None:
    with app.app_context(), pytest.raises(ZeroDivisionError), transaction():
        storage.claim(storage.put(b"evidence", "text/plain"))
        1 / 0  # noqa: B018
    assert len(on_disk(folder)) == 1
    assert sweep(app, TOMORROW) == set()
    assert on_disk(folder) == set()


def test_what_is_claimed_stays(app: Flask, folder: Path) -> None:
    key = keep(app)
    assert sweep(app, dt.timedelta(days=4000)) == {key}
    assert on_disk(folder) == {key}


def test_what_nobody_claims_stays_for_a_day_and_no_longer(app: Flask, folder: Path) -> None:
    key = keep(app, claimed=False)
    assert sweep(app, dt.timedelta(hours=23)) == {key}
    assert on_disk(folder) == {key}
    assert sweep(app, TOMORROW) == set()
    assert on_disk(folder) == set()


def test_what_is_released_goes_with_the_next_sweep(app: Flask, folder: Path) -> None:
    key = keep(app)
    with app.app_context(), transaction():
        storage.release(db.session.scalars(select(Blob)).one())
    assert on_disk(folder) == {key}, "until then the bytes stay, in case the transaction is undone"
    assert sweep(app, TOMORROW) == set()
    assert on_disk(folder) == set()


def test_bytes_that_are_still_on_their_way_are_left_alone(app: Flask, folder: Path) -> None:
    (folder / "2026").mkdir()
    (folder / "2026" / "half").write_bytes(b"an upload that has no row yet")
    sweep(app, dt.timedelta(hours=23))
    assert on_disk(folder) == {"2026/half"}
    sweep(app, TOMORROW)
    assert on_disk(folder) == set()


def test_a_file_that_something_still_refers_to_stays_and_does_not_stop_the_sweep(app: Flask, folder: Path) -> None:
    with app.app_context(), transaction():
        db.session.execute(db.text("CREATE TABLE refers (blob_id bigint REFERENCES blob)"))
    kept, swept = keep(app, claimed=False), keep(app, claimed=False)
    with app.app_context(), transaction():
        db.session.execute(db.text("INSERT INTO refers SELECT id FROM blob WHERE key = :key"), {"key": kept})
    assert sweep(app, TOMORROW) == {kept}
    assert on_disk(folder) == {kept}
    assert swept not in on_disk(folder)


def test_bytes_that_the_store_has_lost_are_an_error_and_not_an_empty_file(app: Flask, rows: None, folder: Path) -> None:
    blob = storage.put(b"evidence", "text/plain")
    (folder / blob.key).unlink()
    with pytest.raises(FileNotFoundError):
        storage.read(blob)


def test_claiming_twice_keeps_the_first_moment(app: Flask, rows: None, folder: Path) -> None:
    first, second = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    blob = storage.put(b"evidence", "text/plain")
    for moment in (first, second):
        with clock.frozen(moment):
            storage.claim(blob)
    assert blob.claimed_at == first

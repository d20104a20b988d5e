"""The bytes of a file: whole or in part, under a neutral name, without any power to act."""

from __future__ import annotations

import pytest
from flask import Flask
from obstore import delete

from core.db import db
from credentials.evidence.models import EvidenceFile, SubmissionVersion
from tests.factories import files
from tests.factories.evidence import PDF, draft_version, evidence_file


@pytest.fixture
def film(made):
    """A film of ten letters, so that ranges can be read."""

    def factory() -> SubmissionVersion:
        version = draft_version()
        evidence_file(version, "lesson-plan", b"0123456789", kind="video", media_type="video/mp4", neutral_name="lesson-plan-1.mp4")
        return version

    return made(factory)


def address(numbers) -> str:
    return f"/submissions/{numbers.submission}/files/{numbers.file}"


def test_a_file_comes_under_its_neutral_name_and_can_do_nothing(made, as_) -> None:
    def factory() -> SubmissionVersion:
        version = draft_version()
        evidence_file(version, "lesson-plan", own_name="Ana Rivera.pdf")
        return version

    numbers = made(factory)
    answer = as_(numbers.author).get(address(numbers))
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, "application/pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="lesson-plan-1.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Cache-Control"] == "private, no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize(
    ("kind", "media_type", "disposition"),
    [
        ("image", "image/png", "inline"),
        ("pdf", "application/pdf", "inline"),
        ("video", "video/mp4", "inline"),
        ("audio", "audio/mpeg", "inline"),
        ("office", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"),
    ],
)
def test_what_a_browser_shows_safely_is_shown_and_all_else_is_saved(made, as_, kind: str, media_type: str, disposition: str) -> None:
    def factory() -> SubmissionVersion:
        version = draft_version()
        evidence_file(version, "lesson-plan", b"bytes", kind=kind, media_type=media_type)
        return version

    numbers = made(factory)
    browser = as_(numbers.author)
    answer = browser.get(address(numbers))
    assert answer.headers["Content-Disposition"].startswith(disposition)
    assert ("sandbox" in answer.headers["Content-Security-Policy"]) is (kind != "pdf")
    assert browser.get(address(numbers) + "?download=1").headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("wanted", "status", "data", "said"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=nonsense", 200, b"0123456789", None),
        ("", 200, b"0123456789", None),
    ],
)
def test_a_film_is_answered_in_the_part_that_is_asked_for(film, as_, wanted: str, status: int, data: bytes, said: str | None) -> None:
    answer = as_(film.author).get(address(film), headers={"Range": wanted} if wanted else {})
    assert (answer.status_code, answer.data, answer.headers.get("Content-Range")) == (status, data, said)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Length"] == str(len(data))


def test_a_part_of_a_file_that_changed_meanwhile_is_the_whole_file(film, as_) -> None:
    browser = as_(film.author)
    same = browser.get(address(film)).headers["ETag"]
    assert browser.get(address(film), headers={"Range": "bytes=0-1", "If-Range": same}).status_code == 206
    assert browser.get(address(film), headers={"Range": "bytes=0-1", "If-Range": '"another"'}).status_code == 200


def test_asking_for_the_head_alone_reads_nothing(film, as_) -> None:
    answer = as_(film.author).head(address(film))
    assert (answer.status_code, answer.data, answer.headers["Content-Length"]) == (200, b"", "10")


def test_a_file_that_the_store_has_lost_is_an_error_and_not_half_an_answer(app: Flask, film, as_) -> None:
    with app.app_context():
        delete(app.extensions["laurel.storage"], db.session.get_one(EvidenceFile, film.file).blob.key)
    assert as_(film.author).get(address(film)).status_code == 503


def test_a_long_film_comes_in_pieces(app: Flask, made, as_) -> None:
    body = files.film() + files.box(b"free", bytes(3_000_000))

    def factory() -> SubmissionVersion:
        version = draft_version()
        evidence_file(version, "lesson-plan", body, kind="video", media_type="video/mp4")
        return version

    numbers = made(factory)
    answer = as_(numbers.author).get(address(numbers), buffered=False)
    pieces = [len(piece) for piece in answer.iter_encoded()]
    assert sum(pieces) == len(body)
    assert max(pieces) <= 1 << 20

"""Twenty processes at once on one row: one draft, one text, three files, one submission, one next version."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from core import clock, storage
from core.db import db, transaction
from core.errors import RuleBroken
from core.storage import Blob
from credentials.catalogue.models import MicroCredential
from credentials.evidence import services
from credentials.evidence.models import EvidenceFile, Response, Submission, SubmissionVersion
from credentials.evidence.rules import State
from people.models import Person
from tests.conftest import settings_for
from tests.factories import files
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import complete, draft_version, released_version
from tests.factories.people import teacher
from tests.processes import together
from workflows import evidence as story

pytestmark = pytest.mark.processes
MANY = 20


@pytest.fixture
def district(own_database: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings_for(own_database, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def start(app: Flask, number: int, person: int, credential: int) -> int:
    with app.app_context(), transaction():
        return services.start(db.session.get_one(Person, person), db.session.get_one(MicroCredential, credential)).latest.id


def test_twenty_clicks_on_start_make_one_draft(district: Flask, own_database: str, tmp_path: Path) -> None:
    with transaction():
        person, credential = teacher().id, micro_credential().id
    assert len(set(together(own_database, tmp_path, MANY, start, person, credential))) == 1
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1
    assert db.session.scalar(select(func.count()).select_from(SubmissionVersion)) == 1


def upload(app: Flask, number: int, version: int) -> str:
    with app.app_context():
        row = db.session.get_one(SubmissionVersion, version)
        try:
            with transaction():
                return services.add_file(row.person, row, "lesson-plan", f"{number}.jpg", io.BytesIO(files.picture(size=(64 + number, 40)))).neutral_name
        except RuleBroken as refusal:
            return refusal.rule


def test_twenty_uploads_on_a_place_for_three_leave_three(district: Flask, own_database: str, tmp_path: Path) -> None:
    with transaction():
        version = draft_version().id
    answers = Counter(together(own_database, tmp_path, MANY, upload, version))
    assert answers == {"lesson-plan-1.jpg": 1, "lesson-plan-2.jpg": 1, "lesson-plan-3.jpg": 1, "too-many-files": MANY - 3}
    rows = db.session.scalars(select(EvidenceFile)).all()
    assert len(rows) == 3
    assert all(row.blob.claimed_at is not None and len(storage.read(row.blob)) == row.blob.size for row in rows)
    assert db.session.scalar(select(func.count()).select_from(Blob)) == 3


def test_bytes_of_uploads_that_came_too_late_are_swept_and_the_others_stay(district: Flask, own_database: str, tmp_path: Path) -> None:
    with transaction():
        version = draft_version().id
    together(own_database, tmp_path, 6, upload, version)
    with clock.frozen(clock.now() + dt.timedelta(hours=25)):
        storage.sweep()
    assert {str(path.relative_to(tmp_path / "files")) for path in (tmp_path / "files").rglob("*") if path.is_file()} == set(
        db.session.scalars(select(Blob.key))
    )
    assert [len(storage.read(row.blob)) == row.blob.size for row in db.session.scalars(select(EvidenceFile))] == [True] * 3


def write(app: Flask, number: int, version: int) -> str:
    with app.app_context():
        row = db.session.get_one(SubmissionVersion, version)
        try:
            with transaction():
                services.save_text(row.person, row, "reflection-text", f"written by {number}", 0)
            return "kept"
        except services.Overtaken:
            return "overtaken"


def test_twenty_windows_saving_the_first_words_at_once_leave_one_text_and_nineteen_warnings(district: Flask, own_database: str, tmp_path: Path) -> None:
    with transaction():
        version = draft_version().id
    assert Counter(together(own_database, tmp_path, MANY, write, version)) == {"kept": 1, "overtaken": MANY - 1}
    row = db.session.scalars(select(Response)).one()
    assert row.revision == 1


def hand_in(app: Flask, number: int, version: int) -> str:
    with app.app_context():
        row = db.session.get_one(SubmissionVersion, version)
        try:
            with transaction():
                story.submit(row.person, row)
            return "handed in"
        except RuleBroken as refusal:
            return refusal.rule


def test_twenty_clicks_on_hand_in_hand_in_once(district: Flask, own_database: str, tmp_path: Path) -> None:
    with transaction():
        version = complete(draft_version()).id
    assert Counter(together(own_database, tmp_path, MANY, hand_in, version)) == {"handed in": 1, "not-a-draft": MANY - 1}


def reopen(app: Flask, number: int, submission: int) -> int:
    with app.app_context(), transaction():
        row = db.session.get_one(Submission, submission)
        return services.reopen(row.person, row).number


def test_twenty_clicks_on_reopen_make_one_next_version(district: Flask, own_database: str, tmp_path: Path) -> None:
    with transaction():
        submission = released_version(unmet=("insight",)).submission_id
    assert together(own_database, tmp_path, MANY, reopen, submission) == [2] * MANY
    assert db.session.scalars(select(SubmissionVersion.state).order_by(SubmissionVersion.number)).all() == [State.NOT_YET, State.DRAFT]

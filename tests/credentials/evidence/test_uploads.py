"""Taking files in: cleaned, under a neutral name, claimed, and at most as many as the item takes."""

from __future__ import annotations

import hashlib
import io

import pytest
from sqlalchemy import select

from core import audit, storage
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.evidence import services
from credentials.evidence.models import EvidenceFile, SubmissionVersion
from credentials.evidence.services.uploads import neutral_name, own_name
from tests.factories import files
from tests.factories.catalogue import document, micro_credential
from tests.factories.evidence import draft_version, submitted_version
from tests.factories.people import school, teacher

pytestmark = pytest.mark.usefixtures("rows")
ITEM = "lesson-plan"


def add(version: SubmissionVersion, data: bytes, name: str = "mine.pdf", item: str = ITEM) -> EvidenceFile:
    return services.add_file(version.person, version, item, name, io.BytesIO(data))


def test_a_photo_is_stored_clean_and_says_what_was_taken_out() -> None:
    version = draft_version()
    given = files.picture()
    row = add(version, given, "IMG_2041 Ana.HEIC.jpg")
    kept = storage.read(row.blob)
    assert b"Exif" not in kept
    assert set(row.stripped) == {"author", "camera", "dates", "location"}
    assert (row.neutral_name, row.own_name, row.kind) == ("lesson-plan-1.jpg", "IMG_2041 Ana.HEIC.jpg", "image")
    assert row.original_sha256 == hashlib.sha256(given).hexdigest()
    assert (row.blob.sha256, row.blob.size, row.blob.media_type) == (hashlib.sha256(kept).hexdigest(), len(kept), "image/jpeg")
    assert row.blob.claimed_at is not None
    assert row.students == {}


def test_names_tell_nothing_and_never_repeat() -> None:
    version = draft_version()
    first, second = add(version, files.picture()), add(version, files.pdf())
    assert (first.neutral_name, second.neutral_name) == ("lesson-plan-1.jpg", "lesson-plan-2.pdf")
    services.remove_file(version.person, version, first)
    assert add(version, files.docx()).neutral_name == "lesson-plan-1.docx"


def test_words_in_a_document_that_could_name_her_are_kept_for_her() -> None:
    person = teacher(given_name="Ana", family_name="Rivera", school=school(name="Cedar Creek Elementary School"))
    version = draft_version(person)
    assert add(version, files.pdf()).identifying == ["Rivera"]
    assert add(version, files.docx()).identifying == ["Rivera"]
    assert add(draft_version(), files.pdf()).identifying == []


def test_a_fourth_file_is_refused_where_three_are_asked_for() -> None:
    version = draft_version()
    for _ in range(3):
        add(version, files.picture())
    with pytest.raises(RuleBroken) as refused:
        add(version, files.picture())
    assert refused.value.rule == "too-many-files"
    assert "3" in refused.value.sentence
    assert len(version.files) == 3


def test_a_file_that_is_not_taken_is_refused_by_its_own_name_and_nothing_is_kept() -> None:
    version = draft_version()
    with pytest.raises(BadInput) as refused:
        add(version, b"MZ\x90\0" + bytes(900), "homework.pdf")
    assert refused.value.sentence.startswith("homework.pdf: ")
    assert "program" in refused.value.sentence
    assert version.files == []
    assert db.session.scalars(select(EvidenceFile)).all() == []


@pytest.mark.parametrize(("item", "rule"), [("reflection-text", "not-a-file"), ("recording", "not-a-file"), ("nothing", "unknown-item")])
def test_a_file_needs_an_item_that_asks_for_one(item: str, rule: str) -> None:
    version = draft_version()
    with pytest.raises(RuleBroken) as refused:
        add(version, files.pdf(), item=item)
    assert refused.value.rule == rule


@pytest.mark.parametrize(("kind", "wrong", "right"), [("video", files.pdf(), files.film()), ("audio", files.film(), files.mp3())])
def test_a_film_is_a_film_and_a_recording_a_recording(kind: str, wrong: bytes, right: bytes) -> None:
    given = document()
    given["parts"][0]["items"][0]["kind"] = kind
    version = draft_version(credential=micro_credential(parts=given["parts"]))
    with pytest.raises(BadInput):
        add(version, wrong)
    assert add(version, right).kind == kind


def test_the_installation_limits_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    version = draft_version()
    monkeypatch.setattr("credentials.evidence.files.intake.LIMITS", dict.fromkeys(("image", "pdf", "office", "video", "audio"), 1000))
    with pytest.raises(BadInput) as refused:
        add(version, files.pdf())
    assert "MB" in refused.value.sentence


def test_nobody_adds_to_anothers_draft_or_to_what_was_handed_in() -> None:
    version = draft_version()
    with pytest.raises(RuleBroken) as refused:
        services.add_file(teacher(), version, ITEM, "a.pdf", io.BytesIO(files.pdf()))
    assert refused.value.rule == "not-yours"
    done = submitted_version()
    with pytest.raises(RuleBroken) as late:
        add(done, files.pdf())
    assert late.value.rule == "not-a-draft"


def test_the_same_file_from_two_people_is_noted_in_the_history() -> None:
    first = add(draft_version(), files.pdf())
    version = draft_version()
    second = add(version, files.pdf())
    assert second.original_sha256 != first.original_sha256, "each PDF that pikepdf writes is its own"
    photo = add(draft_version(), files.picture())
    again = add(version, files.picture())
    events = {e.facts["file"]: e.facts for e in db.session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.verb == "evidence.add_file"))}
    assert "same_as_files" not in events[photo.id]
    assert events[again.id]["same_as_files"] == [photo.id]


def test_ones_own_file_in_two_places_is_nobodys_business() -> None:
    person = teacher()
    add(draft_version(person), files.picture())
    add(draft_version(person), files.picture())
    events = db.session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.verb == "evidence.add_file")).all()
    assert [("same_as_files" in event.facts) for event in events] == [False, False]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plan.pdf", "plan.pdf"),
        ("C:\\Users\\Ana\\plan.pdf", "plan.pdf"),
        ("/home/ana/plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\0b\x1f.pdf", "ab.pdf"),
        ("exe.fdp\u202e.pdf", "exe.fdp.pdf"),
        ("Añoranza 😀.docx", "Añoranza 😀.docx"),
        ("", "file"),
        ("x" * 400 + ".pdf", "x" * 190 + ".pdf"),
    ],
)
def test_her_own_name_for_a_file_is_shown_without_what_could_deceive(given: str, shown: str) -> None:
    assert own_name(given) == shown


def test_a_neutral_name_takes_the_first_free_number() -> None:
    assert neutral_name("plan", "pdf", set()) == "plan-1.pdf"
    assert neutral_name("plan", "pdf", {"plan-1.jpg", "plan-3.pdf"}) == "plan-2.pdf"

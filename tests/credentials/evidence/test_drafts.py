"""Starting and writing a draft."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core import audit
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.evidence import services
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import LONGEST_TEXT, State, Students
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import complete, draft_version, evidence_file, released_version, submitted_version
from tests.factories.people import teacher

pytestmark = pytest.mark.usefixtures("rows")
TEXT, LINK, FILE = "reflection-text", "recording", "lesson-plan"


def text_of(version: SubmissionVersion, key: str) -> str:
    return {row.item_key: row.text for row in version.responses}.get(key, "")


# Start ---------------------------------------------------------------------------------------------------------------------


def test_starting_makes_a_draft_of_the_present_version() -> None:
    credential = micro_credential()
    version = services.start(teacher(), credential).latest
    assert (version.status, version.number, version.credential_version) == (State.DRAFT, 1, credential.current_version)
    assert [event.verb for event in audit.history("submission_version", [version.id])] == ["submission.start"]


def test_starting_again_finds_what_was_begun() -> None:
    person, credential = teacher(), micro_credential()
    assert services.start(person, credential) is services.start(person, credential)
    done = released_version(submitted_version(person, micro_credential()))
    assert services.start(person, done.submission.micro_credential) is done.submission


def test_what_is_retired_takes_no_new_work_but_lets_old_work_go_on() -> None:
    person, credential = teacher(), micro_credential()
    begun = services.start(person, credential)
    credential.state = "retired"
    assert services.start(person, credential) is begun
    with pytest.raises(RuleBroken) as refused:
        services.start(teacher(), credential)
    assert refused.value.rule == "retired"
    assert credential.current_version is not None
    assert credential.current_version.title in refused.value.sentence


def test_what_is_not_published_cannot_be_started() -> None:
    credential = micro_credential()
    credential.state = "draft"
    with pytest.raises(RuleBroken) as refused:
        services.start(teacher(), credential)
    assert refused.value.rule == "not-published"


def test_what_comes_first_is_named() -> None:
    first, second = micro_credential(), micro_credential()
    third = micro_credential(prerequisites=[first.slug, second.slug])
    person = teacher()
    released_version(submitted_version(person, first))
    with pytest.raises(RuleBroken) as refused:
        services.start(person, third)
    assert refused.value.rule == "prerequisites"
    assert second.current_version is not None
    assert first.current_version is not None
    assert second.current_version.title in refused.value.sentence
    assert first.current_version.title not in refused.value.sentence


def test_not_yet_is_no_prerequisite_and_demonstrated_is() -> None:
    first = micro_credential()
    then = micro_credential(prerequisites=[first.slug])
    person = teacher()
    version = released_version(submitted_version(person, first), unmet=("planning",))
    with pytest.raises(RuleBroken):
        services.start(person, then)
    again = complete(services.reopen(person, version.submission))
    released_version(services.submit(person, again))
    assert services.start(person, then).latest.status is State.DRAFT


# Texts and links -----------------------------------------------------------------------------------------------------------


def test_a_text_is_kept_and_counts_its_revisions() -> None:
    version = draft_version()
    assert services.save_text(version.person, version, TEXT, "One.\r\nTwo.", 0).revision == 1
    row = services.save_text(version.person, version, TEXT, "One.\nTwo. Three.", 1)
    assert (row.revision, row.text) == (2, "One.\nTwo. Three.")


def test_an_older_window_does_not_undo_a_newer_one() -> None:
    version = draft_version()
    services.save_text(version.person, version, TEXT, "first window", 0)
    services.save_text(version.person, version, TEXT, "second window", 1)
    with pytest.raises(services.Overtaken) as overtaken:
        services.save_text(version.person, version, TEXT, "first window goes on", 1)
    assert (overtaken.value.current.text, overtaken.value.current.revision) == ("second window", 2)
    assert text_of(version, TEXT) == "second window"


def test_asking_again_after_a_lost_answer_is_no_conflict() -> None:
    version = draft_version()
    services.save_text(version.person, version, TEXT, "the same", 0)
    assert services.save_text(version.person, version, TEXT, "the same", 0).revision == 1


def test_a_text_may_be_emptied() -> None:
    version = draft_version()
    services.save_text(version.person, version, TEXT, "words", 0)
    assert services.save_text(version.person, version, TEXT, "", 1).text == ""


def test_an_address_gets_its_beginning_and_nonsense_a_sentence() -> None:
    version = draft_version()
    assert services.save_text(version.person, version, LINK, "videos.laurel.example/1", 0).text == "https://videos.laurel.example/1"
    with pytest.raises(BadInput) as refused:
        services.save_text(version.person, version, LINK, "javascript:alert(1)", 1)
    assert "https://" in refused.value.sentence
    assert text_of(version, LINK) == "https://videos.laurel.example/1"


def test_a_text_that_is_far_too_long_is_refused_and_the_old_one_stays() -> None:
    version = draft_version()
    services.save_text(version.person, version, TEXT, "short", 0)
    with pytest.raises(BadInput):
        services.save_text(version.person, version, TEXT, "a" * (LONGEST_TEXT + 1), 1)
    assert text_of(version, TEXT) == "short"


@pytest.mark.parametrize(("item", "rule"), [("no-such-item", "unknown-item"), (FILE, "not-a-text")])
def test_a_text_needs_an_item_that_asks_for_one(item: str, rule: str) -> None:
    version = draft_version()
    with pytest.raises(RuleBroken) as refused:
        services.save_text(version.person, version, item, "words", 0)
    assert refused.value.rule == rule


def test_nobody_writes_in_anothers_draft() -> None:
    version = draft_version()
    with pytest.raises(RuleBroken) as refused:
        services.save_text(teacher(), version, TEXT, "words", 0)
    assert refused.value.rule == "not-yours"


def test_what_was_handed_in_does_not_change() -> None:
    version = submitted_version()
    for act in (
        lambda: services.save_text(version.person, version, TEXT, "later", 1),
        lambda: services.save_answers(version.person, version, change_note="later"),
        lambda: services.remove_file(version.person, version, version.files[0]),
        lambda: services.sign_statement(version.person, version),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert refused.value.rule == "not-a-draft"


# Answers --------------------------------------------------------------------------------------------------------------------


def test_answers_are_kept_beside_each_other_and_may_be_taken_back() -> None:
    version = draft_version()
    file = evidence_file(version, FILE, students={})
    services.save_answers(version.person, version, indicators={"plan-question": True})
    services.save_answers(version.person, version, students={file.id: Students.RELEASED}, change_note="new")
    assert (version.indicators, file.students, version.change_note) == ({"plan-question": True}, Students.RELEASED.facts(), "new")
    services.save_answers(version.person, version, indicators={"plan-question": None}, students={file.id: None})
    assert (version.indicators, file.students) == ({}, {})


def test_an_answer_to_a_question_that_nobody_asked_is_refused() -> None:
    version, other = draft_version(), draft_version()
    with pytest.raises(BadInput):
        services.save_answers(version.person, version, indicators={"who-asked": True})
    file = evidence_file(other, FILE)
    with pytest.raises(BadInput):
        services.save_answers(version.person, version, students={file.id: Students.NONE})


# Files ----------------------------------------------------------------------------------------------------------------------


def test_a_removed_file_lets_go_of_its_bytes() -> None:
    version = draft_version()
    file = evidence_file(version, FILE)
    blob = file.blob
    services.remove_file(version.person, version, file)
    assert version.files == []
    assert blob.claimed_at is None


def test_bytes_that_an_earlier_version_shows_stay_claimed() -> None:
    version = released_version(unmet=("planning",))
    again = services.reopen(version.person, version.submission)
    copy = next(row for row in again.files if row.item_key == FILE)
    assert copy.blob is version.files[0].blob
    services.remove_file(version.person, again, copy)
    assert version.files[0].blob.claimed_at is not None


def test_the_history_says_what_was_removed() -> None:
    version = draft_version()
    file = evidence_file(version, FILE)
    services.remove_file(version.person, version, file)
    event = db.session.scalars(select(audit.AuditEvent).where(audit.AuditEvent.verb == "evidence.remove_file")).one()
    assert event.facts["item"] == FILE

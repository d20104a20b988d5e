"""What Python promises about versions, the database holds too, whoever asks it."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.db import db
from credentials.catalogue import services
from people.rules import Role
from tests.factories.catalogue import document, micro_credential
from tests.factories.people import person


def refused(statement: str, **values: object) -> str:
    """Run a statement that has to fail; answers what the database said."""
    with pytest.raises((DBAPIError, IntegrityError)) as failure, db.session.begin_nested():
        db.session.execute(text(statement), values)
    return str(failure.value.orig)


@pytest.mark.parametrize(
    "change",
    [
        "content = jsonb_set(content, '{title}', '\"Other\"')",
        "title = 'Other'",
        "stipend_cents = 999900",
        "published_at = NULL",
        "state = 'draft', published_at = NULL",
        "approved_by_id = NULL",
        "quality_check = NULL",
        "change_note = 'Nothing to see'",
        "lock = lock + 1",
    ],
)
def test_a_published_version_cannot_be_changed_by_any_statement(rows, change):
    version = micro_credential().current_version
    said = refused(f"UPDATE credential_version SET {change} WHERE id = :id", id=version.id)
    assert "is published and does not change" in said


def test_a_published_version_cannot_be_deleted(rows):
    version = micro_credential().current_version
    assert "is published and does not change" in refused("DELETE FROM credential_version WHERE id = :id", id=version.id)


def test_a_draft_can_be_changed_and_deleted(rows):
    version = services.create_draft(person(Role.AUTHOR), document())
    db.session.execute(text("UPDATE credential_version SET title = 'Other' WHERE id = :id"), {"id": version.id})
    db.session.execute(text("DELETE FROM credential_version WHERE id = :id"), {"id": version.id})


PUBLISH = "UPDATE credential_version SET state = 'published', published_at = now(), approved_by_id = :who WHERE id = :id"


def test_the_database_lets_nobody_approve_what_they_sent(rows):
    ana = person(Role.AUTHOR)
    version = services.create_draft(ana, document())
    services.send_to_quality_review(ana, version)
    db.session.execute(text("UPDATE credential_version SET contributor_ids = '{}' WHERE id = :id"), {"id": version.id})
    assert "author_and_approver_differ" in refused(PUBLISH, who=ana.id, id=version.id)
    db.session.execute(text(PUBLISH), {"who": person(Role.COORDINATOR).id, "id": version.id})


def test_the_database_lets_nobody_approve_what_they_wrote_in(rows):
    ana, bo = person(Role.AUTHOR), person(Role.AUTHOR)
    version = services.create_draft(ana, document())
    services.save_draft(bo, version, version.content | {"title": "Bo was here"})
    services.send_to_quality_review(ana, version)
    assert "contributors_do_not_approve" in refused(PUBLISH, who=bo.id, id=version.id)


def test_the_database_publishes_nothing_unapproved(rows):
    version = services.create_draft(person(Role.AUTHOR), document())
    assert "published_is_approved" in refused("UPDATE credential_version SET state = 'published', published_at = now() WHERE id = :id", id=version.id)


def test_the_database_keeps_one_open_version_a_micro_credential(rows):
    ana = person(Role.AUTHOR)
    published = micro_credential(author=ana)
    services.new_version(ana, published, "Shorter.")
    said = refused(
        "INSERT INTO credential_version (micro_credential_id, number, state, content, change_note, title, competency, key_method, topics, audience,"
        " grade_bands, evidence_kinds, effort_hours, credit_hours, stipend_cents, badge_design, badge_color, contributor_ids, created_at, lock)"
        " SELECT micro_credential_id, number + 1, state, content, change_note, title, competency, key_method, topics, audience, grade_bands, evidence_kinds,"
        " effort_hours, credit_hours, stipend_cents, badge_design, badge_color, contributor_ids, created_at, lock"
        " FROM credential_version WHERE micro_credential_id = :id AND state = 'draft'",
        id=published.id,
    )
    assert "uq_credential_version_open" in said

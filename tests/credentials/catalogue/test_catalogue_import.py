"""Publishing documents that were written and checked elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from core.db import db, transaction
from core.errors import RuleBroken
from credentials.catalogue import services
from credentials.catalogue.content import ContentProblems, parse, to_document
from people.rules import Role
from tests.factories.catalogue import document, micro_credential
from tests.factories.people import person

SHIPPED = sorted((Path(__file__).resolve().parents[3] / "credentials" / "content").glob("*.yaml"))


def test_an_import_publishes_the_first_version_signed_by_two(rows):
    author, approver = person(Role.AUTHOR), person(Role.COORDINATOR)
    version = services.import_content(author, approver, document(slug="plc", title="Running a PLC"))
    micro_credential = version.micro_credential
    assert (version.number, version.state, micro_credential.state, micro_credential.slug) == (1, "published", "published", "plc")
    assert micro_credential.current_version is version
    assert (version.authored_by_id, version.submitted_by_id, version.approved_by_id) == (author.id, author.id, approver.id)
    assert version.quality_check["name"] == approver.display_name
    assert version.parsed() == parse(document(slug="plc", title="Running a PLC"))


def test_the_columns_repeat_what_the_catalogue_filters_by(rows):
    version = micro_credential(effort_hours=7.25, credit={"hours": 6.5, "lane_credit": None, "stipend_cents": 12345}).current_version
    db.session.refresh(version)
    assert (version.effort_hours, version.credit_hours, version.stipend_cents) == (7.25, 6.5, 12345)
    assert (version.topics, version.grade_bands, version.evidence_kinds) == (["assessment", "planning"], ["3-5", "6-8"], ["text", "file", "link"])


def test_importing_equal_content_again_changes_nothing(rows):
    author, approver = person(Role.AUTHOR), person(Role.COORDINATOR)
    given = document()
    first = services.import_content(author, approver, given)
    assert services.import_content(author, approver, given) is first


def test_importing_other_content_makes_the_next_version_and_keeps_the_old(rows):
    author, approver = person(Role.AUTHOR), person(Role.COORDINATOR)
    given = document()
    first = services.import_content(author, approver, given)
    second = services.import_content(author, approver, given | {"title": "A better title"}, "A better title.")
    assert (second.number, second.change_note, second.micro_credential.current_version.title) == (2, "A better title.", "A better title")
    assert (first.state, first.title) == ("published", given["title"])


def test_one_person_cannot_sign_an_import_twice(rows):
    author = person(Role.AUTHOR)
    with pytest.raises(RuleBroken) as refusal:
        services.import_content(author, author, document())
    assert refusal.value.rule == "own-work"


def test_an_incomplete_document_is_refused_with_every_problem_and_its_place(rows):
    with pytest.raises(ContentProblems) as refusal:
        services.import_content(person(Role.AUTHOR), person(Role.COORDINATOR), document(title="", topics=[]))
    assert {problem.path for problem in refusal.value.problems} == {"title", "topics"}


def test_an_import_does_not_overtake_a_draft_that_is_being_written(rows):
    author, approver = person(Role.AUTHOR), person(Role.COORDINATOR)
    given = document()
    with transaction():
        first = services.import_content(author, approver, given)
        services.new_version(author, first.micro_credential, "Shorter.")
    with pytest.raises(RuleBroken) as refusal:
        services.import_content(author, approver, given | {"title": "Another"})
    assert refusal.value.rule == "open-version"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_micro_credential_can_be_imported(rows, path):
    given = yaml.safe_load(path.read_text("utf-8"))
    version = services.import_content(person(Role.AUTHOR), person(Role.COORDINATOR), given)
    assert version.content == to_document(parse(given))

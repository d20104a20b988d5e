"""Writing, checking, publishing, renewing, retiring: what is allowed, what is refused, and what the record says afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.audit import AuditEvent
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.catalogue import services
from credentials.catalogue.content import parse
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.quality import STANDARD
from people.rules import Role
from tests.factories.catalogue import document, micro_credential
from tests.factories.people import person

ALL = [item.key for item in STANDARD.items]


@pytest.fixture
def ana(rows):
    return person(Role.AUTHOR, given_name="Ana", family_name="Ruiz")


@pytest.fixture
def bo(rows):
    return person(Role.AUTHOR, given_name="Bo", family_name="Li")


@pytest.fixture
def cy(rows):
    return person(Role.COORDINATOR, given_name="Cy", family_name="Okafor")


def sent(author, **changes):
    version = services.create_draft(author, document(**changes))
    services.send_to_quality_review(author, version)
    return version


def test_a_draft_may_be_anything_and_says_what_is_missing(ana):
    version = services.create_draft(ana, {"title": "Half a thought"})
    assert (version.state, version.title) == ("draft", "Half a thought")
    assert (version.micro_credential.slug, version.micro_credential.state) == ("half-a-thought", "draft")
    paths = {problem.path for problem in services.problems_of(version)}
    assert {"competency", "parts", "badge"} <= paths
    assert "title" not in paths


@pytest.mark.parametrize(
    "given",
    [{}, {"title": None}, {"parts": "none"}, {"parts": [{"items": [None, 3]}]}, {"levels": {"a": 1}}, {"effort_hours": 10**40}, {"title": "nul\x00and\ud800"},
     {"credit": {"hours": float("inf"), "stipend_cents": -5}}, {"badge": {"color": "red"}}, {"topics": ["x" * 300]}, {"a": {"b": {"c": {"d": {}}}}}],
    ids=str,
)  # fmt: skip
def test_a_broken_document_can_be_stored_and_read_again(ana, given):
    version = services.create_draft(ana, given)
    db.session.expire_all()
    assert services.problems_of(version) != []
    assert version.title


def test_two_drafts_of_one_title_get_two_addresses(ana):
    slugs = [services.create_draft(ana, {"title": "Talk moves"}).micro_credential.slug for _number in range(3)]
    assert slugs == ["talk-moves", "talk-moves-2", "talk-moves-3"]


def test_the_address_of_a_draft_follows_its_document_while_it_is_free(ana):
    micro_credential(slug="taken")
    version = services.create_draft(ana, document(slug="first"))
    assert services.save_draft(ana, version, document(slug="second")) == []
    assert version.micro_credential.slug == "second"
    problems = services.save_draft(ana, version, document(slug="taken"))
    assert ([problem.path for problem in problems], version.micro_credential.slug) == (["slug"], "second")


def test_the_address_of_something_published_stays(ana):
    published = micro_credential(author=ana, slug="stays")
    version = services.new_version(ana, published, "Shorter.")
    problems = services.save_draft(ana, version, version.content | {"slug": "moves"})
    assert ([problem.path for problem in problems], published.slug) == (["slug"], "stays")


def test_saving_remembers_everybody_who_wrote(ana, bo):
    version = services.create_draft(ana, document())
    services.save_draft(bo, version, version.content | {"title": "Better"})
    assert version.contributor_ids == [ana.id, bo.id]


def test_saving_what_is_there_already_is_no_contribution(ana, bo):
    version = services.create_draft(ana, document())
    lock = version.lock
    services.save_draft(bo, version, dict(version.content))
    assert (version.contributor_ids, version.lock) == ([ana.id], lock)


def test_a_late_save_is_refused_and_changes_nothing(ana, bo):
    version = services.create_draft(ana, document(title="First"))
    seen = version.lock
    services.save_draft(bo, version, version.content | {"title": "Second"}, lock=seen)
    with pytest.raises(services.Overtaken):
        services.save_draft(ana, version, version.content | {"title": "Third"}, lock=seen)
    assert version.title == "Second"


def test_an_incomplete_draft_is_not_sent_and_every_problem_is_named(ana):
    version = services.create_draft(ana, document(title="", rationale=""))
    with pytest.raises(BadInput) as refusal:
        services.send_to_quality_review(ana, version)
    assert set(refusal.value.problems) == {"title", "rationale"}
    assert version.state == "draft"


def test_a_prerequisite_has_to_be_something_that_was_published(ana):
    micro_credential(slug="first-steps")
    assert services.problems_of(services.create_draft(ana, document(prerequisites=["first-steps"]))) == []
    problems = services.problems_of(services.create_draft(ana, document(prerequisites=["first-steps", "never-written"])))
    assert [problem.path for problem in problems] == ["prerequisites[1]"]


def test_what_was_sent_cannot_be_written_in_until_it_is_taken_back(ana):
    version = sent(ana)
    with pytest.raises(services.WrongState):
        services.save_draft(ana, version, document())
    services.take_back(ana, version)
    assert (version.state, version.submitted_by_id, version.micro_credential.state) == ("draft", None, "draft")
    assert services.save_draft(ana, version, dict(version.content)) == []


def test_a_second_person_publishes_with_every_item_and_her_signature(ana, cy):
    version = sent(ana, slug="listening")
    services.publish(cy, version, ALL, " cy   OKAFOR ", "Lovely.")
    assert (version.state, version.approved_by_id, version.micro_credential.state) == ("published", cy.id, "published")
    assert version.micro_credential.current_version is version
    check = version.quality_check
    assert (check["outcome"], check["met"], check["name"], check["note"], check["by_id"]) == ("published", ALL, "cy OKAFOR", "Lovely.", cy.id)
    assert check["at"].startswith("20")
    assert version.parsed() == parse(version.content)


@pytest.mark.parametrize(
    ("met", "signature", "problems"),
    [(ALL[:-1], "Cy Okafor", {"met"}), (ALL, "", {"signature"}), (ALL, "Ana Ruiz", {"signature"}), ([], "", {"met", "signature"})],
)
def test_publishing_needs_every_item_and_the_own_name(ana, cy, met, signature, problems):
    version = sent(ana)
    with pytest.raises(BadInput) as refusal:
        services.publish(cy, version, met, signature)
    assert set(refusal.value.problems) == problems
    assert version.state == "in_quality_review"


def test_nobody_who_wrote_in_a_version_may_check_it(ana, bo, cy):
    version = services.create_draft(ana, document())
    services.save_draft(bo, version, version.content | {"title": "Bo was here"})
    services.send_to_quality_review(ana, version)
    for writer in (ana, bo):
        with pytest.raises(RuleBroken) as refusal:
            services.publish(writer, version, ALL, writer.display_name)
        assert refusal.value.rule == "own-work"
        with pytest.raises(RuleBroken) as refusal:
            services.return_to_author(writer, version, "No.")
        assert refusal.value.rule == "own-work"
    services.publish(cy, version, ALL, cy.display_name)


def test_returning_needs_a_note_and_keeps_what_held(ana, cy):
    version = sent(ana)
    with pytest.raises(BadInput):
        services.return_to_author(cy, version, "  ")
    services.return_to_author(cy, version, "One newer study, please.", ALL[:3])
    assert (version.state, version.quality_check["outcome"], version.quality_check["note"]) == ("draft", "returned", "One newer study, please.")
    assert version.quality_check["met"] == ALL[:3]


def test_what_changed_while_somebody_checked_is_not_published_unread(ana, cy):
    version = sent(ana)
    seen = version.lock
    services.take_back(ana, version)
    services.save_draft(ana, version, version.content | {"title": "Quite another"})
    services.send_to_quality_review(ana, version)
    with pytest.raises(services.Overtaken):
        services.publish(cy, version, ALL, cy.display_name, lock=seen)
    with pytest.raises(services.Overtaken):
        services.return_to_author(cy, version, "No.", lock=seen)


def test_a_new_version_begins_as_a_copy_and_the_present_one_stays_on_offer(ana, cy):
    published = micro_credential(author=ana, approver=cy)
    version = services.new_version(ana, published, "  Shorter reflection.  ")
    assert (version.number, version.state, version.change_note) == (2, "draft", "Shorter reflection.")
    assert version.content == published.current_version.content
    services.send_to_quality_review(ana, version)
    assert (published.state, published.current_version.number) == ("published", 1)
    services.publish(cy, version, ALL, cy.display_name)
    assert (published.state, published.current_version.number) == ("published", 2)


def test_a_new_version_needs_a_change_note_at_both_ends(ana):
    published = micro_credential(author=ana)
    with pytest.raises(BadInput):
        services.new_version(ana, published, " ")
    version = services.new_version(ana, published, "Shorter.")
    problems = services.save_draft(ana, version, dict(version.content), change_note=" ")
    assert [problem.path for problem in problems] == ["change_note"]


def test_there_is_one_open_version_at_a_time(ana, bo):
    published = micro_credential(author=ana)
    services.new_version(ana, published, "Shorter.")
    with pytest.raises(RuleBroken) as refusal:
        services.new_version(bo, published, "Longer.")
    assert refusal.value.rule == "open-version"


def test_what_was_never_published_has_no_next_version(ana):
    version = services.create_draft(ana, document())
    with pytest.raises(RuleBroken) as refusal:
        services.new_version(ana, version.micro_credential, "Shorter.")
    assert refusal.value.rule == "not-published"


def test_a_discarded_first_draft_takes_its_micro_credential_along(ana):
    version = services.create_draft(ana, document(slug="away"))
    services.discard_draft(ana, version)
    assert db.session.scalars(select(MicroCredential).where(MicroCredential.slug == "away")).all() == []
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "credential.discard")).one()
    assert event.facts["content"]["slug"] == "away"


def test_a_discarded_new_version_leaves_the_published_one_alone(ana):
    published = micro_credential(author=ana)
    services.discard_draft(ana, services.new_version(ana, published, "Shorter."))
    assert [version.number for version in db.session.scalars(select(CredentialVersion).where(CredentialVersion.micro_credential_id == published.id))] == [1]
    assert services.new_version(ana, published, "Longer.").number == 2


def test_retiring_can_be_undone_and_a_new_version_undoes_it_too(ana, cy):
    published = micro_credential(author=ana, approver=cy)
    services.retire(cy, published)
    assert published.state == "retired"
    with pytest.raises(services.WrongState):
        services.retire(cy, published)
    services.restore(cy, published)
    with pytest.raises(services.WrongState):
        services.restore(cy, published)
    services.retire(cy, published)
    version = services.new_version(ana, published, "Back, and better.")
    services.send_to_quality_review(ana, version)
    assert published.state == "retired"
    services.publish(cy, version, ALL, cy.display_name)
    assert published.state == "published"


def test_every_verb_leaves_its_line_in_the_history(ana, cy):
    version = sent(ana)
    services.take_back(ana, version)
    services.save_draft(ana, version, version.content | {"title": "Again"})
    services.send_to_quality_review(ana, version)
    services.return_to_author(cy, version, "Nearly.")
    services.send_to_quality_review(ana, version)
    services.publish(cy, version, ALL, cy.display_name)
    services.retire(cy, version.micro_credential)
    services.restore(cy, version.micro_credential)
    services.discard_draft(ana, services.new_version(ana, version.micro_credential, "No."))
    verbs = [(event.verb.removeprefix("credential."), event.actor_id) for event in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert verbs == [
        ("create", ana.id), ("send", ana.id), ("take_back", ana.id), ("save", ana.id), ("send", ana.id), ("return", cy.id), ("send", ana.id),
        ("publish", cy.id), ("retire", cy.id), ("restore", cy.id), ("new_version", ana.id), ("discard", ana.id),
    ]  # fmt: skip


def test_the_quality_standard_has_thirteen_items_in_both_languages():
    assert len(STANDARD.items) == 13
    assert len({item.key for item in STANDARD.items}) == 13
    for item in STANDARD.items:
        assert set(item.heading) == set(item.text) == {"en", "es"}
        assert item.heading_in("fr") == item.heading["en"]

"""From handing in to the released outcome, and on to the next version."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import audit, mail
from core.db import db
from core.errors import RuleBroken
from credentials.evidence import notices, services
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from people.models import District
from people.rules import Role
from tests.factories.evidence import complete, decided_version, draft_version, evidence_file, released_version, results, submitted_version
from tests.factories.people import person, school, teacher

pytestmark = pytest.mark.usefixtures("rows")


def verbs(version: SubmissionVersion) -> list[str]:
    return [event.verb for event in audit.history("submission_version", [version.id])]


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(RuleBroken) as refused:
        act()
    assert refused.value.sentence.strip().endswith(".")
    return refused.value.rule


# Handing in ----------------------------------------------------------------------------------------------------------------


def test_a_complete_draft_is_handed_in() -> None:
    version = submitted_version()
    assert (version.status, version.submitted_at is not None, version.statement_at is not None) == (State.SUBMITTED, True, True)
    assert verbs(version)[-2:] == ["submission.sign", "submission.submit"]


def test_an_incomplete_draft_says_all_that_is_missing() -> None:
    version = draft_version()
    with pytest.raises(services.Incomplete) as refused:
        services.submit(version.person, version)
    assert {gap.code for gap in refused.value.gaps} == {"file-missing", "indicator-open", "link-missing", "text-missing", "statement-missing"}
    assert all(sentence.endswith(".") for sentence in refused.value.problems.values())
    assert version.status is State.DRAFT


def test_identifiable_students_without_a_release_keep_it_from_being_handed_in() -> None:
    version = complete(draft_version())
    evidence_file(version, "lesson-plan", students={"students_identifiable": True, "release_on_file": False})
    with pytest.raises(services.Incomplete) as refused:
        services.submit(version.person, version)
    assert [gap.code for gap in refused.value.gaps] == ["release-missing"]


def test_nobody_hands_in_what_is_anothers_or_twice() -> None:
    version = complete(draft_version())
    assert refusal(lambda: services.submit(teacher(), version)) == "not-yours"
    services.submit(version.person, version)
    assert refusal(lambda: services.submit(version.person, version)) == "not-a-draft"


# Withdrawing ---------------------------------------------------------------------------------------------------------------


def test_it_can_be_withdrawn_until_a_reviewer_has_opened_it() -> None:
    version = submitted_version()
    services.begin_review(version)
    assert refusal(lambda: services.withdraw(version.person, version, opened=True)) == "opened"
    assert services.withdraw(version.person, version, opened=False).status is State.WITHDRAWN
    assert verbs(version)[-1] == "submission.withdraw"


def test_only_the_author_withdraws_and_never_a_draft_or_a_decision() -> None:
    version = submitted_version()
    assert refusal(lambda: services.withdraw(teacher(), version, opened=False)) == "not-yours"
    draft = draft_version()
    assert refusal(lambda: services.withdraw(draft.person, draft, opened=False)) == "wrong-state"
    for done in (decided_version(), released_version()):
        assert refusal(lambda done=done: services.withdraw(done.person, done, opened=False)) == "wrong-state"


def test_a_withdrawn_version_can_be_taken_up_again_as_it_was() -> None:
    version = submitted_version()
    services.withdraw(version.person, version, opened=False)
    again = services.reopen(version.person, version.submission)
    assert (again.status, again.number, again.carried, again.statement_at) == (State.DRAFT, 2, [], None)
    assert [row.text for row in again.responses] == [row.text for row in version.responses]
    assert services.submit(again.person, services.sign_statement(again.person, again)).status is State.SUBMITTED


# Reviewing and deciding ----------------------------------------------------------------------------------------------------


def test_two_reviews_that_agree_draft_a_decision() -> None:
    version = decided_version()
    assert (version.status, version.drafted_outcome, version.released_at) == (State.DECIDED_DRAFT, "demonstrated", None)
    assert version.results == results(version)


def test_a_third_opinion_comes_between_review_and_decision() -> None:
    version = submitted_version()
    services.begin_review(version)
    assert services.ask_third(version).status is State.ADJUDICATING
    assert services.draft_decision(version, results(version, ("planning",)), State.NOT_YET).status is State.DECIDED_DRAFT


def test_an_outcome_that_does_not_follow_from_the_results_is_a_mistake_of_ours() -> None:
    version = submitted_version()
    services.begin_review(version)
    with pytest.raises(ValueError, match="not yet"):
        services.draft_decision(version, results(version, ("planning",)), State.DEMONSTRATED)


@pytest.mark.parametrize("act", [services.begin_review, services.ask_third])
def test_a_draft_is_not_reviewed(act: Callable[[SubmissionVersion], SubmissionVersion]) -> None:
    version = draft_version()
    assert refusal(lambda: act(version)) == "wrong-state"


@pytest.mark.parametrize(("unmet", "state"), [((), State.DEMONSTRATED), (("planning",), State.NOT_YET)])
def test_the_office_releases_what_was_drafted(unmet: tuple[str, ...], state: State) -> None:
    office = person(Role.COORDINATOR)
    version = services.release(office, decided_version(unmet=unmet), " Well done. ")
    assert (version.status, version.released_by, version.release_note) == (state, office, "Well done.")
    assert version.released_at is not None


def test_nobody_releases_her_own_or_that_of_her_staff() -> None:
    own = person(Role.COORDINATOR)
    assert refusal(lambda: services.release(own, decided_version(submitted_version(own)))) == "not-yours-to-release"
    boss = person(Role.COORDINATOR)
    assert refusal(lambda: services.release(boss, decided_version(submitted_version(teacher(supervisor_id=boss.id))))) == "not-yours-to-release"
    house = school()
    principal = person(Role.PRINCIPAL, Role.COORDINATOR, at=house)
    assert refusal(lambda: services.release(principal, decided_version(submitted_version(teacher(school=house))))) == "not-yours-to-release"
    assert refusal(lambda: services.release(teacher(), decided_version())) == "not-yours-to-release"


def test_there_is_nothing_to_release_before_the_reviews_and_nothing_twice() -> None:
    office = person(Role.COORDINATOR)
    assert refusal(lambda: services.release(office, submitted_version())) == "wrong-state"
    version = released_version(office=office)
    assert refusal(lambda: services.release(office, version)) == "wrong-state"


def test_the_database_knows_that_a_decision_has_who_and_when() -> None:
    version = decided_version()
    version.state = State.DEMONSTRATED.value
    with pytest.raises(IntegrityError, match="released_has_who_and_when"):
        db.session.flush()
    db.session.rollback()


# The next version ----------------------------------------------------------------------------------------------------------


def test_not_yet_opens_a_next_version_with_what_was_met_carried_over() -> None:
    version = released_version(unmet=("insight",))
    again = services.reopen(version.person, version.submission)
    assert (again.number, again.status, again.carried, again.change_note) == (2, State.DRAFT, ["planning"], "")
    assert {row.item_key: row.text for row in again.responses} == {row.item_key: row.text for row in version.responses}
    assert [row.neutral_name for row in again.files] == [row.neutral_name for row in version.files]
    assert again.credential_version is version.credential_version


def test_what_is_carried_over_is_closed() -> None:
    version = released_version(unmet=("insight",))
    again = services.reopen(version.person, version.submission)
    assert refusal(lambda: services.remove_file(again.person, again, again.files[0])) == "item-closed"
    assert services.save_text(again.person, again, "reflection-text", "Now with the answer that surprised me.", 1).revision == 2


def test_the_next_version_says_what_changed() -> None:
    version = released_version(unmet=("insight",))
    again = services.reopen(version.person, version.submission)
    services.sign_statement(again.person, again)
    with pytest.raises(services.Incomplete) as refused:
        services.submit(again.person, again)
    assert [gap.code for gap in refused.value.gaps] == ["change-note-missing"]
    services.save_answers(again.person, again, change_note="A second example.")
    assert services.submit(again.person, again).status is State.SUBMITTED


def test_reopening_twice_gives_the_same_draft() -> None:
    version = released_version(unmet=("insight",))
    assert services.reopen(version.person, version.submission) is services.reopen(version.person, version.submission)


def test_only_not_yet_and_withdrawn_can_be_reopened_and_only_by_the_author() -> None:
    assert refusal(lambda: services.reopen(teacher(), released_version(unmet=("insight",)).submission)) == "not-yours"
    for version in (released_version(), submitted_version(), decided_version()):
        assert refusal(lambda version=version: services.reopen(version.person, version.submission)) == "wrong-state"


def third_time(author: object = None) -> SubmissionVersion:
    version = released_version(unmet=("insight",))
    for _ in range(2):
        version = released_version(services.submit(version.person, complete(services.reopen(version.person, version.submission))), unmet=("insight",))
    return version


def test_after_three_decisions_a_conversation_comes_first_and_its_address_is_named() -> None:
    db.session.add(District(id=1, name="Laurel Valley Unified (demo)", email="pd@laurel.example"))
    version = third_time()
    with pytest.raises(RuleBroken) as refused:
        services.reopen(version.person, version.submission)
    assert refused.value.rule == "coaching-first"
    assert "pd@laurel.example" in refused.value.sentence


def test_after_the_conversation_the_office_opens_one_more_attempt() -> None:
    office, version = person(Role.COORDINATOR), third_time()
    services.allow_attempt(office, version.submission, "We looked at two answers together.")
    assert services.reopen(version.person, version.submission).number == 4
    assert "submission.allow_attempt" in verbs(version)


def test_an_attempt_is_granted_only_where_none_is_left_and_never_to_oneself() -> None:
    office = person(Role.COORDINATOR)
    assert refusal(lambda: services.allow_attempt(office, released_version(unmet=("insight",)).submission, "x")) == "attempts-left"
    version = third_time()
    assert refusal(lambda: services.allow_attempt(version.person, version.submission, "x")) == "not-yours"
    services.allow_attempt(office, version.submission, "x")
    assert refusal(lambda: services.allow_attempt(office, version.submission, "again")) == "attempts-left"


# What the author is told ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("unmet", "word"), [((), "badge"), (("insight",), "What was met is kept")])
def test_the_author_is_told_of_the_decision_once_in_her_language(unmet: tuple[str, ...], word: str) -> None:
    version = released_version(unmet=unmet)
    notices.released(version)
    notices.released(version)
    letter = db.session.scalars(select(mail.Mail).where(mail.Mail.kind == "evidence.released")).one()
    assert letter.recipient == version.person.email
    assert word in letter.text
    assert f"/submissions/{version.submission_id}" in letter.text


def test_the_author_is_told_that_the_next_attempt_is_open() -> None:
    version = third_time()
    services.allow_attempt(person(Role.COORDINATOR), version.submission, "x")
    notices.attempt_allowed(version.submission)
    assert db.session.scalars(select(mail.Mail.recipient).where(mail.Mail.kind == "evidence.attempt-allowed")).all() == [version.person.email]

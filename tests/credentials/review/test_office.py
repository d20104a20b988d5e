"""The office: its queue, one decision and its release, who may review what."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core import audit, clock
from core.db import db
from core.mail import Mail
from credentials.badges.models import Award
from credentials.catalogue.models import MicroCredential
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from credentials.review import office_queries, services
from credentials.review.models import Assignment, Qualification
from credentials.review.rules import AssignmentState
from ledger.models import Obligation
from people.models import Person
from people.rules import Role
from tests.credentials.review.conftest import AUTHOR_WORDS, REVIEWER_WORDS, at, version_of, words
from tests.factories import review as reviewing
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import submitted_version
from tests.factories.people import person, teacher

# The queue.


def test_what_is_drafted_stands_under_to_release_with_its_outcome(drafted, as_) -> None:
    page = words(as_(drafted.office).get("/decisions"))
    assert "To release 1" in page
    assert "Zephyrine Quillfeather" in page
    assert "Not yet" in page


def test_the_waiting_tab_says_who_is_late_and_who_is_lacking(app, story, save, as_) -> None:
    def tell() -> None:
        reviewing.accepted(at(story.assignments[0]))
        at(story.assignments[0]).due_at = clock.now() - dt.timedelta(days=1)
        services.assign(submitted_version(credential=micro_credential(title="Listening to families")))

    save(tell)
    client = as_(story.office)
    page = words(client.get("/decisions?tab=waiting"))
    assert "Reviewer A: late since" in page
    assert "Reviewer B: Asked" in page
    assert "Listening to families : 2 reviewers lacking for 1 submission (0 qualified, 0 free places)" in page
    late = words(client.get("/decisions?tab=waiting&late=y"))
    assert "Zephyrine" in late
    assert "2 lacking" not in late
    short = words(client.get("/decisions?tab=waiting&short=y"))
    assert "2 lacking" in short
    assert "Zephyrine" not in short


def test_all_can_be_narrowed_by_state_and_micro_credential_and_nonsense_is_ignored(drafted, save, as_) -> None:
    save(lambda: reviewing.offered_version(teacher(given_name="Ximena"), micro_credential(title="Elsewhere")).id)
    client = as_(drafted.office)
    everybody = words(client.get("/decisions?tab=all"))
    assert "Ximena" in everybody
    assert "Zephyrine" in everybody
    assert "Ximena" not in words(client.get("/decisions?tab=all&state=decided_draft"))
    assert "Ximena" not in words(client.get(f"/decisions?tab=all&credential={drafted.credential}"))
    for nonsense in ("tab=everything", "credential=abc", "credential=999999999999999999999", "state=draft", "page=0", "page=x&size=-1"):
        assert client.get(f"/decisions?{nonsense}").status_code == 200


def test_an_empty_queue_says_what_belongs_there(save, as_) -> None:
    client = as_(save(lambda: person(Role.COORDINATOR).id))
    assert "Nothing waits to be released" in words(client.get("/decisions"))
    assert "Nobody waits for a reviewer" in words(client.get("/decisions?tab=waiting"))
    assert "Nothing fits these filters" in words(client.get("/decisions?tab=all&state=revoked"))


@pytest.mark.parametrize("tab", ["release", "waiting", "all"])
def test_the_queue_takes_as_many_statements_for_three_as_for_one(save, as_, statements, tab) -> None:
    office = save(lambda: person(Role.COORDINATOR).id)

    def one() -> None:
        reviewing.drafted_version()
        reviewing.offered_version()
        services.assign(submitted_version())

    def count() -> int:
        client = as_(office)
        statements.clear()
        assert client.get(f"/decisions?tab={tab}").status_code == 200
        return len(statements)

    save(one)
    with_one = count()
    save(one)
    save(one)
    assert count() == with_one


def test_a_long_queue_comes_in_pages(save, as_) -> None:
    def tell() -> int:
        for _ in range(3):
            services.assign(submitted_version())
        return person(Role.COORDINATOR).id

    client = as_(save(tell))
    first, second = client.get("/decisions?tab=waiting&size=2"), client.get("/decisions?tab=waiting&size=2&page=2")
    assert (first.text.count('class="list-title"'), second.text.count('class="list-title"')) == (2, 1)


@pytest.mark.parametrize("role", [Role.TEACHER, Role.REVIEWER, Role.AUTHOR, Role.HR, Role.PRINCIPAL, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_the_office_has_a_queue(drafted, save, as_, role) -> None:
    client = as_(save(lambda: person(role).id))
    assert client.get("/decisions").status_code == 403
    assert client.get("/reviewers").status_code == 403
    assert client.get(f"/decisions/{drafted.version}").status_code in (403, 404)
    assert client.post(f"/decisions/{drafted.version}/release").status_code in (403, 404)
    assert client.post("/reviewers", data={}).status_code == 403


# One decision.


def test_the_decision_shows_every_criterion_with_both_reviews_and_checks_the_feedback(drafted, as_) -> None:
    page = words(as_(drafted.office).get(f"/decisions/{drafted.version}"))
    facts = ("Drafted decision", "1 criterion is not met yet", "Every criterion that is not met has a comment.", "Reviewer A", "Reviewer B")
    for fact in (*facts, reviewing.COMMENT):
        assert fact in page


def test_before_the_decision_is_drafted_the_office_sees_how_far_they_are_and_not_what_they_say(story, save, as_) -> None:
    save(lambda: reviewing.handed_in(at(story.assignments[0]), ("insight",)).id)
    page = words(as_(story.office).get(f"/decisions/{story.version}"))
    assert "Review is in" in page
    assert reviewing.COMMENT not in page
    assert "Release" not in page


def test_reviewers_far_apart_are_pointed_out(story, save, as_) -> None:
    save(lambda: [reviewing.handed_in(at(n), unmet).id for n, unmet in zip(story.assignments, (("insight", "planning"), ("planning",)), strict=True)])
    page = words(as_(story.office).get(f"/decisions/{story.version}"))
    assert "The reviewers lie far apart on “Answers change the teaching”." in page
    assert "One reviewer saw this as met." in page


def test_releasing_not_yet_tells_the_teacher_and_awards_nothing(app, drafted, as_) -> None:
    answer = as_(drafted.office).post(f"/decisions/{drafted.version}/release", data={"note": "Nearly there."})
    assert answer.location == f"/decisions/{drafted.version}"
    with app.app_context():
        version = version_of(drafted)
        assert (version.status, version.release_note, version.released_by_id) == (State.NOT_YET, "Nearly there.", drafted.office)
        assert {at(number).status for number in drafted.assignments} == {AssignmentState.LOCKED}
        assert db.session.scalars(select(Award)).all() == []
        assert db.session.scalars(select(Mail).where(Mail.person_id == drafted.author)).all() != []


def test_releasing_demonstrated_awards_the_badge_and_posts_the_stipend(app, story, save, as_) -> None:
    save(lambda: [reviewing.handed_in(at(number)).id for number in story.assignments])
    as_(story.office).post(f"/decisions/{story.version}/release", data={})
    with app.app_context():
        assert version_of(story).status is State.DEMONSTRATED
        award = db.session.scalars(select(Award)).one()
        assert (award.person_id, award.submission_version_id) == (story.author, story.version)
        assert db.session.scalars(select(Obligation.person_id)).all() == [story.author]


def test_releasing_twice_is_refused_with_a_sentence(drafted, as_) -> None:
    client = as_(drafted.office)
    client.post(f"/decisions/{drafted.version}/release", data={})
    again = client.post(f"/decisions/{drafted.version}/release", data={})
    assert again.status_code == 409
    assert "This decision was released already" in words(again)


def test_a_note_that_is_too_long_comes_back_with_the_page(drafted, as_) -> None:
    answer = as_(drafted.office).post(f"/decisions/{drafted.version}/release", data={"note": "x" * 5001})
    assert answer.status_code == 422
    assert "x" * 5001 in answer.text


def test_asking_for_names_stands_in_the_history(app, drafted, as_) -> None:
    page = words(as_(drafted.office).post(f"/decisions/{drafted.version}/names"))
    assert sum(f"{given} {family}" in page for given, family, *_rest in REVIEWER_WORDS) == 2
    with app.app_context():
        assert [e.actor_id for e in audit.history("submission_version", [drafted.version]) if e.verb == "review.reveal_names"] == [drafted.office]


def test_reminding_writes_one_mail_a_day(app, story, as_) -> None:
    client, url = as_(story.office), f"/decisions/assignments/{story.assignments[0]}/remind"
    assert "has a reminder in the mail" in words(client.post(url, follow_redirects=True))
    assert "was reminded today already" in words(client.post(url, follow_redirects=True))
    with app.app_context():
        assert db.session.scalars(select(Mail.person_id).where(Mail.kind == "review.reminder")).all() == [story.reviewers[0]]


def test_taking_a_review_back_asks_somebody_else(app, story, as_) -> None:
    answer = as_(story.office).post(f"/decisions/assignments/{story.assignments[0]}/take-back", follow_redirects=True)
    assert "somebody else is asked" in words(answer)
    with app.app_context():
        assert at(story.assignments[0]).status is AssignmentState.CANCELLED
        assert len(reviewing.assignments(version_of(story))) == 2


def test_a_review_that_is_in_cannot_be_taken_back_or_reminded(story, save, as_) -> None:
    save(lambda: reviewing.handed_in(at(story.assignments[0])).id)
    for act in ("take-back", "remind"):
        assert as_(story.office).post(f"/decisions/assignments/{story.assignments[0]}/{act}").status_code == 409


# May she review it?


def ask(as_, story, email: str) -> str:
    return words(as_(story.office).post(f"/decisions/{story.version}/may", data={"email": email}))


def test_the_office_finds_out_who_may_review_it_and_why_not(app, story, save, as_) -> None:
    neighbour = save(lambda: reviewing.reviewer(db.session.get_one(MicroCredential, story.credential), school=version_of(story).person.school).email)
    free = next(
        words_[2] for number, words_ in zip(story.pool, REVIEWER_WORDS, strict=True) if number not in story.reviewers
    )
    asked = next(words_[2] for number, words_ in zip(story.pool, REVIEWER_WORDS, strict=True) if number in story.reviewers)
    assert "Both work at the same school." in ask(as_, story, neighbour)
    assert "It is their own work." in ask(as_, story, AUTHOR_WORDS[2])
    assert "Not qualified for this micro-credential." in ask(as_, story, AUTHOR_WORDS[2])
    assert "Was asked about this version already." in ask(as_, story, asked)
    assert ": yes" in ask(as_, story, free.upper())
    assert "Nobody here has this address." in ask(as_, story, "nobody@laurel.example")
    with app.app_context():
        assert len([e for e in audit.history("submission_version", [story.version]) if e.verb == "review.ask_may_review"]) == 5


def test_a_colleague_found_free_can_be_asked_at_once_where_one_is_lacking(app, save, as_) -> None:
    def tell():
        version = submitted_version()
        services.assign(version)
        colleague = reviewing.reviewer(version.submission.micro_credential)
        return person(Role.COORDINATOR).id, version.id, colleague.email, colleague.id

    office, version, email, colleague = save(tell)
    client = as_(office)
    assert "Offer it to" in words(client.post(f"/decisions/{version}/may", data={"email": email}))
    client.post(f"/decisions/{version}/ask", data={"email": email})
    with app.app_context():
        assert db.session.scalars(select(Assignment.reviewer_id).where(Assignment.version_id == version)).all() == [colleague]


# Reviewers.


def test_the_office_qualifies_a_colleague_and_withdraws_it_again(app, save, as_) -> None:
    office, colleague, credential = save(lambda: (person(Role.COORDINATOR).id, teacher().email, micro_credential(title="Listening").id))
    client = as_(office)
    assert client.post("/reviewers", data={"email": f"  {colleague.upper()} ", "credential": str(credential)}).location == f"/reviewers?credential={credential}"
    page = words(client.get(f"/reviewers?credential={credential}"))
    assert "Listening" in page
    assert "0 of 5" in page
    with app.app_context():
        number = db.session.scalars(select(Qualification.id)).one()
    client.post(f"/reviewers/{number}/withdraw")
    with app.app_context():
        assert db.session.get_one(Qualification, number).state == "withdrawn"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"email": "nobody@laurel.example"}, "Nobody with an open account has this address."),
        ({"email": ""}, "Type an e-mail address."),
        ({"credential": "0"}, "Not a valid choice."),
    ],
)
def test_qualifying_nobody_or_for_nothing_is_refused_beside_the_field(save, as_, sent, sentence) -> None:
    office, colleague, credential = save(lambda: (person(Role.COORDINATOR).id, teacher().email, micro_credential().id))
    answer = as_(office).post("/reviewers", data={"email": colleague, "credential": str(credential)} | sent)
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_nobody_in_the_office_qualifies_herself_or_withdraws_herself(app, save, as_) -> None:
    def tell():
        office = person(Role.COORDINATOR)
        return office.id, office.email, services.qualify(None, office, micro_credential()).id

    office, email, qualification = save(tell)
    client = as_(office)
    with app.app_context():
        credential = db.session.get_one(Qualification, qualification).micro_credential_id
    assert client.post("/reviewers", data={"email": email, "credential": str(credential)}).status_code == 422
    assert client.post(f"/reviewers/{qualification}/withdraw").status_code == 403


def test_the_list_of_reviewers_is_searched_and_takes_a_fixed_number_of_statements(story, save, as_, statements) -> None:
    client = as_(story.office)
    assert "Barnaby" not in words(client.get("/reviewers?q=cordelia"))

    def count(words_: str) -> int:
        statements.clear()
        assert client.get(f"/reviewers?q={words_}").status_code == 200
        return len(statements)

    assert count("cordelia") == count("laurel.example")


def test_a_shortage_counts_free_places_of_those_who_are_here(app, save) -> None:
    def tell() -> None:
        version = submitted_version()
        credential = version.submission.micro_credential
        reviewing.reviewer(credential, school=version.person.school)
        away = reviewing.reviewer(credential, school=version.person.school)
        services.set_load(away, paused_until=clock.today())
        reviewing.reviewer(credential, enabled=False)
        services.assign(version)

    save(tell)
    with app.app_context():
        office = person(Role.COORDINATOR)
        lacking = office_queries.shortages(office)
        assert [(s.versions, s.missing, s.qualified, s.free_places) for s in lacking] == [(1, 2, 2, 5)]
        assert office_queries.lacking(db.session.scalars(select(SubmissionVersion)).one()) == 2
        assert db.session.get(Person, office.id) is office


def test_the_history_says_what_happened_by_letter_and_who_in_the_office_had_a_hand_in_it(story, save, as_) -> None:
    def tell() -> str:
        first, second = (at(number) for number in story.assignments)
        services.decline(first.reviewer, first, services.rules.Reason.OTHER)
        reviewing.handed_in(second, ("insight",))
        return db.session.get_one(Person, story.office).display_name

    office = save(tell)
    client = as_(story.office)
    client.post(f"/decisions/{story.version}/names")
    page = words(client.get(f"/decisions/{story.version}"))
    for line in ("Reviewer A was asked", "Reviewer A declined", "Reviewer B accepted", "Reviewer B opened the evidence", "Reviewer B handed the review in"):
        assert line in page
    assert f"The reviewers' names were shown {office}" in page


def test_the_history_says_why_nobody_else_was_asked(save, as_) -> None:
    def tell():
        version = submitted_version()
        reviewing.reviewer(version.submission.micro_credential, school=version.person.school)
        services.assign(version)
        return person(Role.COORDINATOR).id, version.id

    office, version = save(tell)
    page = words(as_(office).get(f"/decisions/{version}"))
    assert "2 reviewers are lacking" in page
    assert "1 colleague is qualified. Both work at the same school. (1)" in page

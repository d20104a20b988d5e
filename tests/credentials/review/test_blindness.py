"""Blindness that holds: every page, file and API answer, as everybody who must not know.

The people of the story have names that could not occur by chance; each answer is searched for every word by which somebody could be
known: names, e-mail addresses, schools, and the author's own file name.
"""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from core import clock
from core.db import db
from core.errors import RuleBroken
from core.mail import Mail
from credentials.evidence import services as evidence
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from credentials.review import services
from people.models import Person, RoleGrant
from people.rules import Role
from tests.credentials.review.conftest import AUTHOR_WORDS, REVIEWER_WORDS, at, token_of, version_of, words
from tests.factories import review as reviewing
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import complete, submitted_version
from tests.factories.people import person, teacher
from workflows import evidence as workflow


def found(text: str, secret: list[str] | tuple[str, ...]) -> list[str]:
    """Which of these words stand in an answer, its headers included."""
    return [word for word in secret if word.lower() in text.lower()]


def everything(response) -> str:
    return str(response.headers) + response.get_data(as_text=True) if response.mimetype != "application/pdf" else str(response.headers)


STAGES = ["offered", "accepted", "on the desk", "written", "handed in", "disputed", "drafted", "released", "declined", "expired", "reopened"]


def bring_to(story, stage: str) -> None:
    """Everything of the first reviewer's assignment up to this stage."""
    first, second = (at(number) for number in story.assignments)
    office = db.session.get_one(Person, story.office)
    if stage == "accepted":
        reviewing.accepted(first)
    elif stage == "on the desk":
        reviewing.opened(first)
    elif stage == "written":
        reviewing.written(first, ("insight",))
    elif stage == "handed in":
        reviewing.handed_in(first, ("insight",))
    elif stage == "disputed":
        reviewing.handed_in(first, ("insight",))
        reviewing.handed_in(second)
        reviewing.opened(reviewing.assignments(version_of(story))[2])
    elif stage in ("drafted", "released", "reopened"):
        reviewing.handed_in(first, ("insight",))
        reviewing.handed_in(second, ("insight",))
        if stage != "drafted":
            evidence.release(office, version_of(story))
            services.lock_all(version_of(story))
        if stage == "reopened":
            again = evidence.submit(version_of(story).person, complete(evidence.reopen(version_of(story).person, version_of(story).submission)))
            services.assign(again)
            reviewing.opened(reviewing.assignments(again)[0])
    elif stage == "declined":
        services.decline(first.reviewer, first, services.rules.Reason.CONFLICT, "I know this classroom.")
    elif stage == "expired":
        reviewing.written(first)
        first.due_at = first.offered_at.replace(year=first.offered_at.year - 1)
        db.session.flush()
        services.lapse_or_expire(first)


@pytest.mark.parametrize("stage", STAGES)
def test_a_reviewer_never_learns_who_the_author_or_another_reviewer_is(app, story, save, as_, stage) -> None:
    save(lambda: bring_to(story, stage))
    with app.app_context():
        version_ids = [v.id for v in version_of(story).submission.versions]
        rows = db.session.execute(select(services.Assignment.id, services.Assignment.reviewer_id).where(services.Assignment.version_id.in_(version_ids))).all()
    looked = 0
    for number, reviewer in rows:
        client, secret = as_(reviewer), [*AUTHOR_WORDS, *story.words_of_others(reviewer)]
        token = save(lambda reviewer=reviewer: token_of(db.session.get_one(Person, reviewer)))
        api = {"Authorization": f"Bearer {token}"}
        for path in ("/reviews", f"/reviews/{number}", f"/reviews/{number}/step-back", f"/reviews/{number}/files/{story.file}", "/"):
            answer = client.get(path)
            assert found(everything(answer), secret) == [], path
            looked += answer.status_code == 200
        for path in ("/api/v1/reviews", f"/api/v1/reviews/{number}", f"/api/v1/reviews/{number}/files/{story.file}"):
            answer = app.test_client().get(path, headers=api)
            assert found(everything(answer), secret) == [], path
            looked += answer.status_code == 200
    assert looked >= 4 * len(rows)
    with app.app_context():
        for mail in db.session.scalars(select(Mail).where(Mail.person_id.in_(story.pool))):
            assert found(mail.subject + mail.text + mail.html, [*AUTHOR_WORDS, *story.words_of_others(mail.person_id)]) == []


@pytest.mark.parametrize("stage", STAGES)
def test_the_author_never_learns_who_her_reviewers_are(app, story, save, as_, stage) -> None:
    save(lambda: bring_to(story, stage))
    client = as_(story.author)
    token = save(lambda: token_of(db.session.get_one(Person, story.author)))
    for path in ("/", "/reviews", f"/submissions/{story.submission}", f"/submissions/{story.submission}/feedback", f"/reviews/{story.assignments[0]}"):
        answer = client.get(path)
        assert answer.status_code in (200, 404), path
        assert found(everything(answer), story.words_of_reviewers) == [], path
    for path in ("/api/v1/reviews", f"/api/v1/reviews/{story.assignments[0]}"):
        answer = app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})
        assert found(everything(answer), story.words_of_reviewers) == [], path
    with app.app_context():
        for mail in db.session.scalars(select(Mail).where(Mail.person_id == story.author)):
            assert found(mail.subject + mail.text + mail.html, story.words_of_reviewers) == []


@pytest.mark.parametrize("stage", STAGES)
def test_the_office_sees_reviewers_by_letter_until_it_asks_for_names(story, save, as_, stage) -> None:
    save(lambda: bring_to(story, stage))
    client = as_(story.office)
    for path in ("/decisions", "/decisions?tab=waiting", "/decisions?tab=all", f"/decisions/{story.version}"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert found(everything(answer), story.words_of_reviewers) == [], path
    revealed = client.post(f"/decisions/{story.version}/names")
    assert len(found(everything(revealed), [name for name, *_rest in REVIEWER_WORDS])) >= 2


# Whoever is in the office and hands in is an ordinary author.


def office_author(save, stage: str | None):
    """A coordinator's own submission, reviewed up to ``stage``, in a queue with somebody else's; her id and the version's."""

    def tell() -> tuple[int, int, int]:
        author = person(Role.COORDINATOR, Role.TEACHER)
        credential = micro_credential(title="Her own")
        reviewing.reviewers(credential, 3)
        version = submitted_version(author, credential)
        reviewing.drafted_version()
        if stage is not None:
            services.assign(version)
        if stage == "drafted":
            for row in reviewing.assignments(version):
                reviewing.handed_in(row, ("insight",))
        return author.id, version.id, version.submission_id

    return save(tell)


def scrubbed(text: str) -> str:
    """A page without what differs from one request to the next."""
    return re.sub(r'name="(csrf_token|key)"[^>]*value="[^"]*"|nonce="[^"]*"', "", text)


@pytest.mark.parametrize("path", ["/decisions", "/decisions?tab=waiting", "/decisions?tab=all", "/decisions?tab=all&state=decided_draft", "/reviewers"])
def test_a_coordinator_sees_the_same_pages_with_and_without_a_review_of_her_own_work(save, as_, path) -> None:
    author, version, _submission = office_author(save, None)
    client = as_(author)
    before = scrubbed(client.get(path).text)

    def go_on() -> None:
        row = db.session.get_one(SubmissionVersion, version)
        services.assign(row)
        for one in reviewing.assignments(row):
            reviewing.handed_in(one, ("insight",))
        assert row.status is State.DECIDED_DRAFT

    save(go_on)
    after = scrubbed(client.get(path).text)
    if path == "/reviewers":
        # How many reviews each colleague has in hand and has done belongs to the colleague, and counts what she did for others only.
        assert "Her own" in after
    assert after == before


@pytest.mark.parametrize("method", ["get", "names", "release", "may"])
def test_a_coordinator_has_no_door_to_the_decision_about_herself(save, as_, method) -> None:
    author, version, _submission = office_author(save, "drafted")
    client = as_(author)
    paths = {"get": "", "names": "/names", "release": "/release", "may": "/may"}
    answer = client.get(f"/decisions/{version}") if method == "get" else client.post(f"/decisions/{version}{paths[method]}")
    assert answer.status_code == 404


def test_nobody_releases_her_own_whatever_the_door(app, save) -> None:
    author, version, _submission = office_author(save, "drafted")
    with app.app_context(), pytest.raises(RuleBroken) as refusal:
        workflow.decide(db.session.get_one(Person, author), db.session.get_one(SubmissionVersion, version))
    assert refusal.value.rule == "not-yours-to-release"


def test_a_coordinator_cannot_review_because_she_sees_who_hands_in(app, save) -> None:
    def tell() -> list[int]:
        credential = micro_credential()
        services.qualify(None, person(Role.COORDINATOR, Role.REVIEWER), credential)
        colleague = reviewing.reviewer(credential)
        version = submitted_version(teacher(), credential)
        return [colleague.id, *(row.reviewer_id for row in services.assign(version))]

    colleague, *asked = save(tell)
    assert asked == [colleague]


def join_the_office(reviewer: int) -> None:
    one = db.session.get_one(Person, reviewer)
    one.role_grants.append(RoleGrant(role=Role.COORDINATOR.value, starts_on=clock.today()))
    db.session.flush()


def test_a_reviewer_who_joins_the_office_meanwhile_is_shown_neither_evidence_nor_decision(story, save, as_) -> None:
    reviewer = story.reviewers[0]

    save(lambda: reviewing.accepted(at(story.assignments[0])).id)
    save(lambda: join_the_office(reviewer))
    client = as_(reviewer)
    assert client.get(f"/decisions/{story.version}").status_code == 404
    assert found(client.get("/decisions?tab=all").text, AUTHOR_WORDS) == []
    client.post(f"/reviews/{story.assignments[0]}/open")
    page = words(client.get(f"/reviews/{story.assignments[0]}"))
    assert "something came up that rules you out" in page
    assert "word word" not in page


def test_a_coordinator_whose_own_review_is_in_sees_the_decision_only_after_the_release(drafted, save, as_) -> None:
    reviewer = drafted.reviewers[0]
    save(lambda: join_the_office(reviewer))
    client = as_(reviewer)
    assert client.get(f"/decisions/{drafted.version}").status_code == 404
    assert client.post(f"/decisions/{drafted.version}/release").status_code == 404
    assert "Nothing waits to be released" in words(client.get("/decisions"))
    save(lambda: evidence.release(db.session.get_one(Person, drafted.office), version_of(drafted)).id)
    assert client.get(f"/decisions/{drafted.version}").status_code == 200


@pytest.mark.parametrize("how", ["supervisor", "principal"])
def test_whoever_evaluates_the_author_sees_no_review_even_as_a_coordinator(drafted, save, as_, how) -> None:
    def boss() -> int:
        author = version_of(drafted).person
        one = person(Role.COORDINATOR, Role.PRINCIPAL, at=author.school) if how == "principal" else person(Role.COORDINATOR)
        if how == "supervisor":
            author.supervisor_id = one.id
        return one.id

    client = as_(save(boss))
    assert client.get(f"/decisions/{drafted.version}").status_code == 404
    assert found(client.get("/decisions?tab=all").text, AUTHOR_WORDS) == []

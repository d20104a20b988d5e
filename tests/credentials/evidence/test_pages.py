"""Starting, the list of one's own work, where a submission stands, and handing in."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.db import db
from credentials.evidence import services
from credentials.evidence.models import Submission, SubmissionVersion
from credentials.evidence.rules import State
from people.models import Person
from people.rules import Role
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import complete, decided_version, draft_version, evidence_file, released_version, submitted_version
from tests.factories.people import school, teacher


def state_of(app: Flask, number: int) -> str:
    with app.app_context():
        return db.session.get_one(SubmissionVersion, number).state


# Start ---------------------------------------------------------------------------------------------------------------------


def test_one_click_leads_to_the_editor_and_a_second_one_too(app: Flask, made, as_, somebody) -> None:
    slug = made(draft_version).slug
    browser = as_(somebody(Role.TEACHER))
    first, second = browser.post(f"/catalogue/{slug}/start"), browser.post(f"/catalogue/{slug}/start")
    assert first.status_code == 302
    assert first.location.endswith("/edit")
    assert first.location == second.location
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Submission)) == 2


@pytest.mark.parametrize("factory", [submitted_version, released_version])
def test_start_leads_to_where_it_stands_once_it_was_handed_in(made, as_, factory) -> None:
    numbers = made(factory)
    assert as_(numbers.author).post(f"/catalogue/{numbers.slug}/start").location == f"/submissions/{numbers.submission}"


def test_what_is_retired_is_refused_with_a_sentence(app: Flask, made, as_, somebody) -> None:
    numbers = made(draft_version)
    with app.app_context():
        db.session.get_one(SubmissionVersion, numbers.version).submission.micro_credential.state = "retired"
        db.session.commit()
    page = as_(somebody()).post(f"/catalogue/{numbers.slug}/start", follow_redirects=True)
    assert page.status_code == 200
    assert "is retired and takes no new work" in page.text


def test_what_was_never_published_does_not_exist_for_her(app: Flask, as_, somebody) -> None:
    with app.app_context():
        row = micro_credential()
        row.current_version = None
        slug = row.slug
        db.session.commit()
    assert as_(somebody()).post(f"/catalogue/{slug}/start").status_code == 404
    assert as_(somebody()).post("/catalogue/no-such-thing/start").status_code == 404


# My work -------------------------------------------------------------------------------------------------------------------


def test_an_empty_list_invites_to_the_catalogue(as_, somebody) -> None:
    page = as_(somebody(Role.TEACHER)).get("/submissions").text
    assert "Nothing begun yet" in page
    assert 'href="/catalogue"' in page


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        (draft_version, "Finish it and hand it in."),
        (submitted_version, "Reviewers are being found."),
        (decided_version, "The decision is being looked over."),
        (released_version, "Done. The badge is yours."),
        (lambda: released_version(unmet=("insight",)), "Read the feedback, then work on what is missing."),
    ],
)
def test_the_list_says_what_is_next(made, as_, factory, words: str) -> None:
    numbers = made(factory)
    assert words in as_(numbers.author).get("/submissions").text


def test_the_list_is_ones_own(made, as_) -> None:
    mine, other = made(draft_version), made(draft_version)
    page = as_(mine.author).get("/submissions").text
    assert f"/submissions/{mine.submission}/edit" in page
    assert f"/submissions/{other.submission}/edit" not in page


@pytest.mark.parametrize("address", ["/submissions", "/submissions/handed-in"])
def test_a_list_of_three_costs_what_a_list_of_one_costs(app: Flask, as_, somebody, statements: list[str], address: str) -> None:
    person = somebody(Role.COORDINATOR, Role.TEACHER)
    counts = []
    for count in (1, 2):
        with app.app_context():
            for _ in range(count):
                submitted_version(db.session.get_one(Person, person) if address == "/submissions" else None)
            db.session.commit()
        browser = as_(person)
        statements.clear()
        page = browser.get(address)
        assert page.status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 8


def test_the_office_filters_by_state(made, as_, somebody) -> None:
    waiting, done = made(submitted_version), made(released_version)
    page = as_(somebody(Role.COORDINATOR)).get("/submissions/handed-in?state=demonstrated").text
    assert f'/submissions/{done.submission}"' in page
    assert f'/submissions/{waiting.submission}"' not in page
    assert "No submission is in this state" in as_(somebody(Role.COORDINATOR)).get("/submissions/handed-in?state=revoked").text
    assert as_(somebody(Role.COORDINATOR)).get("/submissions/handed-in?state=nonsense").status_code == 200


# Where it stands -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        (draft_version, ("Begun", "Open the editor", "Finish it and hand it in")),
        (submitted_version, ("Handed in", "Withdraw", "Reviewers are being found")),
        (decided_version, ("All reviews are in", "The decision is looked over and released")),
        (released_version, ("Decision: demonstrated", "Read what they wrote")),
        (lambda: released_version(unmet=("insight",)), ("Decision: not yet", "Work on what is missing", "2 attempts are left")),
    ],
)
def test_the_page_says_what_happened_and_what_is_next(made, as_, factory, words: tuple[str, ...]) -> None:
    numbers = made(factory)
    page = as_(numbers.author).get(f"/submissions/{numbers.submission}").text
    assert [word for word in words if word not in page] == []


def test_no_reviewers_result_stands_on_the_page_before_the_release(made, as_) -> None:
    numbers = made(lambda: decided_version(unmet=("insight",)))
    page = as_(numbers.author).get(f"/submissions/{numbers.submission}").text
    for word in ("Not yet", "not_yet", "Demonstrated", "attempts are left", "/feedback"):
        assert word not in page


def test_earlier_versions_stay_readable(app: Flask, made, as_) -> None:
    numbers = made(lambda: released_version(unmet=("insight",)))
    browser = as_(numbers.author)
    browser.post(f"/submissions/{numbers.submission}/reopen")
    browser.put(f"/submissions/{numbers.submission}/items/reflection-text/text", json={"text": "Quite another text by now.", "revision": 1})
    assert "Quite another text" in browser.get(f"/submissions/{numbers.submission}").text
    assert "Quite another text" not in browser.get(f"/submissions/{numbers.submission}?version=1").text


def test_withdrawing_and_taking_it_up_again(app: Flask, made, as_) -> None:
    numbers = made(submitted_version)
    browser = as_(numbers.author)
    assert "Withdrawn. Nobody reviews it now" in browser.post(f"/submissions/{numbers.submission}/withdraw", follow_redirects=True).text
    assert state_of(app, numbers.version) == State.WITHDRAWN
    assert browser.post(f"/submissions/{numbers.submission}/reopen").location == f"/submissions/{numbers.submission}/edit"


def test_withdrawing_too_late_is_refused_with_a_sentence(made, as_) -> None:
    numbers = made(decided_version)
    page = as_(numbers.author).post(f"/submissions/{numbers.submission}/withdraw", follow_redirects=True).text
    assert "can no longer be withdrawn" in page


def test_after_three_decisions_the_page_names_the_conversation_and_the_office_opens_the_next(app: Flask, made, as_, somebody) -> None:
    def thrice() -> SubmissionVersion:
        version = released_version(unmet=("insight",))
        for _ in range(2):
            version = released_version(services.submit(version.person, complete(services.reopen(version.person, version.submission))), unmet=("insight",))
        return version

    numbers = made(thrice)
    author, office = as_(numbers.author), as_(somebody(Role.COORDINATOR))
    page = author.get(f"/submissions/{numbers.submission}").text
    assert "talk it through with a coach" in page
    assert "Work on what is missing</button>" not in page
    assert "talk it through" in author.post(f"/submissions/{numbers.submission}/reopen", follow_redirects=True).text
    assert "After the coaching conversation" in office.get(f"/submissions/{numbers.submission}").text
    refused = office.post(f"/submissions/{numbers.submission}/allow-attempt", data={"note": " "})
    assert refused.status_code == 422
    assert "Write a few words" in refused.text
    assert office.post(f"/submissions/{numbers.submission}/allow-attempt", data={"note": "Talked about two answers."}).status_code == 302
    assert author.post(f"/submissions/{numbers.submission}/reopen").location == f"/submissions/{numbers.submission}/edit"


# Handing in ----------------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_listed_with_links_to_its_place(made, as_) -> None:
    numbers = made(draft_version)
    page = as_(numbers.author).get(f"/submissions/{numbers.submission}/hand-in").text
    assert "4 things are still missing" in page
    for anchor in ("item-lesson-plan", "item-recording", "item-reflection-text", "indicator-plan-question"):
        assert f"/submissions/{numbers.submission}/edit#{anchor}" in page
    assert "I sign this statement" not in page


def test_a_complete_draft_is_handed_in_after_the_statement(app: Flask, made, as_) -> None:
    numbers = made(lambda: complete(draft_version()))
    browser, address = as_(numbers.author), f"/submissions/{numbers.submission}/hand-in"
    unsigned = browser.post(address, data={"key": "abcdefgh"})
    assert unsigned.status_code == 422
    assert "Tick the box to sign" in unsigned.text
    assert state_of(app, numbers.version) == State.DRAFT
    signed = browser.post(address, data={"key": "abcdefgh", "statement": "y"})
    assert signed.location == f"/submissions/{numbers.submission}"
    assert state_of(app, numbers.version) == State.SUBMITTED


def test_a_double_click_on_hand_in_is_harmless(app: Flask, made, as_) -> None:
    numbers = made(lambda: complete(draft_version()))
    browser, address = as_(numbers.author), f"/submissions/{numbers.submission}/hand-in"
    answers = [browser.post(address, data={"key": "the-same-key", "statement": "y"}) for _ in range(2)]
    assert [answer.location for answer in answers] == [f"/submissions/{numbers.submission}"] * 2
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SubmissionVersion).where(SubmissionVersion.state == State.SUBMITTED)) == 1


def test_handing_in_what_became_incomplete_meanwhile_shows_what_is_missing(app: Flask, made, as_) -> None:
    numbers = made(lambda: complete(draft_version()))
    browser = as_(numbers.author)
    browser.put(f"/submissions/{numbers.submission}/items/reflection-text/text", json={"text": "too short", "revision": 1})
    answer = browser.post(f"/submissions/{numbers.submission}/hand-in", data={"key": "k", "statement": "y"})
    assert answer.status_code == 422
    assert "at least 5 are asked for" in answer.text
    assert state_of(app, numbers.version) == State.DRAFT


def test_she_is_warned_where_she_could_be_recognised_and_may_hand_in_all_the_same(app: Flask, made, as_) -> None:
    def telling() -> SubmissionVersion:
        version = complete(draft_version(teacher(given_name="Ana", family_name="Rivera", school=school(name="Cedar Creek Elementary School"))))
        services.save_text(version.person, version, "reflection-text", "In Cedar Creek everybody calls me Ms. Rivera, so", 1)
        evidence_file(version, "lesson-plan", identifying=["Rivera"], own_name="Ana Rivera plan.pdf")
        return version

    numbers = made(telling)
    browser = as_(numbers.author)
    page = browser.get(f"/submissions/{numbers.submission}/hand-in").text
    assert "Reviewers could recognise you." in page
    assert "“Cedar Creek” and “Rivera”" in page
    assert browser.post(f"/submissions/{numbers.submission}/hand-in", data={"key": "k", "statement": "y"}).status_code == 302
    assert state_of(app, numbers.version) == State.SUBMITTED


def test_nothing_to_warn_of_is_no_warning(made, as_) -> None:
    numbers = made(lambda: complete(draft_version()))
    assert "Reviewers could recognise you" not in as_(numbers.author).get(f"/submissions/{numbers.submission}/hand-in").text

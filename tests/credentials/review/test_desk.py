"""A reviewer's pages: her list, the offer, the desk, and what she sees afterwards."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core import clock
from core.db import db
from credentials.evidence import services as evidence
from credentials.evidence.models import EvidenceFile, SubmissionVersion
from credentials.evidence.rules import State
from credentials.review import queries, services
from credentials.review.models import Assignment, Conflict
from credentials.review.rules import AssignmentState
from people.models import Person
from tests.credentials.review.conftest import GOOD, at, desk_form, version_of, words
from tests.factories import review as reviewing
from tests.factories.evidence import complete, draft_version, evidence_file, submitted_version
from tests.factories.people import teacher


def state_of(app, number: int) -> AssignmentState:
    with app.app_context():
        return at(number).status


# The list.


def test_the_list_shows_what_is_asked_by_deadline_and_what_was_done(app, story, save, as_) -> None:
    reviewer = story.reviewers[0]
    page = words(as_(reviewer).get("/reviews"))
    assert "Your answer is asked for" in page
    assert "1 of 5 places are in use" in page
    save(lambda: reviewing.handed_in(at(story.assignments[0])).id)
    page = words(as_(reviewer).get("/reviews"))
    assert "Handed in on" in page
    assert "Nothing is asked of you now" in page


def test_a_teacher_who_reviews_nothing_is_told_how_to_become_a_reviewer(save, as_) -> None:
    assert "qualifies colleagues" in words(as_(save(lambda: teacher().id)).get("/reviews"))


def test_the_list_takes_as_many_statements_for_three_as_for_one(story, save, as_, statements) -> None:
    reviewer = story.reviewers[0]

    def more() -> None:
        one = db.session.get_one(Person, reviewer)
        for _ in range(2):
            version = submitted_version()
            services.qualify(None, one, version.submission.micro_credential)
            services.assign(version)
        for _ in range(2):
            version = submitted_version()
            services.qualify(None, one, version.submission.micro_credential)
            row = services.assign(version)[0]
            services.decline(one, row, services.rules.Reason.OTHER)

    def count() -> int:
        client = as_(reviewer)
        statements.clear()
        assert client.get("/reviews").status_code == 200
        return len(statements)

    save(lambda: services.decline(db.session.get_one(Person, reviewer), at(story.assignments[0]), services.rules.Reason.OTHER).id)
    save(lambda: [services.assign(v) for v in [reviewing.offered_version()]] and None)
    with_one = count()
    save(more)
    assert count() == with_one


def test_settings_are_kept_and_a_break_can_be_ended(app, story, as_) -> None:
    client = as_(story.reviewers[0])
    day = (clock.today() + dt.timedelta(days=20)).isoformat()
    assert client.post("/reviews/settings", data={"max_open": "3", "paused_until": day}).status_code == 302
    with app.app_context():
        load = queries.load_of(db.session.get_one(Person, story.reviewers[0]))
        assert (load.max_open, load.paused_until.isoformat()) == (3, day)
    assert "You take a break until" in words(client.get("/reviews"))
    client.post("/reviews/settings", data={"resume": "1"})
    assert "You take a break until" not in words(client.get("/reviews"))


@pytest.mark.parametrize("sent", [{"max_open": "31"}, {"max_open": "many"}, {"max_open": ""}, {"max_open": "4", "paused_until": "2001-01-01"}])
def test_settings_that_make_no_sense_are_refused_beside_the_field(story, as_, sent) -> None:
    answer = as_(story.reviewers[0]).post("/reviews/settings", data=sent)
    assert answer.status_code == 422
    assert "error-summary" in answer.text


# The offer.


def test_the_offer_says_how_much_and_by_when_and_shows_no_evidence(story, as_) -> None:
    page = as_(story.reviewers[0]).get(f"/reviews/{story.assignments[0]}")
    said = words(page)
    for fact in ("2 criteria", "35 minutes", "The question fits the goal", "I know of no conflict of interest"):
        assert fact in said
    assert "word word" not in said
    assert "lesson-plan-1.pdf" not in page.text


def test_accepting_without_the_answer_shows_the_offer_again(app, story, as_) -> None:
    answer = as_(story.reviewers[0]).post(f"/reviews/{story.assignments[0]}/accept", data={})
    assert answer.status_code == 422
    assert "Say that you know of no conflict" in words(answer)
    assert state_of(app, story.assignments[0]) is AssignmentState.OFFERED


def test_accept_and_begin_opens_the_desk_and_a_second_click_does_no_harm(app, story, as_) -> None:
    client, url = as_(story.reviewers[0]), f"/reviews/{story.assignments[0]}"
    for _ in range(2):
        assert client.post(f"{url}/accept", data={"no_conflict": "y", "begin": "1"}).location == url
        assert state_of(app, story.assignments[0]) is AssignmentState.IN_PROGRESS
    assert "word word" in words(client.get(url))


def test_accept_and_begin_later_shows_the_way_in_and_no_evidence(app, story, as_) -> None:
    client, url = as_(story.reviewers[0]), f"/reviews/{story.assignments[0]}"
    client.post(f"{url}/accept", data={"no_conflict": "y"})
    page = words(client.get(url))
    assert "Open the evidence" in page
    assert "word word" not in page
    assert client.post(f"{url}/open").location == url
    assert "word word" in words(client.get(url))


def test_declining_needs_a_reason_and_keeps_what_was_typed(app, story, as_) -> None:
    client, url = as_(story.reviewers[0]), f"/reviews/{story.assignments[0]}"
    answer = client.post(f"{url}/decline", data={"detail": "Report cards are due."})
    assert answer.status_code == 422
    assert "Report cards are due." in answer.text
    client.post(f"{url}/decline", data={"reason": "conflict", "detail": "We teach together."})
    with app.app_context():
        assert db.session.scalars(select(Conflict)).one().reason == "We teach together."
    assert "You declined this offer" in words(client.get(url))


def test_a_conflict_found_at_acceptance_is_said_without_saying_who(app, story, save, as_) -> None:
    save(lambda: setattr(at(story.assignments[0]).reviewer, "school_id", version_of(story).person.school_id))
    client = as_(story.reviewers[0])
    answer = client.post(f"/reviews/{story.assignments[0]}/accept", data={"no_conflict": "y", "begin": "1"}, follow_redirects=True)
    assert "something came up that rules you out" in words(answer)
    assert state_of(app, story.assignments[0]) is AssignmentState.CANCELLED


def test_somebody_elses_review_does_not_exist(story, as_) -> None:
    outsiders = [story.reviewers[1], story.author, story.office]
    for outsider in outsiders:
        client = as_(outsider)
        for path in ("", "/step-back", f"/files/{story.file}"):
            assert client.get(f"/reviews/{story.assignments[0]}{path}").status_code == 404
        for path in ("/accept", "/decline", "/open", "/draft", "/submit", "/step-back"):
            assert client.post(f"/reviews/{story.assignments[0]}{path}").status_code == 404


# The desk.


def test_the_desk_shows_the_evidence_beside_the_rubric(on_desk, as_) -> None:
    page = as_(on_desk.reviewers[0]).get(f"/reviews/{on_desk.assignments[0]}")
    said = words(page)
    for fact in (
        "Your plan, with the question.",
        "videos.laurel.example",
        "lesson-plan-1.pdf",
        "It is there, and the evidence shows it.",
        "0 of 2 judged",
        "You are Reviewer A here",
    ):
        assert fact in said
    assert f'src="/reviews/{on_desk.assignments[0]}/files/{on_desk.file}"' in page.text
    assert 'name="level-planning"' in page.text


def test_what_an_author_writes_is_shown_as_text_and_never_runs(app, story, save, as_) -> None:
    def poison() -> None:
        version = version_of(story)
        row = next(r for r in version.responses if r.item_key == "reflection-text")
        row.text = '<script>alert(1)</script> **bold** [x](javascript:alert(1)) <img src=x onerror=alert(1)>'

    save(poison)
    save(lambda: reviewing.opened(at(story.assignments[0])).id)
    page = as_(story.reviewers[0]).get(f"/reviews/{story.assignments[0]}").text
    answer = page[page.index('class="prose answer"') :][:600]
    assert "<strong>bold</strong>" in answer
    assert "<script" not in answer
    assert "<img" not in answer
    assert 'href="javascript' not in page


def test_a_file_is_served_to_whoever_has_it_on_her_desk_under_its_neutral_name(on_desk, as_) -> None:
    url = f"/reviews/{on_desk.assignments[0]}/files/{on_desk.file}"
    answer = as_(on_desk.reviewers[0]).get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="lesson-plan-1.pdf"'
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_no_file_before_opening_and_none_after_handing_in(story, save, as_) -> None:
    client, url = as_(story.reviewers[0]), f"/reviews/{story.assignments[0]}/files/{story.file}"
    assert client.get(url).status_code == 404
    save(lambda: reviewing.accepted(at(story.assignments[0])).id)
    assert client.get(url).status_code == 404
    save(lambda: reviewing.opened(at(story.assignments[0])).id)
    assert client.get(url).status_code == 200
    save(lambda: reviewing.handed_in(at(story.assignments[0])).id)
    assert client.get(url).status_code == 404


def test_a_private_file_is_neither_shown_nor_served(on_desk, save, as_) -> None:
    save(lambda: setattr(db.session.get_one(EvidenceFile, on_desk.file), "visibility", "private"))
    client = as_(on_desk.reviewers[0])
    assert "lesson-plan-1.pdf" not in client.get(f"/reviews/{on_desk.assignments[0]}").text
    assert client.get(f"/reviews/{on_desk.assignments[0]}/files/{on_desk.file}").status_code == 404


def test_a_file_of_another_version_cannot_be_reached_through_ones_own_review(on_desk, save, as_) -> None:
    def elsewhere() -> int:
        return evidence_file(draft_version(), "lesson-plan").id

    other = save(elsewhere)
    assert as_(on_desk.reviewers[0]).get(f"/reviews/{on_desk.assignments[0]}/files/{other}").status_code == 404


def test_a_conflict_that_comes_up_closes_the_desk_at_once(app, on_desk, save, as_) -> None:
    save(lambda: setattr(at(on_desk.assignments[0]).reviewer, "school_id", version_of(on_desk).person.school_id))
    client, url = as_(on_desk.reviewers[0]), f"/reviews/{on_desk.assignments[0]}"
    page = words(client.get(url))
    assert "A conflict of interest has come up" in page
    assert "word word" not in page
    assert client.get(f"{url}/files/{on_desk.file}").status_code == 404
    client.post(f"{url}/open")
    assert state_of(app, on_desk.assignments[0]) is AssignmentState.RECUSED


def test_a_draft_saves_itself_with_script_and_by_a_button_without(app, on_desk, as_) -> None:
    client, url = as_(on_desk.reviewers[0]), f"/reviews/{on_desk.assignments[0]}"
    kept = client.post(f"{url}/draft", data=desk_form({"planning": ("progressing", "Half a sen", "")}), headers={"Accept": "application/json"})
    assert kept.json["revision"] == 1
    assert kept.json["saved_at"]
    assert client.post(f"{url}/draft", data=desk_form({"insight": ("demonstrated", "", "")}, revision=1)).location == url
    page = client.get(url).text
    assert "Half a sen" in page
    assert 'name="revision" value="2"' in page
    assert "2 of 2 judged" in words(client.get(url))


def test_a_stale_draft_is_not_kept_and_not_lost(on_desk, as_) -> None:
    client, url = as_(on_desk.reviewers[0]), f"/reviews/{on_desk.assignments[0]}"
    client.post(f"{url}/draft", data=desk_form({"planning": ("demonstrated", "From the first window.", "")}))
    again = desk_form({"planning": ("not-met", "From the second window.", "")})
    refused = client.post(f"{url}/draft", data=again, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["type"]) == (409, "urn:laurel:problem:overtaken")
    page = client.post(f"{url}/draft", data=again)
    assert page.status_code == 409
    assert "From the second window." in page.text
    assert 'name="revision" value="1"' in page.text
    assert "saved in another window" in words(page)


def test_what_is_typed_after_the_review_expired_is_shown_once_more(on_desk, save, as_) -> None:
    save(lambda: setattr(at(on_desk.assignments[0]), "due_at", clock.now() - dt.timedelta(days=4)))
    save(lambda: services.lapse_or_expire(at(on_desk.assignments[0])).id)
    client, url = as_(on_desk.reviewers[0]), f"/reviews/{on_desk.assignments[0]}"
    answer = client.post(f"{url}/draft", data=desk_form({"planning": ("progressing", "Typed too late.", "")}))
    assert answer.status_code == 409
    assert "Typed too late." in words(answer)
    assert "word word" not in words(answer)


def test_an_incomplete_review_is_kept_and_the_page_says_what_is_missing(app, on_desk, as_) -> None:
    client, url = as_(on_desk.reviewers[0]), f"/reviews/{on_desk.assignments[0]}"
    answer = client.post(f"{url}/submit", data=desk_form({"planning": ("progressing", "No question in it anywhere.", "")}))
    assert answer.status_code == 422
    said = words(answer)
    assert "Say where in the evidence" in said
    assert "Choose a level." in said
    assert "No question in it anywhere." in answer.text
    with app.app_context():
        assert services.marks_of(at(on_desk.assignments[0]))["planning"].comment == "No question in it anywhere."
        assert at(on_desk.assignments[0]).status is AssignmentState.IN_PROGRESS


def test_a_complete_review_goes_in_once(app, on_desk, as_) -> None:
    client, url = as_(on_desk.reviewers[0]), f"/reviews/{on_desk.assignments[0]}"
    for _ in range(2):
        assert client.post(f"{url}/submit", data=desk_form(GOOD)).location == url
    assert state_of(app, on_desk.assignments[0]) is AssignmentState.SUBMITTED
    page = words(client.get(url))
    assert "Two answers, and what followed from each." in page
    assert "What others said, and the outcome, you see once the decision is released." in page


def test_the_last_review_drafts_the_decision(app, on_desk, save, as_) -> None:
    save(lambda: reviewing.handed_in(at(on_desk.assignments[1])).id)
    as_(on_desk.reviewers[0]).post(f"/reviews/{on_desk.assignments[0]}/submit", data=desk_form(GOOD))
    with app.app_context():
        assert version_of(on_desk).status is State.DECIDED_DRAFT


def test_carried_criteria_are_shown_as_met_and_closed(app, released, save, as_) -> None:
    def again() -> tuple[int, int]:
        version = version_of(released)
        new = evidence.submit(version.person, complete(evidence.reopen(version.person, version.submission)))
        row = reviewing.opened(services.assign(new)[0])
        return row.id, row.reviewer_id

    number, reviewer = save(again)
    page = as_(reviewer).get(f"/reviews/{number}")
    assert "Met in an earlier version; closed." in words(page)
    assert 'name="level-planning"' not in page.text
    assert 'name="level-insight"' in page.text
    assert "Rewritten after the feedback." in words(page)
    # Not even by a crafted form can a closed criterion be judged.
    as_(reviewer).post(f"/reviews/{number}/draft", data=desk_form({"planning": ("not-met", "Against it.", ""), "insight": ("demonstrated", "", "")}))
    with app.app_context():
        assert services.marks_of(at(number)).keys() == {"insight"}


def test_a_third_reviewer_sees_only_what_is_disputed_to_judge_and_nothing_of_the_first_two(app, story, save, as_) -> None:
    def dispute() -> tuple[int, int]:
        reviewing.handed_in(at(story.assignments[0]), ("insight",), overall="Words of the first reviewer.")
        reviewing.handed_in(at(story.assignments[1]), (), overall="Words of the second reviewer.")
        row = reviewing.opened(reviewing.assignments(version_of(story))[2])
        return row.id, row.reviewer_id

    number, reviewer = save(dispute)
    page = as_(reviewer).get(f"/reviews/{number}")
    said = words(page)
    assert "You judge only what they differ on" in said
    assert "The first two reviews agree; no part of yours." in said
    assert 'name="level-insight"' in page.text
    assert 'name="level-planning"' not in page.text
    assert reviewing.COMMENT not in page.text
    assert "Words of the" not in said


def test_after_the_release_a_reviewer_sees_the_outcome_and_the_others_levels_by_letter(released, as_) -> None:
    page = words(as_(released.reviewers[0]).get(f"/reviews/{released.assignments[0]}"))
    assert "The decision was released" in page
    assert "not yet" in page
    assert "Reviewer B" in page


def test_before_the_release_she_sees_neither(drafted, as_) -> None:
    page = words(as_(drafted.reviewers[0]).get(f"/reviews/{drafted.assignments[0]}"))
    assert "Reviewer B" not in page
    assert "not yet" not in page


def test_stepping_back_asks_why_and_asks_somebody_else(app, on_desk, as_) -> None:
    client, url = as_(on_desk.reviewers[0]), f"/reviews/{on_desk.assignments[0]}"
    assert "Why do you step back?" in words(client.get(f"{url}/step-back"))
    assert client.post(f"{url}/step-back", data={}).status_code == 422
    assert client.post(f"{url}/step-back", data={"reason": "conflict"}).location == "/reviews"
    assert state_of(app, on_desk.assignments[0]) is AssignmentState.RECUSED
    late = client.post(f"{url}/submit", data=desk_form(GOOD))
    assert late.status_code == 409
    assert "You stepped back from this review" in words(late)


def test_the_desk_takes_as_many_statements_however_long_the_rubric_and_the_draft(on_desk, save, as_, statements) -> None:
    client, url = as_(on_desk.reviewers[0]), f"/reviews/{on_desk.assignments[0]}"

    def count() -> int:
        statements.clear()
        assert client.get(url).status_code == 200
        return len(statements)

    with_nothing = count()
    save(lambda: reviewing.written(at(on_desk.assignments[0])).id)

    def more_files() -> None:
        version = db.session.get_one(SubmissionVersion, on_desk.version)
        evidence_file(version, "lesson-plan")
        evidence_file(version, "lesson-plan")

    save(more_files)
    assert count() == with_nothing


def test_an_assignment_of_a_former_life_shows_its_own_draft_and_no_evidence(on_desk, save, as_) -> None:
    save(lambda: reviewing.written(at(on_desk.assignments[0]), overall="My kept words.").id)
    save(lambda: setattr(at(on_desk.assignments[0]), "due_at", clock.now() - dt.timedelta(days=4)))
    save(lambda: services.lapse_or_expire(db.session.get_one(Assignment, on_desk.assignments[0])).id)
    page = words(as_(on_desk.reviewers[0]).get(f"/reviews/{on_desk.assignments[0]}"))
    assert "My kept words." in page
    assert "word word" not in page

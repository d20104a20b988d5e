"""The same verbs for programs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core import clock
from core.db import db
from credentials.review import queries
from credentials.review.rules import AssignmentState
from people.models import Person
from tests.credentials.review.conftest import at, token_of, version_of
from tests.factories import review as reviewing


@pytest.fixture
def call(app, save):
    """``call(person, method, path, json)`` with that person's token."""
    known: dict[int, str] = {}

    def request(owner: int, method: str, path: str, json: Any = None):
        if owner not in known:
            known[owner] = save(lambda: token_of(db.session.get_one(Person, owner)))
        return app.test_client().open(f"/api/v1/reviews{path}", method=method, json=json, headers={"Authorization": f"Bearer {known[owner]}"})

    return request


def test_the_list_is_ones_own_and_comes_in_pages(story, call) -> None:
    body = call(story.reviewers[0], "GET", "").json
    assert (body["total"], body["page"], body["size"]) == (1, 1, 25)
    only = body["items"][0]
    assert (only["id"], only["state"], only["round"], only["pseudonym"]) == (story.assignments[0], "offered", "first", "A")
    assert only["criteria"] == ["planning", "insight"]
    assert call(story.author, "GET", "").json["total"] == 0
    assert call(story.reviewers[0], "GET", "?page=0").status_code == 422


def test_the_list_takes_as_many_statements_for_three_as_for_one(story, save, call, statements) -> None:
    reviewer = story.reviewers[0]

    def count() -> int:
        statements.clear()
        assert call(reviewer, "GET", "").status_code == 200
        return len(statements)

    def more() -> None:
        for _ in range(2):
            row = reviewing.assignments(reviewing.offered_version())[0]
            row.reviewer_id = reviewer

    count()
    with_one = count()
    save(more)
    assert count() == with_one


def test_nobody_without_a_token_and_nobody_elses_review(app, story, call) -> None:
    assert app.test_client().get("/api/v1/reviews").status_code == 401
    for outsider in (story.reviewers[1], story.author, story.office):
        assert call(outsider, "GET", f"/{story.assignments[0]}").status_code == 404
        for act in ("accept", "decline", "open", "submit", "step-back"):
            assert call(outsider, "POST", f"/{story.assignments[0]}/{act}", {"no_conflict": True, "reason": "other"}).status_code == 404
        assert call(outsider, "PUT", f"/{story.assignments[0]}/draft", {"revision": 0, "marks": {}, "overall": ""}).status_code == 404


def test_the_whole_way_from_the_offer_to_the_review(app, story, call) -> None:
    me, path = story.reviewers[0], f"/{story.assignments[0]}"
    offer = call(me, "GET", path).json
    assert (offer["evidence"], offer["outcome"], offer["revision"]) == (None, None, 0)
    assert [c["key"] for c in offer["rubric"]] == ["planning", "insight"]
    assert call(me, "POST", f"{path}/accept", {"no_conflict": False}).status_code == 422
    assert call(me, "POST", f"{path}/accept", {"no_conflict": True}).json["state"] == "accepted"
    assert call(me, "GET", path).json["evidence"] is None
    opened = call(me, "POST", f"{path}/open").json
    assert [item["key"] for item in opened["evidence"]] == ["lesson-plan", "recording", "reflection-text"]
    assert opened["evidence"][0]["files"][0]["name"] == "lesson-plan-1.pdf"
    assert opened["evidence"][0]["files"][0]["url"] == f"http://laurel.example/api/v1/reviews{path}/files/{story.file}"
    assert call(me, "GET", f"{path}/files/{story.file}").data.startswith(b"%PDF")
    draft = {"revision": 0, "marks": {"planning": {"level": "demonstrated"}}, "overall": "Strong."}
    assert call(me, "PUT", f"{path}/draft", draft).json == {"revision": 1}
    stale = call(me, "PUT", f"{path}/draft", draft)
    assert (stale.status_code, stale.json["type"]) == (409, "urn:laurel:problem:overtaken")
    lacking = call(me, "POST", f"{path}/submit")
    assert (lacking.status_code, lacking.json["errors"]) == (422, {"insight": "Choose a level."})
    insight = {"level": "progressing", "comment": reviewing.COMMENT, "pointer": "page 1"}
    call(me, "PUT", f"{path}/draft", {"revision": 1, "marks": {"insight": insight}, "overall": "Strong."})
    done = call(me, "POST", f"{path}/submit").json
    assert (done["state"], done["evidence"], done["marks"]["insight"]["pointer"]) == ("submitted", None, "page 1")
    assert call(me, "POST", f"{path}/submit").status_code == 409
    with app.app_context():
        assert at(story.assignments[0]).status is AssignmentState.SUBMITTED


def test_declining_and_stepping_back(app, story, call) -> None:
    until = (clock.today() + dt.timedelta(days=7)).isoformat()
    declined = call(story.reviewers[0], "POST", f"/{story.assignments[0]}/decline", {"reason": "load", "pause_until": until})
    assert declined.json["state"] == "declined"
    with app.app_context():
        assert queries.load_of(db.session.get_one(Person, story.reviewers[0])).paused_until.isoformat() == until
    call(story.reviewers[1], "POST", f"/{story.assignments[1]}/accept", {"no_conflict": True})
    assert call(story.reviewers[1], "POST", f"/{story.assignments[1]}/step-back", {"reason": "nonsense"}).status_code == 422
    assert call(story.reviewers[1], "POST", f"/{story.assignments[1]}/step-back", {"reason": "conflict"}).json["state"] == "recused"


def test_a_conflict_that_came_up_is_a_problem_of_its_own_and_closes_it(app, story, save, call) -> None:
    save(lambda: setattr(at(story.assignments[0]).reviewer, "school_id", version_of(story).person.school_id))
    answer = call(story.reviewers[0], "POST", f"/{story.assignments[0]}/accept", {"no_conflict": True})
    assert (answer.status_code, answer.json["type"]) == (409, "urn:laurel:problem:conflict-found")
    with app.app_context():
        assert at(story.assignments[0]).status is AssignmentState.CANCELLED


def test_the_outcome_is_there_only_after_the_release(drafted, save, call) -> None:
    path = f"/{drafted.assignments[0]}"
    assert call(drafted.reviewers[0], "GET", path).json["outcome"] is None

    def release() -> None:
        from workflows import evidence as workflow  # noqa: PLC0415 - the story is told once, here

        workflow.decide(db.session.get_one(Person, drafted.office), version_of(drafted))

    save(release)
    assert call(drafted.reviewers[0], "GET", path).json["outcome"] == "not_yet"

"""What the author reads once her decision is released, and nobody else."""

from __future__ import annotations

from core.db import db
from credentials.evidence import services as evidence
from credentials.review import services
from people.models import Person
from people.rules import Role
from tests.credentials.review.conftest import version_of, words
from tests.factories import review as reviewing
from tests.factories.evidence import complete
from tests.factories.people import person


def test_the_author_reads_the_feedback_once_it_is_released(released, as_) -> None:
    page = words(as_(released.author).get(f"/submissions/{released.submission}/feedback"))
    facts = ("Not yet, and here is the way", "Well begun.", "Answers change the teaching", "Reviewer A", "Reviewer B", "lesson-plan-1, page 1")
    for fact in (*facts, reviewing.COMMENT):
        assert fact in page


def test_before_the_release_there_is_no_feedback(drafted, as_) -> None:
    assert as_(drafted.author).get(f"/submissions/{drafted.submission}/feedback").status_code == 404


def test_nobody_but_the_author_reads_her_feedback(app, released, save, as_) -> None:
    principal = save(lambda: person(Role.PRINCIPAL, at=version_of(released).person.school).id)
    for other in (released.office, released.reviewers[0], principal):
        assert as_(other).get(f"/submissions/{released.submission}/feedback").status_code == 404


def test_an_earlier_attempt_stays_readable(app, released, save, as_) -> None:
    def again() -> None:
        version = version_of(released)
        new = evidence.submit(version.person, complete(evidence.reopen(version.person, version.submission)))
        services.assign(new)
        for row in reviewing.assignments(new):
            reviewing.handed_in(row, overall="Now it is there.")
        evidence.release(db.session.get_one(Person, released.office), new)

    save(again)
    client, url = as_(released.author), f"/submissions/{released.submission}/feedback"
    now, before, nonsense = words(client.get(url)), words(client.get(f"{url}?attempt=1")), words(client.get(f"{url}?attempt=x"))
    assert "You have shown it" in now
    assert "Met before" in now
    assert "Not yet, and here is the way" in before
    assert nonsense == now

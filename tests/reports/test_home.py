"""Home answers one question: what is my next step?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core.db import db
from people.rules import Role
from tests.factories import catalogue, evidence, people, review


def words(client: Any) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)  # type: ignore[no-any-return]


def settled(app: Flask, build: Callable[[], Any]) -> Any:
    """What ``build`` makes, committed; ids come back, since rows do not outlive their context."""
    with app.app_context():
        made = build()
        db.session.commit()
        return made.id


def test_somebody_who_is_not_signed_in_is_told_what_this_is(visitor: Any) -> None:
    assert "Sign in" in words(visitor)


def test_a_teacher_with_nothing_begun_is_led_to_the_catalogue(app: Flask, as_: Callable[[object], Any]) -> None:
    who = settled(app, people.teacher)
    assert "Choose what you want to learn next" in words(as_(who))


def test_a_draft_is_the_next_step(app: Flask, as_: Callable[[object], Any]) -> None:
    def build() -> Any:
        return evidence.draft_version().person

    who = settled(app, build)
    assert "Your draft is as you left it" in words(as_(who))


def test_not_yet_comes_before_a_draft(app: Flask, as_: Callable[[object], Any]) -> None:
    def build() -> Any:
        teacher = people.teacher()
        evidence.draft_version(teacher, catalogue.micro_credential(slug="later", title="Later"))
        version = evidence.submitted_version(teacher, catalogue.micro_credential(slug="first", title="First"))
        key = version.credential_version.parsed().criteria()[0].key
        evidence.released_version(version, (key,))
        return teacher

    page = words(as_(settled(app, build)))
    assert "here is what is missing" in page


def test_a_reviewer_is_asked_to_answer_an_offer(app: Flask, as_: Callable[[object], Any]) -> None:
    def build() -> Any:
        return review.assignments(review.offered_version())[0].reviewer

    assert "You are asked to review" in words(as_(settled(app, build)))


def test_the_office_sees_how_many_decisions_wait_but_not_its_own(app: Flask, as_: Callable[[object], Any]) -> None:
    def build() -> Any:
        review.drafted_version()
        return people.person(Role.COORDINATOR)

    def own() -> Any:
        both = people.person(Role.COORDINATOR, Role.TEACHER)
        review.drafted_version(teacher=both)
        return both

    assert "1 decision waits to be released" in words(as_(settled(app, build)))
    assert "2 decisions" not in words(as_(settled(app, own)))


def test_hr_is_led_to_the_register(app: Flask, as_: Callable[[object], Any]) -> None:
    who = settled(app, lambda: people.person(Role.HR))
    assert "Stipends earned this month" in words(as_(who))


def test_a_principal_finds_nothing_of_her_teachers_work(app: Flask, as_: Callable[[object], Any]) -> None:
    def build() -> Any:
        principal = people.person(Role.PRINCIPAL)
        teacher = people.teacher(school=principal.school, supervisor_id=principal.id)
        evidence.draft_version(teacher, catalogue.micro_credential(title="Firewalled Practice"))
        return principal

    assert "Firewalled Practice" not in words(as_(settled(app, build)))


@pytest.mark.parametrize("more", [1, 3])
def test_home_costs_the_same_however_much_there_is(app: Flask, as_: Callable[[object], Any], statements: list[str], more: int) -> None:
    def build() -> Any:
        teacher = people.teacher()
        for number in range(more):
            evidence.draft_version(teacher, catalogue.micro_credential(slug=f"one-{number}", title=f"One {number}"))
        return teacher

    client = as_(settled(app, build))
    words(client)
    statements.clear()
    words(client)
    assert len(statements) == 7

"""The way of a submission in the words of whoever reads it."""

from __future__ import annotations

import datetime as dt

import pytest

from core import clock
from credentials.evidence import queries, services
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import USUAL_TURNAROUND, State
from credentials.evidence.timeline import events, next_step
from credentials.evidence.wording import STATES, listed
from people.rules import Role
from tests.factories.evidence import complete, draft_version, released_version, results, submitted_version
from tests.factories.people import person

pytestmark = pytest.mark.usefixtures("rows")


def told(version: SubmissionVersion, for_author: bool = True) -> list[str]:
    return [event.title for event in events(version.submission, queries.history(version.submission), for_author)]


def test_the_whole_way_with_a_third_opinion_and_a_second_version() -> None:
    version = submitted_version()
    services.begin_review(version)
    services.ask_third(version)
    services.draft_decision(version, results(version, ("insight",)), State.NOT_YET)
    services.release(person(Role.COORDINATOR), version, "Nearly there.")
    services.submit(version.person, complete(services.reopen(version.person, version.submission)))
    assert told(version) == [
        "Begun",
        "Handed in",
        "Colleagues were asked to review it, without your name",
        "A third colleague was asked",
        "All reviews are in",
        "Decision: not yet",
        "Reopened as version 2",
        "Handed in again (version 2)",
        "Reviewers are being found",
    ]


def test_the_last_line_says_whose_turn_it_is_and_by_when() -> None:
    with clock.frozen(dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC)):
        version = submitted_version()
        services.begin_review(version)
    last = events(version.submission, queries.history(version.submission), True)[-1]
    assert (last.is_next, last.who, last.by) == (True, "Reviewers", dt.datetime(2026, 10, 5, 15, 0, tzinfo=dt.UTC) + USUAL_TURNAROUND)


def test_nobodys_name_stands_in_it_but_the_authors() -> None:
    version = released_version(office=person(Role.COORDINATOR, given_name="Olive", family_name="Office"))
    for for_author in (True, False):
        lines = events(version.submission, queries.history(version.submission), for_author)
        assert all("Olive" not in f"{line.who}{line.title}{line.note}" for line in lines)
    assert {line.who for line in lines if line.who} == {version.person.display_name, "Professional-learning office"}


def test_the_office_does_not_see_a_draft_that_follows() -> None:
    version = released_version(unmet=("insight",))
    services.reopen(version.person, version.submission)
    assert "Reopened as version 2" in told(version)
    assert "Reopened as version 2" not in told(version, for_author=False)


def test_what_was_done_is_not_told_as_what_is_next() -> None:
    assert told(released_version())[-1] == "Decision: demonstrated"
    assert told(draft_version()) == ["Begun", "Finish it and hand it in"]


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_word_a_tone_and_a_next_step(state: State) -> None:
    label, tone = STATES[state]
    assert str(label)
    assert tone in ("good", "turn", "wait", "bad", "quiet")
    version = draft_version()
    version.state = state.value
    assert next_step(version).endswith(".")


@pytest.mark.parametrize(("names", "sentence"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")])
def test_names_are_listed_as_people_list_them(names: list[str], sentence: str) -> None:
    assert listed(names) == sentence

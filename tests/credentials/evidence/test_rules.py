"""What can be argued about, as tables of values."""

from __future__ import annotations

import itertools

import pytest

from credentials.evidence.rules import (
    FINAL,
    LONGEST_LINK,
    MOVES,
    UNDER_REVIEW,
    Act,
    Refused,
    State,
    Students,
    acts,
    attempts_left,
    attempts_used,
    can_reopen,
    check_withdrawal,
    clean_link,
    clean_text,
    count_words,
    met_criteria,
    next_state,
    students_answer,
)


@pytest.mark.parametrize(("state", "act"), list(itertools.product(State, Act)))
def test_a_version_moves_only_where_the_table_says(state: State, act: Act) -> None:
    if (state, act) in MOVES:
        assert next_state(state, act) is MOVES[(state, act)]
        assert act in acts(state)
    else:
        assert act not in acts(state)
        with pytest.raises(Refused) as refused:
            next_state(state, act)
        assert refused.value.code == "wrong-state"


def test_nothing_leaves_a_final_state_but_an_award_that_is_revoked() -> None:
    assert {(state, act) for state, act in MOVES if state in FINAL} == {(State.DEMONSTRATED, Act.REVOKE)}


def test_every_state_but_the_first_can_be_reached() -> None:
    assert set(MOVES.values()) == set(State) - {State.DRAFT}
    assert set(MOVES.values()) >= UNDER_REVIEW


@pytest.mark.parametrize("state", [State.SUBMITTED, State.IN_REVIEW])
def test_a_version_can_be_withdrawn_until_a_reviewer_has_opened_it(state: State) -> None:
    assert check_withdrawal(state, opened=False) is State.WITHDRAWN
    with pytest.raises(Refused) as refused:
        check_withdrawal(state, opened=True)
    assert refused.value.code == "opened"


@pytest.mark.parametrize(
    ("states", "granted", "used", "left", "reopens"),
    [
        ([State.DRAFT], 0, 0, 3, False),
        ([State.NOT_YET], 0, 1, 2, True),
        ([State.NOT_YET, State.NOT_YET], 0, 2, 1, True),
        ([State.NOT_YET, State.WITHDRAWN], 0, 1, 2, True),
        ([State.NOT_YET] * 3, 0, 3, 0, False),
        ([State.NOT_YET] * 3, 1, 3, 1, True),
        ([State.NOT_YET] * 4, 1, 4, 0, False),
        ([State.DEMONSTRATED], 0, 1, 2, False),
        ([State.REVOKED], 0, 1, 2, False),
        ([State.IN_REVIEW], 0, 0, 3, False),
        ([], 0, 0, 3, False),
    ],
)
def test_three_decisions_then_a_conversation(states: list[State], granted: int, used: int, left: int, reopens: bool) -> None:
    assert (attempts_used(states), attempts_left(states, granted), can_reopen(states, granted)) == (used, left, reopens)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://docs.laurel.example/d/1?x=1#top", "https://docs.laurel.example/d/1?x=1#top"),
        ("http://laurel.example", "http://laurel.example"),
        ("docs.laurel.example/d/1", "https://docs.laurel.example/d/1"),
        ("  https://laurel.example/a \n", "https://laurel.example/a"),
        ("HTTPS://laurel.example", "HTTPS://laurel.example"),
        ("https://laurel.example:8443/x", "https://laurel.example:8443/x"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_an_address_is_kept_as_it_can_be_opened(given: str, kept: str) -> None:
    assert clean_link(given) == kept


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("javascript:alert(1)", "link-scheme"),
        ("data:text/html,hi", "link-scheme"),
        ("file:///etc/passwd", "link-scheme"),
        ("ftp://laurel.example/a", "link-scheme"),
        ("just some words", "link-scheme"),
        ("https://ana:secret@laurel.example/", "link-sign-in"),
        ("https://localhost/a", "link-host"),
        ("https://printer.local/a", "link-host"),
        ("https://192.168.1.20/a", "link-host"),
        ("https://laurel/a", "link-host"),
        ("https://.example/", "link-host"),
        ("https://laurel.example:port/", "link-host"),
        ("https://[::1/", "link-host"),
        ("https://laurel.example/" + "a" * LONGEST_LINK, "link-long"),
    ],
)
def test_what_is_no_address_that_a_reviewer_can_open_is_refused(given: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_link(given)
    assert refused.value.code == code


@pytest.mark.parametrize(("text", "words"), [("", 0), ("   \n", 0), ("one", 1), (" two  words\n", 2), ("a-b c’d", 2), ("¿Qué pasa?", 2)])
def test_words_are_what_stands_between_white_space(text: str, words: int) -> None:
    assert count_words(text) == words


def test_a_text_is_kept_without_signs_that_no_database_takes() -> None:
    assert clean_text("a\r\nb\rc\0\x07\ud800 ü\t😀  \n") == "a\nb\nc ü\t😀"


@pytest.mark.parametrize("answer", Students)
def test_an_answer_about_students_reads_back_as_it_was_given(answer: Students) -> None:
    assert students_answer(answer.facts()) is answer


def test_no_answer_about_students_is_an_open_question() -> None:
    assert students_answer({}) is None


def test_what_was_met_is_carried_over() -> None:
    assert met_criteria({"a": {"met": True}, "b": {"met": False}, "c": {"met": True, "carried": True}}) == ["a", "c"]
    assert met_criteria(None) == []

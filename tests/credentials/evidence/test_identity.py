"""Words that could tell reviewers who somebody is."""

from __future__ import annotations

import pytest

from credentials.evidence.identity import Identity, telling_words

ANA = Identity("Ana María", "Rivera-Grace", "ana.rivera@laurel.example", "Cedar Creek Elementary School", "004711")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ms. Rivera asked again.", ["Rivera"]),
        ("MS. RIVERA ASKED", ["RIVERA"]),
        ("ana maría rivera-grace wrote it", ["ana maria rivera-grace"]),
        ("By Ana Maria Rivera-Grace", ["Ana Maria Rivera-Grace"]),
        ("We moved with grace.", []),
        ("Grace and I", ["Grace"]),
        ("The riverbank", []),
        ("Riverado", []),
        ("In Cedar Creek Elementary School we …", ["Cedar Creek Elementary School"]),
        ("our cedar creek students", ["cedar creek"]),
        ("an elementary school", []),
        ("Write to ana.rivera@laurel.example", ["ana.rivera@laurel.example"]),
        ("Employee 004711", ["004711"]),
        ("Number 1004711", []),
        ("Nothing that tells.", []),
        ("", []),
    ],
)
def test_a_word_counts_where_it_names_her_or_her_school(text: str, found: list[str]) -> None:
    assert telling_words(text, ANA) == found


def test_each_word_is_told_once_and_ten_at_most() -> None:
    assert telling_words("Rivera, Rivera and Rivera", ANA) == ["Rivera"]
    assert len(telling_words(" ".join(f"{'r' * n}ivera" for n in range(30)) + " Rivera Grace Ana", ANA)) <= 10


def test_short_names_and_common_words_of_school_names_do_not_cry_wolf() -> None:
    who = Identity("Jo", "Li", school="The High School of Learning")
    assert telling_words("Jo Li met The Learning High School and Li left", who) == ["Jo Li"]


def test_nothing_is_known_of_nobody() -> None:
    assert telling_words("Ana Rivera", Identity("", "")) == []

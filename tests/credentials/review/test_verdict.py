"""The disagreement rule, as a table of cases and against "always three reviews, the majority on each criterion"."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.catalogue.content_model import PassRule, PassRuleKind
from credentials.review.verdict_rules import Verdict, far_apart, level_reached, verdict

ABC = ("a", "b", "c")
EVERY = PassRule(PassRuleKind.EVERY_CRITERION)
CORE = PassRule(PassRuleKind.CORE_PLUS, core=("a",), optional_needed=1)


def judge(first, third=None, *, rule=EVERY, criteria=ABC, carried=frozenset()) -> Verdict:
    """The verdict where the strings name what each review found met."""
    keys = set(criteria)
    reviewed = [c for c in criteria if c not in carried]
    return verdict(
        [{c: c in met for c in reviewed} for met in first],
        None if third is None else {c: c in third for c in reviewed},
        passes=lambda results: rule.satisfied(keys, {c for c, met in results.items() if met}),
        can_still_pass=lambda met, unmet: rule.satisfied(keys, keys - unmet),
        carried=carried,
    )


def test_two_reviews_that_agree_decide() -> None:
    assert judge(["abc", "abc"]) == Verdict(True, frozenset("abc"))
    assert judge(["ab", "ab"]) == Verdict(False, frozenset("ab"))


def test_a_difference_that_can_change_nothing_is_reported_and_asks_nobody() -> None:
    assert judge(["ab", "a"]) == Verdict(False, frozenset("a"), split=("b",))


def test_a_difference_that_decides_asks_for_a_third_on_what_is_disputed_only() -> None:
    assert judge(["abc", "ab"]) == Verdict(None, frozenset("ab"), disputed=("c",))
    assert judge(["abc", "a"]) == Verdict(None, frozenset("a"), disputed=("b", "c"))


def test_the_third_decides_by_majority() -> None:
    assert judge(["abc", "ab"], "c") == Verdict(True, frozenset("abc"))
    assert judge(["abc", "ab"], "") == Verdict(False, frozenset("ab"))


def test_a_pass_that_is_certain_needs_no_third() -> None:
    assert judge(["abc", "ab"], rule=CORE) == Verdict(True, frozenset("ab"), split=("c",))


def test_under_a_core_rule_a_dispute_on_the_core_matters() -> None:
    assert judge(["ab", "b"], rule=CORE).needs_third
    assert not judge(["ab", "a"], rule=CORE, criteria=("a", "b", "c", "d")).passed


def test_what_was_met_before_is_carried_and_counts() -> None:
    assert judge(["c", "c"], carried=frozenset("ab")) == Verdict(True, frozenset("abc"))
    assert judge(["c", ""], carried=frozenset("ab")) == Verdict(None, frozenset("ab"), disputed=("c",))


@pytest.mark.parametrize("first", [["abc"], ["abc", "abc", "abc"]])
def test_anything_but_two_first_reviews_is_an_error(first) -> None:
    with pytest.raises(ValueError, match="Two reviews"):
        judge(first)


def test_two_reviews_of_different_criteria_are_an_error() -> None:
    with pytest.raises(ValueError, match="same criteria"):
        verdict([{"a": True}, {"b": True}], None, passes=lambda r: True, can_still_pass=lambda m, u: True)


def test_a_third_that_leaves_out_a_disputed_criterion_is_an_error() -> None:
    with pytest.raises(ValueError, match="leaves out c"):
        verdict([{"c": True}, {"c": False}], {}, passes=lambda r: r.get("c", False), can_still_pass=lambda m, u: "c" not in u)


@st.composite
def cases(draw):
    """A rubric of one to six criteria with a pass rule, some criteria carried over, and three whole reviews of the rest."""
    criteria = [f"c{i}" for i in range(draw(st.integers(1, 6)))]
    if draw(st.booleans()):
        rule = EVERY
    else:
        core = draw(st.lists(st.sampled_from(criteria), unique=True, min_size=1))
        rule = PassRule(PassRuleKind.CORE_PLUS, core=tuple(core), optional_needed=draw(st.integers(0, len(criteria) - len(core))))
    carried = frozenset(draw(st.lists(st.sampled_from(criteria), unique=True, max_size=len(criteria) - 1)))
    reviewed = [c for c in criteria if c not in carried]
    reviews = [{c: draw(st.booleans()) for c in reviewed} for _ in range(3)]
    return criteria, rule, carried, reviews


@settings(deadline=None)
@given(cases())
def test_it_equals_always_three_reviews_and_the_majority_case_by_case(case) -> None:
    criteria, rule, carried, (one, other, third) = case
    keys = set(criteria)

    def passes(results):
        return rule.satisfied(keys, {c for c, met in results.items() if met})

    def can_still_pass(met, unmet):
        return rule.satisfied(keys, keys - unmet)

    majority = {c for c in one if one[c] + other[c] + third[c] >= 2} | carried
    always_three = rule.satisfied(keys, majority)

    two = verdict([one, other], None, passes=passes, can_still_pass=can_still_pass, carried=carried)
    if two.needs_third:
        # The third sees the disputed criteria only, and both outcomes are still possible.
        three = verdict([one, other], {c: third[c] for c in two.disputed}, passes=passes, can_still_pass=can_still_pass, carried=carried)
        assert three.passed is always_three
        assert three.met == majority
        yes = verdict([one, other], dict.fromkeys(two.disputed, True), passes=passes, can_still_pass=can_still_pass, carried=carried)
        no = verdict([one, other], dict.fromkeys(two.disputed, False), passes=passes, can_still_pass=can_still_pass, carried=carried)
        assert (yes.passed, no.passed) == (True, False)
    else:
        assert two.passed is always_three
        assert two.met | set(two.split) >= majority
        assert two.met <= majority


@settings(deadline=None)
@given(cases())
def test_the_order_of_the_two_reviewers_does_not_matter(case) -> None:
    criteria, rule, carried, (one, other, _third) = case
    keys = set(criteria)
    rules = {
        "passes": lambda results: rule.satisfied(keys, {c for c, met in results.items() if met}),
        "can_still_pass": lambda met, unmet: rule.satisfied(keys, keys - unmet),
    }
    assert verdict([one, other], None, carried=carried, **rules) == verdict([other, one], None, carried=carried, **rules)


LEVELS = ["exemplary", "demonstrated", "progressing", "not-met"]


@pytest.mark.parametrize(
    ("given", "reached"),
    [
        (["demonstrated", "demonstrated"], "demonstrated"),
        (["exemplary", "demonstrated"], "demonstrated"),
        (["demonstrated", "not-met"], "not-met"),
        (["demonstrated", "not-met", "progressing"], "progressing"),
        (["demonstrated", "not-met", "exemplary"], "demonstrated"),
    ],
)
def test_the_level_is_the_one_that_two_reviews_reached(given, reached) -> None:
    assert level_reached(LEVELS, given) == reached


@settings(deadline=None)
@given(st.lists(st.sampled_from(LEVELS), min_size=2, max_size=3))
def test_the_level_passes_exactly_when_two_reviews_say_met(given) -> None:
    passing = {"exemplary", "demonstrated"}
    assert (level_reached(LEVELS, given) in passing) is (sum(level in passing for level in given) >= 2)


def test_one_review_reaches_no_level() -> None:
    with pytest.raises(ValueError):
        level_reached(LEVELS, ["demonstrated"])


def test_two_levels_apart_is_worth_telling_the_lead_and_one_is_not() -> None:
    first = [{"a": "demonstrated", "b": "exemplary", "c": "not-met"}, {"a": "progressing", "b": "progressing", "c": "not-met"}]
    assert far_apart(LEVELS, first) == ("b",)

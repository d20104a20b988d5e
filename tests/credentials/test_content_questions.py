"""What a content answers: where things are, and who passes by which rule."""

from __future__ import annotations

from typing import Any

import pytest

from credentials.catalogue.content import Content, ItemKind, PassRule, PassRuleKind, parse
from tests.factories.content import changed, small


@pytest.fixture
def content() -> Content:
    return parse(small())


def test_criteria_and_items_come_in_reading_order(content: Content) -> None:
    assert [criterion.key for criterion in content.criteria()] == ["baseline", "waiting", "listening"]
    assert [item.key for item in content.items()] == ["context", "recording", "link"]


def test_a_criterion_leads_to_the_item_it_judges(content: Content) -> None:
    assert content.item_of_criterion("listening").key == "recording"
    assert content.criterion("listening").name == "Listening"
    assert content.item("recording").max_files == 1


def test_what_is_not_there_is_a_key_error(content: Content) -> None:
    for ask in (content.criterion, content.item, content.item_of_criterion, content.level, content.criteria()[0].descriptor):
        with pytest.raises(KeyError):
            ask("nobody")


def test_descriptors_follow_the_levels(content: Content) -> None:
    document = changed("parts[0].items[0].criteria[0].descriptors", {"no": "3", "met": "1", "almost": "2"})
    criterion = parse(document).criterion("baseline")
    assert [descriptor.text for descriptor in criterion.descriptors] == ["1", "2", "3"]
    assert criterion.descriptor("almost") == "2"
    assert content.level("almost").passes is False


def test_kinds_of_evidence_are_named_once(content: Content) -> None:
    assert content.evidence_kinds() == (ItemKind.TEXT, ItemKind.LINK, ItemKind.AUDIO)


EVERY = PassRule(PassRuleKind.EVERY_CRITERION)
CORE = PassRule(PassRuleKind.CORE_PLUS, core=("waiting",), optional_needed=1)
BOTH = PassRule(PassRuleKind.CORE_PLUS, core=("waiting",), optional_needed=2)
NONE_MORE = PassRule(PassRuleKind.CORE_PLUS, core=("waiting",), optional_needed=0)


def with_rule(rule: PassRule) -> Content:
    written: dict[str, Any] = {"kind": rule.kind.value}
    if rule.kind is PassRuleKind.CORE_PLUS:
        written |= {"core": list(rule.core), "optional_needed": rule.optional_needed}
    content = parse(small() | {"pass_rule": written})
    assert content.pass_rule == rule
    return content


@pytest.mark.parametrize(
    ("rule", "met", "passes"),
    [
        (EVERY, {"baseline", "waiting", "listening"}, True),
        (EVERY, {"baseline", "waiting"}, False),
        (EVERY, set(), False),
        (CORE, {"waiting", "baseline"}, True),
        (CORE, {"waiting", "listening"}, True),
        (CORE, {"waiting"}, False),
        (CORE, {"baseline", "listening"}, False),
        (CORE, {"baseline", "waiting", "listening"}, True),
        (BOTH, {"waiting", "listening"}, False),
        (BOTH, {"baseline", "waiting", "listening"}, True),
        (NONE_MORE, {"waiting"}, True),
        (NONE_MORE, {"baseline", "listening"}, False),
    ],
)
def test_the_pass_rule_decides(rule: PassRule, met: set[str], passes: bool) -> None:
    content = with_rule(rule)
    assert content.passes({criterion.key: criterion.key in met for criterion in content.criteria()}) is passes
    # One that is left out counts as not met.
    assert content.passes(dict.fromkeys(met, True)) is passes


@pytest.mark.parametrize(
    ("rule", "met", "unmet", "possible"),
    [
        (EVERY, set(), set(), True),
        (EVERY, {"baseline", "waiting"}, set(), True),
        (EVERY, {"baseline", "waiting"}, {"listening"}, False),
        (EVERY, set(), {"baseline"}, False),
        (CORE, set(), {"baseline"}, True),
        (CORE, set(), {"baseline", "listening"}, False),
        (CORE, {"baseline", "listening"}, {"waiting"}, False),
        (CORE, {"waiting"}, {"baseline"}, True),
        (BOTH, {"waiting"}, {"baseline"}, False),
        (NONE_MORE, set(), {"baseline", "listening"}, True),
    ],
)
def test_a_further_review_is_worth_asking_for_only_while_passing_is_possible(rule: PassRule, met: set[str], unmet: set[str], possible: bool) -> None:
    assert with_rule(rule).can_still_pass(met, unmet) is possible


def test_results_about_unknown_criteria_are_refused(content: Content) -> None:
    with pytest.raises(KeyError):
        content.passes({"nobody": True})
    with pytest.raises(KeyError):
        content.can_still_pass({"nobody"}, set())
    with pytest.raises(ValueError, match="met and unmet at once: waiting"):
        content.can_still_pass({"waiting"}, {"waiting"})

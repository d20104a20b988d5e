"""Every micro-credential we ship is well formed, whole, and different from the others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from credentials.catalogue.content import BadgeShape, ItemKind, PassRuleKind, parse, to_document

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "credentials" / "content").glob("*.yaml"))
ASKED_FOR = {
    "growth-mindset",
    "virtual-and-augmented-reality",
    "teaching-with-minecraft",
    "co-teaching",
    "facilitating-a-plc",
    "formative-assessment",
}


class StrictLoader(yaml.SafeLoader):
    """Refuses a key that is written twice, where YAML would silently keep the last one."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"written twice: {keys} at {node.start_mark}"
        return super().construct_mapping(node, deep)


def shipped(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=StrictLoader)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_is_well_formed_and_survives_the_round_trip(path: Path) -> None:
    document = shipped(path)
    content = parse(document)
    assert to_document(content) == document
    assert parse(to_document(content)) == content


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_micro_credential_is_a_whole_one(path: Path) -> None:
    content = parse(shipped(path))
    assert content.slug == path.stem
    assert content.competency.startswith("The educator ")
    assert content.competency.count(".") == 1
    assert 3 <= len(content.method_components) <= 5
    assert 3 <= len(content.research) <= 5
    assert 4 <= len(content.criteria()) <= 6
    assert {ItemKind.TEXT, ItemKind.FILE} <= set(content.evidence_kinds())
    assert content.resources
    assert content.standards


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_required_item_of_a_shipped_file_can_be_checked_for_completeness(path: Path) -> None:
    for item in parse(shipped(path)).items():
        assert item.completion_indicators or not item.required, item.key
        assert item.kind is not ItemKind.TEXT or item.max_words, item.key
        assert not item.kind.is_upload or item.max_files, item.key


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_citation_names_its_year_and_no_link_is_used_for_two_works(path: Path) -> None:
    research = parse(shipped(path)).research
    for one in research:
        assert re.search(r"\((19|20)\d\d\)", one.citation), one.citation
    urls = [one.url for one in research if one.url]
    assert len(urls) == len(set(urls))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_levels_of_a_shipped_criterion_are_described_differently(path: Path) -> None:
    for criterion in parse(shipped(path)).criteria():
        texts = [descriptor.text for descriptor in criterion.descriptors]
        assert len(set(texts)) == len(texts)
        assert min(len(text.split()) for text in texts) >= 8, criterion.key


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_white_letters_can_be_read_on_a_shipped_badge(path: Path) -> None:
    assert contrast_with_white(parse(shipped(path)).badge.color) >= 4.5


def contrast_with_white(color: str) -> float:
    """WCAG 2.2 contrast ratio, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_the_catalogue_we_ship_is_varied_and_complete() -> None:
    contents = [parse(shipped(path)) for path in SHIPPED]
    slugs = {content.slug for content in contents}
    assert len(contents) >= 13
    assert slugs >= ASKED_FOR
    assert {content.badge.design for content in contents} == set(BadgeShape)
    assert len({content.badge.color for content in contents}) == len(contents)
    assert all(set(content.prerequisites) <= slugs for content in contents)
    assert any(content.prerequisites for content in contents)
    assert sum(content.validity_months is not None for content in contents) == 2
    assert {content.pass_rule.kind for content in contents} == set(PassRuleKind)
    assert {kind for content in contents for kind in content.evidence_kinds()} == set(ItemKind)
    stipends = {content.credit.stipend_cents for content in contents}
    assert (min(stipends), max(stipends)) == (0, 40_000)

"""A micro-credential's content in the shape its pages print: the rubric as the shared macro wants it, limits and rules as sentences."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from credentials.catalogue.content_model import Content, Criterion, Item, ItemKind, PassRuleKind


@dataclass(frozen=True)
class RubricLevel:
    """One cell of the rubric."""

    id: str
    label: str
    descriptor: str
    passes: bool


@dataclass(frozen=True)
class RubricCriterion:
    """One line of the rubric, as ``components/rubric.html`` prints it."""

    id: str
    name: str
    description: str
    levels: tuple[RubricLevel, ...]


def rubric_of(content: Content, keys: frozenset[str] | None = None) -> list[RubricCriterion]:
    """The rubric that teacher and reviewer both see, in reading order; with ``keys`` only these criteria."""
    core = set(content.pass_rule.core) if content.pass_rule.kind is PassRuleKind.CORE_PLUS else None
    return [_line(content, criterion, core) for criterion in content.criteria() if keys is None or criterion.key in keys]


def _line(content: Content, criterion: Criterion, core: set[str] | None) -> RubricCriterion:
    told = {descriptor.level: descriptor.text for descriptor in criterion.descriptors}
    levels = tuple(RubricLevel(level.key, level.label, told.get(level.key, ""), level.passes) for level in content.levels)
    about = "" if core is None else _("Core") if criterion.key in core else _("One of several")
    return RubricCriterion(criterion.key, criterion.name or _("(not written yet)"), about, levels)


def limits(item: Item) -> str:
    """How much is asked for, as a short sentence; empty where there is no limit."""
    if item.kind is ItemKind.TEXT:
        if item.min_words and item.max_words:
            return _("%(least)s to %(most)s words", least=item.min_words, most=item.max_words)
        if item.max_words:
            return ngettext("Up to %(num)s word", "Up to %(num)s words", item.max_words)
        if item.min_words:
            return ngettext("At least %(num)s word", "At least %(num)s words", item.min_words)
    elif item.kind.is_upload and item.max_files:
        return ngettext("%(num)s file", "Up to %(num)s files", item.max_files)
    return ""


def pass_rule(content: Content) -> str:
    """What it takes to earn this, in a sentence."""
    passing = [level.label for level in content.levels if level.passes]
    level = _(" or ").join(f"“{label}”" for label in passing)
    number = len(content.criteria())
    if content.pass_rule.kind is PassRuleKind.EVERY_CRITERION:
        if number == 1:
            return _("You earn it when the criterion is at %(level)s.", level=level)
        return _("You earn it when all %(number)s criteria are at %(level)s.", number=number, level=level)
    core, needed = len(content.pass_rule.core), content.pass_rule.optional_needed
    core_part = ngettext(
        "You earn it when the core criterion is at %(level)s", "You earn it when all %(num)s core criteria are at %(level)s", core, level=level
    )
    if not needed:
        return core_part + "."
    return core_part + ngettext(", and at least %(num)s of the others.", ", and at least %(num)s of the others.", needed)


def months(number: int) -> str:
    """A validity as people say it: in years where it is whole years."""
    if number % 12 == 0:
        return ngettext("%(num)s year", "%(num)s years", number // 12)
    return ngettext("%(num)s month", "%(num)s months", number)

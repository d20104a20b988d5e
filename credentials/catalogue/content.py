"""Reads and writes the content of a micro-credential.

`parse` turns a plain document (a shipped YAML file, the authoring form, the API) into `Content` or says everything that is
wrong with it at once; `to_document` is its inverse. Nothing else in the house decides whether content is well formed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from credentials.catalogue.content_model import (
    Audience,
    BadgeDesign,
    BadgeShape,
    Content,
    Credit,
    Criterion,
    Descriptor,
    GradeBand,
    Indicator,
    Item,
    ItemKind,
    Level,
    MethodComponent,
    Part,
    PartKind,
    PassRule,
    PassRuleKind,
    Research,
    Resource,
    Standard,
)
from credentials.catalogue.document_reader import ContentProblems, Problem, Reader, closest, is_broken, is_sound, joined

__all__ = [
    "Audience",
    "BadgeDesign",
    "BadgeShape",
    "Content",
    "ContentProblems",
    "Credit",
    "Criterion",
    "Descriptor",
    "GradeBand",
    "Indicator",
    "Item",
    "ItemKind",
    "Level",
    "MethodComponent",
    "Part",
    "PartKind",
    "PassRule",
    "PassRuleKind",
    "Problem",
    "Research",
    "Resource",
    "Standard",
    "examine",
    "parse",
    "to_document",
]

COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
LONGEST_TITLE = 100  # characters; a longer one cannot be set legibly on a badge
MOST_HOURS = 500
MOST_LANE_CREDITS = 50
MOST_CENTS = 10_000_000  # a typing mistake, not a stipend, lies beyond $100,000
MOST_WORDS = 10_000
MOST_FILES = 50


def parse(document: object) -> Content:
    """Reads a document of the shape that the files in credentials/content show.

    Texts lose surrounding white space. Raises ContentProblems with every problem found and the path of each.
    """
    content, problems = examine(document)
    if problems:
        raise ContentProblems(problems)
    return content


def examine(document: object) -> tuple[Content, list[Problem]]:
    """The content as far as it goes, and everything that is wrong with it; never raises.

    Where there is a problem the content holds a harmless stand-in (an empty text, zero, the first choice), so it is good
    for a preview or a list of problems and for nothing else.
    """
    problems: list[Problem] = []
    content = _content(Reader(document, "", problems))
    problems.extend([problem for problem in _contradictions(content, problems) if not is_broken(problem.path, problems)])
    return content, problems


def to_document(content: Content) -> dict[str, Any]:
    """The plain document (dicts, lists, str, int, float, bool, None) that `parse` reads back into an equal Content.

    Optional keys without a value are left out.
    """
    document = _plain(content)
    assert isinstance(document, dict)
    return document


# Reading, in the order of the document.


def _content(reader: Reader) -> Content:
    levels = reader.groups("levels", _level, least=2)
    content = Content(
        slug=reader.slug("slug"),
        title=reader.line("title", LONGEST_TITLE),
        issuer=reader.line("issuer"),
        topics=reader.slugs("topics", least=1),
        competency=reader.line("competency", 500),
        key_method=reader.text("key_method"),
        method_components=reader.groups("method_components", _method_component, least=1),
        rationale=reader.text("rationale"),
        research=reader.groups("research", _research, least=1),
        resources=reader.groups("resources", _resource),
        audience=reader.choices("audience", Audience),
        grade_bands=reader.choices("grade_bands", GradeBand),
        subjects=reader.slugs("subjects", least=1),
        standards=reader.groups("standards", _standard),
        effort_hours=reader.number("effort_hours", 0.25, MOST_HOURS),
        needs_students=reader.flag("needs_students"),
        prerequisites=reader.slugs("prerequisites"),
        validity_months=reader.maybe_whole("validity_months", 1, 240),
        renewal=reader.maybe_text("renewal"),
        accessibility_note=reader.text("accessibility_note"),
        credit=_credit(reader.group("credit")),
        levels=levels,
        parts=reader.groups("parts", lambda part: _part(part, levels), least=1),
        pass_rule=_pass_rule(reader.group("pass_rule")),
        badge=_badge(reader.group("badge")),
    )
    reader.finish()
    return content


def _method_component(reader: Reader) -> MethodComponent:
    return MethodComponent(heading=reader.line("heading"), text=reader.text("text"))


def _research(reader: Reader) -> Research:
    return Research(citation=reader.line("citation", 1_000), relevance=reader.line("relevance", 500), url=reader.maybe_url("url", omit=True))


def _resource(reader: Reader) -> Resource:
    return Resource(
        title=reader.line("title"),
        url=reader.url("url"),
        kind=reader.line("kind"),
        cost=reader.line("cost"),
        accessibility=reader.line("accessibility", 500),
    )


def _standard(reader: Reader) -> Standard:
    return Standard(
        code=reader.line("code"),
        title=reader.line("title"),
        framework=reader.line("framework"),
        url=reader.maybe_url("url", omit=True),
    )


def _credit(reader: Reader) -> Credit:
    credit = Credit(
        hours=reader.number("hours", 0, MOST_HOURS),
        lane_credit=reader.maybe_number("lane_credit", 0, MOST_LANE_CREDITS),
        stipend_cents=reader.whole("stipend_cents", 0, MOST_CENTS),
    )
    reader.finish()
    return credit


def _level(reader: Reader) -> Level:
    return Level(key=reader.slug("key"), label=reader.line("label", 60), passes=reader.flag("passes"))


def _part(reader: Reader, levels: tuple[Level, ...]) -> Part:
    return Part(
        key=reader.slug("key"),
        kind=reader.choice("kind", PartKind),
        title=reader.line("title"),
        instructions=reader.text("instructions"),
        items=reader.groups("items", lambda item: _item(item, levels), least=1),
    )


def _item(reader: Reader, levels: tuple[Level, ...]) -> Item:
    item = Item(
        key=reader.slug("key"),
        prompt=reader.text("prompt"),
        kind=reader.choice("kind", ItemKind),
        required=reader.flag("required"),
        min_words=reader.maybe_whole("min_words", 1, MOST_WORDS, omit=True),
        max_words=reader.maybe_whole("max_words", 1, MOST_WORDS, omit=True),
        max_files=reader.maybe_whole("max_files", 1, MOST_FILES, omit=True),
        team_shared=reader.flag("team_shared"),
        student_data_expected=reader.flag("student_data_expected"),
        template_file=reader.maybe_line("template_file"),
        completion_indicators=reader.groups("completion_indicators", _indicator),
        criteria=reader.groups("criteria", lambda criterion: _criterion(criterion, levels)),
    )
    if item.min_words and item.max_words and item.min_words > item.max_words:
        reader.note("max_words", f"At most {item.max_words} words cannot be met where at least {item.min_words} are asked for.")
    if item.kind is not ItemKind.TEXT and reader.sound("kind"):
        for limit in ("min_words", "max_words"):
            reader.refuse(limit, "Only a text has a number of words; leave this out or change the kind to text.")
    if not item.kind.is_upload and reader.sound("kind"):
        reader.refuse("max_files", "Only an upload (file, video, audio) has a number of files; leave this out.")
    if item.template_file and re.search(r"[/\\]|^\.", item.template_file):
        reader.note("template_file", "Give the plain name of a file, without folders.")
    return item


def _indicator(reader: Reader) -> Indicator:
    return Indicator(key=reader.slug("key"), text=reader.line("text"))


def _criterion(reader: Reader, levels: tuple[Level, ...]) -> Criterion:
    key, name, texts = reader.slug("key"), reader.line("name"), reader.texts_by_key("descriptors")
    known = [level.key for level in levels if level.key]
    if texts and known:
        for level in known:
            if level not in texts:
                reader.note("descriptors", f"Describe what evidence at the level “{level}” looks like.")
        for written in texts:
            if written not in known:
                reader.note("descriptors", f"“{written}” is not one of this rubric's levels.{closest(written, known)}")
    return Criterion(key=key, name=name, descriptors=tuple(Descriptor(k, texts[k]) for k in known if k in texts))


def _pass_rule(reader: Reader) -> PassRule:
    kind = reader.choice("kind", PassRuleKind)
    rule = PassRule(kind)
    if kind is PassRuleKind.CORE_PLUS:
        rule = PassRule(kind, core=reader.slugs("core", least=1), optional_needed=reader.whole("optional_needed", 0, 100))
    elif reader.sound("kind"):
        for key in ("core", "optional_needed"):
            reader.refuse(key, "This belongs to a core-plus rule; where every criterion counts, leave it out.")
    else:
        return rule  # Which keys belong here depends on the kind that was meant.
    reader.finish()
    return rule


def _badge(reader: Reader) -> BadgeDesign:
    badge = BadgeDesign(
        design=reader.choice("design", BadgeShape),
        color=reader.matching("color", COLOR, "Write a color as # and six hexadecimal digits, such as #1F5C4A."),
    )
    reader.finish()
    return badge


# What only the whole document can show. Where something is broken, its stand-in must not be judged a second time.

# Problems at these places may hide an item or a criterion from the comparisons below.
SKELETON = re.compile(r"(parts(\[\d+\](\.items(\[\d+\](\.required|\.criteria(\[\d+\](\.key)?)?)?)?)?)?)?")


def _contradictions(content: Content, problems: list[Problem]) -> Iterator[Problem]:
    yield from _repeated_keys(content)
    if is_sound("levels", problems):
        yield from _level_problems(content.levels)
    if not any(SKELETON.fullmatch(problem.path) for problem in problems):
        yield from _emptiness(content)
        if is_sound("pass_rule", problems):
            yield from _pass_rule_problems(content)
    if content.subjects != ("any",) and "any" in content.subjects:
        yield Problem("subjects", "Either write “any” alone or name the subjects.")
    if content.slug in content.prerequisites:
        yield Problem("prerequisites", "A micro-credential cannot be its own prerequisite.")
    if not is_sound("validity_months", problems):
        return
    if content.validity_months is not None and content.renewal is None:
        yield Problem("renewal", f"This expires after {content.validity_months} months, so say how it is renewed.")
    if content.validity_months is None and content.renewal is not None:
        yield Problem("renewal", "This never expires, so there is nothing to renew; set validity_months or write null here.")


def _repeated_keys(content: Content) -> Iterator[Problem]:
    """Answers, checks and scores are kept by key, so a key must mean one thing in the whole document."""
    parts, items, indicators, criteria = [], [], [], []
    for p, part in enumerate(content.parts):
        parts.append((f"parts[{p}]", part.key))
        for i, item in enumerate(part.items):
            path = f"parts[{p}].items[{i}]"
            items.append((path, item.key))
            indicators += [(f"{path}.completion_indicators[{n}]", one.key) for n, one in enumerate(item.completion_indicators)]
            criteria += [(f"{path}.criteria[{n}]", one.key) for n, one in enumerate(item.criteria)]
    levels = [(f"levels[{n}]", level.key) for n, level in enumerate(content.levels)]
    for kind, places in (
        ("part", parts),
        ("item", items),
        ("completion indicator", indicators),
        ("criterion", criteria),
        ("level", levels),
    ):
        first: dict[str, str] = {}
        for path, key in places:
            if key and key in first:
                yield Problem(joined(path, "key"), f"Another {kind} ({first[key]}) already has the key “{key}”; choose a new one.")
            first.setdefault(key, path)


def _emptiness(content: Content) -> Iterator[Problem]:
    if not content.criteria():
        yield Problem("parts", "Add at least one criterion, so that reviewers have something to judge by.")
    if not any(item.required for item in content.items()):
        yield Problem("parts", "Make at least one item required, so that there is something to review.")


def _level_problems(levels: tuple[Level, ...]) -> Iterator[Problem]:
    passing = [level.passes for level in levels]
    if not any(passing):
        yield Problem("levels", "Mark at least one level as passing, or nobody could ever earn this.")
    elif all(passing):
        yield Problem("levels", "Add a level that does not pass, or the review could not make a difference.")
    elif passing != sorted(passing, reverse=True):
        yield Problem("levels", "List the levels from the strongest to the weakest: passing levels first.")


def _pass_rule_problems(content: Content) -> Iterator[Problem]:
    rule, keys = content.pass_rule, [criterion.key for criterion in content.criteria()]
    needed = set(keys)
    if rule.kind is PassRuleKind.CORE_PLUS:
        needed = set(rule.core)
        for index, key in enumerate(rule.core):
            if key not in keys:
                yield Problem(f"pass_rule.core[{index}]", f"There is no criterion “{key}”.{closest(key, keys)}")
        optional = len(set(keys) - needed)
        if rule.optional_needed > optional:
            yield Problem(
                "pass_rule.optional_needed",
                f"{rule.optional_needed} optional criteria are needed, but only {optional} stand outside the core.",
            )
    for p, part in enumerate(content.parts):
        for i, item in enumerate(part.items):
            must = [criterion.key for criterion in item.criteria if criterion.key in needed]
            if must and not item.required:
                yield Problem(
                    f"parts[{p}].items[{i}].required",
                    f"Nobody can pass without the criterion “{must[0]}”, so the item it judges has to be required.",
                )


# Writing.

# Keys that a document may leave out. Everything else is written even where it is null.
OPTIONAL = {"url", "min_words", "max_words", "max_files"}


def _plain(value: Any) -> Any:
    if isinstance(value, Criterion):
        return {"key": value.key, "name": value.name, "descriptors": {one.level: one.text for one in value.descriptors}}
    if isinstance(value, PassRule) and value.kind is PassRuleKind.EVERY_CRITERION:
        return {"kind": value.kind.value}
    if is_dataclass(value):
        pairs: Iterable[tuple[str, Any]] = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain(part) for name, part in pairs if not (part is None and name in OPTIONAL)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.value if isinstance(value, StrEnum) else value

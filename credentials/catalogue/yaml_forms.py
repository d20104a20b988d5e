"""A micro-credential as YAML: what authors download, edit elsewhere and bring back.

Only plain data is read: no tags, no anchors, no key twice, no deeper than content is.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import yaml
from flask_babel import gettext as _
from yaml.nodes import MappingNode, Node, ScalarNode

from core.errors import BadInput
from credentials.catalogue.content_model import (
    BadgeDesign,
    Content,
    Credit,
    Criterion,
    Indicator,
    Item,
    Level,
    MethodComponent,
    Part,
    PassRule,
    Research,
    Resource,
    Standard,
)
from credentials.catalogue.drafts import DEEPEST

LARGEST = 400_000  # characters; the longest shipped document has 16,000
_LINE = 110


class _Loader(yaml.SafeLoader):
    """Reads plain data only, and refuses what could mean something else than it looks like."""

    depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(None, None, _("references (*name) are not used here"), event.start_mark)
        self.depth += 1
        if self.depth > DEEPEST + 2:
            raise yaml.composer.ComposerError(None, None, _("this is nested too deeply"), self.peek_event().start_mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            name = key.value if isinstance(key, ScalarNode) else ""
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, _("“%(name)s” stands here twice", name=name), key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


# A day is a text like any other here: "2024-01-01" in a citation stays what was typed.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Dumper(yaml.SafeDumper):
    """Writes long texts folded and texts of several lines as they are, as the shipped files do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> ScalarNode:
    style = "|" if "\n" in value else ">" if len(value) > _LINE - 20 else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


#: What the groups of a document hold, by the name of the list or group, in the order an author expects. PostgreSQL keeps no order.
_SHAPES: dict[str, type] = {
    "": Content,
    "method_components": MethodComponent,
    "research": Research,
    "resources": Resource,
    "standards": Standard,
    "credit": Credit,
    "levels": Level,
    "parts": Part,
    "items": Item,
    "completion_indicators": Indicator,
    "criteria": Criterion,
    "pass_rule": PassRule,
    "badge": BadgeDesign,
}


def _in_order(value: Any, name: str, levels: list[str]) -> Any:
    if isinstance(value, list):
        return [_in_order(part, name, levels) for part in value]
    if not isinstance(value, dict):
        return value
    order = levels if name == "descriptors" else [field.name for field in fields(_SHAPES[name])] if name in _SHAPES else []
    known = [key for key in order if key in value]
    return {key: _in_order(value[key], str(key), levels) for key in [*known, *(key for key in value if key not in known)]}


def to_yaml(document: dict[str, Any]) -> str:
    """The document as YAML text that :func:`from_yaml` reads back into an equal one, in the order of the shipped files."""
    levels = document.get("levels")
    keys = [str(level.get("key")) for level in levels if isinstance(level, dict)] if isinstance(levels, list) else []
    document = _in_order(document, "", keys)
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_LINE)


def from_yaml(text: str) -> dict[str, Any]:
    """The document in a YAML text. Raises BadInput with the line where it cannot be read; what the document says is not judged here."""
    if len(text) > LARGEST:
        raise BadInput(_("This is too long to be one micro-credential."))
    try:
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, stricter
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = _("Line %(line)s: ", line=mark.line + 1) if mark is not None else ""
        raise BadInput(_("This is not readable as YAML. %(where)s%(problem)s.", where=where, problem=error.problem or error.context or "")) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(_("This is not readable as YAML: %(problem)s", problem=str(error)[:300])) from error
    if not isinstance(document, dict):
        raise BadInput(_("A micro-credential in YAML begins with names and values, such as “title: …”."))
    return document

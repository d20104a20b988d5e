"""The quality standard that a second person checks a micro-credential against before it is published: data, read once."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class StandardItem:
    """One thing that has to hold: ``heading`` names it, ``text`` says it as a sentence one can answer yes or no; by language."""

    key: str
    heading: dict[str, str]
    text: dict[str, str]

    def heading_in(self, language: str) -> str:
        return self.heading.get(language) or self.heading["en"]

    def text_in(self, language: str) -> str:
        return self.text.get(language) or self.text["en"]


@dataclass(frozen=True)
class Standard:
    """The whole checklist; ``version`` is written on every check that was signed by it."""

    version: str
    items: tuple[StandardItem, ...]


@functools.cache
def load() -> Standard:
    """Read the checklist that is shipped beside this file."""
    data = yaml.safe_load((Path(__file__).parent / "quality_standard.yaml").read_text("utf-8"))
    return Standard(str(data["version"]), tuple(StandardItem(one["key"], one["heading"], one["text"]) for one in data["items"]))


STANDARD = load()

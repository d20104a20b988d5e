"""Reads a plain document (what YAML or JSON gives) and collects every problem instead of stopping at the first.

A `Reader` stands on one group of named values. Each method asks for one key, notes what is wrong with it in a sentence an
author can act on, and answers with a harmless stand-in so that reading goes on. Whoever reads must throw the result away
when `problems` is not empty. `finish` reports the keys that nobody asked for, so the list of known keys is written nowhere twice.
"""

import difflib
import math
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

KEY_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# PostgreSQL cannot store the first, no encoding can write the last, and none of them has a meaning in a text.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
LONGEST_KEY = 80  # characters
LONGEST_LINE = 300
LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class Problem:
    """What is wrong and where, e.g. `parts[1].items[0].prompt`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ContentProblems(ValueError):
    """A document that cannot be used, with all its problems at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def joined(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def is_sound(path: str, problems: Iterable[Problem]) -> bool:
    """Whether no problem is noted at this path or below it."""
    return not any(problem.path == path or problem.path.startswith((path + ".", path + "[")) for problem in problems)


def is_broken(path: str, problems: Iterable[Problem]) -> bool:
    """Whether a problem is noted at this path or above it."""
    return any(not problem.path or path == problem.path or path.startswith((problem.path + ".", problem.path + "[")) for problem in problems)


def closest(word: object, known: Iterable[str]) -> str:
    """A hint such as " Did you mean “prompt”?", or nothing where no known word is near."""
    near = difflib.get_close_matches(str(word), list(known), n=1)
    return f" Did you mean “{near[0]}”?" if near else ""


class Reader:
    def __init__(self, value: Any, path: str, problems: list[Problem]) -> None:
        self.path = path
        self.problems = problems
        self._asked: set[str] = set()
        # A value that is no group at all is one problem, not one per key it fails to have.
        self._is_group = isinstance(value, Mapping)
        self._values: Mapping[Any, Any] = value if self._is_group else {}
        if not self._is_group:
            self.note("", "This should be a group of named values.")

    def note(self, key: object, message: str) -> None:
        """Adds a problem about one key, or about the whole group where the key is empty."""
        self.problems.append(Problem(joined(self.path, key) if key != "" else self.path, message))

    def sound(self, key: str) -> bool:
        """Whether nothing has been noted so far about this key, so that its value can be trusted."""
        return is_sound(joined(self.path, key), self.problems)

    def refuse(self, key: str, message: str) -> None:
        """Notes the message where the key is given although it has no place here."""
        self._asked.add(key)
        if self._values.get(key) is not None:
            self.note(key, message)

    def finish(self) -> None:
        """Reports every key that was given but not asked for."""
        for key in self._values:
            if key not in self._asked:
                self.note(key, f"“{key}” is not a name that is known here.{closest(key, self._asked)}")

    # One value. The `maybe_` methods accept null; with `omit` the key itself may be left out.

    def text(self, key: str) -> str:
        return self._text(self._required(key), key, LONGEST_TEXT) or ""

    def maybe_text(self, key: str) -> str | None:
        return self._text(self._nullable(key), key, LONGEST_TEXT)

    def line(self, key: str, longest: int = LONGEST_LINE) -> str:
        return self._line(self._required(key), key, longest) or ""

    def maybe_line(self, key: str) -> str | None:
        return self._line(self._nullable(key), key, LONGEST_LINE)

    def slug(self, key: str) -> str:
        return self._slug(self._required(key), key)

    def flag(self, key: str) -> bool:
        value = self._required(key)
        if value is not None and not isinstance(value, bool):
            self.note(key, "Write true or false.")
        return value is True

    def whole(self, key: str, least: int, most: int) -> int:
        return self._whole(self._required(key), key, least, most) or 0

    def maybe_whole(self, key: str, least: int, most: int, omit: bool = False) -> int | None:
        return self._whole(self._nullable(key, omit), key, least, most)

    def number(self, key: str, least: float, most: float) -> int | float:
        return self._number(self._required(key), key, least, most) or 0

    def maybe_number(self, key: str, least: float, most: float) -> int | float | None:
        return self._number(self._nullable(key), key, least, most)

    def choice(self, key: str, options: type[E]) -> E:
        return self._choice(self._required(key), key, options)

    def matching(self, key: str, pattern: re.Pattern[str], message: str) -> str:
        value = self._line(self._required(key), key, LONGEST_LINE)
        if value is not None and not pattern.fullmatch(value):
            self.note(key, message)
        return value or ""

    def url(self, key: str) -> str:
        return self._url(self._required(key), key) or ""

    def maybe_url(self, key: str, omit: bool = False) -> str | None:
        return self._url(self._nullable(key, omit), key)

    # Groups and lists.

    def group(self, key: str) -> "Reader":
        value = self._required(key)
        reader = Reader({} if value is None else value, joined(self.path, key), self.problems)
        if value is None:
            reader._is_group = False  # It is missing, which is already said.
        return reader

    def groups(self, key: str, read: Callable[["Reader"], T], least: int = 0) -> tuple[T, ...]:
        """A list of groups, each read by `read`, which need not call `finish`."""
        found = []
        for index, value in enumerate(self._list(key, least)):
            reader = Reader(value, f"{joined(self.path, key)}[{index}]", self.problems)
            found.append(read(reader))
            reader.finish()
        return tuple(found)

    def choices(self, key: str, options: type[E]) -> tuple[E, ...]:
        """At least one of the options, none of them twice."""
        values = self._list(key, least=1)
        self._note_entries(key, values)
        return tuple(self._choice(value, f"{key}[{index}]", options) for index, value in enumerate(values))

    def slugs(self, key: str, least: int = 0) -> tuple[str, ...]:
        values = self._list(key, least)
        self._note_entries(key, values)
        return tuple(self._slug(value, f"{key}[{index}]") for index, value in enumerate(values))

    def texts_by_key(self, key: str) -> dict[str, str]:
        """A group whose names are free and whose values are texts."""
        reader = self.group(key)
        return {str(name): reader.text(name) for name in reader._values}

    # How a single value is judged.

    def _required(self, key: str) -> Any:
        self._asked.add(key)
        value = self._values.get(key)
        if value is None and self._is_group:
            self.note(key, "This is missing." if key not in self._values else "This is empty; write something here.")
        return value

    def _nullable(self, key: str, omit: bool = False) -> Any:
        self._asked.add(key)
        if key not in self._values and self._is_group and not omit:
            self.note(key, "This is missing. Write null if there is none.")
        return self._values.get(key)

    def _text(self, value: Any, key: str, longest: int) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            simple = isinstance(value, int | float)
            self.note(key, "This should be text." + (f" Put {value} in quotes if you mean it literally." if simple else ""))
            return None
        text: str = value.replace("\r\n", "\n").strip()  # forms send CRLF
        if not text:
            self.note(key, "This is empty; write something here.")
        if UNWRITABLE.search(text):
            self.note(key, "This contains a control character that cannot be shown; delete it.")
        if len(text) > longest:
            self.note(key, f"This has {len(text)} characters; shorten it to {longest} or fewer.")
        return text

    def _line(self, value: Any, key: str, longest: int) -> str | None:
        text = self._text(value, key, longest)
        if text is not None and "\n" in text:
            self.note(key, "This should be a single line.")
        return text

    def _slug(self, value: Any, key: str) -> str:
        text = self._text(value, key, LONGEST_KEY) or ""
        if text and not KEY_PATTERN.fullmatch(text):
            self.note(key, f"“{text}” should be small letters and digits joined by single hyphens, such as “clear-goal”.")
        return text

    def _whole(self, value: Any, key: str, least: int, most: int) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.note(key, "This should be a whole number.")
            return None
        self._note_range(key, value, least, most)
        return value

    def _number(self, value: Any, key: str, least: float, most: float) -> int | float | None:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.note(key, "This should be a number.")
            return None
        if isinstance(value, float) and not math.isfinite(value):
            self.note(key, "This should be an ordinary number.")
            return None
        self._note_range(key, value, least, most)
        # Two decimals survive the way into the decimal columns of the ledger; more would be rounded there unseen.
        if round(value, 2) != value:
            self.note(key, "Use at most two decimals.")
        return value

    def _note_range(self, key: str, value: float, least: float, most: float) -> None:
        if not least <= value <= most:
            self.note(key, f"{value} is out of range; choose a number from {least} to {most}.")

    def _choice(self, value: Any, key: str, options: type[E]) -> E:
        known = [option.value for option in options]
        if value in known:
            return options(value)
        if value is not None:
            self.note(key, f"“{value}” is not one of: {', '.join(known)}.{closest(value, known)}")
        return next(iter(options))

    def _url(self, value: Any, key: str) -> str | None:
        address = self._line(value, key, 2_000)
        if address:
            try:
                parts = urlsplit(address)
                usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", address)
            except ValueError:
                usable = False
            if not usable:
                self.note(key, "Write a full web address that begins with https:// or http://.")
        return address

    def _list(self, key: str, least: int) -> list[Any]:
        value = self._required(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.note(key, "This should be a list.")
            return []
        if len(value) < least:
            self.note(key, f"List at least {least}.")
        return value

    def _note_entries(self, key: str, values: list[Any]) -> None:
        """Notes entries of a list of words that are null or stand there twice."""
        seen: set[Hashable] = set()
        for index, value in enumerate(values):
            if value is None:
                self.note(f"{key}[{index}]", "This is empty; write something here.")
            elif isinstance(value, Hashable):
                if value in seen:
                    self.note(f"{key}[{index}]", f"“{value}” stands in this list twice; keep one.")
                seen.add(value)

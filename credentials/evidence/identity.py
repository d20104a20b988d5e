"""Words that could tell a reviewer who somebody is: her name, her school, her address. Pure; a warning for her, never a reason to refuse."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

#: What schools are called besides their name: not telling by itself.
_COMMON = frozenset(
    {"school", "schools", "elementary", "middle", "high", "primary", "intermediate", "junior", "senior", "academy", "charter", "magnet", "center", "centre"}
    | {"district", "unified", "campus", "public", "office", "learning", "preparatory", "prep", "k-8", "k-12", "the", "of", "and", "demo"}
    | {"escuela", "primaria", "secundaria", "colegio", "de", "la", "el"}
)


@dataclass(frozen=True)
class Identity:
    """What is known of somebody that could stand in her evidence."""

    given_name: str
    family_name: str
    email: str = ""
    school: str = ""
    employee_number: str = ""


def plain(text: str) -> str:
    """Text without accents and with one kind of space and apostrophe, letters kept as large or small as they are."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFD", text.replace("\u2019", "'"))
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", text)


def telling_words(text: str, who: Identity) -> list[str]:
    """The words in ``text`` that could tell who ``who`` is, as they stand there, each once, at most ten.

    Names count where they are written with a capital ("Grace" but not "grace"), whole words only; the school by its full name or by what
    is left of it without "Elementary School" and the like.

    >>> telling_words("As Ms. Rivera said in Cedar Creek, …", Identity("Ana", "Rivera", school="Cedar Creek Elementary School"))
    ['Rivera', 'Cedar Creek']
    """
    flat = plain(text)
    found: list[tuple[int, str]] = []
    for pattern, flags in _patterns(who):
        found += [(match.start(), match.group(0)) for match in re.finditer(pattern, flat, flags)]
    in_order = list(dict.fromkeys(word for _at, word in sorted(found, key=lambda hit: (hit[0], -len(hit[1])))))
    return [word for word in in_order if not any(word != other and word in other for other in in_order)][:10]


def _patterns(who: Identity) -> Iterable[tuple[str, int]]:
    def whole(words: str) -> str:
        return rf"(?<![\w]){words}(?![\w])"

    if who.email:
        yield re.escape(who.email), re.IGNORECASE
    if len(who.employee_number) >= 5:
        yield whole(re.escape(who.employee_number)), 0
    given, family = plain(who.given_name).strip(), plain(who.family_name).strip()
    if given and family:
        yield whole(rf"{re.escape(given)}\s+{re.escape(family)}"), re.IGNORECASE
    for name in (given, family):
        for part in {name, *re.split(r"[\s-]+", name)}:
            if len(part) >= 3 and part.lower() not in _COMMON:
                yield (
                    whole(f"(?:{re.escape(part.title())}|{re.escape(part.upper())}|{re.escape(part)})" if part[:1].isupper() else re.escape(part.capitalize())),
                    0,
                )
    school = plain(who.school).strip()
    if school:
        yield whole(re.escape(school)), re.IGNORECASE
        rest = [word for word in school.split() if word.lower().strip("().,") not in _COMMON]
        bare = " ".join(rest)
        if len(bare) >= 5 and (len(rest) > 1 or bare[:1].isupper()):
            yield whole(re.escape(bare)), re.IGNORECASE if len(rest) > 1 else 0

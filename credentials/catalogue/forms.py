"""What the address of a catalogue page asks for. An old or mistyped bookmark still opens: what makes no sense is left out."""

from __future__ import annotations

import math

from werkzeug.datastructures import MultiDict

from credentials.catalogue.content import MOST_CENTS, MOST_HOURS
from credentials.catalogue.content_model import Audience, GradeBand
from credentials.catalogue.rules import EVIDENCE_KINDS, Search, Sort, search_words, some_of

AUDIENCES = tuple(one.value for one in Audience)
GRADE_BANDS = tuple(one.value for one in GradeBand)
#: The hours filter as a choice: an address may also say ``hours_min`` and ``hours_max`` freely.
HOURS = {"short": (None, 8.0), "medium": (8.0, 15.0), "long": (15.0, None)}


def search_from(args: MultiDict[str, str]) -> Search:
    """Read ``q``, ``topic``, ``audience``, ``grade``, ``evidence`` (each may be repeated), ``hours`` (short, medium, long) or
    ``hours_min`` and ``hours_max``, ``stipend`` (yes), ``stipend_min`` (dollars) and ``sort``."""
    least, most = HOURS.get(args.get("hours", ""), (None, None))
    chosen = args.get("sort", "")
    dollars = _number(args.get("stipend_min"), MOST_CENTS / 100)
    return Search(
        q=search_words(args.get("q", "")),
        topics=some_of(args.getlist("topic")),
        audience=some_of(args.getlist("audience"), AUDIENCES),
        grade_bands=some_of(args.getlist("grade"), GRADE_BANDS),
        evidence=some_of(args.getlist("evidence"), EVIDENCE_KINDS),
        hours_min=_number(args.get("hours_min"), MOST_HOURS) if args.get("hours_min") else least,
        hours_max=_number(args.get("hours_max"), MOST_HOURS) if args.get("hours_max") else most,
        with_stipend=args.get("stipend") == "yes",
        stipend_min=round(dollars * 100) if dollars else None,
        sort=Sort(chosen) if chosen in tuple(Sort) else Sort.RELEVANCE,
    )


def _number(text: str | None, most: float) -> float | None:
    try:
        value = float((text or "").replace(",", ".").replace("$", "").strip())
    except ValueError:
        return None
    return min(value, most) if math.isfinite(value) and value >= 0 else None

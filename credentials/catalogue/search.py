"""Finding a micro-credential: one statement for the page, one for the counts, however many filters are set."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, String, and_, column, func, null, or_, select, text, true, union_all
from sqlalchemy.dialects.postgresql import TSQUERY, insert

from core.db import db
from credentials.catalogue.models import CatalogueWord, CredentialVersion, MicroCredential
from credentials.catalogue.rules import Search, Sort, State, prefix_word

#: How many topics are offered as filters; more would be a wall, not a choice.
MOST_TOPICS = 30
#: What a match in the title, the competency and topics, and the key method weighs (PostgreSQL's D, C, B, A).
_WEIGHTS = "{0.1, 0.2, 0.5, 1.0}"

_V, _M = CredentialVersion, MicroCredential


@dataclass(frozen=True, slots=True)
class Hit:
    """What a card of the catalogue shows. ``grade_bands`` are joined by commas, ``stipend_cents`` is the issuer's suggestion."""

    slug: str
    number: int
    title: str
    competency: str
    topic: str
    grade_bands: str
    effort_hours: float
    stipend_cents: int
    published_at: dt.datetime


@dataclass(frozen=True)
class Found:
    """One page of hits, how many there are in all, how many there would be of each topic with the other filters as they are, and
    what was looked for instead of words that nobody wrote (None: just those words)."""

    hits: list[Hit]
    total: int
    topics: list[tuple[str, int]]
    guess: str | None = None


def find(search: Search, page: int = 1, size: int = 24) -> Found:
    """Look through what is on offer. Two statements; page numbers beyond the end give an empty page."""
    counts = db.session.execute(_counts(search)).all()
    guess = next((row.guess for row in counts if row.topic is None), None)
    total = next((row.number for row in counts if row.topic is None), 0)
    rows = db.session.execute(_hits(search).limit(size).offset((page - 1) * size)).all() if total > (page - 1) * size else []
    return Found([Hit(*row) for row in rows], total, [(row.topic, row.number) for row in counts if row.topic is not None], guess)


def learn_words(version_id: int | None = None) -> None:
    """Remember the words of a published version (without a number: of all that are on offer), so that misspelt ones can be compared."""
    told = _V.title + " " + _V.competency + " " + func.array_words(_V.topics) + " " + _V.key_method
    told_words = select(func.regexp_split_to_table(func.lower(func.unaccent(told)), "[^[:alnum:]]+").label("word")).select_from(_V)
    narrowed = told_words.where(_V.id == version_id) if version_id is not None else told_words.join(_M, _M.current_version_id == _V.id)
    told_once = narrowed.subquery()
    words = select(told_once.c.word).where(func.length(told_once.c.word) > 3).distinct()
    # In one order everywhere: two publications at once that share words wait for each other instead of locking each other out.
    db.session.execute(insert(CatalogueWord).from_select(["word"], words.order_by(told_once.c.word)).on_conflict_do_nothing())


def _query(search: Search):  # type: ignore[no-untyped-def]
    """The function that makes a query of words, as a source to select from."""
    typing = prefix_word(search.q) or ""
    before = search.q[: len(search.q) - len(typing)]
    return func.catalogue_query(search.q, before, typing).table_valued(column("query", TSQUERY), column("guess", String)).render_derived("asked")


def _matching(search: Search, asked) -> list[ColumnElement[bool]]:  # type: ignore[no-untyped-def]
    """Every condition but the one on topics."""
    conditions: list[ColumnElement[bool]] = [_M.state == State.PUBLISHED.value]
    if asked is not None:
        conditions.append(or_(_V.search.op("@@")(asked.c.query), func.numnode(asked.c.query) == 0))
    if search.audience:
        conditions.append(_V.audience.overlap(list(search.audience)))
    if search.grade_bands:
        conditions.append(_V.grade_bands.overlap(list(search.grade_bands)))
    if search.evidence:
        conditions.append(_V.evidence_kinds.overlap(list(search.evidence)))
    if search.hours_min is not None:
        conditions.append(_V.effort_hours >= search.hours_min)
    if search.hours_max is not None:
        conditions.append(_V.effort_hours <= search.hours_max)
    if search.with_stipend:
        conditions.append(_V.stipend_cents > 0)
    if search.stipend_min is not None:
        conditions.append(_V.stipend_cents >= search.stipend_min)
    return conditions


def _source(statement, asked):  # type: ignore[no-untyped-def]
    statement = statement.select_from(_M).join(_V, _V.id == _M.current_version_id)
    return statement if asked is None else statement.join(asked, true())


# Building one of these statements takes about as long as reading its answer, and most people look at the same first pages.
@functools.lru_cache(maxsize=256)
def _hits(search: Search) -> Select[tuple[Row]]:
    asked = _query(search) if search.q else None
    statement = _source(
        select(
            _M.slug,
            _V.number,
            _V.title,
            _V.competency,
            _V.topics[1],
            func.array_to_string(_V.grade_bands, ","),
            _V.effort_hours,
            _V.stipend_cents,
            _V.published_at,
        ),
        asked,
    ).where(*_matching(search, asked))
    if search.topics:
        statement = statement.where(_V.topics.overlap(list(search.topics)))
    orders: dict[Sort, list[Any]] = {
        Sort.TITLE: [func.lower(_V.title)],
        Sort.HOURS: [_V.effort_hours, func.lower(_V.title)],
        Sort.STIPEND: [_V.stipend_cents.desc(), func.lower(_V.title)],
        Sort.NEWEST: [_V.published_at.desc()],
        Sort.RELEVANCE: [func.lower(_V.title)],
    }
    order = orders[search.sort]
    if asked is not None and search.sort is Sort.RELEVANCE:
        order = [func.ts_rank_cd(text(f"'{_WEIGHTS}'::float4[]"), _V.search, asked.c.query).desc(), func.lower(_V.title)]
    return statement.order_by(*order, _M.id)


@functools.lru_cache(maxsize=256)
def _counts(search: Search):  # type: ignore[no-untyped-def]
    """The number of hits (the line without a topic, which carries the guess too) and the number per topic."""
    asked = _query(search) if search.q else None
    kept = _V.topics.overlap(list(search.topics)) if search.topics else true()
    hit = (
        _source(select(_V.topics, kept.label("kept"), (asked.c.guess if asked is not None else null().cast(String)).label("guess")), asked)
        .where(and_(*_matching(search, asked)))
        .cte("hit")
    )
    number_kept = func.count().filter(hit.c.kept).label("number")
    total = select(null().cast(String).label("topic"), number_kept, func.max(hit.c.guess).label("guess")).select_from(hit)
    each = select(func.unnest(hit.c.topics).label("topic")).select_from(hit).subquery("each")
    number = func.count().cast(Integer).label("number")
    order: list[Any] = [each.c.topic.in_(search.topics).desc()] if search.topics else []
    topics = (
        select(each.c.topic, number, null().cast(String).label("guess")).group_by(each.c.topic).order_by(*order, number.desc(), each.c.topic).limit(MOST_TOPICS)
    ).subquery("topics")
    return union_all(total, select(topics.c.topic, topics.c.number, topics.c.guess))


"""A plausible year of one teacher's submissions: what she chose, sent in, how it was judged, and when. Plain values, no database.

Time runs from what somebody did to what follows from it; whatever would lie after ``until`` has not happened yet, so the last weeks hold
drafts, reviews under way and decisions waiting to be released, as on any real day.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from credentials.catalogue.content import Content
from credentials.review.verdict_rules import level_reached, verdict

DAY = dt.timedelta(days=1)


@dataclass
class Review:
    """One reviewer's part: what she was asked, and how far she is."""

    reviewer: Any
    round: str
    letter: str
    criteria: list[str]
    offered_at: dt.datetime
    accepted_at: dt.datetime | None = None
    opened_at: dt.datetime | None = None
    submitted_at: dt.datetime | None = None
    levels: dict[str, str] = field(default_factory=dict)

    def state(self, released: bool) -> str:
        """The assignment's state; a released decision locks what was handed in."""
        if self.submitted_at:
            return "locked" if released else "submitted"
        return "in_progress" if self.opened_at else "accepted" if self.accepted_at else "offered"


@dataclass
class Version:
    """One version of a submission, with its reviews and outcome."""

    number: int
    created_at: dt.datetime
    carried: list[str]
    state: str = "draft"
    submitted_at: dt.datetime | None = None
    reviews: list[Review] = field(default_factory=list)
    drafted_at: dt.datetime | None = None
    results: dict[str, Any] | None = None
    released_at: dt.datetime | None = None
    split: bool = False


@dataclass
class Chain:
    """What one teacher did for one micro-credential."""

    credential: Any
    versions: list[Version]


#: How likely each level is for work of that quality, from the strongest level on.
_LEVELS = {"strong": (0.93, 0.06, 0.01), "fair": (0.74, 0.22, 0.04), "weak": (0.45, 0.4, 0.15)}


def chain(
    credential: Any, content: Content, began: dt.datetime, until: dt.datetime, draw: random.Random, pick_reviewers: Callable[[int, set[Any]], Sequence[Any]]
) -> Chain:
    """The year's story of one submission begun at ``began``; ``pick_reviewers(n, not_these)`` answers n people who may review it."""
    done = Chain(credential, [])
    keys = [criterion.key for criterion in content.criteria()]
    quality = draw.choices(["strong", "fair", "weak"], [6, 3, 1])[0]
    carried: list[str] = []
    seen: set[Any] = set()
    start = began
    for number in range(1, 4):
        version = Version(number, start, list(carried))
        done.versions.append(version)
        if draw.random() < 0.06 and number == 1:
            return done
        sent = _work_hour(start + DAY * draw.randrange(6, 40 if number == 1 else 20), draw)
        if sent > until:
            return done
        version.submitted_at, version.state = sent, "submitted"
        asked = list(pick_reviewers(2, seen))
        if len(asked) < 2:
            return done
        seen.update(asked)
        version.state = "in_review"
        open_keys = [key for key in keys if key not in carried]
        version.reviews = [_review(who, "first", letter, open_keys, sent, until, quality, content, draw) for who, letter in zip(asked, "AB", strict=True)]
        if draw.random() < 0.02 and not any(r.opened_at for r in version.reviews):
            version.state = "withdrawn"
            return done
        if not _decide(version, content, carried, quality, until, draw, pick_reviewers, seen):
            return done
        assert version.drafted_at is not None
        released = _work_hour(version.drafted_at + DAY * draw.choice([0, 1, 1, 2, 3]), draw)
        if released > until:
            return done
        version.released_at = released
        results = version.results or {}
        if content.passes({key: bool(r["met"]) for key, r in results.items()}):
            version.state = "demonstrated"
            return done
        version.state = "not_yet"
        if draw.random() < 0.25 or number == 3:
            return done
        carried = [key for key in keys if results[key]["met"]]
        quality = "strong"
        start = _work_hour(released + DAY * draw.randrange(2, 15), draw)
        if start > until:
            return done
    return done


def _decide(
    version: Version,
    content: Content,
    carried: list[str],
    quality: str,
    until: dt.datetime,
    draw: random.Random,
    pick: Callable[[int, set[Any]], Sequence[Any]],
    seen: set[Any],
) -> bool:
    """Whether the version came to a drafted decision; writes it, and the third review where one was needed."""
    if not all(review.submitted_at for review in version.reviews):
        return False
    passing = {level.key for level in content.levels if level.passes}
    order = [level.key for level in content.levels]
    first = [{key: level in passing for key, level in review.levels.items()} for review in version.reviews]
    rule = {"passes": content.passes, "can_still_pass": content.can_still_pass, "carried": frozenset(carried)}
    judged = verdict(first, None, **rule)  # type: ignore[arg-type]
    moments = [review.submitted_at for review in version.reviews if review.submitted_at]
    third: Review | None = None
    if judged.needs_third:
        version.state = "adjudicating"
        asked = list(pick(1, seen))
        if not asked:
            return False
        seen.update(asked)
        third = _review(asked[0], "third", "C", list(judged.disputed), max(moments), until, quality, content, draw)
        version.reviews.append(third)
        if third.submitted_at is None:
            return False
        moments.append(third.submitted_at)
        judged = verdict(first, {key: level in passing for key, level in third.levels.items()}, **rule)  # type: ignore[arg-type]
    version.state, version.drafted_at, version.split = "decided_draft", max(moments), bool(judged.split)
    version.results = {}
    for criterion in content.criteria():
        if criterion.key in carried:
            version.results[criterion.key] = {"met": True, "level": order[0], "carried": True, "split": False}
            continue
        given = [review.levels[criterion.key] for review in version.reviews if criterion.key in review.levels]
        version.results[criterion.key] = {
            "met": criterion.key in judged.met,
            "level": level_reached(order, given),
            "carried": False,
            "split": criterion.key in judged.split,
        }
    return True


def _review(
    who: Any, round_: str, letter: str, criteria: list[str], asked: dt.datetime, until: dt.datetime, quality: str, content: Content, draw: random.Random
) -> Review:
    review = Review(who, round_, letter, criteria, asked)
    accepted = _work_hour(asked + dt.timedelta(hours=draw.randrange(2, 40)), draw)
    if accepted > until:
        return review
    review.accepted_at = accepted
    opened = _work_hour(accepted + dt.timedelta(hours=draw.randrange(1, 60)), draw)
    if opened > until:
        return review
    review.opened_at = opened
    handed_in = _work_hour(opened + dt.timedelta(hours=draw.randrange(1, 96)), draw)
    order = [level.key for level in content.levels]
    weights = _LEVELS[quality] if len(order) == 3 else [_LEVELS[quality][0], *([(1 - _LEVELS[quality][0]) / (len(order) - 1)] * (len(order) - 1))]
    review.levels = {key: draw.choices(order, weights)[0] for key in criteria}
    if handed_in <= until:
        review.submitted_at = handed_in
    return review


def _work_hour(moment: dt.datetime, draw: random.Random) -> dt.datetime:
    """Moved forward, never back, to a time at which people do such things: seven in the morning to nine at night."""
    if moment.hour < 7:
        moment += dt.timedelta(hours=7 - moment.hour)
    elif moment.hour > 21:
        moment += dt.timedelta(hours=33 - moment.hour)
    drawn = moment.replace(minute=draw.randrange(60), second=draw.randrange(60), microsecond=0)
    return drawn if drawn > moment else moment + dt.timedelta(minutes=draw.randrange(3, 40), seconds=draw.randrange(60))

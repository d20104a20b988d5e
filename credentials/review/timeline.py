"""What happened between the reviewers of one version, for the office: by letter, never by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from core.audit import AuditEvent
from credentials.review.models import Assignment
from credentials.review.rules import Conflict, Obstacle
from credentials.review.wording import CONFLICTS, OBSTACLES


@dataclass(frozen=True)
class Event:
    """One line, in the words of ``timeline`` in ``templates/components/ui.html``."""

    title: str
    when: dt.datetime
    who: str = ""
    note: str = ""
    tone: str = "quiet"


def events(history: Sequence[AuditEvent], assignments: Sequence[Assignment], names: dict[int, str]) -> list[Event]:
    """The lines for these events of a version and its assignments, in their order. ``names`` are those of the office, by person id."""
    known = {row.id: row for row in assignments}
    lines = []
    for event in history:
        who = names.get(event.actor_id or 0, "")
        if event.subject_type == Assignment.__tablename__:
            line = _of_assignment(event, known[event.subject_id].known_as, who)
        else:
            line = _of_version(event, who)
        if line is not None:
            lines.append(line)
    return lines


def _of_assignment(event: AuditEvent, reviewer: str, who: str) -> Event | None:
    at = event.at
    lines = {
        "review.offer": Event(_("%(reviewer)s was asked", reviewer=reviewer), at, who, tone="wait"),
        "review.accept": Event(_("%(reviewer)s accepted", reviewer=reviewer), at, tone="good"),
        "review.decline": Event(_("%(reviewer)s declined", reviewer=reviewer), at),
        "review.open": Event(_("%(reviewer)s opened the evidence", reviewer=reviewer), at),
        "review.recuse": Event(_("%(reviewer)s stepped back", reviewer=reviewer), at, tone="turn"),
        "review.submit": Event(_("%(reviewer)s handed the review in", reviewer=reviewer), at, tone="good"),
        "review.lapse": Event(_("%(reviewer)s did not answer in time", reviewer=reviewer), at, tone="turn"),
        "review.expire": Event(_("%(reviewer)s let the review expire", reviewer=reviewer), at, tone="turn"),
        "review.conflict_found": Event(_("A conflict of interest came up for %(reviewer)s", reviewer=reviewer), at, tone="turn"),
        "review.take_back": Event(_("The review was taken back from %(reviewer)s", reviewer=reviewer), at, who, tone="turn"),
        "review.cancel": Event(_("%(reviewer)s was let go: the author withdrew", reviewer=reviewer), at),
        "review.remind": Event(_("%(reviewer)s was reminded", reviewer=reviewer), at, who),
    }
    return lines.get(event.verb)


def _of_version(event: AuditEvent, who: str) -> Event | None:
    at, facts = event.at, event.facts
    if event.verb == "review.shortage":
        title = ngettext("%(num)d reviewer is lacking", "%(num)d reviewers are lacking", facts["missing"])
        return Event(title, at, note=_why(facts.get("qualified", 0), facts.get("why", {})), tone="bad")
    if event.verb == "review.dispute":
        note = ngettext(
            "The first two differ on %(num)d criterion, and it decides.", "The first two differ on %(num)d criteria, and they decide.", len(facts["disputed"])
        )
        return Event(_("A third opinion is needed"), at, note=note, tone="wait")
    if event.verb == "review.verdict":
        return Event(_("The decision was drafted"), at, tone="good")
    if event.verb == "review.reveal_names":
        return Event(_("The reviewers' names were shown"), at, who)
    if event.verb == "submission.release":
        return Event(_("The decision was released"), at, who, tone="good")
    return None


def _why(qualified: int, why: dict[str, int]) -> str:
    """Why nobody else was asked: how many are qualified, and what stands in the way of how many of them."""
    first = ngettext("%(num)d colleague is qualified.", "%(num)d colleagues are qualified.", qualified)
    words = {**{key.value: text for key, text in CONFLICTS.items()}, **{key.value: text for key, text in OBSTACLES.items()}}
    # In the order of the rules, conflicts first.
    order = [*(c.value for c in Conflict), *(o.value for o in Obstacle)]
    return " ".join([first, *(f"{words[key]} ({why[key]})" for key in order if key in why)])

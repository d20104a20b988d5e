"""What happened to a submission, what is next, whose turn it is, and by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from core.audit import AuditEvent
from credentials.evidence.models import Submission, SubmissionVersion
from credentials.evidence.rules import USUAL_TURNAROUND, State, attempts_left


@dataclass(frozen=True)
class Event:
    """One line of the timeline, in the words of ``timeline`` in ``templates/components/ui.html``."""

    title: str
    when: dt.datetime | None = None
    who: str = ""
    note: str = ""
    tone: str = "quiet"
    is_next: bool = False
    by: dt.datetime | None = None


def events(row: Submission, history: Sequence[AuditEvent], for_author: bool) -> list[Event]:
    """The whole way so far and the next step. Nobody's name stands in it but "you" or the author's, for whoever may know it."""
    author = _("You") if for_author else row.person.display_name
    numbers = {version.id: version for version in row.versions}
    shown = [event for event in history if for_author or numbers[event.subject_id].submitted_at is not None]
    lines = [line for event in shown if (line := _line(event, numbers[event.subject_id], author)) is not None]
    step = _next(row, for_author, author)
    return [*lines, step] if step else lines


def _line(event: AuditEvent, version: SubmissionVersion, author: str) -> Event | None:
    office, at = _("Professional-learning office"), event.at
    verb = event.verb
    if verb == "submission.start":
        return Event(_("Begun"), at, author)
    if verb == "submission.submit":
        title = _("Handed in") if version.number == 1 else _("Handed in again (version %(number)s)", number=version.number)
        return Event(title, at, author, version.change_note, "good")
    if verb == "submission.withdraw":
        return Event(_("Withdrawn"), at, author)
    if verb == "submission.begin_review":
        return Event(
            _("Colleagues were asked to review it, without your name") if author == _("You") else _("Colleagues were asked to review it"), at, tone="wait"
        )
    if verb == "submission.ask_third":
        return Event(
            _("A third colleague was asked"), at, note=_("The first two differ on something that matters. That is usual, and no bad sign."), tone="wait"
        )
    if verb == "submission.draft_decision":
        return Event(_("All reviews are in"), at, tone="good")
    if verb == "submission.release":
        demonstrated = event.facts.get("outcome") == State.DEMONSTRATED
        return Event(
            _("Decision: demonstrated") if demonstrated else _("Decision: not yet"), at, office, version.release_note, "good" if demonstrated else "turn"
        )
    if verb == "submission.reopen":
        kept = len(event.facts.get("carried", []))
        note = ngettext("%(num)s criterion that was met is carried over.", "%(num)s criteria that were met are carried over.", kept) if kept else ""
        return Event(_("Reopened as version %(number)s", number=version.number), at, author, note)
    if verb == "submission.allow_attempt":
        return Event(_("Coaching conversation held; one more attempt is open"), at, office, tone="good")
    return None


def _next(row: Submission, for_author: bool, author: str) -> Event | None:
    version, office = row.latest, _("Professional-learning office")
    state = version.status
    usual = version.submitted_at + USUAL_TURNAROUND if version.submitted_at else None
    if state is State.DRAFT:
        return Event(_("Finish it and hand it in"), who=author, is_next=True) if for_author else None
    if state is State.SUBMITTED:
        return Event(_("Reviewers are being found"), who=office, is_next=True, by=usual)
    if state is State.IN_REVIEW:
        return Event(_("Two colleagues read it by the rubric, each alone"), who=_("Reviewers"), is_next=True, by=usual)
    if state is State.ADJUDICATING:
        return Event(_("A third colleague looks at what is disputed"), who=_("Reviewers"), is_next=True, by=usual)
    if state is State.DECIDED_DRAFT:
        return Event(_("The decision is looked over and released"), who=office, is_next=True, by=usual)
    if state is State.NOT_YET:
        if attempts_left([v.status for v in row.versions], row.extra_attempts):
            return Event(_("Work on what is missing, whenever it suits"), who=author, is_next=True)
        return Event(_("A coaching conversation, then the next attempt"), who=_("%(author)s and the professional-learning office", author=author), is_next=True)
    if state is State.WITHDRAWN:
        return Event(_("Take it up again, whenever it suits"), who=author, is_next=True) if for_author else None
    return None


def next_step(version: SubmissionVersion) -> str:
    """What is next, in half a sentence, for a list of one's own submissions."""
    state = version.status
    return {
        State.DRAFT: _("Finish it and hand it in."),
        State.SUBMITTED: _("Reviewers are being found."),
        State.IN_REVIEW: _("Two colleagues are reading it."),
        State.ADJUDICATING: _("A third colleague is reading it."),
        State.DECIDED_DRAFT: _("The decision is being looked over."),
        State.DEMONSTRATED: _("Done. The badge is yours."),
        State.NOT_YET: _("Read the feedback, then work on what is missing."),
        State.WITHDRAWN: _("Take it up again whenever it suits."),
        State.REVOKED: _("The award was revoked."),
    }[state]

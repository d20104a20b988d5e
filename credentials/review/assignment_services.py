"""Who reviews what: offers and their answers, stepping back, lapsing, and the places in each reviewer's hand.

Locks are always taken in one order, so that no two transactions wait for each other: the submission version, then the desk (one
transaction at a time moves places between reviewers). Whoever changes an assignment holds its version, and one transaction touches
one version only.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from core import audit, clock
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.evidence import services as evidence
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from credentials.review import notices, queries, rules
from credentials.review.models import RULED_OUT, Assignment, Conflict, ReviewerLoad
from credentials.review.rules import NEEDED, AssignmentAct, AssignmentState, Candidate, Obstacle, Reason, Round
from credentials.review.wording import wrong_state
from people.models import Person

#: Besides conflicts, what is looked at once more when a reviewer accepts, and when she opens the evidence.
_CHECKED_AGAIN = {
    "accept": (Obstacle.NOT_QUALIFIED, Obstacle.OFFICE, Obstacle.ACCOUNT_CLOSED, Obstacle.LEFT),
    "open": (Obstacle.OFFICE,),
}

#: The number of the lock that lets one transaction at a time move places between reviewers.
_DESK = 0x1A02E1


def hold(version: SubmissionVersion, *, desk: bool = True) -> SubmissionVersion:
    """The version's row and then the desk, held until the transaction ends; the row is read anew after waiting. Without ``desk`` for
    acts that move no places."""
    held = db.session.scalars(
        select(SubmissionVersion).where(SubmissionVersion.id == version.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if desk:
        db.session.execute(text("SELECT pg_advisory_xact_lock(:desk)"), {"desk": _DESK})
    return held


def hold_assignment(assignment: Assignment, *, desk: bool = True) -> Assignment:
    """The assignment's row, held and read anew, after its version."""
    hold(assignment.version, desk=desk)
    return db.session.scalars(select(Assignment).where(Assignment.id == assignment.id).with_for_update().execution_options(populate_existing=True)).one()


def hold_own(actor: Person, assignment: Assignment, *, desk: bool = True) -> Assignment:
    """The same, for its reviewer alone. Raises RuleBroken ``not-yours``."""
    held = hold_assignment(assignment, desk=desk)
    if held.reviewer_id != actor.id:
        raise RuleBroken(_("Only the reviewer who was asked can do that."), "not-yours")
    return held


def move(assignment: Assignment, act: AssignmentAct) -> None:
    """Put the assignment into the state after ``act``. Raises RuleBroken ``wrong-state`` with a sentence for its reviewer."""
    after = rules.next_state(assignment.status, act)
    if after is None:
        raise RuleBroken(wrong_state(assignment.status), "wrong-state")
    assignment.state = after.value


# Asking.


def assign(version: SubmissionVersion) -> list[Assignment]:
    """Offer this version to as many reviewers as it lacks: two at first, one more on the disputed criteria while it is adjudicated.

    Only qualified, active colleagues without a conflict and with a free place are asked, of different schools where possible, whoever
    has least in hand first. Too few is no error: what can be offered is offered, the office is told once a version, and the periodic
    job asks again. Running it twice changes nothing. Answers the new offers.
    """
    version = hold(version)
    wanted = _wanted(version)
    if wanted is None:
        return []
    round_, criteria = wanted
    live = queries.live_assignments(version)
    missing = NEEDED[round_] - sum(row.round == round_ for row in live)
    if missing <= 0:
        return []
    pool = queries.candidates(version)
    able = [one for one in pool if rules.may_be_asked(one, clock.today())]
    schools = [row.reviewer.school_id for row in live]
    taken = [row.pseudonym for row in live]
    offers: list[Assignment] = []
    while len(offers) < missing and able:
        chosen = rules.in_order(able, version.id, schools)[0]
        able.remove(chosen)
        if take_place(chosen.person_id):
            offers.append(_offer(None, version, chosen, round_, criteria, taken))
            schools.append(chosen.facts.reviewer_school_id)
            taken.append(offers[-1].pseudonym)
    if offers and version.status is State.SUBMITTED:
        evidence.begin_review(version)
    if len(offers) < missing:
        _record_shortage(version, missing - len(offers), pool)
    return offers


def ask(actor: Person, version: SubmissionVersion, person: Person) -> Assignment:
    """The office asks somebody by name, where a reviewer is lacking. Raises RuleBroken ``nobody-lacking`` or ``may-not-review``."""
    version = hold(version)
    wanted = _wanted(version)
    live = queries.live_assignments(version)
    if wanted is None or NEEDED[wanted[0]] <= sum(row.round == wanted[0] for row in live):
        raise RuleBroken(_("This version has all the reviewers it needs now."), "nobody-lacking")
    chosen = queries.candidate(version, person)
    if not rules.may_be_asked(chosen, clock.today()) or not take_place(person.id):
        raise RuleBroken(_("This person cannot be asked to review that version. Ask again why; something may have changed."), "may-not-review")
    offer = _offer(actor, version, chosen, *wanted, [row.pseudonym for row in live])
    if version.status is State.SUBMITTED:
        evidence.begin_review(version)
    return offer


def _wanted(version: SubmissionVersion) -> tuple[Round, list[str]] | None:
    """The round that this version is in and the criteria to score in it; None where nobody is asked."""
    content = version.credential_version.parsed()
    keys = [criterion.key for criterion in content.criteria()]
    if version.status in (State.SUBMITTED, State.IN_REVIEW):
        return Round.FIRST, [key for key in keys if key not in version.carried]
    if version.status is State.ADJUDICATING:
        judged = queries.judgement(version, content)
        if judged is not None and judged.verdict.needs_third:
            return Round.THIRD, [key for key in keys if key in judged.verdict.disputed]
    return None


def _offer(actor: Person | None, version: SubmissionVersion, chosen: Candidate, round_: Round, criteria: list[str], taken: Sequence[str]) -> Assignment:
    now = clock.now()
    row = Assignment(
        version=version,
        reviewer=db.session.get_one(Person, chosen.person_id),
        round=round_.value,
        state=AssignmentState.OFFERED.value,
        pseudonym=rules.pseudonym(taken),
        criteria=criteria,
        conflict_facts={"offer": _facts(chosen)},
        offered_at=now,
        accept_by=now + rules.ACCEPT_WITHIN,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "review.offer", row, version=version.id, round=round_.value, open_reviews=chosen.open_reviews, max_open=chosen.max_open)
    notices.offered(row)
    return row


def _facts(chosen: Candidate) -> dict[str, Any]:
    """The facts of a conflict check as they are kept, so that "why was she allowed?" can be answered later."""
    found = [conflict.value for conflict in rules.conflicts(chosen.facts)]
    return {"at": clock.now().isoformat(), **dataclasses.asdict(chosen.facts), "declared": list(chosen.facts.declared), "conflicts": found}


def _record_shortage(version: SubmissionVersion, missing: int, pool: list[Candidate]) -> None:
    """Write down how many are lacking and why the others are not asked, when that is news; tell the office once a version."""
    today, why = clock.today(), dict[str, int]()
    for one in pool:
        for reason in [*rules.conflicts(one.facts), *rules.obstacles(one, today)]:
            why[reason.value] = why.get(reason.value, 0) + 1
    known = [event for event in audit.history("submission_version", [version.id]) if event.verb == "review.shortage"]
    if not known or known[-1].facts.get("missing") != missing:
        audit.record(None, "review.shortage", version, missing=missing, qualified=len(pool), why=why)
    notices.short_of_reviewers(version, missing)


# Places.


def take_place(person_id: int) -> bool:
    """Take one of a reviewer's free places, or answer False: one conditional statement, so that nobody is ever overbooked."""
    db.session.execute(
        insert(ReviewerLoad).values(person_id=person_id, max_open=rules.MAX_OPEN_AT_FIRST, open_reviews=0).on_conflict_do_nothing(index_elements=["person_id"])
    )
    taken = db.session.execute(
        update(ReviewerLoad)
        .where(
            ReviewerLoad.person_id == person_id,
            ReviewerLoad.open_reviews < ReviewerLoad.max_open,
            or_(ReviewerLoad.paused_until.is_(None), ReviewerLoad.paused_until < clock.today()),
        )
        .values(open_reviews=ReviewerLoad.open_reviews + 1)
        .returning(ReviewerLoad.person_id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return taken is not None


def free_place(person_id: int) -> None:
    """Give a reviewer one place back."""
    db.session.execute(
        update(ReviewerLoad)
        .where(ReviewerLoad.person_id == person_id)
        .values(open_reviews=func.greatest(ReviewerLoad.open_reviews - 1, 0))
        .execution_options(synchronize_session=False)
    )


def _close(assignment: Assignment, act: AssignmentAct, reason: str = "") -> None:
    """End an open assignment without a review, and free its place."""
    move(assignment, act)
    assignment.closed_reason = reason[:200]
    free_place(assignment.reviewer_id)
    db.session.flush()


# Answers.


def accept(actor: Person, assignment: Assignment, no_conflict: bool) -> Assignment:
    """The reviewer takes it, having said that she knows of no conflict.

    Conflicts are looked at once more. If one has come up, or she may no longer review, the offer is closed instead and somebody else
    is asked: look at the state of the row that comes back. Raises BadInput where the question is not answered.
    """
    row = hold_own(actor, assignment)
    if rules.next_state(row.status, AssignmentAct.ACCEPT) is None:
        raise RuleBroken(wrong_state(row.status), "wrong-state")
    if not no_conflict:
        raise BadInput(_("Answer the question about conflicts first."), {"no_conflict": _("Say that you know of no conflict, or decline the offer.")})
    if not still_free(actor, row, "accept", AssignmentAct.CANCEL):
        return row
    move(row, AssignmentAct.ACCEPT)
    row.no_conflict_declared_at = clock.now()
    row.due_at = clock.now() + rules.DUE_AFTER
    audit.record(actor, "review.accept", row, due=row.due_at.isoformat())
    db.session.flush()
    return row


def decline(actor: Person, assignment: Assignment, reason: Reason, detail: str = "", pause_until: dt.date | None = None) -> Assignment:
    """The reviewer says no. A conflict is kept for good; with too much on the desk she may pause. Somebody else is asked."""
    row = hold_own(actor, assignment)
    _close(row, AssignmentAct.DECLINE, f"{reason.value}: {detail.strip()}" if detail.strip() else reason.value)
    if reason is Reason.CONFLICT:
        _keep_conflict(actor, row, detail)
    if reason is Reason.LOAD and pause_until is not None:
        set_load(actor, paused_until=pause_until)
    audit.record(actor, "review.decline", row, reason=reason.value)
    assign(row.version)
    return row


def recuse(actor: Person, assignment: Assignment, reason: Reason, detail: str = "") -> Assignment:
    """The reviewer steps back from what she accepted, at any time before it is in. A conflict is kept for good; somebody else is asked."""
    row = hold_own(actor, assignment)
    _close(row, AssignmentAct.RECUSE, f"{reason.value}: {detail.strip()}" if detail.strip() else reason.value)
    if reason is Reason.CONFLICT:
        _keep_conflict(actor, row, detail)
    audit.record(actor, "review.recuse", row, reason=reason.value)
    assign(row.version)
    return row


def _keep_conflict(actor: Person, assignment: Assignment, detail: str) -> None:
    lower, higher = sorted((actor.id, assignment.version.person_id))
    db.session.execute(
        insert(Conflict)
        .values(person_a_id=lower, person_b_id=higher, kind="declared", reason=detail.strip()[:2000], declared_by_id=actor.id, created_at=clock.now())
        .on_conflict_do_nothing(index_elements=["person_a_id", "person_b_id", "kind"])
    )


def open_desk(actor: Person, assignment: Assignment) -> Assignment:
    """The reviewer looks at the evidence for the first time; from now on the author cannot withdraw. Opening it again changes nothing.

    If a conflict has come up since she accepted, she is taken off instead: look at the state of the row that comes back.
    """
    row = hold_own(actor, assignment)
    if row.status is not AssignmentState.IN_PROGRESS and rules.next_state(row.status, AssignmentAct.OPEN) is None:
        raise RuleBroken(wrong_state(row.status), "wrong-state")
    if not still_free(actor, row, "open", AssignmentAct.RECUSE) or row.status is AssignmentState.IN_PROGRESS:
        return row
    move(row, AssignmentAct.OPEN)
    row.opened_at = clock.now()
    audit.record(actor, "review.open", row)
    db.session.flush()
    return row


def still_free(actor: Person, assignment: Assignment, moment: str, otherwise: AssignmentAct) -> bool:
    """Check for conflicts once more (people change schools) and keep the facts; where one is found, close the assignment by
    ``otherwise``, ask somebody else, and answer False. What else may have changed counts until the evidence is opened."""
    now = queries.candidate(assignment.version, actor)
    assignment.conflict_facts = {**assignment.conflict_facts, moment: _facts(now)}
    found: list[str] = [conflict.value for conflict in rules.conflicts(now.facts)]
    found += [obstacle.value for obstacle in rules.obstacles(now, clock.today()) if obstacle in _CHECKED_AGAIN.get(moment, ())]
    if not found:
        return True
    _close(assignment, otherwise, f"{RULED_OUT}: {', '.join(found)}")
    audit.record(None, "review.conflict_found", assignment, moment=moment, found=found)
    assign(assignment.version)
    return False


# The clock, and the office.


def lapse_or_expire(assignment: Assignment) -> Assignment:
    """Close an offer nobody answered in time, or a review whose days of grace are over, and ask somebody else. A draft is kept for its
    reviewer. Does nothing while there is time left."""
    row, now = hold_assignment(assignment), clock.now()
    if row.status is AssignmentState.OFFERED and row.accept_by <= now:
        act = AssignmentAct.LAPSE
    elif row.status in (AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS) and row.due_at is not None and row.due_at + rules.GRACE <= now:
        act = AssignmentAct.EXPIRE
    else:
        return row
    _close(row, act)
    audit.record(None, f"review.{act.value}", row)
    if act is AssignmentAct.EXPIRE:
        notices.expired(row)
    assign(row.version)
    return row


def take_back(actor: Person, assignment: Assignment, note: str = "") -> Assignment:
    """The office takes an open review back from a reviewer and asks somebody else."""
    row = hold_assignment(assignment)
    _close(row, AssignmentAct.CANCEL, note.strip() or "taken back by the office")
    audit.record(actor, "review.take_back", row, note=note.strip()[:500])
    notices.no_longer_needed(row)
    assign(row.version)
    return row


def remind(actor: Person, assignment: Assignment) -> bool:
    """The office reminds a reviewer by mail, at most once a day; answers whether a mail was written. Raises RuleBroken ``wrong-state``."""
    row = hold_assignment(assignment)
    if not row.is_open:
        raise RuleBroken(_("Nothing is asked of this reviewer any more."), "wrong-state")
    written = notices.reminded(row)
    if written:
        audit.record(actor, "review.remind", row)
    return written


def cancel_all(version: SubmissionVersion) -> int:
    """Nothing more is asked of this version's reviewers (the author withdrew); answers how many were let go."""
    hold(version)
    rows = [hold_assignment(row) for row in queries.live_assignments(version) if row.is_open]
    for row in rows:
        notices.no_longer_needed(row)
        _close(row, AssignmentAct.CANCEL, "withdrawn by the author")
        audit.record(None, "review.cancel", row)
    return len(rows)


def set_load(actor: Person, *, max_open: int | None = None, paused_until: dt.date | None = None, resume: bool = False) -> ReviewerLoad:
    """The reviewer's own maximum of open reviews, and until when she takes a break (that day included); ``resume`` ends a break.
    Raises BadInput for a number or day that makes no sense."""
    problems = {}
    if max_open is not None and not 0 <= max_open <= rules.MAX_OPEN_LIMIT:
        problems["max_open"] = _("Choose a number from 0 to %(most)s.", most=rules.MAX_OPEN_LIMIT)
    if paused_until is not None and paused_until < clock.today():
        problems["paused_until"] = _("Choose today or a day to come.")
    if problems:
        raise BadInput(_("These settings cannot be used as they are."), problems)
    db.session.execute(
        insert(ReviewerLoad).values(person_id=actor.id, max_open=rules.MAX_OPEN_AT_FIRST, open_reviews=0).on_conflict_do_nothing(index_elements=["person_id"])
    )
    row = db.session.scalars(select(ReviewerLoad).where(ReviewerLoad.person_id == actor.id).with_for_update().execution_options(populate_existing=True)).one()
    row.max_open = row.max_open if max_open is None else max_open
    row.paused_until = None if resume else (paused_until or row.paused_until)
    audit.record(actor, "review.set_load", actor, max_open=row.max_open, paused_until=row.paused_until.isoformat() if row.paused_until else None)
    db.session.flush()
    return row

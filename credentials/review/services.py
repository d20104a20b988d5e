"""The verbs of reviewing. They flush and never commit; each locks what it changes, in one order (see ``assignment_services``)."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import audit, clock
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.catalogue.models import MicroCredential
from credentials.evidence import services as evidence
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from credentials.review import notices, queries, rules
from credentials.review.assignment_services import (
    accept,
    ask,
    assign,
    cancel_all,
    decline,
    free_place,
    hold,
    hold_own,
    lapse_or_expire,
    move,
    open_desk,
    recuse,
    remind,
    set_load,
    still_free,
    take_back,
)
from credentials.review.models import Assignment, Qualification, ReviewerLoad, Score
from credentials.review.queries import has_been_opened
from credentials.review.review_rules import COMMENT_MOST, POINTER_MOST, Mark, problems
from credentials.review.rules import AssignmentAct, AssignmentState, QualificationState
from credentials.review.wording import review_problem, wrong_state
from people.models import Person, RoleGrant
from people.rules import Role

__all__ = [
    "Overtaken",
    "accept",
    "ask",
    "assign",
    "cancel_all",
    "decline",
    "has_been_opened",
    "lapse_or_expire",
    "lock_all",
    "marks_of",
    "open_desk",
    "qualify",
    "recuse",
    "remind",
    "save_draft",
    "set_load",
    "settle",
    "submit",
    "take_back",
    "withdraw_qualification",
]


class Overtaken(RuleBroken):
    """A newer draft was saved meanwhile, in another window; ``revision`` is the one that stands."""

    def __init__(self, revision: int) -> None:
        sentence = _("This review was saved in another window meanwhile. What you typed here is still here; save again to keep it.")
        super().__init__(sentence, "overtaken")
        self.revision = revision


def marks_of(assignment: Assignment) -> dict[str, Mark]:
    """What the reviewer has said so far, by criterion."""
    return {score.criterion_key: Mark(score.level_key, score.comment, score.pointer) for score in assignment.scores}


def save_draft(actor: Person, assignment: Assignment, marks: Mapping[str, Mark], overall: str, revision: int) -> int:
    """Keep the reviewer's draft as it is, complete or not; answers the new revision.

    Criteria left out of ``marks`` stay as they are. ``revision`` is the one this window knows: raises :class:`Overtaken` where another
    has saved since, RuleBroken where the review is not in progress, BadInput for what is not in the rubric or far too long.
    """
    row = hold_own(actor, assignment, desk=False)
    if row.status is not AssignmentState.IN_PROGRESS:
        raise RuleBroken(wrong_state(row.status), "wrong-state")
    if revision != row.revision:
        raise Overtaken(row.revision)
    _check(row, marks, overall)
    known = {score.criterion_key: score for score in row.scores}
    for key, mark in marks.items():
        score = known.get(key)
        if score is None:
            if mark.is_empty:
                continue
            score = Score(criterion_key=key)
            row.scores.append(score)
        score.level_key, score.comment, score.pointer = mark.level, mark.comment, mark.pointer
    row.overall = overall
    row.revision += 1
    db.session.flush()
    return row.revision


def _check(row: Assignment, marks: Mapping[str, Mark], overall: str) -> None:
    levels = {level.key for level in row.version.credential_version.parsed().levels}
    found = {}
    for key, mark in marks.items():
        if key not in row.criteria:
            found[key] = _("This criterion is not part of your review.")
        elif mark.level is not None and mark.level not in levels:
            found[key] = _("The rubric has no such level.")
        elif len(mark.comment) > COMMENT_MOST or len(mark.pointer) > POINTER_MOST:
            found[key] = _("This is longer than can be kept. Shorten it a little.")
    if len(overall) > COMMENT_MOST:
        found["overall"] = _("This is longer than can be kept. Shorten it a little.")
    if found:
        raise BadInput(_("This draft cannot be kept as it is."), found)


def submit(actor: Person, assignment: Assignment) -> Assignment:
    """The reviewer hands her review in; from now on it does not change. What it leads to is :func:`settle`'s business.

    Conflicts are looked at once more; if one has come up, she is taken off instead and somebody else is asked: look at the state of
    the row that comes back. Raises BadInput with a sentence for every criterion that lacks something.
    """
    row = hold_own(actor, assignment)
    if rules.next_state(row.status, AssignmentAct.SUBMIT) is None:
        raise RuleBroken(wrong_state(row.status), "wrong-state")
    content = row.version.credential_version.parsed()
    passing = {level.key for level in content.levels if level.passes}
    if lacking := problems(row.criteria, passing, {level.key for level in content.levels}, marks_of(row)):
        raise BadInput(_("Something is still missing before this review can be handed in."), {key: review_problem(code) for key, code in lacking.items()})
    if not still_free(actor, row, "submit", AssignmentAct.RECUSE):
        return row
    move(row, AssignmentAct.SUBMIT)
    row.submitted_at = clock.now()
    free_place(row.reviewer_id)
    audit.record(actor, "review.submit", row, revision=row.revision)
    db.session.flush()
    return row


def settle(version: SubmissionVersion) -> SubmissionVersion:
    """Draw the conclusion from the reviews that are in, if there is one: draft the decision, or ask for a third opinion on what is
    disputed. The version's row is held, so that two last reviews handed in at once draft one decision. Running it twice changes nothing."""
    version = hold(version)
    if version.status not in (State.IN_REVIEW, State.ADJUDICATING):
        return version
    judged = queries.judgement(version, version.credential_version.parsed())
    if judged is None:
        return version
    if judged.verdict.needs_third:
        if version.status is State.IN_REVIEW:
            version = evidence.ask_third(version)
            audit.record(None, "review.dispute", version, disputed=list(judged.verdict.disputed), far_apart=list(judged.far_apart))
            assign(version)
        return version
    outcome = State.DEMONSTRATED if judged.verdict.passed else State.NOT_YET
    version = evidence.draft_decision(version, judged.results, outcome)
    audit.record(None, "review.verdict", version, outcome=outcome.value, split=list(judged.verdict.split), far_apart=list(judged.far_apart))
    notices.ready_to_release(version)
    return version


def lock_all(version: SubmissionVersion) -> int:
    """The decision is released: its reviews are closed for good. Answers how many."""
    hold(version)
    rows = [row for row in queries.reviews_in(version) if row.status is AssignmentState.SUBMITTED]
    for row in rows:
        move(row, AssignmentAct.LOCK)
    db.session.flush()
    return len(rows)


# Who may review what.


def qualify(actor: Person | None, person: Person, micro_credential: MicroCredential) -> Qualification:
    """Let ``person`` be asked to review this micro-credential from now on. Doing it again changes nothing. Nobody qualifies herself
    (RuleBroken ``own-qualification``); ``actor`` None is the command line."""
    if actor is not None and actor.id == person.id:
        raise RuleBroken(_("Nobody qualifies themselves: ask a colleague in the office."), "own-qualification")
    db.session.execute(
        insert(Qualification)
        .values(
            person_id=person.id,
            micro_credential_id=micro_credential.id,
            state=QualificationState.WITHDRAWN.value,
            granted_by_id=actor.id if actor else None,
            granted_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["person_id", "micro_credential_id"])
    )
    row = db.session.scalars(
        select(Qualification)
        .where(Qualification.person_id == person.id, Qualification.micro_credential_id == micro_credential.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.state != QualificationState.QUALIFIED:
        row.state = QualificationState.QUALIFIED.value
        row.granted_by_id, row.granted_at = actor.id if actor else None, clock.now()
        audit.record(actor, "review.qualify", row, person=person.id, micro_credential=micro_credential.slug)
    db.session.execute(
        insert(ReviewerLoad).values(person_id=person.id, max_open=rules.MAX_OPEN_AT_FIRST, open_reviews=0).on_conflict_do_nothing(index_elements=["person_id"])
    )
    if not person.is_a(Role.REVIEWER):
        person.role_grants.append(RoleGrant(role=Role.REVIEWER.value, starts_on=clock.today()))
        audit.record(actor, "person.grant_role", person, role=Role.REVIEWER.value)
    db.session.flush()
    return row


def withdraw_qualification(actor: Person, qualification: Qualification, note: str = "") -> Qualification:
    """Ask this person no more about this micro-credential. A review in hand may be finished; an offer cannot be accepted any more."""
    row = db.session.scalars(
        select(Qualification).where(Qualification.id == qualification.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if row.state != QualificationState.WITHDRAWN:
        row.state = QualificationState.WITHDRAWN.value
        audit.record(actor, "review.withdraw_qualification", row, person=row.person_id, note=note.strip()[:500])
    db.session.flush()
    return row

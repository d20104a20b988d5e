"""From handing in to the released outcome, and on to the next version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.evidence import policy, queries
from credentials.evidence.completeness import Gap, gaps
from credentials.evidence.models import EvidenceFile, Response, Submission, SubmissionVersion
from credentials.evidence.rules import FINAL, Act, Refused, State, attempts_left, check_withdrawal, met_criteria
from credentials.evidence.services.guards import hold, hold_draft, hold_own, move
from credentials.evidence.wording import coaching, gap_sentence, wrong_state
from people.models import Person

#: The text of the statement of integrity and consent that is in use; it stands in the history of whoever signed it.
STATEMENT = "2026-1"


class Incomplete(BadInput):
    """A version cannot be handed in yet; ``gaps`` is all that is missing, in reading order."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        super().__init__(_("Something is still missing before this can be handed in."), {gap.anchor: gap_sentence(gap) for gap in gaps})
        self.rule = "incomplete"
        self.gaps = list(gaps)


def sign_statement(actor: Person, version: SubmissionVersion) -> SubmissionVersion:
    """The author signs that the work is hers and that reviewers may see it."""
    version = hold_draft(actor, version)
    version.statement_at = clock.now()
    audit.record(actor, "submission.sign", version, statement=STATEMENT)
    return version


def submit(actor: Person, version: SubmissionVersion) -> SubmissionVersion:
    """Hand a complete draft in. Raises :class:`Incomplete`, or RuleBroken where it is not the author's open draft."""
    version = hold_draft(actor, version)
    if missing := gaps(version.credential_version.parsed(), queries.work_of(version)):
        raise Incomplete(missing)
    move(version, Act.SUBMIT)
    version.submitted_at = clock.now()
    audit.record(actor, "submission.submit", version, number=version.number, files=[row.blob.sha256 for row in version.files], carried=list(version.carried))
    return version


def withdraw(actor: Person, version: SubmissionVersion, opened: bool) -> SubmissionVersion:
    """The author takes it back. ``opened`` says whether a reviewer has seen it; then it is too late. Raises RuleBroken."""
    version = hold_own(actor, version)
    before = version.state
    try:
        version.state = check_withdrawal(version.status, opened).value
    except Refused as refusal:
        if refusal.code == "opened":
            raise RuleBroken(
                _("A reviewer has opened this, so it cannot be withdrawn any more. You will have the decision and the reasons; after “not yet” you go on."),
                "opened",
            ) from None
        raise RuleBroken(wrong_state(version.status, Act.WITHDRAW), refusal.code) from None
    audit.record(actor, "submission.withdraw", version, before=before)
    return version


def begin_review(version: SubmissionVersion) -> SubmissionVersion:
    """Reviewers were asked."""
    return _step(None, version, Act.ASSIGN, "submission.begin_review")


def ask_third(version: SubmissionVersion) -> SubmissionVersion:
    """The two first reviews differ where it matters: a third opinion was asked for."""
    return _step(None, version, Act.DISPUTE, "submission.ask_third")


def _step(actor: Person | None, version: SubmissionVersion, act: Act, verb: str) -> SubmissionVersion:
    version = hold(version)
    move(version, act)
    audit.record(actor, verb, version, number=version.number)
    return version


def draft_decision(version: SubmissionVersion, results: Mapping[str, Mapping[str, Any]], outcome: State) -> SubmissionVersion:
    """Write down what the reviews come to: ``results`` by criterion key ({"met", "level", "carried", "split"}) and the outcome, which is
    ``demonstrated`` or ``not_yet`` and must follow from them by the pass rule (ValueError otherwise)."""
    version = hold(version)
    passed = version.credential_version.parsed().passes({key: bool(result["met"]) for key, result in results.items()})
    if State(outcome) is not (State.DEMONSTRATED if passed else State.NOT_YET):
        raise ValueError(f"The results come to {'demonstrated' if passed else 'not yet'}, not to {outcome}.")
    move(version, Act.SETTLE if version.status is State.ADJUDICATING else Act.AGREE)
    version.results = {key: dict(result) for key, result in results.items()}
    version.drafted_outcome, version.drafted_at = State(outcome).value, clock.now()
    audit.record(None, "submission.draft_decision", version, outcome=version.drafted_outcome, results=version.results)
    return version


def release(actor: Person, version: SubmissionVersion, note: str = "") -> SubmissionVersion:
    """The office lets the author know. Nobody releases her own or that of somebody she evaluates. Raises RuleBroken."""
    version = hold(version)
    if not policy.is_office_for(actor, version.person):
        raise RuleBroken(
            _("Somebody else in the professional-learning office has to release this one: nobody decides about herself or about those she evaluates."),
            "not-yours-to-release",
        )
    if version.drafted_outcome is None or version.status is not State.DECIDED_DRAFT:
        raise RuleBroken(wrong_state(version.status, Act.RELEASE_DEMONSTRATED), "wrong-state")
    move(version, Act.RELEASE_DEMONSTRATED if version.drafted_outcome == State.DEMONSTRATED else Act.RELEASE_NOT_YET)
    version.released_at, version.released_by, version.release_note = clock.now(), actor, note.strip()[:5000]
    audit.record(actor, "submission.release", version, outcome=version.state)
    return version


def reopen(person: Person, submission: Submission) -> SubmissionVersion:
    """Begin the next version after "not yet" or a withdrawal: what was met is carried over and closed, all else is there to be worked on.

    Asking twice gives the draft that is open already. Raises RuleBroken ``not-yours``, ``wrong-state`` or ``coaching-first``.
    """
    submission = db.session.scalars(select(Submission).where(Submission.id == submission.id).with_for_update().execution_options(populate_existing=True)).one()
    db.session.expire(submission, ["versions"])
    last = hold_own(person, submission.latest)
    if last.status is State.DRAFT:
        return last
    if last.status not in (State.NOT_YET, State.WITHDRAWN):
        raise RuleBroken(
            _("This one is with its reviewers; there is nothing to reopen.")
            if last.status not in FINAL
            else _("This one is decided; there is nothing left to work on."),
            "wrong-state",
        )
    if last.status is State.NOT_YET and attempts_left([v.status for v in submission.versions], submission.extra_attempts) == 0:
        raise RuleBroken(coaching(queries.office()), "coaching-first")
    now = clock.now()
    carried = met_criteria(last.results) if last.status is State.NOT_YET else list(last.carried)
    version = SubmissionVersion(
        submission=submission,
        person=person,
        credential_version=last.credential_version,
        number=last.number + 1,
        created_at=now,
        carried=carried,
        indicators=dict(last.indicators),
        change_note=last.change_note if last.status is State.WITHDRAWN else "",
    )
    # Added before the rows of the old version are read, which flushes.
    db.session.add(version)
    version.responses = [Response(item_key=row.item_key, text=row.text, revision=1, updated_at=now) for row in last.responses]
    version.files = [
        EvidenceFile(
            item_key=row.item_key,
            blob=row.blob,
            own_name=row.own_name,
            neutral_name=row.neutral_name,
            kind=row.kind,
            stripped=list(row.stripped),
            identifying=list(row.identifying),
            original_sha256=row.original_sha256,
            visibility=row.visibility,
            students=dict(row.students),
            uploaded_at=row.uploaded_at,
        )
        for row in last.files
    ]
    db.session.flush()
    audit.record(person, "submission.reopen", version, number=version.number, after=last.state, carried=carried)
    return version


def allow_attempt(actor: Person, submission: Submission, note: str) -> Submission:
    """The office held the coaching conversation: one more attempt. Raises RuleBroken where none is needed."""
    submission = db.session.scalars(select(Submission).where(Submission.id == submission.id).with_for_update().execution_options(populate_existing=True)).one()
    if not policy.can_allow_attempt(actor, submission):
        raise RuleBroken(_("Somebody else in the professional-learning office has to do that."), "not-yours")
    last = hold(submission.latest)
    if last.status is not State.NOT_YET or attempts_left([v.status for v in submission.versions], submission.extra_attempts):
        raise RuleBroken(_("No further attempt has to be granted here: there is one left, or nothing to go on with."), "attempts-left")
    submission.extra_attempts += 1
    audit.record(actor, "submission.allow_attempt", last, note=note.strip()[:2000])
    return submission

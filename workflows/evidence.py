"""From submitted evidence to the award and what it is worth: what each act causes, top to bottom, in one transaction.

The caller opens the transaction. ``credentials`` never hears of money, ``ledger`` never of a micro-credential: they meet here.
"""

from __future__ import annotations

from sqlalchemy import select

from core import clock, jobs
from core.db import db
from credentials.badges import jobs as badge_jobs
from credentials.badges import services as badges
from credentials.badges.models import Award
from credentials.evidence import notices as evidence_notices
from credentials.evidence import services as evidence
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from credentials.review import services as review
from credentials.review.models import Assignment
from ledger import services as ledger
from ledger.rules import Earning
from people.models import Person


def _locked(version: SubmissionVersion) -> SubmissionVersion:
    """The version's row, held until the transaction ends and read anew: whoever comes second sees what the first one did."""
    held = select(SubmissionVersion).where(SubmissionVersion.id == version.id).with_for_update()
    return db.session.scalars(held.execution_options(populate_existing=True)).one()


def submit(actor: Person, version: SubmissionVersion) -> SubmissionVersion:
    """The teacher hands her draft in: it is checked for completeness and two reviewers are asked.

    Raises RuleBroken where something is missing. Too few reviewers is no reason to refuse: the office is told, and a job asks again.
    """
    version = _locked(version)
    evidence.submit(actor, version)
    review.assign(version)
    return version


def withdraw(actor: Person, version: SubmissionVersion) -> SubmissionVersion:
    """The teacher takes it back, as long as no reviewer has opened it; the reviewers' places are free again."""
    version = _locked(version)
    evidence.withdraw(actor, version, opened=review.has_been_opened(version))
    review.cancel_all(version)
    return version


def review_submitted(actor: Person, assignment: Assignment) -> Assignment:
    """A reviewer hands her review in; the last one that is needed drafts the decision or asks for a third opinion."""
    version = _locked(assignment.version)
    review.submit(actor, assignment)
    review.settle(version)
    return assignment


def decide(actor: Person, version: SubmissionVersion, note: str = "") -> SubmissionVersion:
    """The office releases the drafted decision. On "demonstrated" the award is issued, the stipend posted, and the badge and the
    certificate are put on the queue; the teacher is told either way.

    Raises RuleBroken when it is not there to be released (any more), or when the actor would release her own.
    """
    version = _locked(version)
    evidence.release(actor, version, note)
    review.lock_all(version)
    if version.status is State.DEMONSTRATED:
        award = badges.award(version, actor)
        ledger.post(earning_of(award), actor)
        jobs.later(badge_jobs.make, award_id=award.id)
    evidence_notices.released(version)
    return version


def earning_of(award: Award) -> Earning:
    """What an award offers to the ledger: the stipend the teacher was shown when she began, for the policy to judge."""
    shown = award.credential_version
    return Earning(
        source=f"award:{award.id}",
        kind="stipend",
        person_id=award.person_id,
        earned_on=clock.day_of(award.issued_at),
        description=shown.title,
        advertised_cents=shown.stipend_cents,
        hours=shown.effort_hours,
        facts={"micro_credential": award.micro_credential.slug, "version": shown.number},
    )

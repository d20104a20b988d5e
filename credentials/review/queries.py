"""Reads of reviewing: who may be asked, what a reviewer has in hand, and what two or three reviews amount to.

What the office sees stands in :mod:`credentials.review.office_queries`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload, undefer

from core import clock
from core.db import db
from core.paging import Page
from credentials.catalogue.content import Content
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.evidence.models import EvidenceFile, Submission, SubmissionVersion
from credentials.evidence.rules import State, Visibility
from credentials.review import rules
from credentials.review.models import Assignment, Conflict, Qualification, ReviewerLoad
from credentials.review.rules import DONE, LIVE, NEEDED, OPEN, Candidate, PairFacts, QualificationState, Round
from credentials.review.verdict_rules import Verdict, far_apart, level_reached, verdict
from people import queries as people_queries
from people.models import Person, RoleGrant
from people.rules import Role

# Who may be asked.


def in_office() -> ColumnElement[bool]:
    """SQL over :class:`Person`: whether she is a coordinator today."""
    return exists().where(RoleGrant.person_id == Person.id, *people_queries.in_force(Role.COORDINATOR))


def candidates(version: SubmissionVersion, only: Person | None = None) -> list[Candidate]:
    """Everybody with a qualification for this micro-credential (or one person, qualified or not) with all that decides whether
    she may be asked to review this version; one statement. What is read was committed or done by this transaction."""
    author = db.session.get_one(Person, version.person_id)
    seen, theirs = aliased(Assignment), aliased(SubmissionVersion)
    mutual, mutual_version = aliased(Assignment), aliased(SubmissionVersion)
    since = clock.now() - rules.RECIPROCAL_WINDOW
    declared = (
        select(func.array_agg(Conflict.kind))
        .where(Conflict.person_a_id == func.least(Person.id, author.id), Conflict.person_b_id == func.greatest(Person.id, author.id))
        .scalar_subquery()
    )
    statement = (
        select(
            Person.id,
            Person.school_id,
            Person.supervisor_id,
            Person.enabled,
            Person.leave_date,
            Qualification.state.label("qualification"),
            func.coalesce(ReviewerLoad.max_open, rules.MAX_OPEN_AT_FIRST).label("max_open"),
            func.coalesce(ReviewerLoad.open_reviews, 0).label("open_reviews"),
            ReviewerLoad.paused_until,
            declared.label("declared"),
            exists()
            .where(
                seen.reviewer_id == Person.id,
                seen.version_id == theirs.id,
                theirs.submission_id == version.submission_id,
                theirs.id != version.id,
                seen.opened_at.is_not(None),
            )
            .label("reviewed_before"),
            exists()
            .where(
                mutual.reviewer_id == author.id,
                mutual.version_id == mutual_version.id,
                mutual_version.person_id == Person.id,
                or_(mutual.opened_at >= since, mutual.state.in_([state.value for state in OPEN])),
            )
            .label("reviewed_by_author"),
            exists().where(Assignment.version_id == version.id, Assignment.reviewer_id == Person.id).label("asked_before"),
            in_office().label("in_office"),
        )
        .outerjoin(Qualification, and_(Qualification.person_id == Person.id, Qualification.micro_credential_id == version.submission.micro_credential_id))
        .outerjoin(ReviewerLoad, ReviewerLoad.person_id == Person.id)
        .order_by(Person.id)
    )
    if only is not None:
        statement = statement.where(Person.id == only.id)
    else:
        statement = statement.where(Qualification.state != QualificationState.WITHDRAWN.value)
    return [
        Candidate(
            facts=PairFacts(
                author_id=author.id,
                reviewer_id=row.id,
                author_school_id=author.school_id,
                reviewer_school_id=row.school_id,
                author_supervisor_id=author.supervisor_id,
                reviewer_supervisor_id=row.supervisor_id,
                declared=tuple(sorted(row.declared or ())),
                reviewed_before=row.reviewed_before,
                reviewed_by_author=row.reviewed_by_author,
            ),
            qualification=QualificationState(row.qualification) if row.qualification else None,
            enabled=row.enabled,
            leave_date=row.leave_date,
            asked_before=row.asked_before,
            max_open=row.max_open,
            open_reviews=row.open_reviews,
            paused_until=row.paused_until,
            in_office=row.in_office,
        )
        for row in db.session.execute(statement)
    ]


def candidate(version: SubmissionVersion, person: Person) -> Candidate:
    """One person against one version."""
    return candidates(version, only=person)[0]


def live_assignments(version: SubmissionVersion) -> list[Assignment]:
    """Those who count towards what this version needs, in the order in which they were asked."""
    return list(
        db.session.scalars(
            select(Assignment)
            .options(joinedload(Assignment.reviewer))
            .where(Assignment.version_id == version.id, Assignment.state.in_([state.value for state in LIVE]))
            .order_by(Assignment.id)
        )
    )


def wanted_round() -> ColumnElement[str]:
    """SQL over :class:`SubmissionVersion`: the round its state asks for."""
    return case((SubmissionVersion.state == State.ADJUDICATING.value, Round.THIRD.value), else_=Round.FIRST.value)


def missing_reviewers() -> ColumnElement[int]:
    """SQL over :class:`SubmissionVersion`: how many reviewers it lacks in the round its state asks for."""
    needed = case((SubmissionVersion.state == State.ADJUDICATING.value, NEEDED[Round.THIRD]), else_=NEEDED[Round.FIRST])
    live = (
        select(func.count())
        .where(Assignment.version_id == SubmissionVersion.id, Assignment.round == wanted_round(), Assignment.state.in_([state.value for state in LIVE]))
        .correlate(SubmissionVersion)
        .scalar_subquery()
    )
    return needed - live


WAITING = (State.SUBMITTED.value, State.IN_REVIEW.value, State.ADJUDICATING.value)


def short_of_reviewers() -> list[int]:
    """The ids of all versions that lack reviewers, the longest waiting first."""
    return list(
        db.session.scalars(
            select(SubmissionVersion.id)
            .where(SubmissionVersion.state.in_(WAITING), missing_reviewers() > 0)
            .order_by(SubmissionVersion.submitted_at, SubmissionVersion.id)
        )
    )


def past_their_time() -> list[int]:
    """The ids of offers nobody answered in time, and of accepted reviews whose days of grace are over."""
    now = clock.now()
    return list(
        db.session.scalars(
            select(Assignment.id)
            .where(
                or_(
                    and_(Assignment.state == rules.AssignmentState.OFFERED.value, Assignment.accept_by <= now),
                    and_(
                        Assignment.state.in_([rules.AssignmentState.ACCEPTED.value, rules.AssignmentState.IN_PROGRESS.value]),
                        Assignment.due_at <= now - rules.GRACE,
                    ),
                )
            )
            .order_by(Assignment.id)
        )
    )


def falling_due() -> ColumnElement[bool]:
    """SQL over :class:`Assignment`: accepted, and due within :data:`rules.REMIND_BEFORE` or late. Reminders and the office's board
    share this condition, so that they never disagree about who is late."""
    return and_(
        Assignment.state.in_([rules.AssignmentState.ACCEPTED.value, rules.AssignmentState.IN_PROGRESS.value]),
        Assignment.due_at <= clock.now() + rules.REMIND_BEFORE,
    )


def to_remind() -> list[Assignment]:
    """Reviews that fall due soon or are late, of people who can still sign in."""
    return list(
        db.session.scalars(
            select(Assignment)
            .join(Assignment.reviewer)
            .options(joinedload(Assignment.reviewer), joinedload(Assignment.version).joinedload(SubmissionVersion.credential_version))
            .where(falling_due(), Person.enabled)
            .order_by(Assignment.id)
        )
    )


# What the reviews amount to.


@dataclass(frozen=True)
class Judgement:
    """The verdict of the reviews that are in, and what it means for each criterion.

    ``results`` is what a decision stores: {criterion key: {"met", "level", "carried", "split"}}; empty while a third is needed.
    ``far_apart`` are criteria on which the first two lie two or more levels apart.
    """

    verdict: Verdict
    results: dict[str, dict[str, object]]
    far_apart: tuple[str, ...]


def reviews_in(version: SubmissionVersion) -> list[Assignment]:
    """The reviews of this version that are in, with their scores, by pseudonym."""
    return list(
        db.session.scalars(
            select(Assignment)
            .options(selectinload(Assignment.scores))
            .where(Assignment.version_id == version.id, Assignment.state.in_([state.value for state in DONE]))
            .order_by(Assignment.pseudonym)
        )
    )


def judgement(version: SubmissionVersion, content: Content) -> Judgement | None:
    """Apply the disagreement rule; None while fewer than two first reviews are in, or while the third that is needed is not."""
    reviews = reviews_in(version)
    levels = [level.key for level in content.levels]
    marks = {row.id: {score.criterion_key: score.level_key for score in row.scores if score.level_key is not None} for row in reviews}
    first = [marks[row.id] for row in reviews if row.round == Round.FIRST]
    third = next((marks[row.id] for row in reviews if row.round == Round.THIRD), None)
    if len(first) < NEEDED[Round.FIRST]:
        return None
    met = [{key: content.level(level).passes for key, level in given.items()} for given in [*first, *([third] if third is not None else [])]]
    outcome = verdict(
        met[:2], met[2] if third is not None else None, passes=content.passes, can_still_pass=content.can_still_pass, carried=frozenset(version.carried)
    )
    results: dict[str, dict[str, object]] = {}
    if not outcome.needs_third:
        carried = carried_levels(version)
        for criterion in content.criteria():
            key = criterion.key
            if key in version.carried:
                results[key] = {"met": True, "level": carried.get(key) or levels[0], "carried": True, "split": False}
            else:
                given = [mark[key] for mark in marks.values() if key in mark]
                results[key] = {"met": key in outcome.met, "level": level_reached(levels, given), "carried": False, "split": key in outcome.split}
    return Judgement(outcome, results, far_apart(levels, first))


def carried_levels(version: SubmissionVersion) -> dict[str, str]:
    """The levels at which the carried criteria were met in earlier versions of the chain."""
    if not version.carried:
        return {}
    levels: dict[str, str] = {}
    earlier = db.session.scalars(
        select(SubmissionVersion.results)
        .where(SubmissionVersion.submission_id == version.submission_id, SubmissionVersion.number < version.number, SubmissionVersion.results.is_not(None))
        .order_by(SubmissionVersion.number)
    )
    for results in earlier:
        levels.update({key: result["level"] for key, result in (results or {}).items() if result.get("met")})
    return levels


def has_been_opened(version: SubmissionVersion) -> bool:
    """Whether a reviewer has seen this version's evidence."""
    return bool(db.session.scalar(select(exists().where(Assignment.version_id == version.id, Assignment.opened_at.is_not(None)))))


# A reviewer's own.

_TITLE = joinedload(Assignment.version).joinedload(SubmissionVersion.credential_version)


def assignment(number: int, user: Person) -> Assignment | None:
    """One of the user's own assignments. Loader of the offer and the desk: nobody else's exists for her."""
    return db.session.scalar(
        select(Assignment)
        .options(
            joinedload(Assignment.version)
            .joinedload(SubmissionVersion.credential_version)
            .options(undefer(CredentialVersion.content), joinedload(CredentialVersion.micro_credential)),
            selectinload(Assignment.scores),
        )
        .where(Assignment.id == number, Assignment.reviewer_id == user.id)
    )


def evidence(version: SubmissionVersion) -> SubmissionVersion:
    """The version with its texts and files read, for the desk."""
    return db.session.scalars(
        select(SubmissionVersion)
        .options(selectinload(SubmissionVersion.responses), selectinload(SubmissionVersion.files).joinedload(EvidenceFile.blob))
        .where(SubmissionVersion.id == version.id)
        .execution_options(populate_existing=True)
    ).one()


def file(number: int, user: Person) -> EvidenceFile | None:
    """A file of a version whose evidence is in the user's hands as a reviewer. Loader; which of her assignments it belongs to is for the
    predicate to say."""
    in_hand = exists().where(
        Assignment.version_id == EvidenceFile.version_id, Assignment.reviewer_id == user.id, Assignment.state == rules.AssignmentState.IN_PROGRESS.value
    )
    return db.session.scalar(select(EvidenceFile).where(EvidenceFile.id == number, EvidenceFile.visibility != Visibility.PRIVATE.value, in_hand))


def open_assignments(person: Person) -> list[Assignment]:
    """What is asked of a reviewer now, by deadline; few by nature (her own maximum)."""
    return list(
        db.session.scalars(
            select(Assignment)
            .options(_TITLE)
            .where(Assignment.reviewer_id == person.id, Assignment.state.in_([state.value for state in OPEN]))
            .order_by(func.coalesce(Assignment.due_at, Assignment.accept_by), Assignment.id)
        )
    )


def past_assignments(person: Person, number: int = 1, size: int = 25) -> Page[Assignment]:
    """What a reviewer handed in or let go, the newest first."""
    condition = (Assignment.reviewer_id == person.id, Assignment.state.not_in([state.value for state in OPEN]))
    total = db.session.scalar(select(func.count()).select_from(Assignment).where(*condition)) or 0
    rows = db.session.scalars(
        select(Assignment)
        .options(_TITLE)
        .where(*condition)
        .order_by(func.coalesce(Assignment.submitted_at, Assignment.offered_at).desc(), Assignment.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(rows, number, size, total)


def all_of(person: Person, number: int = 1, size: int = 25) -> Page[Assignment]:
    """All assignments of a reviewer, the newest first, for the API."""
    total = db.session.scalar(select(func.count()).select_from(Assignment).where(Assignment.reviewer_id == person.id)) or 0
    rows = db.session.scalars(
        select(Assignment)
        .options(_TITLE.joinedload(CredentialVersion.micro_credential))
        .where(Assignment.reviewer_id == person.id)
        .order_by(Assignment.id.desc())
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    return Page(rows, number, size, total)


def load_of(person: Person) -> ReviewerLoad:
    """A reviewer's maximum and pause as they stand; what they are at first where she never said."""
    row = db.session.get(ReviewerLoad, person.id, populate_existing=True)
    return row or ReviewerLoad(person_id=person.id, max_open=rules.MAX_OPEN_AT_FIRST, open_reviews=0, paused_until=None)


def qualifications_of(person: Person) -> list[Qualification]:
    """What a person may review, by title."""
    return list(
        db.session.scalars(
            select(Qualification)
            .options(joinedload(Qualification.micro_credential).joinedload(MicroCredential.current_version))
            .join(Qualification.micro_credential)
            .where(Qualification.person_id == person.id, Qualification.state != QualificationState.WITHDRAWN.value)
            .order_by(Qualification.id)
        )
    )


# An author's own.


def own_submission(number: int, user: Person) -> Submission | None:
    """One of the user's own submissions with at least one released decision. Loader of the feedback page."""
    row = db.session.scalar(
        select(Submission)
        .options(selectinload(Submission.versions).joinedload(SubmissionVersion.credential_version).options(undefer(CredentialVersion.content)))
        .where(Submission.id == number, Submission.person_id == user.id)
    )
    return row if row is not None and released_versions(row) else None


def released_versions(row: Submission) -> Sequence[SubmissionVersion]:
    """The versions on which a decision was released, oldest first."""
    return [version for version in row.versions if version.released_at is not None]


def feedback(version: SubmissionVersion) -> list[Assignment]:
    """The reviews behind a released decision; none before the release, whoever asks."""
    return reviews_in(version) if version.released_at is not None else []


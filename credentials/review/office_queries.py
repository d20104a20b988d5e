"""Reads of the office: what waits to be released, who waits for whom, and who may review what.

Everything here passes through :func:`visible_to`, so that a coordinator's own work, the work of those she evaluates and what she
reviews herself is neither listed nor counted for her.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload, undefer

from core import audit, clock
from core.audit import AuditEvent
from core.db import db
from core.paging import Page
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.evidence import queries as evidence_queries
from credentials.evidence.models import Submission, SubmissionVersion
from credentials.evidence.rules import FINAL, State
from credentials.review import rules
from credentials.review.models import Assignment, Qualification, ReviewerLoad
from credentials.review.queries import WAITING, missing_reviewers
from credentials.review.rules import LIVE, OPEN, QualificationState
from people.models import Person


class Tab(enum.StrEnum):
    """The three faces of the queue."""

    RELEASE = "release"
    WAITING = "waiting"
    ALL = "all"


def visible_to(user: Person) -> ColumnElement[bool]:
    """SQL over :class:`SubmissionVersion` joined with its :class:`Person`: what this coordinator may see of it."""
    own = aliased(Assignment)
    hers = exists().where(own.version_id == SubmissionVersion.id, own.reviewer_id == user.id, own.state.in_([state.value for state in LIVE]))
    return and_(
        SubmissionVersion.submitted_at.is_not(None),
        evidence_queries.not_evaluated_by(user),
        or_(SubmissionVersion.state.in_([state.value for state in FINAL]), ~hers),
    )


def _versions(user: Person) -> Select[Any]:
    return select(SubmissionVersion).join(SubmissionVersion.person).where(visible_to(user))


def decision(number: int, user: Person) -> SubmissionVersion | None:
    """A version as the office sees it, with its rubric and author; None where it is no business of this coordinator's. Loader."""
    return db.session.scalar(
        _versions(user)
        .options(
            contains_eager(SubmissionVersion.person),
            joinedload(SubmissionVersion.credential_version).options(undefer(CredentialVersion.content), joinedload(CredentialVersion.micro_credential)),
            joinedload(SubmissionVersion.submission),
            joinedload(SubmissionVersion.released_by),
        )
        .where(SubmissionVersion.id == number)
    )


def assignment(number: int, user: Person) -> Assignment | None:
    """An assignment of a version that this coordinator may see. Loader of the buttons beside a reviewer."""
    return db.session.scalar(
        select(Assignment)
        .join(Assignment.version)
        .join(SubmissionVersion.person)
        .options(contains_eager(Assignment.version).contains_eager(SubmissionVersion.person))
        .where(Assignment.id == number, visible_to(user))
    )


def assignments(version: SubmissionVersion) -> list[Assignment]:
    """Everybody who was ever asked about this version, with what they said, in the order in which they were asked."""
    return list(
        db.session.scalars(
            select(Assignment)
            .options(joinedload(Assignment.reviewer), selectinload(Assignment.scores))
            .where(Assignment.version_id == version.id)
            .order_by(Assignment.id)
        )
    )


def history(version: SubmissionVersion, rows: Sequence[Assignment]) -> tuple[list[AuditEvent], dict[int, str]]:
    """What happened to a version and its assignments, oldest first, and the names of those of the office who had a hand in it."""
    found = audit.history("submission_version", [version.id]) + audit.history("assignment", [row.id for row in rows])
    reviewers = {row.reviewer_id for row in rows}
    actors = {event.actor_id for event in found if event.actor_id is not None} - reviewers - {version.person_id}
    names = db.session.execute(select(Person.id, Person.given_name, Person.family_name).where(Person.id.in_(actors)))
    return sorted(found, key=lambda event: event.id), {key: f"{given} {family}" for key, given, family in names}


# The queue.


@dataclass(frozen=True)
class Filters:
    """What the address asks for; nonsense was left out by whoever read it."""

    tab: Tab = Tab.RELEASE
    credential: int | None = None
    state: State | None = None
    late: bool = False
    short: bool = False


@dataclass(frozen=True)
class Line:
    """One version in the queue, with the reviewers who count for it and how many it still lacks."""

    version: SubmissionVersion
    reviewers: Sequence[Assignment]
    missing: int

    @property
    def late(self) -> list[Assignment]:
        """Reviewers past their date."""
        return [row for row in self.reviewers if row.is_open and row.deadline < clock.now()]


@dataclass(frozen=True)
class Shortage:
    """A micro-credential with versions that lack reviewers: how many versions, how many reviewers, and who is there at all."""

    title: str
    slug: str
    versions: int
    missing: int
    qualified: int
    free_places: int
    since: dt.datetime


@dataclass(frozen=True)
class Queue:
    """All that the queue page shows."""

    filters: Filters
    counts: dict[Tab, int]
    page: Page[Line]
    shortages: Sequence[Shortage] = ()
    credentials: Sequence[tuple[int, str]] = ()


def _late() -> ColumnElement[bool]:
    """SQL over :class:`SubmissionVersion`: a reviewer is past her date."""
    return exists().where(
        Assignment.version_id == SubmissionVersion.id,
        Assignment.state.in_([state.value for state in OPEN]),
        func.coalesce(Assignment.due_at, Assignment.accept_by) < clock.now(),
    )


def queue(user: Person, filters: Filters, number: int = 1, size: int = 25) -> Queue:
    """One page of the queue. Six statements, whatever it shows."""
    waiting, drafted = SubmissionVersion.state.in_(WAITING), SubmissionVersion.state == State.DECIDED_DRAFT.value
    release_count, waiting_count, all_count = db.session.execute(
        select(func.count().filter(drafted), func.count().filter(waiting), func.count())
        .select_from(SubmissionVersion)
        .join(SubmissionVersion.person)
        .where(visible_to(user))
    ).one()
    conditions: list[ColumnElement[bool]] = []
    order: tuple[Any, ...] = (SubmissionVersion.submitted_at.desc(), SubmissionVersion.id.desc())
    if filters.tab is Tab.RELEASE:
        conditions, order = [drafted], (SubmissionVersion.drafted_at, SubmissionVersion.id)
    elif filters.tab is Tab.WAITING:
        conditions, order = [waiting], (SubmissionVersion.submitted_at, SubmissionVersion.id)
        if filters.late:
            conditions.append(_late())
        if filters.short:
            conditions.append(missing_reviewers() > 0)
    elif filters.state is not None:
        conditions = [SubmissionVersion.state == filters.state.value]
    if filters.credential is not None:
        conditions.append(Submission.micro_credential_id == filters.credential)
    statement = _versions(user).join(SubmissionVersion.submission).where(*conditions)
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    found = db.session.execute(
        statement.add_columns(missing_reviewers())
        .options(contains_eager(SubmissionVersion.person), contains_eager(SubmissionVersion.submission), joinedload(SubmissionVersion.credential_version))
        .order_by(*order)
        .limit(size)
        .offset((number - 1) * size)
    ).all()
    live = db.session.scalars(
        select(Assignment)
        .where(Assignment.version_id.in_([version.id for version, _ in found]), Assignment.state.in_([state.value for state in LIVE]))
        .order_by(Assignment.pseudonym)
    ).all()
    lines = [
        Line(version, [row for row in live if row.version_id == version.id], max(0, missing) if version.state in WAITING else 0) for version, missing in found
    ]
    return Queue(
        filters,
        {Tab.RELEASE: release_count, Tab.WAITING: waiting_count, Tab.ALL: all_count},
        Page(lines, number, size, total),
        shortages(user),
        credentials_in_use(user),
    )


def _in_hand(user: Person) -> ColumnElement[int]:
    """SQL over :class:`Person`: how many reviews she has in hand, as far as it is this coordinator's business. Her true number would tell
    a coordinator who hands in herself who is reviewing her."""
    author = aliased(Person)
    return (
        select(func.count())
        .select_from(Assignment)
        .join(SubmissionVersion, SubmissionVersion.id == Assignment.version_id)
        .join(author, author.id == SubmissionVersion.person_id)
        .where(Assignment.reviewer_id == Person.id, Assignment.state.in_([state.value for state in OPEN]), evidence_queries.not_evaluated_by(user, author))
        .correlate(Person)
        .scalar_subquery()
    )


def shortages(user: Person) -> list[Shortage]:
    """Which micro-credential lacks how many reviewers, the longest waiting first, and what there is to draw on: reviewers who are
    qualified and here, and their free places. One statement."""
    missing = missing_reviewers().label("missing")
    short = (
        select(Submission.micro_credential_id, SubmissionVersion.submitted_at, missing)
        .select_from(SubmissionVersion)
        .join(SubmissionVersion.person)
        .join(SubmissionVersion.submission)
        .where(visible_to(user), SubmissionVersion.state.in_(WAITING), missing_reviewers() > 0)
        .subquery()
    )
    today = clock.today()
    free = func.greatest(func.coalesce(ReviewerLoad.max_open, rules.MAX_OPEN_AT_FIRST) - _in_hand(user), 0)
    on_leave = and_(ReviewerLoad.paused_until.is_not(None), ReviewerLoad.paused_until >= today)
    pool = (
        select(
            Qualification.micro_credential_id,
            func.count().label("qualified"),
            func.coalesce(func.sum(free).filter(~func.coalesce(on_leave, False)), 0).label("free"),
        )
        .join(Qualification.person)
        .outerjoin(ReviewerLoad, ReviewerLoad.person_id == Person.id)
        .where(
            Qualification.state == QualificationState.QUALIFIED.value, Person.enabled, or_(Person.leave_date.is_(None), Person.leave_date >= today)
        )
        .group_by(Qualification.micro_credential_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            CredentialVersion.title,
            MicroCredential.slug,
            func.count(),
            func.sum(short.c.missing),
            func.coalesce(func.max(pool.c.qualified), 0),
            func.coalesce(func.max(pool.c.free), 0),
            func.min(short.c.submitted_at),
        )
        .select_from(short)
        .join(MicroCredential, MicroCredential.id == short.c.micro_credential_id)
        .join(CredentialVersion, CredentialVersion.id == MicroCredential.current_version_id)
        .outerjoin(pool, pool.c.micro_credential_id == MicroCredential.id)
        .group_by(MicroCredential.id, CredentialVersion.title, MicroCredential.slug)
        .order_by(func.min(short.c.submitted_at))
    )
    return [Shortage(title, slug, versions, int(lacking), qualified, int(places), since) for title, slug, versions, lacking, qualified, places, since in rows]


def credentials_in_use(user: Person) -> list[tuple[int, str]]:
    """The micro-credentials of everything in the queue, by title, for the filter."""
    rows = db.session.execute(
        select(MicroCredential.id, CredentialVersion.title)
        .join(CredentialVersion, CredentialVersion.id == MicroCredential.current_version_id)
        .where(
            MicroCredential.id.in_(
                select(Submission.micro_credential_id)
                .select_from(SubmissionVersion)
                .join(SubmissionVersion.person)
                .join(SubmissionVersion.submission)
                .where(visible_to(user))
            )
        )
        .order_by(CredentialVersion.title)
    )
    return [(key, title) for key, title in rows]


# Who may review what.


@dataclass(frozen=True)
class ReviewerLine:
    """A qualification with its holder's maximum, and what she has in hand and has done as far as it is the viewer's business."""

    qualification: Qualification
    max_open: int
    in_hand: int
    paused_until: dt.date | None
    done: int


def qualification(number: int, user: Person) -> Qualification | None:
    """Loader of the buttons beside a qualification."""
    return db.session.get(Qualification, number)


def reviewers(user: Person, credential: int | None, words: str, number: int = 1, size: int = 50) -> Page[ReviewerLine]:
    """Who is qualified for what, by micro-credential and name, withdrawn ones left out; three statements."""
    conditions: list[ColumnElement[bool]] = [Qualification.state != QualificationState.WITHDRAWN.value]
    if credential is not None:
        conditions.append(Qualification.micro_credential_id == credential)
    for word in words.replace("\0", "").split()[:6]:
        like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        conditions.append(or_(Person.given_name.ilike(like), Person.family_name.ilike(like), Person.email.ilike(like)))
    base = (
        select(Qualification)
        .join(Qualification.person)
        .join(Qualification.micro_credential)
        .join(CredentialVersion, CredentialVersion.id == MicroCredential.current_version_id)
        .where(*conditions)
    )
    total = db.session.scalar(select(func.count()).select_from(base.subquery())) or 0
    author = aliased(Person)
    done = (
        select(func.count())
        .select_from(Assignment)
        .join(SubmissionVersion, SubmissionVersion.id == Assignment.version_id)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .join(author, author.id == SubmissionVersion.person_id)
        .where(
            Assignment.reviewer_id == Qualification.person_id,
            Submission.micro_credential_id == Qualification.micro_credential_id,
            Assignment.submitted_at.is_not(None),
            evidence_queries.not_evaluated_by(user, author),
        )
        .correlate(Qualification)
        .scalar_subquery()
    )
    rows = db.session.execute(
        base.add_columns(
            func.coalesce(ReviewerLoad.max_open, rules.MAX_OPEN_AT_FIRST), _in_hand(user), ReviewerLoad.paused_until, done
        )
        .outerjoin(ReviewerLoad, ReviewerLoad.person_id == Person.id)
        .options(
            contains_eager(Qualification.person),
            contains_eager(Qualification.micro_credential).joinedload(MicroCredential.current_version),
        )
        .order_by(CredentialVersion.title, Person.family_name, Person.given_name, Qualification.id)
        .limit(size)
        .offset((number - 1) * size)
    )
    return Page([ReviewerLine(*row) for row in rows], number, size, total)


def published() -> list[tuple[int, str]]:
    """Every micro-credential that was published, by title, for the choice of what somebody is qualified for."""
    rows = db.session.execute(
        select(MicroCredential.id, CredentialVersion.title)
        .join(CredentialVersion, CredentialVersion.id == MicroCredential.current_version_id)
        .order_by(CredentialVersion.title)
    )
    return [(key, title) for key, title in rows]


def micro_credential(number: int) -> MicroCredential | None:
    """A published micro-credential by its number."""
    return db.session.scalar(select(MicroCredential).where(MicroCredential.id == number, MicroCredential.current_version_id.is_not(None)))


def qualified_for(version: SubmissionVersion) -> list[Person]:
    """Those who are qualified for this version's micro-credential, by name, for the question who may review it."""
    return list(
        db.session.scalars(
            select(Person)
            .join(Qualification, Qualification.person_id == Person.id)
            .where(
                Qualification.micro_credential_id == version.submission.micro_credential_id, Qualification.state != QualificationState.WITHDRAWN.value
            )
            .order_by(Person.family_name, Person.given_name, Person.id)
        )
    )


def lacking(version: SubmissionVersion) -> int:
    """How many reviewers this version lacks now."""
    if version.state not in WAITING:
        return 0
    return max(0, db.session.scalar(select(missing_reviewers()).select_from(SubmissionVersion).where(SubmissionVersion.id == version.id)) or 0)


"""Reads: submissions as their author, the office and the pages see them. Eager loading is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload, undefer

from core import audit
from core.db import db
from core.paging import Page
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.evidence import policy
from credentials.evidence.completeness import FileFact, Work
from credentials.evidence.models import EvidenceFile, Submission, SubmissionVersion
from credentials.evidence.rules import State, students_answer
from people.models import District, Person
from people.rules import Role

_TITLES = (
    joinedload(Submission.person),
    joinedload(Submission.micro_credential),
    selectinload(Submission.versions).joinedload(SubmissionVersion.credential_version),
)


def micro_credential_to_start(slug: str, user: Person) -> MicroCredential | None:
    """What can be begun at this address: anything that was ever published. Loader of the start button."""
    row = db.session.scalar(select(MicroCredential).options(joinedload(MicroCredential.current_version)).where(MicroCredential.slug == slug))
    return row if row is not None and row.current_version_id is not None else None


def submission(number: int, user: Person) -> Submission | None:
    """A submission for those who may know that it exists, with its versions, texts and files. Loader of most pages."""
    row = db.session.scalar(
        select(Submission)
        .options(
            joinedload(Submission.person),
            joinedload(Submission.micro_credential),
            selectinload(Submission.versions).joinedload(SubmissionVersion.credential_version).options(undefer(CredentialVersion.content)),
            selectinload(Submission.versions).selectinload(SubmissionVersion.responses),
            selectinload(Submission.versions).selectinload(SubmissionVersion.files),
        )
        .where(Submission.id == number)
    )
    return row if row is not None and policy.can_see(user, row) else None


def own_submission(number: int, user: Person) -> Submission | None:
    """A submission for its author alone. Loader of the editor."""
    row = submission(number, user)
    return row if row is not None and row.person_id == user.id else None


def file(number: int, user: Person) -> EvidenceFile | None:
    """A file for those who may read it. Loader of the file's address."""
    row = db.session.scalar(
        select(EvidenceFile).options(joinedload(EvidenceFile.version).joinedload(SubmissionVersion.person)).where(EvidenceFile.id == number)
    )
    return row if row is not None and policy.can_read_file(user, row) else None


def own_file(number: int, user: Person) -> EvidenceFile | None:
    """A file for its author alone. Loader of what she does with it."""
    row = file(number, user)
    return row if row is not None and row.version.person_id == user.id else None


def mine(person: Person, number: int = 1, size: int = 25) -> Page[Submission]:
    """A person's own submissions, the one that moved last first."""
    moved = (
        select(func.max(func.coalesce(SubmissionVersion.released_at, SubmissionVersion.submitted_at, SubmissionVersion.created_at)))
        .where(SubmissionVersion.submission_id == Submission.id)
        .scalar_subquery()
    )
    return _page(select(Submission).where(Submission.person_id == person.id).order_by(moved.desc(), Submission.id.desc()), number, size)


def submitted(user: Person, number: int = 1, size: int = 25, state: State | None = None) -> Page[Submission]:
    """What the office sees: every submission that was handed in at least once, except of those whom ``user`` evaluates; newest first."""
    handed_in = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.submitted_at.is_not(None))
    statement = select(Submission).join(Submission.person).where(not_evaluated_by(user))
    if state is not None:
        later = aliased(SubmissionVersion)
        newer = select(later.id).where(
            later.submission_id == SubmissionVersion.submission_id, later.submitted_at.is_not(None), later.number > SubmissionVersion.number
        )
        handed_in = handed_in.where(SubmissionVersion.state == state.value, ~newer.exists())
    return _page(statement.where(handed_in.exists()).order_by(Submission.id.desc()), number, size)


def not_evaluated_by(user: Person, person: type[Person] = Person) -> ColumnElement[bool]:
    """The firewall of :func:`policy.evaluates` as a condition on the joined ``person`` (or an alias of it), herself left out too."""
    schools = user.schools_as(Role.PRINCIPAL)
    outside = and_(person.id != user.id, person.supervisor_id.is_distinct_from(user.id))
    if any(grant.role is Role.PRINCIPAL and grant.school_id is None for grant in user.grants()):
        return and_(outside, person.school_id.is_(None))
    return and_(outside, or_(person.school_id.is_(None), person.school_id.not_in(schools))) if schools else outside


def _page(statement: Select[Any], number: int, size: int) -> Page[Submission]:
    total = db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    rows = db.session.scalars(statement.options(*_TITLES).limit(size).offset((number - 1) * size)).all()
    return Page(rows, number, size, total)


def work_of(version: SubmissionVersion, *, signed: bool | None = None) -> Work:
    """What is there so far, as plain values for :mod:`credentials.evidence.completeness`."""
    files: dict[str, list[FileFact]] = {}
    for row in version.files:
        files.setdefault(row.item_key, []).append(FileFact(row.id, row.own_name, students_answer(row.students)))
    return Work(
        texts={row.item_key: row.text for row in version.responses},
        files=files,
        indicators={key: answer for key, answer in version.indicators.items() if isinstance(answer, bool)},
        carried=frozenset(version.carried),
        resubmission=needs_change_note(version),
        change_note=version.change_note,
        signed=version.statement_at is not None if signed is None else signed,
    )


def needs_change_note(version: SubmissionVersion) -> bool:
    """Whether this version answers a "not yet", so that the author says what changed."""
    return any(earlier.state == State.NOT_YET for earlier in version.submission.versions if earlier.number < version.number)


def history(row: Submission) -> list[audit.AuditEvent]:
    """What happened to all versions of a submission, oldest first."""
    return audit.history("submission_version", [version.id for version in row.versions])


def demonstrated_slugs(person: Person, slugs: Sequence[str]) -> set[str]:
    """Which of these micro-credentials the person has demonstrated."""
    return set(
        db.session.scalars(
            select(MicroCredential.slug)
            .join(Submission, Submission.micro_credential_id == MicroCredential.id)
            .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
            .where(Submission.person_id == person.id, SubmissionVersion.state == State.DEMONSTRATED.value, MicroCredential.slug.in_(slugs))
        )
    )


def titles(slugs: Sequence[str]) -> dict[str, str]:
    """Titles by slug, for sentences; a slug without a published version keeps its slug."""
    known = dict(
        db.session.execute(
            select(MicroCredential.slug, CredentialVersion.title)
            .join(CredentialVersion, CredentialVersion.id == MicroCredential.current_version_id)
            .where(MicroCredential.slug.in_(slugs))
        )
        .tuples()
        .all()
    )
    return {slug: known.get(slug, slug) for slug in slugs}


def same_file_elsewhere(person: Person, sha256: str) -> list[int]:
    """Numbers of files that somebody else handed in before and that came with the same bytes."""
    return list(
        db.session.scalars(
            select(EvidenceFile.id)
            .join(EvidenceFile.version)
            .where(EvidenceFile.original_sha256 == sha256, SubmissionVersion.person_id != person.id)
            .order_by(EvidenceFile.id)
            .limit(20)
        )
    )


def office() -> District | None:
    """The district, for the address of its professional-learning office."""
    return db.session.get(District, 1)

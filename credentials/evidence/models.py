"""Submissions: one chain a teacher and micro-credential, with its versions, their answers and files."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Key
from core.storage import Blob
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.evidence.rules import State, Visibility
from people.models import Person

_STATES = ", ".join(f"'{s.value}'" for s in State)
_VISIBILITIES = ", ".join(f"'{v.value}'" for v in Visibility)
_RELEASED = "('demonstrated', 'not_yet', 'revoked')"


class Submission(Base):
    """What one teacher does for one micro-credential, from "start" to the award: a chain of versions."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("person_id", "micro_credential_id"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    micro_credential_id: Mapped[int] = mapped_column(ForeignKey("micro_credential.id"), index=True)
    #: Attempts granted beyond the limit, one for each coaching conversation that was held.
    extra_attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]

    person: Mapped[Person] = relationship()
    micro_credential: Mapped[MicroCredential] = relationship()
    versions: Mapped[list[SubmissionVersion]] = relationship(back_populates="submission", order_by="SubmissionVersion.number")

    @property
    def latest(self) -> SubmissionVersion:
        return self.versions[-1]


class SubmissionVersion(Base):
    """One attempt in the chain: a draft, then what was judged. A resubmission is the next version, with what was met carried over."""

    __tablename__ = "submission_version"
    __table_args__ = (
        UniqueConstraint("submission_id", "number"),
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint(f"(state IN {_RELEASED}) = (released_at IS NOT NULL AND released_by_id IS NOT NULL)", name="released_has_who_and_when"),
        CheckConstraint("(state IN ('draft')) = (submitted_at IS NULL)", name="submitted_has_its_time"),
        CheckConstraint("released_by_id IS NULL OR released_by_id <> person_id", name="nobody_releases_her_own"),
        Index(
            "uq_submission_version_open",
            "submission_id",
            unique=True,
            postgresql_where=text("state NOT IN ('demonstrated', 'not_yet', 'withdrawn', 'revoked')"),
        ),
        Index("ix_submission_version_state", "state", "submitted_at"),
    )

    id: Mapped[Key]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credential_version_id: Mapped[int] = mapped_column(ForeignKey("credential_version.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default=State.DRAFT.value)
    #: Criterion keys met in an earlier version and carried over; their items are closed here.
    carried: Mapped[list[str]] = mapped_column(ARRAY(String(80)), default=list)
    change_note: Mapped[str] = mapped_column(Text, default="")
    #: The teacher's own yes/no answers to the completion indicators, and her signed statement of integrity and consent.
    indicators: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    statement_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    submitted_at: Mapped[dt.datetime | None]
    #: The outcome per criterion once decided: {criterion key: {"met": bool, "level": key, "carried": bool, "split": bool}}.
    results: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    drafted_outcome: Mapped[str | None] = mapped_column(String(20))
    drafted_at: Mapped[dt.datetime | None]
    released_at: Mapped[dt.datetime | None]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    release_note: Mapped[str] = mapped_column(Text, default="")
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    submission: Mapped[Submission] = relationship(back_populates="versions")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    released_by: Mapped[Person | None] = relationship(foreign_keys=[released_by_id])
    credential_version: Mapped[CredentialVersion] = relationship()
    responses: Mapped[list[Response]] = relationship(back_populates="version", order_by="Response.id")
    files: Mapped[list[EvidenceFile]] = relationship(back_populates="version", order_by="EvidenceFile.id")

    @property
    def status(self) -> State:
        return State(self.state)


class Response(Base):
    """What was written for one item of kind text or link. ``revision`` counts the saves, so that an older tab cannot undo a newer."""

    __tablename__ = "response"
    __table_args__ = (UniqueConstraint("version_id", "item_key"),)

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"), index=True)
    item_key: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[dt.datetime]

    version: Mapped[SubmissionVersion] = relationship(back_populates="responses")


class EvidenceFile(Base):
    """A file given as evidence, as reviewers may see it: metadata stripped, with a neutral name. The teacher's own file name is
    kept for her alone."""

    __tablename__ = "evidence_file"
    __table_args__ = (
        CheckConstraint(f"visibility IN ({_VISIBILITIES})", name="visibility_known"),
        UniqueConstraint("version_id", "neutral_name"),
        Index("ix_evidence_file_version_item", "version_id", "item_key"),
    )

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"), index=True)
    item_key: Mapped[str] = mapped_column(String(80))
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"), index=True)
    own_name: Mapped[str] = mapped_column(String(255))
    neutral_name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    #: What was taken out, in plain codes: gps, camera, author, revisions, comments, …
    stripped: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    #: Words inside that could tell reviewers who this is (her name, her school), for her alone to see before she submits.
    identifying: Mapped[list[str]] = mapped_column(ARRAY(String(80)), default=list)
    #: Digest of the file as it came, to notice the same work handed in twice.
    original_sha256: Mapped[str] = mapped_column(String(64), index=True)
    visibility: Mapped[str] = mapped_column(String(12), default=Visibility.REVIEWERS.value)
    #: The teacher's answers: {"students_identifiable": bool, "release_on_file": bool}.
    students: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    uploaded_at: Mapped[dt.datetime]

    version: Mapped[SubmissionVersion] = relationship(back_populates="files")
    blob: Mapped[Blob] = relationship(lazy="joined", innerjoin=True)

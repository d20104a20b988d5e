"""Reviewers, conflicts, assignments and scores."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Key
from credentials.catalogue.models import MicroCredential
from credentials.evidence.models import SubmissionVersion
from credentials.review.rules import DONE, MAX_OPEN_AT_FIRST, OPEN, AssignmentAct, AssignmentState, QualificationState, Round, next_state
from people.models import Person

_STATES = ", ".join(f"'{s.value}'" for s in AssignmentState)
_LIVE = "state IN ('offered', 'accepted', 'in_progress', 'submitted', 'locked')"
_ACCEPTED = "('accepted', 'in_progress', 'submitted', 'locked')"
_QUALIFICATION_STATES = ", ".join(f"'{s.value}'" for s in QualificationState)

#: How the reason begins where an assignment was closed because a conflict came up.
RULED_OUT = "conflict found"


class Qualification(Base):
    """Who may review what: a person qualified for a micro-credential."""

    __tablename__ = "qualification"
    __table_args__ = (
        UniqueConstraint("person_id", "micro_credential_id"),
        CheckConstraint(f"state IN ({_QUALIFICATION_STATES})", name="state_known"),
        Index("ix_qualification_credential_state", "micro_credential_id", "state"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    micro_credential_id: Mapped[int] = mapped_column(ForeignKey("micro_credential.id"))
    state: Mapped[str] = mapped_column(String(12), default=QualificationState.QUALIFIED.value)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[dt.datetime]

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    micro_credential: Mapped[MicroCredential] = relationship()


class ReviewerLoad(Base):
    """A reviewer's own maximum of open reviews and how many she has: raised by a conditional update, so nobody is overbooked."""

    __tablename__ = "reviewer_load"
    __table_args__ = (CheckConstraint("open_reviews >= 0", name="not_negative"), CheckConstraint("max_open >= 0", name="max_not_negative"))

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    max_open: Mapped[int] = mapped_column(default=MAX_OPEN_AT_FIRST)
    open_reviews: Mapped[int] = mapped_column(default=0)
    paused_until: Mapped[dt.date | None]


class Conflict(Base):
    """A declared conflict of interest between two people, stored for good; the lower id stands first."""

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("person_a_id", "person_b_id", "kind"), CheckConstraint("person_a_id < person_b_id", name="lower_id_first"))

    id: Mapped[Key]
    person_a_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    person_b_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30), default="declared")
    reason: Mapped[str] = mapped_column(Text, default="")
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]


class Assignment(Base):
    """One reviewer asked to review one submission version: all of it, or (a third review) the disputed criteria only."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("version_id", "reviewer_id"),
        CheckConstraint(f"state IN ({_STATES})", name="state_known"),
        CheckConstraint("round IN ('first', 'third')", name="round_known"),
        CheckConstraint("(state IN ('submitted', 'locked')) = (submitted_at IS NOT NULL)", name="submitted_has_its_time"),
        CheckConstraint(f"state NOT IN {_ACCEPTED} OR no_conflict_declared_at IS NOT NULL", name="conflict_question_first"),
        CheckConstraint(f"state NOT IN {_ACCEPTED} OR due_at IS NOT NULL", name="accepted_has_its_due_date"),
        CheckConstraint("state NOT IN ('in_progress', 'submitted', 'locked') OR opened_at IS NOT NULL", name="opened_before_judged"),
        Index("ix_assignment_reviewer_state", "reviewer_id", "state"),
        Index("uq_assignment_pseudonym", "version_id", "pseudonym", unique=True, postgresql_where=text(_LIVE)),
        Index("uq_assignment_one_third", "version_id", unique=True, postgresql_where=text(f"round = 'third' AND {_LIVE}")),
    )

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    round: Mapped[str] = mapped_column(String(8), default=Round.FIRST.value)
    state: Mapped[str] = mapped_column(String(12), default=AssignmentState.OFFERED.value)
    #: The letter in "Reviewer A", which the author sees instead of a name; per version, never per person. It goes to the successor of
    #: somebody who dropped out.
    pseudonym: Mapped[str] = mapped_column(String(1))
    #: The criteria to score, in the rubric's order.
    criteria: Mapped[list[str]] = mapped_column(ARRAY(String(80)))
    #: The facts with which the conflict check was passed, so that "why was she allowed?" can be answered later.
    conflict_facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    no_conflict_declared_at: Mapped[dt.datetime | None]
    offered_at: Mapped[dt.datetime]
    accept_by: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    opened_at: Mapped[dt.datetime | None]
    submitted_at: Mapped[dt.datetime | None]
    closed_reason: Mapped[str] = mapped_column(String(200), default="")
    overall: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=0)
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    version: Mapped[SubmissionVersion] = relationship()
    reviewer: Mapped[Person] = relationship()
    scores: Mapped[list[Score]] = relationship(back_populates="assignment", order_by="Score.id")

    @property
    def status(self) -> AssignmentState:
        return AssignmentState(self.state)

    @property
    def is_open(self) -> bool:
        """Whether something is still asked of the reviewer."""
        return self.status in OPEN

    @property
    def is_done(self) -> bool:
        """Whether the review is in."""
        return self.status in DONE

    @property
    def deadline(self) -> dt.datetime:
        """By when the reviewer's next answer is due: yes or no to an offer, the review of an accepted one."""
        return self.due_at if self.due_at is not None else self.accept_by

    @property
    def known_as(self) -> str:
        """The pseudonym in the reader's language."""
        return _("Reviewer %(letter)s", letter=self.pseudonym)

    @property
    def was_ruled_out(self) -> bool:
        """Whether it was closed because a conflict came up, rather than by anybody's wish."""
        return self.closed_reason.startswith(RULED_OUT)

    def can(self, act: AssignmentAct) -> bool:
        """Whether the table of moves has this one: which buttons to show."""
        return next_state(self.status, act) is not None


class Score(Base):
    """A reviewer's level on one criterion, why, and where in the evidence. Sealed once the review is in (trigger ``score_sealed``)."""

    __tablename__ = "score"
    __table_args__ = (UniqueConstraint("assignment_id", "criterion_key"),)

    id: Mapped[Key]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    criterion_key: Mapped[str] = mapped_column(String(80))
    level_key: Mapped[str | None] = mapped_column(String(40))
    comment: Mapped[str] = mapped_column(Text, default="")
    #: Where in the evidence: a file and page, or words of the answer.
    pointer: Mapped[str] = mapped_column(String(300), default="")

    assignment: Mapped[Assignment] = relationship(back_populates="scores")

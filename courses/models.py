"""Sessions, sections, registrations and attendance."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base, Key
from people.models import Person, School


class Session(Base):
    """A professional-development session, whatever dates it is offered on."""

    __tablename__ = "session"

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    topics: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    audience: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    modality: Mapped[str] = mapped_column(String(20), default="in-person")
    credit_hours: Mapped[float] = mapped_column(Numeric(5, 1, asdecimal=False), default=1)
    created_at: Mapped[dt.datetime]

    sections: Mapped[list[Section]] = relationship(back_populates="session", order_by="Section.starts_at")


class Section(Base):
    """One dated offering. ``taken`` counts the places given; the database refuses one above capacity."""

    __tablename__ = "section"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("taken >= 0 AND taken <= capacity", name="never_overbooked"),
        Index("ix_section_starts_at", "starts_at"),
    )

    id: Mapped[Key]
    session_id: Mapped[int] = mapped_column(ForeignKey("session.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    room: Mapped[str] = mapped_column(String(80), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    facilitator_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)

    session: Mapped[Session] = relationship(back_populates="sections")
    school: Mapped[School | None] = relationship()
    facilitator: Mapped[Person | None] = relationship()


class Registration(Base):
    """A teacher's place in a section, or her place on its wait-list."""

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("section_id", "person_id"),
        CheckConstraint("state IN ('registered', 'waiting', 'cancelled')", name="state_known"),
    )

    id: Mapped[Key]
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[dt.datetime]
    cancelled_at: Mapped[dt.datetime | None]

    section: Mapped[Section] = relationship()
    person: Mapped[Person] = relationship()


class Attendance(Base):
    """That somebody was there, for how long, and who says so."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("section_id", "person_id"), CheckConstraint("minutes >= 0", name="minutes_not_negative"))

    id: Mapped[Key]
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    minutes: Mapped[int]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[dt.datetime]

    section: Mapped[Section] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])

"""People, schools, roles and personal tokens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_login import UserMixin
from sqlalchemy import BigInteger, Boolean, CheckConstraint, Computed, ForeignKey, Index, Numeric, String, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from core import clock
from core.db import Base, Key
from people.rules import FlsaClass, Grant, Role


class District(Base):
    """The one district of this installation."""

    __tablename__ = "district"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    name: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(300), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    fiscal_year_starts_month: Mapped[int] = mapped_column(default=7)


class School(Base):
    """A school or an office of the district."""

    __tablename__ = "school"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20), default="school")


class Person(UserMixin, Base):
    """Anybody who works in the district. HR facts stand here as they are today; what counted at the time is copied on to the
    record that used it."""

    __tablename__ = "person"
    __table_args__ = (
        Index("uq_person_email_lower", func.lower(text("email")), unique=True),
        CheckConstraint("flsa_class IN ('exempt', 'nonexempt')", name="flsa_class_known"),
        CheckConstraint("fte >= 0 AND fte <= 1.5", name="fte_plausible"),
        CheckConstraint("leave_date IS NULL OR hire_date IS NULL OR leave_date >= hire_date", name="leaves_after_hire"),
        Index("ix_person_search_trgm", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
        Index("ix_person_name", "family_name", "given_name", "id"),
    )

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(320))
    given_name: Mapped[str] = mapped_column(String(100))
    family_name: Mapped[str] = mapped_column(String(100))
    locale: Mapped[str | None] = mapped_column(String(5))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    job_title: Mapped[str] = mapped_column(String(120), default="")
    grades: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list)
    subjects: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    # HR facts. The employee number is the payroll key; an e-mail address never is.
    employee_number: Mapped[str | None] = mapped_column(String(30), unique=True)
    bargaining_unit: Mapped[str] = mapped_column(String(40), default="")
    flsa_class: Mapped[str] = mapped_column(String(12), default=FlsaClass.EXEMPT.value)
    fte: Mapped[float] = mapped_column(Numeric(4, 3, asdecimal=False), default=1.0)
    pay_group: Mapped[str] = mapped_column(String(40), default="")
    hire_date: Mapped[dt.date | None]
    leave_date: Mapped[dt.date | None]
    # Sign-in.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    session_version: Mapped[int] = mapped_column(default=1)
    last_sign_in_at: Mapped[dt.datetime | None]
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    # Name, address and number in small letters without accents: what the list of people is searched by.
    search: Mapped[str] = deferred(
        mapped_column(Text, Computed("plain(given_name || ' ' || family_name || ' ' || email || ' ' || coalesce(employee_number, ''))", persisted=True))
    )

    school: Mapped[School | None] = relationship(lazy="joined", innerjoin=False)
    role_grants: Mapped[list[RoleGrant]] = relationship(back_populates="person", lazy="selectin", order_by="RoleGrant.id")

    def get_id(self) -> str:
        """What the session remembers: a changed password or "sign out everywhere" makes it worthless."""
        return f"{self.id}.{self.session_version}"

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.enabled

    @property
    def display_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper()

    def grants(self, day: dt.date | None = None) -> list[Grant]:
        """The roles in force on ``day`` (today by default)."""
        day = day or clock.today()
        return [g for g in (row.as_grant() for row in self.role_grants) if g.holds(day)]

    def is_a(self, *roles: Role, school_id: int | None = None) -> bool:
        """Whether one of these roles is held for the whole district, or for that school."""
        return any(g.role in roles and (g.school_id is None or g.school_id == school_id) for g in self.grants())

    def schools_as(self, role: Role) -> set[int]:
        """The schools for which this role is held by name."""
        return {g.school_id for g in self.grants() if g.role is role and g.school_id is not None}


class RoleGrant(Base):
    """A role held by somebody, dated and scoped."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(f"role IN ({', '.join(repr(r.value) for r in Role)})", name="role_known"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        # In this order the first few holders of a role are found without looking at the others.
        Index("ix_role_grant_role_id", "role", "id"),
        Index("uq_role_grant_open", "person_id", "role", func.coalesce(text("school_id"), 0), unique=True, postgresql_where=text("ends_on IS NULL")),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]

    person: Mapped[Person] = relationship(back_populates="role_grants")

    def as_grant(self) -> Grant:
        return Grant(Role(self.role), self.school_id, self.starts_on, self.ends_on)


class Licence(Base):
    """A teaching licence somebody holds."""

    __tablename__ = "licence"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(String(2))
    kind: Mapped[str] = mapped_column(String(80))
    issued_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]


class ApiToken(Base):
    """A personal token for the API: only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(30)), default=list)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]

    person: Mapped[Person] = relationship()


class SignInGuard(Base):
    """How often a wrong password was given for an e-mail address, and until when it is locked.

    There is a row for every address that was tried, whether or not an account has it: so a lock says nothing about who works
    here. The key is a digest of the address; a row is swept a day after the last wrong password.
    """

    __tablename__ = "sign_in_guard"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_failed_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    locked_until: Mapped[dt.datetime | None]


class EndedSession(Base):
    """A browser session that was signed out: the digest of its number. The cookie itself cannot be called back, so a copy of it
    (or an answer still on its way) would bring the session to life again without this."""

    __tablename__ = "ended_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    ended_at: Mapped[dt.datetime] = mapped_column(index=True)


class UsedLink(Base):
    """A one-time link (forgotten password) that was used: its digest, so that it works once."""

    __tablename__ = "used_link"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[dt.datetime]


class Preference(Base):
    """What somebody set for herself: mail digest, theme, and the like."""

    __tablename__ = "preference"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

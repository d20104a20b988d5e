"""Micro-credentials and their versions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, ForeignKey, Index, Integer, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from core.db import Base, Key
from credentials.catalogue.content import Content, parse
from people.models import Person

#: What the full-text index reads, the title weighing most. ``laurel_search`` is a configuration with unaccent and English stems
#: and ``array_words`` an immutable array_to_string, both made by the first migration.
_SEARCH = (
    "setweight(to_tsvector('laurel_search', title), 'A') || setweight(to_tsvector('laurel_search', competency), 'B') || "
    "setweight(to_tsvector('laurel_search', array_words(topics)), 'B') || setweight(to_tsvector('laurel_search', key_method), 'C')"
)


class MicroCredential(Base):
    """One competency that can be shown; its identity stays while its versions come and go."""

    __tablename__ = "micro_credential"
    __table_args__ = (CheckConstraint("state IN ('draft', 'in_quality_review', 'published', 'retired')", name="state_known"),)

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    issuer: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(20), default="draft")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    current_version_id: Mapped[int | None] = mapped_column(ForeignKey("credential_version.id", use_alter=True), unique=True)
    created_at: Mapped[dt.datetime]

    current_version: Mapped[CredentialVersion | None] = relationship(foreign_keys=[current_version_id], post_update=True)
    versions: Mapped[list[CredentialVersion]] = relationship(
        back_populates="micro_credential", foreign_keys="CredentialVersion.micro_credential_id", order_by="CredentialVersion.number"
    )
    created_by: Mapped[Person | None] = relationship()


class CredentialVersion(Base):
    """What a micro-credential asks and by which rubric. Immutable once published (trigger ``credential_version_immutable``);
    a submission pins one.

    ``content`` is the whole document in the shape of :mod:`credentials.catalogue.content`; the other columns repeat from it what the
    catalogue filters and sorts by.
    """

    __tablename__ = "credential_version"
    __table_args__ = (
        UniqueConstraint("micro_credential_id", "number"),
        CheckConstraint("state IN ('draft', 'in_quality_review', 'published')", name="state_known"),
        CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name="published_has_its_time"),
        CheckConstraint("approved_by_id IS NULL OR submitted_by_id IS NULL OR approved_by_id <> submitted_by_id", name="author_and_approver_differ"),
        CheckConstraint("approved_by_id IS NULL OR NOT (approved_by_id = ANY (contributor_ids))", name="contributors_do_not_approve"),
        CheckConstraint("state <> 'published' OR approved_by_id IS NOT NULL", name="published_is_approved"),
        CheckConstraint("stipend_cents >= 0", name="stipend_not_negative"),
        Index("uq_credential_version_open", "micro_credential_id", unique=True, postgresql_where=text("state <> 'published'")),
        Index("ix_credential_version_search", "search", postgresql_using="gin"),
        Index("ix_credential_version_topics", "topics", postgresql_using="gin"),
    )

    id: Mapped[Key]
    micro_credential_id: Mapped[int] = mapped_column(ForeignKey("micro_credential.id"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20), default="draft")
    #: A draft's may be incomplete (read it with :func:`credentials.catalogue.content.examine`); a published one always parses.
    content: Mapped[dict[str, Any]] = deferred(mapped_column(JSONB, nullable=False))
    change_note: Mapped[str] = mapped_column(Text, default="")
    # Repeated from the content for the catalogue.
    title: Mapped[str] = mapped_column(String(200))
    competency: Mapped[str] = mapped_column(Text)
    key_method: Mapped[str] = mapped_column(Text, default="")
    topics: Mapped[list[str]] = mapped_column(ARRAY(String(80)), default=list)
    audience: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    grade_bands: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list)
    evidence_kinds: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list)
    effort_hours: Mapped[float] = mapped_column(Numeric(6, 2, asdecimal=False), default=0)
    credit_hours: Mapped[float] = mapped_column(Numeric(6, 2, asdecimal=False), default=0)
    stipend_cents: Mapped[int] = mapped_column(Integer, default=0)
    badge_design: Mapped[str] = mapped_column(String(20), default="laurel")
    badge_color: Mapped[str] = mapped_column(String(7), default="#1F4D3A")
    # Who did what.
    authored_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    #: Everybody who wrote in this draft: none of them may approve it.
    contributor_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    #: The last quality check: {"outcome": "returned" | "published", "met": [keys], "note", "by_id", "name", "at", "standard"}.
    quality_check: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]
    lock: Mapped[int] = mapped_column(default=1)
    search: Mapped[Any] = deferred(mapped_column(TSVECTOR, Computed(_SEARCH, persisted=True)))

    __mapper_args__ = {"version_id_col": lock}

    micro_credential: Mapped[MicroCredential] = relationship(back_populates="versions", foreign_keys=[micro_credential_id])
    authored_by: Mapped[Person | None] = relationship(foreign_keys=[authored_by_id])
    submitted_by: Mapped[Person | None] = relationship(foreign_keys=[submitted_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])

    def parsed(self) -> Content:
        """The content of a published version as plain values; parsed once a row. Raises ContentProblems for an incomplete draft."""
        known = self.__dict__.get("_parsed")
        if known is None or known[0] is not self.content:
            known = (self.content, parse(self.content))
            self.__dict__["_parsed"] = known
        return known[1]


class CatalogueWord(Base):
    """A word that some published version uses: what a misspelt search is compared with (function ``catalogue_query``)."""

    __tablename__ = "catalogue_word"
    __table_args__ = (Index("ix_catalogue_word_trgm", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),)

    word: Mapped[str] = mapped_column(Text, primary_key=True)

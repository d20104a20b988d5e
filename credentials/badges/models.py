"""Awards, issuer keys and status lists."""

from __future__ import annotations

import datetime as dt
import uuid as uuids
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from core import clock
from core.db import Base, Key
from core.storage import Blob
from credentials.badges import rules
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.evidence.models import SubmissionVersion
from people.models import Person


class IssuerKey(Base):
    """A signing key. Its private half is sealed with the secret key, and destroyed when the key retires: a retired key never signs
    again, but stays published, so that what it signed stays valid."""

    __tablename__ = "issuer_key"
    __table_args__ = (
        CheckConstraint("kind IN ('ed25519', 'rsa', 'p256')", name="kind_known"),
        Index("uq_issuer_key_active", "kind", unique=True, postgresql_where=text("active")),
    )

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(10))
    fragment: Mapped[str] = mapped_column(String(80), unique=True)
    public: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed_private: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]


class StatusList(Base):
    """One Bitstring Status List: which of its awards are revoked, and the signed list as it is served. How many of its places are
    taken is not written down here: the awards say it."""

    __tablename__ = "status_list"

    id: Mapped[Key]
    size: Mapped[int] = mapped_column(default=131072)
    revoked: Mapped[list[int]] = mapped_column(JSONB, default=list)
    #: JSON and not JSONB, which would sort the members: what is served is what was signed, in the order in which it was written.
    signed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    signed_jwt: Mapped[str | None] = mapped_column(Text)
    valid_until: Mapped[dt.datetime | None]


class Award(Base):
    """What a teacher was awarded: one per submission version, with criterion-level results and its signed badge."""

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("submission_version_id"),
        UniqueConstraint("status_list_id", "status_index"),
        CheckConstraint("visibility IN ('private', 'link', 'public')", name="visibility_known"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_has_its_reason"),
        CheckConstraint("valid_until IS NULL OR valid_until > issued_at", name="valid_after_issue"),
        Index("uq_award_live", "person_id", "micro_credential_id", unique=True, postgresql_where=text("revoked_at IS NULL AND superseded_at IS NULL")),
    )

    id: Mapped[Key]
    uuid: Mapped[uuids.UUID] = mapped_column(UUID(as_uuid=True), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    micro_credential_id: Mapped[int] = mapped_column(ForeignKey("micro_credential.id"), index=True)
    credential_version_id: Mapped[int] = mapped_column(ForeignKey("credential_version.id"))
    submission_version_id: Mapped[int] = mapped_column(ForeignKey("submission_version.id"))
    results: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_at: Mapped[dt.datetime]
    valid_until: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(Text)
    superseded_at: Mapped[dt.datetime | None]
    visibility: Mapped[str] = mapped_column(String(8), default="private")
    #: Whether whoever may see the page also sees whose badge it is. Hers to say, and no at first.
    shows_name: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Part of the address that opens an award shared by link; changed to revoke the link.
    link_secret: Mapped[str] = mapped_column(String(40))
    recipient_email: Mapped[str] = mapped_column(String(320))
    subject_uuid: Mapped[uuids.UUID] = mapped_column(UUID(as_uuid=True), unique=True)
    salt: Mapped[str] = mapped_column(String(40))
    status_list_id: Mapped[int] = mapped_column(ForeignKey("status_list.id"))
    status_index: Mapped[int]
    #: The signed badge; None until the job that follows the decision has made it.
    credential: Mapped[dict[str, Any] | None] = deferred(mapped_column(JSON(none_as_null=True)))
    jwt: Mapped[str | None] = deferred(mapped_column(Text))
    signed_at: Mapped[dt.datetime | None]
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))

    person: Mapped[Person] = relationship()
    micro_credential: Mapped[MicroCredential] = relationship()
    credential_version: Mapped[CredentialVersion] = relationship()
    submission_version: Mapped[SubmissionVersion] = relationship()
    certificate: Mapped[Blob | None] = relationship()

    @property
    def standing(self) -> rules.Standing:
        """How it stands at this moment."""
        return rules.standing(clock.now(), valid_until=self.valid_until, revoked_at=self.revoked_at, superseded_at=self.superseded_at)

    @property
    def sharing(self) -> rules.Sharing:
        """Who may see it, by its holder's choice."""
        return rules.Sharing(self.visibility)

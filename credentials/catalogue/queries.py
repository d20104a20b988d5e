"""Reads of the catalogue: what may be found, and single micro-credentials with what their pages show."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from core.db import db
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.rules import VersionState


def slugs_like(slug: str) -> set[str]:
    """The slugs in use that begin like this one."""
    return set(db.session.scalars(select(MicroCredential.slug).where(MicroCredential.slug.startswith(slug[:40], autoescape=True))))


def slug_taken(slug: str, except_id: int) -> bool:
    """Whether another micro-credential has this slug."""
    return db.session.scalar(select(MicroCredential.id).where(MicroCredential.slug == slug, MicroCredential.id != except_id)) is not None


def known_slugs(slugs: Collection[str]) -> set[str]:
    """Those of the slugs that belong to something that was published."""
    if not slugs:
        return set()
    return set(db.session.scalars(select(MicroCredential.slug).where(MicroCredential.slug.in_(slugs), MicroCredential.current_version_id.is_not(None))))


def open_version(micro_credential: MicroCredential) -> CredentialVersion | None:
    """The version that is being written or checked, if there is one."""
    return db.session.scalar(
        select(CredentialVersion).where(
            CredentialVersion.micro_credential_id == micro_credential.id, CredentialVersion.state != VersionState.PUBLISHED.value
        )
    )

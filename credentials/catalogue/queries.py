"""Reads of the catalogue: what may be found, and single micro-credentials with what their pages show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import contains_eager, undefer

from core.db import db
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.rules import State, VersionState, is_slug
from people.models import District, Person

LARGEST_NUMBER = 2**31  # what PostgreSQL's integer does not hold any more


def choose_slugs_alone() -> None:
    """Wait until nobody else is choosing a slug, to the end of this transaction: two drafts of one title begun at once get two."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("micro_credential.slug"))))


def hold(micro_credential: MicroCredential) -> None:
    """Lock the row to the end of this transaction, and read it anew."""
    db.session.execute(select(MicroCredential.id).where(MicroCredential.id == micro_credential.id).with_for_update())
    db.session.refresh(micro_credential)


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


@dataclass(frozen=True)
class Edition:
    """One published version, as the list of versions names it."""

    number: int
    published_at: dt.datetime | None
    change_note: str


def on_show(slug: str, user: Person | None) -> MicroCredential | None:
    """The micro-credential that has a public page under this slug: offered, or retired after it was published. With its present
    version and content, in one statement."""
    if not is_slug(slug):
        return None
    return db.session.scalar(
        select(MicroCredential)
        .join(MicroCredential.current_version)
        .options(contains_eager(MicroCredential.current_version).undefer(CredentialVersion.content))
        .where(MicroCredential.slug == slug, MicroCredential.state.in_((State.PUBLISHED.value, State.RETIRED.value)))
    )


def published_version(micro_credential: MicroCredential, number: int) -> CredentialVersion | None:
    """The published version with this number."""
    if not 0 < number < LARGEST_NUMBER:
        return None
    return db.session.scalar(
        select(CredentialVersion)
        .options(undefer(CredentialVersion.content))
        .where(
            CredentialVersion.micro_credential_id == micro_credential.id,
            CredentialVersion.number == number,
            CredentialVersion.state == VersionState.PUBLISHED.value,
        )
    )


def editions(micro_credential: MicroCredential) -> list[Edition]:
    """Every published version, newest first."""
    rows = db.session.execute(
        select(CredentialVersion.number, CredentialVersion.published_at, CredentialVersion.change_note)
        .where(CredentialVersion.micro_credential_id == micro_credential.id, CredentialVersion.state == VersionState.PUBLISHED.value)
        .order_by(CredentialVersion.number.desc())
    )
    return [Edition(*row) for row in rows]


def titles_of(slugs: Collection[str]) -> dict[str, str]:
    """The present titles of these micro-credentials, by slug; those without a public page are left out."""
    if not slugs:
        return {}
    rows = db.session.execute(
        select(MicroCredential.slug, CredentialVersion.title)
        .join(MicroCredential.current_version)
        .where(MicroCredential.slug.in_(slugs), MicroCredential.state.in_((State.PUBLISHED.value, State.RETIRED.value)))
    )
    return {row.slug: row.title for row in rows}


@dataclass(frozen=True)
class BadgeFacts:
    """What the picture of a badge is drawn from."""

    design: str
    color: str
    title: str
    issuer: str
    number: int
    published_at: dt.datetime | None


def badge_facts(slug: str, number: int | None = None) -> BadgeFacts | None:
    """What the badge of this micro-credential looks like in a published version (without a number: the present one), or None where
    there is no such public page."""
    if not is_slug(slug) or (number is not None and number >= LARGEST_NUMBER):
        return None
    right = CredentialVersion.id == MicroCredential.current_version_id
    if number is not None:
        right = and_(
            CredentialVersion.micro_credential_id == MicroCredential.id,
            CredentialVersion.number == number,
            CredentialVersion.state == VersionState.PUBLISHED.value,
        )
    row = db.session.execute(
        select(
            CredentialVersion.badge_design,
            CredentialVersion.badge_color,
            CredentialVersion.title,
            MicroCredential.issuer,
            CredentialVersion.number,
            CredentialVersion.published_at,
        )
        .select_from(MicroCredential)
        .join(CredentialVersion, right)
        .where(MicroCredential.slug == slug, MicroCredential.state.in_((State.PUBLISHED.value, State.RETIRED.value)))
    ).first()
    return BadgeFacts(*row) if row is not None else None


def usual_issuer() -> str:
    """Who issues here: the district."""
    return db.session.scalar(select(District.name)) or ""

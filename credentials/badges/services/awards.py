"""The verbs of an award: issue, share, revoke."""

from __future__ import annotations

import secrets
import uuid

from flask_babel import gettext as _
from sqlalchemy import select

from core import audit, clock, storage
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.badges import policy
from credentials.badges.models import Award
from credentials.badges.rules import REASON_MAX, REASON_MIN, Sharing, months_later
from credentials.badges.services.places import take_place
from credentials.badges.services.signing import hold, hold_list, sign_list
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import State
from people.models import Person


def award(version: SubmissionVersion, actor: Person) -> Award:
    """Issue the award of a version whose decision ``actor`` has just released as demonstrated; the caller holds the version's row.

    Asked twice, it gives the one that is there. An older award of the same person for the same micro-credential is renewed by this
    one: it stays valid until it expires, and points nobody to it any more. The badge is signed later, by a job or at first need.
    """
    if version.status is not State.DEMONSTRATED or not version.results:
        raise ValueError(f"The submission version {version.id} was not released as demonstrated.")
    known = db.session.scalar(select(Award).where(Award.submission_version_id == version.id))
    if known is not None:
        return known
    now, credential = clock.now(), version.credential_version
    live = select(Award).where(
        Award.person_id == version.person_id,
        Award.micro_credential_id == credential.micro_credential_id,
        Award.revoked_at.is_(None),
        Award.superseded_at.is_(None),
    )
    renewed = list(db.session.scalars(live.with_for_update(of=Award)))
    for older in renewed:
        older.superseded_at = now
        audit.record(actor, "award.supersede", older)
    # At once, so that the new row never stands beside a live older one.
    db.session.flush()
    months = credential.parsed().validity_months
    status_list, index = take_place(secrets.SystemRandom())
    row = Award(
        uuid=uuid.uuid4(),
        person=version.person,
        micro_credential=credential.micro_credential,
        credential_version=credential,
        submission_version=version,
        results={key: dict(result) for key, result in version.results.items()},
        issued_at=now,
        valid_until=months_later(now, months) if months else None,
        link_secret=_new_secret(),
        recipient_email=version.person.email,
        subject_uuid=uuid.uuid4(),
        salt=secrets.token_urlsafe(16),
        status_list_id=status_list,
        status_index=index,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "award.issue", row, credential=credential.micro_credential.slug, version=credential.number, renews=[older.id for older in renewed])
    return row


def share(actor: Person, award: Award, sharing: Sharing, shows_name: bool) -> Award:
    """The holder says who may see her award, and whether they see her name. Raises RuleBroken ``not-yours``."""
    award = _hold_own(actor, award)
    before = {"visibility": award.visibility, "shows_name": award.shows_name}
    award.visibility, award.shows_name = Sharing(sharing).value, shows_name
    audit.record(actor, "award.share", award, before=before, visibility=award.visibility, shows_name=shows_name)
    return award


def reset_link(actor: Person, award: Award) -> Award:
    """The holder makes the link that she gave away worthless; there is a new one from now on. Raises RuleBroken ``not-yours``."""
    award = _hold_own(actor, award)
    award.link_secret = _new_secret()
    audit.record(actor, "award.reset_link", award)
    return award


def revoke(actor: Person, award: Award, reason: str) -> Award:
    """The office takes an award back, with a reason that its holder is told and the public is not.

    The bit in the status list is set and the list signed again in the same transaction, so every verifier that asks from now on is
    told. The certificate is not given out any more. Raises BadInput without a reason, RuleBroken ``not-yours-to-revoke`` or
    ``already-revoked``.
    """
    reason = reason.strip()
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        raise BadInput(_("Please give the reason in a sentence: the person whose badge it is will read it."), {"reason": _("A reason is needed.")})
    award = hold(award)
    if not policy.is_office_towards(actor, award):
        raise RuleBroken(
            _("Somebody else in the professional-learning office has to do this: nobody decides about herself or about those she evaluates."),
            "not-yours-to-revoke",
        )
    if award.revoked_at is not None:
        raise RuleBroken(_("This badge was revoked before."), "already-revoked")
    award.revoked_at, award.revoked_reason = clock.now(), reason
    if award.certificate is not None:
        storage.release(award.certificate)
        award.certificate = None
    row = hold_list(award.status_list_id)
    row.revoked = sorted({*row.revoked, award.status_index})
    sign_list(row)
    audit.record(actor, "award.revoke", award, reason=reason)
    return award


def _hold_own(actor: Person, award: Award) -> Award:
    award = hold(award)
    if not policy.is_holder(actor, award):
        raise RuleBroken(_("Only the person whose badge it is decides who may see it."), "not-yours")
    return award


def _new_secret() -> str:
    return secrets.token_urlsafe(24)

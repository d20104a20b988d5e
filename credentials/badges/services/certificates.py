"""The PDF certificate: rendered once, kept in storage."""

from __future__ import annotations

from flask_babel import gettext as _

from core import audit, storage
from core.db import db
from core.errors import RuleBroken
from credentials.badges import certificate
from credentials.badges.models import Award
from credentials.badges.services.signing import hold


def ensure_certificate(award: Award) -> Award:
    """The award with its certificate. Rendering takes about a second; where two ask at once, the second waits and finds it done.

    Raises RuleBroken ``revoked`` for an award that was taken back.
    """
    if award.certificate_id is not None:
        return award
    award = hold(award)
    if award.revoked_at is not None:
        raise RuleBroken(_("This badge was revoked, so there is no certificate of it any more."), "revoked")
    if award.certificate_id is None:
        award.certificate = storage.put(certificate.render(award), "application/pdf")
        storage.claim(award.certificate)
        db.session.flush()
        audit.record(None, "award.certificate", award, sha256=award.certificate.sha256)
    return award

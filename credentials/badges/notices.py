"""Who is told what about badges."""

from __future__ import annotations

from flask_babel import gettext as _

from core import mail
from core.web import address
from credentials.badges.models import Award


def ready(award: Award) -> bool:
    """The badge is signed and the certificate there; told once an award. Answers whether it was told now."""
    title = award.credential_version.title
    with mail.in_language_of(award.person):
        return mail.write(
            award.person,
            "badges.ready",
            f"award:{award.id}/ready",
            _("Your badge for “%(title)s” is ready", title=title),
            [
                _("You have shown it in practice, and your colleagues have confirmed it. The badge and a certificate to print are yours."),
                _("Nobody but you and the professional-learning office sees it until you choose otherwise, on its page."),
            ],
            (_("See your badge"), address("badges.mine", uuid=award.uuid)),
        )


def revoked(award: Award) -> bool:
    """The office took an award back; its holder is told why."""
    title = award.credential_version.title
    with mail.in_language_of(award.person):
        return mail.write(
            award.person,
            "badges.revoked",
            f"award:{award.id}/revoked",
            _("Your badge for “%(title)s” was revoked", title=title),
            [
                _("The professional-learning office revoked it. The reason, which only you are told:"),
                str(award.revoked_reason),
                _("If you think this is wrong, write to the office: you may appeal."),
            ],
            (_("See the badge"), address("badges.mine", uuid=award.uuid)),
        )

"""How awards are spoken of on pages, in mail and on certificates."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.i18n import date
from credentials.badges.models import Award
from credentials.badges.queries import Reviews
from credentials.badges.rules import Sharing, Standing
from credentials.badges.verify import Check

#: (name, tone, icon) of each standing.
STANDINGS = {
    Standing.IN_FORCE: (_l("Valid"), "good", "patch-check"),
    Standing.RENEWED: (_l("Renewed by a newer badge"), "quiet", "arrow-repeat"),
    Standing.EXPIRED: (_l("Expired"), "turn", "hourglass-bottom"),
    Standing.REVOKED: (_l("Revoked"), "bad", "slash-circle"),
}
#: (name, what it shows to whom, icon) of each choice of the holder.
SHARINGS = {
    Sharing.PRIVATE: (_l("Only you"), _l("You see it, and the professional-learning office does. Everybody else finds nothing at its address."), "lock"),
    Sharing.LINK: (
        _l("People with the link"),
        _l("Whoever has the link sees the badge. Search engines are asked not to list it, and you can change the link at any time."),
        "link-45deg",
    ),
    Sharing.PUBLIC: (
        _l("Everybody"),
        _l("Anybody at its address sees the badge, and search engines may list it. Choose this for LinkedIn and for wallets."),
        "globe2",
    ),
}
#: What each question of the verifier is called.
CHECKS = {
    "parse": _l("It can be read"),
    "context": _l("Nothing is hidden"),
    "shape": _l("It has the right form"),
    "issuer": _l("The issuer's own key"),
    "proof": _l("Signed and unchanged"),
    "window": _l("In force today"),
    "status": _l("Not revoked"),
}


def standing_sentence(award: Award) -> str:
    """How the award stands, with its day. Never the reason of a revocation, which is the holder's to know."""
    standing = award.standing
    if standing is Standing.REVOKED:
        return _("Revoked by the issuer on %(day)s. It no longer counts.", day=date(award.revoked_at, "long"))
    if standing is Standing.EXPIRED:
        return _("It was valid until %(day)s.", day=date(award.valid_until, "long"))
    if standing is Standing.RENEWED:
        return _("It was renewed on %(day)s; this earlier badge stays genuine.", day=date(award.superseded_at, "long"))
    if award.valid_until is not None:
        return _("In force until %(day)s.", day=date(award.valid_until, "long"))
    return _("In force. It does not expire.")


def how_judged(reviews: Reviews) -> list[str]:
    """How the work was judged, as true sentences; nothing is claimed that the record does not show."""
    told = []
    if reviews.first >= 2:
        told.append(_("Two trained colleagues reviewed the evidence independently of each other, without knowing whose it was."))
    elif reviews.first == 1:
        told.append(_("A trained colleague reviewed the evidence without knowing whose it was."))
    if reviews.third:
        told.append(_("Where the two did not agree, a third colleague decided."))
    return told


def check_sentence(check: Check) -> str:
    """What the verifier found, in the reader's language."""
    return _(check.message, **check.values)

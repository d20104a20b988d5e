"""Verbs that write awards, keys and status lists. They flush and never commit."""

from credentials.badges.services.awards import award, reset_link, revoke, share
from credentials.badges.services.certificates import ensure_certificate
from credentials.badges.services.issuer_keys import KeyIsLocked, ensure_keys, rotate
from credentials.badges.services.places import StatusPlaces
from credentials.badges.services.signing import ensure_list_signed, ensure_signed, sign_list

__all__ = [
    "KeyIsLocked",
    "StatusPlaces",
    "award",
    "ensure_certificate",
    "ensure_keys",
    "ensure_list_signed",
    "ensure_signed",
    "reset_link",
    "revoke",
    "rotate",
    "share",
    "sign_list",
]

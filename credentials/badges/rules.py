"""What can be argued about an award: how long it is valid, how it stands today, and who may see it. Standard library only."""

from __future__ import annotations

import calendar
import datetime as dt
import enum


class Sharing(enum.StrEnum):
    """Who may see an award, by its holder's choice."""

    PRIVATE = "private"
    LINK = "link"
    PUBLIC = "public"


class Standing(enum.StrEnum):
    """How an award stands. It is derived and never stored: the dates on the award already say it."""

    IN_FORCE = "in_force"
    RENEWED = "renewed"
    EXPIRED = "expired"
    REVOKED = "revoked"


def standing(now: dt.datetime, *, valid_until: dt.datetime | None, revoked_at: dt.datetime | None, superseded_at: dt.datetime | None) -> Standing:
    """How an award stands at the moment ``now``. A revoked one stays revoked; one that was renewed is shown as renewed until it expires."""
    if revoked_at is not None:
        return Standing.REVOKED
    if valid_until is not None and now >= valid_until:
        return Standing.EXPIRED
    return Standing.RENEWED if superseded_at is not None else Standing.IN_FORCE


def may_see(sharing: Sharing, *, insider: bool, key_fits: bool) -> bool:
    """Whether somebody may see an award. ``insider`` is its holder and the professional-learning office; ``key_fits`` says that
    the address carried the award's present secret.

    >>> may_see(Sharing.LINK, insider=False, key_fits=True), may_see(Sharing.PRIVATE, insider=False, key_fits=True)
    (True, False)
    """
    return insider or sharing is Sharing.PUBLIC or (sharing is Sharing.LINK and key_fits)


def may_have_certificate(sharing: Sharing, *, insider: bool, key_fits: bool, shows_name: bool) -> bool:
    """Whether somebody may have the certificate. It carries the holder's name, so it follows her choice about her name as well."""
    return insider or (shows_name and may_see(sharing, insider=False, key_fits=key_fits))


def months_later(moment: dt.datetime, months: int) -> dt.datetime:
    """The same time ``months`` calendar months later, or on the last day of a month that is too short.

    >>> months_later(dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC), 1).isoformat()
    '2026-02-28T12:00:00+00:00'
    """
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))


#: How long a signed status list is good for, and how long before its end it is signed again. A verifier that cannot reach us may
#: rely on its copy for that long.
LIST_VALID = dt.timedelta(days=7)
LIST_RENEWED_BEFORE = dt.timedelta(days=4)
#: A list takes new awards up to this share of its places: above it, finding a free one at random takes too many tries.
LIST_FULL = 0.9
#: The fewest words that explain a revocation to the person whose badge it is.
REASON_MIN = 10
REASON_MAX = 2000


def list_needs_signing(now: dt.datetime, valid_until: dt.datetime | None) -> bool:
    """Whether a status list has to be signed again now: never signed yet, or near the end of its validity."""
    return valid_until is None or valid_until - now <= LIST_RENEWED_BEFORE

"""How an award stands, who may see it, and how long a signed list is good: tables of values."""

from __future__ import annotations

import datetime as dt

import pytest

from credentials.badges.rules import LIST_RENEWED_BEFORE, Sharing, Standing, list_needs_signing, may_have_certificate, may_see, months_later, standing

NOW = dt.datetime(2026, 11, 5, 9, 30, tzinfo=dt.UTC)
BEFORE, AFTER = NOW - dt.timedelta(seconds=1), NOW + dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("valid_until", "revoked_at", "superseded_at", "expected"),
    [
        (None, None, None, Standing.IN_FORCE),
        (AFTER, None, None, Standing.IN_FORCE),
        (NOW, None, None, Standing.EXPIRED),
        (BEFORE, None, None, Standing.EXPIRED),
        (None, None, BEFORE, Standing.RENEWED),
        (AFTER, None, BEFORE, Standing.RENEWED),
        (BEFORE, None, BEFORE, Standing.EXPIRED),
        (AFTER, BEFORE, None, Standing.REVOKED),
        (BEFORE, BEFORE, BEFORE, Standing.REVOKED),
    ],
)
def test_the_dates_on_an_award_say_how_it_stands(valid_until, revoked_at, superseded_at, expected) -> None:
    assert standing(NOW, valid_until=valid_until, revoked_at=revoked_at, superseded_at=superseded_at) is expected


@pytest.mark.parametrize(
    ("sharing", "insider", "key_fits", "seen"),
    [
        (Sharing.PRIVATE, False, False, False),
        (Sharing.PRIVATE, False, True, False),
        (Sharing.PRIVATE, True, False, True),
        (Sharing.LINK, False, False, False),
        (Sharing.LINK, False, True, True),
        (Sharing.LINK, True, False, True),
        (Sharing.PUBLIC, False, False, True),
    ],
)
def test_an_award_is_seen_by_insiders_and_by_whom_the_holder_chose(sharing, insider, key_fits, seen) -> None:
    assert may_see(sharing, insider=insider, key_fits=key_fits) is seen
    # The certificate carries her name: strangers get it only where she shows her name too.
    assert may_have_certificate(sharing, insider=insider, key_fits=key_fits, shows_name=False) is insider
    assert may_have_certificate(sharing, insider=insider, key_fits=key_fits, shows_name=True) is seen


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-11-05", 36, "2029-11-05"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-06-15", 7, "2027-01-15"),
    ],
)
def test_months_are_calendar_months_and_short_ones_end_on_their_last_day(start: str, months: int, end: str) -> None:
    moment = dt.datetime.fromisoformat(f"{start}T17:45:00+00:00")
    assert months_later(moment, months) == dt.datetime.fromisoformat(f"{end}T17:45:00+00:00")


def test_a_list_is_signed_again_well_before_it_runs_out() -> None:
    assert list_needs_signing(NOW, None)
    assert list_needs_signing(NOW, NOW + LIST_RENEWED_BEFORE)
    assert not list_needs_signing(NOW, NOW + LIST_RENEWED_BEFORE + dt.timedelta(seconds=1))

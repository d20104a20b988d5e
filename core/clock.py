"""What time it is. The one place to ask, so that a test can say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from flask import current_app, has_app_context

_frozen: list[dt.datetime] = []


def now() -> dt.datetime:
    """The present moment in UTC."""
    return _frozen[-1] if _frozen else dt.datetime.now(dt.UTC)


def zone() -> ZoneInfo:
    """The district's time zone."""
    name = current_app.config["LAUREL"].timezone if has_app_context() else "UTC"
    return ZoneInfo(name)


def today() -> dt.date:
    """The present day where the district is."""
    return now().astimezone(zone()).date()


def day_of(moment: dt.datetime) -> dt.date:
    """The day a moment lies in where the district is."""
    return moment.astimezone(zone()).date()


@contextmanager
def frozen(moment: dt.datetime) -> Iterator[None]:
    """Hold the clock at ``moment`` (aware). For tests and the demo's past."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs its time zone.")
    _frozen.append(moment)
    try:
        yield
    finally:
        _frozen.pop()

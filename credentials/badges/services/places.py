"""Places in status lists. Each award takes one at random: in order they would tell which awards belong together."""

from __future__ import annotations

import random

from sqlalchemy import exists, func, select, text

from core.db import db
from credentials.badges.models import Award, StatusList
from credentials.badges.rules import LIST_FULL


def take_place(source: random.Random) -> tuple[int, int]:
    """A free place (status list, index) for one award that is about to be written. The list stays locked until the transaction
    ends, so nobody else can be given the same place meanwhile."""
    row = _open_list()
    while True:
        index = source.randrange(row.size)
        if not db.session.scalar(select(exists().where(Award.status_list_id == row.id, Award.status_index == index))):
            return row.id, index


class StatusPlaces:
    """Places for many awards written in one transaction: distinct, drawn from the given source, in as many lists as they fill.

    The same database, the same seed and the same number of calls give the same places.
    """

    def __init__(self) -> None:
        self._row: StatusList | None = None
        self._taken: set[int] = set()

    def take(self, source: random.Random) -> tuple[int, int]:
        """The next place: (number of the status list, index in it)."""
        if self._row is None:
            self._row = _open_list()
            self._id, self._size = self._row.id, self._row.size
            self._taken = set(db.session.scalars(select(Award.status_index).where(Award.status_list_id == self._id)))
        elif len(self._taken) >= self._size * LIST_FULL:
            self._row = _new_list()
            self._id, self._size, self._taken = self._row.id, self._row.size, set()
        while (index := source.randrange(self._size)) in self._taken:
            pass
        self._taken.add(index)
        return self._id, index


def _open_list() -> StatusList:
    """The list that takes new awards, locked; a new one where there is none or the last is full."""
    if (row := _newest_with_room()) is not None:
        return row
    # Only one transaction may find that a list is missing and begin it; the next one looks again.
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('badges.status_list'))"))
    return _newest_with_room() or _new_list()


def _newest_with_room() -> StatusList | None:
    row = db.session.scalar(select(StatusList).order_by(StatusList.id.desc()).limit(1).with_for_update().execution_options(populate_existing=True))
    if row is None:
        return None
    taken = db.session.scalar(select(func.count()).where(Award.status_list_id == row.id)) or 0
    return row if taken < row.size * LIST_FULL else None


def _new_list() -> StatusList:
    row = StatusList()
    db.session.add(row)
    db.session.flush()
    return row

"""Places in status lists: random, never twice, in as many lists as it takes."""

from __future__ import annotations

import random
import secrets

import pytest
from sqlalchemy import select

from core.db import db
from credentials.badges import services
from credentials.badges.models import StatusList
from credentials.badges.rules import LIST_FULL
from credentials.badges.services.places import take_place
from credentials.badges.status import ENTRIES
from tests.factories.badges import award

pytestmark = pytest.mark.usefixtures("rows")


class Stuck(random.Random):
    """A source that says what it is told to say."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)

    def randrange(self, *_: object) -> int:  # type: ignore[override]
        return self.numbers.pop(0)


def test_the_first_award_begins_the_first_list() -> None:
    assert db.session.scalars(select(StatusList)).all() == []
    number, index = take_place(secrets.SystemRandom())
    assert db.session.get_one(StatusList, number).size == ENTRIES
    assert 0 <= index < ENTRIES


def test_a_place_that_is_taken_is_not_given_again() -> None:
    row = award()
    assert take_place(Stuck(row.status_index, row.status_index, 77)) == (row.status_list_id, 77)


def test_many_places_are_distinct_and_the_same_for_the_same_seed() -> None:
    award()
    first, again = services.StatusPlaces(), services.StatusPlaces()
    source, same = random.Random("district 7"), random.Random("district 7")
    places = [first.take(source) for _ in range(2000)]
    assert len(set(places)) == 2000
    assert [again.take(same) for _ in range(2000)] == places


def test_many_places_keep_clear_of_awards_that_are_there() -> None:
    row = award()
    assert services.StatusPlaces().take(Stuck(row.status_index, 5)) == (row.status_list_id, 5)


def test_a_list_that_is_nine_tenths_full_gives_way_to_the_next() -> None:
    small = StatusList(size=100)
    db.session.add(small)
    db.session.flush()
    places, source = services.StatusPlaces(), random.Random(1)
    taken = [places.take(source) for _ in range(120)]
    assert len(set(taken)) == 120
    assert sum(number == small.id for number, _index in taken) == 100 * LIST_FULL
    following = {number for number, _index in taken} - {small.id}
    assert len(following) == 1
    assert db.session.get_one(StatusList, following.pop()).size == ENTRIES


def test_an_award_begins_a_new_list_where_the_last_is_full() -> None:
    full = StatusList(size=1)
    db.session.add(full)
    db.session.flush()
    first = award()
    assert (first.status_list_id, first.status_index) == (full.id, 0)
    second = award()
    assert second.status_list_id != full.id

"""Awards that are saved, so that a browser can find them, and everybody who may knock at their door."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.db import db, transaction
from credentials.badges.models import Award
from people.models import District, Person
from people.rules import Role
from tests.factories import badges as factory
from tests.factories.catalogue import micro_credential
from tests.factories.people import person, teacher


@pytest.fixture
def save(app: Flask) -> Callable[..., Any]:
    """``save(make, …)`` runs ``make`` in a transaction of its own and answers what it answers; of an award its number."""

    def run(make: Callable[..., Any], *given: Any, **more: Any) -> Any:
        with app.app_context(), transaction():
            made = make(*given, **more)
            return made.uuid if isinstance(made, Award) else getattr(made, "id", made)

    return run


@dataclass
class Cast:
    """One award and everybody around it, by id."""

    uuid: uuids.UUID
    key: str
    owner: int
    colleague: int
    office: int
    principal: int


@pytest.fixture
def cast(save: Callable[..., Any]) -> Cast:
    """An award of Zephyrine Quillfeather, private as every award is at first, and a principal of her school."""

    def make() -> Cast:
        db.session.merge(District(id=1, name="Laurel Valley Unified (demo)", url="https://laurel.example", email="learning@laurel.example"))
        owner = teacher(given_name="Zephyrine", family_name="Quillfeather", email="zephyrine@laurel.example")
        office = person(Role.COORDINATOR)
        factory.issuer_keys()
        award = factory.reviewed_award(owner, micro_credential(title="Invented skill of Zephyrine"), office)
        return Cast(award.uuid, award.link_secret, owner.id, teacher().id, office.id, person(Role.PRINCIPAL, at=owner.school).id)

    return save(make)


@pytest.fixture
def change(app: Flask) -> Callable[..., None]:
    """``change(uuid, visibility="public")`` sets columns of an award."""

    def run(uuid: uuids.UUID, **columns: Any) -> None:
        with app.app_context(), transaction():
            award = at(uuid)
            for name, value in columns.items():
                setattr(award, name, value)

    return run


def at(uuid: uuids.UUID) -> Award:
    """The award with this number."""
    return db.session.scalars(select(Award).where(Award.uuid == uuid)).one()


def someone(number: int) -> Person:
    return db.session.get_one(Person, number)


@pytest.fixture
def keys(rows: None) -> None:
    """The issuer's keys are there already."""
    factory.issuer_keys()

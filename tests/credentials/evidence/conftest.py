"""What tests of the evidence pages share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from core.db import db
from credentials.evidence.models import SubmissionVersion
from tests.factories.people import person


@dataclass(frozen=True)
class Numbers:
    """The keys of a version, for tests that look from outside."""

    version: int
    submission: int
    author: int
    slug: str
    file: int | None


@pytest.fixture
def made(app: Flask) -> Callable[[Callable[[], SubmissionVersion]], Numbers]:
    """``made(lambda: submitted_version())`` makes rows in a context that is closed again before a browser comes."""

    def make(factory: Callable[[], SubmissionVersion]) -> Numbers:
        with app.app_context():
            version = factory()
            numbers = Numbers(
                version.id, version.submission_id, version.person_id, version.submission.micro_credential.slug, version.files[0].id if version.files else None
            )
            db.session.commit()
            return numbers

    return make


@pytest.fixture
def somebody(app: Flask) -> Callable[..., int]:
    """``somebody(Role.COORDINATOR)`` makes a person and answers her number."""

    def make(*roles: object, **given: object) -> int:
        with app.app_context():
            row = person(*roles, **given)  # type: ignore[arg-type]
            number = row.id
            db.session.commit()
            return number

    return make

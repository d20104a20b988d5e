"""From start to the released outcome."""

from __future__ import annotations

import pytest

from credentials.evidence.rules import State
from tests.factories.evidence import released_version, submitted_version

pytestmark = pytest.mark.usefixtures("rows")


def test_a_complete_draft_is_handed_in() -> None:
    version = submitted_version()
    assert (version.status, version.number, version.submitted_at is not None) == (State.SUBMITTED, 1, True)


def test_a_release_says_who_and_when() -> None:
    version = released_version()
    assert version.status is State.DEMONSTRATED
    assert version.released_by is not None

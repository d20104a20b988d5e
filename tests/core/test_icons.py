"""Icons are cut out of Bootstrap's sprite by name."""

from __future__ import annotations

import pytest

from core.icons import icon_paths


def test_an_icon_is_drawn_from_the_installed_sprite() -> None:
    assert icon_paths("check2").startswith("<path d=")


def test_a_misspelt_icon_says_what_was_meant() -> None:
    with pytest.raises(LookupError, match=r"'chek2'.*check2"):
        icon_paths("chek2")

"""The theme keeps its promises: dark is one palette, every pair of colours can be read, nothing comes from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()


def _block(start: str) -> dict[str, str]:
    body = TOKENS[TOKENS.index(start) + len(start) :]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", body[: body.index("}")]))


LIGHT = _block("\n:root {")
DARK = _block(':root:not([data-bs-theme="light"]) {')
CHOSEN_DARK = _block('\n[data-bs-theme="dark"] {')


def _luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = [int(colour.lstrip("#")[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_dark_by_the_system_and_dark_by_choice_are_the_same_palette() -> None:
    assert CHOSEN_DARK == DARK


def test_dark_says_something_about_every_colour() -> None:
    assert set(DARK) == set(LIGHT)


GROUNDS = ("paper", "surface", "sunken")
READ = [(ink, ground) for ink in ("ink", "ink-soft", "laurel", "laurel-strong", "brick-ink") for ground in GROUNDS]
READ += [("on-laurel", "laurel"), ("on-laurel", "laurel-strong")]
READ += [(ink, "laurel-soft") for ink in ("ink", "ink-soft", "laurel", "laurel-strong")]
READ += [(f"{tone}-ink", f"{tone}-soft") for tone in ("marigold", "sky", "brick")] + [("ink", f"{tone}-soft") for tone in ("marigold", "sky", "brick")]
READ += [("laurel", f"{tone}-soft") for tone in ("marigold", "sky", "brick")]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), READ)
def test_text_can_be_read(palette: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(palette[ink], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("mark", ["line-strong", "laurel", "brick", "leaf-2"])
def test_the_edge_of_a_field_and_the_value_of_a_bar_can_be_seen(palette: dict[str, str], mark: str, ground: str) -> None:
    assert contrast(palette[mark], palette[ground]) >= 3


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_triples_for_bootstrap_are_the_same_colours(palette: dict[str, str]) -> None:
    for name, value in palette.items():
        if name.endswith("-rgb"):
            assert "#" + "".join(f"{int(part):02x}" for part in value.split(",")) == palette[name.removesuffix("-rgb")]


@pytest.mark.parametrize("sheet", sorted(p.name for p in CSS.glob("*.css")))
def test_a_style_sheet_fetches_only_what_is_ours_and_stays_short(sheet: str) -> None:
    text = (CSS / sheet).read_text()
    assert [u for u in re.findall(r"url\(([^)]*)\)", text) if not re.match(r'"\.\./(img|\.\./fonts)/', u)] == []
    assert "@import" not in text
    assert text.count("\n") <= 400


@pytest.mark.parametrize("sheet", sorted(p.name for p in CSS.glob("*.css")))
def test_every_colour_variable_in_use_is_defined(sheet: str) -> None:
    text = (CSS / sheet).read_text()
    defined = set(re.findall(r"(--[\w-]+)\s*:", TOKENS + text))
    assert {v for v in re.findall(r"var\((--[\w-]+)", text) if not v.startswith("--bs-")} - defined == set()

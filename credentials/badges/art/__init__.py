"""Badge art: a picture for every micro-credential, drawn from a design, a colour and its words.

The same words always give the same picture, byte for byte. The SVG stands alone: no script, no style, no font and no address
in it, so it may be served, printed, baked and put into a page under a strict content security policy.
"""

from __future__ import annotations

import hashlib

import resvg_py

from credentials.badges.art.designs import DESIGNS, Words
from credentials.badges.art.drawing import Drawing
from credentials.badges.art.lettering import SANS, supported
from credentials.badges.art.palette import palette

__all__ = ["DESIGNS", "badge_png", "badge_svg"]


def badge_svg(design: str, color: str, title: str, issuer: str, year: int | str) -> str:
    """The badge as an SVG document of 600 by 600 units on a transparent ground.

    `design` is one of `DESIGNS`, `color` (#rrggbb) is where its shades come from. The title is broken into lines and made
    smaller until it fits; characters that the fonts do not have are left out of the picture, not of its text alternative.
    Raises ValueError for an unknown design or a colour that is none.
    """
    if design not in DESIGNS:
        raise ValueError(f"{design!r} is not one of the designs {', '.join(DESIGNS)}.")
    shades = palette(color)
    spoken = " · ".join(" ".join(str(part).split()) for part in (title, issuer, year) if str(part).strip())
    prefix = "b" + hashlib.sha256(repr((design, color.lower(), spoken)).encode()).hexdigest()[:8] + "-"
    drawing = Drawing(prefix)
    words = Words(supported(title), supported(issuer, SANS), supported(str(year), SANS))
    DESIGNS[design](drawing, shades, words)
    return drawing.svg("".join(c for c in spoken if c.isprintable()))


def badge_png(svg: str, size: int = 600) -> bytes:
    """`svg` as a PNG picture, `size` pixels wide and high. Raises ValueError if it cannot be drawn."""
    if not 16 <= size <= 4096:
        raise ValueError("A badge is drawn from 16 to 4,096 pixels wide.")
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size, skip_system_fonts=True))

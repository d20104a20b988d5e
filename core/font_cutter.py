"""Cuts a typeface down to the letters we set. Imported by :mod:`core.fonts` only when a web font is not in the cache yet."""

from __future__ import annotations

import io

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from core.fonts import LETTERS, Face


def subset(face: Face) -> bytes:
    """The face cut down to :data:`LETTERS`, as WOFF2, with the reserved name taken off as the licence asks."""
    font = TTFont(face.path, recalcTimestamp=False)
    options = Options()
    options.layout_features = ["kern", "liga", "locl", "ccmp", "mark", "mkmk", "lnum", "pnum", "tnum", "onum", "case", "frac"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 6, 13, 14]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    title = f"{face.family} {face.weight} {face.style}"
    for number, text in {1: face.family, 3: title, 4: title, 6: title.replace(" ", "-")}.items():
        for record in [r for r in font["name"].names if r.nameID == number]:
            record.string = text
    font.flavor = "woff2"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()

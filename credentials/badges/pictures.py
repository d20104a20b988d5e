"""The picture of an award or of a micro-credential, as SVG and as PNG, drawn once and kept.

A drawing takes some 8 ms and its pixels some 200 ms. Drawings are kept in the process; pixels in the data folder's cache, named by
the digest of their drawing, so that every process uses the same file and a changed drawing never meets an old one.
"""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from pathlib import Path

from flask import current_app

from core import clock
from credentials.badges.art import badge_png, badge_svg
from credentials.badges.models import Award
from credentials.catalogue.models import CredentialVersion

PIXELS = 600


@functools.lru_cache(maxsize=128)
def _drawn(design: str, color: str, title: str, issuer: str, year: int) -> str:
    return badge_svg(design, color, title, issuer, year)


def svg_of(version: CredentialVersion, year: int | None = None) -> str:
    """The badge of this version with ``year`` on it (by default the year of its publication), as SVG."""
    if year is None:
        year = clock.day_of(version.published_at or version.created_at).year
    return _drawn(version.badge_design, version.badge_color, version.title, version.micro_credential.issuer, year)


def svg_of_award(award: Award) -> str:
    """The badge with the year in which it was awarded."""
    return svg_of(award.credential_version, clock.day_of(award.issued_at).year)


def png_of(svg: str) -> bytes:
    """The pixels of a drawing, from the cache or drawn now. Two processes may draw at once: each puts its file in place in one step."""
    folder = Path(current_app.config["LAUREL"].data_path) / "cache" / "badges"
    target = folder / f"{hashlib.sha256(svg.encode()).hexdigest()[:40]}.{PIXELS}.png"
    try:
        return target.read_bytes()
    except FileNotFoundError:
        pass
    png = badge_png(svg, PIXELS)
    folder.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=folder, suffix=".part")
    with os.fdopen(handle, "wb") as out:
        out.write(png)
    os.replace(unfinished, target)
    return png

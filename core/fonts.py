"""Laurel's two typefaces, served and set from installed packages.

Source Serif and Source Sans come as the PyPI packages ``font-source-serif-pro`` and ``font-source-sans-pro`` (SIL Open Font
License 1.1). For the browser each is cut once to Latin, compressed to WOFF2 and kept in the instance folder's cache; PDFs use
the full files. The licence reserves the name "Source" for unmodified files, so the cut ones carry the name "Laurel".
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import tempfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from flask import Blueprint, Flask, abort, current_app, send_file
from werkzeug.wrappers import Response

from core.access import public

bp = Blueprint("fonts", __name__)

# Basic Latin, Latin-1, Latin Extended-A and -B: every name in a school roster that is written in Latin letters. Then the
# typographic marks, arrows, currency and mathematical signs that our own texts use.
LETTERS = (
    *range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x1E00, 0x1F00), 0x2BC, 0x2C6, 0x2C7, 0x2D8, 0x2D9, 0x2DA, 0x2DB, 0x2DC, 0x2DD,
    *range(0x300, 0x32D), *range(0x2010, 0x2028), 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x2044, 0x20AC, 0x2116, 0x2122,
    *range(0x2190, 0x2194), 0x2212, 0x2215, 0x2248, 0x2260, 0x2264, 0x2265, 0x2713, 0x2714,
)  # fmt: skip


@dataclass(frozen=True)
class Face:
    """One cut of a typeface: where it comes from and which CSS weight and style it answers to."""

    family: str
    weight: int
    style: str
    package: str
    file: str

    @property
    def path(self) -> Path:
        """The full TrueType file in the installed package."""
        return Path(str(resources.files(self.package) / "files" / self.file))


FACES = {
    "serif-600": Face("Laurel Serif", 600, "normal", "font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
    "serif-400-italic": Face("Laurel Serif", 400, "italic", "font_source_serif_pro", "SourceSerifPro-It.ttf"),
    "sans-400": Face("Laurel Sans", 400, "normal", "font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    "sans-400-italic": Face("Laurel Sans", 400, "italic", "font_source_sans_pro", "SourceSansPro-It.ttf"),
    "sans-600": Face("Laurel Sans", 600, "normal", "font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
}


@functools.cache
def _edition(face: Face) -> str:
    """Changes when the source file or the choice of letters changes, so that an upgrade does not serve an old cut."""
    stat = face.path.stat()
    return hashlib.sha256(repr((face, LETTERS, stat.st_size)).encode()).hexdigest()[:12]


def cached(name: str, folder: Path) -> Path:
    """The WOFF2 file of ``FACES[name]`` in ``folder``, made now if it is not there yet.

    Two processes may make it at once: each writes its own file and puts it in place in one step. Raises :class:`KeyError` for an
    unknown name.
    """
    face = FACES[name]
    target = folder / f"{name}.{_edition(face)}.woff2"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # Once an installation: no reason for every process to load fontTools.
        cut = importlib.import_module("core.font_cutter").subset(face)
        handle, unfinished = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as out:
            out.write(cut)
        os.replace(unfinished, target)
    return target


@bp.get("/fonts/<name>.woff2")
@public
def woff2(name: str) -> Response:
    """One web font. The address is stable, so browsers may keep it for a month and then ask by ETag."""
    if name not in FACES:
        abort(404)
    path = cached(name, Path(current_app.instance_path) / "cache" / "fonts")
    return send_file(path, mimetype="font/woff2", max_age=30 * 24 * 3600, conditional=True)


def font_face_css() -> str:
    """``@font-face`` rules for WeasyPrint: the same family names as on the page, from the installed files.

    The PDF's URL fetcher must allow exactly these: see :func:`font_paths`.
    """
    return "\n".join(
        f'@font-face {{ font-family: "{f.family}"; font-weight: {f.weight}; font-style: {f.style}; src: url("{f.path.as_uri()}"); }}'
        for f in FACES.values()
    )


def font_paths() -> dict[str, Path]:
    """Every file that :func:`font_face_css` names, by its ``file:`` address: the allow-list for WeasyPrint's URL fetcher."""
    return {face.path.as_uri(): face.path for face in FACES.values()}


def init_app(app: Flask) -> None:
    """Serve the fonts, and make ``font_face_css`` known to the print templates."""
    app.register_blueprint(bp)
    app.jinja_env.globals["font_face_css"] = font_face_css

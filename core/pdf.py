"""PDF by WeasyPrint, from a template, with no way out: it can reach our own fonts and pictures and nothing else."""

from __future__ import annotations

import datetime as dt
import importlib
from typing import Any

from flask import render_template
from jinja2 import Template


def render(template: str | Template, *, assets: dict[str, tuple[bytes, str]] | None = None, created: dt.datetime | None = None, **context: Any) -> bytes:
    """Render ``template`` to PDF bytes. The same input gives the same bytes when ``created`` is given.

    ``assets`` maps a name to (bytes, media type); the template says ``asset:name``. Rendering takes a second or so: call it in a
    job, or for a single page that somebody waits for.
    """
    html = render_template(template, created=created, **context)
    identifier = b"laurel" if created is None else f"laurel {created.isoformat()}".encode()
    # Loaded with the first PDF and not with the program: it takes a third of a second and 25 MiB that most processes never need.
    typesetter = importlib.import_module("core.typesetter")
    return typesetter.typeset(html, assets or {}, identifier)  # type: ignore[no-any-return]

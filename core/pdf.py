"""PDF by WeasyPrint, from a template, with no way out: it can reach our own fonts and pictures and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import render_template
from jinja2 import Template
from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

from core import fonts


class ForbiddenAddress(ValueError):
    """A template tried to fetch something that was not handed to it."""


class _Fetcher(URLFetcher):
    """Serves ``asset:`` addresses out of the given bytes, and the files of the installed fonts; refuses the rest."""

    def __init__(self, assets: dict[str, tuple[bytes, str]]) -> None:
        super().__init__(allowed_protocols=())
        self._assets = assets
        self._fonts = fonts.font_paths()

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme == "asset" and name in self._assets:
            body, kind = self._assets[name]
            return URLFetcherResponse(url, body, {"Content-Type": kind})
        if url in self._fonts:
            return URLFetcherResponse(url, self._fonts[url].read_bytes(), {"Content-Type": "font/ttf"})
        raise ForbiddenAddress(f"A PDF may not fetch {url!r}.")


def render(template: str | Template, *, assets: dict[str, tuple[bytes, str]] | None = None, created: dt.datetime | None = None, **context: Any) -> bytes:
    """Render ``template`` to PDF bytes. The same input gives the same bytes when ``created`` is given.

    ``assets`` maps a name to (bytes, media type); the template says ``asset:name``. Rendering takes a second or so: call it in a
    job, or for a single page that somebody waits for.
    """
    html = render_template(template, created=created, **context)
    document = HTML(string=html, url_fetcher=_Fetcher(assets or {}), base_url="asset:")
    identifier = b"laurel" if created is None else f"laurel {created.isoformat()}".encode()
    return document.write_pdf(pdf_identifier=identifier, pdf_variant="pdf/ua-1")

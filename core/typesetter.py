"""WeasyPrint behind one door. Imported by :mod:`core.pdf` when the first PDF is asked for: it is large, and most processes never need it."""

from __future__ import annotations

from typing import Any

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


def typeset(html: str, assets: dict[str, tuple[bytes, str]], identifier: bytes) -> bytes:
    """The PDF of a whole HTML document."""
    document = HTML(string=html, url_fetcher=_Fetcher(assets), base_url="asset:")
    return document.write_pdf(pdf_identifier=identifier, pdf_variant="pdf/ua-1")  # type: ignore[no-any-return]

"""A person at a browser, without one: follows pages, fills in the forms they show, carries cookies. Standard library, httpx and lxml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from lxml import html


class Stuck(RuntimeError):
    """The page was not what a person would expect at this point."""


class Page:
    """One answer, read as a page."""

    def __init__(self, browser: Browser, response: httpx.Response) -> None:
        self.browser, self.response = browser, response
        self.document = html.fromstring(response.text or "<html></html>", base_url=str(response.url))

    @property
    def path(self) -> str:
        return self.response.url.raw_path.decode()

    @property
    def heading(self) -> str:
        found = self.document.xpath("//h1")
        return " ".join(found[0].text_content().split()) if found else ""

    @property
    def words(self) -> str:
        """The text of the page's main part."""
        main = self.document.xpath("//main") or [self.document]
        return " ".join(main[0].text_content().split())

    def messages(self) -> list[str]:
        """What the page says went wrong or right at its top."""
        return [" ".join(e.text_content().split()) for e in self.document.xpath("//*[@role='alert' or @role='status']") if e.text_content().strip()]

    def form(self, action: str) -> html.FormElement:
        """The form whose address contains ``action``. Raises :class:`Stuck` with what there is instead."""
        for form in self.document.forms:
            if action in (form.action or self.path):
                return form
        raise Stuck(f"no form for {action!r} on {self.path} ({self.heading}); there are {[f.action for f in self.document.forms]}")

    def link(self, part: str) -> str:
        """The first link whose address contains ``part``."""
        for href in self.document.xpath("//a/@href"):
            if part in href:
                return str(href)
        raise Stuck(f"no link with {part!r} on {self.path} ({self.heading})")

    def send(self, action: str, values: Mapping[str, Any] | None = None, *, button: tuple[str, str] | None = None, files: Any = None) -> Page:
        """Fill in the form for ``action`` with ``values`` over what it shows, and send it."""
        form = self.form(action)
        data: dict[str, Any] = {}
        areas = {area.get("name") for area in form.iter("textarea")}
        for name, value in form.form_values():
            # A browser drops the line end right after <textarea>; lxml keeps it, and it would come back as one more blank line each time.
            data.setdefault(name, []).append(value.removeprefix("\n") if name in areas else value)
        for name, value in (values or {}).items():
            data[name] = value
        if button:
            data[button[0]] = button[1]
        return self.browser.post(form.action or self.path, data, files)


class Browser:
    """Somebody's session with the server at ``base``."""

    def __init__(self, base: str) -> None:
        self.http = httpx.Client(
            base_url=base, follow_redirects=True, timeout=60, headers={"Accept": "text/html,application/xhtml+xml", "Accept-Language": "en"}
        )

    def get(self, path: str) -> Page:
        return self._read(self.http.get(path))

    def post(self, path: str, data: Mapping[str, Any], files: Any = None) -> Page:
        return self._read(self.http.post(path, data=data, files=files))

    def fetch(self, path: str, accept: str = "*/*") -> httpx.Response:
        """A download. Raises :class:`Stuck` unless it is there."""
        response = self.http.get(path, headers={"Accept": accept})
        if response.status_code != 200:
            raise Stuck(f"{path} answered {response.status_code}")
        return response

    def sign_in(self, email: str, password: str) -> Page:
        """Sign in by the ordinary form."""
        page = self.get("/sign-in").send("/sign-in", {"email": email, "password": password})
        if "/sign-in" in page.path:
            raise Stuck(f"{email} could not sign in: {page.messages()}")
        return page

    def close(self) -> None:
        self.http.close()

    def _read(self, response: httpx.Response) -> Page:
        page = Page(self, response)
        if response.status_code >= 400:
            raise Stuck(f"{response.request.method} {response.url.path} answered {response.status_code}: {page.heading} {page.words[:300]}")
        return page

"""Windows of a browser, with somebody signed in, and a watch over what goes wrong in them."""

from __future__ import annotations

import json
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.journeys.district import District

#: Levels A and AA of WCAG 2.0, 2.1 and 2.2, as axe-core names them.
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

#: Tells the console of every breach of the content policy, also of those that the browser lets pass without a word.
_TELL = """document.addEventListener("securitypolicyviolation",
  (event) => console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""


class Watch:
    """Opens windows and keeps what their consoles complain about."""

    def __init__(self, browser: Browser, district: District) -> None:
        self.browser, self.district = browser, district
        self.complaints: list[str] = []
        #: Statuses of answers that a test asks for on purpose; the browser reports each of them as an error.
        self.expected_statuses: set[int] = set()
        self._contexts: list[BrowserContext] = []

    def window(self, who: str | None, **kind: Any) -> Page:
        """A window of its own (cookies, storage) in which ``who`` (an e-mail address) is signed in, or nobody."""
        # Without motion no click waits for scrolling to end, and no colour is caught on its way to another.
        state = self.district.signed_in(who)
        context = self.browser.new_context(base_url=self.district.base, locale="en-US", reduced_motion="reduce", storage_state=state, **kind)
        context.set_default_timeout(20_000)
        context.add_init_script(_TELL)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.complaints.append(f"{error.page.url if error.page else ''}: {error.error}"))
        self._contexts.append(context)
        return context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or message.location["url"].startswith("chrome-extension:"):
            return  # The browser's own PDF viewer is an extension, and has complaints of its own.
        if any(f"status of {status} " in message.text for status in self.expected_statuses):
            return
        where = message.page.url if message.page else ""
        self.complaints.append(f"{where}: {message.text}")

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def barriers(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe-core finds on a page: at all of :data:`WCAG`, or by single rules. A line for each place: rule, what is wrong, where."""
    if not page.evaluate("() => typeof window.axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False}
    # Asked after the next frame, when the browser has drawn what changed a moment ago.
    found = page.evaluate(f"() => new Promise(requestAnimationFrame).then(() => axe.run({json.dumps(options)})).then((all) => all.violations)")
    return [f"{one['id']}: {one['help']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window: more than none means scrolling in two directions."""
    return int(page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth"))

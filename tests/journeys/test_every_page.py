"""Every page of the product in a real browser: for all eyes, at every width, in both palettes, without a complaint in the console."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import DESK
from tests.journeys.district import District
from tests.journeys.places import NOT_PAGES, PLACES, Place
from tests.journeys.visit import Watch, barriers, sideways

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

#: A window of 320 pixels is one of 1,280 enlarged four times; one of 640 is one enlarged twice.
PHONE_WIDTH, TWICE_ENLARGED = 320, 640
#: The rules that colours and widths can break; all others were asked of the same page a moment before.
COLOURS_AND_WIDTHS = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable", "aria-hidden-focus", "meta-viewport"]


class Windows(Watch):
    """One window for everybody who looks at pages here: opening one takes longer than looking."""

    def __init__(self, browser: Browser, district: District) -> None:
        super().__init__(browser, district)
        self._pages: dict[str | None, Page] = {}

    def of(self, who: str | None) -> Page:
        """The window of that person (a part of :attr:`District.people`), wide and light."""
        if who not in self._pages:
            self._pages[who] = self.window(self.district.people[who] if who else None, **DESK)
        page = self._pages[who]
        page.set_viewport_size(DESK["viewport"])
        page.emulate_media(color_scheme="light")
        return page


@pytest.fixture(scope="module")
def windows(browser: Browser, district: District) -> Iterator[Windows]:
    """The windows of this module."""
    opened = Windows(browser, district)
    yield opened
    opened.close()


def test_the_list_names_every_page_of_the_product(district: District) -> None:
    endpoints = {rule.endpoint for rule in district.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert {place.endpoint for place in PLACES} | NOT_PAGES == endpoints


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_has_no_barrier_and_no_complaint(place: Place, windows: Windows, district: District) -> None:
    windows.expected_statuses = {place.status}
    windows.complaints.clear()
    page = windows.of(place.who)
    answer = page.goto(place.path(district))
    assert answer is not None
    assert (answer.status, page.locator("html").get_attribute("lang")) == (place.status, "en")
    assert page.locator("h1").count() == 1
    assert barriers(page) == []

    page.set_viewport_size({"width": TWICE_ENLARGED, "height": 450})
    assert sideways(page) == 0
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 800})
    page.emulate_media(color_scheme="dark")
    assert (sideways(page), barriers(page, COLOURS_AND_WIDTHS)) == (0, [])
    assert windows.complaints == []


def test_every_page_comes_in_spanish(district: District) -> None:
    """A browser that asks for Spanish gets it, whoever is signed in."""
    found = {}
    for place in PLACES:
        state = district.signed_in(district.people[place.who] if place.who else None) or {"cookies": []}
        with httpx.Client(base_url=district.base, cookies={c["name"]: c["value"] for c in state["cookies"]}, follow_redirects=True, timeout=30) as http:
            answer = http.get(place.path(district), headers={"Accept": "text/html", "Accept-Language": "es-US,es;q=0.9"})
        language = re.search(r'<html lang="(\w+)"', answer.text)
        found[place.name] = (answer.status_code, language and language[1])
    assert found == {place.name: (place.status, "es") for place in PLACES}

"""Every page of the product in a real browser: for all eyes, at every width, in both palettes, without a complaint in the console."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.journeys.conftest import DESK
from tests.journeys.district import District
from tests.journeys.places import NOT_PAGES, PLACES, Place
from tests.journeys.visit import Watch, barriers, sideways

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

#: A window of 320 pixels is one of 1,280 enlarged four times; one of 640 is one enlarged twice.
PHONE_WIDTH, TWICE_ENLARGED = 320, 640
#: The rules that colours and widths can break; all others were asked of the same page a moment before.
COLOURS_AND_WIDTHS = ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable", "aria-hidden-focus", "meta-viewport"]


def test_the_list_names_every_page_of_the_product(district: District) -> None:
    endpoints = {rule.endpoint for rule in district.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert {place.endpoint for place in PLACES} | NOT_PAGES == endpoints


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_a_page_has_no_barrier_and_no_complaint(place: Place, watch: Watch, district: District) -> None:
    watch.expected_statuses = {place.status}
    # Without motion no colour is caught on its way to another.
    page = watch.window(district.people[place.who] if place.who else None, reduced_motion="reduce", **DESK)
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

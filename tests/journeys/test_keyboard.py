"""Without a mouse: everything can be reached, in order, and one sees where one is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from demo.load import PASSWORD
from tests.journeys.conftest import DESK
from tests.journeys.district import SLUG, District
from tests.journeys.places import PLACES
from tests.journeys.visit import Watch

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

#: Where the focus is: a name for messages, whether a ring is drawn around it (or around the card it is in), and whether it can be seen.
#: The parts of a date field and of the browser's own PDF viewer are the browser's: it draws their rings where no script can ask.
_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const drawn = (one) => { const s = one && getComputedStyle(one); return Boolean(s) && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; };
  const box = at.getBoundingClientRect();
  const onTop = (x, y) => { const hit = document.elementFromPoint(x, y); return Boolean(hit) && (hit.contains(at) || at.contains(hit)); };
  const points = [0.5, 0.1, 0.9].flatMap((x) => [0.5, 0.1, 0.9].map((y) => [box.left + x * box.width, box.top + y * box.height]));
  return { name: `${at.tagName} ${(at.getAttribute("aria-label") || at.textContent || at.name || at.id).trim().slice(0, 40)}`,
           ring: drawn(at) || drawn(at.closest(".choice")) || at.matches("iframe, input[type=date]"),
           seen: points.some(([x, y]) => onTop(x, y)) }; }"""


def stops(page: Page, most: int = 60) -> list[dict[str, object]]:
    """Where Tab leads on a page, from its beginning until it leaves the page."""
    found = []
    for _press in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(_FOCUS)
        if here is None:
            break
        found.append(here)
    return found


def tab_to(page: Page, role: str, name: str, most: int = 80) -> None:
    """Press Tab until the focus is on that thing. Fails when it is never reached."""
    wanted = page.get_by_role(role, name=name).locator("visible=true").first  # type: ignore[arg-type]
    for _press in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"{role} “{name}” was not reached in {most} steps; the focus is on {page.evaluate(_FOCUS)}")


def test_from_the_door_to_handing_in(watch: Watch, district: District) -> None:
    """A teacher signs in, skips to the content, starts a micro-credential, writes, and reaches the button to hand in: by keys alone."""
    page = watch.window(None, **DESK)
    page.goto(f"/catalogue/{SLUG}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "link", "Sign in to start", 10)
    page.keyboard.press("Enter")

    who = district.teacher()
    tab_to(page, "textbox", "E-mail address", 12)
    page.keyboard.type(who)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/catalogue/{SLUG}$"))
    tab_to(page, "button", "Start or continue", 20)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/edit$"))
    tab_to(page, "textbox", "Your answer", 20)
    page.keyboard.type("By keys alone.")
    expect(page.locator("[data-saved]").first).to_have_text(re.compile("^Saved"))
    tab_to(page, "button", "Look it over and hand in")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("still missing"))).to_be_visible()
    tab_to(page, "link", "Go to the first one", 30)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/edit#"))


def test_menus_open_close_and_give_the_focus_back(watch: Watch, district: District) -> None:
    page = watch.window(district.people["winner"], **DESK)
    page.goto("/")
    summary = page.locator(".menu-user > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Your profile")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Your profile")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Your profile")).to_be_hidden()
    expect(summary).to_be_focused()


@pytest.mark.parametrize("name", ["front", "catalogue", "sign in", "editor", "offer", "review desk", "stipend register", "profile", "draft of an author"])
def test_one_sees_where_one_is(watch: Watch, district: District, name: str) -> None:
    """Every stop of the Tab key has a ring around it and is in the window, never under something that sticks to its edge."""
    place = next(place for place in PLACES if place.name == name)
    page = watch.window(district.people[place.who] if place.who else None, **DESK)
    page.goto(place.path(district))
    found = stops(page, 120)
    assert len(found) > 5
    assert [stop for stop in found if not stop["ring"] or not stop["seen"]] == []

"""The desk's script in real Chromium: keys, the draft that saves itself, a lost connection, two windows, and nothing for axe to find."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from core.db import db
from credentials.review import services
from credentials.review.review_rules import Mark
from tests.conftest import Visitor, settings_for
from tests.credentials.review.conftest import Story, at, hand_in
from tests.factories import review as reviewing

pytestmark = pytest.mark.journey
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("No Chromium on this machine: the desk's script is not tried.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Desk:
    """A served application with one review on the desk."""

    app: Flask
    story: Story
    url: str
    browser: Browser

    def page(self, **context: object) -> Page:
        """A browser of the reviewer's, with the desk open; a second page of the same browser is another window."""
        client: Visitor = self.app.test_client().sign_in(self.story.reviewers[0])  # type: ignore[attr-defined]
        cookie = client.get_cookie("laurel")
        opened = self.browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context})  # type: ignore[arg-type]
        opened.add_cookies([{"name": "laurel", "value": cookie.value, "domain": "127.0.0.1", "path": "/"}])  # type: ignore[union-attr]
        page = opened.new_page()
        page.goto(self.url)
        return page

    def marks(self) -> dict[str, Mark]:
        with self.app.app_context():
            return services.marks_of(at(self.story.assignments[0]))


@pytest.fixture
def desk(own_database: str, tmp_path: Path, browser: Browser) -> Iterator[Desk]:
    app = create_app(settings_for(own_database, tmp_path))
    app.config["TESTING"] = True
    app.test_client_class = Visitor
    with app.app_context():
        story = hand_in()
        reviewing.opened(at(story.assignments[0]))
        db.session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Desk(app, story, f"http://127.0.0.1:{server.port}/reviews/{story.assignments[0]}", browser)
    for context in browser.contexts:
        context.close()
    server.shutdown()
    thread.join()
    with app.app_context():
        db.engine.dispose()


def says(page: Page, words: str) -> None:
    """Wait until the line beside the buttons says this."""
    expect(page.locator("[data-saved-state]")).to_contain_text(words, timeout=15_000)


def saved(page: Page) -> None:
    says(page, "Saved at")


def test_the_keys_judge_and_the_draft_saves_itself(desk: Desk) -> None:
    page = desk.page()
    page.keyboard.press("j")
    page.keyboard.press("1")
    page.keyboard.press("j")
    page.keyboard.press("2")
    page.keyboard.type("Show two answers.")
    saved(page)
    assert page.inner_text("[data-progress]") == "2 of 2 judged"
    assert desk.marks() == {"planning": Mark("demonstrated"), "insight": Mark("progressing", "Show two answers.")}
    # While somebody is typing, letters are letters; Escape gives the keys back.
    page.keyboard.type(" j1")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("3")
    page.wait_for_timeout(1500)
    saved(page)
    assert (desk.marks()["planning"].level, desk.marks()["insight"].comment) == ("not-met", "Show two answers. j1")


def test_single_keys_can_be_switched_off_and_stay_off(desk: Desk) -> None:
    page = desk.page()
    page.keyboard.press("?")
    page.uncheck("[data-keys]")
    page.click("#shortcuts >> text=Close")
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("1")
    assert page.locator("input[type=radio]:checked").count() == 0


def test_words_marked_in_the_evidence_become_the_place_that_is_pointed_to(desk: Desk) -> None:
    page = desk.page()
    page.evaluate("() => { const r = document.createRange(); r.selectNodeContents(document.querySelector('[data-quotable] p')); getSelection().addRange(r); }")
    page.click("#criterion-insight [data-quote]")
    assert page.input_value("#pointer-insight").startswith("“word word")
    saved(page)
    assert desk.marks()["insight"].pointer.startswith("“word word")


def test_what_is_typed_without_a_connection_is_sent_when_it_is_back(desk: Desk) -> None:
    page = desk.page()
    page.context.set_offline(True)
    page.fill("#comment-insight", "Typed on the train.")
    says(page, "Not saved: no connection.")
    assert desk.marks() == {}
    page.context.set_offline(False)
    saved(page)
    assert desk.marks() == {"insight": Mark(None, "Typed on the train.")}


def test_of_two_windows_neither_loses_its_words(desk: Desk) -> None:
    one = desk.page()
    two = one.context.new_page()
    two.goto(desk.url)
    two.fill("#comment-planning", "From the second window.")
    saved(two)
    one.fill("#comment-insight", "From the first window.")
    says(one, "another window")
    one.on("dialog", lambda dialog: dialog.accept())
    one.reload()
    assert one.input_value("#comment-planning") == "From the second window."
    one.click("[data-put-back]")
    saved(one)
    assert desk.marks() == {"planning": Mark(None, "From the second window."), "insight": Mark(None, "From the first window.")}


def test_handing_in_is_asked_about_and_then_done(desk: Desk) -> None:
    page = desk.page()
    for name in ("planning", "insight"):
        page.check(f"#level-{name}-1")
    page.click("[data-hand-in]")
    assert page.is_visible("#hand-in")
    page.click("#hand-in [data-hand-in-now]")
    page.wait_for_selector("text=Thank you. Your review is in.")
    # The words kept in the browser go as soon as the page's script has run; the test fails if they never do.
    kept = "Object.keys(localStorage).filter((key) => key.startsWith('laurel-review-')).length"
    for _ in range(50):
        if page.evaluate(kept) == 0:
            break
        page.wait_for_timeout(100)
    assert page.evaluate(kept) == 0


# The phones are as tall as the page, so that the bar at the bottom covers nothing that axe would miss.
@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 800, "light"), (1280, 800, "dark"), (390, 9000, "light"), (320, 9000, "dark")])
def test_axe_finds_nothing_and_nothing_runs_off_the_side(desk: Desk, width: int, height: int, scheme: str) -> None:
    page = desk.page(viewport={"width": width, "height": height}, color_scheme=scheme)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert [(violation["id"], [node["html"] for node in violation["nodes"]]) for violation in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

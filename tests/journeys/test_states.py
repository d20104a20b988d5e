"""Pages as one sees them only after doing something: refused, asked back, opened, empty-handed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESK, PHONE
from tests.journeys.district import District
from tests.journeys.visit import Watch, barriers, sideways

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


def test_a_wrong_password_is_told_in_a_sentence_that_has_the_focus(watch: Watch, anybody: Page) -> None:
    watch.expected_statuses = {422}
    anybody.goto("/sign-in")
    anybody.get_by_label("E-mail address").fill("somebody@laurel.example")
    anybody.get_by_label("Password").fill("not the password")
    anybody.get_by_label("Password").press("Enter")
    expect(anybody.get_by_role("alert")).to_be_focused()
    expect(anybody.get_by_label("E-mail address")).to_have_value("somebody@laurel.example")
    assert barriers(anybody) == []


def test_problems_of_a_form_lead_to_their_fields(watch: Watch, district: District) -> None:
    watch.expected_statuses = {422}
    page = watch.window(district.people["winner"], **DESK)
    page.goto("/profile")
    page.get_by_label("Present password").fill("not the password")
    page.get_by_label("New password", exact=True).fill("correct horse battery")
    page.get_by_label("New password once more").fill("another horse battery")
    page.get_by_role("button", name="Change my password").click()
    summary = page.get_by_role("alert").first
    expect(summary).to_be_focused()
    assert barriers(page) == []
    summary.get_by_role("link").first.click()
    expect(page.locator(":focus")).to_have_attribute("type", "password")


def test_dates_that_cannot_be_read_are_asked_for_again(watch: Watch, district: District) -> None:
    watch.expected_statuses = {422}
    page = watch.window(district.people["hr"], **DESK)
    page.goto("/hr/stipends?from=2026-12-31&to=2026-01-01")
    expect(page.get_by_role("alert")).to_be_visible()
    assert barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_menus_on_a_phone(watch: Watch, district: District, scheme: str) -> None:
    page = watch.window(district.people["winner"], color_scheme=scheme, **PHONE)
    page.goto("/")
    page.locator(".menu-nav > summary").tap()
    expect(page.get_by_role("link", name="Earnings")).to_be_visible()
    assert (barriers(page), sideways(page)) == ([], 0)
    page.locator(".menu-user > summary").tap()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_role("link", name="Earnings")).to_be_hidden()
    assert (barriers(page), sideways(page)) == ([], 0)


def test_filters_of_the_catalogue_answer_at_once_and_stand_in_the_address(anybody: Page) -> None:
    anybody.goto("/catalogue")
    heading = anybody.locator("#results-title")
    before = heading.inner_text()
    anybody.locator(".finder-menu > summary", has_text="Topic").click()
    anybody.get_by_role("checkbox", name=re.compile("^Technology")).check()
    expect(heading).not_to_have_text(before)
    expect(anybody).to_have_url(re.compile("topic=technology"))
    assert barriers(anybody) == []
    shown = heading.inner_text()
    anybody.reload()
    expect(heading).to_have_text(shown)


def test_a_question_before_what_cannot_be_taken_back(watch: Watch, district: District) -> None:
    """The dialog has the focus, Escape is a no, and nothing was sent."""
    page = watch.window(district.people["coordinator"], **DESK)
    page.goto(f"/decisions/{district.things['decision']}")
    page.wait_for_load_state()
    page.get_by_role("button", name="Release").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Release this decision?")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert district.one("SELECT state FROM submission_version WHERE id = %(v)s", v=district.things["decision"]) == {"state": "decided_draft"}
    expect(page.get_by_role("button", name="Release")).to_be_focused()


def test_keys_of_the_review_desk_are_explained_there(watch: Watch, district: District) -> None:
    page = watch.window(district.people["at the desk"], **DESK)
    page.goto(f"/reviews/{district.things['desk']}")
    page.get_by_role("button", name="Shortcuts").click()
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    assert barriers(page) == []

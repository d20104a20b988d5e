"""The review desk in a real browser: what a reviewer typed survives the end of her session and a second window."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from demo.load import PASSWORD
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.district import District
from tests.journeys.visit import Watch, sideways

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
SAVED = re.compile(r"^Saved at \d")


def at_the_desk(watch: Watch, who: str, assignment: int, **kind: Any) -> tuple[Page, Any, Any]:
    """A window with the desk; its field for words on the whole, and the line that says whether they are saved."""
    page = watch.window(who, **kind)
    page.goto(f"/reviews/{assignment}")
    expect(page.get_by_role("heading", name="Your judgement")).to_be_visible()
    page.wait_for_load_state()
    return page, page.get_by_label("On the work as a whole"), page.locator("[data-saved-state]")


def kept(district: District, assignment: int) -> str:
    return str(district.one("SELECT overall FROM assignment WHERE id = %(a)s", a=assignment)["overall"])


@pytest.mark.parametrize("kind", [DESK, PHONE], ids=["desk", "phone"])
def test_a_draft_saves_itself_and_is_there_on_the_next_visit(watch: Watch, district: District, kind: dict[str, Any]) -> None:
    who, assignment = district.desk()
    page, whole, saved = at_the_desk(watch, who, assignment, **kind)
    whole.fill("Honest work.")
    page.locator("[data-criterion] .choice").nth(1).click()
    expect(saved).to_have_text(SAVED)
    assert kept(district, assignment) == "Honest work."
    page.reload()
    expect(whole).to_have_value("Honest work.")
    expect(page.locator("[data-criterion] input[type=radio]").nth(1)).to_be_checked()
    assert sideways(page) == 0


def test_after_the_session_is_over_the_words_wait_and_return_after_signing_in(watch: Watch, district: District) -> None:
    watch.expected_statuses = {400, 401}
    who, assignment = district.desk()
    page, whole, saved = at_the_desk(watch, who, assignment, **DESK)
    page.context.clear_cookies()
    whole.fill("Written when the session was over.")
    expect(saved).to_contain_text("You are signed out")
    assert kept(district, assignment) == ""
    saved.get_by_role("link").click()
    page.get_by_label("E-mail address").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page).to_have_url(re.compile(f"/reviews/{assignment}$"))
    expect(whole).to_have_value("Written when the session was over.")
    expect(saved).to_have_text(SAVED)
    assert kept(district, assignment) == "Written when the session was over."


def test_an_older_window_overwrites_nothing_and_loses_nothing(watch: Watch, district: District) -> None:
    watch.expected_statuses = {409}
    who, assignment = district.desk()
    older, older_words, older_saved = at_the_desk(watch, who, assignment, **DESK)
    newer = older.context.new_page()
    newer.goto(f"/reviews/{assignment}")
    newer.get_by_label("On the work as a whole").fill("In the newer window.")
    expect(newer.locator("[data-saved-state]")).to_have_text(SAVED)
    older_words.fill("In the older window.")
    expect(older_saved).to_contain_text("Saved in another window meanwhile")
    assert kept(district, assignment) == "In the newer window."
    older.reload()
    expect(older.get_by_text("This browser still has words that were never saved.")).to_be_visible()
    older.get_by_role("button", name="Put them back in").click()
    expect(older_words).to_have_value("In the older window.")
    expect(older_saved).to_have_text(SAVED)
    assert kept(district, assignment) == "In the older window."

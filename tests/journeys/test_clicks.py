"""What hasty hands do: twice, backwards, in two windows, in another language, without script. None of it does harm."""

from __future__ import annotations

import random
import re

import pytest
from playwright.sync_api import Page, expect

from core.db import transaction
from credentials.evidence.models import Submission
from demo import files, words
from tests.factories.evidence import complete
from tests.journeys.conftest import DESK
from tests.journeys.district import SLUG, District
from tests.journeys.visit import Watch

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]


@pytest.fixture
def ready(district: District) -> tuple[str, int]:
    """A teacher whose draft has everything that is asked for, and its number."""
    who = district.teacher()
    number = district.draft(who)
    with district.app.app_context(), transaction() as session:
        complete(session.get_one(Submission, number).latest)
    return who, number


def versions(district: District, number: int) -> list[dict[str, object]]:
    return district.all("SELECT number, state FROM submission_version WHERE submission_id = %(n)s ORDER BY number", n=number)


def hand_in(page: Page, number: int) -> None:
    page.goto(f"/submissions/{number}/hand-in")
    page.get_by_role("checkbox").check()


def test_a_double_click_hands_in_once(watch: Watch, district: District, ready: tuple[str, int]) -> None:
    who, number = ready
    page = watch.window(who, **DESK)
    hand_in(page, number)
    page.get_by_role("button", name="Hand in").dblclick()
    expect(page).to_have_url(re.compile(rf"/submissions/{number}$"))
    assert versions(district, number) == [{"number": 1, "state": "in_review"}]
    asked = district.all("SELECT a.id FROM assignment a JOIN submission_version v ON v.id = a.version_id WHERE v.submission_id = %(n)s", n=number)
    assert len(asked) == 2


def test_going_back_after_handing_in_and_sending_again_changes_nothing(watch: Watch, district: District, ready: tuple[str, int]) -> None:
    who, number = ready
    page = watch.window(who, **DESK)
    hand_in(page, number)
    page.get_by_role("button", name="Hand in").click()
    expect(page).to_have_url(re.compile(rf"/submissions/{number}$"))
    page.go_back()
    page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if page.get_by_role("button", name="Hand in").is_visible():
        watch.expected_statuses = {409, 422}
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Hand in").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert versions(district, number) == [{"number": 1, "state": "in_review"}]


def test_what_was_handed_in_can_be_withdrawn_and_taken_up_again(watch: Watch, district: District, ready: tuple[str, int]) -> None:
    who, number = ready
    page = watch.window(who, **DESK)
    hand_in(page, number)
    page.get_by_role("button", name="Hand in").click()
    expect(page).to_have_url(re.compile(rf"/submissions/{number}$"))
    # The question is asked by script, which comes after the button.
    page.wait_for_load_state()
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    assert versions(district, number) == [{"number": 1, "state": "in_review"}]
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("Withdrawn. Nobody reviews it now")).to_be_visible()
    page.get_by_role("button", name="Take it up again").click()
    expect(page).to_have_url(re.compile("/edit$"))
    assert versions(district, number) == [{"number": 1, "state": "withdrawn"}, {"number": 2, "state": "draft"}]


def test_after_signing_out_the_back_button_shows_nothing(watch: Watch, district: District) -> None:
    who = district.teacher()
    page = watch.window(who, **DESK)
    page.goto("/earnings")
    page.locator(".menu-user > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()


def test_the_choice_of_light_or_dark_is_kept(watch: Watch, anybody: Page) -> None:
    anybody.goto("/")
    anybody.get_by_role("button", name="Dark").click()
    expect(anybody.locator("html")).to_have_attribute("data-bs-theme", "dark")
    anybody.goto("/catalogue")
    expect(anybody.locator("html")).to_have_attribute("data-bs-theme", "dark")
    anybody.get_by_role("button", name="Like the system").click()
    anybody.goto("/")
    expect(anybody.locator("html")).not_to_have_attribute("data-bs-theme", re.compile("."))


def test_spanish_is_one_click_away_and_stays(watch: Watch, district: District) -> None:
    page = watch.window(district.teacher(), **DESK)
    page.goto("/catalogue?q=mindset")
    page.get_by_role("button", name="Español").click()
    expect(page).to_have_url(re.compile(r"/catalogue\?q=mindset$"))
    for path in ("/catalogue?q=mindset", "/", f"/catalogue/{SLUG}", "/submissions", "/earnings", "/profile"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", "es")
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_the_teachers_part_of_the_story_works_without_script(watch: Watch, district: District) -> None:
    """Start, answer, send files, confirm, hand in: every step is a form."""
    page = watch.window(district.teacher(), java_script_enabled=False, **DESK)
    page.goto("/catalogue?q=growth+mindst")
    page.get_by_role("link", name=re.compile("^Growth Mindset")).click()
    page.get_by_role("button", name="Start or continue").click()
    expect(page).to_have_url(re.compile("/edit$"))
    for number, area in enumerate(page.locator("textarea[data-text]").all()):
        foot = page.locator("[data-count]").nth(number)
        area.fill(words.answer(random.Random(number), int(foot.get_attribute("data-min") or 0), int(foot.get_attribute("data-max") or 300)))
    plan = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": files.lesson_plan("A plan", "Somebody")}
    for item in [box.get_attribute("data-upload") or "" for box in page.locator("[data-upload]").all()]:
        place = page.locator(f'[data-upload="{item}"]')
        place.locator("input[type=file]").set_input_files([plan])
        place.get_by_role("button", name="Send").click()
        expect(page.locator(f'[data-upload="{item}"]').locator("xpath=..").get_by_text("We removed: author")).to_be_visible()
    for none in page.locator('[data-students][value="none"]').all():
        none.check()
    for indicator in page.locator("[data-indicator]").all():
        indicator.check()
    page.get_by_role("button", name="Look it over and hand in").click()
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Colleagues were asked to review it, without your name")).to_be_visible()

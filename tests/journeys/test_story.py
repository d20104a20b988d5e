"""The whole story by clicks and keys: a teacher chooses, submits, is reviewed, is awarded, is paid; at a desk and on a phone."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from demo import files, words
from demo.load import PASSWORD
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.district import District
from tests.journeys.visit import Watch, barriers

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]
TITLE = "Growth Mindset in Everyday Feedback and Routines"


def go(page: Page, place: str) -> None:
    """By the main navigation, which is a menu on a phone."""
    if page.get_by_role("link", name=place, exact=True).first.is_hidden():
        page.locator(".menu-nav > summary").click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name=place, exact=True).locator("visible=true").click()


@pytest.mark.parametrize("kind", [DESK, PHONE], ids=["desk", "phone"])
def test_from_a_misspelt_wish_to_the_stipend_register(watch: Watch, district: District, kind: dict[str, Any], tmp_path: Path) -> None:
    who = district.teacher()
    submission = _hands_in(watch.window(None, **kind), who, district)
    _are_asked_and_judge(watch, district, submission, kind)
    _releases(watch.window(district.people["coordinator"], **kind))
    page = watch.window(who, **kind)
    _is_awarded(page, watch.window(None, **kind), district, submission)
    _is_paid(page)
    _draws_the_register(watch.window(district.people["hr"], **kind), district, who, submission, tmp_path)


def _hands_in(page: Page, who: str, district: District) -> int:
    """The teacher finds a micro-credential, reads by what she will be judged, signs in, starts, answers, and hands in."""
    page.goto("/")
    page.get_by_role("link", name="See the micro-credentials").click()
    page.get_by_role("searchbox").fill("growth mindst")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", name="How it is judged")).to_be_visible()
    expect(page.get_by_text("Describes specific behavior (who did what, when the work was hard)").first).to_be_visible()
    page.get_by_role("link", name="Sign in to start").click()
    page.get_by_label("E-mail address").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.get_by_role("button", name="Start or continue").click()
    expect(page).to_have_url(re.compile(r"/submissions/\d+/edit$"))
    assert barriers(page) == []

    first, *others = page.locator("textarea[data-text]").all()
    saved = page.locator("[data-saved]").first
    first.click()
    page.keyboard.type("My own words, letter by letter.")
    expect(saved).to_have_text(re.compile(r"^Saved"))
    page.reload()
    expect(first).to_have_value("My own words, letter by letter.")
    for number, area in enumerate([first, *others]):
        foot = page.locator("[data-count]").nth(number)
        least, most = (int(foot.get_attribute(name) or 0) for name in ("data-min", "data-max"))
        area.press("Control+End")
        page.keyboard.insert_text(" " + words.answer(random.Random(number), least, most - 10))

    plan = {"name": "Lesson plan of a newcomer.pdf", "mimeType": "application/pdf", "buffer": files.lesson_plan("Two lessons", "A newcomer's name")}
    for chooser in page.locator("[data-upload]").all():
        with page.expect_file_chooser() as asked:
            chooser.locator("[data-file]").click()
        asked.value.set_files([plan])
        expect(chooser.locator("xpath=..").get_by_text("We removed: author")).to_be_visible()
    for none in page.locator('[data-students][value="none"]').all():
        none.check()
    for indicator in page.locator("[data-indicator]").all():
        indicator.check()
    expect(page.locator("[data-saved-all]")).to_have_text("Everything is saved")
    page.get_by_role("button", name="Look it over and hand in").click()
    expect(page.get_by_role("heading", name="What your reviewers will read")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Colleagues were asked to review it, without your name")).to_be_visible()
    assert barriers(page) == []
    return int(page.url.rstrip("/").split("/")[-1])


def _are_asked_and_judge(watch: Watch, district: District, submission: int, kind: dict[str, Any]) -> None:
    """Two colleagues answer the conflict question before they see anything, and judge: one by keys, one by hand."""
    asked = district.all(
        """SELECT a.id, p.email, author.family_name AS author FROM assignment a JOIN person p ON p.id = a.reviewer_id
           JOIN submission_version v ON v.id = a.version_id JOIN person author ON author.id = v.person_id
           WHERE v.submission_id = %(submission)s ORDER BY a.id""",
        submission=submission,
    )
    assert len(asked) == 2
    for number, one in enumerate(asked):
        page = watch.window(one["email"], **kind)
        page.goto("/reviews")
        page.locator(f'a[href="/reviews/{one["id"]}"]').click()
        expect(page.get_by_text("You will not learn who the author is")).to_be_visible()
        page.get_by_role("button", name="Accept and begin").click()
        # Not yet: the question about conflicts was not answered, and the browser points to it.
        conflicts = page.get_by_role("checkbox", name="I know of no conflict of interest")
        expect(conflicts).to_be_focused()
        conflicts.check()
        page.get_by_role("button", name="Accept and begin").click()
        expect(page.get_by_role("heading", name="Your judgement")).to_be_visible()
        assert one["author"] not in (page.locator("main").inner_text())
        criteria = page.locator("[data-criterion]")
        if number == 0 and kind is DESK:
            expect(page.get_by_role("button", name="Shortcuts")).to_be_visible()
            for _criterion in range(criteria.count()):
                page.keyboard.press("j")
                page.keyboard.press("1")
        else:
            for criterion in criteria.all():
                criterion.locator(".choice").first.click()
        page.get_by_label("On the work as a whole").fill("Clear and honest. Next, watch what changes in a month.")
        page.get_by_role("button", name="Hand in").click()
        page.get_by_role("dialog").get_by_role("button", name="Hand in").click()
        expect(page.get_by_text("Thank you.").first).to_be_visible()
        page.context.close()


def _releases(page: Page) -> None:
    """The coordinator begins at home, reads the drafted decision and lets the teacher know."""
    page.goto("/")
    page.get_by_role("link", name="Open the decisions").click()
    page.get_by_role("link", name=TITLE).last.click()
    expect(page.get_by_text("Drafted decision")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("A note to the teacher").fill("Thank you for sharing this.")
    page.get_by_role("button", name="Release").click()
    page.get_by_role("dialog").get_by_role("button", name="Release").click()
    expect(page.get_by_text(re.compile("Released|released")).first).to_be_visible()


def _is_awarded(page: Page, stranger: Page, district: District, submission: int) -> None:
    """She finds her badge, shows it to everybody, and anybody can check it and take the certificate."""
    award = district.one(
        "SELECT a.uuid FROM award a JOIN submission_version v ON v.id = a.submission_version_id WHERE v.submission_id = %(submission)s", submission=submission
    )
    page.goto("/")
    go(page, "Badges")
    page.get_by_role("heading", name=TITLE).get_by_role("link").click()
    page.get_by_text("Everybody", exact=True).click()
    page.get_by_label("Show my name on the page").check()
    page.get_by_role("button", name="Save who sees it").click()
    expect(page.get_by_role("radio", name=re.compile("^Everybody"))).to_be_checked()

    stranger.goto(f"/badges/{award['uuid']}")
    expect(stranger.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    expect(stranger.get_by_text("Newcomer").first).to_be_visible()
    stranger.get_by_role("link", name="Check that it is genuine").click()
    expect(stranger.get_by_role("heading", name="This badge is genuine and in force")).to_be_visible()
    certificate = stranger.get_by_role("link", name=re.compile("^Certificate"))
    assert stranger.request.get(str(certificate.get_attribute("href"))).body().startswith(b"%PDF-")
    with stranger.expect_response("**/certificate.pdf") as shown:
        certificate.click()
    assert (shown.value.status, shown.value.headers["content-type"]) == (200, "application/pdf")


def _is_paid(page: Page) -> None:
    """The amount stands on her page of earnings and opens into its reasons."""
    go(page, "Earnings")
    expect(page.get_by_role("link", name=TITLE)).to_be_visible()
    page.get_by_text("Why $200?").click()
    expect(page.get_by_text("The rule: “Micro-credential stipend”")).to_be_visible()
    expect(page.get_by_text("Salaried (exempt) staff, so a stipend may be paid.")).to_be_visible()


def _draws_the_register(page: Page, district: District, who: str, submission: int, folder: Path) -> None:
    """HR finds her in the register of this month and takes the same lines along as a file."""
    person = district.one("SELECT employee_number FROM person WHERE email = %(who)s", who=who)
    page.goto("/")
    go(page, "Stipends")
    page.get_by_label("Name or employee number").fill(person["employee_number"])
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("rowheader")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(folder / "register.csv")
    lines = (folder / "register.csv").read_text().splitlines()
    assert sum(person["employee_number"] in line and "150.00" in line for line in lines) == 1
    page.get_by_role("table").get_by_role("link", name=TITLE).first.click()
    expect(page.get_by_role("heading", name="Why this amount")).to_be_visible()

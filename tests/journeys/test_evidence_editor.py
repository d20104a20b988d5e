"""The editor in a real browser: it saves itself, and whatever happens to the connection, the session or a second window, nothing typed
is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from demo import files
from demo.load import PASSWORD
from tests.factories.files import film
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.district import District
from tests.journeys.visit import Watch, barriers, sideways

pytestmark = pytest.mark.journey
SAVED = re.compile(r"^Saved \d")


class Editor:
    """A window with the editor of a fresh draft open in it."""

    def __init__(self, watch: Watch, district: District, who: str, number: int, **kind: object) -> None:
        self.page: Page = watch.window(who, **kind)
        self.address = f"/submissions/{number}/edit"
        self.open()

    def open(self) -> None:
        # Every answer renews the session's cookie, so none may still be on its way when a test takes the cookie away.
        self.page.goto(self.address, wait_until="networkidle")
        field = self.page.locator(".field:has(textarea[data-text])").first
        self.text, self.status = field.locator("textarea"), field.locator("[data-saved]")
        self.overall = self.page.locator("[data-saved-all]")


@pytest.fixture
def draft(district: District) -> tuple[str, int]:
    """A teacher with a draft that she has just begun."""
    who = district.teacher()
    return who, district.draft(who)


def kept(district: District, number: int) -> list[str]:
    """The texts that the database has."""
    return [
        row["text"]
        for row in district.all(
            "SELECT r.text FROM response r JOIN submission_version v ON v.id = r.version_id WHERE v.submission_id = %(n)s ORDER BY r.id", n=number
        )
    ]


def test_what_is_typed_saves_itself_and_is_there_on_the_next_visit(watch: Watch, district: District, draft: tuple[str, int]) -> None:
    who, number = draft
    editor = Editor(watch, district, who, number, **DESK)
    editor.text.fill("Three students gave up before they had tried.")
    expect(editor.status).to_have_text(SAVED)
    expect(editor.overall).to_have_text("Everything is saved")
    assert kept(district, number) == ["Three students gave up before they had tried."]
    editor.open()
    expect(editor.text).to_have_value("Three students gave up before they had tried.")
    expect(editor.page.locator(".kept")).to_have_count(0)


def test_an_older_window_is_shown_both_texts_and_chooses(watch: Watch, district: District, draft: tuple[str, int]) -> None:
    watch.expected_statuses = {409}
    who, number = draft
    older, newer = Editor(watch, district, who, number, **DESK), Editor(watch, district, who, number, **DESK)
    newer.text.fill("Written in the newer window.")
    expect(newer.status).to_have_text(SAVED)
    older.text.fill("Written in the older window.")
    choice = older.page.locator(".kept")
    expect(choice).to_contain_text("Written in the newer window.")
    assert kept(district, number) == ["Written in the newer window."]
    assert barriers(older.page) == []
    older.page.get_by_role("button", name="Keep what is in this field").click()
    expect(older.status).to_have_text(SAVED)
    assert kept(district, number) == ["Written in the older window."]


def test_a_lost_connection_loses_nothing_and_saves_when_it_is_back(watch: Watch, district: District, draft: tuple[str, int]) -> None:
    who, number = draft
    editor = Editor(watch, district, who, number, **DESK)
    editor.page.context.set_offline(True)
    editor.text.fill("Typed on the train.")
    expect(editor.status).to_contain_text("the connection is away")
    editor.page.context.set_offline(False)
    expect(editor.status).to_have_text(SAVED)
    assert kept(district, number) == ["Typed on the train."]
    # The browser reports the request that did not get through; that is what this test is about.
    watch.complaints = [line for line in watch.complaints if "ERR_INTERNET_DISCONNECTED" not in line]


def test_after_the_session_is_over_the_text_waits_and_returns_after_signing_in(watch: Watch, district: District, draft: tuple[str, int]) -> None:
    watch.expected_statuses = {400, 401}
    who, number = draft
    editor = Editor(watch, district, who, number, **DESK)
    editor.page.context.clear_cookies()
    editor.text.fill("Typed after lunch, when the session was over.")
    expect(editor.status).to_contain_text("You were signed out")
    assert kept(district, number) == []
    editor.page.on("dialog", lambda dialog: dialog.accept())
    editor.page.get_by_role("link", name="Sign in and go on").click()
    editor.page.get_by_label("E-mail").fill(who)
    editor.page.locator("input[type=password]").fill(PASSWORD)
    editor.page.locator("main").get_by_role("button", name="Sign in", exact=True).click()
    expect(editor.page).to_have_url(district.base + editor.address)
    expect(editor.page.locator(".kept")).to_contain_text("Typed after lunch")
    editor.page.get_by_role("button", name="Restore it").click()
    expect(editor.status).to_have_text(SAVED)
    assert kept(district, number) == ["Typed after lunch, when the session was over."]


def test_a_new_session_in_another_window_is_enough_to_go_on_saving(watch: Watch, district: District, draft: tuple[str, int]) -> None:
    watch.expected_statuses = {400, 401}
    who, number = draft
    editor = Editor(watch, district, who, number, **DESK)
    editor.page.context.clear_cookies()
    editor.text.fill("Still here.")
    expect(editor.status).to_contain_text("You were signed out")
    editor.page.context.add_cookies(district.signed_in(who)["cookies"])
    expect(editor.status).to_have_text(SAVED, timeout=15_000)
    assert kept(district, number) == ["Still here."]


@pytest.mark.parametrize("kind", [DESK, PHONE], ids=["desk", "phone"])
def test_files_are_sent_explained_answered_and_removed(watch: Watch, district: District, draft: tuple[str, int], kind: dict[str, object]) -> None:
    watch.expected_statuses = {422}
    who, number = draft
    editor = Editor(watch, district, who, number, **kind)
    page = editor.page
    chooser = page.locator("input[data-file]").first
    chooser.set_input_files(
        [
            {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": files.photo(7)},
            {"name": "lesson.mp4", "mimeType": "video/mp4", "buffer": film()},
            {"name": "homework.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + bytes(2000)},
        ]
    )
    expect(page.locator(".file")).to_have_count(2)
    expect(page.locator(".file").first).to_contain_text("We removed: author, camera and device, dates, location.")
    expect(page.locator(".upload-status .field-error")).to_contain_text("homework.pdf: This is a program")
    assert barriers(page) == []
    assert sideways(page) == 0
    page.get_by_label("No student can be identified").first.check()
    expect(editor.overall).to_have_text("Everything is saved")
    stored = district.one(
        "SELECT f.students FROM evidence_file f JOIN submission_version v ON v.id = f.version_id WHERE v.submission_id = %(n)s AND f.kind = 'image'", n=number
    )
    assert stored["students"] == {"students_identifiable": False, "release_on_file": False}
    page.get_by_role("button", name="Remove lesson.mp4").click()
    expect(page.locator(".file")).to_have_count(1)


def test_the_whole_form_works_by_keyboard_alone(watch: Watch, district: District, draft: tuple[str, int]) -> None:
    who, number = draft
    editor = Editor(watch, district, who, number, **DESK)
    page = editor.page
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim().slice(0, 40)"))
    assert {name for name in seen if str(name).startswith("text-")}
    assert {name for name in seen if str(name).startswith("file-")}
    assert {name for name in seen if str(name).startswith("indicator-")}
    assert "next" in seen


def test_without_script_one_button_saves_everything(watch: Watch, district: District, draft: tuple[str, int]) -> None:
    who, number = draft
    page = watch.window(who, **DESK, java_script_enabled=False)
    page.goto(f"/submissions/{number}/edit")
    page.locator("textarea[data-text]").first.fill("Saved by the button.")
    page.locator("input[data-file]").first.set_input_files({"name": "plan.jpg", "mimeType": "image/jpeg", "buffer": files.photo(3)})
    page.get_by_role("button", name="Send").first.click()
    expect(page.locator(".file")).to_have_count(1)
    expect(page.locator("textarea[data-text]").first).to_have_value("Saved by the button.")
    assert kept(district, number) == ["Saved by the button."]

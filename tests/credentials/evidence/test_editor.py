"""The editor: with a script piece by piece, without one all at once; nothing typed is ever lost."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask

from core.db import db
from credentials.evidence import services
from credentials.evidence.forms import fingerprint
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import Students, students_answer
from people.models import Person
from tests.factories import files
from tests.factories.evidence import complete, draft_version, evidence_file, released_version, submitted_version
from tests.factories.people import school, teacher

JSON = {"Accept": "application/json"}
TEXT, LINK, FILE = "reflection-text", "recording", "lesson-plan"


def stored(app: Flask, number: int) -> dict[str, str]:
    with app.app_context():
        return {row.item_key: row.text for row in db.session.get_one(SubmissionVersion, number).responses}


def page_form(text: str, item: str = TEXT, revision: int = 0, was: str = "") -> dict[str, str]:
    """What the page without script sends for one field."""
    return {f"text-{item}": text, f"revision-{item}": str(revision), f"was-{item}": fingerprint(was)}


# With script ---------------------------------------------------------------------------------------------------------------


def test_a_text_saves_itself_and_says_when(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    answer = as_(draft.author).put(f"/submissions/{draft.submission}/items/{TEXT}/text", json={"text": "Which answer?", "revision": 0}, headers=JSON)
    assert answer.status_code == 200
    assert (answer.json["revision"], answer.json["words"], answer.json["text"]) == (1, 2, "Which answer?")
    assert answer.json["saved"].startswith("Saved ")
    assert stored(app, draft.version) == {TEXT: "Which answer?"}


def test_an_older_tab_gets_both_texts(made, as_) -> None:
    draft = made(draft_version)
    browser, address = as_(draft.author), f"/submissions/{draft.submission}/items/{TEXT}/text"
    browser.put(address, json={"text": "newer", "revision": 0}, headers=JSON)
    answer = browser.put(address, json={"text": "older tab", "revision": 0}, headers=JSON)
    assert answer.status_code == 409
    assert answer.json["current"]["text"] == "newer"
    assert answer.json["current"]["revision"] == 1


@pytest.mark.parametrize(
    ("item", "body", "status"),
    [
        (LINK, {"text": "javascript:alert(1)", "revision": 0}, 422),
        (TEXT, {"text": 7, "revision": 0}, 400),
        (TEXT, {"revision": 0}, 400),
        (TEXT, [], 400),
        (FILE, {"text": "a", "revision": 0}, 409),
        ("nothing", {"text": "a", "revision": 0}, 409),
        (TEXT, {"text": "a" * 1_100_000, "revision": 0}, 413),
    ],
)
def test_what_cannot_be_kept_is_answered_with_a_sentence(made, as_, item: str, body: object, status: int) -> None:
    draft = made(draft_version)
    answer = as_(draft.author).put(f"/submissions/{draft.submission}/items/{item}/text", json=body, headers=JSON)
    assert answer.status_code == status
    assert answer.json["detail"].endswith(".")


def test_saving_tells_her_at_once_where_she_could_be_recognised(app: Flask, made, as_) -> None:
    draft = made(lambda: draft_version(teacher(given_name="Ana", family_name="Rivera", school=school(name="Cedar Creek Elementary School"))))
    answer = as_(draft.author).put(f"/submissions/{draft.submission}/items/{TEXT}/text", json={"text": "We at Cedar Creek", "revision": 0}, headers=JSON)
    assert "Cedar Creek" in answer.json["telling"]


def test_a_file_is_sent_and_comes_back_as_a_piece_of_the_page(made, as_) -> None:
    draft = made(draft_version)
    answer = as_(draft.author).post(
        f"/submissions/{draft.submission}/items/{FILE}/files", data={"file": (io.BytesIO(files.picture()), "IMG_1.jpg")}, headers=JSON
    )
    assert answer.status_code == 201
    for words in ("IMG_1.jpg", "lesson-plan-1.jpg", "We removed: author, camera and device, dates, location."):
        assert words in answer.json["files"]


def test_a_file_that_is_not_taken_comes_back_with_its_reason(made, as_) -> None:
    draft = made(draft_version)
    answer = as_(draft.author).post(
        f"/submissions/{draft.submission}/items/{FILE}/files", data={"file": (io.BytesIO(b"MZ" + bytes(99)), "plan.pdf")}, headers=JSON
    )
    assert answer.status_code == 422
    assert answer.json["detail"].startswith("plan.pdf: This is a program")


def test_no_file_is_no_file(made, as_) -> None:
    draft = made(draft_version)
    assert as_(draft.author).post(f"/submissions/{draft.submission}/items/{FILE}/files", headers=JSON).status_code == 422


def test_a_file_is_removed_and_removing_it_again_is_not_found(made, as_) -> None:
    def with_file() -> SubmissionVersion:
        version = draft_version()
        evidence_file(version, FILE)
        return version

    draft = made(with_file)
    browser = as_(draft.author)
    answer = browser.post(f"/submissions/{draft.submission}/files/{draft.file}/remove", headers=JSON)
    assert answer.status_code == 200
    assert "lesson-plan-1.pdf" not in answer.json["files"]
    assert browser.post(f"/submissions/{draft.submission}/files/{draft.file}/remove", headers=JSON).status_code == 404


def test_answers_save_themselves(app: Flask, made, as_) -> None:
    def with_file() -> SubmissionVersion:
        version = draft_version()
        evidence_file(version, FILE, students={})
        return version

    draft = made(with_file)
    body = {"indicators": {"plan-question": True}, "students": {str(draft.file): "released"}, "change_note": "all new"}
    assert as_(draft.author).put(f"/submissions/{draft.submission}/answers", json=body, headers=JSON).status_code == 200
    with app.app_context():
        version = db.session.get_one(SubmissionVersion, draft.version)
        assert (version.indicators, students_answer(version.files[0].students), version.change_note) == ({"plan-question": True}, Students.RELEASED, "all new")


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"indicators": []},
        {"indicators": {"plan-question": "yes"}},
        {"indicators": {"unknown": True}},
        {"students": {"x": "none"}},
        {"students": {"1": "maybe"}},
        {"students": {"1": 7}},
        {"students": {"1": ["none"]}},
        {"students": {"999999": "none"}},
        {"change_note": 7},
    ],
)
def test_nonsense_instead_of_answers_is_refused(made, as_, body: object) -> None:
    draft = made(draft_version)
    answer = as_(draft.author).put(f"/submissions/{draft.submission}/answers", json=body, headers=JSON)
    assert answer.status_code == 422
    assert answer.json["detail"].endswith(".")


# Without script ------------------------------------------------------------------------------------------------------------


def test_one_button_saves_the_whole_page(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    data = page_form("What I saw.") | page_form("laurel.example/v", LINK) | {"shown-plan-question": "1", "indicator-plan-question": "yes"}
    answer = as_(draft.author).post(f"/submissions/{draft.submission}/edit", data=data)
    assert (answer.status_code, answer.location) == (302, f"/submissions/{draft.submission}/edit")
    assert stored(app, draft.version) == {TEXT: "What I saw.", LINK: "https://laurel.example/v"}
    with app.app_context():
        assert db.session.get_one(SubmissionVersion, draft.version).indicators == {"plan-question": True}


def test_a_box_that_is_no_longer_ticked_is_taken_back(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    browser, address = as_(draft.author), f"/submissions/{draft.submission}/edit"
    browser.post(address, data={"shown-plan-question": "1", "indicator-plan-question": "yes"})
    browser.post(address, data={"shown-plan-question": "1"})
    with app.app_context():
        assert db.session.get_one(SubmissionVersion, draft.version).indicators == {}


def test_what_cannot_be_kept_comes_back_as_it_was_typed_and_the_rest_is_kept(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    answer = as_(draft.author).post(f"/submissions/{draft.submission}/edit", data=page_form("A good text.") | page_form("my video", LINK))
    assert answer.status_code == 422
    assert 'value="my video"' in answer.text
    assert "An address begins with https://" in answer.text
    assert stored(app, draft.version) == {TEXT: "A good text."}


def test_two_windows_without_script_show_both_texts_and_a_second_save_keeps_hers(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    browser, address = as_(draft.author), f"/submissions/{draft.submission}/edit"
    browser.post(address, data=page_form("first window"))
    answer = browser.post(address, data=page_form("second window"))
    assert answer.status_code == 422
    assert "first window" in answer.text
    assert re.search(r">\nsecond window</textarea>", answer.text)
    assert stored(app, draft.version)[TEXT] == "first window"
    again = browser.post(address, data=page_form("second window", revision=1, was="first window"))
    assert again.status_code == 302
    assert stored(app, draft.version)[TEXT] == "second window"


def test_a_field_that_nobody_touched_in_an_old_window_undoes_nothing(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    browser, address = as_(draft.author), f"/submissions/{draft.submission}/edit"
    browser.post(address, data=page_form("newer text"))
    # The old window was opened when the field was empty, and only the link was written in it.
    answer = browser.post(address, data=page_form("") | page_form("laurel.example/v", LINK))
    assert answer.status_code == 302
    assert stored(app, draft.version) == {TEXT: "newer text", LINK: "https://laurel.example/v"}


def test_line_ends_of_a_form_are_no_change(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    browser, address = as_(draft.author), f"/submissions/{draft.submission}/edit"
    browser.post(address, data=page_form("one\r\ntwo"))
    browser.post(address, data=page_form("one\r\ntwo", revision=0, was="one\ntwo"))
    assert stored(app, draft.version)[TEXT] == "one\ntwo"


def test_several_files_at_once_the_good_ones_are_kept_and_the_bad_one_named(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    sent = [(io.BytesIO(files.picture()), "a.jpg"), (io.BytesIO(b"MZ" + bytes(99)), "b.pdf"), (io.BytesIO(files.pdf()), "c.pdf")]
    answer = as_(draft.author).post(f"/submissions/{draft.submission}/edit", data={f"file-{FILE}": sent, "upload": f"item-{FILE}"})
    assert answer.status_code == 422
    assert "b.pdf: This is a program" in answer.text
    with app.app_context():
        assert [row.own_name for row in db.session.get_one(SubmissionVersion, draft.version).files] == ["a.jpg", "c.pdf"]


def test_a_file_is_removed_by_its_button(app: Flask, made, as_) -> None:
    def with_file() -> SubmissionVersion:
        version = draft_version()
        evidence_file(version, FILE)
        return version

    draft = made(with_file)
    as_(draft.author).post(f"/submissions/{draft.submission}/edit", data={"remove": str(draft.file)} | page_form("kept too"))
    with app.app_context():
        version = db.session.get_one(SubmissionVersion, draft.version)
        assert (version.files, version.responses[0].text) == ([], "kept too")


def test_look_it_over_saves_first(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    answer = as_(draft.author).post(f"/submissions/{draft.submission}/edit", data=page_form("the last words") | {"next": "check"})
    assert answer.location == f"/submissions/{draft.submission}/hand-in"
    assert stored(app, draft.version)[TEXT] == "the last words"


def test_a_page_that_was_open_while_it_was_handed_in_changes_nothing(app: Flask, made, as_) -> None:
    done = made(submitted_version)
    browser = as_(done.author)
    answer = browser.post(f"/submissions/{done.submission}/edit", data=page_form("too late"))
    assert answer.location == f"/submissions/{done.submission}"
    assert "too late" not in stored(app, done.version)[TEXT]


# The page ------------------------------------------------------------------------------------------------------------------


def test_the_page_shows_prompt_rubric_limits_and_what_is_there(app: Flask, made, as_) -> None:
    draft = made(lambda: complete(draft_version()))
    page = as_(draft.author).get(f"/submissions/{draft.submission}/edit").text
    for words in (
        "Which answer surprised you",
        "How this is judged: 1 criterion",
        "Answers change the teaching",
        "5 to 300 words",
        "8 words",
        "lesson-plan-1.pdf",
        "All there.",
    ):
        assert words in page, words


def test_every_field_has_a_label(made, as_) -> None:
    draft = made(lambda: complete(draft_version()))
    page = as_(draft.author).get(f"/submissions/{draft.submission}/edit").text
    fields = re.findall(r'<(?:textarea|input(?![^>]*type="hidden")|select)[^>]*\bid="([^"]+)"', page)
    assert len(fields) > 5
    assert [field for field in fields if f'for="{field}"' not in page] == []


def test_carried_items_are_closed_and_open_ones_say_what_was_not_met(made, as_, app: Flask) -> None:
    first = made(lambda: released_version(unmet=("insight",)))
    browser = as_(first.author)
    browser.post(f"/submissions/{first.submission}/reopen")
    page = browser.get(f"/submissions/{first.submission}/edit").text
    assert "Only what was missing is open" in page
    assert f'name="file-{FILE}"' not in page
    assert f'name="text-{TEXT}"' in page
    assert "Not met yet: Answers change the teaching." in page
    assert "To work on" in page


def test_the_page_costs_the_same_with_one_file_and_with_three(app: Flask, made, as_, statements: list[str]) -> None:
    def with_files(count: int) -> SubmissionVersion:
        version = complete(draft_version())
        for _ in range(count - 1):
            evidence_file(version, FILE)
        return version

    counts = []
    for count in (1, 3):
        draft = made(lambda count=count: with_files(count))
        browser = as_(draft.author)
        statements.clear()
        assert browser.get(f"/submissions/{draft.submission}/edit").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] <= 9


def test_a_signed_in_script_without_a_token_is_refused(app: Flask, made) -> None:
    draft = made(draft_version)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        browser = app.test_client().sign_in(draft.author)  # type: ignore[attr-defined]
        answer = browser.put(f"/submissions/{draft.submission}/items/{TEXT}/text", json={"text": "a", "revision": 0}, headers=JSON)
        assert answer.status_code == 400
        stranger = app.test_client().put(f"/submissions/{draft.submission}/items/{TEXT}/text", json={"text": "a", "revision": 0}, headers=JSON)
        assert stranger.status_code == 401
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert stored(app, draft.version) == {}


def test_each_person_keeps_her_own_unsaved_words_in_a_browser_that_two_share(app: Flask, made, as_) -> None:
    one, two = made(draft_version), made(draft_version)
    prefixes = [re.search(r'data-prefix="([^"]+)"', as_(n.author).get(f"/submissions/{n.submission}/edit").text) for n in (one, two)]
    assert prefixes[0] is not None
    assert prefixes[1] is not None
    assert prefixes[0].group(1) != prefixes[1].group(1)


def test_the_author_may_work_on_when_the_micro_credential_is_retired(app: Flask, made, as_) -> None:
    draft = made(draft_version)
    with app.app_context():
        db.session.get_one(SubmissionVersion, draft.version).submission.micro_credential.state = "retired"
        db.session.commit()
    browser = as_(draft.author)
    assert browser.post(f"/catalogue/{draft.slug}/start").location == f"/submissions/{draft.submission}/edit"
    with app.app_context():
        author = db.session.get_one(Person, draft.author)
        assert services.save_text(author, db.session.get_one(SubmissionVersion, draft.version), TEXT, "still here", 0).revision == 1

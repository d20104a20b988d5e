"""Writing through the pages, with and without script: nothing typed is lost, and drafts are nobody else's business."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from core.db import db, transaction
from core.mail import Mail
from credentials.catalogue import services
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.quality import STANDARD
from credentials.catalogue.yaml_forms import from_yaml
from people.models import Person
from tests.factories.catalogue import document, micro_credential

ALL = [item.key for item in STANDARD.items]


@pytest.fixture
def mails(app):
    """``mails()`` is who was written what so far: (person, kind), in order."""

    def look() -> list[tuple[int, str]]:
        with app.app_context():
            return [(mail.person_id, mail.kind) for mail in db.session.scalars(select(Mail).order_by(Mail.person_id))]

    return look


@pytest.fixture
def published(app, cast):
    """``published(**changes)`` publishes one by Ana, checked by Cy; answers its slug."""

    def make(**changes) -> str:
        with app.app_context(), transaction():
            return micro_credential(author=db.session.get_one(Person, cast["ana"]), approver=db.session.get_one(Person, cast["cy"]), **changes).slug

    return make


def number_in(address: str) -> int:
    return int(re.search(r"/versions/(\d+)/", address).group(1))


def test_a_title_is_enough_to_begin(cast, as_, version_now):
    answer = as_(cast["ana"]).post("/authoring/new", data={"title": "Talk moves"})
    assert answer.status_code == 303
    version = version_now(number_in(answer.location))
    assert (version["title"], version["slug"], version["state"], len(version["content"]["parts"])) == ("Talk moves", "talk-moves", "draft", 3)


def test_a_file_is_enough_to_begin(cast, as_, version_now):
    file = (io.BytesIO(b"title: From a file\nslug: from-a-file\n"), "mine.yaml")
    answer = as_(cast["ana"]).post("/authoring/new", data={"title": "", "file": file})
    assert version_now(number_in(answer.location))["slug"] == "from-a-file"


@pytest.mark.parametrize(
    ("file", "sentence"),
    [(b"", "Give it a title, or choose a file."), (b"title: [", "This is not readable as YAML."), (b"- a list", "begins with names and values")],
)
def test_what_cannot_begin_says_why_and_keeps_what_was_typed(cast, as_, file, sentence):
    answer = as_(cast["ana"]).post("/authoring/new", data={"title": "" if not file else "My title", "file": (io.BytesIO(file), "mine.yaml")})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not file or 'value="My title"' in answer.text


def test_an_incomplete_draft_is_saved_and_shown_again(cast, begin, as_, version_now, form_of):
    key = begin()
    ana = as_(cast["ana"])
    sent = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    sent["title"], sent["effort_hours"], sent["rationale"] = "", "a dozen", "  Because\r\nit matters  "
    assert ana.post(f"/authoring/versions/{key}/edit", data=sent).status_code == 303
    content = version_now(key)["content"]
    assert (content["title"], content["effort_hours"], content["rationale"]) == ("", "a dozen", "Because\nit matters")
    shown = ana.get(f"/authoring/versions/{key}/edit").text
    assert 'value="a dozen"' in shown
    assert "This should be a number." in shown
    assert "2 things are still open" in shown


def test_a_draft_that_saves_itself_is_answered_in_json(cast, begin, as_, form_of):
    key = begin()
    ana = as_(cast["ana"])
    sent = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    sent["title"] = ""
    answer = ana.post(f"/authoring/versions/{key}/edit", data=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    assert (answer.json["lock"], answer.json["problems"], answer.json["words"]) == (int(sent["lock"]) + 1, 1, "1 thing is still open")


def test_rows_are_added_without_script_and_the_page_goes_to_the_new_one(cast, begin, as_, version_now, form_of):
    key = begin()
    ana = as_(cast["ana"])
    sent = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    sent["competency"] = "Typed just before."
    sent.setlist("do", ["add parts[0].items"])
    answer = ana.post(f"/authoring/versions/{key}/edit", data=sent)
    assert answer.location.endswith("#f-parts-0-items-2")
    content = version_now(key)["content"]
    assert (len(content["parts"][0]["items"]), content["competency"]) == (3, "Typed just before.")


def test_a_level_that_is_added_asks_every_criterion_for_its_words(cast, begin, as_, form_of):
    key = begin()
    ana = as_(cast["ana"])
    sent = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    sent.add("levels#", "3")
    sent["levels[3].label"] = "Exemplary"
    ana.post(f"/authoring/versions/{key}/edit", data=sent)
    shown = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    assert shown["parts[1].items[0].criteria[0].descriptors.exemplary"] == ""
    assert shown["parts[1].items[0].criteria[0].descriptors.demonstrated"] == sent["parts[1].items[0].criteria[0].descriptors.demonstrated"]


def test_a_late_save_is_a_409_page_with_what_was_typed_beside_what_is_there(cast, begin, as_, version_now, form_of):
    key = begin()
    ana, bo = as_(cast["ana"]), as_(cast["bo"])
    mine, theirs = form_of(ana.get(f"/authoring/versions/{key}/edit")), form_of(bo.get(f"/authoring/versions/{key}/edit"))
    theirs["key_method"] = "Bo says listen."
    assert bo.post(f"/authoring/versions/{key}/edit", data=theirs).status_code == 303
    mine["key_method"] = "Ana says ask."
    answer = ana.post(f"/authoring/versions/{key}/edit", data=mine)
    assert answer.status_code == 409
    again = form_of(answer)
    assert again["key_method"] == "Ana says ask."
    assert "Bo says listen." in answer.text
    assert version_now(key)["content"]["key_method"] == "Bo says listen."
    # The page carries the new lock: a second, deliberate save puts hers in its place.
    assert ana.post(f"/authoring/versions/{key}/edit", data=again).status_code == 303
    assert version_now(key)["content"]["key_method"] == "Ana says ask."


def test_a_late_draft_that_saves_itself_is_told_so_and_overwrites_nothing(cast, begin, as_, version_now, form_of):
    key = begin()
    ana, bo = as_(cast["ana"]), as_(cast["bo"])
    mine, theirs = form_of(ana.get(f"/authoring/versions/{key}/edit")), form_of(bo.get(f"/authoring/versions/{key}/edit"))
    theirs["title"], mine["title"] = "Bo’s title", "Ana’s title"
    bo.post(f"/authoring/versions/{key}/edit", data=theirs)
    answer = ana.post(f"/authoring/versions/{key}/edit", data=mine, headers={"Accept": "application/json"})
    assert (answer.status_code, version_now(key)["title"]) == (409, "Bo’s title")
    assert "saved elsewhere" in answer.json["message"]


def test_what_was_typed_into_something_already_sent_is_given_back_as_text(cast, begin, as_, form_of):
    key = begin()
    ana, bo = as_(cast["ana"]), as_(cast["bo"])
    mine = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    sent = form_of(bo.get(f"/authoring/versions/{key}/edit"))
    sent.setlist("do", ["send"])
    assert bo.post(f"/authoring/versions/{key}/edit", data=sent).status_code == 303
    mine["key_method"] = "Three days of thought."
    answer = ana.post(f"/authoring/versions/{key}/edit", data=mine)
    assert answer.status_code == 409
    assert "Three days of thought." in answer.text


def test_sending_an_incomplete_draft_saves_it_and_marks_everything_that_is_open(cast, begin, as_, version_now, form_of, mails):
    key = begin()
    ana = as_(cast["ana"])
    sent = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    sent["rationale"] = ""
    sent["competency"] = "A new sentence."
    sent.setlist("do", ["send"])
    answer = ana.post(f"/authoring/versions/{key}/edit", data=sent)
    assert answer.status_code == 422
    assert 'href="#f-rationale"' in answer.text
    assert (version_now(key)["state"], version_now(key)["content"]["competency"]) == ("draft", "A new sentence.")
    assert mails() == []


def test_the_whole_way_from_draft_to_catalogue_with_its_mails(cast, begin, as_, visitor, version_now, form_of, mails):
    key = begin(slug="listening", title="Listening well")
    ana, cy = as_(cast["ana"]), as_(cast["cy"])
    sent = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    sent.setlist("do", ["send"])
    assert ana.post(f"/authoring/versions/{key}/edit", data=sent).location.endswith("/authoring/micro-credentials/listening")
    assert mails() == [(cast["bo"], "quality-check-asked"), (cast["cy"], "quality-check-asked")]
    assert visitor.get("/catalogue/listening").status_code == 404

    page = cy.get(f"/authoring/versions/{key}/check")
    assert page.status_code == 200
    lock = re.search(r'name="lock"[^>]*value="(\d+)"', page.text).group(1)
    answer = cy.post(f"/authoring/versions/{key}/check", data={"lock": lock, "met": ALL[:5], "note": "One newer study, please.", "do": "return"})
    assert answer.status_code == 303
    assert (cast["ana"], "quality-check-returned") in mails()
    assert "One newer study, please." in ana.get(f"/authoring/versions/{key}/edit").text

    sent = form_of(ana.get(f"/authoring/versions/{key}/edit"))
    sent.setlist("do", ["send"])
    ana.post(f"/authoring/versions/{key}/edit", data=sent)
    lock = re.search(r'name="lock"[^>]*value="(\d+)"', cy.get(f"/authoring/versions/{key}/check").text).group(1)
    answer = cy.post(f"/authoring/versions/{key}/check", data={"lock": lock, "met": ALL, "signature": "Cy Okafor", "do": "publish"})
    assert answer.location.endswith("/catalogue/listening")
    assert (cast["ana"], "micro-credential-published") in mails()
    assert visitor.get("/catalogue/listening").status_code == 200
    assert version_now(key)["approved_by_id"] == cast["cy"]


def test_a_check_that_is_not_complete_keeps_ticks_note_and_name(cast, begin, as_, version_now):
    key = begin("in_quality_review")
    answer = as_(cast["cy"]).post(f"/authoring/versions/{key}/check", data={"met": ALL[:2], "note": "So far.", "signature": "C. Okafor", "do": "publish"})
    assert answer.status_code == 422
    assert len(re.findall(r"<input[^>]*\schecked", answer.text)) == 2
    assert "So far." in answer.text
    assert 'value="C. Okafor"' in answer.text
    assert "Sign with your name as your profile has it: Cy Okafor." in answer.text
    assert version_now(key)["state"] == "in_quality_review"


def test_a_check_of_what_changed_meanwhile_shows_it_anew_and_keeps_the_note(app, cast, begin, as_, version_now):
    key = begin("in_quality_review")
    cy = as_(cast["cy"])
    lock = re.search(r'name="lock"[^>]*value="(\d+)"', cy.get(f"/authoring/versions/{key}/check").text).group(1)
    with app.app_context(), transaction():
        ana, version = db.session.get_one(Person, cast["ana"]), db.session.get_one(CredentialVersion, key)
        services.take_back(ana, version)
        services.save_draft(ana, version, version.content | {"title": "Quite another"})
        services.send_to_quality_review(ana, version)
    answer = cy.post(f"/authoring/versions/{key}/check", data={"lock": lock, "met": ALL, "note": "Fine.", "signature": "Cy Okafor", "do": "publish"})
    assert answer.status_code == 409
    assert "Quite another" in answer.text
    assert "Fine." in answer.text
    assert version_now(key)["state"] == "in_quality_review"


def test_a_note_on_what_was_taken_back_meanwhile_is_not_lost(app, cast, begin, as_):
    key = begin("in_quality_review")
    cy = as_(cast["cy"])
    with app.app_context(), transaction():
        services.take_back(db.session.get_one(Person, cast["ana"]), db.session.get_one(CredentialVersion, key))
    answer = cy.post(f"/authoring/versions/{key}/check", data={"note": "A long and careful note.", "do": "return"})
    assert answer.status_code == 409
    assert "A long and careful note." in answer.text


def test_the_author_does_not_check_her_own(cast, begin, as_, version_now):
    key = begin("in_quality_review")
    ana = as_(cast["ana"])
    assert ana.get(f"/authoring/versions/{key}/check").status_code == 303
    answer = ana.post(f"/authoring/versions/{key}/check", data={"met": ALL, "signature": "Ana Ruiz", "do": "publish"})
    assert answer.status_code == 409
    assert "a colleague has to do the quality check" in answer.text
    assert version_now(key)["state"] == "in_quality_review"


PAGES = ["/authoring/versions/{key}/edit", "/authoring/versions/{key}/preview", "/authoring/versions/{key}/yaml", "/authoring/versions/{key}.yaml",
         "/authoring/versions/{key}/badge.svg", "/authoring/micro-credentials/secret"]  # fmt: skip


@pytest.mark.parametrize("who", ["tess", "rae", "pat"])
@pytest.mark.parametrize("page", [*PAGES, "/authoring/versions/{key}/check"])
def test_a_draft_does_not_exist_for_anybody_else(cast, begin, as_, who, page):
    key = begin(slug="secret")
    answers = [as_(cast[who]).get(page.format(key=number)).status_code for number in (key, key + 10_000)]
    assert answers == [404, 404]


def test_a_number_that_no_draft_can_have_is_a_404(cast, as_):
    assert as_(cast["ana"]).get("/authoring/versions/99999999999999999999/edit").status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_signs_in_first(begin, visitor, page):
    answer = visitor.get(page.format(key=begin(slug="secret")))
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize(
    ("who", "status"), [("ana", 200), ("bo", 200), ("cy", 200), ("ada", 200), ("tess", 403), ("rae", 403), ("pat", 403)]
)
def test_the_list_of_what_is_written_is_for_those_who_write_check_and_audit(cast, begin, as_, who, status):
    begin(title="In the making")
    answer = as_(cast[who]).get("/authoring")
    assert answer.status_code == status
    assert ("In the making" in answer.text) is (status == 200)


@pytest.mark.parametrize("who", ["cy", "ada"])
def test_whoever_only_reads_drafts_cannot_write_in_them(cast, begin, as_, version_now, who):
    key = begin(title="As it was")
    reader = as_(cast[who])
    assert reader.get(f"/authoring/versions/{key}/preview").status_code == 200
    assert reader.get(f"/authoring/versions/{key}/edit").status_code == 403
    assert reader.post(f"/authoring/versions/{key}/edit", data={"title": "Mine"}).status_code == 403
    assert reader.post("/authoring/new", data={"title": "Mine"}).status_code == 403
    assert version_now(key)["title"] == "As it was"


def test_a_preview_of_half_a_draft_is_a_page_and_not_an_accident(app, cast, as_):
    with app.app_context(), transaction():
        ana = db.session.get_one(Person, cast["ana"])
        half = {"parts": [{"items": [{"criteria": [{"name": "x"}]}]}]}
        keys = [services.create_draft(ana, given).id for given in ({"title": "Only a title"}, half, document(badge={}, levels=[], audience=["nobody"]))]
    for key in keys:
        for page in ("preview", "edit", "yaml", "badge.svg"):
            assert as_(cast["ana"]).get(f"/authoring/versions/{key}/{page}").status_code == 200


def test_the_preview_is_what_teachers_will_see(cast, begin, as_):
    key = begin(title="Talk moves", competency="The educator asks *and* listens.")
    text = as_(cast["bo"]).get(f"/authoring/versions/{key}/preview").text
    for words in ("Talk moves", "The educator asks *and* listens.", "The question fits the goal", "It is there, and the evidence shows it.", "5 to 300 words"):
        assert words in text
    assert "Start or continue" not in text


def test_a_draft_travels_as_yaml_and_comes_back_equal(cast, begin, as_, version_now):
    key = begin()
    ana = as_(cast["ana"])
    before = version_now(key)["content"]
    text = ana.get(f"/authoring/versions/{key}.yaml").text
    assert from_yaml(text) == before
    answer = ana.post(f"/authoring/versions/{key}/yaml", data={"text": text.replace("Your lesson", "My lesson")})
    assert answer.status_code == 303
    assert version_now(key)["content"]["parts"][0]["title"] == "My lesson"
    file = (io.BytesIO(text.encode()), "back.yaml")
    ana.post(f"/authoring/versions/{key}/yaml", data={"text": "ignored: because a file was chosen", "file": file})
    assert version_now(key)["content"] == before


def test_yaml_that_cannot_be_read_is_shown_again_with_its_line(cast, begin, as_, version_now):
    key = begin()
    before = version_now(key)["content"]
    answer = as_(cast["ana"]).post(f"/authoring/versions/{key}/yaml", data={"text": "title: Fine\nparts: [one, two\nissuer: x"})
    assert answer.status_code == 422
    assert "Line 3" in answer.text
    assert "parts: [one, two" in answer.text
    assert version_now(key)["content"] == before


def test_late_yaml_is_a_409_page_with_the_text(cast, begin, as_, version_now, form_of):
    key = begin()
    ana, bo = as_(cast["ana"]), as_(cast["bo"])
    lock = version_now(key)["lock"]
    theirs = form_of(bo.get(f"/authoring/versions/{key}/edit"))
    theirs["title"] = "Bo’s title"
    bo.post(f"/authoring/versions/{key}/edit", data=theirs)
    answer = ana.post(f"/authoring/versions/{key}/yaml", data={"lock": str(lock), "text": "title: Ana’s title"})
    assert answer.status_code == 409
    assert "title: Ana’s title" in answer.text
    assert version_now(key)["title"] == "Bo’s title"


def test_a_new_version_needs_its_note_and_then_begins(cast, as_, published, version_now):
    slug = published()
    ana = as_(cast["ana"])
    answer = ana.post(f"/authoring/micro-credentials/{slug}/new-version", data={"change_note": " "})
    assert answer.status_code == 422
    assert "Say in a sentence what is new" in answer.text
    answer = ana.post(f"/authoring/micro-credentials/{slug}/new-version", data={"change_note": "Shorter."})
    version = version_now(number_in(answer.location))
    assert (version["number"], version["state"], version["change_note"]) == (2, "draft", "Shorter.")


def test_a_copy_is_another_micro_credential(cast, as_, published, version_now):
    slug = published(title="Talk moves", slug="talk-moves")
    answer = as_(cast["bo"]).post(f"/authoring/micro-credentials/{slug}/copy")
    version = version_now(number_in(answer.location))
    assert (version["title"], version["slug"], version["number"], version["contributor_ids"]) == ("Copy of Talk moves", "copy-of-talk-moves", 1, [cast["bo"]])


@pytest.mark.parametrize(("who", "status"), [("cy", 303), ("ana", 303), ("bo", 403), ("ada", 403), ("tess", 404)])
def test_retiring_is_for_the_office_and_whoever_wrote_it(app, cast, as_, published, who, status):
    slug = published()
    assert as_(cast[who]).post(f"/authoring/micro-credentials/{slug}/retire").status_code == status
    with app.app_context():
        state = db.session.scalar(select(MicroCredential.state).where(MicroCredential.slug == slug))
    assert state == ("retired" if status == 303 else "published")


def test_a_second_click_on_retire_is_told_and_does_nothing(cast, as_, published):
    slug = published()
    cy = as_(cast["cy"])
    assert [cy.post(f"/authoring/micro-credentials/{slug}/retire").status_code for _click in (1, 2)] == [303, 409]


def test_throwing_a_draft_away_is_for_whoever_began_it_and_the_office(cast, begin, as_, version_now):
    key = begin()
    assert as_(cast["bo"]).post(f"/authoring/versions/{key}/discard").status_code == 403
    assert as_(cast["ana"]).post(f"/authoring/versions/{key}/discard").status_code == 303
    assert version_now(key) is None


def test_taking_back_is_for_whoever_wrote_it(cast, begin, as_, version_now):
    key = begin("in_quality_review")
    assert as_(cast["bo"]).post(f"/authoring/versions/{key}/take-back").status_code == 403
    assert as_(cast["ana"]).post(f"/authoring/versions/{key}/take-back").status_code == 303
    assert version_now(key)["state"] == "draft"


def test_the_list_shows_first_what_waits_for_somebody_and_can_be_narrowed(cast, begin, as_, published):
    published(title="Zeta published")
    begin(title="Beta draft")
    begin("in_quality_review", title="Gamma waits")
    bo = as_(cast["bo"])

    def shown(query: str = "") -> list[str]:
        return re.findall(r'class="list-title"[^>]*>([^<]+)<', bo.get(f"/authoring{query}").text)

    assert shown() == ["Gamma waits", "Beta draft", "Zeta published"]
    assert shown("?state=check") == ["Gamma waits"]
    assert shown("?state=draft") == ["Beta draft"]
    assert shown("?state=published") == ["Zeta published"]
    assert shown("?state=retired") == []
    assert shown("?whose=mine") == []
    assert shown("?q=zeta") == ["Zeta published"]
    assert shown("?state=nonsense&q=%25") == []


def test_the_lists_take_as_many_statements_for_three_as_for_one(cast, begin, as_, published, statements):
    bo, counts = as_(cast["bo"]), []
    for more in (1, 2):
        for _number in range(more):
            begin()
            slug = published()
        for page in ("/authoring", f"/authoring/micro-credentials/{slug}"):
            statements.clear()
            assert bo.get(page).status_code == 200
            counts.append(len(statements))
    assert counts[:2] == counts[2:]


def test_the_history_of_one_with_three_versions_takes_no_more_statements(app, cast, as_, published, statements):
    slug = published()
    cy, counts = as_(cast["cy"]), []
    for round_number in range(2):
        statements.clear()
        assert cy.get(f"/authoring/micro-credentials/{slug}").status_code == 200
        counts.append(len(statements))
        if round_number == 0:
            with app.app_context(), transaction():
                ana, checker = db.session.get_one(Person, cast["ana"]), db.session.get_one(Person, cast["cy"])
                for number in range(2):
                    content = db.session.scalar(select(MicroCredential).where(MicroCredential.slug == slug)).current_version.content
                    services.import_content(ana, checker, content | {"title": f"Title {number}"})
    assert counts[0] == counts[1]

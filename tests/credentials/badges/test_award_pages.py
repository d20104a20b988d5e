"""The page of a badge and the list of mine: what they say, and what their holder does there."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from pathlib import Path

import pikepdf
import pytest

from core import clock
from core.db import db
from core.mail import Mail
from credentials.badges import certificate
from credentials.badges.baking import unbake_png, unbake_svg
from credentials.badges.wording import CHECKS
from tests.credentials.badges.conftest import at, someone
from tests.factories.badges import award, reviewed_award
from tests.factories.catalogue import micro_credential

HTML = {"Accept": "text/html"}


def words(answer) -> str:
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture
def public(cast, change) -> str:
    """The address of a public award."""
    change(cast.uuid, visibility="public")
    return f"/badges/{cast.uuid}"


# What a stranger reads.


def test_the_page_says_what_was_shown_by_which_rubric_and_how_it_was_judged(visitor, public) -> None:
    page = words(visitor.get(public, headers=HTML))
    assert "The educator plans a lesson around one question and tells what students answered." in page
    assert "Ask one good question and listen to every answer." in page
    assert "The question fits the goal Demonstrated · It is there, and the evidence shows it." in page
    assert "Two trained colleagues reviewed the evidence independently of each other, without knowing whose it was." in page
    assert "Valid In force. It does not expire." in page
    assert "Micro-credential of Laurel Valley Unified (demo)" in page


def test_two_reviews_are_claimed_only_where_two_are_on_record(save, visitor) -> None:
    uuid = save(lambda: award(visibility="public"))
    page = words(visitor.get(f"/badges/{uuid}", headers=HTML))
    assert "reviewed the evidence" not in page
    assert "professional-learning office released the decision" in page


def test_a_shared_link_shows_a_card_with_the_picture(app, visitor, public, cast, change) -> None:
    page = visitor.get(public, headers=HTML).text
    tags = dict(re.findall(r'<meta property="(og:[\w:]+)" content="([^"]*)">', page))
    assert tags["og:url"] == f"http://laurel.example{public}"
    assert tags["og:image"] == f"http://laurel.example{public}.png"
    assert "Quillfeather" not in str(tags)
    assert '<meta name="robots"' not in page
    change(cast.uuid, shows_name=True)
    assert "a badge of Zephyrine Quillfeather" in html.unescape(visitor.get(public, headers=HTML).text)


def test_a_link_that_was_given_away_is_not_for_search_engines_and_opens_the_files_too(visitor, cast, change) -> None:
    change(cast.uuid, visibility="link")
    page = visitor.get(f"/badges/{cast.uuid}?key={cast.key}", headers=HTML)
    assert '<meta name="robots" content="noindex">' in page.text
    assert "og:image" not in page.text
    links = [html.unescape(link) for link in re.findall(rf'(?:href|src)="(/badges/{cast.uuid}[^"#]*)', page.text)]
    assert len(links) >= 5
    assert {visitor.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"valid_until": dt.datetime(2031, 5, 1, 18, tzinfo=dt.UTC)}, "Valid In force until May 1, 2031."),
        (
            {"superseded_at": dt.datetime(2026, 5, 1, 18, tzinfo=dt.UTC)},
            "Renewed by a newer badge It was renewed on May 1, 2026; this earlier badge stays genuine.",
        ),
        (
            {"revoked_at": dt.datetime(2026, 5, 1, 18, tzinfo=dt.UTC), "revoked_reason": "A secret reason."},
            "Revoked Revoked by the issuer on May 1, 2026. It no longer counts.",
        ),
    ],
)
def test_the_page_says_how_the_award_stands(visitor, public, cast, change, changes, sentence) -> None:
    change(cast.uuid, issued_at=dt.datetime(2026, 1, 5, 18, tzinfo=dt.UTC), **changes)
    page = words(visitor.get(public, headers=HTML))
    assert sentence in page
    assert "A secret reason." not in page


def test_an_expired_award_says_so(visitor, public, cast, change) -> None:
    change(cast.uuid, issued_at=dt.datetime(2020, 1, 5, 18, tzinfo=dt.UTC), valid_until=dt.datetime(2023, 1, 5, 18, tzinfo=dt.UTC))
    assert "Expired It was valid until January 5, 2023." in words(visitor.get(public, headers=HTML))


def test_a_page_takes_few_statements(visitor, public, statements) -> None:
    visitor.get(f"{public}.json")
    statements.clear()
    visitor.get(public, headers=HTML)
    # The award with all it shows, roles of the holder, the evaluators' counts, the district.
    assert len(statements) <= 5


# Checked on the spot.


def test_the_verifier_runs_on_the_spot_and_shows_each_answer(visitor, public) -> None:
    page = words(visitor.get(f"{public}/check", headers=HTML))
    assert "This badge is genuine and in force" in page
    for title in CHECKS.values():
        assert str(title) in page
    assert "The signature fits (eddsa-rdfc-2022): not a letter was changed." in page


def test_a_badge_that_was_changed_in_the_database_is_found_out(visitor, public, cast, change, app) -> None:
    visitor.get(f"{public}.json")
    with app.app_context():
        credential = dict(at(cast.uuid).credential)
    change(cast.uuid, credential=credential | {"name": "Another name"})
    page = words(visitor.get(f"{public}/check", headers=HTML))
    assert "This badge is not valid" in page
    assert "The signature does not fit" in page


def test_with_its_keys_gone_nothing_is_called_valid(visitor, public, cast, change, app) -> None:
    visitor.get(f"{public}.json")
    with app.app_context():
        credential = dict(at(cast.uuid).credential)
    other = "did:web:elsewhere.example"
    moved = credential | {"issuer": credential["issuer"] | {"id": other}, "proof": credential["proof"] | {"verificationMethod": f"{other}#key"}}
    change(cast.uuid, credential=moved)
    page = words(visitor.get(f"{public}/check", headers=HTML))
    assert "This could not be decided" in page
    assert "genuine and in force" not in page


# Files.


def test_the_pictures_carry_the_badge_that_the_json_address_serves(visitor, public) -> None:
    told = visitor.get(f"{public}.json")
    png, svg = visitor.get(f"{public}.png"), visitor.get(f"{public}.svg")
    assert (png.mimetype, svg.mimetype, told.mimetype) == ("image/png", "image/svg+xml", "application/json")
    assert [baked.text for baked in unbake_png(png.data)] == [told.text]
    assert [baked.text for baked in unbake_svg(svg.data)] == [told.text]


def test_the_token_is_plain_text(visitor, public) -> None:
    answer = visitor.get(f"{public}.jwt")
    assert answer.mimetype == "text/plain"
    assert answer.text.count(".") == 2


def test_whoever_has_a_file_already_is_told_so(visitor, public) -> None:
    for form in (".json", ".jwt", ".png", ".svg"):
        first = visitor.get(public + form)
        assert visitor.get(public + form, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_picture_is_drawn_once_and_kept(app, visitor, public) -> None:
    first = visitor.get(f"{public}.png").data
    cache = list((Path(app.config["LAUREL"].data_path) / "cache" / "badges").glob("*.png"))
    assert cache
    assert visitor.get(f"{public}.png").data == first


def test_the_certificate_has_her_name_and_is_the_same_every_time(as_, cast, app) -> None:
    client = as_(cast.owner)
    first = client.get(f"/badges/{cast.uuid}/certificate.pdf")
    assert first.mimetype == "application/pdf"
    assert 'filename="invented-skill' in first.headers["Content-Disposition"]
    assert client.get(f"/badges/{cast.uuid}/certificate.pdf").data == first.data
    with app.app_context():
        assert certificate.render(at(cast.uuid)) == first.data


# The holder.


def test_the_holder_sees_her_name_her_choices_and_the_way_to_take_it_along(as_, cast) -> None:
    page = words(as_(cast.owner).get(f"/badges/{cast.uuid}", headers=HTML))
    assert "Zephyrine Quillfeather shown to nobody else" in page
    assert "Only you see this part of the page." in page
    assert "Everybody else finds nothing at its address." in page


@pytest.mark.parametrize(("visibility", "shows_name"), [("link", False), ("public", True), ("private", False)])
def test_she_chooses_and_is_told_what_she_chose(app, as_, cast, visibility: str, shows_name: bool) -> None:
    client = as_(cast.owner)
    data = {"visibility": visibility} | ({"shows_name": "y"} if shows_name else {})
    answer = client.post(f"/badges/{cast.uuid}/share", data=data, follow_redirects=True, headers=HTML)
    assert "Saved. This is who sees your badge now" in words(answer)
    with app.app_context():
        assert (at(cast.uuid).visibility, at(cast.uuid).shows_name) == (visibility, shows_name)


@pytest.mark.parametrize("data", [{}, {"visibility": "everybody"}])
def test_no_choice_changes_nothing_and_says_why(app, as_, cast, data) -> None:
    answer = as_(cast.owner).post(f"/badges/{cast.uuid}/share", data=data, headers=HTML)
    assert answer.status_code == 422
    assert "Please look at this again" in words(answer)
    with app.app_context():
        assert at(cast.uuid).visibility == "private"


def test_the_link_to_give_away_carries_the_key_only_where_it_is_needed(as_, cast, change) -> None:
    client, plain = as_(cast.owner), f"http://laurel.example/badges/{cast.uuid}"
    change(cast.uuid, visibility="link")
    assert f'value="{plain}?key={cast.key}"' in client.get(f"/badges/{cast.uuid}", headers=HTML).text
    change(cast.uuid, visibility="public")
    page = client.get(f"/badges/{cast.uuid}", headers=HTML).text
    assert f'value="{plain}"' in page
    assert cast.key not in page


def test_linkedin_is_offered_for_a_public_badge_only(as_, cast, change) -> None:
    client = as_(cast.owner)
    for visibility in ("private", "link"):
        change(cast.uuid, visibility=visibility)
        assert "linkedin.com" not in client.get(f"/badges/{cast.uuid}", headers=HTML).text
    change(cast.uuid, visibility="public", issued_at=dt.datetime(2026, 1, 5, 18, tzinfo=dt.UTC), valid_until=dt.datetime(2029, 1, 5, 18, tzinfo=dt.UTC))
    page = html.unescape(client.get(f"/badges/{cast.uuid}", headers=HTML).text)
    link = next(link for link in re.findall(r'href="([^"]+)"', page) if "linkedin.com" in link)
    for part in ("startTask=CERTIFICATION_NAME", "issueYear=2026&issueMonth=1", "expirationYear=2029&expirationMonth=1", f"certId={cast.uuid}"):
        assert part in link


def test_the_way_in_from_a_mail_asks_to_sign_in_first(cast, visitor, as_) -> None:
    answer = visitor.get(f"/my/badges/{cast.uuid}")
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")
    assert as_(cast.owner).get(f"/my/badges/{cast.uuid}").location == f"/badges/{cast.uuid}"
    assert as_(cast.colleague).get(f"/my/badges/{cast.uuid}").status_code == 404


# My badges.


def test_my_badges_shows_mine_and_nobody_elses(as_, cast) -> None:
    assert f"/badges/{cast.uuid}" in as_(cast.owner).get("/my/badges").text
    other = as_(cast.colleague).get("/my/badges")
    assert str(cast.uuid) not in other.text
    assert "Your first badge will hang here" in words(other)


def test_my_badges_takes_as_many_statements_for_three_as_for_one(save, as_, cast, statements) -> None:
    client = as_(cast.owner)
    client.get("/my/badges")
    statements.clear()
    client.get("/my/badges")
    one = len(statements)
    for _ in range(2):
        save(lambda: reviewed_award(someone(cast.owner)))
    statements.clear()
    page = client.get("/my/badges")
    assert page.text.count('class="badge-card-art"') == 3
    assert len(statements) == one


# Revocation, everywhere.


def test_revocation_shows_at_every_address_at_once(app, as_, visitor, cast, change, public) -> None:
    change(cast.uuid, shows_name=True)
    assert visitor.get(f"{public}/certificate.pdf").status_code == 200
    office = as_(cast.office)
    answer = office.post(f"{public}/revoke", data={"reason": "The evidence was somebody else's work."}, follow_redirects=True, headers=HTML)
    assert "The badge is revoked." in words(answer)
    page = visitor.get(public, headers=HTML)
    assert "Revoked by the issuer on" in words(page)
    # A revoked badge attests nothing, so nothing that it attested is told.
    for gone in ("The question fits the goal", "Two trained colleagues", "somebody else's work"):
        assert gone not in words(page)
    checked = words(visitor.get(f"{public}/check", headers=HTML))
    assert "This badge is not valid" in checked
    assert "The issuer has revoked it." in checked
    certificate = visitor.get(f"{public}/certificate.pdf", headers=HTML)
    assert certificate.status_code == 410
    assert "This badge was revoked, so there is no certificate of it any more." in words(certificate)
    # The files stay, with the place in the list that says it.
    assert visitor.get(f"{public}.json").status_code == 200
    assert "Revoked" in words(as_(cast.owner).get("/my/badges"))


def test_the_holder_is_told_the_reason_and_the_public_is_not(app, as_, visitor, cast, public) -> None:
    as_(cast.office).post(f"{public}/revoke", data={"reason": "The evidence was somebody else's work."})
    assert "The evidence was somebody else's work." in words(as_(cast.owner).get(public, headers=HTML))
    assert "somebody else's work" not in visitor.get(public, headers=HTML).text
    with app.app_context():
        mail = db.session.query(Mail).filter_by(kind="badges.revoked").one()
        assert mail.person_id == cast.owner
        assert "somebody else" in mail.text


def test_revoking_without_a_reason_loses_nothing_and_says_what_is_missing(app, as_, cast) -> None:
    answer = as_(cast.office).post(f"/badges/{cast.uuid}/revoke", data={"reason": "no"})
    assert answer.status_code == 422
    assert "Please give the reason in a sentence or two: 10 to 2000 characters." in words(answer)
    assert ">no</textarea>" in answer.text.replace("\r\n", "").replace("\n", "")
    with app.app_context():
        assert at(cast.uuid).revoked_at is None


def test_a_badge_that_expired_says_so_when_it_is_checked(save, visitor) -> None:
    def make():
        with clock.frozen(clock.now() - dt.timedelta(days=800)):
            credential = micro_credential(validity_months=12, renewal="One new lesson.")
            return award(credential=credential, visibility="public")

    uuid = save(make)
    page = words(visitor.get(f"/badges/{uuid}/check", headers=HTML))
    assert "This badge is not valid" in page
    assert "It expired on" in page


def test_a_spanish_reader_gets_the_certificate_in_spanish(app, save, as_, cast) -> None:
    def speak_spanish() -> None:
        someone(cast.owner).locale = "es"

    save(speak_spanish)
    with app.app_context():
        in_spanish = certificate.render(at(cast.uuid))
    with pikepdf.open(io.BytesIO(in_spanish)) as pdf:
        assert str(pdf.Root.Lang) == "es"

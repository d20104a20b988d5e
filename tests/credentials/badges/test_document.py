"""What an Open Badge says, and what it must not say."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from credentials.badges import facts
from credentials.badges.document import achievement_credential
from credentials.badges.linked_data import check_form
from credentials.badges.refusals import Refused
from credentials.badges.shape import check_shape
from credentials.badges.texts import clean_line, clean_tag, clean_text, iri, iso, read_moment
from tests.credentials.badges.samples import DID, LIST_URL, NOW, PLACE, SITE, badge, badge_facts


def test_a_badge_has_the_shape_and_the_words_of_open_badges_3():
    check_shape(badge())
    check_form(badge())


def test_a_badge_with_only_what_is_needed_is_a_badge_too():
    bare = badge(
        criteria_url=None, image_url=None, tags=(), alignments=(), language=None, version=None, valid_until=None,
        results=(), evidence=(), credit_hours=None, narrative=None, issuer=facts.Issuer(DID, "Laurel Valley Unified (demo)"),
    )  # fmt: skip
    check_shape(bare)
    check_form(bare)
    assert not {"evidence", "validUntil"} & set(bare)
    assert not {"result", "narrative", "creditsEarned"} & set(bare["credentialSubject"])
    assert not {"image", "tag", "alignment", "resultDescription"} & set(bare["credentialSubject"]["achievement"])


def test_the_recipient_is_told_only_to_whoever_knows_her_address():
    text = json.dumps(badge())
    assert "ana.ruiz" not in text
    identity = badge_facts().recipient
    assert facts.belongs_to(identity, "Ana.Ruiz@laurel.example")
    assert not facts.belongs_to(identity, "eva.ruiz@laurel.example")


def test_the_hash_of_an_address_is_the_one_of_the_specification():
    # The example in the definition of IdentityHash: 'a@example.com' salted with 'Kosher'.
    hashed = facts.hash_email("a@example.com", "Kosher").identity_hash
    assert hashed == "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"


def test_two_badges_of_one_person_cannot_be_linked():
    first, second = (facts.hash_email("ana.ruiz@laurel.example") for _ in range(2))
    assert first.salt != second.salt
    assert first.identity_hash != second.identity_hash
    assert facts.new_subject_id() != facts.new_subject_id()


def test_evidence_is_told_by_tier():
    told = badge()["evidence"]
    assert [item["name"] for item in told] == ["Lesson plan", "Pupil work"]
    assert told[0]["id"] == f"{SITE}/evidence/1"
    assert told[0]["description"] == "A week of maths"
    # Work that stays in the district is named and nothing more: no address, no description.
    assert told[1] == {"type": ["Evidence"], "name": "Pupil work", "genre": "Pupil work", "audience": "District"}


def test_two_pieces_of_evidence_at_one_address_do_not_become_one_with_two_names():
    items = tuple(facts.Evidence(name, facts.Visibility.PUBLIC, f"{SITE}/evidence/1") for name in ("One", "Two"))
    told = badge(evidence=items)["evidence"]
    assert [item.get("id") for item in told] == [f"{SITE}/evidence/1", None]


def test_each_criterion_points_to_the_level_reached_and_the_level_required():
    subject = badge()["credentialSubject"]
    described, reached = subject["achievement"]["resultDescription"], subject["result"]
    assert [d["name"] for d in described] == ["Feedback names the next step", "Pupils act on it"]
    levels = {level["id"]: level["name"] for d in described for level in d["rubricCriterionLevel"]}
    assert [levels[r["achievedLevel"]] for r in reached] == ["Meets", "Exceeds"]
    assert [levels[d["requiredLevel"]] for d in described] == ["Meets", "Meets"]
    assert [r["resultDescription"] for r in reached] == [d["id"] for d in described]


def test_a_result_at_a_level_that_the_criterion_does_not_have_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="no level 'Superb'"):
        facts.CriterionResult("Feedback", (facts.Level("Meets"),), "Superb")
    with pytest.raises(ValueError, match="two levels of the same label"):
        facts.CriterionResult("Feedback", (facts.Level("Meets"), facts.Level("Meets")), "Meets")


def test_the_status_entry_is_one_object_with_its_place_as_text():
    assert badge()["credentialStatus"] == {
        "id": f"{LIST_URL}#{PLACE}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(PLACE),
        "statusListCredential": LIST_URL,
    }


@pytest.mark.parametrize(("hours", "said"), [("3", 3), ("3.0", 3), ("1.5", 1.5), ("0", 0)])
def test_whole_hours_are_said_as_integers(hours, said):
    earned = badge(credit_hours=Decimal(hours))["credentialSubject"]["creditsEarned"]
    assert (earned, type(earned)) == (said, type(said))


def test_the_same_picture_is_not_described_twice_with_different_captions():
    subject = badge(image_url=f"{SITE}/logo.png")["credentialSubject"]
    assert subject["achievement"]["image"] == {"id": f"{SITE}/logo.png", "type": "Image"}


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until": NOW - timedelta(days=3)},
        {"kind": "Sticker"},
        {"language": "English"},
        {"name": " \x08 "},
        {"image_url": "not an address"},
        {"credit_hours": Decimal("-1")},
        {"credit_hours": Decimal("NaN")},
        {"status": facts.StatusEntry(LIST_URL, -1)},
        {"valid_from": datetime(2026, 1, 1)},
    ],
)
def test_what_cannot_be_said_is_refused(changes):
    with pytest.raises(ValueError):
        achievement_credential(badge_facts(**changes))


def test_texts_lose_control_characters_and_keep_everything_else():
    assert clean_text("a\x00\x08\x0b\x0c\x1f\x7f\x85b\tc\r\nd\u202ee") == "ab\tc\nde"
    assert clean_text("¿Cómo enseñar? 👩🏽‍🏫 ﬁ") == "¿Cómo enseñar? 👩🏽‍🏫 ﬁ"
    assert clean_text("e\u0301") == "é"
    assert clean_line("  Two\n\n words\t ") == "Two words"


def test_tags_have_no_letters_that_some_verifiers_sort_differently():
    assert clean_tag("Ｆｕｌｌ　ｗｉｄｔｈ \ue000 \ufdfb 😀") == "Full width جل جلاله 😀"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://a.example/b c?q=ñ#é", "https://a.example/b%20c?q=%C3%B1#%C3%A9"),
        ("https://bücher.example/%20x%zz", "https://xn--bcher-kva.example/%20x%25zz"),
        ("urn:uuid:4d1b5e5c-1f04-4f67-9d2c-7e8a4a3f2b11", "urn:uuid:4d1b5e5c-1f04-4f67-9d2c-7e8a4a3f2b11"),
        ("did:web:localhost%3A8000", "did:web:localhost%3A8000"),
        ("https://a.example/<b>\"c\"{d}|e\\f^`", "https://a.example/%3Cb%3E%22c%22%7Bd%7D%7Ce%5Cf%5E%60"),
    ],
)
def test_addresses_become_plain_ascii(given, kept):
    assert iri(given) == kept


@pytest.mark.parametrize("given", ["", "/relative", "no scheme", "https://", "1x:y", "http://[bad"])
def test_what_is_not_a_full_address_is_refused(given):
    with pytest.raises(Refused, match="not a full address"):
        iri(given)


def test_moments_are_written_in_utc_and_read_only_with_a_zone():
    assert iso(NOW) == "2026-11-05T09:30:00Z"
    assert read_moment("2026-11-05T11:30:00+02:00") == NOW
    assert read_moment("2026-11-05T09:30:00.000Z") == NOW
    for text in ["2026-11-05", "2026-11-05T09:30:00", "2026-13-05T09:30:00Z", "0001-01-01T00:00:00+14:00", "٢٠٢٦-11-05T09:30:00Z", None, 7]:
        with pytest.raises(Refused, match="not a date and time with a time zone"):
            read_moment(text)

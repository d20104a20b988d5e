"""The verifier: yes only where everything holds, no at the check that fails, and unknown where nobody can say."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credentials.badges import did, proofs, status, vc_jwt
from credentials.badges.baking import Format, bake_png, bake_svg
from credentials.badges.keys import Algorithm
from credentials.badges.verify import CHECKS, Known, is_valid, verify
from tests.credentials.badges.samples import DID, LIST_URL, NOW, PLACE, Publisher, badge, badge_facts, key

OTHER = "did:web:other.example"


def answers(credential, known=None, now=NOW):
    checks = verify(credential, known or Publisher().published(), now=now)
    assert tuple(check.name for check in checks) == CHECKS
    assert all(check.detail for check in checks)
    return {check.name: check for check in checks}


def failing(credential, known=None, now=NOW):
    """The checks answered with no, and those answered with unknown, in order."""
    found = answers(credential, known, now)
    assert not is_valid(found.values())
    return [name for name in CHECKS if found[name].ok is False], [name for name in CHECKS if found[name].ok is None]


def copy(document):
    return json.loads(json.dumps(document))


def both(document, publisher=None):
    publisher = publisher or Publisher()
    return [publisher.sign(document), publisher.token(document)]


def forms():
    signed, token = both(badge())
    text = json.dumps(signed, ensure_ascii=False)
    stream = io.BytesIO()
    Image.new("RGB", (2, 2)).save(stream, "PNG")
    svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    return {
        "dictionary": signed, "JSON": text, "JSON in bytes": text.encode(), "token": token, "token in bytes": token.encode() + b"\n",
        "PNG": bake_png(stream.getvalue(), text), "PNG with token": bake_png(stream.getvalue(), token),
        "SVG": bake_svg(svg, text).encode(), "SVG with token": bake_svg(svg, token).encode(),
    }  # fmt: skip


@pytest.mark.parametrize("form", ["dictionary", "JSON", "JSON in bytes", "token", "token in bytes", "PNG", "PNG with token", "SVG", "SVG with token"])
def test_a_good_badge_is_valid_in_every_form(form):
    found = answers(forms()[form])
    assert {name: check.ok for name, check in found.items()} == dict.fromkeys(CHECKS, True)
    assert is_valid(found.values())


def test_a_badge_without_expiry_and_one_by_a_former_key_are_valid():
    assert is_valid(answers(Publisher().sign(badge(valid_until=None))).values())
    moved_on = Publisher(ed25519=key(Algorithm.EDDSA, 2), jose=key(Algorithm.ES256), former=(key(Algorithm.EDDSA).public, key(Algorithm.RS256).public))
    for credential in [*both(badge()), *both(badge(), moved_on)]:
        assert is_valid(answers(credential, moved_on.published()).values())


def flip_signature(signed):
    value = signed["proof"]["proofValue"]
    signed["proof"]["proofValue"] = value[:-1] + ("A" if value[-1] != "A" else "B")


CHANGES = {
    "a flipped letter in the text": (lambda b: b.update(name="Growth Mindset Feedbacc"), ["proof"]),
    "a flipped letter in the signature": (flip_signature, ["proof"]),
    "another name as issuer": (lambda b: b["issuer"].update(id=OTHER), ["issuer"]),
    "an undefined word": (lambda b: b.update(favouriteColour="green"), ["context"]),
    "a respelled expiry": (lambda b: b.update({"https://www.w3.org/2018/credentials#validUntil": b.pop("validUntil")}), ["context"]),
    "no criteria": (lambda b: b["credentialSubject"]["achievement"].pop("criteria"), ["shape", "proof"]),
    "no proof": (lambda b: b.pop("proof"), ["proof"]),
    "a key the issuer does not list": (lambda b: b["proof"].update(verificationMethod=DID + "#nobody"), ["issuer"]),
    "a key of somebody else": (lambda b: b["proof"].update(verificationMethod=OTHER + "#key"), ["issuer"]),
    "no issuer": (lambda b: b.pop("issuer"), ["shape", "issuer"]),
    "another status list": (lambda b: b["credentialStatus"].update(statusListIndex="1"), ["proof"]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_badge_fails_at_its_check(change):
    apply, expected = CHANGES[change]
    signed = copy(Publisher().sign(badge()))
    apply(signed)
    assert failing(signed)[0] == expected


def test_a_changed_token_fails_at_its_check():
    header, payload, signature = Publisher().token(badge()).split(".")
    body = json.loads(base64.urlsafe_b64decode(payload + "=="))

    def token(head=header, **changes):
        text = base64.urlsafe_b64encode(json.dumps(body | changes).encode()).rstrip(b"=").decode()
        return f"{head}.{text}.{signature}"

    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "x"}).encode()).rstrip(b"=").decode()
    assert failing(token(name="Growth Mindset Feedbacc"))[0] == ["proof"]
    assert failing(token(none))[0] == ["parse"]
    assert failing(f"{none}.{payload}.")[0] == ["parse"]
    assert failing(token(issuer=body["issuer"] | {"id": OTHER}, iss=OTHER))[0] == ["issuer"]
    assert failing(token(favouriteColour="green"))[0] == ["context"]


def test_a_badge_signed_by_another_key_under_the_issuers_name_fails_at_the_proof():
    thief = Publisher(ed25519=key(Algorithm.EDDSA, 2))
    signed = proofs.sign_eddsa_rdfc_2022(badge(), thief.ed25519, did.key_id(DID, key(Algorithm.EDDSA).public), NOW)
    assert failing(signed) == (["proof"], ["window", "status"])
    token = vc_jwt.sign_vc_jwt(badge(), key(Algorithm.RS256, 2), did.key_id(DID, key(Algorithm.RS256).public))
    assert failing(token)[0] == ["proof"]


def test_a_badge_in_the_issuers_name_signed_by_somebody_elses_published_key_fails_at_the_issuer():
    thief = Publisher(did=OTHER, ed25519=key(Algorithm.EDDSA, 2), jose=key(Algorithm.RS256, 2))
    known = Known({DID: Publisher().did_document(), OTHER: thief.did_document()}, Publisher().published().status_lists)
    for credential in both(badge(), thief):
        assert failing(credential, known)[0] == ["issuer"]


def test_a_badge_is_valid_from_its_first_second_to_before_its_last():
    facts = badge_facts()
    known = Publisher().published()
    first, last = facts.valid_from, facts.valid_until
    lists = {LIST_URL: Publisher().sign(status.status_list_credential(LIST_URL, DID, status.StatusList().encode(), first - timedelta(days=9)))}
    known = replace(known, status_lists=lists)
    for credential in both(badge()):
        assert is_valid(answers(credential, known, now=first).values())
        assert is_valid(answers(credential, known, now=last - timedelta(seconds=1)).values())
        assert failing(credential, known, now=first - timedelta(seconds=1)) == (["window"], [])
        assert failing(credential, known, now=last) == (["window"], [])
        assert answers(credential, known, now=last)["window"].detail == "It expired on 2029-11-04."


def test_a_revoked_badge_fails_at_its_status_and_its_neighbours_do_not():
    for credential in both(badge()):
        assert failing(credential, Publisher(revoked={PLACE}).published()) == (["status"], [])
        assert is_valid(answers(credential, Publisher(revoked={PLACE - 1, PLACE + 1}).published()).values())


def test_the_list_may_be_a_token():
    for revoked, ok in [({PLACE}, False), (set(), True)]:
        publisher = Publisher(revoked=revoked)
        known = replace(publisher.published(), status_lists={LIST_URL: publisher.token(publisher.unsigned_list())})
        assert answers(Publisher().sign(badge()), known)["status"].ok is ok


def test_a_badge_without_a_status_entry_cannot_be_revoked_and_says_so():
    document = badge()
    document.pop("credentialStatus")
    assert "keeps no list" in answers(Publisher().sign(document))["status"].detail


def changed_list(**changes):
    document = Publisher().unsigned_list()
    subject = document["credentialSubject"] | {name: value for name, value in changes.items() if name in ("statusPurpose", "encodedList")}
    return document | {name: value for name, value in changes.items() if name not in ("statusPurpose", "encodedList")} | {"credentialSubject": subject}


def forged(document):
    signed = Publisher().sign(document)
    return signed | {"credentialSubject": signed["credentialSubject"] | {"encodedList": status.StatusList(revoked=[1]).encode()}}


LISTS = {
    "cannot be had": (None, "could not be had"),
    "is somebody else's": (Publisher(did=OTHER).sign(changed_list(issuer=OTHER)), "not the issuer's"),
    "belongs to another address": (Publisher().sign(changed_list(id=LIST_URL + "0")), "another address"),
    "was changed": (forged(Publisher().unsigned_list()), "signature does not fit"),
    "is not signed": (Publisher().unsigned_list(), "not signed"),
    "has expired": (Publisher().sign(changed_list(validUntil="2026-11-05T09:30:00Z")), "expired"),
    "is not in force yet": (Publisher().sign(changed_list(validFrom="2026-11-06T09:30:00Z")), "not valid before"),
    "is about something else": (Publisher().sign(changed_list(statusPurpose="suspension")), "something else than revocation"),
    "is no list": (Publisher().sign(changed_list(type=["VerifiableCredential"])), "not a status list"),
    "cannot be unpacked": (Publisher().sign(changed_list(encodedList="uAAAA")), "not packed"),
    "is nonsense": ("nonsense", "cannot be relied upon"),
}


@pytest.mark.parametrize("case", LISTS)
def test_the_status_is_unknown_if_the_list(case):
    published, sentence = LISTS[case]
    known = replace(Publisher().published(), status_lists={} if published is None else {LIST_URL: published})
    assert failing(Publisher().sign(badge()), known) == ([], ["status"])
    assert sentence in answers(Publisher().sign(badge()), known)["status"].detail


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "urn:x:1", "type": "1EdTechRevocationList"},
        {"statusPurpose": "suspension"},
        {"statusListIndex": "-1"},
        {"statusListIndex": "٣"},
        {"statusListIndex": "131072"},
        {"statusListIndex": "99999999999999999999"},
    ],
)
def test_the_status_is_unknown_if_the_entry_cannot_be_followed(entry):
    document = badge()
    document["credentialStatus"] = entry if "type" in entry else document["credentialStatus"] | entry
    assert failing(Publisher().sign(document)) == ([], ["status"])


def test_keys_that_cannot_be_had_make_everything_unknown_and_nothing_valid():
    for credential in both(badge()):
        assert failing(credential, Known()) == ([], ["issuer", "proof", "window", "status"])


def test_a_badge_signed_in_a_way_or_words_not_known_here_is_unknown_and_not_wrong():
    signed = copy(Publisher().sign(badge()))
    signed["proof"]["cryptosuite"] = "ecdsa-sd-2023"
    assert failing(signed)[0] == []
    signed = copy(Publisher().sign(badge()))
    signed["@context"].append("https://example.com/own.json")
    assert failing(signed)[0] == []
    drawn = bake_svg('<svg xmlns="http://www.w3.org/2000/svg"/>', '{"id": "https://a.example/"}', Format.OPEN_BADGES_2)
    assert failing(drawn.encode()) == ([], list(CHECKS))


def test_nothing_is_looked_up_for_a_key_that_is_not_the_issuers():
    asked = []

    class Noting(Known):
        def did_document(self, name):
            asked.append(name)
            return super().did_document(name)

    signed = copy(Publisher().sign(badge()))
    signed["proof"]["verificationMethod"] = "https://internal.example/admin#key"
    assert failing(signed, Noting())[0] == ["issuer"]
    assert asked == []


def test_an_issuer_that_is_only_a_key_says_that_nobody_knows_whose():
    public = key(Algorithm.EDDSA).public
    name = f"did:key:{public.multikey()}"
    document = badge()
    document["issuer"] = document["issuer"] | {"id": name}
    document.pop("credentialStatus")
    signed = proofs.sign_eddsa_rdfc_2022(document, key(Algorithm.EDDSA), f"{name}#{public.multikey()}", NOW)
    assert is_valid(answers(signed, Known()).values())
    assert "nobody says whose it is" in answers(signed, Known())["issuer"].detail


@pytest.mark.parametrize(
    "file", [b"", b"\xff\xd8\xff", "", "{}", "[]", "a.b.c", b"<svg/>", b"<!DOCTYPE x>", {}, {"a": [[1]]}, {"issuer": []}, {"proof": 7, "@context": {}}]
)
def test_what_is_no_badge_is_never_valid_and_never_an_error(file):
    assert failing(file)[0] != []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.sampled_from(["@id", "_:b", "https://a.example/"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.sampled_from(["@type", "id", "type", "@context"]), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_badge_with_anything_at_all_anywhere_is_not_valid_and_not_an_error(data):
    document = copy(Publisher().sign(badge()))
    place = document
    while True:
        step = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[step], (dict, list)) or not place[step] or data.draw(st.booleans()):
            break
        place = place[step]
    before, place[step] = place[step], data.draw(json_values)
    if place[step] != before:
        failing(document)


def test_every_answer_can_be_translated():
    for check in answers(Publisher().sign(badge()), Publisher(revoked={PLACE}).published()).values():
        assert check.message % check.values == check.detail
        assert "%(" not in check.detail

"""What a badge says in JSON is what is signed in RDF: every way known to make them differ is refused."""

from __future__ import annotations

import json
import threading
import time

import pytest

from credentials.badges import contexts
from credentials.badges.contexts import OB3, OB3_EXTENSIONS, PINNED, VC2
from credentials.badges.linked_data import canonical_nquads, check_form, read_json
from credentials.badges.refusals import Refused, Unknown
from tests.credentials.badges.samples import SITE, badge

CREDENTIALS = "https://www.w3.org/2018/credentials#"


def endorsement(**more):
    return {
        "@context": [VC2, OB3],
        "id": "urn:uuid:7d3f3c6e-8f0a-4f0e-a2e6-6f2a1b0c9d11",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsement",
        "issuer": {"id": "https://union.example/", "type": ["Profile"], "name": "Teachers' Union (demo)"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{SITE}/achievements/growth-mindset/1",
            "type": ["EndorsementSubject"],
            "endorsementComment": "We stand by it.",
        },
        **more,
    }


def nested(document, *path):
    for step in path:
        document = document[step]
    return document


HIDDEN_EXPIRY = {f"{CREDENTIALS}validUntil": {"type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": "2020-01-01T00:00:00Z"}}

RESPELLED = {
    "the expiry under its full address": lambda b: (b.pop("validUntil"), b.update(HIDDEN_EXPIRY)),
    "the expiry under its full address as plain text": lambda b: b.update({f"{CREDENTIALS}validUntil": b.pop("validUntil")}),
    "the status under its full address": lambda b: b.update({f"{CREDENTIALS}credentialStatus": b.pop("credentialStatus")}),
    "a type under its full address": lambda b: b.update(type=[f"{CREDENTIALS}VerifiableCredential", "OpenBadgeCredential"]),
    "a keyword instead of its alias": lambda b: b.update({"@id": b.pop("id")}),
    "an undefined word": lambda b: b.update(favouriteColour="green"),
    "an undefined word far inside": lambda b: nested(b, "credentialSubject", "achievement", "criteria").update(secret="x"),
    "an undefined type": lambda b: b.update(type=[*b["type"], "GoldenBadge"]),
    "a context that is written out": lambda b: b["@context"].append({"Until": f"{CREDENTIALS}validUntil"}),
    "a context inside": lambda b: nested(b, "credentialSubject").update({"@context": OB3}),
    "a context twice": lambda b: b["@context"].append(VC2),
    "VC 2.0 not first": lambda b: b["@context"].reverse(),
    "contexts as one address": lambda b: b.update({"@context": VC2}),
    "a relative address": lambda b: b.update(id="badges/7"),
    "an address with a space": lambda b: b.update(id="https://a.example/a b"),
    "an address that is not ASCII": lambda b: b.update(id="https://a.example/ñ"),
    "a blank node's name": lambda b: nested(b, "credentialStatus").update(id="_:b0"),
    "a member without a value": lambda b: b.update(validUntil=None),
    "statements moved to @included": lambda b: b.update({"@included": [{"id": b["id"], "validUntil": b.pop("validUntil")}]}),
    "statements moved to @graph": lambda b: b.update({"@graph": [{"id": b["id"]}]}),
    "an @json literal under a keyword": lambda b: b.update(name={"@value": "x", "@type": "@json"}),
    "a language map with a direction": lambda b: b.update(name={"@value": "x", "@language": "en", "@direction": "rtl"}),
    "the status described a second time": lambda b: b.update(
        evidence=[{"id": b["credentialStatus"]["id"], "type": ["Evidence"], "name": "Proof"}]
    ),
    "the badge described a second time": lambda b: b.update(
        evidence=[{"id": b["id"], "type": ["Evidence"], "name": "Proof"}]
    ),
    "the expiry moved into an endorsement": lambda b: b.update(
        endorsement=[endorsement(credentialSubject={"id": b["id"], "type": ["EndorsementSubject"], "endorsementComment": "x"})]
    ),
    "an undefined word in an endorsement": lambda b: b.update(endorsement=[endorsement(secret="x")]),
    "an endorsement beside something that is none": lambda b: b.update(endorsement=[endorsement(), {"id": "urn:x:1", "type": ["Profile"]}]),
}


@pytest.mark.parametrize("attack", RESPELLED)
def test_a_badge_is_refused_if_it_has(attack):
    document = badge()
    RESPELLED[attack](document)
    with pytest.raises(Refused) as caught:
        check_form(document)
    # A sentence for people, with nothing of pyld in it.
    assert str(caught.value)[0].isupper() or str(caught.value)[0] == "“"


ALLOWED = {
    "one value where the contexts make a list": lambda b: nested(b, "credentialSubject", "achievement").update(tag="mindset"),
    "a list of one where we write the one": lambda b: b.update(credentialStatus=[b["credentialStatus"]]),
    "the other name of the same type": lambda b: b.update(type=["VerifiableCredential", "AchievementCredential"]),
    "only an address as issuer": lambda b: b.update(issuer=b["issuer"]["id"]),
    "an object with nothing but its address": lambda b: nested(b, "credentialSubject", "achievement").update(criteria={"id": f"{SITE}/c"}),
    "a name with a language": lambda b: b.update(name={"@value": "Retroalimentación", "@language": "es-MX"}),
    "an endorsement": lambda b: b.update(endorsement=[endorsement()]),
    "an endorsement that is itself signed": lambda b: b.update(
        endorsement=[endorsement(proof={"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "proofPurpose": "assertionMethod",
                                        "verificationMethod": "https://union.example/#key", "proofValue": "z1"})]
    ),
    "a refresh service at the badge's own address, as in the specification's example": lambda b: b.update(
        refreshService={"id": b["id"], "type": "1EdTechCredentialRefresh"}
    ),
    "no list of evidence": lambda b: b.update(evidence=[]),
}  # fmt: skip


@pytest.mark.parametrize("spelling", ALLOWED)
def test_a_badge_may_have(spelling):
    document = badge()
    ALLOWED[spelling](document)
    check_form(document)
    assert canonical_nquads(document)


def test_a_context_that_is_not_known_is_unknown_and_never_fetched():
    document = badge()
    document["@context"].append("https://example.com/context.json")
    with pytest.raises(Unknown, match=r"example\.com/context\.json"):
        check_form(document)
    with pytest.raises(Unknown, match=r"context\.json"):
        canonical_nquads(document)
    with pytest.raises(Unknown, match="version 1 of the data model"):
        check_form(badge() | {"@context": ["https://www.w3.org/2018/credentials/v1", OB3]})


def test_the_pinned_contexts_are_the_published_texts_and_a_changed_one_stops_everything(monkeypatch):
    assert set(contexts.pinned().documents) == set(PINNED) >= {VC2, OB3, OB3_EXTENSIONS}
    name, digest = PINNED[VC2]
    monkeypatch.setitem(contexts.PINNED, VC2, (name, digest.replace("5", "6")))
    with pytest.raises(contexts.ContextChanged, match="is not the published text"):
        contexts.pinned.__wrapped__()
    monkeypatch.setitem(contexts.PINNED, VC2, ("no-such-file.json", digest))
    with pytest.raises(contexts.ContextChanged, match="could not be read"):
        contexts.pinned.__wrapped__()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not JSON"),
        (b"\xff{}", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"a": 1, "a": 2}', "same member twice"),
        ('{"a": NaN}', "not a number"),
        ('{"a": 1e999}', "too large"),
        ('{"a": 9007199254740993}', "too large"),
        ('{"a": "\\ud800"}', "not Unicode"),
        ('{"\\ud800": 1}', "not Unicode"),
        ('{"a": [[1]]}', "directly inside a list"),
        ('{"a":' * 40 + "1" + "}" * 40, "nested too deeply"),
        ("[" * 100_000, "not JSON"),
        (json.dumps({"a": list(range(5000))}), "too many parts"),
        (json.dumps({"type": ["T"] * 9}), "too many types"),
        (json.dumps({"a": "x" * 300_000}), "larger than 256 KiB"),
        ('{"a": ' + "9" * 5000 + "}", "not JSON"),
    ],
)
def test_json_is_read_strictly(text, sentence):
    with pytest.raises(Refused, match=sentence):
        read_json(text)


def test_a_whole_number_is_the_same_with_and_without_a_decimal_point():
    # JavaScript cannot tell 3.0 from 3, so an issuer that writes 3.0 signs 3.
    assert read_json('{"a": 3.0, "b": 1.5, "c": -0.0}') == {"a": 3, "b": 1.5, "c": 0}
    assert type(read_json('{"a": 3.0}')["a"]) is int


def look_alikes(number):
    """`number` results without a name that all point at each other: a graph on which canonicalisation takes for ever."""
    document = badge()
    people = [{"id": f"_:n{n}", "type": ["Profile"], "parentOrg": [{"id": f"_:n{m}"} for m in range(number) if m != n]} for n in range(number)]
    document["evidence"] = [{"type": ["Evidence"], "name": "x"}]
    document["issuer"]["parentOrg"] = people
    return document


def test_a_badge_made_to_keep_the_processor_busy_is_refused_at_once():
    started = time.process_time()
    with pytest.raises(Refused, match="cannot be told apart"):
        canonical_nquads(look_alikes(9))
    assert time.process_time() - started < 1
    assert canonical_nquads(look_alikes(4))


def test_many_equal_parts_that_do_not_point_at_each_other_are_no_trouble():
    document = badge()
    document["evidence"] = [{"type": ["Evidence"], "name": "The same"} for _ in range(40)]
    check_form(document)
    assert canonical_nquads(document).count("The same") == 40


def test_eight_threads_may_canonicalise_at_once():
    document, wrong = badge(), []
    expected = canonical_nquads(document)

    def work():
        for _ in range(10):
            try:
                if canonical_nquads(document) != expected or not check_form(document):
                    wrong.append("another result")
            except Exception as problem:
                wrong.append(repr(problem))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_signed_expiry_moved_out_of_sight_keeps_the_same_statements_which_is_why_form_is_checked():
    document = badge()
    moved = badge()
    moved.pop("validUntil")
    moved[f"{CREDENTIALS}validUntil"] = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": document["validUntil"]}
    assert canonical_nquads(moved) == canonical_nquads(document)
    with pytest.raises(Refused, match="not spelled as the contexts spell it"):
        check_form(moved)

"""The Data Integrity proof: the specification's own numbers, and our canonical form against a second opinion."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pyoxigraph
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.badges import contexts, did, linked_data, proofs
from credentials.badges.keys import Algorithm, PrivateKey
from credentials.badges.multibase import multibase_decode
from credentials.badges.refusals import Refused, Unknown
from tests.credentials.badges.samples import DID, NOW, Publisher, badge, key

# The test vector of Data Integrity EdDSA Cryptosuites v1.0 (W3C Recommendation of 15 May 2025), appendix B.1,
# "Representation: eddsa-rdfc-2022", examples 7 to 16; kept in the repository w3c/vc-di-eddsa under TestVectors.
VECTOR_PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
VECTOR_PRIVATE = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
VECTOR_DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
VECTOR_METHOD = f"did:key:{VECTOR_PUBLIC}#{VECTOR_PUBLIC}"
VECTOR_DOCUMENT_HASH = "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"
VECTOR_OPTIONS_HASH = "bea7b7acfbad0126b135104024a5f1733e705108f42d59668b05c0c50004c6b0"
VECTOR_CANONICAL_OPTIONS = f"""\
_:c14n0 <http://purl.org/dc/terms/created> "2023-02-24T23:36:38Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/security#DataIntegrityProof> .
_:c14n0 <https://w3id.org/security#cryptosuite> "eddsa-rdfc-2022"^^<https://w3id.org/security#cryptosuiteString> .
_:c14n0 <https://w3id.org/security#proofPurpose> <https://w3id.org/security#assertionMethod> .
_:c14n0 <https://w3id.org/security#verificationMethod> <{VECTOR_METHOD}> .
"""
VECTOR_PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": VECTOR_METHOD,
    "proofPurpose": "assertionMethod",
    "proofValue": "z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZme",
}
# The vector's second context is not for badges and gives any word a meaning, so it is known to this test only.
VECTOR_CONTEXTS = contexts.Contexts(
    contexts.pinned().documents
    | {"https://www.w3.org/ns/credentials/examples/v2": {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}}
)


def test_the_test_vector_of_the_specification_comes_out_to_the_last_character():
    private = Ed25519PrivateKey.from_private_bytes(multibase_decode(VECTOR_PRIVATE)[2:])
    vector_key = PrivateKey(Algorithm.EDDSA, private)
    assert vector_key.public.multikey() == VECTOR_PUBLIC

    canonical = linked_data.canonical_nquads(VECTOR_DOCUMENT, VECTOR_CONTEXTS)
    assert hashlib.sha256(canonical.encode()).hexdigest() == VECTOR_DOCUMENT_HASH

    options = {name: value for name, value in VECTOR_PROOF.items() if name != "proofValue"}
    canonical = linked_data.canonical_nquads(options | {"@context": VECTOR_DOCUMENT["@context"]}, VECTOR_CONTEXTS)
    assert canonical == VECTOR_CANONICAL_OPTIONS
    assert proofs.hash_data(VECTOR_DOCUMENT, options, VECTOR_CONTEXTS).hex() == VECTOR_OPTIONS_HASH + VECTOR_DOCUMENT_HASH

    created = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
    signed = proofs.sign_eddsa_rdfc_2022(VECTOR_DOCUMENT, vector_key, VECTOR_METHOD, created, contexts=VECTOR_CONTEXTS)
    assert signed == VECTOR_DOCUMENT | {"proof": VECTOR_PROOF}
    assert proofs.verify_eddsa_rdfc_2022(signed, lambda method: vector_key.public, contexts=VECTOR_CONTEXTS) == VECTOR_METHOD


def verify(signed, found=None):
    return proofs.verify_eddsa_rdfc_2022(signed, lambda method: found or key(Algorithm.EDDSA).public, now=NOW)


def test_a_signed_badge_verifies_and_the_document_itself_is_left_alone():
    document = badge()
    before = json.dumps(document)
    signed = Publisher().sign(document)
    assert json.dumps(document) == before
    assert verify(signed) == did.key_id(DID, key(Algorithm.EDDSA).public)
    # Spelled, ordered and indented otherwise it is still the same badge.
    again = json.loads(json.dumps(signed, indent=4, sort_keys=True))
    assert verify(again)


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.update(name="Growth Mindset Feedbacc"),
        lambda b: b.update(validUntil="2099-01-01T00:00:00Z"),
        lambda b: b.pop("credentialStatus"),
        lambda b: b.pop("evidence"),
        lambda b: b["credentialSubject"]["result"][0].update(achievedLevel=b["credentialSubject"]["result"][1]["achievedLevel"]),
        lambda b: b["credentialSubject"]["identifier"][0].update(salt="another"),
        lambda b: b["proof"].update(created="2026-11-05T09:30:01Z"),
        lambda b: b["proof"].update(verificationMethod=DID + "#another"),
        lambda b: b["issuer"].update(name="Somebody Else"),
    ],
)
def test_any_change_breaks_the_signature(change):
    signed = json.loads(json.dumps(Publisher().sign(badge())))
    change(signed)
    with pytest.raises(Refused, match="signature does not fit"):
        verify(signed)


def test_another_key_does_not_verify():
    with pytest.raises(Refused, match="signature does not fit"):
        verify(Publisher().sign(badge()), key(Algorithm.EDDSA, 2).public)
    with pytest.raises(Refused, match="needs an Ed25519 key"):
        verify(Publisher().sign(badge()), key(Algorithm.RS256).public)


@pytest.mark.parametrize(
    ("proof", "problem", "sentence"),
    [
        ([], Refused, "not signed"),
        ({"type": "Ed25519Signature2020", "cryptosuite": None}, Unknown, "does not know \\(Ed25519Signature2020\\)"),
        ({"cryptosuite": "ecdsa-sd-2023"}, Unknown, "does not know \\(ecdsa-sd-2023\\)"),
        ({"proofPurpose": "authentication"}, Refused, "not made for a statement"),
        ({"verificationMethod": {"id": "x"}}, Refused, "which key made it"),
        ({"created": "yesterday"}, Refused, "not a date"),
        ({"expires": "2026-01-01T00:00:00Z"}, Refused, "proof has expired"),
        ({"@context": ["https://example.com/other"]}, Refused, "other contexts"),
        ({"proofValue": "z111"}, Refused, "not an Ed25519 signature"),
        ({"proofValue": "z0OIl"}, Refused, "not base58"),
        ({"proofValue": None}, Refused, "not multibase"),
    ],
)
def test_a_proof_of_another_kind_is_unknown_and_a_malformed_one_refused(proof, problem, sentence):
    signed = Publisher().sign(badge())
    signed["proof"] = signed["proof"] | proof if isinstance(proof, dict) else proof
    with pytest.raises(Refused, match=sentence) as caught:
        verify(signed)
    assert type(caught.value) is problem


def test_a_proof_that_does_not_expire_yet_needs_a_clock():
    document = badge()
    options = {
        "type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022", "created": "2026-11-05T09:30:00Z", "expires": "2027-01-01T00:00:00Z",
        "verificationMethod": did.key_id(DID, key(Algorithm.EDDSA).public), "proofPurpose": "assertionMethod",
    }  # fmt: skip
    value = proofs.multibase58(key(Algorithm.EDDSA).sign(proofs.hash_data(document, options)))
    signed = document | {"proof": options | {"proofValue": value}}
    assert verify(signed)
    with pytest.raises(Refused, match="proof has expired"):
        proofs.verify_eddsa_rdfc_2022(signed, lambda method: key(Algorithm.EDDSA).public)


def test_a_proof_of_a_kind_not_known_here_may_stand_beside_ours_but_not_a_second_of_the_same():
    signed = Publisher().sign(badge())
    ours = signed["proof"]
    assert verify(signed | {"proof": [{"type": "DataIntegrityProof", "cryptosuite": "ecdsa-sd-2023"}, ours]})
    with pytest.raises(Refused, match="several proofs"):
        verify(signed | {"proof": [ours, ours]})


def test_nothing_is_signed_that_a_strict_verifier_would_refuse():
    for document in [badge() | {"favouriteColour": "green"}, badge() | {"id": "relative"}, badge() | {"validUntil": None}]:
        with pytest.raises(Refused):
            Publisher().sign(document)
    with pytest.raises(Refused, match="already has a proof"):
        Publisher().sign(Publisher().sign(badge()))
    with pytest.raises(Refused, match="needs an Ed25519 key"):
        proofs.sign_eddsa_rdfc_2022(badge(), key(Algorithm.ES256), DID + "#x", NOW)


# Anything that a person or a spreadsheet may put into a text, before it is tidied.
anything = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=30)
awkward = st.sampled_from(["\x01\x08\x0b\x0c\x1f\x7f", 'a"b\\c\nd\re\tf', "👩🏽‍🏫 ﬁ ｆ", "\u0085\u2028\u2029", "é e\u0301", "\U0010fffd\ue000"])


def _inlined(document):
    return document | {"@context": [contexts.pinned().documents[url]["@context"] for url in document["@context"]]}


def _second_opinion(document):
    """The canonical form with JSON-LD read by pyoxigraph as well: no pyld and nothing of ours but the context texts."""
    quads = pyoxigraph.parse(json.dumps(_inlined(document)), format=pyoxigraph.RdfFormat.JSON_LD)
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = [f"{quad} .\n" for quad in dataset]
    return "".join(sorted(lines))


@settings(max_examples=60, deadline=None)
@given(name=anything | awkward, description=anything | awkward, tags=st.lists(anything | awkward, max_size=4))
def test_our_canonical_form_is_that_of_pyoxigraph_whatever_stands_in_the_texts(name, description, tags):
    document = badge()
    # Straight into the document, past the tidying, so that control characters are put to the test as well.
    document["name"] = name
    document["credentialSubject"]["achievement"] |= {"description": description, "tag": tags}
    assert linked_data.canonical_nquads(document) == _second_opinion(document)


@settings(max_examples=40, deadline=None)
@given(name=anything | awkward, tags=st.lists(anything | awkward, max_size=4))
def test_any_text_that_survives_tidying_can_be_signed_and_verified(name, tags):
    try:
        document = badge(name=name, tags=tuple(tags))
    except ValueError:
        return  # nothing was left of the name
    assert verify(Publisher().sign(document))
    assert not any(ord(c) < 32 or ord(c) == 127 for c in document["name"])

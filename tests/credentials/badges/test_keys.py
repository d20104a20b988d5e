"""Issuer keys: written for others, sealed for keeping, and found again only where the issuer publishes them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from credentials.badges import did
from credentials.badges.keys import Algorithm, PrivateKey, PublicKey, seal, unseal
from credentials.badges.multibase import base58_decode, base58_encode, base64url_decode, multibase_decode
from credentials.badges.refusals import Refused
from tests.credentials.badges.samples import DID, Publisher, key

SECRET = b"sixteen bytes or more, kept apart"


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_survives_being_kept_and_signs_as_before(algorithm):
    kept = seal(key(algorithm).to_bytes(), SECRET, label="issuer-1")
    again = PrivateKey.from_bytes(unseal(kept, SECRET, label="issuer-1"))
    assert again.algorithm is algorithm
    assert again.public.verifies(key(algorithm).sign(b"badge"), b"badge")
    assert not again.public.verifies(key(algorithm).sign(b"badge"), b"badger")
    assert not again.public.verifies(b"\0" * 64, b"badge")


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_public_key_is_read_back_from_every_form(algorithm):
    public = key(algorithm).public
    assert PublicKey.from_bytes(public.to_bytes()).jwk() == public.jwk()
    assert PublicKey.from_jwk(json.loads(json.dumps(public.jwk()))).to_bytes() == public.to_bytes()
    if algorithm is not Algorithm.RS256:
        assert PublicKey.from_multikey(public.multikey()).to_bytes() == public.to_bytes()


def test_a_sealed_key_opens_only_with_its_secret_its_label_and_unchanged():
    sealed = seal(b"a private key", SECRET, label="one")
    assert b"a private key" not in sealed
    assert seal(b"a private key", SECRET, label="one") != sealed
    attempts = [
        (sealed, SECRET[:-1] + b"!", "one"),
        (sealed, SECRET, "two"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), SECRET, "one"),
        (b"\0" + sealed[1:], SECRET, "one"),
        (b"", SECRET, "one"),
    ]
    for attempt, secret, label in attempts:
        with pytest.raises(Refused):
            unseal(attempt, secret, label=label)
    with pytest.raises(ValueError, match="16 random bytes"):
        seal(b"a private key", b"too short")


def test_the_name_of_a_key_follows_from_the_key_and_the_thumbprint_is_that_of_the_rfc():
    # The example of RFC 7638, section 3.1.
    jwk = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn6"
             "4tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpb"
             "ISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
    }  # fmt: skip
    assert PublicKey.from_jwk(jwk).thumbprint() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    assert PublicKey.from_jwk(jwk).fragment == PublicKey.from_jwk(jwk).thumbprint()
    assert key(Algorithm.EDDSA).public.fragment == key(Algorithm.EDDSA).public.multikey()
    assert "private" not in repr(key(Algorithm.EDDSA)).lower().replace("privatekey", "")


def test_keys_that_no_badge_should_be_signed_with_are_refused():
    with pytest.raises(Refused, match="at least 2048 bits"):
        PublicKey.wrap(rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key())
    with pytest.raises(Refused, match="P-256"):
        PublicKey.wrap(ec.generate_private_key(ec.SECP384R1()).public_key())
    with pytest.raises(Refused, match="no Multikey form"):
        key(Algorithm.RS256).public.multikey()


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        {},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA", "n": "AQAB"},
        {"kty": "RSA", "n": "A" * 2000, "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AQAB"},
        {"kty": "OKP", "crv": "Ed25519", "x": "+/+/"},
    ],
)
def test_a_json_web_key_that_is_none_is_refused(jwk):
    with pytest.raises(Refused):
        PublicKey.from_jwk(jwk)


def test_a_published_private_key_is_refused():
    with pytest.raises(Refused, match="private half"):
        PublicKey.from_jwk(key(Algorithm.EDDSA).public.jwk() | {"d": "AQAB"})


@given(st.binary(max_size=80))
def test_base58_is_read_back(data):
    assert base58_decode(base58_encode(data)) == data


def test_base58_and_base64url_take_one_spelling_only():
    assert base58_encode(b"\0\0Hello World!") == "112NEpo7TZRRrLZSi2U"  # draft-msporny-base58, section 5, with zeros in front
    assert base64url_decode("AQAB") == b"\1\0\1"
    for text in ["AQAB==", "AQA=", "AQ A", "AR", "A+/B", "é"]:
        with pytest.raises(Refused, match="not base64url"):
            base64url_decode(text)
    for text in ["", "f00", None, 7]:
        with pytest.raises(Refused, match="not multibase"):
            multibase_decode(text)
    with pytest.raises(Refused, match="too long"):
        base58_decode("z" * 2000)


@pytest.mark.parametrize(
    ("site", "name", "document"),
    [
        ("https://badges.laurel.example", "did:web:badges.laurel.example", "https://badges.laurel.example/.well-known/did.json"),
        ("https://laurel.example/pd/badges/", "did:web:laurel.example:pd:badges", "https://laurel.example/pd/badges/did.json"),
        ("http://localhost:8000/", "did:web:localhost%3A8000", "https://localhost:8000/.well-known/did.json"),
        ("https://lorbeer-ü.example", "did:web:xn--lorbeer--e6a.example", "https://xn--lorbeer--e6a.example/.well-known/did.json"),
    ],
)
def test_the_issuers_name_is_its_web_site(site, name, document):
    assert did.did_web(site) == name
    assert did.did_document_url(name) == document


@pytest.mark.parametrize(
    "name",
    ["did:key:z6Mk", "did:web:", "did:web:a:..:b", "did:web:a%2Fb", "did:web:user%40a.example", "did:web:a#k", "did:web:a::b", "x"],
)
def test_a_name_that_would_lead_elsewhere_is_refused(name):
    with pytest.raises(Refused, match="not a did:web name"):
        did.did_document_url(name)


def test_the_did_document_is_what_1edtechs_validator_and_the_javascript_libraries_need():
    document = Publisher().did_document()
    assert document["@context"][0] == "https://www.w3.org/ns/did/v1"
    assert document["assertionMethod"] == [method["id"] for method in document["verificationMethod"]]
    assert all(entry.startswith(f"{DID}#") for entry in document["assertionMethod"])
    assert all(method["controller"] == DID for method in document["verificationMethod"])
    assert [method["type"] for method in document["verificationMethod"]] == ["Multikey", "JsonWebKey"]
    assert '"d"' not in json.dumps(document)


def test_every_published_key_is_found_by_its_full_name():
    publisher = replace(Publisher(), former=(key(Algorithm.EDDSA, 2).public, key(Algorithm.ES256).public))
    document = publisher.did_document()
    for public in (publisher.ed25519.public, publisher.jose.public, *publisher.former):
        assert did.find_key(document, DID, did.key_id(DID, public)).to_bytes() == public.to_bytes()


def method(document, number=0):
    return document["verificationMethod"][number]


UNTRUSTED = {
    "a document about somebody else": (lambda d: d.update(id="did:web:other.example"), "about somebody else"),
    "a key that is not for assertions": (lambda d: d.update(assertionMethod=[method(d, 1)["id"]]), "does not list the key"),
    "a key of another controller": (lambda d: method(d).update(controller="did:web:other.example"), "does not say which key"),
    "a key listed twice": (lambda d: d["verificationMethod"].append(dict(method(d))), "does not say which key"),
    "a withdrawn key": (lambda d: method(d).update(revoked="2026-01-01T00:00:00Z"), "has withdrawn the key"),
    "a key without a value": (lambda d: method(d).pop("publicKeyMultibase"), "cannot be read"),
    "no keys": (lambda d: (d.pop("verificationMethod"), d.pop("assertionMethod")), "does not list the key"),
}


@pytest.mark.parametrize("case", UNTRUSTED)
def test_a_key_is_not_taken_from(case):
    change, sentence = UNTRUSTED[case]
    document = Publisher().did_document()
    change(document)
    with pytest.raises(Refused, match=sentence):
        did.find_key(document, DID, did.key_id(DID, key(Algorithm.EDDSA).public))


def test_a_document_may_shorten_its_keys_to_fragments_and_embed_them():
    public = key(Algorithm.EDDSA).public
    entry = {"id": f"#{public.fragment}", "controller": DID, "type": "Multikey", "publicKeyMultibase": public.multikey()}
    document = {"id": DID, "assertionMethod": [entry]}
    assert did.find_key(document, DID, did.key_id(DID, public)).to_bytes() == public.to_bytes()


def test_a_did_key_is_its_own_document():
    public = key(Algorithm.EDDSA).public
    name = f"did:key:{public.multikey()}"
    assert did.find_key(did.did_key_document(name), name, f"{name}#{public.multikey()}").to_bytes() == public.to_bytes()
    with pytest.raises(Refused):
        did.did_key_document("did:key:zzzz")

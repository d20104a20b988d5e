"""The credential as a signed token."""

from __future__ import annotations

import base64
import hmac
import json

import pytest

from credentials.badges import did, vc_jwt
from credentials.badges.keys import Algorithm
from credentials.badges.refusals import Refused
from tests.credentials.badges.samples import DID, Publisher, badge, key


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unpacked(token):
    return [json.loads(base64.urlsafe_b64decode(p + "==")) for p in token.split(".")[:2]]


def signed(header, payload, algorithm=Algorithm.RS256):
    """A token of whatever content, with a signature that is genuine."""
    text = f"{part(header)}.{part(payload)}"
    return f"{text}.{base64.urlsafe_b64encode(key(algorithm).sign(text.encode())).rstrip(b'=').decode()}"


def verify(token, algorithm=Algorithm.RS256):
    return vc_jwt.verify_vc_jwt(token, lambda kid: key(algorithm).public)


@pytest.mark.parametrize("algorithm", [Algorithm.RS256, Algorithm.ES256])
def test_a_token_carries_the_whole_badge_and_verifies(algorithm):
    kid = did.key_id(DID, key(algorithm).public)
    token = vc_jwt.sign_vc_jwt(badge(name="Comunicación — “cálida” 😀"), key(algorithm), kid, algorithm)
    assert verify(token, algorithm) == badge(name="Comunicación — “cálida” 😀")
    header, payload = unpacked(token)
    assert header == {"alg": algorithm.value, "kid": kid, "typ": "JWT"}
    assert "vc" not in payload
    assert (payload["iss"], payload["sub"], payload["jti"]) == (DID, badge()["credentialSubject"]["id"], badge()["id"])
    assert (payload["nbf"], payload["exp"]) == (1793698200, 1888479000)


def test_a_badge_that_does_not_expire_makes_a_token_that_does_not():
    assert "exp" not in unpacked(Publisher().token(badge(valid_until=None)))[1]


def test_every_character_of_a_token_counts():
    token = Publisher().token(badge())
    header, payload, signature = token.split(".")
    for place in (0, 1, 2):
        parts = [header, payload, signature]
        middle = len(parts[place]) // 2
        parts[place] = parts[place][:middle] + ("A" if parts[place][middle] != "A" else "B") + parts[place][middle + 1 :]
        with pytest.raises(Refused):
            verify(".".join(parts))
    # The last character of base64url may have bits that are not used: a second spelling of the same signature is refused.
    with pytest.raises(Refused):
        verify(token[:-1] + chr(ord(token[-1]) + 1))
    with pytest.raises(Refused, match="signature does not fit"):
        vc_jwt.verify_vc_jwt(token, lambda kid: key(Algorithm.RS256, 2).public)


def test_no_other_algorithm_is_accepted_than_the_two():
    header, payload = unpacked(Publisher().token(badge()))
    for alg in ["none", "None", "", None, "EdDSA", "RS384", "PS256"]:
        with pytest.raises(Refused, match="only RS256 and ES256"):
            verify(f"{part(header | {'alg': alg})}.{part(payload)}.")
    # The public key as the secret of an HMAC: the classic confusion.
    text = f"{part(header | {'alg': 'HS256'})}.{part(payload)}"
    forged = hmac.digest(key(Algorithm.RS256).public.to_bytes(), text.encode(), "sha256")
    with pytest.raises(Refused, match="only RS256 and ES256"):
        verify(f"{text}.{base64.urlsafe_b64encode(forged).rstrip(b'=').decode()}")
    with pytest.raises(Refused, match="not made for"):
        verify(signed(header | {"alg": "ES256"}, payload, Algorithm.ES256))


def test_eddsa_and_documents_with_a_proof_are_not_made_into_tokens():
    with pytest.raises(Refused, match="RS256 or ES256"):
        vc_jwt.sign_vc_jwt(badge(), key(Algorithm.EDDSA), "x")
    with pytest.raises(Refused, match="RS256 or ES256"):
        vc_jwt.sign_vc_jwt(badge(), key(Algorithm.RS256), "x", Algorithm.ES256)
    with pytest.raises(Refused, match="already has a proof"):
        Publisher().token(Publisher().sign(badge()))


@pytest.mark.parametrize(
    ("claim", "value"),
    [("iss", "did:web:other.example"), ("iss", None), ("sub", "urn:x:1"), ("jti", "urn:x:1"), ("nbf", 1), ("exp", 4102444800), ("nbf", True)],
)
def test_a_claim_that_says_otherwise_than_the_badge_is_refused(claim, value):
    header, payload = unpacked(Publisher().token(badge()))
    payload[claim] = value
    with pytest.raises(Refused, match=claim):
        verify(signed(header, payload))


def test_an_expiry_in_the_token_alone_is_refused():
    header, payload = unpacked(Publisher().token(badge(valid_until=None)))
    with pytest.raises(Refused, match="exp"):
        verify(signed(header, payload | {"exp": 1}))


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ({"crit": ["b64"]}, "extension"),
        ({"b64": False}, "extension"),
        ({"typ": "at+jwt"}, "something else than a credential"),
        ({"kid": None}, "which key signed"),
        ({"kid": ["a"]}, "which key signed"),
    ],
)
def test_a_header_that_asks_for_more_is_refused(header, sentence):
    ours, payload = unpacked(Publisher().token(badge()))
    with pytest.raises(Refused, match=sentence):
        verify(signed(ours | header, payload))


@pytest.mark.parametrize("token", ["", "a", "a.b", "a.b.c", "....", "e30.e30.", "é.é.é", "x" * 600_000])
def test_what_is_no_token_is_refused(token):
    with pytest.raises(Refused):
        verify(token)

"""VC-JWT: the credential as the payload of a compact JSON Web Signature.

Source: Open Badges 3.0, section 8.2 (JSON Web Token Proof Format): RS256 is the least a reader has to know, the credential
stands at the top of the payload, and `iss`, `sub`, `jti`, `nbf` and `exp` repeat what it says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from credentials.badges.keys import Algorithm, PrivateKey, PublicKey
from credentials.badges.linked_data import LARGEST_DOCUMENT, read_json
from credentials.badges.multibase import base64url_decode
from credentials.badges.refusals import N_, Refused, shown
from credentials.badges.texts import read_moment

# Never EdDSA: the public validator of 1EdTech refuses it. Never none and never an HMAC: this list is what is allowed.
ALGORITHMS = {Algorithm.RS256: RSAKey, Algorithm.ES256: ECKey}
CLAIMS = ("iss", "sub", "jti", "nbf", "exp", "iat", "aud")


def sign_vc_jwt(document: dict[str, Any], key: PrivateKey, kid: str, alg: Algorithm | None = None) -> str:
    """The compact JWS of `document`, which has to have no `proof` of its own: two files are better than one with both.

    `kid` is the full address of the key in its DID document. `alg` is the key's own and may be named to make sure. Raises
    `Refused` for a key of another kind or for a document without issuer, subject or start.
    """
    if key.algorithm not in ALGORITHMS or (alg is not None and alg is not key.algorithm):
        raise Refused(N_("A VC-JWT is signed with RS256 or ES256, by a key made for it."))
    if "proof" in document:
        raise Refused(N_("The badge already has a proof."))
    header = {"alg": key.algorithm.value, "kid": kid, "typ": "JWT"}
    # The bytes are written here and handed over, so that what is kept is what was signed.
    payload = json.dumps(document | claims(document), ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, _jose(key), algorithms=[key.algorithm.value])


def claims(document: dict[str, Any]) -> dict[str, Any]:
    """The registered claims that a credential's own members imply; seconds since 1970. Raises `Refused`."""
    issuer, subject = document.get("issuer"), document.get("credentialSubject")
    found: dict[str, Any] = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "jti": document.get("id"),
        "nbf": int(read_moment(document.get("validFrom")).timestamp()),
    }
    if "validUntil" in document:
        found["exp"] = int(read_moment(document["validUntil"]).timestamp())
    for name, value in found.items():
        if value is None:
            raise Refused(N_("The badge does not say what the claim “%(name)s” has to repeat."), name=name)
    return found


def verify_vc_jwt(token: str, find_key: Callable[[str], PublicKey]) -> dict[str, Any]:
    """Check the signature and the claims of `token` and return the credential, without its claims.

    `find_key` gives the key that a `kid` names, and answers for it being a key of the issuer. Raises `Refused` for a wrong
    signature, for an algorithm that is not allowed (`none` above all) and for claims that say otherwise than the credential.
    """
    header, payload = read_unverified(token)
    kid = header.get("kid")
    if not isinstance(kid, str):
        raise Refused(N_("The token does not say which key signed it."))
    key = find_key(kid)
    # The key says which algorithm it is for; the header may only agree.
    if header["alg"] != key.algorithm.value:
        raise Refused(N_("The token names an algorithm that its key is not made for."))
    try:
        jws.deserialize_compact(token, _jose(key), algorithms=[key.algorithm.value])
    except JoseError:
        raise Refused(N_("The signature does not fit: the badge was changed, or another key signed it.")) from None
    document = {name: value for name, value in payload.items() if name not in CLAIMS}
    expected = claims(document)
    for name in CLAIMS:
        # What a claim and its member say has to agree, or one reader would see another badge than the next.
        if name in payload and name in expected | {"exp": None} and not _agree(payload[name], expected.get(name)):
            raise Refused(N_("The claim “%(name)s” says something else than the badge."), name=name)
    if payload.get("iss") != expected["iss"]:
        raise Refused(N_("The claim “%(name)s” says something else than the badge."), name="iss")
    return document


def read_unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a compact JWS, strictly read; nothing is verified. Raises `Refused`."""
    if len(token) > 2 * LARGEST_DOCUMENT:
        raise Refused(N_("The badge is larger than %(limit)d KiB."), limit=LARGEST_DOCUMENT // 1024)
    parts = token.split(".")
    if len(parts) != 3:
        raise Refused(N_("This is not a compact JSON Web Signature."))
    header, payload = (read_json(base64url_decode(part)) for part in parts[:2])
    if header.get("alg") not in [algorithm.value for algorithm in ALGORITHMS]:
        raise Refused(
            N_("The token is signed with “%(alg)s”; only RS256 and ES256 are accepted."), alg=shown(header.get("alg"), 20)
        )
    if "crit" in header or "b64" in header:
        raise Refused(N_("The token asks for an extension of JSON Web Signature that is not known here."))
    if str(header.get("typ", "JWT")).lower() not in ("jwt", "vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt"):
        raise Refused(N_("The token says that it is something else than a credential."))
    return header, payload


def _agree(claim: Any, member: Any) -> bool:
    if isinstance(member, int) and isinstance(claim, (int, float)) and not isinstance(claim, bool):
        return int(claim) == member
    return bool(claim == member)


def _jose(key: PrivateKey | PublicKey) -> Any:
    if key.algorithm not in ALGORITHMS:
        raise Refused(N_("A VC-JWT is signed with RS256 or ES256, by a key made for it."))
    if isinstance(key, PublicKey):
        return ALGORITHMS[key.algorithm].import_key(key.key)  # type: ignore[attr-defined]
    return ALGORITHMS[key.algorithm].import_key(key.key)  # type: ignore[attr-defined]

"""Badges for judges that have a clock of their own: good ones, and one for everything that may be wrong."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from credentials.badges import did, proofs, status, vc_jwt
from credentials.badges.keys import Algorithm
from credentials.badges.verify import Known, verify
from tests.credentials.badges.samples import DID, LIST_URL, PLACE, Publisher, badge, key

# The other verifiers ask the machine what time it is, so these badges are dated from today on.
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)


@dataclass
class Trial:
    """One badge, as a dictionary or as a token, what its issuer publishes, and the check of ours that has to refuse it."""

    name: str
    badge: dict[str, Any] | str
    fails: str | None = None
    revoked: bool = False

    @property
    def status_list(self) -> dict[str, Any]:
        encoded = status.StatusList(revoked=[PLACE] if self.revoked else []).encode()
        return Publisher().sign(status.status_list_credential(LIST_URL, DID, encoded, TODAY - DAY, TODAY + 30 * DAY))

    def documents(self) -> dict[str, Any]:
        """What is published, by address."""
        return {did.did_document_url(DID): Publisher().did_document(), LIST_URL: self.status_list}

    def our_answer(self) -> str | None:
        """The first check of ours that does not say yes."""
        known = Known({DID: Publisher().did_document()}, {LIST_URL: self.status_list})
        return next((check.name for check in verify(self.badge, known, now=datetime.now(UTC)) if check.ok is not True), None)


def dated(**changes: Any) -> dict[str, Any]:
    return badge(**{"valid_from": TODAY - DAY, "valid_until": TODAY + 365 * DAY} | changes)


def changed(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return json.loads(json.dumps(document)) | changes


def trials() -> list[Trial]:
    """Everything on trial, Data Integrity and VC-JWT."""
    ours = Publisher()
    signed, token = ours.sign(dated()), ours.token(dated())
    texts = {"name": "«Ñandú» \x08\x0c\x7f 👩🏽‍🏫 ﬁ \u0085", "description": 'Line\n"two"\\ \t three \x0b\x1f', "tags": ("😀", "ｆ", "ﬁ", "\ue000x", "z")}
    flipped = signed["proof"]["proofValue"]
    flipped = flipped[:20] + ("2" if flipped[20] != "2" else "3") + flipped[21:]
    thief = proofs.sign_eddsa_rdfc_2022(dated(), key(Algorithm.EDDSA, 2), did.key_id(DID, key(Algorithm.EDDSA).public), TODAY)
    stranger = Publisher(did="did:web:other.example", ed25519=key(Algorithm.EDDSA, 2), jose=key(Algorithm.RS256, 2))
    undefined = proofs.hash_data(dated(), options := {k: v for k, v in signed["proof"].items() if k != "proofValue"})
    expired = dated(valid_from=TODAY - 9 * DAY, valid_until=TODAY - DAY)
    hidden = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": expired["validUntil"]}
    respelled = changed(ours.sign(expired), **{"https://www.w3.org/2018/credentials#validUntil": hidden})
    respelled.pop("validUntil")
    header, payload, signature = token.split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": did.key_id(DID, ours.jose.public)}).encode()).rstrip(b"=").decode()
    es256 = Publisher(jose=key(Algorithm.ES256))
    letter = "A" if payload[len(payload) // 2] != "A" else "B"
    return [
        Trial("good", signed),
        Trial("good with every awkward character", ours.sign(dated(**texts))),
        Trial("good with little in it", ours.sign(dated(results=(), evidence=(), alignments=(), tags=(), image_url=None, valid_until=None))),
        Trial("flipped byte in the text", changed(signed, name="Growth Mindset Feedbacc"), "proof"),
        Trial("flipped byte in the signature", changed(signed, proof=signed["proof"] | {"proofValue": flipped}), "proof"),
        Trial("wrong key", thief, "proof"),
        Trial("wrong issuer", stranger.sign(dated()), "issuer"),
        Trial("revoked", signed, "status", revoked=True),
        Trial("expired", ours.sign(expired), "window"),
        Trial("not yet valid", ours.sign(dated(valid_from=TODAY + 2 * DAY)), "window"),
        Trial("respelled expiry", respelled, "context"),
        Trial(
            "undefined term",
            dated() | {"favouriteColour": "green", "proof": options | {"proofValue": proofs.multibase58(ours.ed25519.sign(undefined))}},
            "context",
        ),
        Trial("token", token),
        Trial("token with every awkward character", ours.token(dated(**texts))),
        Trial("token with a flipped byte", f"{header}.{payload[: len(payload) // 2]}{letter}{payload[len(payload) // 2 + 1 :]}.{signature}", "parse"),
        Trial("token by the wrong key", vc_jwt.sign_vc_jwt(dated(), key(Algorithm.RS256, 2), did.key_id(DID, ours.jose.public)), "proof"),
        Trial("token of the wrong issuer", stranger.token(dated()), "issuer"),
        Trial("token by a key that is not published", es256.token(dated()), "issuer"),
        Trial("expired token", ours.token(expired), "window"),
        Trial("token that is not yet valid", ours.token(dated(valid_from=TODAY + 2 * DAY)), "window"),
        Trial("token without a signature", f"{none}.{payload}.", "parse"),
    ]



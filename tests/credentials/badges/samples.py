"""An invented issuer with keys, a published DID document and a status list, and the badge of an invented teacher."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from credentials.badges import did, facts, proofs, status, vc_jwt
from credentials.badges.document import achievement_credential
from credentials.badges.keys import Algorithm, PrivateKey, PublicKey, generate
from credentials.badges.verify import Known

SITE = "https://badges.laurel.example"
DID = "did:web:badges.laurel.example"
NOW = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
LIST_URL = f"{SITE}/badges/status/1"
PLACE = 70_717


@functools.cache
def key(algorithm: Algorithm, number: int = 1) -> PrivateKey:
    """One key a kind and number for the whole run: making an RSA key takes longer than most tests."""
    return generate(algorithm)


@dataclass
class Publisher:
    """The issuer: what it signs with and what it publishes. `revoked` holds places of the status list."""

    did: str = DID
    ed25519: PrivateKey = field(default_factory=lambda: key(Algorithm.EDDSA))
    jose: PrivateKey = field(default_factory=lambda: key(Algorithm.RS256))
    former: tuple[PublicKey, ...] = ()
    revoked: set[int] = field(default_factory=set)

    def sign(self, document: dict[str, Any]) -> dict[str, Any]:
        return proofs.sign_eddsa_rdfc_2022(document, self.ed25519, did.key_id(self.did, self.ed25519.public), NOW)

    def token(self, document: dict[str, Any]) -> str:
        return vc_jwt.sign_vc_jwt(document, self.jose, did.key_id(self.did, self.jose.public))

    def did_document(self) -> dict[str, Any]:
        return did.did_document(self.did, [self.ed25519.public, self.jose.public, *self.former], also_known_as=[f"{SITE}/"])

    def unsigned_list(self) -> dict[str, Any]:
        encoded = status.StatusList(revoked=self.revoked).encode()
        return status.status_list_credential(LIST_URL, self.did, encoded, NOW - timedelta(days=1), NOW + timedelta(days=30))

    def published(self) -> Known:
        return Known({self.did: self.did_document()}, {LIST_URL: self.sign(self.unsigned_list())})


def badge_facts(**changes: Any) -> facts.BadgeFacts:
    """A badge with everything in it; `changes` replace members of the facts, those of the achievement by their own name."""
    levels = (
        facts.Level("Not yet", "Feedback praises or corrects."),
        facts.Level("Meets", "Feedback names one next step.", "2"),
        facts.Level("Exceeds", "Pupils name the next step themselves.", "3"),
    )
    achievement = facts.Achievement(
        id=f"{SITE}/achievements/growth-mindset/1",
        name="Growth Mindset Feedback",
        description="Gives feedback that makes pupils choose a harder next step.",
        criteria_narrative="Three cycles of feedback with pupil work, and a reflection:\n\n* plan\n* work\n* reflection",
        criteria_url=f"{SITE}/achievements/growth-mindset",
        image_url=f"{SITE}/achievements/growth-mindset/1.png",
        image_caption="A laurel wreath around the words Growth Mindset Feedback",
        tags=("mindset", "feedback"),
        alignments=(facts.Alignment("Assesses learning", "https://standards.example/tpe/5", "TPE 5", "Teaching Expectations (demo)"),),
        language="en",
        version="1",
        credit_hours=Decimal("15"),
    )
    ours = {name: changes.pop(name) for name in list(changes) if name in facts.Achievement.__dataclass_fields__ and name not in ("id", "credit_hours")}
    whole = facts.BadgeFacts(
        id=f"{SITE}/badges/0b6e3d1e-6d2c-4c8e-9a43-51b5a3c2f1aa",
        issuer=facts.Issuer(DID, "Laurel Valley Unified (demo)", f"{SITE}/", f"{SITE}/logo.png"),
        achievement=replace(achievement, **ours),
        recipient=facts.hash_email("ana.ruiz@laurel.example", "a salt"),
        subject_id="urn:uuid:4d1b5e5c-1f04-4f67-9d2c-7e8a4a3f2b11",
        valid_from=NOW - timedelta(days=2),
        valid_until=NOW + timedelta(days=3 * 365),
        status=facts.StatusEntry(LIST_URL, PLACE),
        results=(
            facts.CriterionResult("Feedback names the next step", levels, "Meets", "Meets"),
            facts.CriterionResult("Pupils act on it", levels, "Exceeds", "Meets"),
        ),
        evidence=(
            facts.Evidence("Lesson plan", facts.Visibility.PUBLIC, f"{SITE}/evidence/1", "A week of maths", "Lesson plan"),
            facts.Evidence("Pupil work", facts.Visibility.DISTRICT, f"{SITE}/evidence/2", "With first names in it", "Pupil work"),
            facts.Evidence("Video of a lesson", facts.Visibility.REVIEWERS, f"{SITE}/evidence/3"),
            facts.Evidence("Diary", facts.Visibility.PRIVATE, f"{SITE}/evidence/4"),
        ),
        credit_hours=Decimal("15"),
        narrative="Each piece shows one cycle.",
    )
    return replace(whole, **changes)


def badge(**changes: Any) -> dict[str, Any]:
    """The unsigned credential of `badge_facts`."""
    return achievement_credential(badge_facts(**changes))

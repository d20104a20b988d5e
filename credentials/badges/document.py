"""Open Badges 3.0: the credential that says what `BadgeFacts` says, not yet signed.

Source: Open Badges 3.0 (1EdTech), section B, on Verifiable Credentials Data Model 2.0. The shape follows 1EdTech's JSON
schema where the texts leave a choice, and what wallets were seen to need where both do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from credentials.badges.contexts import OB3, OB3_EXTENSIONS, VC2
from credentials.badges.facts import Achievement, BadgeFacts, CriterionResult, Evidence, Issuer, StatusEntry, Visibility
from credentials.badges.texts import clean_line, clean_tag, clean_text, iri, iso

SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

# The vocabulary AchievementType (OB 3.0, section B.7.1). Anything else has to begin with ext:.
ACHIEVEMENT_TYPES = frozenset(
    {
        "Achievement", "ApprenticeshipCertificate", "Assessment", "Assignment", "AssociateDegree", "Award", "Badge",
        "BachelorDegree", "Certificate", "CertificateOfCompletion", "Certification", "CommunityService", "Competency",
        "Course", "CoCurricular", "Degree", "Diploma", "DoctoralDegree", "Fieldwork", "GeneralEducationDevelopment",
        "JourneymanCertificate", "LearningProgram", "License", "Membership", "ProfessionalDoctorate",
        "QualityAssuranceCredential", "MasterCertificate", "MasterDegree", "MicroCredential", "ResearchDoctorate",
        "SecondarySchoolDiploma",
    }
)  # fmt: skip
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?\Z")


def achievement_credential(facts: BadgeFacts) -> dict[str, Any]:
    """The credential of one award, ready for `proofs.sign_eddsa_rdfc_2022` or `vc_jwt.sign_vc_jwt`.

    Raises ValueError (`Refused` for an address that is none) if the facts cannot be said in Open Badges 3.0.
    """
    valid_from = iso(facts.valid_from)
    valid_until = {} if facts.valid_until is None else {"validUntil": iso(facts.valid_until)}
    if valid_until and valid_until["validUntil"] <= valid_from:
        raise ValueError("A badge has to be valid for some time.")
    return {
        "@context": [VC2, OB3, OB3_EXTENSIONS],
        "id": iri(facts.id),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": _required(facts.achievement.name),
        "description": clean_text(facts.achievement.description),
        "issuer": profile(facts.issuer),
        "validFrom": valid_from,
        **valid_until,
        "awardedDate": valid_from,
        "credentialSubject": _subject(facts),
        **_listed("evidence", _evidence(facts.evidence)),
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": status_entry(facts.status),
    }


def status_entry(status: StatusEntry) -> dict[str, str]:
    """One object and not an array, which the official schema refuses; the index is a decimal string."""
    if status.index < 0:
        raise ValueError("A place in a status list is counted from 0.")
    address = iri(status.list_url)
    return {
        "id": f"{address}#{status.index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(status.index),
        "statusListCredential": address,
    }


def profile(issuer: Issuer) -> dict[str, Any]:
    """The issuer as a `Profile`, in a credential and at the issuer's own address."""
    return {
        "id": iri(issuer.id),
        "type": ["Profile"],
        "name": _required(issuer.name),
        **_text("description", issuer.description),
        **_address("url", issuer.url),
        **_text("email", issuer.email),
        **_image(issuer.image_url),
    }


def _subject(facts: BadgeFacts) -> dict[str, Any]:
    return {
        "id": iri(facts.subject_id),
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": facts.recipient.identity_hash,
                "identityType": "emailAddress",
                "salt": facts.recipient.salt,
            }
        ],
        **_hours("creditsEarned", facts.credit_hours),
        **_text("narrative", facts.narrative),
        "achievement": achievement(facts.achievement, facts.results, facts.issuer.image_url),
        **_listed("result", [_result(facts.achievement, n, r) for n, r in enumerate(facts.results, 1) if r.achieved is not None]),
    }


def achievement(achievement: Achievement, rubric: Sequence[CriterionResult], issuer_image: str | None = None) -> dict[str, Any]:
    """What can be earned, with its rubric: the same for every holder, in a credential and at the achievement's own address.

    Of `rubric` only the criteria and their levels are told. Raises ValueError as `achievement_credential` does.
    """
    if achievement.kind not in ACHIEVEMENT_TYPES and not achievement.kind.startswith("ext:"):
        raise ValueError(f"{achievement.kind!r} is not an achievement type of Open Badges 3.0.")
    if achievement.language is not None and not _LANGUAGE.match(achievement.language):
        raise ValueError(f"{achievement.language!r} is not a language such as en or es-US.")
    # The same picture with a caption here and without one at the issuer would be one node with two descriptions.
    caption = None if achievement.image_url == issuer_image else achievement.image_caption
    return {
        "id": iri(achievement.id),
        "type": ["Achievement"],
        "achievementType": achievement.kind,
        "name": _required(achievement.name),
        "description": clean_text(achievement.description),
        "criteria": {
            **_address("id", achievement.criteria_url),
            "narrative": clean_text(achievement.criteria_narrative),
        },
        **_image(achievement.image_url, caption),
        **_listed("tag", dict.fromkeys(filter(None, map(clean_tag, achievement.tags)))),
        **_listed("alignment", _alignments(achievement)),
        **({} if achievement.language is None else {"inLanguage": achievement.language}),
        **_text("version", achievement.version),
        **_hours("creditsAvailable", achievement.credit_hours),
        **_listed("resultDescription", [_result_description(achievement, n, r) for n, r in enumerate(rubric, 1)]),
    }


def _alignments(achievement: Achievement) -> list[dict[str, Any]]:
    return [
        {
            "type": ["Alignment"],
            "targetName": _required(alignment.name),
            "targetUrl": iri(alignment.url),
            **_text("targetCode", alignment.code),
            **_text("targetFramework", alignment.framework),
            **_text("targetDescription", alignment.description),
        }
        for alignment in dict.fromkeys(achievement.alignments)
    ]


def _criterion_id(achievement: Achievement, number: int) -> str:
    return f"{iri(achievement.id)}#criterion-{number}"


def _level_id(achievement: Achievement, number: int, result: CriterionResult, label: str) -> str:
    place = [level.label for level in result.levels].index(label) + 1
    return f"{_criterion_id(achievement, number)}-level-{place}"


def _result_description(achievement: Achievement, number: int, result: CriterionResult) -> dict[str, Any]:
    required = {}
    if result.required is not None:
        required = {"requiredLevel": _level_id(achievement, number, result, result.required)}
    return {
        "id": _criterion_id(achievement, number),
        "type": ["ResultDescription"],
        "name": _required(result.name),
        "resultType": "RubricCriterionLevel",
        **required,
        "rubricCriterionLevel": [
            {
                "id": _level_id(achievement, number, result, level.label),
                "type": ["RubricCriterionLevel"],
                "name": _required(level.label),
                "level": str(place),
                **_text("description", level.descriptor),
                **_text("points", level.points),
            }
            for place, level in enumerate(result.levels, 1)
        ],
    }


def _result(achievement: Achievement, number: int, result: CriterionResult) -> dict[str, Any]:
    assert result.achieved is not None
    return {
        "type": ["Result"],
        "resultDescription": _criterion_id(achievement, number),
        "achievedLevel": _level_id(achievement, number, result, result.achieved),
        "status": "Completed",
    }


def _evidence(items: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Public work with its address; work kept in the district by name only; the rest is not mentioned at all."""
    shown: list[dict[str, Any]] = []
    addresses: set[str] = set()
    for item in items:
        if item.visibility not in (Visibility.PUBLIC, Visibility.DISTRICT):
            continue
        address = iri(item.url) if item.url and item.visibility is Visibility.PUBLIC else None
        # Two items at one address would be one node with two names.
        named = {} if address is None or address in addresses else {"id": address}
        addresses.update(named.values())
        shown.append(
            {
                **named,
                "type": ["Evidence"],
                "name": _required(item.name),
                **_text("description", item.description if item.visibility is Visibility.PUBLIC else None),
                **_text("genre", item.genre),
                "audience": "Public" if item.visibility is Visibility.PUBLIC else "District",
            }
        )
    return shown


def _required(text: str) -> str:
    line = clean_line(text)
    if not line:
        raise ValueError("A name in a badge may not be empty.")
    return line


def _text(name: str, text: str | None) -> dict[str, str]:
    cleaned = clean_text(text or "")
    return {name: cleaned} if cleaned else {}


def _address(name: str, address: str | None) -> dict[str, str]:
    return {name: iri(address)} if address else {}


def _image(address: str | None, caption: str | None = None) -> dict[str, Any]:
    return {"image": {"id": iri(address), "type": "Image", **_text("caption", caption)}} if address else {}


def _listed(name: str, values: Iterable[Any]) -> dict[str, list[Any]]:
    listed = list(values)
    return {name: listed} if listed else {}


def _hours(name: str, hours: Decimal | None) -> dict[str, int | float]:
    """Hours as a JSON number; a whole number as an integer, because 3.0 and 3 are signed differently."""
    if hours is None:
        return {}
    if not hours.is_finite() or hours < 0:
        raise ValueError("Credit hours are a number from 0.")
    return {name: int(hours) if hours == hours.to_integral_value() else float(hours)}

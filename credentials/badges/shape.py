"""The shape of an Open Badges 3.0 credential: which members it needs and what stands in them.

Our own reading of Open Badges 3.0, appendix B, in the tolerant form: one value may stand for a list of one. 1EdTech's own
JSON schema is not shipped here; the tests compare the two where it can be had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from credentials.badges.linked_data import is_iri
from credentials.badges.refusals import N_, Refused
from credentials.badges.texts import read_moment

Rule = Callable[[Any, str], None]

_BADGE_TYPES = ("OpenBadgeCredential", "AchievementCredential")


def check_shape(credential: dict[str, Any]) -> None:
    """Raises `Refused` with the first member that is missing or is not what the specification asks for."""
    _has_type(credential, "VerifiableCredential", "")
    if not any(name in _types(credential) for name in _BADGE_TYPES):
        raise Refused(N_("The credential is not an Open Badge: its type is neither OpenBadgeCredential nor AchievementCredential."))
    _CREDENTIAL(credential, "")
    subject = credential["credentialSubject"]
    if "id" not in subject and not subject.get("identifier"):
        raise Refused(N_("The badge does not say who it was awarded to."))
    criteria = subject["achievement"]["criteria"]
    if not criteria.get("id") and not criteria.get("narrative"):
        raise Refused(N_("The badge does not say what had to be done for it."))
    entry = credential.get("credentialStatus")
    if isinstance(entry, dict) and "id" in entry and entry["id"] == entry.get("statusListCredential"):
        raise Refused(N_("The status entry has the same address as the list it points to."))


def text(value: Any, path: str) -> None:
    if isinstance(value, dict) and isinstance(value.get("@value"), str):
        return
    if not isinstance(value, str) or not value.strip():
        raise Refused(N_("“%(path)s” has to be a text."), path=path)


def address(value: Any, path: str) -> None:
    if not is_iri(value):
        raise Refused(N_("“%(path)s” has to be a full address."), path=path)


def moment(value: Any, path: str) -> None:
    try:
        read_moment(value)
    except Refused:
        raise Refused(N_("“%(path)s” has to be a date and time with a time zone."), path=path) from None


def number(value: Any, path: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Refused(N_("“%(path)s” has to be a number."), path=path)


def boolean(value: Any, path: str) -> None:
    if not isinstance(value, bool):
        raise Refused(N_("“%(path)s” has to be true or false."), path=path)


def some(rule: Rule) -> Rule:
    """One value or a list of values."""

    def check(value: Any, path: str) -> None:
        for place, item in enumerate(value if isinstance(value, list) else [value]):
            rule(item, f"{path}[{place}]" if isinstance(value, list) else path)

    return check


def either(one: Rule, other: Rule) -> Rule:
    def check(value: Any, path: str) -> None:
        (other if isinstance(value, dict) else one)(value, path)

    return check


def thing(kind: str | None, needed: Mapping[str, Rule], allowed: Mapping[str, Rule] | None = None) -> Rule:
    """An object of the type `kind` with the members `needed`, and `allowed` ones of the right kind; others may follow."""

    def check(value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise Refused(N_("“%(path)s” has to be an object with members."), path=path)
        if kind is not None:
            _has_type(value, kind, path)
        prefix = f"{path}." if path else ""
        for name in needed:
            if name not in value:
                raise Refused(N_("“%(path)s” is missing."), path=prefix + name)
        for name, rule in ({**needed, **(allowed or {})}).items():
            if name in value:
                rule(value[name], prefix + name)

    return check


def _types(value: dict[str, Any]) -> list[Any]:
    types = value.get("type", [])
    return types if isinstance(types, list) else [types]


def _has_type(value: dict[str, Any], kind: str, path: str) -> None:
    if kind not in _types(value):
        raise Refused(N_("“%(path)s” has to have the type %(kind)s."), path=path or "type", kind=kind)


_IMAGE = thing("Image", {"id": address}, {"caption": text})
_PROFILE = thing("Profile", {"id": address}, {"name": text, "url": address, "description": text, "image": _IMAGE})
_ALIGNMENT = thing(
    "Alignment",
    {"targetName": text, "targetUrl": address},
    {"targetCode": text, "targetFramework": text, "targetDescription": text, "targetType": text},
)
_LEVEL = thing("RubricCriterionLevel", {"id": address, "name": text}, {"level": text, "description": text, "points": text})
_RESULT_DESCRIPTION = thing(
    "ResultDescription",
    {"id": address, "name": text, "resultType": text},
    {"requiredLevel": address, "rubricCriterionLevel": some(_LEVEL), "alignment": some(_ALIGNMENT)},
)
_ACHIEVEMENT = thing(
    "Achievement",
    {"id": address, "name": text, "description": text, "criteria": thing(None, {}, {"id": address, "narrative": text})},
    {
        "achievementType": text,
        "image": _IMAGE,
        "tag": some(text),
        "alignment": some(_ALIGNMENT),
        "creator": _PROFILE,
        "creditsAvailable": number,
        "resultDescription": some(_RESULT_DESCRIPTION),
        "inLanguage": text,
        "version": text,
    },
)
_IDENTITY = thing("IdentityObject", {"hashed": boolean, "identityHash": text, "identityType": text}, {"salt": text})
_RESULT = thing("Result", {}, {"resultDescription": address, "achievedLevel": address, "status": text, "value": text})
_SUBJECT = thing(
    "AchievementSubject",
    {"achievement": _ACHIEVEMENT},
    {
        "id": address,
        "identifier": some(_IDENTITY),
        "creditsEarned": number,
        "result": some(_RESULT),
        "narrative": text,
        "source": _PROFILE,
    },
)
_EVIDENCE = thing("Evidence", {}, {"id": address, "name": text, "narrative": text, "description": text, "genre": text})
_CREDENTIAL = thing(
    None,
    {"id": address, "issuer": either(address, _PROFILE), "validFrom": moment, "credentialSubject": _SUBJECT},
    {
        "name": text,
        "description": text,
        "validUntil": moment,
        "awardedDate": moment,
        "image": _IMAGE,
        "evidence": some(_EVIDENCE),
        "credentialSchema": some(thing(None, {"id": address, "type": some(text)})),
        "credentialStatus": thing(None, {"type": some(text)}, {"id": address}),
    },
)

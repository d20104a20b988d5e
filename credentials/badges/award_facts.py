"""From rows to plain values: what an award, a micro-credential's version and the district say in Open Badges.

The words are in the installation's language, whoever asks first: a badge is signed once.
"""

from __future__ import annotations

from decimal import Decimal

from flask import current_app
from flask_babel import force_locale

from core.web import address
from credentials.badges.did import did_web
from credentials.badges.facts import Achievement, Alignment, BadgeFacts, CriterionResult, Evidence, Issuer, Level, StatusEntry, Visibility, hash_email
from credentials.badges.models import Award
from credentials.catalogue import labels, presentation
from credentials.catalogue.content_model import Content, PassRuleKind
from credentials.catalogue.models import CredentialVersion
from people.models import District


def issuer_did() -> str:
    """The issuer's name: ``did:web`` of the public address in the settings. Badges carry it for ever."""
    return did_web(current_app.config["LAUREL"].base_url)


def issuer_of(district: District | None, otherwise: str = "Laurel") -> Issuer:
    """Who vouches: the district, or ``otherwise`` while it has no row of its own."""
    name = district.name if district is not None and district.name.strip() else otherwise
    url = (district.url if district is not None else "") or current_app.config["LAUREL"].base_url
    return Issuer(issuer_did(), name, url, email=(district.email if district is not None else "") or None)


def achievement_of(version: CredentialVersion) -> Achievement:
    """What can be earned with this version."""
    content, here = version.parsed(), {"slug": version.micro_credential.slug, "number": version.number}
    page = address("badges.achievement", **here)
    with force_locale(current_app.config["LAUREL"].default_locale):
        topics = tuple(labels.topic(topic) for topic in content.topics)
        narrative = _criteria_narrative(content)
    return Achievement(
        id=page,
        name=content.title,
        description=content.competency,
        criteria_narrative=narrative,
        # Not the page itself: in RDF the achievement and its criteria would become one thing.
        criteria_url=f"{page}#criteria",
        image_url=address("badges.achievement_png", **here),
        tags=topics,
        alignments=tuple(Alignment(standard.title, standard.url, standard.code, standard.framework) for standard in content.standards if standard.url),
        version=str(version.number),
        credit_hours=Decimal(str(content.credit.hours)) if content.credit.hours else None,
    )


def rubric_of(content: Content, results: dict[str, dict[str, object]] | None = None) -> tuple[CriterionResult, ...]:
    """The rubric, levels from lowest to highest, with what was reached in ``results`` (as they stand on the award).

    A criterion that was not met (one of several of which some are enough) is told with its levels only: the award does not rest
    upon it.
    """
    least = next(level.label for level in reversed(content.levels) if level.passes)
    core = set(content.pass_rule.core)
    every = content.pass_rule.kind is PassRuleKind.EVERY_CRITERION
    told = []
    for criterion in content.criteria():
        levels = tuple(Level(level.label, criterion.descriptor(level.key)) for level in reversed(content.levels))
        result = (results or {}).get(criterion.key) or {}
        achieved = content.level(str(result["level"])).label if result.get("met") and result.get("level") else None
        told.append(CriterionResult(criterion.name, levels, achieved, least if every or criterion.key in core else None))
    return tuple(told)


def facts_of(award: Award, district: District | None) -> BadgeFacts:
    """All that the badge of this award says."""
    version = award.credential_version
    content = version.parsed()
    return BadgeFacts(
        id=address("badges.show", uuid=award.uuid),
        issuer=issuer_of(district, award.micro_credential.issuer),
        achievement=achievement_of(version),
        recipient=hash_email(award.recipient_email, award.salt),
        subject_id=award.subject_uuid.urn,
        valid_from=award.issued_at,
        valid_until=award.valid_until,
        status=StatusEntry(address("badges.status", number=award.status_list_id), award.status_index),
        results=rubric_of(content, award.results),
        evidence=_evidence(award, content),
    )


def _criteria_narrative(content: Content) -> str:
    """The rule and, of each criterion, the least that meets it, in Markdown."""
    least = next(level for level in reversed(content.levels) if level.passes)
    lines = [f"- **{criterion.name}**: {criterion.descriptor(least.key)}" for criterion in content.criteria()]
    return "\n".join([content.key_method, "", presentation.pass_rule(content), "", *lines])


def _evidence(award: Award, content: Content) -> tuple[Evidence, ...]:
    """Files that their author lets the district or everybody know of, by the neutral name reviewers saw. There is no public address
    of a file, so none is given."""
    parts = {item.key: part.title for part in content.parts for item in part.items}
    return tuple(Evidence(file.neutral_name, Visibility(file.visibility), genre=parts.get(file.item_key)) for file in award.submission_version.files)

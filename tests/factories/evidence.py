"""Submissions, as far along as a test wants them, by the verbs themselves and without a browser."""

from __future__ import annotations

import hashlib
from typing import Any

from core import clock, storage
from core.db import db
from credentials.catalogue.content_model import ItemKind
from credentials.catalogue.models import MicroCredential
from credentials.evidence import services
from credentials.evidence.completeness import closed_items
from credentials.evidence.models import EvidenceFile, SubmissionVersion
from credentials.evidence.rules import State, Students
from people.models import Person
from people.rules import Role
from tests.factories.catalogue import micro_credential
from tests.factories.people import person
from tests.factories.people import teacher as a_teacher

#: A whole PDF of one empty page, small enough to write here.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000054 00000 n \n"
    b"0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n169\n%%EOF\n"
)


def evidence_file(version: SubmissionVersion, item_key: str, data: bytes = PDF, **given: Any) -> EvidenceFile:
    """A clean file that is there already, as if it had been uploaded; the questions about students are answered."""
    blob = storage.put(data, given.pop("media_type", "application/pdf"))
    storage.claim(blob)
    number = sum(row.item_key == item_key for row in version.files) + 1
    facts: dict[str, Any] = {
        "item_key": item_key,
        "blob": blob,
        "own_name": f"my own name {number}.pdf",
        "neutral_name": f"{item_key}-{number}.pdf",
        "kind": "pdf",
        "stripped": ["author"],
        "original_sha256": hashlib.sha256(data).hexdigest(),
        "students": Students.NONE.facts(),
        "uploaded_at": clock.now(),
    }
    row = EvidenceFile(**facts | given)
    version.files.append(row)
    db.session.flush()
    return row


def draft_version(teacher: Person | None = None, credential: MicroCredential | None = None) -> SubmissionVersion:
    """A draft with nothing in it yet."""
    return services.start(teacher or a_teacher(), credential or micro_credential()).latest


def complete(version: SubmissionVersion) -> SubmissionVersion:
    """Fill whatever a draft still asks for, so that it could be handed in."""
    author, content = version.person, version.credential_version.parsed()
    revisions = {row.item_key: row for row in version.responses}
    for item in content.items():
        if item.key in closed_items(content, version.carried):
            continue
        if item.kind is ItemKind.TEXT:
            words = min(max(item.min_words or 0, 8), item.max_words or 10_000)
            known = revisions.get(item.key)
            services.save_text(author, version, item.key, " ".join(["word"] * (words - 1) + [f"v{version.number}."]), known.revision if known else 0)
        elif item.kind is ItemKind.LINK:
            known = revisions.get(item.key)
            services.save_text(author, version, item.key, f"https://videos.laurel.example/{item.key}", known.revision if known else 0)
        elif not any(row.item_key == item.key for row in version.files):
            evidence_file(version, item.key)
    services.save_answers(
        author,
        version,
        indicators={indicator.key: True for item in content.items() for indicator in item.completion_indicators},
        change_note="Rewritten after the feedback." if version.number > 1 else None,
    )
    return services.sign_statement(author, version)


def submitted_version(teacher: Person | None = None, credential: MicroCredential | None = None) -> SubmissionVersion:
    """A complete version that was handed in; nobody was asked to review it yet."""
    version = complete(draft_version(teacher, credential))
    return services.submit(version.person, version)


def results(version: SubmissionVersion, unmet: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    """Results as a decision writes them: every criterion met but those in ``unmet``."""
    content = version.credential_version.parsed()
    top, bottom = content.levels[0].key, content.levels[-1].key
    return {
        c.key: {"met": c.key not in unmet, "level": bottom if c.key in unmet else top, "carried": c.key in version.carried, "split": False}
        for c in content.criteria()
    }


def decided_version(version: SubmissionVersion | None = None, unmet: tuple[str, ...] = ()) -> SubmissionVersion:
    """A version whose decision is drafted and waits for its release: "not yet" where criteria are named as unmet."""
    version = version or submitted_version()
    services.begin_review(version)
    return services.draft_decision(version, results(version, unmet), State.NOT_YET if unmet else State.DEMONSTRATED)


def released_version(version: SubmissionVersion | None = None, unmet: tuple[str, ...] = (), office: Person | None = None) -> SubmissionVersion:
    """A version whose decision the office released."""
    version = decided_version(version, unmet)
    return services.release(office or person(Role.COORDINATOR), version, "")

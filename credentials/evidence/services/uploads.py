"""Taking a file in as evidence."""

from __future__ import annotations

import importlib
import posixpath
import re
from typing import TYPE_CHECKING, BinaryIO

import structlog
from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from core import audit, clock, storage
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.catalogue.content_model import Item, ItemKind
from credentials.evidence import queries
from credentials.evidence.completeness import max_files
from credentials.evidence.files.formats import Group
from credentials.evidence.files.refusals import Unusable
from credentials.evidence.identity import Identity, telling_words
from credentials.evidence.models import EvidenceFile, SubmissionVersion
from credentials.evidence.services.guards import hold_draft, open_item
from credentials.evidence.wording import unusable_file
from people.models import Person

if TYPE_CHECKING:
    from credentials.evidence.files.intake import Taken

log = structlog.get_logger()

#: Which families of formats an item takes, by its kind.
WANTED = {
    ItemKind.FILE: frozenset(Group),
    ItemKind.VIDEO: frozenset({Group.VIDEO}),
    ItemKind.AUDIO: frozenset({Group.AUDIO}),
}


def add_file(actor: Person, version: SubmissionVersion, item_key: str, name: str, source: BinaryIO) -> EvidenceFile:
    """Take a file in for an item: check and clean it, store the clean copy, and claim it in this transaction.

    ``name`` is what the author calls it, kept for her alone. Cleaning takes the time it takes before anything is locked; then the version
    is held and the number of files counted, so that any number of uploads at once leave at most as many as the item takes.
    Raises BadInput with a sentence for a file that is not taken, RuleBroken ``too-many-files`` or as in :mod:`.guards`.
    """
    item = open_item(version, item_key)
    if not item.kind.is_upload:
        raise RuleBroken(_("This part is answered in writing; it takes no files."), "not-a-file")
    name = own_name(name)
    _check_room(item, version)
    # The libraries that read files come in with the first one: the job worker never sees a file, and is the smaller for it.
    intake = importlib.import_module("credentials.evidence.files.intake")
    try:
        taken: Taken = intake.take(source, WANTED[item.kind], current_app.config["LAUREL"].max_upload_mb * 1024 * 1024)
    except Unusable as refusal:
        log.info("file refused", code=refusal.code, item=item_key, cause=repr(refusal.__cause__) if refusal.__cause__ else None)
        sentence = f"{name}: {unusable_file(refusal.code, refusal.facts)}"
        raise BadInput(sentence, {item_key: sentence}) from None
    try:
        blob = storage.put(taken.body, taken.format.media_type)
    finally:
        taken.close()
    version = hold_draft(actor, version)
    _check_room(open_item(version, item_key), version)
    row = _row(actor, version, item, name, taken)
    row.blob = blob
    storage.claim(blob)
    version.files.append(row)
    db.session.flush()
    elsewhere = queries.same_file_elsewhere(actor, taken.original_sha256)
    audit.record(
        actor, "evidence.add_file", version, file=row.id, item=item_key, kind=row.kind, size=blob.size, stripped=row.stripped,
        sha256=blob.sha256, original_sha256=row.original_sha256, **({"same_as_files": elsewhere} if elsewhere else {}),
    )  # fmt: skip
    return row


def _check_room(item: Item, version: SubmissionVersion) -> None:
    most = max_files(item)
    if sum(row.item_key == item.key for row in version.files) >= most:
        raise RuleBroken(
            ngettext(
                "This part takes %(num)s file. Remove it first to send another.", "This part takes %(num)s files. Remove one first to send another.", most
            ),
            "too-many-files",
        )


def _row(actor: Person, version: SubmissionVersion, item: Item, name: str, taken: Taken) -> EvidenceFile:
    return EvidenceFile(
        item_key=item.key,
        own_name=name,
        neutral_name=neutral_name(item.key, taken.format.ending, {row.neutral_name for row in version.files}),
        kind=taken.format.group.value,
        stripped=taken.stripped,
        identifying=[word[:80] for word in telling_words(taken.words, identity_of(actor))],
        original_sha256=taken.original_sha256,
        students={},
        uploaded_at=clock.now(),
    )


def identity_of(person: Person) -> Identity:
    """What reviewers must not read in her evidence."""
    return Identity(person.given_name, person.family_name, person.email, person.school.name if person.school else "", person.employee_number or "")


def own_name(name: str) -> str:
    """The author's own name of a file, as it can be shown: without folders and signs that no screen shows.

    >>> own_name("C:\\\\Users\\\\Ana\\\\plan.pdf")
    'plan.pdf'
    """
    name = posixpath.basename(name.replace("\\", "/"))
    name = re.sub("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", name).strip()
    stem, dot, ending = name.rpartition(".")
    if len(name) > 200:
        name = (stem or name)[:190] + dot + ending[:8]
    return name or _("file")


def neutral_name(item_key: str, ending: str, taken: set[str]) -> str:
    """The name under which reviewers see a file: the item, a number that is free, and the ending of what it really is.

    >>> neutral_name("lesson-plan", "pdf", {"lesson-plan-1.pdf"})
    'lesson-plan-2.pdf'
    """
    used = {name.rpartition(".")[0] for name in taken}
    number = 1
    while f"{item_key}-{number}" in used:
        number += 1
    return f"{item_key}-{number}.{ending}"

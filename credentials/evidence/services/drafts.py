"""Working on a draft: start, write, answer, remove a file."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core import audit, clock, storage
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.catalogue.content_model import ItemKind
from credentials.catalogue.models import MicroCredential
from credentials.evidence import queries
from credentials.evidence.models import EvidenceFile, Response, Submission, SubmissionVersion
from credentials.evidence.rules import LONGEST_TEXT, Refused, Students, clean_link, clean_text
from credentials.evidence.services.guards import hold_draft, open_item
from credentials.evidence.wording import listed, unusable_link
from people.models import Person


class Overtaken(RuleBroken):
    """The text was changed elsewhere since the writer read it; ``current`` is what is kept now."""

    def __init__(self, current: Response) -> None:
        super().__init__(_("This text was changed in another window meanwhile. Both are shown: choose which to keep."), "overtaken")
        self.current = current


def start(person: Person, micro_credential: MicroCredential) -> Submission:
    """Begin work on a micro-credential, or find the work begun before, in whatever state it is; two clicks at once make one.

    Raises RuleBroken ``retired``, ``not-published`` or ``prerequisites`` (a sentence naming what comes first).
    """
    known = db.session.scalar(select(Submission).where(Submission.person_id == person.id, Submission.micro_credential_id == micro_credential.id))
    if known is not None:
        return known
    published = micro_credential.current_version
    if micro_credential.state == "retired":
        raise RuleBroken(
            _(
                "“%(title)s” is retired and takes no new work. Work that was begun before goes on.",
                title=published.title if published else micro_credential.slug,
            ),
            "retired",
        )
    if micro_credential.state != "published" or published is None:
        raise RuleBroken(_("This micro-credential is not published yet. It can be started as soon as it is."), "not-published")
    _check_prerequisites(person, published.parsed().prerequisites)
    now = clock.now()
    # Two processes may come at once: the second waits here for the first, inserts nothing, and finds its row below.
    db.session.execute(
        insert(Submission).values(person_id=person.id, micro_credential_id=micro_credential.id, extra_attempts=0, created_at=now).on_conflict_do_nothing()
    )
    row = db.session.scalars(
        select(Submission).where(Submission.person_id == person.id, Submission.micro_credential_id == micro_credential.id).with_for_update()
    ).one()
    if not db.session.scalar(select(func.count()).where(SubmissionVersion.submission_id == row.id)):
        version = SubmissionVersion(submission=row, person=person, credential_version=published, number=1, created_at=now)
        db.session.add(version)
        db.session.flush()
        audit.record(person, "submission.start", version, micro_credential=micro_credential.slug, credential_version=published.number)
    return row


def _check_prerequisites(person: Person, slugs: tuple[str, ...]) -> None:
    missing = [slug for slug in slugs if slug not in queries.demonstrated_slugs(person, slugs)] if slugs else []
    if missing:
        names = queries.titles(missing)
        raise RuleBroken(
            _("This one builds on %(titles)s. Earn that first, then come back here.", titles=listed(f"“{names[slug]}”" for slug in missing)), "prerequisites"
        )


def save_text(actor: Person, version: SubmissionVersion, item_key: str, text: str, revision: int) -> Response:
    """Keep what was written for an item of kind text or link. ``revision`` is the one that the writer last saw (0 for none).

    Saying the same again changes nothing, so that a lost answer may be asked for again. Raises :class:`Overtaken` when the text was
    changed since, BadInput for a text that is far too long or an address that is none, RuleBroken as in :mod:`.guards`.
    """
    version = hold_draft(actor, version)
    item = open_item(version, item_key)
    if item.kind not in (ItemKind.TEXT, ItemKind.LINK):
        raise RuleBroken(_("This part asks for a file, not for text."), "not-a-text")
    if item.kind is ItemKind.LINK:
        try:
            text = clean_link(text)
        except Refused as refusal:
            raise BadInput(unusable_link(refusal.code), {item_key: unusable_link(refusal.code)}) from None
    else:
        text = clean_text(text)
        if len(text) > LONGEST_TEXT:
            sentence = _("This text is too long to keep: at most %(limit)s characters. Put the rest into a file.", limit=LONGEST_TEXT)
            raise BadInput(sentence, {item_key: sentence})
    row = db.session.scalar(select(Response).where(Response.version_id == version.id, Response.item_key == item_key).execution_options(populate_existing=True))
    if row is None:
        row = Response(item_key=item_key, text="", revision=0, updated_at=clock.now())
        if not text:
            return row
        version.responses.append(row)
    if row.text == text:
        return row
    if row.revision != revision:
        raise Overtaken(row)
    row.text, row.revision, row.updated_at = text, row.revision + 1, clock.now()
    db.session.flush()
    return row


def save_answers(
    actor: Person,
    version: SubmissionVersion,
    *,
    indicators: Mapping[str, bool | None] | None = None,
    students: Mapping[int, Students | None] | None = None,
    change_note: str | None = None,
) -> SubmissionVersion:
    """Keep the author's answers: completion indicators (None takes an answer back), students in each file, and what changed since
    the last version. What is not named stays as it was. Raises BadInput for a question or file that is not there."""
    version = hold_draft(actor, version)
    content = version.credential_version.parsed()
    if indicators:
        known = {indicator.key for item in content.items() for indicator in item.completion_indicators}
        if unknown := set(indicators) - known:
            raise BadInput(_("There is no such question here: %(keys)s.", keys=", ".join(sorted(unknown))))
        version.indicators = {key: answer for key, answer in {**version.indicators, **indicators}.items() if answer is not None}
    if students:
        files = {row.id: row for row in version.files}
        for number, answer in students.items():
            if number not in files:
                raise BadInput(_("That file is no longer here. Reload the page to see what is."))
            open_item(version, files[number].item_key)
            files[number].students = answer.facts() if answer is not None else {}
    if change_note is not None:
        version.change_note = clean_text(change_note)[:5000]
    db.session.flush()
    return version


def remove_file(actor: Person, version: SubmissionVersion, file: EvidenceFile) -> None:
    """Take a file out of a draft. Its bytes go when no other version shows them. Removing it twice is no error."""
    version = hold_draft(actor, version)
    row = next((row for row in version.files if row.id == file.id), None)
    if row is None:
        return
    open_item(version, row.item_key)
    blob = row.blob
    audit.record(actor, "evidence.remove_file", version, file=row.id, item=row.item_key, sha256=blob.sha256)
    version.files.remove(row)
    db.session.delete(row)
    db.session.flush()
    if not db.session.scalar(select(func.count()).where(EvidenceFile.blob_id == blob.id)):
        storage.release(blob)

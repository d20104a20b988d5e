"""What every verb asks first: the row held, the right person, an open draft, a move that the table has."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from core.db import db
from core.errors import RuleBroken
from credentials.catalogue.content_model import Item
from credentials.evidence.completeness import is_closed
from credentials.evidence.models import SubmissionVersion
from credentials.evidence.rules import Act, Refused, State, next_state
from credentials.evidence.wording import wrong_state
from people.models import Person


def hold(version: SubmissionVersion) -> SubmissionVersion:
    """The version's row, locked until the transaction ends and read anew."""
    return db.session.scalars(
        select(SubmissionVersion).where(SubmissionVersion.id == version.id).with_for_update().execution_options(populate_existing=True)
    ).one()


def hold_own(actor: Person, version: SubmissionVersion) -> SubmissionVersion:
    """The same, for its author alone. Raises RuleBroken ``not-yours``."""
    version = hold(version)
    if actor.id != version.person_id:
        raise RuleBroken(_("Only the person whose work this is can do that."), "not-yours")
    return version


def hold_draft(actor: Person, version: SubmissionVersion) -> SubmissionVersion:
    """The author's own open draft. Raises RuleBroken ``not-yours`` or ``not-a-draft``."""
    version = hold_own(actor, version)
    if version.status is not State.DRAFT:
        raise RuleBroken(
            _("This version was handed in and does not change any more. Withdraw it to go on writing, as long as no reviewer has opened it."), "not-a-draft"
        )
    return version


def open_item(version: SubmissionVersion, item_key: str) -> Item:
    """The item of this version that may be answered. Raises RuleBroken ``unknown-item`` or ``item-closed``."""
    try:
        item = version.credential_version.parsed().item(item_key)
    except KeyError:
        raise RuleBroken(_("This micro-credential asks for nothing of that name. Reload the page and try again."), "unknown-item") from None
    if is_closed(item, version.carried):
        raise RuleBroken(_("This part was met before and is carried over; it stays as it was."), "item-closed")
    return item


def move(version: SubmissionVersion, act: Act) -> None:
    """Put the version into the state after ``act``. Raises RuleBroken ``wrong-state`` with a sentence for people."""
    try:
        version.state = next_state(version.status, act).value
    except Refused as refusal:
        raise RuleBroken(wrong_state(version.status, act), refusal.code) from None

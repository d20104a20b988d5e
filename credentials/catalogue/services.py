"""The verbs of the catalogue: write a draft, have it checked by a second person, publish, renew, retire. They flush and never commit."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import audit, clock
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.catalogue import drafts, queries, search
from credentials.catalogue.content import Content, Problem, examine, parse, to_document
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.quality import STANDARD
from credentials.catalogue.rules import (
    Act,
    State,
    VersionAct,
    VersionState,
    credential_state,
    free_slug,
    is_slug,
    may_approve,
    next_credential_state,
    next_state,
    slug_from,
)
from people.models import Person


def _wanted_change_note() -> str:
    return _("Say in a sentence what is new in this version; teachers read it.")


class Overtaken(RuleBroken):
    """Somebody saved or decided after this page was opened; ``version`` is how it stands now."""

    def __init__(self, version: CredentialVersion) -> None:
        super().__init__(_("Somebody changed this after you opened it. Look at how it stands now, then decide again."), "overtaken")
        self.version = version


class WrongState(RuleBroken):
    """The version does not stand where this act is possible."""


def create_draft(actor: Person, document: dict[str, Any]) -> CredentialVersion:
    """Begin a new micro-credential with ``document`` as its first draft, complete or not. Its address is made from the title and
    kept free of clashes."""
    document = drafts.storable(document)
    queries.choose_slugs_alone()
    wanted = slug_from(str(document.get("slug") or document.get("title") or "")) or "micro-credential"
    document["slug"] = free_slug(wanted, queries.slugs_like(wanted))
    micro_credential = MicroCredential(
        slug=document["slug"], issuer=str(document.get("issuer") or "")[:300], state=State.DRAFT.value, created_by_id=actor.id, created_at=clock.now()
    )
    db.session.add(micro_credential)
    db.session.flush()
    version = _draft(actor, micro_credential, 1, document, "")
    audit.record(actor, "credential.create", micro_credential, slug=micro_credential.slug, version=version.id)
    return version


def save_draft(
    actor: Person, version: CredentialVersion, document: dict[str, Any], *, change_note: str | None = None, lock: int | None = None
) -> list[Problem]:
    """Store the document on the draft as it is and answer what is still wrong with it.

    ``lock`` is the version's lock as the writer saw it. Raises :class:`Overtaken` where somebody saved since, RuleBroken
    (``wrong-state``) where the version is no draft any more.
    """
    _unless_overtaken(version, lock)
    _moved(version, VersionAct.SAVE)
    document = drafts.storable(document)
    content, _problems = examine(document)
    _rename(version.micro_credential, content)
    changed = document != version.content or (change_note is not None and change_note.strip() != version.change_note)
    if changed:
        version.content = document
        drafts.repeat(version, content, _("Untitled micro-credential"))
        if change_note is not None:
            version.change_note = drafts.storable(change_note.strip())[:2000]
        if actor.id not in version.contributor_ids:
            version.contributor_ids = [*version.contributor_ids, actor.id]
        audit.record(actor, "credential.save", version)
    db.session.flush()
    return problems_of(version)


def problems_of(version: CredentialVersion) -> list[Problem]:
    """What has to be put right before this draft can be sent to the quality check."""
    content, found = examine(version.content)
    problems = drafts.to_solve(version.content, found)
    micro_credential = version.micro_credential
    if content.slug and content.slug != micro_credential.slug and not any(problem.path == "slug" for problem in problems):
        if micro_credential.current_version_id is not None:
            sentence = _("Badges point at this address, so a published micro-credential keeps it: %(slug)s.", slug=micro_credential.slug)
        else:
            sentence = _("Another micro-credential has this address; choose a new one.")
        problems.append(Problem("slug", sentence))
    known = queries.known_slugs(content.prerequisites)
    for index, slug in enumerate(content.prerequisites):
        if slug and slug not in known:
            problems.append(Problem(f"prerequisites[{index}]", _("No published micro-credential has the address “%(slug)s”.", slug=slug)))
    if micro_credential.current_version_id is not None and not version.change_note.strip():
        problems.append(Problem("change_note", _wanted_change_note()))
    return problems


def send_to_quality_review(actor: Person, version: CredentialVersion, *, lock: int | None = None) -> None:
    """Ask for the quality check. Raises BadInput with every problem while the draft is incomplete."""
    _unless_overtaken(version, lock)
    state = _moved(version, VersionAct.SEND)
    problems = problems_of(version)
    if problems:
        raise BadInput(_("The draft is not complete yet. Mend what is marked, then send it again."), {problem.path: problem.message for problem in problems})
    version.content = to_document(parse(version.content))
    _set_state(version, state)
    version.submitted_by_id = actor.id
    audit.record(actor, "credential.send", version, number=version.number)
    db.session.flush()


def take_back(actor: Person, version: CredentialVersion) -> None:
    """The author goes on writing before anybody has checked."""
    _set_state(version, _moved(version, VersionAct.TAKE_BACK))
    version.submitted_by_id = None
    audit.record(actor, "credential.take_back", version, number=version.number)
    db.session.flush()


def return_to_author(actor: Person, version: CredentialVersion, note: str, met: Collection[str] = (), *, lock: int | None = None) -> None:
    """The second person found something to improve; ``note`` says what, ``met`` names the items of the standard that hold."""
    _unless_overtaken(version, lock)
    state = _moved(version, VersionAct.RETURN)
    _second_person(actor, version)
    if not note.strip():
        raise BadInput(_("Write what the author should improve before you return it."), {"note": _("A note is needed for returning.")})
    _set_state(version, state)
    version.quality_check = _signed(actor, "returned", met, note, actor.display_name)
    audit.record(actor, "credential.return", version, number=version.number)
    db.session.flush()


def publish(actor: Person, version: CredentialVersion, met: Collection[str], signature: str, note: str = "", *, lock: int | None = None) -> None:
    """The second person signs that every item of the standard holds; from now on the version never changes.

    Raises RuleBroken (``own-work``) for anybody who wrote in it, BadInput while an item is open or the signature is not her name.
    """
    _unless_overtaken(version, lock)
    _moved(version, VersionAct.PUBLISH)
    _second_person(actor, version)
    problems = {}
    missing = [item.key for item in STANDARD.items if item.key not in met]
    if missing:
        problems["met"] = _("Publishing says that all of it holds. Return it with a note where an item does not.")
    if " ".join(signature.split()).casefold() != " ".join(actor.display_name.split()).casefold():
        problems["signature"] = _("Sign with your name as your profile has it: %(name)s.", name=actor.display_name)
    if problems:
        raise BadInput(_("This cannot be published yet."), problems)
    _publish(actor, version, _signed(actor, "published", met, note, signature))


def new_version(actor: Person, micro_credential: MicroCredential, change_note: str) -> CredentialVersion:
    """Begin the next version as a copy of the present one. ``change_note`` says what will be different; teachers read it.

    Raises RuleBroken (``open-version``) while another version is being written, (``not-published``) where there is none to renew.
    """
    queries.hold(micro_credential)
    if micro_credential.current_version is None:
        raise RuleBroken(_("This has not been published yet: go on with its draft."), "not-published")
    if queries.open_version(micro_credential) is not None:
        raise RuleBroken(_("A new version is being written already. Open that one, or discard it first."), "open-version")
    if not change_note.strip():
        raise BadInput(_("Say what will change, so that colleagues know."), {"change_note": _wanted_change_note()})
    version = _draft(actor, micro_credential, _next_number(micro_credential), dict(micro_credential.current_version.content), change_note.strip())
    audit.record(actor, "credential.new_version", micro_credential, number=version.number)
    return version


def discard_draft(actor: Person, version: CredentialVersion) -> None:
    """Throw a draft away; a micro-credential that was never published goes with it. What was in it stays in the history."""
    _moved(version, VersionAct.DISCARD)
    micro_credential = version.micro_credential
    audit.record(actor, "credential.discard", micro_credential, slug=micro_credential.slug, number=version.number, content=version.content)
    db.session.delete(version)
    db.session.flush()
    db.session.expire(micro_credential, ["versions"])
    if micro_credential.current_version_id is None:
        db.session.delete(micro_credential)
    db.session.flush()


def retire(actor: Person, micro_credential: MicroCredential) -> None:
    """Offer it no longer. Badges stay valid, its page stays where they point, and whoever has started may finish."""
    _decide(actor, micro_credential, Act.RETIRE)


def restore(actor: Person, micro_credential: MicroCredential) -> None:
    """Offer it again."""
    _decide(actor, micro_credential, Act.RESTORE)


def import_content(author: Person, approver: Person, document: object, change_note: str = "") -> CredentialVersion:
    """Publish a document that was written and checked elsewhere; a second time with equal content changes nothing.

    The two who answer for it differ. Raises ContentProblems for a document that is not complete, RuleBroken (``own-work``) where
    one person signs twice, (``open-version``) while a draft of the same micro-credential is being written.
    """
    content = parse(document)
    plain = to_document(content)
    if author.id == approver.id:
        raise RuleBroken(_("Nobody approves what they wrote: name a second person as approver."), "own-work")
    micro_credential = db.session.scalar(select(MicroCredential).where(MicroCredential.slug == content.slug).with_for_update())
    if micro_credential is None:
        micro_credential = MicroCredential(slug=content.slug, issuer=content.issuer, state=State.DRAFT.value, created_by_id=author.id, created_at=clock.now())
        db.session.add(micro_credential)
        db.session.flush()
    elif micro_credential.current_version is not None and micro_credential.current_version.content == plain:
        return micro_credential.current_version
    if queries.open_version(micro_credential) is not None:
        raise RuleBroken(_("A draft of “%(title)s” is being written. Publish or discard it before importing.", title=content.title), "open-version")
    number = _next_number(micro_credential)
    version = _draft(author, micro_credential, number, plain, change_note.strip() or (_("Imported from a file.") if number > 1 else ""))
    version.submitted_by_id = author.id
    _publish(approver, version, _signed(approver, "published", [item.key for item in STANDARD.items], _("Checked before the import."), approver.display_name))
    return version


# Steps that several verbs share.


def _draft(actor: Person, micro_credential: MicroCredential, number: int, document: dict[str, Any], change_note: str) -> CredentialVersion:
    version = CredentialVersion(
        micro_credential=micro_credential,
        number=number,
        state=VersionState.DRAFT.value,
        content=document,
        change_note=change_note[:2000],
        authored_by_id=actor.id,
        contributor_ids=[actor.id],
        created_at=clock.now(),
    )
    drafts.repeat(version, examine(document)[0], _("Untitled micro-credential"))
    db.session.add(version)
    db.session.flush()
    return version


def _publish(approver: Person, version: CredentialVersion, check: dict[str, Any]) -> None:
    micro_credential = version.micro_credential
    content: Content = parse(version.content)
    # One UPDATE: the database lets nobody touch the row afterwards.
    version.state = VersionState.PUBLISHED.value
    version.published_at = clock.now()
    version.approved_by_id = approver.id
    version.quality_check = check
    db.session.flush()
    micro_credential.current_version = version
    micro_credential.issuer = content.issuer
    micro_credential.state = credential_state(State(micro_credential.state), VersionState.PUBLISHED).value
    audit.record(approver, "credential.publish", version, number=version.number, slug=micro_credential.slug)
    db.session.flush()
    search.learn_words(version.id)


def _signed(actor: Person, outcome: str, met: Collection[str], note: str, signature: str) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "standard": STANDARD.version,
        "met": [item.key for item in STANDARD.items if item.key in met],
        "note": drafts.storable(note.strip())[:4000],
        "by_id": actor.id,
        "name": " ".join(signature.split()),
        "at": clock.now().isoformat(),
    }


def _moved(version: CredentialVersion, act: VersionAct) -> VersionState:
    state = next_state(VersionState(version.state), act)
    if state is not None:
        return state
    sentence = {
        VersionState.DRAFT: _("This is a draft: send it to the quality check first."),
        VersionState.IN_QUALITY_REVIEW: _("This is with a colleague for the quality check. Take it back to go on writing."),
        VersionState.PUBLISHED: _("This version is published and does not change any more. Begin a new version instead."),
    }[VersionState(version.state)]
    raise WrongState(sentence, "wrong-state")


def _set_state(version: CredentialVersion, state: VersionState) -> None:
    version.state = state.value
    micro_credential = version.micro_credential
    micro_credential.state = credential_state(State(micro_credential.state), state).value


def _decide(actor: Person, micro_credential: MicroCredential, act: Act) -> None:
    state = next_credential_state(State(micro_credential.state), act)
    if state is None:
        raise WrongState(_("Only what is offered can be retired, and only what is retired can be offered again."), "wrong-state")
    micro_credential.state = state.value
    audit.record(actor, f"credential.{act.value}", micro_credential)
    db.session.flush()


def _second_person(actor: Person, version: CredentialVersion) -> None:
    if not may_approve(actor.id, version.contributor_ids, version.submitted_by_id):
        raise RuleBroken(_("You wrote in this version, so a colleague has to do the quality check."), "own-work")


def _unless_overtaken(version: CredentialVersion, lock: int | None) -> None:
    if lock is not None and lock != version.lock:
        raise Overtaken(version)


def _rename(micro_credential: MicroCredential, content: Content) -> None:
    """Follow the document's slug and issuer until the first publication fixes the address."""
    if micro_credential.current_version_id is not None:
        return
    if content.issuer:
        micro_credential.issuer = content.issuer[:300]
    if content.slug != micro_credential.slug and is_slug(content.slug):
        queries.choose_slugs_alone()
        if not queries.slug_taken(content.slug, micro_credential.id):
            micro_credential.slug = content.slug


def _next_number(micro_credential: MicroCredential) -> int:
    last = db.session.scalar(select(func.max(CredentialVersion.number)).where(CredentialVersion.micro_credential_id == micro_credential.id))
    return (last or 0) + 1

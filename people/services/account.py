"""An account: its password, its sessions, its language, and whether it is open."""

from __future__ import annotations

import hashlib

from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from core import audit, clock
from core.db import db
from core.errors import BadInput, RuleBroken
from people import links, passwords
from people.models import Person, UsedLink
from people.rules import PASSWORD_MAX, PASSWORD_MIN, Role, password_problem
from people.services import roles, sign_in


def refuse_weak(person: Person, password: str) -> None:
    """Raise :class:`core.errors.BadInput` (field ``password``) when a password will not do for this person."""
    about = (person.given_name, person.family_name, *person.given_name.split(), *person.family_name.split(), person.email.partition("@")[0])
    sentences = {
        "too-short": _("Take at least %(least)s characters. Three or four unrelated words are easy to remember and hard to guess.", least=PASSWORD_MIN),
        "too-long": _("Take at most %(most)s characters.", most=PASSWORD_MAX),
        "too-simple": _("This is among the first that a stranger would try: common words, rows of keys, repetitions. Add something that nobody expects."),
        "about-you": _("Your name or address makes up most of it, and anybody knows those. Add something that nobody expects."),
    }
    problem = password_problem(password, about)
    if problem:
        raise BadInput(sentences[problem], {"password": sentences[problem]})


def set_password(actor: Person | None, person: Person, password: str, how: str) -> None:
    """Give somebody a password; every session she has ends, and wrong passwords are forgotten.

    ``how`` is kept in the history (changed, reset, command). Raises BadInput for a weak one.
    """
    refuse_weak(person, password)
    person.password_hash = passwords.hashed(password)
    person.session_version += 1
    sign_in.unlock(person.email)
    audit.record(actor, "person.set_password", person, how=how)


def locked(person_id: int) -> Person | None:
    """The row of a person, held until the transaction ends, as it is now."""
    return db.session.get(Person, person_id, with_for_update={"of": Person}, populate_existing=True)


def link_is_good(claim: links.Claim, person: Person | None) -> bool:
    """Whether a link may still be used: the account is open, and its password is the one the link was asked for."""
    return person is not None and person.enabled and claim.fingerprint == passwords.fingerprint(person.password_hash)


def reset(link: str, password: str) -> Person:
    """Set a new password by a link from the mail, once.

    Raises RuleBroken (``link-dead``) for a link that is over, used or not ours, and BadInput for a weak password, which leaves the
    link good.
    """
    claim = links.read(link)
    # Two clicks at once: the second waits here, and then finds another password than the link was asked for.
    person = locked(claim.person_id) if claim else None
    if claim is None or person is None or not link_is_good(claim, person):
        raise RuleBroken(_("This link was used already or is more than an hour old. Ask for a new one."), "link-dead")
    refuse_weak(person, password)
    digest = hashlib.sha256(link.encode()).hexdigest()
    first = db.session.scalar(
        insert(UsedLink).values(digest=digest, person_id=person.id, used_at=clock.now()).on_conflict_do_nothing().returning(UsedLink.digest)
    )
    if first is None:
        raise RuleBroken(_("This link was used already or is more than an hour old. Ask for a new one."), "link-dead")
    set_password(person, person, password, "reset")
    return person


def end_all_sessions(person: Person) -> None:
    """Sign somebody out wherever she is signed in."""
    person.session_version += 1
    audit.record(person, "person.sign_out_everywhere", person)


def choose_language(person: Person, locale: str) -> None:
    """Remember the language somebody wants to read and be written to in."""
    if person.locale != locale:
        audit.record(person, "person.choose_language", person, before=person.locale, now=locale)
        person.locale = locale


def disable(actor: Person, person: Person, reason: str) -> None:
    """Close an account: its sessions and tokens open nothing from now on; everything it did stays.

    Raises RuleBroken: nobody closes her own account, and one administrator always remains.
    """
    if actor.id == person.id:
        raise RuleBroken(_("Nobody closes her own account. Ask another administrator."), "own-account")
    if not person.enabled:
        return
    roles.hold_administrators(actor)
    db.session.refresh(person, ["role_grants"])
    person.enabled = False
    person.session_version += 1
    if person.is_a(Role.ADMINISTRATOR):
        roles.refuse_none_left()
    audit.record(actor, "person.disable", person, reason=reason)


def enable(actor: Person | None, person: Person) -> None:
    """Open an account again. Its wrong passwords are forgotten."""
    if person.enabled:
        return
    person.enabled = True
    sign_in.unlock(person.email)
    audit.record(actor, "person.enable", person)

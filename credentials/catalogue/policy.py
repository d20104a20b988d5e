"""Who may do what with micro-credentials. Everything published is open to all; what is being written is the business of authors,
of the professional-learning office and of the auditor."""

from __future__ import annotations

from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.rules import Act, State, VersionAct, VersionState, may_approve, next_credential_state, next_state
from people.models import Person
from people.rules import Role


def can_author(user: Person, *_: object) -> bool:
    """Begin and write micro-credentials."""
    return user.is_a(Role.AUTHOR)


def can_see_drafts(user: Person, *_: object) -> bool:
    """Know what is being written."""
    return user.is_a(Role.AUTHOR, Role.COORDINATOR, Role.AUDITOR)


def can_be_checker(user: Person, *_: object) -> bool:
    """Do quality checks at all: an author or the office."""
    return user.is_a(Role.AUTHOR, Role.COORDINATOR)


def can_edit(user: Person, version: CredentialVersion) -> bool:
    """Write in this version: authors write together, while it is a draft."""
    return can_author(user) and _allows(version, VersionAct.SAVE)


def can_send(user: Person, version: CredentialVersion) -> bool:
    """Ask for the quality check."""
    return can_author(user) and _allows(version, VersionAct.SEND)


def wrote_in(user: Person, version: CredentialVersion) -> bool:
    """An author who has a part in this version."""
    return can_author(user) and not _second_person(user, version)


def can_take_back(user: Person, version: CredentialVersion) -> bool:
    """Go on writing before anybody has checked: whoever wrote in it."""
    return wrote_in(user, version) and _allows(version, VersionAct.TAKE_BACK)


def can_check(user: Person, version: CredentialVersion) -> bool:
    """Do the quality check: an author or the office, but never somebody who wrote in it."""
    return can_be_checker(user) and _allows(version, VersionAct.PUBLISH) and _second_person(user, version)


def answers_for_draft(user: Person, version: CredentialVersion) -> bool:
    """Whoever began a version, and the office."""
    return user.is_a(Role.COORDINATOR) or (can_author(user) and user.id == version.authored_by_id)


def can_discard(user: Person, version: CredentialVersion) -> bool:
    """Throw a draft away."""
    return answers_for_draft(user, version) and _allows(version, VersionAct.DISCARD)


def can_renew(user: Person, micro_credential: MicroCredential) -> bool:
    """Begin a new version."""
    return can_author(user) and micro_credential.current_version_id is not None


def answers_for(user: Person, micro_credential: MicroCredential) -> bool:
    """The office, and whoever wrote it."""
    return user.is_a(Role.COORDINATOR) or (can_author(user) and user.id == micro_credential.created_by_id)


def can_retire(user: Person, micro_credential: MicroCredential) -> bool:
    """Stop offering it."""
    return answers_for(user, micro_credential) and next_credential_state(State(micro_credential.state), Act.RETIRE) is not None


def can_restore(user: Person, micro_credential: MicroCredential) -> bool:
    """Offer it again."""
    return answers_for(user, micro_credential) and next_credential_state(State(micro_credential.state), Act.RESTORE) is not None


def _second_person(user: Person, version: CredentialVersion) -> bool:
    return may_approve(user.id, version.contributor_ids, version.submitted_by_id)


def _allows(version: CredentialVersion, act: VersionAct) -> bool:
    return next_state(VersionState(version.state), act) is not None

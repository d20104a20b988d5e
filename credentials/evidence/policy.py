"""Who may do what with submissions and evidence.

The evaluation firewall: whoever evaluates a teacher (her supervisor, the principal of her school) sees nothing of hers here, not
even as a member of the office. Human resources and administrators have no door to evidence at all. Reviewers come in through the
review room, which shows them a version without a name.
"""

from __future__ import annotations

from credentials.evidence.models import EvidenceFile, Submission, SubmissionVersion
from credentials.evidence.rules import Act, State, Visibility, acts, can_reopen
from people.models import Person
from people.rules import Role


def evaluates(user: Person, person: Person) -> bool:
    """Whether ``user`` is somebody who evaluates ``person``, so that evidence and reviews are hidden from her."""
    return user.id != person.id and (
        person.supervisor_id == user.id or (person.school_id is not None and user.is_a(Role.PRINCIPAL, school_id=person.school_id))
    )


def is_office_for(user: Person, person: Person) -> bool:
    """Whether ``user`` acts as the professional-learning office towards ``person``: never towards herself or those she evaluates."""
    return user.id != person.id and user.is_a(Role.COORDINATOR) and not evaluates(user, person)


def can_list(user: Person) -> bool:
    """Her own submissions: anybody with an account."""
    return user is not None


def can_list_submitted(user: Person) -> bool:
    """All that was handed in: the office."""
    return user.is_a(Role.COORDINATOR)


def can_start(user: Person, *_: object) -> bool:
    """Anybody on the staff may work on a micro-credential, whatever her role; what it asks for first is a rule, not a door."""
    return user is not None


def can_see(user: Person, submission: Submission) -> bool:
    """The author always; the office once something was handed in."""
    if user.id == submission.person_id:
        return True
    return is_office_for(user, submission.person) and any(version.submitted_at is not None for version in submission.versions)


def is_author(user: Person, submission: Submission) -> bool:
    """The person whose work it is."""
    return user.id == submission.person_id


def can_edit(user: Person, submission: Submission) -> bool:
    """The author, while the latest version is a draft."""
    return is_author(user, submission) and submission.latest.status is State.DRAFT


can_submit = can_edit


def can_withdraw(user: Person, submission: Submission) -> bool:
    """The author, while the state allows it; whether a reviewer has opened it already is asked when she does."""
    return is_author(user, submission) and Act.WITHDRAW in acts(submission.latest.status)


def may_reopen(user: Person, submission: Submission) -> bool:
    """The author, after "not yet" with an attempt left, or after she withdrew: whether to show the button."""
    return is_author(user, submission) and can_reopen([version.status for version in submission.versions], submission.extra_attempts)


def can_allow_attempt(user: Person, submission: Submission) -> bool:
    """The office, towards others: it holds the coaching conversation."""
    return is_office_for(user, submission.person)


def owns_file(user: Person, file: EvidenceFile) -> bool:
    """The person whose evidence it is."""
    return user.id == file.version.person_id


def can_read_file(user: Person, file: EvidenceFile) -> bool:
    """The author always; the office once the version was handed in, except what is private."""
    version: SubmissionVersion = file.version
    if user.id == version.person_id:
        return True
    return version.submitted_at is not None and file.visibility != Visibility.PRIVATE and is_office_for(user, version.person)

"""Who may do what with reviews and decisions.

A reviewer has her own assignments and nothing else. The office sees what it releases, except of its own members' work towards those
members, of people whom a coordinator evaluates, and of what a coordinator reviews herself, until the decision is released.
"""

from __future__ import annotations

from credentials.evidence import policy as evidence_policy
from credentials.evidence.models import EvidenceFile, Submission, SubmissionVersion
from credentials.evidence.rules import State, Visibility
from credentials.review.models import Assignment, Qualification
from credentials.review.rules import AssignmentState
from people.models import Person
from people.rules import Role


def can_list(user: Person) -> bool:
    """Her own reviews, be it none: anybody with an account."""
    return user is not None


def can_review(user: Person, assignment: Assignment) -> bool:
    """The reviewer who was asked."""
    return assignment.reviewer_id == user.id


def can_read_evidence(user: Person, assignment: Assignment) -> bool:
    """The reviewer, while the review is in her hands and after she answered the question about conflicts."""
    return can_review(user, assignment) and assignment.status is AssignmentState.IN_PROGRESS


def can_read_file(user: Person, assignment: Assignment, file: EvidenceFile) -> bool:
    """A file of the very version she is reviewing, unless it is private."""
    return can_read_evidence(user, assignment) and file.version_id == assignment.version_id and file.visibility != Visibility.PRIVATE


def is_office(user: Person, *_: object) -> bool:
    """The professional-learning office: queue, reviewers, qualifications."""
    return user.is_a(Role.COORDINATOR)


def can_see_decision(user: Person, version: SubmissionVersion) -> bool:
    """The office, towards others than itself and those it evaluates. That she is none of its reviewers is the loader's business."""
    return evidence_policy.is_office_for(user, version.person)


def can_release(user: Person, version: SubmissionVersion) -> bool:
    """The same, once a decision is drafted: whether to show the button."""
    return can_see_decision(user, version) and version.status is State.DECIDED_DRAFT


def can_handle(user: Person, assignment: Assignment) -> bool:
    """Remind a reviewer or take a review back: the office, as for the decision."""
    return can_see_decision(user, assignment.version)


def can_withdraw(user: Person, qualification: Qualification) -> bool:
    """The office, never about itself."""
    return is_office(user) and qualification.person_id != user.id


def is_author(user: Person, submission: Submission) -> bool:
    """The person whose work it is: she alone reads the feedback."""
    return submission.person_id == user.id

"""Reviewers and reviews, as far along as a test wants them, by the verbs themselves and without a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from credentials.catalogue.models import MicroCredential
from credentials.evidence.models import SubmissionVersion
from credentials.review import queries, services
from credentials.review.models import Assignment
from credentials.review.review_rules import Mark
from credentials.review.rules import AssignmentState, Round
from people.models import Person
from people.rules import Role
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import submitted_version
from tests.factories.people import person

#: A comment that helps, for a criterion that is not met.
COMMENT = "The question is there, but no student's answer to it; show two of them."


def reviewer(*credentials: MicroCredential, **given: object) -> Person:
    """A colleague of a school of her own who is qualified for these micro-credentials."""
    row = person(Role.REVIEWER, **given)  # type: ignore[arg-type]
    for credential in credentials:
        services.qualify(None, row, credential)
    return row


def reviewers(credential: MicroCredential, n: int = 2) -> list[Person]:
    """``n`` qualified reviewers, each of another school."""
    return [reviewer(credential) for _ in range(n)]


def offered_version(teacher: Person | None = None, credential: MicroCredential | None = None, pool: int = 2) -> SubmissionVersion:
    """A version that was handed in and offered to two of ``pool`` fresh reviewers."""
    credential = credential or micro_credential()
    reviewers(credential, pool)
    version = submitted_version(teacher, credential)
    services.assign(version)
    return version


def assignments(version: SubmissionVersion) -> list[Assignment]:
    """Those who count for this version, in the order in which they were asked."""
    return queries.live_assignments(version)


def accepted(assignment: Assignment) -> Assignment:
    """The reviewer has taken it and not yet looked."""
    return services.accept(assignment.reviewer, assignment, True)


def opened(assignment: Assignment) -> Assignment:
    """The reviewer sees the evidence."""
    if assignment.status is AssignmentState.OFFERED:
        accepted(assignment)
    return services.open_desk(assignment.reviewer, assignment)


def marks(assignment: Assignment, unmet: Sequence[str] = (), levels: Mapping[str, str] | None = None) -> dict[str, Mark]:
    """A complete review: the strongest level everywhere but on the criteria in ``unmet`` (the weakest); ``levels`` overrules."""
    content = assignment.version.credential_version.parsed()
    top, bottom = content.levels[0].key, content.levels[-1].key
    chosen = {key: (levels or {}).get(key) or (bottom if key in unmet else top) for key in assignment.criteria}
    return {
        key: Mark(level, "" if content.level(level).passes else COMMENT, "" if content.level(level).passes else "lesson-plan-1, page 1")
        for key, level in chosen.items()
    }


def written(assignment: Assignment, unmet: Sequence[str] = (), levels: Mapping[str, str] | None = None, overall: str = "Clear and honest work.") -> Assignment:
    """The reviewer has a complete draft and has not handed it in."""
    opened(assignment)
    services.save_draft(assignment.reviewer, assignment, marks(assignment, unmet, levels), overall, assignment.revision)
    return assignment


def handed_in(
    assignment: Assignment, unmet: Sequence[str] = (), levels: Mapping[str, str] | None = None, overall: str = "Clear and honest work."
) -> Assignment:
    """The review is in, and what follows from it has happened."""
    written(assignment, unmet, levels, overall)
    services.submit(assignment.reviewer, assignment)
    services.settle(assignment.version)
    return assignment


def reviewed_version(
    version: SubmissionVersion | None = None,
    *,
    unmet: Sequence[Sequence[str]] = ((), ()),
    teacher: Person | None = None,
    credential: MicroCredential | None = None,
    pool: int = 3,
) -> SubmissionVersion:
    """A version both of whose first reviews are in; ``unmet`` names the criteria that each of the two found unmet."""
    version = version or offered_version(teacher, credential, pool)
    first = [row for row in assignments(version) if row.round == Round.FIRST]
    for row, missing in zip(first, unmet, strict=True):
        handed_in(row, missing)
    return version


def drafted_version(unmet: Sequence[str] = (), **given: object) -> SubmissionVersion:
    """A version whose decision waits for its release: both reviewers agree, and find the criteria in ``unmet`` unmet."""
    return reviewed_version(unmet=(unmet, unmet), **given)  # type: ignore[arg-type]

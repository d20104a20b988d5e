"""How codes of this room are said to people: states, reasons, conflicts, and why something is not possible now."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from credentials.review.rules import AssignmentState, Conflict, Obstacle, QualificationState, Reason

_S = AssignmentState

#: State and tone of the pill (see templates/components/README.md), as the reviewer reads them.
STATES = {
    _S.OFFERED: (_l("Your answer is asked for"), "turn"),
    _S.ACCEPTED: (_l("Accepted"), "turn"),
    _S.IN_PROGRESS: (_l("In progress"), "turn"),
    _S.SUBMITTED: (_l("Handed in"), "wait"),
    _S.LOCKED: (_l("Decision released"), "good"),
    _S.DECLINED: (_l("Declined"), "quiet"),
    _S.LAPSED: (_l("Offer lapsed"), "quiet"),
    _S.RECUSED: (_l("Stepped back"), "quiet"),
    _S.EXPIRED: (_l("Expired"), "quiet"),
    _S.CANCELLED: (_l("No longer needed"), "quiet"),
}

#: The same as the office reads them.
OFFICE_STATES = {
    _S.OFFERED: (_l("Asked"), "wait"),
    _S.ACCEPTED: (_l("Accepted, not begun"), "wait"),
    _S.IN_PROGRESS: (_l("Reviewing"), "wait"),
    _S.SUBMITTED: (_l("Review is in"), "good"),
    _S.LOCKED: (_l("Review is in"), "good"),
    _S.DECLINED: (_l("Declined"), "quiet"),
    _S.LAPSED: (_l("Did not answer"), "quiet"),
    _S.RECUSED: (_l("Stepped back"), "quiet"),
    _S.EXPIRED: (_l("Let it expire"), "quiet"),
    _S.CANCELLED: (_l("Taken back"), "quiet"),
}

QUALIFICATIONS = {
    QualificationState.QUALIFIED: (_l("Qualified"), "good"),
    QualificationState.PAUSED: (_l("Paused"), "wait"),
    QualificationState.WITHDRAWN: (_l("Withdrawn"), "quiet"),
}

REASONS = {
    Reason.CONFLICT: (
        _l("I may know whose work this is"),
        _l("You helped with it, heard about it, or stand close to somebody who is working on this. You will not be asked to review this person again."),
    ),
    Reason.LOAD: (_l("I have too much on my desk"), _l("You can also pause: nothing more will be offered until after the day you name.")),
    Reason.OTHER: (_l("Something else"), _l("Say it in a few words, if you like.")),
}

#: Why this person never reviews that version.
CONFLICTS = {
    Conflict.ONESELF: _l("It is their own work."),
    Conflict.SAME_SCHOOL: _l("Both work at the same school."),
    Conflict.SUPERVISOR: _l("One of them supervises the other."),
    Conflict.DECLARED: _l("A conflict of interest between the two was declared."),
    Conflict.EARLIER_REVIEWER: _l("This person saw an earlier version of this work; a new version gets fresh eyes."),
    Conflict.EACH_OTHER: _l("The author reviewed this person's own work within the last twelve months."),
}

#: Why somebody is not asked although no conflict stands in the way.
OBSTACLES = {
    Obstacle.NOT_QUALIFIED: _l("Not qualified for this micro-credential."),
    Obstacle.OFFICE: _l("Works in the professional-learning office and sees who hands in, so cannot review blind."),
    Obstacle.ACCOUNT_CLOSED: _l("The account is closed."),
    Obstacle.LEFT: _l("No longer works in the district."),
    Obstacle.ASKED_BEFORE: _l("Was asked about this version already."),
    Obstacle.PAUSED: _l("Takes a break from reviewing."),
    Obstacle.FULL: _l("Has as many open reviews as this person wants to have."),
}


def wrong_state(state: AssignmentState) -> str:
    """Why nothing more can be done with an assignment in this state, said to its reviewer."""
    return {
        _S.OFFERED: _("Answer the question about conflicts and accept the review first."),
        _S.ACCEPTED: _("Open the evidence first."),
        _S.IN_PROGRESS: _("You have opened this review already. Go on with it, or step back from it."),
        _S.SUBMITTED: _("This review was handed in and does not change any more."),
        _S.LOCKED: _("The decision was released; this review does not change any more."),
        _S.DECLINED: _("You declined this offer, and somebody else is asked now."),
        _S.LAPSED: _("This offer lapsed after two days without an answer, and somebody else is asked now."),
        _S.RECUSED: _("You stepped back from this review, and somebody else is asked now."),
        _S.EXPIRED: _("This review expired some days after its due date, and somebody else is asked now. What you wrote is kept for you."),
        _S.CANCELLED: _("This review is no longer needed."),
    }[state]


def review_problem(code: str) -> str:
    """What is missing on one criterion before a review can be handed in."""
    return {
        "no-level": _("Choose a level."),
        "no-comment": _("Say what is missing and what would show it: the teacher works from your words."),
        "short-comment": _("A few words more: what exactly is missing, and what would show it?"),
        "no-pointer": _("Say where in the evidence: a file and page, or words from the answer."),
    }[code]


def ruled_out() -> str:
    """A conflict came up after the offer, and the assignment was closed."""
    return _("Meanwhile something came up that rules you out for this one, so somebody else is asked. There is nothing to do for you.")

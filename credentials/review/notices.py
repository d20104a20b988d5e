"""Who is told what about reviews. Nobody learns here who the author or a reviewer is."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from core import clock, mail
from core.db import db
from core.i18n import date, datetime
from core.web import address
from credentials.evidence import policy as evidence_policy
from credentials.evidence.models import SubmissionVersion
from credentials.review import queries
from credentials.review.models import Assignment
from credentials.review.rules import LIVE, AssignmentState, Round
from people.models import Person


def office_for(version: SubmissionVersion) -> list[Person]:
    """The coordinators who may act on this version: not its author, nobody who evaluates her, and none of its reviewers."""
    reviewing = select(Assignment.reviewer_id).where(Assignment.version_id == version.id, Assignment.state.in_([state.value for state in LIVE]))
    rows = db.session.scalars(select(Person).where(queries.in_office(), Person.enabled, Person.id.not_in(reviewing)).order_by(Person.id))
    return [person for person in rows if evidence_policy.is_office_for(person, version.person)]


def offered(assignment: Assignment) -> None:
    """Somebody is asked to review."""
    person, title = assignment.reviewer, assignment.version.credential_version.title
    with mail.in_language_of(person):
        third = assignment.round == Round.THIRD
        mail.write(
            person,
            "review.offer",
            f"review:{assignment.id}/offer",
            _("Would you give a third opinion on “%(title)s”?", title=title) if third else _("Would you review “%(title)s”?", title=title),
            [
                ngettext(
                    "Two colleagues see it differently; your view on %(num)d criterion decides.",
                    "Two colleagues see it differently; your view on %(num)d criteria decides.",
                    len(assignment.criteria),
                )
                if third
                else _("A colleague has handed in evidence for this micro-credential, and you are qualified to review it."),
                _("Please answer by %(when)s; after that we ask somebody else.", when=datetime(assignment.accept_by)),
                _("You see no evidence before you have answered the question about conflicts."),
            ],
            (_("Answer the offer"), address("review.show", assignment=assignment.id)),
        )


def due_soon(assignment: Assignment) -> bool:
    """A reminder some days before a review falls due (or once it is late, if none was written); answers whether it was written now."""
    person, title = assignment.reviewer, assignment.version.credential_version.title
    with mail.in_language_of(person):
        late = assignment.deadline < clock.now()
        return mail.write(
            person,
            "review.due-soon",
            f"review:{assignment.id}/due-soon",
            _("Your review of “%(title)s” was due", title=title) if late else _("Your review of “%(title)s” is due soon", title=title),
            [
                _("It was due on %(day)s. A teacher is waiting for it.", day=date(assignment.deadline))
                if late
                else _("It is due on %(day)s. What you have written so far is there.", day=date(assignment.deadline)),
                _("If you cannot do it, step back from it on the same page: then we ask somebody else at once."),
            ],
            (_("Open the review"), address("review.show", assignment=assignment.id)),
        )


def reminded(assignment: Assignment) -> bool:
    """The office asks a reviewer to go on, at most once a day; answers whether a mail was written."""
    person, title = assignment.reviewer, assignment.version.credential_version.title
    offer = assignment.status is AssignmentState.OFFERED
    with mail.in_language_of(person):
        return mail.write(
            person,
            "review.reminder",
            f"review:{assignment.id}/reminder/{clock.today().isoformat()}",
            _("A reminder: will you review “%(title)s”?", title=title) if offer else _("A reminder: your review of “%(title)s”", title=title),
            [
                _("The professional-learning office asks for your answer by %(when)s.", when=datetime(assignment.accept_by))
                if offer
                else _("The professional-learning office asks you to finish it. It is due on %(day)s.", day=date(assignment.deadline)),
                _("If you cannot do it, say so on the same page: then we ask somebody else at once."),
            ],
            (_("Answer the offer") if offer else _("Open the review"), address("review.show", assignment=assignment.id)),
        )


def expired(assignment: Assignment) -> None:
    """A review was not handed in, and somebody else is asked."""
    person, title = assignment.reviewer, assignment.version.credential_version.title
    with mail.in_language_of(person):
        mail.write(
            person,
            "review.expired",
            f"review:{assignment.id}/expired",
            _("Your review of “%(title)s” has expired", title=title),
            [
                _("It was due on %(day)s, so we ask somebody else now. What you wrote is kept for you.", day=date(assignment.deadline)),
                _("If you have too much on your desk, lower your maximum or take a break: then nothing is offered to you."),
            ],
            (_("Your reviews"), address("review.index")),
        )


def no_longer_needed(assignment: Assignment) -> None:
    """A review that somebody had accepted is not needed any more."""
    if assignment.no_conflict_declared_at is None:
        return
    person, title = assignment.reviewer, assignment.version.credential_version.title
    with mail.in_language_of(person):
        mail.write(
            person,
            "review.cancelled",
            f"review:{assignment.id}/cancelled",
            _("Your review of “%(title)s” is no longer needed", title=title),
            [_("Thank you for having taken it. There is nothing left to do for you.")],
            (_("Your reviews"), address("review.index")),
        )


def short_of_reviewers(version: SubmissionVersion, missing: int) -> None:
    """A micro-credential lacks reviewers; the office is told once a version."""
    title = version.credential_version.title
    for person in office_for(version):
        with mail.in_language_of(person):
            mail.write(
                person,
                "review.shortage",
                f"review:short:{version.id}/{person.id}",
                _("“%(title)s” has too few reviewers", title=title),
                [
                    ngettext(
                        "A submission lacks %(num)d reviewer: nobody else is qualified, free and without a conflict.",
                        "A submission lacks %(num)d reviewers: nobody else is qualified, free and without a conflict.",
                        missing,
                    ),
                    _("We ask again every ten minutes. Qualifying another colleague helps at once."),
                ],
                (_("See who is lacking"), address("review.queue", tab="waiting")),
            )


def ready_to_release(version: SubmissionVersion) -> None:
    """The reviews are in and the decision is drafted; the office is told once a version."""
    title = version.credential_version.title
    for person in office_for(version):
        with mail.in_language_of(person):
            mail.write(
                person,
                "review.ready",
                f"review:ready:{version.id}/{person.id}",
                _("A decision on “%(title)s” is ready to release", title=title),
                [_("The reviews are in. Look at the feedback, add a note if you like, and let the teacher know.")],
                (_("Open the decision"), address("review.decision", version=version.id)),
            )

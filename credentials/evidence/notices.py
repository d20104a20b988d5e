"""Who is told what about submissions: the author, when there is something for her to read or do."""

from __future__ import annotations

from flask_babel import gettext as _

from core import mail
from core.web import address
from credentials.evidence.models import Submission, SubmissionVersion
from credentials.evidence.rules import State, attempts_left


def released(version: SubmissionVersion) -> None:
    """The decision was released. The outcome stands on the page, with its reasons; what the mail says is where to read it."""
    person, title = version.person, version.credential_version.title
    with mail.in_language_of(person):
        if version.status is State.DEMONSTRATED:
            subject = _("Demonstrated: “%(title)s”", title=title)
            lines = [
                _("Your reviewers agree that your evidence shows it. Congratulations!"),
                _("Your badge and certificate are being made; you will find them on the page of your submission, with what the reviewers wrote."),
            ]
            label = _("See your result")
        else:
            subject = _("The decision on “%(title)s” is there", title=title)
            lines = [_("The reviewers wrote down, criterion by criterion, what they saw and what they missed.")]
            if attempts_left([row.status for row in version.submission.versions], version.submission.extra_attempts):
                lines.append(_("What was met is kept. You can go on with the rest whenever you like."))
            label = _("Read the feedback")
        if version.release_note:
            lines.append(_("From the professional-learning office: %(note)s", note=version.release_note))
        mail.write(
            person,
            "evidence.released",
            f"submission-version:{version.id}/released",
            subject,
            lines,
            (label, address("evidence.show", submission=version.submission_id)),
        )


def attempt_allowed(submission: Submission) -> None:
    """The coaching conversation was held: the next attempt is open."""
    person, title = submission.person, submission.latest.credential_version.title
    with mail.in_language_of(person):
        mail.write(
            person,
            "evidence.attempt-allowed",
            f"submission:{submission.id}/attempt/{submission.extra_attempts}",
            _("You can go on with “%(title)s”", title=title),
            [_("After the conversation with your coach, the next attempt is open. What was met is kept.")],
            (_("Go on"), address("evidence.show", submission=submission.id)),
        )

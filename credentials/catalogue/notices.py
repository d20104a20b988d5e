"""Who is told what while a micro-credential is written and checked: those who can act, and those who wait for it."""

from __future__ import annotations

from flask_babel import gettext as _

from core import mail
from core.web import address
from credentials.catalogue import authoring_queries
from credentials.catalogue.models import CredentialVersion
from people.models import Person


def quality_check_asked(version: CredentialVersion, author: Person) -> int:
    """Tell everybody who may do the check; answers how many were told."""
    told, about = 0, {"number": version.number, "title": version.title}
    for person in authoring_queries.possible_checkers(version):
        with mail.in_language_of(person):
            told += mail.write(
                person,
                "quality-check-asked",
                f"quality-check-asked:{version.id}:{version.lock}:{person.id}",
                _("Quality check: %(title)s", title=version.title),
                [
                    _("%(name)s has finished version %(number)s of “%(title)s” and asks for the quality check.", name=author.display_name, **about),
                    _("Whoever comes first does it; it takes about half an hour. You read it as a teacher would, and go through the quality standard."),
                ],
                (_("Do the quality check"), address("authoring.check", version=version.id)),
            )
    return told


def returned(version: CredentialVersion, checker: Person, note: str) -> None:
    """Tell those who wrote it what to improve."""
    for person in authoring_queries.contributors(version):
        with mail.in_language_of(person):
            mail.write(
                person,
                "quality-check-returned",
                f"quality-check-returned:{version.id}:{version.lock}:{person.id}",
                _("To improve: %(title)s", title=version.title),
                [_("%(name)s has read “%(title)s” and asks you to improve something:", name=checker.display_name, title=version.title), note],
                (_("Open the draft"), address("authoring.edit", version=version.id)),
            )


def published(version: CredentialVersion, checker: Person) -> None:
    """Tell those who wrote it that teachers can see it now."""
    about = {"number": version.number, "title": version.title}
    for person in authoring_queries.contributors(version):
        with mail.in_language_of(person):
            mail.write(
                person,
                "micro-credential-published",
                f"micro-credential-published:{version.id}:{person.id}",
                _("Published: %(title)s", title=version.title),
                [
                    _("%(name)s checked version %(number)s of “%(title)s” against the quality standard and published it.", name=checker.display_name, **about),
                    _("Teachers can start it from now on."),
                ],
                (_("See it in the catalogue"), address("catalogue.show", slug=version.micro_credential.slug)),
            )

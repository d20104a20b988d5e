"""What people are told by mail about their account: only what they asked for, and what could be somebody else's doing."""

from __future__ import annotations

from flask_babel import gettext as _

from core import clock, i18n, mail
from core.web import address
from people import links
from people.models import ApiToken, Person


def reset_link(person: Person, is_first: bool = False) -> bool:
    """Send the link to set a password. Twice within a quarter of an hour is written once, so that nobody's mailbox is flooded
    by a stranger; returns whether it was written."""
    quarter = int(clock.now().timestamp()) // 900
    with mail.in_language_of(person):
        return mail.write(
            person,
            "people.reset",
            f"people.reset:{person.id}:{person.session_version}:{quarter}",
            _("Set your password for Laurel"),
            [
                _("Welcome to Laurel. Choose a password, and you are in.") if is_first else _("Here is the link to set a new password."),
                _("It works once, within an hour. If you did not ask for it, you need not do anything: your password stays as it is."),
            ],
            (_("Set a password"), address("people.reset", link=links.make(person))),
        )


def password_changed(person: Person) -> None:
    """Say that the password was changed, in case it was somebody else."""
    with mail.in_language_of(person):
        mail.write(
            person,
            "people.password_changed",
            f"people.password_changed:{person.id}:{person.session_version}",
            _("Your password was changed"),
            [
                _("The password of your Laurel account was changed on %(when)s. You were signed out everywhere else.", when=i18n.datetime(clock.now())),
                _("If that was not you, set a new one now and tell the professional-learning office."),
            ],
            (_("Set a new password"), address("people.forgot")),
        )


def token_created(token: ApiToken) -> None:
    """Say that a token was made, in case it was somebody else."""
    with mail.in_language_of(token.person):
        mail.write(
            token.person,
            "people.token_created",
            f"people.token_created:{token.id}",
            _("A personal token was made for your account"),
            [
                _("“%(name)s” may use the API in your name until %(day)s.", name=token.name, day=i18n.date(token.expires_at)),
                _("If that was not you, revoke it on your profile and set a new password."),
            ],
            (_("See your tokens"), address("people.profile") + "#tokens"),
        )


def locked(person: Person, times: int, until: object) -> None:
    """Say, once a day at most, that wrong passwords locked the account."""
    with mail.in_language_of(person):
        mail.write(
            person,
            "people.locked",
            f"people.locked:{person.id}:{clock.today()}",
            _("Wrong passwords locked your account for a while"),
            [
                _("Somebody gave a wrong password for your account %(times)s times. It is locked until %(until)s.", times=times, until=i18n.datetime(until)),  # type: ignore[arg-type]
                _("If it was you: set a new password, which opens the account at once. If not: your password held, and you need not do anything."),
            ],
            (_("Set a new password"), address("people.forgot")),
        )

"""Later work of the people room: mail about an account, and sweeping."""

from __future__ import annotations

from flask import current_app

from core import audit, jobs
from core.db import db, transaction
from people import notices
from people.models import Person, SignInGuard
from people.services import sign_in


@jobs.job("people.send_reset_link")
def send_reset_link(person_id: int) -> None:
    """Send somebody the link to set a password. Number 0 is nobody: the page puts the same job on the queue for an address that
    has no account, so that neither its answer nor its time tells."""
    with transaction():
        person = db.session.get(Person, person_id)
        if person is not None and person.enabled and notices.reset_link(person, is_first=person.password_hash is None):
            audit.record(None, "person.ask_reset", person)


@jobs.job("people.tell_locked")
def tell_locked(person_id: int) -> None:
    """Tell somebody, and the history, that wrong passwords locked her account. Number 0 is nobody, as above."""
    with transaction():
        person = db.session.get(Person, person_id)
        guard = db.session.get(SignInGuard, sign_in.guard_key(person.email)) if person else None
        if person is not None and guard is not None and guard.locked_until is not None:
            audit.record(None, "person.locked", person, failures=guard.failures)
            notices.locked(person, guard.failures, guard.locked_until)


@jobs.job("people.sweep", cron="41 3 * * *", lock="people.sweep")
def sweep() -> None:
    """Forget wrong passwords and ended sessions that no longer matter."""
    with transaction():
        sign_in.sweep(current_app.permanent_session_lifetime)

"""A forgotten password: a link by mail, for an hour, for one use, and no word on who works here."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer
from sqlalchemy import func, select

from core import clock, jobs
from core.audit import AuditEvent
from core.db import db, transaction
from core.errors import RuleBroken
from core.mail import Mail
from people import links, passwords
from people.limits import LINKS
from people.models import Person, SignInGuard, UsedLink
from people.rules import GUESSES, Role
from people.services import account as account_services
from tests.people.conftest import PASSWORD, signed_in_as, try_password
from tests.people.test_sign_in import until_refused, words_of
from tests.processes import together

NEW = "another eight tortoises"
NOW = dt.datetime(2026, 11, 24, 17, 30, tzinfo=dt.UTC)


def mails(app: Flask, kind: str = "people.reset") -> list[Mail]:
    """The mails of a kind that have been written, after all jobs ran."""
    with app.app_context():
        jobs.run_due()
        found = list(db.session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))
        db.session.expunge_all()
        return found


def link_in(mail: Mail) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://laurel\.example(/reset\?link=\S+)", mail.text)
    assert found
    return found[1]


def asked_link(app: Flask, client: Any, email: str = "ana@laurel.example") -> str:
    client.post("/forgot", data={"email": email})
    return link_in(mails(app)[-1])


def send_new(client: Any, password: str = NEW, again: str | None = None) -> Any:
    return client.post("/reset", data={"password": password, "again": password if again is None else again})


def test_the_link_comes_by_mail_and_sets_a_new_password(app: Flask, account, visitor) -> None:
    ana = account(email="ana@laurel.example")
    page = visitor.get(asked_link(app, visitor), follow_redirects=True)
    assert page.request.path == "/reset"
    assert page.request.query_string == b"", "the link does not stay in the address"
    assert "For ana@laurel.example" in page.text
    assert send_new(visitor).location == "/sign-in"
    assert try_password(visitor, "ana@laurel.example").status_code == 422, "the old password is worthless"
    assert try_password(visitor, "ana@laurel.example", NEW).status_code == 302
    assert signed_in_as(visitor) == ana


def test_the_mail_is_in_the_readers_language_and_leads_to_the_public_address(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example", given_name="Ana", locale="en")
    visitor.post("/forgot", data={"email": "ana@laurel.example"}, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    mail = mails(app)[0]
    assert "evil" not in mail.text + mail.html
    assert mail.recipient == "ana@laurel.example"
    assert "Hello Ana," in mail.text
    assert 'lang="en"' in mail.html
    assert link_in(mail).replace("&", "&amp;") in mail.html


@pytest.mark.parametrize("email", ["nobody@laurel.example", "gone@laurel.example", "x@y", "ana@laurel.example\0"])
def test_the_answer_is_the_same_whether_or_not_the_account_exists(app: Flask, account, visitor, email: str) -> None:
    account(email="ana@laurel.example")
    account(email="gone@laurel.example", enabled=False)
    known, other = visitor.post("/forgot", data={"email": "ana@laurel.example"}), visitor.post("/forgot", data={"email": email})
    assert (known.status_code, known.location, known.text) == (other.status_code, other.location, other.text)
    assert words_of(visitor.get(known.location)) == words_of(visitor.get(other.location))


def test_the_work_is_the_same_too(account, visitor, statements) -> None:
    account(email="ana@laurel.example")
    visitor.post("/forgot", data={"email": "warm@laurel.example"})
    statements.clear()
    visitor.post("/forgot", data={"email": "ana@laurel.example"})
    known = list(statements)
    statements.clear()
    visitor.post("/forgot", data={"email": "nobody@laurel.example"})
    assert statements == known


def test_nobody_gets_a_mail_for_an_address_nobody_has_or_a_closed_account(app: Flask, account, visitor) -> None:
    account(email="gone@laurel.example", enabled=False)
    visitor.post("/forgot", data={"email": "nobody@laurel.example"})
    visitor.post("/forgot", data={"email": "gone@laurel.example"})
    assert mails(app) == []


def test_somebody_who_never_had_a_password_gets_in_the_same_way(app: Flask, account, visitor) -> None:
    new = account(email="new@laurel.example", password_hash=None)
    visitor.get(asked_link(app, visitor, "new@laurel.example"))
    assert "Welcome to Laurel" in mails(app)[0].text
    send_new(visitor)
    try_password(visitor, "new@laurel.example", NEW)
    assert signed_in_as(visitor) == new


def test_asking_again_at_once_sends_no_second_mail(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with clock.frozen(NOW):
        for _ in range(5):
            visitor.post("/forgot", data={"email": "ana@laurel.example"})
        assert len(mails(app)) == 1
    with clock.frozen(NOW + dt.timedelta(minutes=15)):
        visitor.post("/forgot", data={"email": "ana@laurel.example"})
        assert len(mails(app)) == 2


@pytest.mark.parametrize("typed", ["", "ana", "ana at laurel.example", "a b@laurel.example"])
def test_what_is_no_address_is_said_to_be_none(visitor, typed: str) -> None:
    answer = visitor.post("/forgot", data={"email": typed})
    assert answer.status_code == 422
    assert "An e-mail address looks like" in answer.text or "Type the e-mail address" in answer.text


def test_a_link_works_once(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    link = asked_link(app, visitor)
    visitor.get(link)
    send_new(visitor)
    other = app.test_client()
    again = other.get(link, follow_redirects=True)
    assert again.status_code == 410
    assert "This link no longer works" in again.text
    assert send_new(other, "a third sort of turtle").status_code == 410
    assert try_password(visitor, "ana@laurel.example", NEW).status_code == 302


def test_the_back_button_after_setting_it_finds_the_link_dead(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    visitor.get(asked_link(app, visitor))
    send_new(visitor)
    assert send_new(visitor).status_code == 410


def test_a_used_link_is_remembered_by_its_digest_alone(app: Flask, account, visitor) -> None:
    ana = account(email="ana@laurel.example")
    link = asked_link(app, visitor)
    visitor.get(link)
    send_new(visitor)
    with app.app_context():
        used = db.session.scalars(select(UsedLink)).one()
        assert used.person_id == ana
        assert len(used.digest) == 64
        assert used.digest not in link


def test_a_link_works_for_an_hour(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with clock.frozen(NOW):
        link = asked_link(app, visitor)
    with clock.frozen(NOW + dt.timedelta(minutes=60)):
        assert visitor.get(link, follow_redirects=True).status_code == 200
    with clock.frozen(NOW + dt.timedelta(minutes=60, seconds=1)):
        assert visitor.get("/reset").status_code == 410
        assert send_new(visitor).status_code == 410


def test_a_link_is_dead_once_the_password_changed_otherwise(app: Flask, account, visitor, as_) -> None:
    ana = account(email="ana@laurel.example")
    link = asked_link(app, visitor)
    as_(ana).post("/profile/password", data={"current": PASSWORD, "password": NEW, "again": NEW})
    assert visitor.get(link, follow_redirects=True).status_code == 410


def test_of_two_links_the_second_is_dead_once_the_first_was_used(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    with clock.frozen(NOW):
        first = asked_link(app, visitor)
    with clock.frozen(NOW + dt.timedelta(minutes=20)):
        second = asked_link(app, visitor)
        assert first != second
        visitor.get(first)
        send_new(visitor)
        assert app.test_client().get(second, follow_redirects=True).status_code == 410


def test_a_link_is_dead_once_the_account_is_closed(app: Flask, account, visitor) -> None:
    ana = account(email="ana@laurel.example")
    visitor.get(asked_link(app, visitor))
    with app.app_context(), transaction():
        db.session.get_one(Person, ana).enabled = False
    assert send_new(visitor).status_code == 410


@pytest.mark.parametrize("link", ["", "x", "WzEsIngiXQ.x", "a.b.c", "é", "x" * 5000])
def test_a_link_that_somebody_made_up_is_dead(visitor, link: str) -> None:
    assert visitor.get("/reset", query_string={"link": link}, follow_redirects=True).status_code == 410


def test_a_link_signed_for_another_purpose_is_dead(app: Flask, account) -> None:
    ana = account()
    with app.app_context():
        person = db.session.get_one(Person, ana)
        payload = [ana, passwords.fingerprint(person.password_hash), int(clock.now().timestamp())]
        assert links.read(URLSafeSerializer(app.secret_key, salt="people.reset").dumps(payload)) is not None
        assert links.read(URLSafeSerializer(app.secret_key, salt="something else").dumps(payload)) is None
        assert links.read(URLSafeSerializer("another key", salt="people.reset").dumps(payload)) is None
        assert links.read(URLSafeSerializer(app.secret_key, salt="people.reset").dumps([1, 2])) is None


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("tortoise", None, "Take at least 12 characters"),
        ("Password1234", None, "among the first that a stranger would try"),
        ("ana moreno ana", None, "Your name or address makes up most of it"),
        (NEW, NEW + "!", "The two are not the same"),
        (NEW, "", "Type the new password once more"),
        ("x" * 300, None, "Take at most 200 characters"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason_and_the_link_stays_good(
    app: Flask, account, visitor, password: str, again: str | None, sentence: str
) -> None:
    account(email="ana@laurel.example", given_name="Ana", family_name="Moreno")
    visitor.get(asked_link(app, visitor))
    answer = send_new(visitor, password, again)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert password not in answer.text
    assert send_new(visitor).status_code == 302


def test_a_reset_ends_every_session(app: Flask, account, visitor, as_, row) -> None:
    ana = account(email="ana@laurel.example")
    phone = as_(ana)
    visitor.get(asked_link(app, visitor))
    send_new(visitor)
    assert signed_in_as(phone) is None
    assert row(Person, ana, "session_version") == 2


def test_a_reset_opens_a_locked_account(app: Flask, account, visitor) -> None:
    ana = account(email="ana@laurel.example")
    for _ in range(GUESSES):
        try_password(visitor, "ana@laurel.example", "wrong")
    visitor.get(asked_link(app, visitor))
    send_new(visitor)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignInGuard)) == 0
    assert try_password(visitor, "ana@laurel.example", NEW).status_code == 302
    assert signed_in_as(visitor) == ana


def test_a_reset_is_in_the_history_and_told_by_mail(app: Flask, account, visitor) -> None:
    ana = account(email="ana@laurel.example")
    visitor.get(asked_link(app, visitor))
    send_new(visitor)
    assert [m.person_id for m in mails(app, "people.password_changed")] == [ana]
    with app.app_context():
        events = [(e.verb, e.actor_id, e.facts) for e in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert events == [("person.ask_reset", None, {}), ("person.set_password", ana, {"how": "reset"})]


def test_neither_link_nor_password_stands_in_the_history(app: Flask, account, visitor) -> None:
    account(email="ana@laurel.example")
    link = asked_link(app, visitor)
    visitor.get(link)
    send_new(visitor)
    with app.app_context():
        written = " ".join(f"{e.verb} {e.facts}" for e in db.session.scalars(select(AuditEvent)))
        queued = " ".join(db.session.scalars(db.text("SELECT args::text FROM procrastinate_jobs")))
    for secret in (NEW, link.partition("=")[2], "ana@laurel.example"):
        assert secret not in written + queued


def test_opening_a_link_as_somebody_else_changes_only_the_owners_password(app: Flask, account, visitor, as_, row, password_hash: str) -> None:
    account(email="ana@laurel.example")
    ben = account(email="ben@laurel.example")
    bens = as_(ben)
    bens.get(asked_link(app, visitor))
    send_new(bens)
    assert row(Person, ben, "password_hash") == password_hash
    assert signed_in_as(bens) is None, "the browser belongs to nobody until somebody signs in"


def test_asking_for_links_is_slowed_down(limited: None, visitor) -> None:
    until_refused(lambda n: visitor.post("/forgot", data={"email": f"nobody{n}@laurel.example"}), int(LINKS.split()[0]))


def test_trying_links_is_slowed_down(limited: None, visitor) -> None:
    until_refused(lambda n: visitor.get("/reset"), int(LINKS.split()[0]))


def test_an_administrator_can_send_the_link(app: Flask, account, as_, visitor) -> None:
    ana = account(email="ana@laurel.example")
    boss = account(Role.ADMINISTRATOR)
    assert as_(boss).post(f"/people/{ana}/send-link").status_code == 302
    assert visitor.get(link_in(mails(app)[0]), follow_redirects=True).status_code == 200
    with app.app_context():
        assert ("person.send_reset", boss, ana) in [(e.verb, e.actor_id, e.subject_id) for e in db.session.scalars(select(AuditEvent))]


def _use(app: Flask, number: int, link: str) -> str:
    with app.app_context():
        try:
            with transaction():
                account_services.reset(link, f"{NEW} number {number}")
        except RuleBroken as refused:
            return refused.rule
        return "set"


def _begin(app: Flask, number: int) -> str:
    with app.app_context(), transaction() as session:
        person = Person(email="ana@laurel.example", given_name="Ana", family_name="Invented", password_hash=passwords.hashed(PASSWORD))
        session.add(person)
        session.flush()
        return links.make(person)


@pytest.mark.processes
def test_of_six_processes_with_the_same_link_one_sets_the_password(own_database: str, tmp_path: Path) -> None:
    (link,) = together(own_database, tmp_path, 1, _begin)
    assert sorted(together(own_database, tmp_path, 6, _use, link)) == ["link-dead"] * 5 + ["set"]

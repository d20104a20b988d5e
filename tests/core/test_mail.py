"""Mail: written in the same transaction as the fact, sent once, in the way the settings say."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from flask import Flask
from sqlalchemy import func, select

from core import clock, jobs, mail
from core.db import db, transaction
from core.mail import Mail
from tests.factories import people as factory

NOW = dt.datetime(2026, 11, 24, 17, 30, tzinfo=dt.UTC)


@pytest.fixture
def settings(app: Flask, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """``settings(mail="smtp", …)`` for one test."""
    before = app.config["LAUREL"]
    app.config["LAUREL"] = dataclasses.replace(before, data_dir=str(tmp_path))
    yield lambda **changes: app.config.update(LAUREL=dataclasses.replace(app.config["LAUREL"], **changes))
    app.config["LAUREL"] = before


def write(person: Any, key: str = "k", **given: Any) -> bool:
    with mail.in_language_of(person):
        return mail.write(
            person,
            "test",
            key,
            given.pop("subject", "A subject"),
            given.pop("lines", ["One.", "Two."]),
            given.pop("action", ("Look", "http://laurel.example/x?a=1&b=2")),
            **given,
        )


def send_all(app: Flask) -> int:
    with app.app_context():
        return jobs.run_due()


def send_one(app: Flask, **given: Any) -> None:
    with app.app_context():
        with transaction():
            write(factory.person(email="ana@laurel.example", given_name="Ana"), **given)
        jobs.run_due()


def files(tmp_path: Path) -> list[EmailMessage]:
    return [email.message_from_bytes(p.read_bytes(), policy=default) for p in sorted((tmp_path / "mail").glob("*.eml"))]  # type: ignore[misc]


def test_a_message_waits_in_the_outbox_until_its_job_ran(app: Flask, settings, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        assert write(factory.person()) is True
    with app.app_context():
        assert db.session.scalars(select(Mail.sent_at)).one() is None
    assert files(tmp_path) == []
    with clock.frozen(NOW):
        assert send_all(app) == 1
    with app.app_context():
        assert db.session.scalars(select(Mail.sent_at)).one() == NOW
    assert len(files(tmp_path)) == 1


def test_the_same_story_told_twice_writes_once(app: Flask, settings, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        ana = factory.person()
        assert write(ana, "award:7") is True
        assert write(ana, "award:7", subject="Another subject") is False
        assert write(ana, "award:8") is True
    assert send_all(app) == 2
    assert len(files(tmp_path)) == 2


def test_a_story_that_was_undone_writes_nothing(app: Flask, settings, tmp_path: Path) -> None:
    with app.app_context(), pytest.raises(ZeroDivisionError), transaction():
        write(factory.person())
        1 / 0  # noqa: B018
    assert send_all(app) == 0
    assert files(tmp_path) == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Mail)) == 0


def test_a_message_that_was_sent_is_not_sent_again(app: Flask, settings, tmp_path: Path) -> None:
    send_one(app)
    with app.app_context():
        number = db.session.scalars(select(Mail.id)).one()
        (tmp_path / "mail" / f"{number:08d}.eml").unlink()
        with transaction():
            jobs.later(mail.send, mail_id=number)
            jobs.later(mail.send, mail_id=number + 1)
        assert jobs.run_due() == 2
    assert files(tmp_path) == []


def test_a_message_has_text_and_html_and_all_its_headers(app: Flask, settings, tmp_path: Path) -> None:
    settings(mail_from="Laurel Valley <pd@laurel.example>")
    with clock.frozen(NOW):
        send_one(app, lines=["Häuser & <Gärten>."])
    (message,) = files(tmp_path)
    assert message["From"] == "Laurel Valley <pd@laurel.example>"
    assert message["To"] == "ana@laurel.example"
    assert message["Subject"] == "A subject"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@laurel.example>")
    text, html = message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "Hello Ana," in text
    assert "Häuser & <Gärten>." in text
    assert "http://laurel.example/x?a=1&b=2" in text
    assert "Häuser &amp; &lt;Gärten&gt;." in html
    assert 'href="http://laurel.example/x?a=1&amp;b=2"' in html


def test_a_message_without_an_action_has_no_button(app: Flask, settings, tmp_path: Path) -> None:
    send_one(app, action=None)
    (message,) = files(tmp_path)
    assert "<a href" not in message.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_line_ends_in_a_subject_cannot_add_headers(app: Flask, settings, tmp_path: Path) -> None:
    send_one(app, subject="Hello\r\nBcc: everybody@laurel.example\n")
    (message,) = files(tmp_path)
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: everybody@laurel.example"


def test_a_message_is_in_the_language_of_its_reader(app: Flask, settings) -> None:
    with app.app_context(), transaction():
        for locale in ("es", "en", None):
            person = factory.person(locale=locale)
            write(person, key=str(locale))
    with app.app_context():
        languages = {m.natural_key: m.html.partition('lang="')[2][:2] for m in db.session.scalars(select(Mail))}
    assert languages == {"es": "es", "en": "en", "None": "en"}


def test_the_console_shows_the_message(app: Flask, settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings(mail="console")
    send_one(app)
    assert "Subject: A subject" in capsys.readouterr().out


class Mailbox:
    """A mail server for tests: it keeps what it is given."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []
        self.refuse = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse:
            return self.refuse
        self.envelopes.append(envelope)
        return "250 OK"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server without TLS, and its port."""
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    yield box, server.port
    server.stop()


def test_smtp_hands_it_to_the_server(app: Flask, settings, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    settings(mail="smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)
    send_one(app)
    (envelope,) = box.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("laurel@localhost", ["ana@laurel.example"])
    assert b"Subject: A subject" in envelope.content


def test_what_the_server_refuses_stays_in_the_outbox_and_goes_out_under_the_same_number(app: Flask, settings, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    settings(mail="smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_starttls=False)
    box.refuse = "451 come back later"
    with app.app_context(), transaction():
        write(factory.person())
    with pytest.raises(Exception, match="come back later"):
        send_all(app)
    with app.app_context():
        assert db.session.scalars(select(Mail.sent_at)).one() is None
        number = db.session.scalars(select(Mail.id)).one()
    box.refuse = ""
    numbers = []
    for _ in range(2):
        with app.app_context():
            with transaction():
                db.session.get_one(Mail, number).sent_at = None
                jobs.later(mail.send, mail_id=number)
            jobs.run_due()
        numbers.append(email.message_from_bytes(box.envelopes[-1].content)["Message-ID"])
    assert numbers[0] == numbers[1], "a server that has it already can tell"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody has signed, and its key."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*made, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


@pytest.fixture
def tls_mailbox(certificate: tuple[Path, Path]) -> Iterator[tuple[Mailbox, int]]:
    """A mail server that wants TLS and a name, and its port."""
    box, context = Mailbox(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*map(str, certificate))

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and (data.login, data.password) == (b"laurel", b"open sesame"))

    server = Controller(box, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True, authenticator=check, auth_required=True)
    server.start()
    yield box, server.port
    server.stop()


def test_smtp_goes_over_tls_and_signs_in(
    app: Flask, settings, tls_mailbox: tuple[Mailbox, int], certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, port = tls_mailbox
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    settings(mail="smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_user="laurel", smtp_password="open sesame")
    send_one(app)
    assert len(box.envelopes) == 1


def test_smtp_trusts_no_certificate_that_nobody_signed(app: Flask, settings, tls_mailbox: tuple[Mailbox, int]) -> None:
    box, port = tls_mailbox
    settings(mail="smtp", smtp_host="127.0.0.1", smtp_port=port, smtp_user="laurel", smtp_password="open sesame")
    with pytest.raises(ssl.SSLCertVerificationError):
        send_one(app)
    assert box.envelopes == []

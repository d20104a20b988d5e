"""Mail: written into the outbox in the same transaction as the fact it tells of, sent by a job.

Mail is rare and useful: every message has a reason (``kind``), a link to the one page to act on, and a natural key, so that a
story told twice writes once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

import structlog
from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from core import clock, jobs
from core.config import Settings
from core.db import Base, Key, db, transaction

log = structlog.get_logger()


class Mail(Base):
    """One message in the outbox."""

    __tablename__ = "mail"
    __table_args__ = (Index("ix_mail_unsent", "id", postgresql_where="sent_at IS NULL"),)

    id: Mapped[Key]
    natural_key: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    message_id: Mapped[str | None] = mapped_column(String(200))


def write(person: object, kind: str, key: str, subject: str, lines: list[str], action: tuple[str, str] | None = None, *, to: str | None = None) -> bool:
    """Put a message to ``person`` into the outbox unless one with this natural ``key`` is there; returns whether it was put.

    ``lines`` are paragraphs; ``action`` is (label, absolute address) of the one page to act on. Call it inside
    :func:`in_language_of` so that the words are in the reader's language.
    """
    name, base_url = getattr(person, "given_name", ""), current_app.config["LAUREL"].base_url
    context = {"subject": subject, "lines": lines, "action": action, "name": name, "base_url": base_url}
    statement = (
        insert(Mail)
        .values(
            natural_key=key,
            kind=kind,
            person_id=getattr(person, "id", None),
            recipient=to or getattr(person, "email", ""),
            subject=re.sub(r"\s+", " ", subject).strip()[:300],
            text=render_template("email/message.txt", **context),
            html=render_template("email/message.html", **context),
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[Mail.natural_key])
        .returning(Mail.id)
    )
    new = db.session.scalar(statement)
    if new is None:
        return False
    jobs.later(send, mail_id=new)
    return True


def in_language_of(person: object):  # type: ignore[no-untyped-def]
    """A context in which texts are in that person's language."""
    return force_locale(getattr(person, "locale", None) or current_app.config["LAUREL"].default_locale)


@jobs.job("core.mail.send")
def send(mail_id: int) -> None:
    """Send one message of the outbox. A message that is marked as sent is not sent again."""
    with transaction():
        mail = db.session.get(Mail, mail_id, with_for_update=True)
        if mail is None or mail.sent_at is not None:
            return
        settings: Settings = current_app.config["LAUREL"]
        # The same for every attempt: a server that took the message before the connection broke can tell that it has it already.
        mail.message_id = f"<{hashlib.sha256(mail.natural_key.encode()).hexdigest()[:32]}@{parseaddr(settings.mail_from)[1].rpartition('@')[2]}>"
        deliver(settings, _compose(settings, mail), mail.id)
        mail.sent_at = clock.now()


def _compose(settings: Settings, mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at.astimezone(dt.UTC))
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def deliver(settings: Settings, message: EmailMessage, number: int) -> None:
    """Hand one message over in the way the settings say."""
    if settings.mail == "console":
        print(message.as_string())
    elif settings.mail == "file":
        folder = settings.data_path / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:08d}.eml").write_bytes(message.as_bytes())
    else:
        # smtplib on its own would take any certificate.
        trusted = ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=30, context=trusted)
            if settings.smtp_port == 465
            else smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=30)
        ) as server:
            if settings.smtp_port != 465 and settings.smtp_starttls:
                server.starttls(context=trusted)
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            server.send_message(message)
    log.info("mail sent", mail=number, how=settings.mail)


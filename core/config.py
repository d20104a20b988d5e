"""Settings: read once from the environment, typed, checked, and documented in one place.

Every setting is a field of :class:`Settings` with its help text beside it; ``docs/settings.md`` is printed from here
(``flask settings --markdown``) and a test keeps the two equal.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class BadSetting(ValueError):
    """A setting in the environment cannot be used; the message names it and says what would be right."""


def _setting(default: typing.Any, help: str) -> typing.Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """All that can be set from outside. The environment variable is ``LAUREL_`` plus the field's name in capitals,
    except ``DATABASE_URL``, which every host already knows by that name."""

    database_url: str = _setting("", "PostgreSQL 15 or later, e.g. postgresql://user@host/laurel. Empty: the embedded server in the data folder.")
    data_dir: str = _setting("instance", "Folder for the embedded database, uploaded files, keys and caches.")
    base_url: str = _setting("http://127.0.0.1:5000", "Public address of this installation, without a slash at the end. Badges carry it for ever.")
    secret_key: str = _setting("", "Signs cookies and links, seals the badge keys. Empty: made once and kept in the data folder.")
    demo: bool = _setting(False, "Demonstration mode: the sign-in page lists the invented people. Never with real data.")
    https_only: bool = _setting(False, "Send cookies over https only and announce HSTS. Switch on wherever people other than you sign in.")
    trusted_proxies: int = _setting(0, "How many reverse proxies stand in front and set X-Forwarded-For and -Proto.")
    storage_url: str = _setting(
        "", "Where evidence is kept: empty for the data folder, or s3://bucket/prefix, gs://…, az://… (credentials by the provider's own variables)."
    )
    max_upload_mb: int = _setting(200, "Largest single evidence file, in megabytes.")
    mail: str = _setting("file", "How mail leaves: smtp, console or file (a folder in the data folder).")
    mail_from: str = _setting("Laurel <laurel@localhost>", "Sender of all mail.")
    smtp_host: str = _setting("localhost", "SMTP server.")
    smtp_port: int = _setting(587, "SMTP port; 465 speaks TLS from the start.")
    smtp_user: str = _setting("", "SMTP user, if the server wants one.")
    smtp_password: str = _setting("", "SMTP password.")
    smtp_starttls: bool = _setting(True, "Upgrade to TLS before signing in (ignored on port 465).")
    default_locale: str = _setting("en", "Language before anybody has chosen: en or es.")
    timezone: str = _setting("America/Denver", "The district's time zone (IANA name).")
    session_hours: int = _setting(12, "How long a sign-in lasts without use.")
    rate_limit_storage: str = _setting(
        "memory://",
        "Where requests per address are counted: memory:// is each process for itself, so several processes allow several times as much; "
        "redis://host counts them together (install the redis package). Wrong passwords are always counted exactly, in the database.",
    )
    metrics_token: str = _setting("", "If set, /metrics asks for it as a bearer token.")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR.")
    log_format: str = _setting("json", "json for machines, text for people.")
    db_pool: int = _setting(5, "Database connections kept by one process.")

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).resolve()

    def __post_init__(self) -> None:
        if self.mail not in ("smtp", "console", "file"):
            raise BadSetting(f"LAUREL_MAIL is {self.mail!r}; it must be smtp, console or file.")
        if self.default_locale not in ("en", "es"):
            raise BadSetting(f"LAUREL_DEFAULT_LOCALE is {self.default_locale!r}; it must be en or es.")
        if not self.base_url.startswith(("http://", "https://")) or self.base_url.endswith("/"):
            raise BadSetting(f"LAUREL_BASE_URL is {self.base_url!r}; it must be an http(s) address without a slash at the end.")
        if self.log_format not in ("json", "text"):
            raise BadSetting(f"LAUREL_LOG_FORMAT is {self.log_format!r}; it must be json or text.")
        if self.log_level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
            raise BadSetting(f"LAUREL_LOG_LEVEL is {self.log_level!r}; it must be DEBUG, INFO, WARNING or ERROR.")
        if self.database_url and not re.match(r"postgres(ql)?(\+\w+)?://", self.database_url):
            # The value is not repeated: it may hold a password.
            raise BadSetting("DATABASE_URL must begin with postgresql:// and name a PostgreSQL database.")
        if self.secret_key and len(self.secret_key) < 16:
            raise BadSetting("LAUREL_SECRET_KEY is too short: give it at least 16 characters of chance, or leave it empty and one is made.")
        if "@" not in self.mail_from or not self.mail_from.isprintable():
            raise BadSetting(f"LAUREL_MAIL_FROM is {self.mail_from!r}; it must be an e-mail address, with or without a name.")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadSetting(f"LAUREL_TIMEZONE is {self.timezone!r}; it must be an IANA name such as America/Denver.") from None
        ranges = {"trusted_proxies": (0, 10), "max_upload_mb": (1, 100_000), "smtp_port": (1, 65_535), "session_hours": (1, 24 * 90), "db_pool": (1, 200)}
        for name, (least, most) in ranges.items():
            if not least <= getattr(self, name) <= most:
                raise BadSetting(f"{variable(name)} is {getattr(self, name)}; it must be a whole number from {least} to {most}.")


def variable(name: str) -> str:
    """The environment variable that sets the field ``name``."""
    return "DATABASE_URL" if name == "database_url" else f"LAUREL_{name.upper()}"


def _convert(f: Field, kind: type, text: str) -> object:
    if kind is bool:
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off", ""):
            return False
        raise BadSetting(f"{variable(f.name)} is {text!r}; it must be 1 or 0.")
    if kind is int:
        try:
            return int(text)
        except ValueError:
            raise BadSetting(f"{variable(f.name)} is {text!r}; it must be a whole number.") from None
    return text


def load(env: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Read the settings from ``env`` (the process environment by default); ``overrides`` win and are for tests.

    Raises :class:`BadSetting` for a value that cannot be used.
    """
    env = os.environ if env is None else env
    kinds = typing.get_type_hints(Settings)
    values: dict[str, typing.Any] = {}
    for f in fields(Settings):
        if f.name in overrides:
            values[f.name] = overrides[f.name]
        elif variable(f.name) in env:
            values[f.name] = _convert(f, kinds[f.name], env[variable(f.name)])
    settings = Settings(**values)
    return settings


def secret_of(settings: Settings) -> str:
    """The secret key: from the setting, or made once and kept in the data folder for its owner alone to read."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_path / "secret-key"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written aside and then linked into place: web and worker start together, and the second must find a whole key, never
        # an empty file. mkstemp makes it readable for its owner alone.
        handle, aside = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
        try:
            os.link(aside, path)
        except FileExistsError:
            pass  # The other process was first; its key is the key.
        finally:
            os.unlink(aside)
    return path.read_text()


def markdown_table() -> str:
    """The settings as the table printed in ``docs/settings.md``."""
    kinds = typing.get_type_hints(Settings)
    lines = ["| variable | kind | default | what it is for |", "|---|---|---|---|"]
    for f in fields(Settings):
        default = "" if f.default is MISSING else f.default
        shown = {True: "1", False: "0"}.get(default, default) if isinstance(default, bool) else default
        kind = kinds[f.name]
        name = kind.__name__ if not isinstance(kind, types.UnionType) else str(kind)
        lines.append(f"| `{variable(f.name)}` | {name} | {f'`{shown}`' if shown != '' else ''} | {f.metadata['help']} |")
    return "\n".join(lines) + "\n"

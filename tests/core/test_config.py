"""Settings: read once, typed, and refused in a sentence."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest

from core import config
from core.config import BadSetting, Settings, load, markdown_table, secret_of, variable


def test_nothing_set_is_enough() -> None:
    settings = load({})
    assert settings == Settings()
    assert settings.demo is False
    assert settings.mail == "file"


def test_every_field_is_read_from_its_variable_and_typed() -> None:
    given = {"LAUREL_DEMO": "1", "LAUREL_SMTP_PORT": "25", "LAUREL_BASE_URL": "https://pd.school.org", "DATABASE_URL": "postgresql://u@h/d"}
    settings = load(given)
    assert (settings.demo, settings.smtp_port, settings.base_url, settings.database_url) == (True, 25, "https://pd.school.org", "postgresql://u@h/d")


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("False", False), ("no", False), ("off", False), ("", False)]
)
def test_yes_and_no_may_be_said_in_several_ways(text: str, value: bool) -> None:
    assert load({"LAUREL_HTTPS_ONLY": text}).https_only is value


def test_what_is_given_by_hand_wins() -> None:
    assert load({"LAUREL_DEMO": "1"}, demo=False).demo is False


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("LAUREL_DEMO", "maybe", "must be 1 or 0"),
        ("LAUREL_SMTP_PORT", "smtp", "must be a whole number"),
        ("LAUREL_SMTP_PORT", "0", "from 1 to 65535"),
        ("LAUREL_SMTP_PORT", "70000", "from 1 to 65535"),
        ("LAUREL_SESSION_HOURS", "0", "from 1 to"),
        ("LAUREL_SESSION_HOURS", "-1", "from 1 to"),
        ("LAUREL_DB_POOL", "0", "from 1 to"),
        ("LAUREL_MAX_UPLOAD_MB", "1.5", "must be a whole number"),
        ("LAUREL_TRUSTED_PROXIES", "-1", "from 0 to"),
        ("LAUREL_MAIL", "pigeon", "must be smtp, console or file"),
        ("LAUREL_MAIL_FROM", "nobody", "must be an e-mail address"),
        ("LAUREL_MAIL_FROM", "a@b.org\nBcc: c@d.org", "must be an e-mail address"),
        ("LAUREL_DEFAULT_LOCALE", "de", "must be en or es"),
        ("LAUREL_BASE_URL", "pd.school.org", "without a slash at the end"),
        ("LAUREL_BASE_URL", "https://pd.school.org/", "without a slash at the end"),
        ("LAUREL_LOG_FORMAT", "xml", "must be json or text"),
        ("LAUREL_LOG_LEVEL", "LOUD", "must be DEBUG, INFO, WARNING or ERROR"),
        ("LAUREL_TIMEZONE", "Mars/Olympus", "must be an IANA name"),
        ("LAUREL_TIMEZONE", "../etc/passwd", "must be an IANA name"),
        ("LAUREL_SECRET_KEY", "short", "at least 16 characters"),
        ("DATABASE_URL", "sqlite:///x.db", "must begin with postgresql://"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_would_be_right(name: str, text: str, says: str) -> None:
    with pytest.raises(BadSetting) as refused:
        load({name: text})
    assert name in str(refused.value)
    assert says in str(refused.value)


@pytest.mark.parametrize(("name", "text"), [("LAUREL_SECRET_KEY", "hunter2"), ("DATABASE_URL", "mysql://root:hunter2@host/db")])
def test_a_secret_is_not_repeated_in_the_refusal(name: str, text: str) -> None:
    with pytest.raises(BadSetting) as refused:
        load({name: text})
    assert "hunter2" not in str(refused.value)


def test_the_secret_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    settings = load({}, data_dir=str(tmp_path / "data"))
    key = secret_of(settings)
    assert len(key) > 40
    assert secret_of(settings) == key
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600
    assert [p.name for p in (tmp_path / "data").iterdir()] == ["secret-key"]


def test_a_secret_key_that_is_set_is_used_and_not_written(tmp_path: Path) -> None:
    assert secret_of(load({}, data_dir=str(tmp_path), secret_key="sixteen or more characters")) == "sixteen or more characters"
    assert list(tmp_path.iterdir()) == []


def _key(folder: str) -> str:
    return secret_of(load({}, data_dir=folder))


@pytest.mark.processes
def test_processes_that_start_together_find_one_whole_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("forkserver").Pool(6) as pool:
        keys = set(pool.map(_key, [str(tmp_path)] * 24, chunksize=1))
    assert len(keys) == 1
    assert len(keys.pop()) > 40


def test_every_setting_has_its_line_in_the_table_and_says_what_it_is_for() -> None:
    table = markdown_table()
    for field in config.fields(Settings):
        assert f"| `{variable(field.name)}` |" in table
        assert len(field.metadata["help"]) > 5
    assert "| bool | `0` |" in table

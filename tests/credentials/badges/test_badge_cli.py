"""Badges from a shell: verify a file, begin a new key."""

from __future__ import annotations

import json
import uuid as uuids
from pathlib import Path

import pytest
from click.testing import Result

from credentials.badges import queries, services
from people.rules import Role
from tests.credentials.badges.conftest import at
from tests.factories.badges import signed_award
from tests.factories.people import person


@pytest.fixture
def run(app):
    """``run("verify", …)`` runs a command of badges."""

    def command(*args: object) -> Result:
        return app.test_cli_runner().invoke(args=["badges", *map(str, args)])

    return command


@pytest.fixture
def files(save, visitor, tmp_path: Path) -> Path:
    """A folder with one public badge in every form, and in ``published`` what its issuer publishes."""
    uuid = save(lambda: signed_award(visibility="public"))
    for form in ("json", "jwt", "png", "svg"):
        (tmp_path / f"badge.{form}").write_bytes(visitor.get(f"/badges/{uuid}.{form}").data)
    published = tmp_path / "published"
    published.mkdir()
    badge = json.loads((tmp_path / "badge.json").read_text())
    list_url = badge["credentialStatus"]["statusListCredential"].removeprefix("http://laurel.example")
    (published / "did.json").write_bytes(visitor.get("/.well-known/did.json").data)
    (published / "status.json").write_bytes(visitor.get(list_url).data)
    (published / "notes.json").write_text("[1, 2")
    (tmp_path / "uuid").write_text(str(uuid))
    return tmp_path


@pytest.mark.parametrize("form", ["json", "jwt", "png", "svg"])
def test_a_badge_is_verified_in_every_form_one_line_a_check(run, files, form: str) -> None:
    result = run("verify", files / f"badge.{form}")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [line.split()[:2] for line in lines[:-1]] == [["yes", name] for name in ("parse", "context", "shape", "issuer", "proof", "window", "status")]
    assert lines[-1] == "valid"


def test_with_a_folder_it_needs_nothing_of_this_installation(run, files) -> None:
    assert run("verify", files / "badge.png", "--resolve", files / "published").exit_code == 0
    empty = files / "empty"
    empty.mkdir()
    result = run("verify", files / "badge.png", "--resolve", empty)
    assert result.exit_code == 2
    assert "cannot be decided here: unknown is not valid" in result.output


def test_a_changed_badge_is_refused(run, files) -> None:
    badge = json.loads((files / "badge.json").read_text())
    (files / "changed.json").write_text(json.dumps(badge | {"name": "Another name"}))
    result = run("verify", files / "changed.json")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "not valid"
    assert "NO      proof" in result.output


def test_a_revoked_badge_is_refused(run, files, save) -> None:
    number = uuids.UUID((files / "uuid").read_text())
    save(lambda: services.revoke(person(Role.COORDINATOR), at(number), "Awarded in error, by a mix-up of names."))
    result = run("verify", files / "badge.json")
    assert result.exit_code == 1
    assert "NO      status   The issuer has revoked it." in result.output


def test_for_machines_the_answer_is_one_object(run, files) -> None:
    told = json.loads(run("verify", files / "badge.jwt", "--json").output)
    assert told["valid"] is True
    assert [check["name"] for check in told["checks"]] == ["parse", "context", "shape", "issuer", "proof", "window", "status"]
    assert all(check["ok"] for check in told["checks"])


@pytest.mark.parametrize("content", [b"", b"hello", b"{", b"\x89PNG\r\n\x1a\nbroken", b"<svg", b"\xff\xfe"])
def test_a_file_that_is_no_badge_is_refused_in_words(run, tmp_path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    result = run("verify", path)
    assert result.exit_code == 1
    assert result.output.startswith("NO      parse")
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_a_file_that_is_not_there_is_refused(run) -> None:
    result = run("verify", "nowhere.json")
    assert result.exit_code == 2
    assert "does not exist" in result.output


def test_a_new_key_is_begun_and_the_old_badges_stay_valid(app, run, files) -> None:
    with app.app_context():
        before = queries.active_keys()["ed25519"].fragment
    result = run("rotate-key", "--kind", "ed25519")
    assert result.exit_code == 0, result.output
    with app.app_context():
        after = queries.active_keys()["ed25519"].fragment
        assert {row.fragment for row in queries.published_keys()} >= {before, after}
    assert after != before
    assert result.output == f"New ed25519 key: did:web:laurel.example#{after}\n"
    assert run("verify", files / "badge.json").exit_code == 0


def test_no_other_kind_of_key_is_begun(run) -> None:
    assert run("rotate-key", "--kind", "dsa").exit_code == 2
    assert run("rotate-key").exit_code == 2

"""Micro-credentials from a shell, and as files."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from core.db import db, transaction
from core.errors import BadInput
from credentials.catalogue.content import parse
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.yaml_forms import from_yaml, to_yaml
from people.models import Person
from tests.factories.catalogue import document

SHIPPED = sorted((Path(__file__).resolve().parents[3] / "credentials" / "content").glob("*.yaml"))


@pytest.fixture
def run(app, cast):
    """``run("check", path)`` runs a command; the addresses of author and approver are ana@ and cy@laurel.example."""
    with app.app_context(), transaction():
        for name in ("ana", "cy"):
            db.session.get_one(Person, cast[name]).email = f"{name}@laurel.example"

    def command(*arguments: object):
        return app.test_cli_runner().invoke(args=["catalogue", *map(str, arguments)])

    return command


BOTH = ("--author", "ana@laurel.example", "--approver", "cy@laurel.example")


def write(folder: Path, name: str, given: dict) -> Path:
    path = folder / name
    path.write_text(to_yaml(given), "utf-8")
    return path


def test_checking_names_every_problem_with_its_place(run, tmp_path):
    good, bad = write(tmp_path, "good.yaml", document()), write(tmp_path, "wrong.yaml", document(title="", topics=[]))
    (tmp_path / "torn.yaml").write_text("title: [", "utf-8")
    result = run("check", tmp_path)
    assert result.exit_code == 1
    assert f"{good}: complete" in result.output
    assert f"{bad}:\n  title: This is empty; write something here.\n  topics: List at least 1.\n" in result.output
    assert "This is not readable as YAML. Line 1" in result.output
    assert run("check", good).exit_code == 0


def test_a_folder_is_imported_and_a_second_time_changes_nothing(app, run, tmp_path):
    write(tmp_path, "a.yaml", document(slug="a-skill"))
    write(tmp_path, "b.yml", document(slug="b-skill"))
    for _time in (1, 2):
        result = run("import", tmp_path, *BOTH)
        assert result.exit_code == 0, result.output
        assert "a-skill, version 1" in result.output
    with app.app_context():
        assert db.session.query(CredentialVersion).count() == 2


def test_one_incomplete_file_keeps_all_of_them_out(app, run, tmp_path):
    write(tmp_path, "a.yaml", document())
    write(tmp_path, "b.yaml", document(title=""))
    result = run("import", tmp_path, *BOTH)
    assert result.exit_code == 1
    assert "nothing was imported" in result.output
    with app.app_context():
        assert db.session.query(MicroCredential).count() == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--author", "ana@laurel.example", "--approver", "ana@laurel.example"), "Nobody approves what they wrote"),
        (("--author", "nobody@laurel.example", "--approver", "cy@laurel.example"), "Nobody has the address nobody@laurel.example."),
    ],
)
def test_two_people_who_exist_sign_an_import(run, tmp_path, options, sentence):
    result = run("import", write(tmp_path, "a.yaml", document()), *options)
    assert result.exit_code == 1
    assert sentence in result.output


def test_what_is_exported_can_be_imported_again(run, tmp_path):
    given = document(slug="round-trip")
    run("import", write(tmp_path, "a.yaml", given), *BOTH)
    result = run("export", "round-trip")
    assert result.exit_code == 0
    assert parse(from_yaml(result.output)) == parse(given)
    assert list(yaml.safe_load(result.output))[:3] == ["slug", "title", "issuer"]
    assert run("export", "round-trip", "--version", 2).exit_code == 1
    assert run("export", "never-heard").exit_code == 1


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_file_survives_being_written_and_read(path):
    given = from_yaml(path.read_text("utf-8"))
    assert given == yaml.safe_load(path.read_text("utf-8"))
    assert from_yaml(to_yaml(given)) == given


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: &x [1]\nb: *x", "references"),
        ("a: 1\nb: 2\na: 3", "“a” stands here twice"),
        ("a: !!python/object/apply:os.system [ls]", "not readable"),
        ("[" * 100, "nested too deeply"),
        ("just words", "names and values"),
        ("", "names and values"),
        ("a: \x00", "not readable"),
        ("x" * 400_001, "too long"),
        ("a: b: c", "Line 1"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_yaml_that_is_more_than_plain_data_is_refused_in_words(rows, text, sentence):
    with pytest.raises(BadInput) as refusal:
        from_yaml(text)
    assert sentence in refusal.value.sentence


def test_a_day_in_yaml_stays_the_text_that_was_typed(rows):
    assert from_yaml("a: 2024-01-31\nb: yes\nc: 3-5\nd: 1.5") == {"a": "2024-01-31", "b": True, "c": "3-5", "d": 1.5}

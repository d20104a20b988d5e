"""Funds and policies come from a district's file; reading it again changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from core import audit
from core.db import db, transaction
from ledger import services
from ledger.cli import DEMO
from ledger.models import Fund, Policy, PolicyVersion
from tests.factories import ledger as make
from tests.factories import people


def document() -> dict[str, Any]:
    return {
        "funds": [
            {"code": "GF", "name": "General fund", "account_string": "01-0000", "budget_cents": 100000, "starts_on": "2020-07-01", "ends_on": "2040-06-30"}
        ],
        "policies": [
            {
                "code": "mc",
                "name": "Stipend",
                "earning": "stipend",
                "versions": [
                    {"bargaining_unit": "teachers", "starts_on": "2020-07-01", "fund": "GF", "rule": {"amount": "advertised"}, "source": "Article 12."}
                ],
            }
        ],
    }


@pytest.fixture
def bring(app: Flask, tmp_path: Path):  # type: ignore[no-untyped-def]
    def run(content: Any) -> Result:
        file = tmp_path / "rules.yaml"
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")
        return app.test_cli_runner().invoke(args=["ledger", "policy", "import", str(file)])

    return run


def test_a_file_is_brought_in_and_a_second_time_changes_nothing(app: Flask, bring: Any) -> None:
    first, second = bring(document()), bring(document())
    assert first.output.splitlines() == ["Fund GF is new.", "Policy mc is new.", "Policy mc: version 1 for teachers from 2020-07-01 is new."]
    assert second.output == "Everything is as the file says already.\n"
    with app.app_context():
        assert [db.session.scalar(select(func.count()).select_from(table)) for table in (Fund, Policy, PolicyVersion)] == [1, 1, 1]
        version = db.session.scalars(select(PolicyVersion)).one()
        assert (version.rule, version.source) == ({"amount": "advertised", "flsa": "exempt", "over_budget": "warn"}, "Article 12.")


def test_the_demonstration_files_is_one_of_them(app: Flask) -> None:
    runner = app.test_cli_runner()
    results = [runner.invoke(args=["ledger", "policy", "import", str(DEMO)]) for _n in range(2)]
    assert [result.exit_code for result in results] == [0, 0]
    assert results[1].output == "Everything is as the file says already.\n"


def test_what_changed_is_said_and_kept_in_the_history(app: Flask, bring: Any) -> None:
    bring(document())
    changed = document()
    changed["funds"][0] |= {"budget_cents": 200000, "ends_on": "2041-06-30"}
    changed["policies"][0]["name"] = "Micro-credential stipend"
    changed["policies"][0]["versions"][0] |= {"ends_on": "2030-06-30"}
    assert bring(changed).output.splitlines() == [
        "Fund GF: changed budget_cents, ends_on.",
        "Policy mc: changed name.",
        "Policy mc: the version for teachers from 2020-07-01: changed ends_on.",
    ]
    with app.app_context():
        fund = db.session.scalars(select(Fund)).one()
        assert audit.history("fund", [fund.id])[-1].facts == {"changed": {"budget_cents": ["100000", "200000"], "ends_on": ["2040-06-30", "2041-06-30"]}}


def test_a_version_that_was_used_stays_and_the_way_out_is_named(app: Flask, bring: Any) -> None:
    bring(document())
    with app.app_context(), transaction():
        services.post(make.earning(people.teacher()))
    changed = document()
    changed["policies"][0]["versions"][0]["rule"] = {"amount": {"flat_cents": 1}}
    refused = bring(changed)
    assert refused.exit_code == 1
    assert "the version for teachers from 2020-07-01 was used already and stays as it was. Add a version with a later first day." in refused.output
    changed["policies"][0]["versions"] = [*document()["policies"][0]["versions"], changed["policies"][0]["versions"][0] | {"starts_on": "2030-07-01"}]
    assert "version 2 for teachers from 2030-07-01 is new" in bring(changed).output


def test_of_a_file_with_a_mistake_nothing_is_brought_in(app: Flask, bring: Any) -> None:
    broken = document()
    broken["funds"][0]["budget_cents"] = 1000.5
    broken["policies"][0]["versions"][0]["rule"] = {"amount": "much"}
    result = bring(broken)
    assert result.exit_code == 1
    assert "funds[0].budget_cents: is 1000.5; write whole cents" in result.output
    assert "policies[0].versions[0].rule.amount: is 'much'" in result.output
    unknown = document()
    unknown["policies"][0]["versions"][0]["fund"] = "NOPE"
    assert "names the fund NOPE, which is not known" in bring(unknown).output
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Fund)) == 0


def test_one_kind_of_earning_has_one_policy(bring: Any) -> None:
    bring(document())
    second = document()
    second["policies"][0]["code"] = "other"
    assert "but policy mc does so already" in bring(second).output
    moved = document()
    moved["policies"][0]["earning"] = "review"
    assert "which does not change" in bring(moved).output


@pytest.mark.parametrize("text", ["{", "- a\n- b", "", "\x00"])
def test_a_file_that_is_no_such_file_is_refused_in_words(bring: Any, text: str) -> None:
    result = bring(text)
    assert result.exit_code == 1
    assert "cannot be used; nothing was changed" in result.output

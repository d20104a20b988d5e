"""What a district may write in its rules, and what it is told when it writes something else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledger.cli import DEMO, read
from ledger.document_rules import BadDocument, parse_file, parse_rule, rule_document
from ledger.rules import WHOLE, AmountKind, Cap, OnExceed, OverBudget, Refusal, Rule, Split


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ({"amount": "advertised"}, Rule(AmountKind.ADVERTISED)),
        ({"amount": {"flat_cents": 20000}}, Rule(AmountKind.FLAT, 20000)),
        ({"amount": {"per_hour_cents": 2500}, "flsa": "any"}, Rule(AmountKind.PER_HOUR, 2500, exempt_only=False)),
        ({"amount": "advertised", "cap": {"yearly_cents": 150000}}, Rule(AmountKind.ADVERTISED, cap=Cap(150000, OnExceed.PAY_REST))),
        ({"amount": "advertised", "cap": {"yearly_cents": 1, "on_exceed": "refuse"}}, Rule(AmountKind.ADVERTISED, cap=Cap(1, OnExceed.REFUSE))),
        ({"amount": "advertised", "over_budget": "block"}, Rule(AmountKind.ADVERTISED, over_budget=OverBudget.BLOCK)),
        (
            {"amount": "advertised", "splits": [{"account_string": "01-1", "percent": "33.3333"}, {"account_string": "02-1", "percent": 66.6667}]},
            Rule(AmountKind.ADVERTISED, splits=(Split("01-1", 333_333), Split("02-1", 666_667))),
        ),
        ({"amount": "advertised", "splits": [{"account_string": "01-1", "percent": 100}]}, Rule(AmountKind.ADVERTISED, splits=(Split("01-1", WHOLE),))),
    ],
)
def test_a_rule_is_read_and_written_back_the_same(document: dict[str, Any], rule: Rule) -> None:
    assert parse_rule(document) == rule
    assert parse_rule(rule_document(rule)) == rule
    assert rule_document(parse_rule(rule_document(rule))) == rule_document(rule)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "amount: is None; it must be `advertised`"),
        ("advertised", "needs named values"),
        ({"amount": "flat"}, "amount: is 'flat'; it must be"),
        ({"amount": {"flat_cents": 1, "per_hour_cents": 1}}, "amount: is {"),
        ({"amount": {"flat_cents": 200.0}}, "amount.flat_cents: is 200.0; write whole cents without a point"),
        ({"amount": {"flat_cents": "20000"}}, "amount.flat_cents: is '20000'; write whole cents"),
        ({"amount": {"flat_cents": 0}}, "amount.flat_cents: is 0; it must be more than zero"),
        ({"amount": {"flat_cents": True}}, "amount.flat_cents: is True"),
        ({"amount": {"flat_cents": 1}, "flsa": "any"}, "flsa: is any, but hourly (nonexempt) staff may not get a lump sum"),
        ({"amount": "advertised", "flsa": "none"}, "flsa: is 'none'; it must be exempt or any."),
        ({"amount": "advertised", "cap": 500}, "cap: needs named values"),
        ({"amount": "advertised", "cap": {}}, "cap.yearly_cents: is missing."),
        ({"amount": "advertised", "cap": {"yearly_cents": 1, "on_exceed": "carry"}}, "cap.on_exceed: is 'carry'; it must be pay_rest or refuse."),
        ({"amount": "advertised", "over_budget": True}, "over_budget: is True; it must be block or warn."),
        ({"amount": "advertised", "splits": {"a": 1}}, "splits: needs a list"),
        ({"amount": "advertised", "splits": [{"account_string": "a", "percent": 60}]}, "splits: add up to 60 percent; they must add up to 100."),
        ({"amount": "advertised", "splits": [{"account_string": "a", "percent": 0}]}, "splits[0].percent: is 0; write a number above 0"),
        ({"amount": "advertised", "splits": [{"account_string": "a", "percent": "33.33333"}]}, "at most four decimals"),
        ({"amount": "advertised", "splits": [{"account_string": "a", "percent": "sixty"}]}, "splits[0].percent: is 'sixty'"),
        ({"amount": "advertised", "splits": [{"account_string": 12, "percent": 100}]}, "put it in quotation marks"),
        ({"amount": "advertised", "splits": [{"account_string": "a", "percent": 50}, {"account_string": "a", "percent": 50}]}, "'a' stands there twice"),
        ({"amount": "advertised", "capp": {}}, "capp: is not known here; known are amount, cap, flsa, over_budget, splits."),
    ],
)
def test_what_a_rule_may_not_say_is_named_with_its_place(document: Any, said: str) -> None:
    with pytest.raises(BadDocument) as bad:
        parse_rule(document)
    assert any(said in problem for problem in bad.value.problems), bad.value.problems


def test_every_problem_of_a_file_is_told_at_once() -> None:
    with pytest.raises(BadDocument) as bad:
        parse_file(
            {
                "funds": [
                    {"code": "A", "name": "", "account_string": "1", "budget_cents": -1, "starts_on": "2026-07-01", "ends_on": "2026-06-30"},
                    {"code": "A", "name": "x", "account_string": "1", "budget_cents": 0, "starts_on": "soon", "ends_on": dt.date(2026, 6, 30)},
                ],
                "policies": [
                    {"code": "p q", "name": "x", "earning": "stipend", "versions": []},
                    {"code": "r", "name": "x", "earning": "stipend", "versions": [{"starts_on": "2026-07-01", "fund": "A", "rule": {"amount": 1}}] * 2},
                ],
                "fonds": [],
            }
        )
    assert sorted(problem.split(": ")[0] for problem in bad.value.problems) == [
        "fonds",
        "funds",
        "funds[0].budget_cents",
        "funds[0].ends_on",
        "funds[0].name",
        "funds[1].starts_on",
        "policies (earning)",
        "policies[0].code",
        "policies[0].versions",
        "policies[1].versions",
        "policies[1].versions[0].rule.amount",
        "policies[1].versions[1].rule.amount",
    ]


@pytest.mark.parametrize("document", [None, [], "funds", {}, {"funds": []}])
def test_a_file_without_funds_and_policies_is_refused(document: Any) -> None:
    with pytest.raises(BadDocument):
        parse_file(document)


def test_the_demo_district_has_a_grant_and_a_general_fund_and_a_stipend_policy_for_each_bargaining_unit() -> None:
    document = read(DEMO)
    assert [fund.code for fund in document.funds] == ["GENERAL", "TITLE-II-A"]
    (policy,) = document.policies
    assert policy.earning == "stipend"
    assert {v.bargaining_unit: v.rule.cap for v in policy.versions} == {"teachers": Cap(150000, OnExceed.PAY_REST), "support": Cap(150000, OnExceed.PAY_REST)}
    assert all(v.rule.kind is AmountKind.ADVERTISED for v in policy.versions)
    assert yaml.safe_load(DEMO.read_text()).keys() == {"funds", "policies"}


def test_the_documentation_names_every_rule_that_refuses_and_every_key_of_a_rule() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "money.md").read_text("utf-8")
    assert [rule.value for rule in Refusal if f"`{rule.value}`" not in page] == []
    assert [key for key in ("amount", "cap", "flsa", "over_budget", "splits") if f"| `{key}` |" not in page] == []

"""Reads what a district writes down: money rules, and files of funds and policies (YAML or JSON, as plain values).

Every problem is collected with the place where it stands, so that whoever wrote the file mends it in one go. The shape of a rule::

    amount: advertised                  # or {flat_cents: 20000} or {per_hour_cents: 2500}
    cap: {yearly_cents: 150000, on_exceed: pay_rest}        # or refuse; left out: no cap
    flsa: exempt                        # or any, for rules per hour only
    over_budget: warn                   # or block
    splits:                             # left out: all to the fund's account string
      - {account_string: 01-2213-150, percent: 60}
      - {account_string: 06-2213-150, percent: 40}

Standard library only.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from ledger.rules import WHOLE, AmountKind, Cap, OnExceed, OverBudget, Rule, Split

Choice = TypeVar("Choice", bound=StrEnum)

#: More than any district's yearly budget; a figure above it is a slip of the keyboard.
LARGEST_CENTS = 100_000_000_000_00
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class BadDocument(ValueError):
    """A document that cannot be used: ``problems`` are sentences that begin with the place they speak of."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class FundDocument:
    """A fund as a file describes it."""

    code: str
    name: str
    account_string: str
    budget_cents: int
    starts_on: dt.date
    ends_on: dt.date


@dataclass(frozen=True)
class VersionDocument:
    """One dated version of a policy for one bargaining unit ('' is everybody)."""

    bargaining_unit: str
    starts_on: dt.date
    ends_on: dt.date | None
    fund: str
    rule: Rule
    source: str


@dataclass(frozen=True)
class PolicyDocument:
    """A policy with its versions in the order of the file."""

    code: str
    name: str
    earning: str
    versions: tuple[VersionDocument, ...]


@dataclass(frozen=True)
class MoneyDocument:
    """A whole file."""

    funds: tuple[FundDocument, ...]
    policies: tuple[PolicyDocument, ...]


class _Reader:
    """Stands on one mapping; notes every problem and answers with a harmless stand-in so that reading goes on."""

    def __init__(self, value: Any, path: str, problems: list[str]) -> None:
        self.path, self.problems = path, problems
        if not isinstance(value, Mapping):
            self.note("", "needs named values such as `code: …`.")
            value = {}
        self.value = value
        self.asked: set[str] = set()

    def note(self, key: str, sentence: str) -> None:
        self.problems.append(f"{self.path}{'.' if self.path and key else ''}{key}: {sentence}")

    def take(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return self.value.get(key, default)

    def text(self, key: str, longest: int, default: str | None = None) -> str:
        value = self.take(key, default)
        if value is None or (isinstance(value, str) and not value.strip() and default is None):
            self.note(key, "is missing.")
        elif not isinstance(value, str):
            self.note(key, f"is {value!r}; put it in quotation marks, so that it stays a text with its leading zeros.")
        elif len(value) > longest:
            self.note(key, f"is longer than {longest} characters.")
        else:
            return value.strip()
        return default or ""

    def code(self, key: str, longest: int) -> str:
        value = self.text(key, longest)
        if value and not _CODE.fullmatch(value):
            self.note(key, f"is {value!r}; use letters, digits, hyphens, dots and underscores only.")
        return value

    def cents(self, key: str, least: int = 1) -> int:
        value = self.take(key)
        if value is None:
            self.note(key, "is missing.")
        elif type(value) is not int:
            self.note(key, f"is {value!r}; write whole cents without a point: 200 dollars are 20000.")
        elif not least <= value <= LARGEST_CENTS:
            self.note(key, f"is {value}; it must be {'zero or more' if least == 0 else 'more than zero'} and at most {LARGEST_CENTS} cents.")
        else:
            return value
        return least

    def day(self, key: str, optional: bool = False) -> dt.date | None:
        value = self.take(key)
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = dt.date.fromisoformat(value)
        if value is None and optional:
            return None
        if value is None:
            self.note(key, "is missing.")
        elif type(value) is not dt.date:
            self.note(key, f"is {value!r}; write a day as 2026-07-01.")
        else:
            return value
        return None if optional else dt.date(2000, 1, 1)

    def choice(self, key: str, choices: type[Choice], default: Choice) -> Choice:
        value = self.take(key, default.value)
        try:
            return choices(value)
        except ValueError:
            self.note(key, f"is {value!r}; it must be {' or '.join(choices)}.")
            return default

    def items(self, key: str) -> list[Any]:
        value = self.take(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.note(key, "needs a list; begin each line with a hyphen.")
            return []
        return value

    def finish(self) -> None:
        for key in self.value:
            if key not in self.asked:
                self.note(str(key), f"is not known here; known are {', '.join(sorted(self.asked))}.")


def parse_rule(document: Any) -> Rule:
    """The rule that a document describes. Raises :class:`BadDocument` with every problem."""
    problems: list[str] = []
    rule = _rule(document, "", problems)
    if problems:
        raise BadDocument(problems)
    return rule


def rule_document(rule: Rule) -> dict[str, Any]:
    """A rule as the plain document that :func:`parse_rule` reads; equal rules give equal documents."""
    document: dict[str, Any] = {
        "amount": "advertised" if rule.kind is AmountKind.ADVERTISED else {f"{rule.kind.value}_cents": rule.cents},
        "flsa": "exempt" if rule.exempt_only else "any",
        "over_budget": rule.over_budget.value,
    }
    if rule.cap:
        document["cap"] = {"yearly_cents": rule.cap.cents, "on_exceed": rule.cap.on_exceed.value}
    if rule.splits:
        document["splits"] = [{"account_string": s.account_string, "percent": f"{(Decimal(s.parts) / 10_000).normalize():f}"} for s in rule.splits]
    return document


def parse_file(document: Any) -> MoneyDocument:
    """The funds and policies of one file. Raises :class:`BadDocument` with every problem of all of them."""
    problems: list[str] = []
    reader = _Reader(document, "", problems)
    funds = tuple(_fund(item, f"funds[{n}]", problems) for n, item in enumerate(reader.items("funds")))
    policies = tuple(_policy(item, f"policies[{n}]", problems) for n, item in enumerate(reader.items("policies")))
    reader.finish()
    _twice([f.code for f in funds], "funds", problems)
    _twice([p.code for p in policies], "policies", problems)
    _twice([p.earning for p in policies], "policies (earning)", problems)
    if not problems and not funds and not policies:
        problems.append("The file names neither funds nor policies.")
    if problems:
        raise BadDocument(problems)
    return MoneyDocument(funds, policies)


def _twice(words: list[str], where: str, problems: list[str]) -> None:
    problems += [f"{where}: {word!r} stands there twice." for word in dict.fromkeys(words) if word and words.count(word) > 1]


def _ordered(reader: _Reader, starts_on: dt.date, ends_on: dt.date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        reader.note("ends_on", f"is {ends_on}, before it starts on {starts_on}.")


def _fund(value: Any, path: str, problems: list[str]) -> FundDocument:
    reader = _Reader(value, path, problems)
    starts_on = reader.day("starts_on") or dt.date.min
    ends_on = reader.day("ends_on") or dt.date.max
    _ordered(reader, starts_on, ends_on)
    fund = FundDocument(
        reader.code("code", 30), reader.text("name", 200), reader.text("account_string", 80), reader.cents("budget_cents", 0), starts_on, ends_on
    )
    reader.finish()
    return fund


def _policy(value: Any, path: str, problems: list[str]) -> PolicyDocument:
    reader = _Reader(value, path, problems)
    versions = tuple(_version(item, f"{path}.versions[{n}]", problems) for n, item in enumerate(reader.items("versions")))
    if not versions:
        reader.note("versions", "needs at least one version.")
    policy = PolicyDocument(reader.code("code", 40), reader.text("name", 200), reader.code("earning", 40), versions)
    keys = [(v.bargaining_unit, v.starts_on) for v in versions]
    for unit, day in dict.fromkeys(keys):
        if keys.count((unit, day)) > 1:
            reader.note("versions", f"two versions for {unit or 'everybody'} start on {day}.")
    reader.finish()
    return policy


def _version(value: Any, path: str, problems: list[str]) -> VersionDocument:
    reader = _Reader(value, path, problems)
    starts_on, ends_on = reader.day("starts_on") or dt.date.min, reader.day("ends_on", optional=True)
    _ordered(reader, starts_on, ends_on)
    version = VersionDocument(
        reader.text("bargaining_unit", 40, ""),
        starts_on,
        ends_on,
        reader.code("fund", 30),
        _rule(reader.take("rule", {}), f"{path}.rule", problems),
        reader.text("source", 2000, ""),
    )
    reader.finish()
    return version


def _rule(value: Any, path: str, problems: list[str]) -> Rule:
    reader = _Reader(value, path, problems)
    kind, cents = _amount(reader)
    flsa = reader.take("flsa", "exempt")
    if flsa not in ("exempt", "any"):
        reader.note("flsa", f"is {flsa!r}; it must be exempt or any.")
    elif flsa == "any" and kind is not AmountKind.PER_HOUR:
        # 29 CFR 541 and 778: a lump sum to hourly staff hides hours worked, and with them overtime.
        reader.note("flsa", "is any, but hourly (nonexempt) staff may not get a lump sum: pay them per hour, or leave their hours to the time system.")
    cap = None
    if reader.take("cap") is not None:
        inner = _Reader(reader.take("cap"), f"{path}{'.' if path else ''}cap", problems)
        cap = Cap(inner.cents("yearly_cents"), inner.choice("on_exceed", OnExceed, OnExceed.PAY_REST))
        inner.finish()
    rule = Rule(kind, cents, cap, flsa != "any", reader.choice("over_budget", OverBudget, OverBudget.WARN), _splits(reader))
    reader.finish()
    return rule


def _amount(reader: _Reader) -> tuple[AmountKind, int | None]:
    value = reader.take("amount")
    if value == "advertised":
        return AmountKind.ADVERTISED, None
    if isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in ("flat_cents", "per_hour_cents"):
        key = next(iter(value))
        inner = _Reader(value, f"{reader.path}{'.' if reader.path else ''}amount", reader.problems)
        return AmountKind(key.removesuffix("_cents")), inner.cents(key)
    reader.note("amount", f"is {value!r}; it must be `advertised`, `{{flat_cents: 20000}}` or `{{per_hour_cents: 2500}}`.")
    return AmountKind.ADVERTISED, None


def _splits(reader: _Reader) -> tuple[Split, ...]:
    found = []
    items = reader.items("splits")
    before = len(reader.problems)
    for n, item in enumerate(items):
        line = _Reader(item, f"{reader.path}{'.' if reader.path else ''}splits[{n}]", reader.problems)
        found.append(Split(line.text("account_string", 80), _parts(line)))
        line.finish()
    accounts = [s.account_string for s in found]
    for account in dict.fromkeys(accounts):
        if account and accounts.count(account) > 1:
            reader.note("splits", f"{account!r} stands there twice; put its percents together.")
    total = sum(s.parts for s in found)
    if found and before == len(reader.problems) and total != WHOLE:
        reader.note("splits", f"add up to {(Decimal(total) / 10_000).normalize():f} percent; they must add up to 100.")
    return tuple(found)


def _parts(line: _Reader) -> int:
    value = line.take("percent")
    try:
        parts = Decimal(str(value)) * 10_000
        whole = isinstance(value, str | int | float) and not isinstance(value, bool) and parts == parts.to_integral_value() and 0 < parts <= WHOLE
    except (InvalidOperation, OverflowError):
        whole = False
    if whole:
        return int(parts)
    line.note("percent", f"is {value!r}; write a number above 0 and up to 100, with at most four decimals." if value is not None else "is missing.")
    return 0

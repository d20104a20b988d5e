"""Funds, policies and earnings, plainly invented."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from core import clock
from core.db import db
from ledger.document_rules import parse_rule, rule_document
from ledger.models import Fund, Policy, PolicyVersion
from ledger.rules import Earning
from people.models import Person

_numbers = itertools.count(1)

#: As advertised, at most 1,500 dollars a person and fiscal year, the rest is paid.
AS_ADVERTISED: dict[str, Any] = {"amount": "advertised", "cap": {"yearly_cents": 150000, "on_exceed": "pay_rest"}}


def fund(**given: Any) -> Fund:
    """A fund of 100,000 dollars that is open for many years."""
    n = next(_numbers)
    facts = {
        "code": f"FUND-{n}",
        "name": f"Invented fund {n}",
        "account_string": f"01-2213-150-{n:04d}",
        "budget_cents": 10_000_000,
        "starts_on": dt.date(2020, 7, 1),
        "ends_on": dt.date(2040, 6, 30),
    }
    row = Fund(**facts | given)
    db.session.add(row)
    db.session.flush()
    return row


def policy(
    rule: dict[str, Any] | None = None, *, earning: str = "stipend", unit: str = "", paid_by: Fund | None = None, of: Policy | None = None, **given: Any
) -> PolicyVersion:
    """A policy version with this rule document, of a new policy for that kind of earning or (``of``) of one that is there."""
    row = of or Policy(code=f"policy-{next(_numbers)}", name="Invented stipend", earning_kind=earning)
    db.session.add(row)
    db.session.flush()
    number = 1 + len(list(db.session.scalars(db.select(PolicyVersion.id).where(PolicyVersion.policy_id == row.id))))
    version = PolicyVersion(
        policy=row,
        number=given.pop("number", number),
        bargaining_unit=unit,
        starts_on=given.pop("starts_on", dt.date(2020, 7, 1)),
        fund=paid_by or fund(),
        rule=rule_document(parse_rule(rule or AS_ADVERTISED)),
        **given,
    )
    db.session.add(version)
    db.session.flush()
    return version


def earning(person: Person | int, cents: int | None = 20000, **given: Any) -> Earning:
    """What somebody did today: a stipend of 200 dollars was advertised."""
    facts: dict[str, Any] = {
        "source": f"award:{next(_numbers)}",
        "kind": "stipend",
        "person_id": person if isinstance(person, int) else person.id,
        "earned_on": clock.today(),
        "description": "Growth mindset in practice",
        "advertised_cents": cents,
    }
    return Earning(**facts | given)

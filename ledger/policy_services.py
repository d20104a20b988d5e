"""Funds and policies from a district's own file: read anew as often as wanted, with the same result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from core import audit
from core.db import db
from core.errors import RuleBroken
from ledger.document_rules import FundDocument, MoneyDocument, PolicyDocument, VersionDocument, rule_document
from ledger.models import Fund, Obligation, Policy, PolicyVersion
from people.models import Person


@dataclass
class Changes:
    """What an import did, as sentences for whoever ran it."""

    said: list[str] = field(default_factory=list)


def take_in(document: MoneyDocument, actor: Person | None = None) -> Changes:
    """Bring funds and policies to what the file says. What the file does not name stays as it is.

    A policy version that somebody was paid by stays as it was: only its last day may be set. Raises :class:`RuleBroken` naming the
    version (rule ``policy-in-use``), an unknown fund (``unknown-fund``), or a second policy for a kind of earning (``kind-taken``).
    """
    changes = Changes()
    funds = {row.code: row for row in db.session.scalars(select(Fund))}
    for item in document.funds:
        _fund(item, funds, actor, changes)
    for policy in document.policies:
        _policy(policy, funds, actor, changes)
    return changes


def _set(row: Any, wanted: dict[str, Any]) -> dict[str, list[str]]:
    """Set what differs; answers {name: [before, after]} as texts."""
    changed = {}
    for name, value in wanted.items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            changed[name] = [str(before), str(value)]
    return changed


def _fund(item: FundDocument, funds: dict[str, Fund], actor: Person | None, changes: Changes) -> None:
    wanted = {"name": item.name, "account_string": item.account_string, "budget_cents": item.budget_cents, "starts_on": item.starts_on, "ends_on": item.ends_on}
    row = funds.get(item.code)
    if row is None:
        row = Fund(code=item.code, **wanted)
        db.session.add(row)
        db.session.flush()
        funds[item.code] = row
        audit.record(actor, "fund.create", row, code=item.code, budget_cents=item.budget_cents)
        changes.said.append(_("Fund %(code)s is new.", code=item.code))
    elif changed := _set(row, wanted):
        audit.record(actor, "fund.change", row, changed=changed)
        changes.said.append(_("Fund %(code)s: changed %(what)s.", code=item.code, what=", ".join(changed)))


def _policy(item: PolicyDocument, funds: dict[str, Fund], actor: Person | None, changes: Changes) -> None:
    row = db.session.scalar(select(Policy).where(Policy.code == item.code))
    other = db.session.scalar(select(Policy.code).where(Policy.earning_kind == item.earning, Policy.code != item.code))
    if other is not None:
        raise RuleBroken(
            _(
                "Policy %(code)s speaks about “%(kind)s”, but policy %(other)s does so already. One kind of earning has one policy.",
                code=item.code,
                kind=item.earning,
                other=other,
            ),
            "kind-taken",
        )
    if row is None:
        row = Policy(code=item.code, name=item.name, earning_kind=item.earning)
        db.session.add(row)
        db.session.flush()
        audit.record(actor, "policy.create", row, code=item.code)
        changes.said.append(_("Policy %(code)s is new.", code=item.code))
    elif row.earning_kind != item.earning:
        raise RuleBroken(
            _("Policy %(code)s speaks about “%(kind)s”, which does not change. Give the new rule a code of its own.", code=item.code, kind=row.earning_kind),
            "kind-stays",
        )
    elif changed := _set(row, {"name": item.name}):
        audit.record(actor, "policy.change", row, changed=changed)
        changes.said.append(_("Policy %(code)s: changed %(what)s.", code=item.code, what=", ".join(changed)))
    for version in item.versions:
        _version(row, version, funds, actor, changes)


def _version(policy: Policy, item: VersionDocument, funds: dict[str, Fund], actor: Person | None, changes: Changes) -> None:
    fund = funds.get(item.fund)
    if fund is None:
        raise RuleBroken(
            _("Policy %(code)s names the fund %(fund)s, which is not known. Add it to the file.", code=policy.code, fund=item.fund), "unknown-fund"
        )
    row = db.session.scalar(
        select(PolicyVersion).where(
            PolicyVersion.policy_id == policy.id, PolicyVersion.bargaining_unit == item.bargaining_unit, PolicyVersion.starts_on == item.starts_on
        )
    )
    settled = {"fund_id": fund.id, "rule": rule_document(item.rule), "source": item.source}
    about = {"code": policy.code, "unit": item.bargaining_unit or _("everybody"), "day": item.starts_on.isoformat()}
    if row is None:
        number = 1 + (db.session.scalar(select(func.max(PolicyVersion.number)).where(PolicyVersion.policy_id == policy.id)) or 0)
        row = PolicyVersion(policy_id=policy.id, number=number, bargaining_unit=item.bargaining_unit, starts_on=item.starts_on, ends_on=item.ends_on, **settled)
        db.session.add(row)
        db.session.flush()
        audit.record(actor, "policy_version.create", row, code=policy.code, number=number)
        changes.said.append(_("Policy %(code)s: version %(number)s for %(unit)s from %(day)s is new.", number=number, **about))
        return
    if any(getattr(row, name) != value for name, value in settled.items()) and db.session.scalar(
        select(Obligation.id).where(Obligation.policy_version_id == row.id).limit(1)
    ):
        raise RuleBroken(
            _("Policy %(code)s: the version for %(unit)s from %(day)s was used already and stays as it was. Add a version with a later first day.", **about),
            "policy-in-use",
        )
    if changed := _set(row, settled | {"ends_on": item.ends_on}):
        audit.record(actor, "policy_version.change", row, changed=changed)
        changes.said.append(_("Policy %(code)s: the version for %(unit)s from %(day)s: changed %(what)s.", what=", ".join(changed), **about))

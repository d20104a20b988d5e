"""Proving the ledger from outside: figures recomputed from the legs alone, compared with everything that is kept beside them.

The database's own triggers should make every one of these impossible. That is why they are asked all the same: a trigger that was
switched off, a restored backup or a hand in the tables shows up here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from core.db import db

#: name, what is right, and a statement whose rows are the faults (one text column).
CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "trial balance",
        "all legs sum to zero for every fund and account string",
        "SELECT f.code || ' ' || l.account_string || ': ' || sum(l.amount_cents) || ' cents' FROM leg l JOIN fund f ON f.id = l.fund_id"
        " GROUP BY f.code, l.account_string HAVING sum(l.amount_cents) <> 0 ORDER BY 1",
    ),
    (
        "entries balance",
        "every entry has the legs it was posted with, and they sum to zero per fund and account string",
        "SELECT 'entry ' || e.sequence FROM entry e LEFT JOIN (SELECT entry_id, sum(n) AS n, bool_and(cents = 0) AS zero FROM"
        " (SELECT entry_id, count(*) AS n, sum(amount_cents) AS cents FROM leg GROUP BY entry_id, fund_id, account_string) s GROUP BY entry_id) l"
        " ON l.entry_id = e.id"
        " WHERE l.n IS DISTINCT FROM e.leg_count OR NOT coalesce(l.zero, false) ORDER BY e.sequence",
    ),
    (
        "sequence",
        "entries are numbered from 1 without a gap, and the counter stands at the last",
        "SELECT 'after ' || before || ' comes ' || sequence FROM (SELECT sequence, lag(sequence, 1, 0::bigint) OVER (ORDER BY sequence) AS before FROM entry) s"
        " WHERE sequence <> before + 1 UNION ALL SELECT 'the counter stands at ' || last FROM ledger_counter"
        " WHERE last <> (SELECT coalesce(max(sequence), 0) FROM entry) UNION ALL SELECT 'there is no counter' WHERE NOT EXISTS (SELECT 1 FROM ledger_counter)",
    ),
    (
        "obligations",
        "the entries of every obligation add up to what it says",
        "SELECT 'obligation ' || o.id || ' (' || o.natural_key || ')' FROM obligation o LEFT JOIN"
        " (SELECT obligation_id, count(*) FILTER (WHERE kind = 'accrue') AS accruals, count(*) FILTER (WHERE kind = 'reverse') AS reversals"
        " FROM entry GROUP BY 1) e"
        " ON e.obligation_id = o.id LEFT JOIN (SELECT e.obligation_id, sum(l.amount_cents) AS net FROM leg l JOIN entry e ON e.id = l.entry_id"
        " WHERE l.account = 'expense' GROUP BY 1) n ON n.obligation_id = o.id WHERE NOT CASE o.state"
        " WHEN 'payable' THEN coalesce(e.accruals, 0) = coalesce(e.reversals, 0) + 1 AND coalesce(n.net, 0) = o.amount_cents"
        " WHEN 'reversed' THEN coalesce(e.accruals, 0) > 0 AND e.accruals = e.reversals AND coalesce(n.net, 0) = 0"
        " ELSE e.accruals IS NULL AND e.reversals IS NULL END ORDER BY o.id",
    ),
    (
        "reasons",
        "the last step of every explanation says the amount",
        "SELECT 'obligation ' || id FROM obligation WHERE (explanation -> -1 ->> 'cents')::bigint IS DISTINCT FROM amount_cents ORDER BY id",
    ),
    (
        "reversals",
        "every reversal is the exact mirror of an accrual of its own obligation, by somebody other than the payee",
        "SELECT 'entry ' || r.sequence FROM entry r LEFT JOIN entry a ON a.id = r.reverses_id AND a.kind = 'accrue' AND a.obligation_id = r.obligation_id"
        " JOIN obligation o ON o.id = r.obligation_id WHERE r.kind = 'reverse' AND (a.id IS NULL OR r.posted_by_id = o.person_id OR EXISTS"
        " (SELECT 1 FROM leg WHERE entry_id IN (r.id, a.id) GROUP BY fund_id, account, account_string HAVING sum(amount_cents) <> 0)) ORDER BY r.sequence",
    ),
    (
        "yearly totals",
        "what each person has used of a cap equals what stands, and no cap is passed",
        "SELECT 'person ' || coalesce(y.person_id, s.person_id) || ', policy ' || coalesce(y.policy_id, s.policy_id)"
        " || ', fiscal year ' || coalesce(y.fiscal_year, s.fiscal_year)"
        " FROM person_year y FULL JOIN (SELECT o.person_id, v.policy_id, o.fiscal_year, sum(o.amount_cents) AS cents FROM obligation o"
        " JOIN policy_version v ON v.id = o.policy_version_id WHERE o.state = 'payable' GROUP BY 1, 2, 3) s"
        " ON s.person_id = y.person_id AND s.policy_id = y.policy_id AND s.fiscal_year = y.fiscal_year"
        " WHERE coalesce(y.used_cents, 0) <> coalesce(s.cents, 0) OR y.used_cents > y.cap_cents ORDER BY 1",
    ),
    (
        "fund totals",
        "what is accrued in each fund equals its legs",
        "SELECT f.code FROM fund f LEFT JOIN fund_balance b ON b.fund_id = f.id LEFT JOIN"
        " (SELECT fund_id, sum(amount_cents) AS cents FROM leg WHERE account = 'expense' GROUP BY 1) l ON l.fund_id = f.id"
        " WHERE b.accrued_cents IS DISTINCT FROM coalesce(l.cents, 0)::bigint ORDER BY 1",
    ),
)


@dataclass(frozen=True)
class Finding:
    """One check: its name, what it says when all is well, and the faults it found."""

    name: str
    right: str
    faults: Sequence[str]


@dataclass(frozen=True)
class Proof:
    """The whole ledger as it was found: how far it goes, how many cents are accrued in all, and each check."""

    last_sequence: int
    accrued_cents: int
    findings: Sequence[Finding]

    @property
    def holds(self) -> bool:
        return not any(finding.faults for finding in self.findings)


def prove() -> Proof:
    """Recompute everything from the legs. It is one statement, and so one snapshot: postings under way do not look like faults."""
    parts = [f"(SELECT {n} AS n, fault::text FROM ({statement}) AS s (fault))" for n, (_name, _right, statement) in enumerate(CHECKS)]  # noqa: S608 - our own constants
    parts.append("SELECT -1, coalesce(max(sequence), 0)::text FROM entry")
    parts.append("SELECT -2, coalesce(sum(amount_cents), 0)::text FROM leg WHERE account = 'expense'")
    found: dict[int, list[str]] = {}
    for number, fault in db.session.execute(text(" UNION ALL ".join(parts))):
        found.setdefault(number, []).append(fault)
    findings = [Finding(name, right, found.get(n, [])) for n, (name, right, _statement) in enumerate(CHECKS)]
    return Proof(int(found[-1][0]), int(found[-2][0]), findings)

"""What the ledger does: post an earning, reverse an obligation. Each takes its locks in one order, so that two never wait for each
other: the story's key, the person's year, the fund, and last the counter, which every posting shares.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from core import audit, clock
from core.db import check_deferred_constraints, db
from core.errors import BadInput, RuleBroken
from ledger import queries, wording
from ledger.document_rules import parse_rule
from ledger.models import Entry, FundBalance, LedgerCounter, Leg, Obligation, PersonYear, PolicyVersion
from ledger.rules import (
    Account,
    Earning,
    EntryKind,
    FundFacts,
    MoveRefused,
    ObligationAct,
    ObligationState,
    Outcome,
    PersonFacts,
    Step,
    YearFacts,
    fiscal_year,
    next_state,
    no_policy,
    price,
)
from people.models import Person, School
from people.rules import FlsaClass

#: Sets the ledger's advisory locks apart from everybody else's in this database.
_LOCK_SPACE = 7_208_541


def post(earning: Earning, actor: Person | None = None) -> Obligation:
    """Turn an earning into what is owed, or into a refusal that names its rule; both are kept.

    A story told again gets the obligation of the first time and changes nothing. ``actor`` is whoever's act caused it (None: the
    system) and counts as its approver. Call it late in a transaction: from here to the commit other postings wait.
    Raises :class:`RuleBroken` when the actor would approve her own money, :class:`LookupError` for a person who does not exist and
    :class:`ValueError` when the same source was told before for somebody else.
    """
    return post_all([earning], actor)[0]


def post_all(earnings: Sequence[Earning], actor: Person | None = None, *, alone: bool = False) -> list[Obligation]:
    """Post many earnings in the given order, in a number of statements that does not depend on how many they are (a few hundred at a
    time are a good measure). Answers their obligations in the same order; see :func:`post`.

    ``alone`` says that nobody else can be telling these stories (a database that is being filled): no lock is taken for each, of which
    one transaction can hold only some ten thousand. The unique key still refuses a second telling.
    """
    for earning in earnings:
        if actor is not None and actor.id == earning.person_id:
            raise RuleBroken(_("Nobody approves her own money. Ask a colleague of the office to do this."), "own-money")
    if not alone:
        _hold({earning.natural_key for earning in earnings})
    known = _latest(earnings)
    fresh: dict[str, Earning] = {}
    for earning in earnings:
        first = known.get(earning.natural_key) or fresh.setdefault(earning.natural_key, earning)
        if first.person_id != earning.person_id:
            raise ValueError(f"{earning.natural_key} was told before for another person: a source belongs to one person.")
    if fresh:
        known |= {f"{row.source}/{row.kind}": row for row in _write(list(fresh.values()), actor)}
    return [known[earning.natural_key] for earning in earnings]


def try_again(obligation: Obligation, actor: Person) -> Obligation:
    """Judge once more what was refused or taken back, by today's HR facts and policies; answers the new obligation.

    Raises :class:`RuleBroken` for one's own money, for what is owed already (rule ``owed-already``), and, with the rule and its remedy,
    where it is refused still; then nothing is written.
    """
    if actor.id == obligation.person_id:
        raise RuleBroken(_("Nobody approves her own money. Ask a colleague of the office to do this."), "own-money")
    earning = obligation.earning()
    _hold({earning.natural_key})
    latest = _latest([earning])[earning.natural_key]
    if latest.state == ObligationState.PAYABLE:
        raise RuleBroken(_("It is owed already. Open it again to see it."), "owed-already")
    again = _write([earning], actor, latest.attempt + 1)[0]
    if refused := wording.refusal(again):
        raise RuleBroken(_("Still not possible: %(sentence)s %(remedy)s", sentence=refused.sentence, remedy=refused.remedy), refused.rule)
    return again


def _hold(keys: set[str]) -> None:
    """Let nobody else tell these stories until the commit."""
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(:space, key) FROM (SELECT DISTINCT hashtext(k) AS key FROM unnest(cast(:keys AS text[])) k ORDER BY 1) AS sorted"),
        {"space": _LOCK_SPACE, "keys": sorted(keys)},
    )


def _latest(earnings: Sequence[Earning]) -> dict[str, Obligation]:
    """The last attempt at each of these stories that were told before, by natural key."""
    told = select(Obligation).where(Obligation.source.in_({e.source for e in earnings}), Obligation.kind.in_({e.kind for e in earnings}))
    return {f"{row.source}/{row.kind}": row for row in db.session.scalars(told.order_by(Obligation.attempt).execution_options(populate_existing=True))}


def _write(earnings: list[Earning], actor: Person | None, attempt: int = 1) -> list[Obligation]:
    """Gather, decide, write: earnings of which nothing is owed yet, each once."""
    people = _people({earning.person_id for earning in earnings})
    month = queries.fiscal_month()
    versions = _versions_of(earnings, people)
    years = {(e.person_id, v.policy_id, fiscal_year(e.earned_on, month)) for e, v in zip(earnings, versions, strict=True) if v}
    used = _locked_years(years)
    accrued = _locked_funds({v.fund_id for v in versions if v})

    outcomes: list[Outcome] = []
    caps: dict[tuple[int, int, int], int | None] = {}
    for earning, version in zip(earnings, versions, strict=True):
        person = people[earning.person_id]
        if version is None:
            outcomes.append(no_policy(earning, person.bargaining_unit))
            continue
        rule, fund = parse_rule(version.rule), version.fund
        year = (earning.person_id, version.policy_id, fiscal_year(earning.earned_on, month))
        outcome = price(
            earning,
            PersonFacts(person.employee_number, person.flsa_class == FlsaClass.EXEMPT, person.hire_date, person.leave_date),
            rule,
            FundFacts(fund.code, fund.starts_on, fund.ends_on, fund.budget_cents, accrued[fund.id], fund.account_string),
            YearFacts(year[2], used[year]),
        )
        outcomes.append(outcome)
        if outcome.amount_cents:
            used[year] += outcome.amount_cents
            accrued[fund.id] += outcome.amount_cents
            caps[year] = rule.cap.cents if rule.cap else None

    now = clock.now()
    rows = [
        _told(e, attempt)
        | _judged(v, o, fiscal_year(e.earned_on, month))
        | _hr_facts(people[e.person_id])
        | {"approved_by_id": actor.id if actor else None, "created_at": now}
        for e, v, o in zip(earnings, versions, outcomes, strict=True)
    ]
    obligations = list(db.session.scalars(insert(Obligation).returning(Obligation, sort_by_parameter_order=True), rows))
    if caps:
        changed = [{"person_id": p, "policy_id": q, "fiscal_year": y, "used_cents": used[p, q, y], "cap_cents": cap} for (p, q, y), cap in caps.items()]
        db.session.execute(update(PersonYear), changed)
    for row in obligations:
        verb = "obligation.refuse" if row.state == ObligationState.REFUSED else "obligation.post"
        audit.record(actor, verb, row, cents=row.amount_cents, source=row.source, **({"rule": row.refusal_rule} if row.refusal_rule else {}))
    db.session.flush()
    owed = [(row, outcome) for row, outcome in zip(obligations, outcomes, strict=True) if outcome.amount_cents]
    _enter(
        [_entry(row, EntryKind.ACCRUE, row.earned_on, actor, now) for row, _outcome in owed],
        [_accrual_legs(row, outcome) for row, outcome in owed],
    )
    return obligations


def reverse(obligation: Obligation, actor: Person, reason: str) -> Obligation:
    """Take back what was owed: an entry that is the exact mirror of the original, dated today, and the room under the yearly cap comes
    back. The original stays for ever.

    Raises :class:`BadInput` without a reason, :class:`RuleBroken` for one's own money and for what is not owed (any more).
    """
    reason = reason.strip()
    if not reason:
        raise BadInput(_("Say why it is taken back: the reason stands in the ledger for good."), {"reason": _("Say why.")})
    if len(reason) > 300:
        raise BadInput(_("Keep the reason within 300 characters."), {"reason": _("Keep it within 300 characters.")})
    if actor.id == obligation.person_id:
        raise RuleBroken(_("Nobody changes her own money. Ask a colleague in human resources."), "own-money")
    if obligation.policy_version is not None:
        _locked_years({(obligation.person_id, obligation.policy_version.policy_id, obligation.fiscal_year)})
        _locked_funds({obligation.policy_version.fund_id})
    held = db.session.scalars(
        select(Obligation).where(Obligation.id == obligation.id).with_for_update(of=Obligation).execution_options(populate_existing=True)
    ).one()
    try:
        state = next_state(ObligationState(held.state), ObligationAct.REVERSE)
    except MoveRefused as refused:
        if refused.state is ObligationState.REVERSED:
            raise RuleBroken(_("It was taken back already. Open it again to see when and by whom."), "already-reversed") from None
        raise RuleBroken(_("Nothing is owed for this, so there is nothing to take back."), "nothing-owed") from None
    assert held.policy_version is not None  # What is payable has its policy: check constraint owed_under_a_policy.
    original = db.session.scalars(
        select(Entry).where(Entry.obligation_id == held.id, Entry.kind == EntryKind.ACCRUE).order_by(Entry.cycle.desc()).limit(1)
    ).one()
    held.state = state.value
    db.session.execute(
        update(PersonYear)
        .where(PersonYear.person_id == held.person_id, PersonYear.policy_id == held.policy_version.policy_id, PersonYear.fiscal_year == held.fiscal_year)
        .values(used_cents=PersonYear.used_cents - held.amount_cents)
    )
    audit.record(actor, "obligation.reverse", held, cents=-held.amount_cents, reason=reason)
    db.session.flush()
    now = clock.now()
    mirror = [
        {"fund_id": leg.fund_id, "account": leg.account, "account_string": leg.account_string, "amount_cents": -leg.amount_cents} for leg in original.legs
    ]
    _enter([_entry(held, EntryKind.REVERSE, clock.day_of(now), actor, now, cycle=original.cycle, reverses_id=original.id, memo=reason)], [mirror])
    db.session.expire(held, ["entries"])
    return held


def _people(ids: set[int]) -> dict[int, Any]:
    columns = (
        Person.id, Person.given_name, Person.family_name, Person.employee_number, Person.bargaining_unit, Person.flsa_class,
        Person.hire_date, Person.leave_date, Person.school_id, School.name.label("school_name"),
    )  # fmt: skip
    found = {row.id: row for row in db.session.execute(select(*columns).outerjoin(School, School.id == Person.school_id).where(Person.id.in_(ids)))}
    if missing := ids - found.keys():
        raise LookupError(f"There is no person {min(missing)}.")
    return found


def _versions_of(earnings: list[Earning], people: dict[int, Any]) -> list[PolicyVersion | None]:
    by_kind: dict[str, list[PolicyVersion]] = {}
    for version in queries.versions_for(sorted({earning.kind for earning in earnings})):
        by_kind.setdefault(version.policy.earning_kind, []).append(version)
    return [queries.in_force(by_kind.get(e.kind, []), people[e.person_id].bargaining_unit, e.earned_on) for e in earnings]


def _locked_years(years: set[tuple[int, int, int]]) -> dict[tuple[int, int, int], int]:
    """What each person has used under each policy in each fiscal year; the rows are made where missing, and held until the commit."""
    if not years:
        return {}
    ordered = sorted(years)
    db.session.execute(
        upsert(PersonYear).values([{"person_id": p, "policy_id": q, "fiscal_year": y, "used_cents": 0} for p, q, y in ordered]).on_conflict_do_nothing()
    )
    key = (PersonYear.person_id, PersonYear.policy_id, PersonYear.fiscal_year)
    wanted = text(
        "(person_id, policy_id, fiscal_year) IN (SELECT * FROM unnest(cast(:p AS bigint[]), cast(:q AS bigint[]), cast(:y AS integer[])))"
    ).bindparams(p=[k[0] for k in ordered], q=[k[1] for k in ordered], y=[k[2] for k in ordered])
    rows = db.session.execute(select(*key, PersonYear.used_cents).where(wanted).order_by(*key).with_for_update())
    return {(row.person_id, row.policy_id, row.fiscal_year): row.used_cents for row in rows}


def _locked_funds(funds: set[int]) -> dict[int, int]:
    """What is accrued in each fund (cents); the rows are held until the commit, so that a budget that blocks is never passed."""
    if not funds:
        return {}
    rows = db.session.execute(
        select(FundBalance.fund_id, FundBalance.accrued_cents).where(FundBalance.fund_id.in_(funds)).order_by(FundBalance.fund_id).with_for_update()
    )
    return {row.fund_id: row.accrued_cents for row in rows}


def _told(earning: Earning, attempt: int) -> dict[str, Any]:
    """What was told, as columns of the obligation."""
    hours = earning.exact_hours
    return {
        "natural_key": earning.natural_key if attempt == 1 else f"{earning.natural_key}/{attempt}",
        "kind": earning.kind,
        "source": earning.source,
        "attempt": attempt,
        "told": {"advertised_cents": earning.advertised_cents, "hours": None if hours is None else str(hours), "facts": earning.facts},
        "description": earning.description[:300],
        "earned_on": earning.earned_on,
    }


def _judged(version: PolicyVersion | None, outcome: Outcome, year: int) -> dict[str, Any]:
    """What the policy made of it."""
    steps = list(outcome.steps)
    if version is not None:
        facts = {"code": version.policy.code, "name": version.policy.name, "version": version.number, "bargaining_unit": version.bargaining_unit}
        steps.insert(0, Step("policy", facts | {"starts_on": version.starts_on.isoformat()}))
    return {
        "state": (ObligationState.REFUSED if outcome.refusal else ObligationState.PAYABLE).value,
        "amount_cents": outcome.amount_cents,
        "policy_version_id": version.id if version else None,
        "fund_id": version.fund_id if version else None,
        "fiscal_year": year,
        "explanation": [step.as_json() for step in steps],
        "refusal_rule": outcome.refusal.value if outcome.refusal else None,
        "units": outcome.units,
        "rate_cents": outcome.rate_cents,
    }


def _hr_facts(person: Any) -> dict[str, Any]:
    """Who it is for, as HR knows her now."""
    return {
        "person_id": person.id,
        "person_name": f"{person.given_name} {person.family_name}",
        "school_name": person.school_name or "",
        "employee_number": person.employee_number,
        "school_id": person.school_id,
        "bargaining_unit": person.bargaining_unit,
        "flsa_class": person.flsa_class,
    }


def _accrual_legs(obligation: Obligation, outcome: Outcome) -> list[dict[str, Any]]:
    """Each account line twice: the expense, and what is payable against it."""
    sides = ((Account.EXPENSE, 1), (Account.PAYABLE, -1))
    return [
        {"fund_id": obligation.fund_id, "account": account.value, "account_string": account_string, "amount_cents": sign * cents}
        for account_string, cents in outcome.lines
        if cents
        for account, sign in sides
    ]


def _entry(obligation: Obligation, kind: EntryKind, effective_on: dt.date, actor: Person | None, now: dt.datetime, **more: Any) -> dict[str, Any]:
    about = {"obligation_id": obligation.id, "kind": kind.value, "cycle": 1, "reverses_id": None, "memo": ""}
    return about | {"effective_on": effective_on, "posted_at": now, "posted_by_id": actor.id if actor else None} | more


def _enter(entries: list[dict[str, Any]], legs: list[list[dict[str, Any]]]) -> None:
    """Write entries with their legs. The counter is taken here, after everything else: its lock holds up all other postings."""
    if not entries:
        return
    last = db.session.scalar(update(LedgerCounter).where(LedgerCounter.id == 1).values(last=LedgerCounter.last + len(entries)).returning(LedgerCounter.last))
    if last is None:
        raise LookupError("The ledger has no counter: run the migrations.")
    first = last - len(entries) + 1
    numbered = [entry | {"sequence": first + n, "leg_count": len(its)} for n, (entry, its) in enumerate(zip(entries, legs, strict=True))]
    ids = db.session.scalars(insert(Entry).returning(Entry.id, sort_by_parameter_order=True), numbered).all()
    db.session.execute(insert(Leg), [leg | {"entry_id": number} for number, its in zip(ids, legs, strict=True) for leg in its])
    check_deferred_constraints()

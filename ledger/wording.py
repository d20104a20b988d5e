"""The ledger's codes in words: every step of an explanation, and every refusal with its rule and its remedy.

Steps are stored as codes with facts, so that the same obligation reads in English and in Spanish, and a better sentence betters old
obligations too. A code that is not known here is a mistake that the tests find; on a page it is shown as it is rather than hidden.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from core.i18n import date, money, number
from ledger.models import Obligation
from ledger.rules import Account, EntryKind, ObligationState, Refusal

Facts = dict[str, Any]


@dataclass(frozen=True)
class Reason:
    """One step in words. ``cents`` is the amount after it (None for a condition that was met); ``tone`` is one of the page's tones."""

    text: str
    cents: int | None
    tone: str
    lines: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True)
class RefusalWords:
    """Why nothing is owed: the rule under a short title, what it says here, and what can be done."""

    rule: str
    title: str
    sentence: str
    remedy: str


def _on(facts: Facts, key: str) -> str:
    value = facts.get(key)
    return date(dt.date.fromisoformat(value)) if value else ""


def _cents(facts: Facts, key: str) -> str:
    return money(facts.get(key)) or money(0)


def year_name(fiscal_year: int) -> str:
    """A fiscal year as people write it: 2026–27."""
    return f"{fiscal_year - 1}–{fiscal_year % 100:02d}"


def _policy(facts: Facts) -> str:
    unit = facts.get("bargaining_unit")
    words = {"name": facts.get("name"), "number": facts.get("version"), "day": _on(facts, "starts_on"), "unit": unit}
    if unit:
        return _("The rule: “%(name)s”, version %(number)s, for the bargaining unit “%(unit)s”, in force since %(day)s.", **words)
    return _("The rule: “%(name)s”, version %(number)s, for everybody, in force since %(day)s.", **words)


_STEPS: dict[str, tuple[str, Callable[[Facts], str]]] = {
    "policy": ("quiet", _policy),
    "employed": ("good", lambda f: _("Employed by the district on %(day)s, employee number %(number)s.", day=_on(f, "day"), number=f.get("employee_number"))),
    "exempt": ("good", lambda f: _("Salaried (exempt) staff, so a stipend may be paid.")),
    "fund-period": (
        "good",
        lambda f: _(
            "%(day)s lies in the period of the fund %(fund)s (%(first)s to %(last)s).",
            day=_on(f, "day"), fund=f.get("fund"), first=_on(f, "starts_on"), last=_on(f, "ends_on"),
        ),
    ),
    "flat": ("quiet", lambda f: _("The rule pays the same amount each time.")),
    "advertised": ("quiet", lambda f: _("The stipend shown when the work began.")),
    "per-hour": ("quiet", lambda f: _("%(hours)s hours at %(rate)s an hour.", hours=number(float(f.get("hours") or 0), 2), rate=_cents(f, "rate_cents"))),
    "cap-room": (
        "good",
        lambda f: _(
            "It fits under the yearly limit of %(cap)s: %(used)s were used in fiscal year %(year)s, %(room)s were left.",
            cap=_cents(f, "cap_cents"), used=_cents(f, "used_cents"), room=_cents(f, "room_cents"), year=year_name(f.get("fiscal_year") or 1),
        ),
    ),
    "cap-rest": (
        "turn",
        lambda f: _(
            "The yearly limit of %(cap)s leaves %(room)s in fiscal year %(year)s (%(used)s were used), so that much is paid. "
            "%(unpaid)s of %(asked)s are above the limit.",
            cap=_cents(f, "cap_cents"), room=_cents(f, "room_cents"), used=_cents(f, "used_cents"), unpaid=_cents(f, "unpaid_cents"),
            asked=_cents(f, "asked_cents"), year=year_name(f.get("fiscal_year") or 1),
        ),
    ),
    "budget": ("good", lambda f: _("The fund %(fund)s covers it.", fund=f.get("fund"))),
    "budget-warned": (
        "turn",
        lambda f: _("It goes beyond the budget of the fund %(fund)s; the rule lets it through and tells human resources.", fund=f.get("fund")),
    ),
    "split": ("quiet", lambda f: _("Charged to these account lines, exact to the cent:")),
    "owed": ("good", lambda f: _("Owed, before tax and other deductions.")),
}  # fmt: skip


def _no_policy(f: Facts) -> RefusalWords:
    return RefusalWords(
        Refusal.NO_POLICY, _("No rule pays this"),
        _("On %(day)s no policy for the bargaining unit “%(unit)s” spoke about this kind of earning.", day=_on(f, "day"), unit=f.get("bargaining_unit") or "–"),
        _("If your agreement provides for it, ask human resources to add the policy. The credential itself stands."),
    )  # fmt: skip


_REFUSALS: dict[str, Callable[[Facts], RefusalWords]] = {
    Refusal.NO_POLICY: _no_policy,
    Refusal.NO_EMPLOYEE_NUMBER: lambda f: RefusalWords(
        Refusal.NO_EMPLOYEE_NUMBER, _("No employee number"),
        _("Payroll knows people by their employee number, and none is on file."),
        _("Ask human resources to add the number; then they can post it."),
    ),
    Refusal.NOT_EMPLOYED: lambda f: RefusalWords(
        Refusal.NOT_EMPLOYED, _("Not employed on that day"),
        _("On %(day)s no employment with the district is on file.", day=_on(f, "day"))
        + (" " + _("It began on %(day)s.", day=_on(f, "hired_on")) if f.get("hired_on") else "")
        + (" " + _("It ended on %(day)s.", day=_on(f, "left_on")) if f.get("left_on") else ""),
        _("If these dates are wrong, ask human resources to correct them."),
    ),
    Refusal.NONEXEMPT_FLAT: lambda f: RefusalWords(
        Refusal.NONEXEMPT_FLAT, _("Hourly staff are paid by the hour"),
        _("Federal wage law (FLSA) does not allow a flat stipend for hourly (nonexempt) staff, because hours over 40 a week must be paid as overtime."),
        _("Enter the hours worked in the time system; your supervisor approves them and payroll pays them."),
    ),
    Refusal.NONEXEMPT: lambda f: RefusalWords(
        Refusal.NONEXEMPT, _("This rate is for salaried staff"),
        _("The policy pays salaried (exempt) staff only."),
        _("Enter the hours worked in the time system; your supervisor approves them and payroll pays them."),
    ),
    Refusal.OUTSIDE_FUND_PERIOD: lambda f: RefusalWords(
        Refusal.OUTSIDE_FUND_PERIOD, _("Outside the fund's period"),
        _(
            "The work counts for %(day)s; the fund %(fund)s may pay for work from %(first)s to %(last)s only.",
            day=_on(f, "day"), fund=f.get("fund"), first=_on(f, "starts_on"), last=_on(f, "ends_on"),
        ),
        _("Human resources can name another fund in the policy."),
    ),
    Refusal.NO_AMOUNT: lambda f: RefusalWords(
        Refusal.NO_AMOUNT, _("No stipend was offered"),
        _("No stipend was shown for this when the work began."),
        _("Nothing needs doing: the credential and its hours count all the same."),
    ),
    Refusal.NO_HOURS: lambda f: RefusalWords(
        Refusal.NO_HOURS, _("No hours on record"),
        _("The policy pays by the hour, and no hours were recorded."),
        _("Ask the professional-learning office to record the hours."),
    ),
    Refusal.YEARLY_CAP: lambda f: RefusalWords(
        Refusal.YEARLY_CAP, _("The yearly limit is reached"),
        _(
            "The policy pays at most %(cap)s in a fiscal year; in %(year)s %(used)s were used and %(asked)s do not fit.",
            cap=_cents(f, "cap_cents"), used=_cents(f, "used_cents"), asked=_cents(f, "asked_cents"), year=year_name(f.get("fiscal_year") or 1),
        ),
        _("The limit starts anew with the next fiscal year. The credential itself stands."),
    ),
    Refusal.OVER_BUDGET: lambda f: RefusalWords(
        Refusal.OVER_BUDGET, _("The fund is used up"),
        _(
            "The fund %(fund)s has %(left)s left of %(budget)s; %(asked)s do not fit.",
            fund=f.get("fund"), left=_cents(f, "left_cents"), budget=_cents(f, "budget_cents"), asked=_cents(f, "asked_cents"),
        ),
        _("Human resources can raise the budget or name another fund; then they can post it."),
    ),
}  # fmt: skip


def reasons(explanation: list[dict[str, Any]]) -> list[Reason]:
    """The steps of an explanation in words, in order; a refusal at the end is left to :func:`refusal`."""
    found = []
    for step in explanation:
        if step["say"] == "refused":
            continue
        facts = step.get("facts") or {}
        tone, words = _STEPS.get(step["say"], ("quiet", lambda f, say=step["say"]: say))
        lines = tuple((line["account_string"], line["percent"], line["cents"]) for line in facts.get("lines", ()))
        found.append(Reason(words(facts), step.get("cents"), tone, lines))
    return found


def refusal(obligation: Obligation) -> RefusalWords | None:
    """Why nothing is owed, or None where something is."""
    if obligation.refusal_rule is None:
        return None
    facts = obligation.explanation[-1].get("facts", {}) if obligation.explanation else {}
    return refusal_words(obligation.refusal_rule, facts)


def refusal_words(rule: str, facts: Facts) -> RefusalWords:
    """A refusal in words, from the code of its rule and the facts of its step."""
    words = _REFUSALS.get(rule)
    return words(facts) if words else RefusalWords(rule, rule, "", "")


def state_name(state: str) -> str:
    """An obligation's state in a word or two."""
    return {ObligationState.PAYABLE.value: _("Owed"), ObligationState.REFUSED.value: _("Not paid"), ObligationState.REVERSED.value: _("Taken back")}.get(
        state, state
    )


def state_tone(state: str) -> str:
    """The tone in which a state is shown."""
    return {ObligationState.PAYABLE.value: "good", ObligationState.REFUSED.value: "quiet", ObligationState.REVERSED.value: "bad"}.get(state, "quiet")


def entry_name(kind: str) -> str:
    """What a posting does, in a word."""
    return {EntryKind.ACCRUE.value: _("Earned"), EntryKind.REVERSE.value: _("Taken back")}.get(kind, kind)


def account_name(account: str) -> str:
    """An account of a fund in a word."""
    return {
        Account.EXPENSE.value: _("Expense"), Account.PAYABLE.value: _("Payable"), Account.EXPORTED.value: _("Handed to payroll"), Account.PAID.value: _("Paid"),
    }.get(account, account)  # fmt: skip


def timeline(obligation: Obligation) -> list[dict[str, Any]]:
    """What happened to an obligation, oldest first, then what is next; in the shape of the page's timeline."""
    happened: list[dict[str, Any]] = [{"title": _("Earned"), "when": obligation.earned_on, "tone": "good"}]
    for entry in obligation.entries:
        if entry.kind == EntryKind.ACCRUE:
            happened.append({"title": _("Posted to the ledger, entry %(number)s", number=entry.sequence), "when": entry.posted_at, "tone": "good"})
        else:
            title = _("Taken back, entry %(number)s", number=entry.sequence)
            happened.append({"title": title, "when": entry.posted_at, "note": entry.memo, "tone": "bad"})
    if obligation.state == ObligationState.REFUSED:
        happened.append({"title": _("Looked at, and not paid"), "when": obligation.created_at, "tone": "quiet"})
    if obligation.state == ObligationState.PAYABLE:
        happened.append({"title": _("Payroll takes it into a pay run"), "is_next": True, "tone": "wait"})
    return happened

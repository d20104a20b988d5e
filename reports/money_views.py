"""Pages about the district's money: the stipend register, what was not paid, funds, and why somebody was paid."""

from __future__ import annotations

import datetime as dt
from typing import Any

from babel.dates import format_date
from flask import Blueprint, Response, render_template, request, stream_with_context, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from core import clock, i18n, sheet
from core.access import requires
from core.db import db
from core.errors import BadInput, RuleBroken
from core.paging import Page, asked
from ledger import queries, wording
from ledger.models import Fund, Obligation
from people.models import School
from people.policy import reads_money
from reports import funds as funds_report
from reports import refusals as refusals_report
from reports import stipend_register as register
from reports import why as why_report
from reports.money_forms import PERIODS, RefusalForm, RegisterForm, period_days, period_name

bp = Blueprint("reports", __name__)

TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "pdf": "application/pdf"}


@bp.app_template_filter("month")
def month_name(day: dt.date) -> str:
    """A month with its year, in the reader's language."""
    return format_date(day, "LLLL yyyy", locale=get_locale() or "en")


@bp.context_processor
def words() -> dict[str, object]:
    """The ledger's codes in words, for the templates of this room."""
    return {"wording": wording}


@bp.get("/hr/stipends", defaults={"form": None})
@bp.get("/hr/stipends.<any(csv, xlsx, pdf):form>")
@requires(reads_money)
def stipends(form: str | None) -> str | Response | tuple[str, int]:
    """The stipend register: on the page, or as a file of the same rows."""
    filters = RegisterForm(request.args)
    filters.school.choices = _schools()
    names = {row.code: row.name for row in db.session.execute(select(Fund.code, Fund.name).order_by(Fund.code))}
    filters.fund.choices = [("", _("Every fund")), *((code, f"{code} · {name}") for code, name in names.items())]
    month = queries.fiscal_month()
    right = filters.validate()
    if not right:
        if form:
            raise BadInput(_("This address asks for something that is not there. Open the register and choose again."), _problems(filters))
        return render_template("reports/stipends.html", form=filters, page=None, presets=_presets("reports.stipends", month)), 422
    first, last = filters.settle(clock.today(), month)
    school = int(filters.school.data) if filters.school.data else None
    newest = queries.last_sequence()
    wanted = register.Filter(first, last, _as_of(newest), school, filters.fund.data or "", filters.state.data or "", (filters.q.data or "").strip())
    if form:
        return _register_file(wanted, form)
    number, size = asked(50, 200)
    summary = register.summary(wanted)
    statement = register.lines(wanted).limit(size).offset((number - 1) * size)
    page = Page([register.as_row(row) | {"obligation_id": row.obligation_id} for row in db.session.execute(statement)], number, size, summary.lines)
    return render_template(
        "reports/stipends.html",
        form=filters,
        page=page,
        summary=summary,
        wanted=wanted,
        is_newest=wanted.as_of == newest,
        drawn=register.posted_at(wanted.as_of),
        names=names,
        presets=_presets("reports.stipends", month),
        files={kind: _file_url(wanted, kind) for kind in TYPES},
        pdf_lines=register.PDF_LINES,
    )


def _register_file(wanted: register.Filter, form: str) -> Response:
    name = register.file_name(wanted)
    if form == "csv":
        table = register.table(wanted, stream=True)
        return _file(stream_with_context(line.encode() for line in sheet.csv_lines(table)), name, form)
    if form == "pdf" and (count := register.summary(wanted).lines) > register.PDF_LINES:
        raise RuleBroken(
            _(
                "A PDF holds up to %(most)s lines, and this register has %(count)s. Choose a shorter period, one school or one fund, or take CSV or Excel.",
                most=i18n.number(register.PDF_LINES),
                count=i18n.number(count),
            ),
            "too-long-for-pdf",
        )
    table = register.table(wanted)
    return _file(sheet.xlsx_bytes(table) if form == "xlsx" else sheet.pdf_bytes(table), name, form)


@bp.get("/hr/refusals", defaults={"form": None})
@bp.get("/hr/refusals.<any(csv, xlsx, pdf):form>")
@requires(reads_money)
def refusals(form: str | None) -> str | Response | tuple[str, int]:
    """What was not paid, with the rule and what can be done."""
    filters = RefusalForm(request.args)
    filters.school.choices = _schools()
    filters.offer_rules()
    month = queries.fiscal_month()
    if not filters.validate():
        if form:
            raise BadInput(_("This address asks for something that is not there. Open the list and choose again."), _problems(filters))
        return render_template("reports/refusals.html", form=filters, page=None, presets=_presets("reports.refusals", month)), 422
    first, last = filters.settle(clock.today(), month)
    school = int(filters.school.data) if filters.school.data else None
    wanted = refusals_report.Filter(first, last, filters.rule.data or "", school, (filters.q.data or "").strip())
    if form:
        table = refusals_report.table(wanted)
        body = {"csv": sheet.csv_bytes, "xlsx": sheet.xlsx_bytes, "pdf": sheet.pdf_bytes}[form](table)
        return _file(body, f"not-paid_{first.isoformat()}_{last.isoformat()}", form)
    number, size = asked(50, 200)
    rows = db.session.scalars(refusals_report.rows(wanted).limit(size).offset((number - 1) * size)).all()
    page = Page(rows, number, size, refusals_report.count(wanted))
    given = {"from": first.isoformat(), "to": last.isoformat(), "rule": wanted.rule, "school": school or "", "q": wanted.q}
    files = {kind: _address("reports.refusals", form=kind, **given) for kind in TYPES}
    return render_template("reports/refusals.html", form=filters, page=page, presets=_presets("reports.refusals", month), files=files)


@bp.get("/hr/funds")
@requires(reads_money)
def funds() -> str:
    """Every fund: budget, accrued, left."""
    return render_template("reports/funds.html", funds=funds_report.all_funds())


@bp.get("/hr/funds/<fund>")
@requires(reads_money, fund=funds_report.fund)
def fund(fund: Fund) -> str:
    """One fund over a fiscal year."""
    year = request.args.get("year", "")
    page = funds_report.page(fund, int(year) if year.isdecimal() and len(year) == 4 else None)
    return render_template("reports/fund.html", page=page, fund=fund)


@bp.get("/hr/why/<int:obligation>")
@requires(reads_money, obligation=queries.obligation)
def why(obligation: Obligation) -> str:
    """Why this amount, why this person, and what the ledger says."""
    return render_template("reports/why.html", why=why_report.of(obligation), obligation=obligation)


def _schools() -> list[tuple[str, str]]:
    found = db.session.execute(select(School.id, School.name).order_by(School.name))
    return [("", _("Every school")), *((str(row.id), row.name) for row in found)]


def _as_of(newest: int) -> int:
    """The ledger entry that the address asks for; the newest where it asks for none, or for one that is not there yet."""
    asked_for = request.args.get("as_of", "")
    return min(int(asked_for), newest) if asked_for.isdecimal() and len(asked_for) < 16 else newest


def _presets(endpoint: str, month: int) -> list[tuple[str, str, bool]]:
    """(name, address, is it the one in use) of each named period; the other filters stay."""
    kept = {name: value for name, value in request.args.items() if name in ("school", "fund", "state", "rule", "q") and value}
    dates = (request.args.get("from"), request.args.get("to"))
    today = clock.today()
    chosen = request.args.get("period") or next(
        (period for period in PERIODS if tuple(day.isoformat() for day in period_days(period, today, month)) == dates), "" if any(dates) else "year"
    )
    return [(period_name(period), _address(endpoint, period=period, **kept), period == chosen) for period in PERIODS]


def _file_url(wanted: register.Filter, kind: str) -> str:
    """A file of exactly what the page shows: named periods become dates, and the ledger entry is fixed."""
    days = {"from": wanted.first.isoformat(), "to": wanted.last.isoformat()}
    return _address("reports.stipends", form=kind, as_of=wanted.as_of, school=wanted.school, fund=wanted.fund, state=wanted.state, q=wanted.q, **days)


def _address(endpoint: str, **given: Any) -> str:
    """An address with what is given, without what is empty."""
    return url_for(endpoint, **{name: value for name, value in given.items() if value not in (None, "")})


def _file(body: Any, name: str, kind: str) -> Response:
    return Response(body, content_type=TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})


def _problems(form: Any) -> dict[str, str]:
    return {field.name: " ".join(str(error) for error in field.errors) for field in form if field.errors}

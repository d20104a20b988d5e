"""The filters of the money pages. They are sent by GET, so that every list has an address of its own."""

from __future__ import annotations

import datetime as dt

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Form, SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from ledger.rules import Refusal, fiscal_year, fiscal_year_days
from ledger.wording import refusal_words
from reports.stipend_register import REVERSED, STANDING

#: Periods that have a name: the value of ``?period=``.
PERIODS = ("month", "last-month", "year", "last-year")


def period_name(period: str) -> str:
    """A named period in words."""
    return {"month": _("This month"), "last-month": _("Last month"), "year": _("This fiscal year"), "last-year": _("Last fiscal year")}[period]


def period_days(period: str, today: dt.date, starts_month: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a named period, seen from ``today``; ``starts_month`` is where the fiscal year begins.

    >>> period_days("last-month", dt.date(2026, 3, 9), 7)
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    >>> period_days("year", dt.date(2026, 3, 9), 7)
    (datetime.date(2025, 7, 1), datetime.date(2026, 6, 30))
    """
    this_month = today.replace(day=1)
    if period == "month":
        return this_month, (this_month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    if period == "last-month":
        return (this_month - dt.timedelta(days=1)).replace(day=1), this_month - dt.timedelta(days=1)
    return fiscal_year_days(fiscal_year(today, starts_month) - (1 if period == "last-year" else 0), starts_month)


class _Period(Form):
    """From which day to which."""

    first = DateField(_l("From"), name="from", validators=[Optional()])
    last = DateField(_l("To"), name="to", validators=[Optional()])

    def validate_last(self, field: DateField) -> None:
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError(_("The last day lies before the first. Swap them."))

    def settle(self, today: dt.date, starts_month: int) -> tuple[dt.date, dt.date]:
        """The days asked for: a named period, the dates typed, or this fiscal year; they are written back into the fields."""
        period = request.args.get("period", "")
        year = period_days("year", today, starts_month)
        first, last = period_days(period, today, starts_month) if period in PERIODS else (self.first.data, self.last.data)
        if first is None and last is None:
            first, last = year
        # One day alone leaves the other end open, up to the fiscal year that it meets.
        first = first or fiscal_year_days(fiscal_year(last or today, starts_month), starts_month)[0]
        last = last or max(year[1], fiscal_year_days(fiscal_year(first, starts_month), starts_month)[1])
        self.first.data, self.last.data = first, last
        return first, last


class RegisterForm(_Period):
    """The stipend register's filters."""

    school = SelectField(_l("School"), coerce=str, default="")
    fund = SelectField(_l("Fund"), coerce=str, default="")
    state = SelectField(_l("Lines"), choices=[("", _l("Every line")), (STANDING, _l("Not taken back")), (REVERSED, _l("Taken back"))], coerce=str, default="")
    q = StringField(_l("Name or employee number"), validators=[Length(max=100)])


class RefusalForm(_Period):
    """The filters of what was not paid."""

    rule = SelectField(_l("Rule"), coerce=str, default="")
    school = SelectField(_l("School"), coerce=str, default="")
    q = StringField(_l("Name or employee number"), validators=[Length(max=100)])

    def offer_rules(self) -> None:
        """Every rule that refuses, by its title."""
        self.rule.choices = [("", _("Every rule")), *((rule.value, refusal_words(rule.value, {}).title) for rule in Refusal)]

"""English and Spanish: whose language, and how money, dates and counts look in it."""

from __future__ import annotations

import datetime as dt
import decimal
import functools
from typing import Any

import nh3
from babel.dates import format_timedelta, get_datetime_format
from babel.numbers import format_currency, format_decimal
from flask import Flask, current_app, has_request_context, request, session
from flask_babel import Babel, get_locale
from flask_babel import format_date as babel_date
from flask_babel import format_time as babel_time
from markdown_it import MarkdownIt
from markupsafe import Markup

from core import clock
from core.access import me

LANGUAGES = {"en": "English", "es": "Español"}
babel = Babel()
_TAGS = {"p", "em", "strong", "ul", "ol", "li", "a", "code", "blockquote", "br", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"}
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def choose_locale() -> str:
    """The reader's language: chosen on the profile, else in this browser, else what the browser asks for."""
    default = str(current_app.config["LAUREL"].default_locale)
    if not has_request_context():
        return default
    person = me()
    chosen = (getattr(person, "locale", None) if person else None) or session.get("locale")
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES)) or default


def region() -> str:
    """The reader's language as it is written in the United States: dollars are $ in Spanish too."""
    return {"es": "es_US"}.get(str(get_locale() or "en"), "en_US")


def money(cents: int | None) -> str:
    """Cents as dollars in the reader's language; nothing for None."""
    if cents is None:
        return ""
    return format_currency(cents / 100, "USD", locale=region(), format=None if cents % 100 else "¤#,##0;-¤#,##0", currency_digits=bool(cents % 100))


def exact(cents: int | None) -> str:
    """Cents with both decimals and no sign of the currency, for columns of figures under a heading that names it."""
    return "" if cents is None else format_decimal(decimal.Decimal(cents) / 100, format="#,##0.00", locale=region())


def number(value: float | int | None, digits: int = 1) -> str:
    """A number in the reader's language, with at most ``digits`` decimals."""
    return "" if value is None else format_decimal(round(value, digits), locale=region())


def date(value: dt.date | dt.datetime | None, width: str = "medium") -> str:
    """A day in the reader's language and the district's zone."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = value.astimezone(clock.zone()).date()
    return babel_date(value, width, rebase=False)


def datetime(value: dt.datetime | None, width: str = "medium") -> str:
    """A moment in the reader's language and the district's zone, to the minute."""
    if value is None:
        return ""
    local = value.astimezone(clock.zone())
    # Words inside a pattern ("{1} 'at' {0}") stand in quotes.
    pattern = str(get_datetime_format(width, get_locale() or "en")).replace("'", "")  # type: ignore[arg-type]
    return pattern.format(babel_time(local, "short", rebase=False), babel_date(local, width, rebase=False))


def ago(value: dt.datetime | None) -> str:
    """How long ago or how far ahead, in words."""
    if value is None:
        return ""
    return format_timedelta(value - clock.now(), add_direction=True, threshold=1.1, locale=region())


@functools.lru_cache(maxsize=1024)
def markdown(value: str | None) -> Markup:
    """Authors' texts: CommonMark without HTML, and cleaned besides. Links leave without a referrer.

    The same prompts are printed on page after page, so what was rendered is kept.
    """
    html = nh3.clean(
        _markdown.render(value or ""),
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto"},
    )
    return Markup(html)  # noqa: S704 - cleaned a line above


def init_app(app: Flask) -> None:
    """Set up Babel and the template filters ``money``, ``number``, ``date``, ``datetime``, ``ago`` and ``markdown``."""
    settings = app.config["LAUREL"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    babel.init_app(app, default_locale=settings.default_locale, default_timezone=settings.timezone, locale_selector=choose_locale)
    filters: dict[str, Any] = {"money": money, "exact": exact, "number": number, "date": date, "datetime": datetime, "ago": ago, "markdown": markdown}
    app.jinja_env.filters.update(filters)

    @app.context_processor
    def languages() -> dict[str, Any]:
        return {"languages": LANGUAGES, "locale": str(get_locale() or "en")}

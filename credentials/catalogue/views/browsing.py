"""The catalogue as everybody sees it, with or without an account."""

from __future__ import annotations

import functools
import hashlib
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask_babel import gettext as _

from core import paging
from core.access import opened, public
from core.i18n import money, number
from credentials.badges.art import badge_svg
from credentials.catalogue import labels, presentation, queries
from credentials.catalogue.forms import AUDIENCES, GRADE_BANDS, HOURS, search_from
from credentials.catalogue.models import MicroCredential
from credentials.catalogue.rules import EVIDENCE_KINDS, Search, Sort
from credentials.catalogue.search import Found, Hit, find

bp = Blueprint("catalogue", __name__)

PAGE_SIZE = 24
LARGEST_PAGE = 50
YEAR = 365 * 24 * 3600


@bp.get("/catalogue")
@public
def index() -> str:
    """Search and filter what is on offer."""
    search = search_from(request.args)
    page_number, size = paging.asked(PAGE_SIZE, LARGEST_PAGE)
    found = find(search, page_number, size)
    words = labels.words()
    return render_template(
        "catalogue/index.html",
        search=search,
        found=found,
        page=paging.Page(cards_of(found.hits), page_number, size, found.total),
        menus=_menus(search, found),
        active=_active(search),
        sorts=[(sort.value, words.sorts[sort], sort is search.sort) for sort in Sort if search.q or sort is not Sort.RELEVANCE],
        popular=[] if search.q or search.is_filtered else [(words.topic(key), url_for("catalogue.index", topic=key)) for key, _count in found.topics[:8]],
    )


@bp.get("/catalogue/<slug>")
@opened(slug=queries.on_show)
def show(slug: MicroCredential) -> str:
    """One micro-credential with all it asks and the rubric; ``?version=`` shows an earlier published version."""
    micro_credential = slug
    asked = request.args.get("version", type=int)
    version = micro_credential.current_version
    if asked is not None and version is not None and asked != version.number:
        version = queries.published_version(micro_credential, asked)
    if version is None:
        abort(404)
    content = version.parsed()
    return render_template(
        "catalogue/show.html",
        micro_credential=micro_credential,
        version=version,
        content=content,
        editions=queries.editions(micro_credential),
        prerequisites=queries.titles_of(content.prerequisites),
        rubric_criteria=presentation.rubric_of(content),
        labels=labels,
        presentation=presentation,
        badge_url=url_for("catalogue.badge", slug=micro_credential.slug, v=version.number),
    )


@bp.get("/catalogue/<slug>/badge.svg")
@public
def badge(slug: str) -> Response:
    """The badge of the version ``?v=``, which never changes again and so may be kept for a year, or of the present one."""
    number = request.args.get("v", "")
    exact = int(number) if number.isdecimal() and len(number) < 7 else None
    facts = queries.badge_facts(slug, exact)
    if facts is None:
        abort(404)
    response = Response(mimetype="image/svg+xml")
    drawn = drawing(facts.design, facts.color, facts.title, facts.issuer, facts.published_at.year if facts.published_at else 0)
    response.set_etag(hashlib.sha256(drawn.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if exact is not None else "public, max-age=300"
    # The drawing is opened as a page of its own by whoever follows its address: nothing in it may run.
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.set_data(drawn)
    return response.make_conditional(request)  # type: ignore[return-value]


@functools.lru_cache(maxsize=512)
def drawing(design: str, color: str, title: str, issuer: str, year: int) -> str:
    """The badge with the year of its publication; setting the title takes long enough to remember the result."""
    return badge_svg(design, color, title, issuer, year)


def cards_of(hits: list[Hit]) -> list[dict[str, Any]]:
    """What the cards print, in ready words."""
    base = url_for("catalogue.index")
    words = labels.words()
    return [
        {
            "title": hit.title,
            "competency": hit.competency,
            "url": f"{base}/{hit.slug}",
            "badge_url": f"{base}/{hit.slug}/badge.svg?v={hit.number}",
            "topic": words.topic(hit.topic),
            "hours": words.hours(hit.effort_hours),
            "grades": words.grades_of(hit.grade_bands),
            "stipend": words.stipend(hit.stipend_cents),
        }
        for hit in hits
    ]


# The filters as the page shows them.


def _menus(search: Search, found: Found) -> list[dict[str, Any]]:
    """Each filter with its choices: (value, label, chosen, count)."""
    words = labels.words()
    hours = request.args.get("hours", "")
    missing = [key for key in search.topics if key not in {topic for topic, _count in found.topics}]
    topics = [(key, words.topic(key), key in search.topics, count) for key, count in [*found.topics, *((key, 0) for key in missing)]]
    hour_labels = {"short": _("Up to 8 hours"), "medium": _("8 to 15 hours"), "long": _("15 hours and more")}
    return [
        {"name": "topic", "label": _("Topic"), "kind": "checkbox", "choices": topics, "number": len(search.topics)},
        {
            "name": "grade",
            "label": _("Grades"),
            "kind": "checkbox",
            "choices": [(value, words.grade_bands[value], value in search.grade_bands, None) for value in GRADE_BANDS],
            "number": len(search.grade_bands),
        },
        {
            "name": "audience",
            "label": _("For whom"),
            "kind": "checkbox",
            "choices": [(value, words.audiences[value], value in search.audience, None) for value in AUDIENCES],
            "number": len(search.audience),
        },
        {
            "name": "evidence",
            "label": _("Evidence"),
            "kind": "checkbox",
            "choices": [(value, words.evidence[value], value in search.evidence, None) for value in EVIDENCE_KINDS],
            "number": len(search.evidence),
        },
        {
            "name": "hours",
            "label": _("Hours"),
            "kind": "radio",
            "choices": [("", _("Any"), hours not in HOURS, None), *((value, hour_labels[value], value == hours, None) for value in HOURS)],
            "number": int(search.hours_min is not None or search.hours_max is not None),
        },
        {
            "name": "stipend",
            "label": _("Stipend"),
            "kind": "checkbox",
            "choices": [("yes", _("With a stipend"), search.with_stipend, None)],
            "number": int(search.with_stipend or search.stipend_min is not None),
            "stipend_min": f"{search.stipend_min / 100:g}" if search.stipend_min is not None else "",
        },
    ]


def _active(search: Search) -> list[tuple[str, str]]:
    """The filters in use: what each is called, and the address without it."""
    given = {name: values for name, values in request.args.to_dict(flat=False).items() if name != "page" and any(values)}

    def without(name: str, value: str | None = None, *also: str) -> str:
        left = {key: [one for one in values if key != name or (value is not None and one != value)] for key, values in given.items() if key not in also}
        return url_for("catalogue.index", **{key: values for key, values in left.items() if values})  # type: ignore[arg-type]

    words = labels.words()
    active = [(words.topic(key), without("topic", key)) for key in search.topics]
    active += [(words.grade_bands[key], without("grade", key)) for key in search.grade_bands]
    active += [(words.audiences[key], without("audience", key)) for key in search.audience]
    active += [(words.evidence[key], without("evidence", key)) for key in search.evidence]
    if search.hours_min is not None or search.hours_max is not None:
        least, most = number(search.hours_min), number(search.hours_max)
        said = _("%(least)s to %(most)s hours", least=least, most=most) if least and most else _("From %(least)s hours", least=least) if least else ""
        active.append((said or _("Up to %(most)s hours", most=most), without("hours", None, "hours_min", "hours_max")))
    if search.stipend_min is not None:
        active.append((_("Stipend from %(amount)s", amount=money(search.stipend_min)), without("stipend_min")))
    if search.with_stipend:
        active.append((_("With a stipend"), without("stipend")))
    return active

"""The office's queue: what to release, who waits for whom, and all of it."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _

from core import clock
from core.access import me, requires
from core.paging import asked
from credentials.evidence.wording import STATES
from credentials.review import office_queries, policy
from credentials.review.forms import QueueFilter, filters_from, state_choices
from credentials.review.office_queries import Filters, Tab
from credentials.review.views.blueprint import bp
from credentials.review.wording import OFFICE_STATES


@bp.get("/decisions")
@requires(policy.is_office)
def queue() -> str:
    """The three tabs, filtered by the address, a page at a time."""
    filters = filters_from(request.args)
    shown = office_queries.queue(me(), filters, *asked())
    form = QueueFilter(request.args)
    form.credential.choices = [("", _("All"))] + [(str(key), title) for key, title in shown.credentials]
    form.state.choices = [("", _("All")), *state_choices()]
    return render_template(
        "review/queue.html",
        queue=shown,
        tab=filters.tab.value,
        form=form,
        active=_active(filters, shown),
        states=STATES,
        reviewer_states=OFFICE_STATES,
        now=clock.now(),
    )


def _active(filters: Filters, shown: office_queries.Queue) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    here: dict[str, str] = {"tab": filters.tab.value}
    names: dict[str, str] = {}
    if filters.credential is not None:
        here["credential"] = str(filters.credential)
        names["credential"] = dict(shown.credentials).get(filters.credential, _("One micro-credential"))
    if filters.tab is Tab.ALL and filters.state is not None:
        here["state"], names["state"] = filters.state.value, str(STATES[filters.state][0])
    if filters.tab is Tab.WAITING and filters.late:
        here["late"], names["late"] = "y", _("A reviewer is late")
    if filters.tab is Tab.WAITING and filters.short:
        here["short"], names["short"] = "y", _("Reviewers are lacking")
    return [(name, url_for("review.queue", **{key: value for key, value in here.items() if key != gone})) for gone, name in names.items()]  # type: ignore[arg-type]

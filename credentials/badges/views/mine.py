"""My badges."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from core import clock, paging
from core.access import me, requires
from credentials.badges import policy, queries
from credentials.badges.models import Award
from credentials.badges.views.blueprint import bp
from credentials.badges.wording import SHARINGS, STANDINGS, standing_sentence


@bp.get("/my/badges")
@requires(policy.can_list)
def index() -> str:
    """Every badge of mine: how it stands, who may see it, and how to take it along."""
    page = queries.awards_of(me(), *paging.asked(24, 96))
    rows = []
    for award in page.items:
        year = clock.day_of(award.issued_at).year
        rows.append(
            {"award": award, "standing": STANDINGS[award.standing], "sentence": standing_sentence(award), "sharing": SHARINGS[award.sharing], "year": year}
        )
    return render_template("badges/index.html", page=page, rows=rows)


@bp.get("/my/badges/<uuid:uuid>")
@requires(policy.is_holder, uuid=queries.own)
def mine(uuid: Award) -> Response:
    """The way in from a mail: it asks to sign in first, where the badge's own address would show a stranger nothing."""
    return redirect(url_for("badges.show", uuid=uuid.uuid))

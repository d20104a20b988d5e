"""The front page, and everybody's home."""

from __future__ import annotations

from flask import Blueprint, Flask, render_template

from core.access import me, public
from credentials.evidence.wording import STATES
from reports import home
from reports.navigation import navigation

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index() -> str:
    """The public front page; for somebody who is signed in, her next step."""
    person = me()
    if person is None:
        return render_template("home/front.html", newest=home.newest())
    return render_template("home/index.html", home=home.of(person), states=STATES)


def init_app(app: Flask) -> None:
    """Make the navigation known to templates."""
    app.jinja_env.globals["navigation"] = navigation

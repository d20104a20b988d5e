"""The rooms' shared pages: home, and the registers for HR."""

from __future__ import annotations

from flask import Flask

from reports import home_views, money_views

blueprints = (home_views.bp, money_views.bp)


def init_app(app: Flask) -> None:
    """Make the navigation known to templates."""
    home_views.init_app(app)

"""An application beside the one under test, for tests that add addresses of their own: they must not stay in the map that
others walk."""

from __future__ import annotations

from flask import Flask

from app import create_app
from core.db import db


def made_like(app: Flask) -> Flask:
    """A new application with the settings of ``app``."""
    other = create_app(app.config["LAUREL"])
    other.config.update({name: app.config[name] for name in ("TESTING", "WTF_CSRF_ENABLED", "RATELIMIT_ENABLED")})
    other.test_client_class = app.test_client_class
    return other


def on_the_connection_of(app: Flask, other: Flask) -> Flask:
    """Let ``other`` work on the connection of ``app``, inside the same transaction that the test undoes."""
    with app.app_context():
        connection = db.engines[None]
    with other.app_context():
        db.engines[None] = connection
    return other

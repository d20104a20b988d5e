"""create_app(): configuration, extensions, the list of rooms. Nothing else."""

from __future__ import annotations

import importlib
import importlib.util

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_migrate import Migrate

from core import access, api, config, errors, fonts, i18n, icons, jobs, paging, postgres, storage, web
from core.db import db

#: From the ground floor up. Of each room the edge is wired by name: ``policy`` (asked by templates), ``views.bp``, ``api.bp``,
#: ``jobs`` and ``cli.commands``; a room without need of one does not have it.
ROOMS = (
    "core",
    "people",
    "courses",
    "credentials.catalogue",
    "credentials.evidence",
    "credentials.review",
    "credentials.badges",
    "ledger",
    "reports",
    "workflows",
    "demo",
)

migrate = Migrate(compare_type=True)


def create_app(settings: config.Settings | None = None) -> Flask:
    """Build the application from ``settings`` (the environment by default). With no database address the embedded server is
    started in the data folder. Raises :class:`core.config.BadSetting`."""
    settings = settings or config.load()
    app = Flask("app", instance_path=str(settings.data_path), static_folder="static", template_folder="templates")
    app.config["LAUREL"] = settings
    web.setup_logging(settings)
    url = settings.database_url or postgres.ensure_database(postgres.start(settings.data_path), "laurel")
    app.config.update(
        SECRET_KEY=config.secret_of(settings),
        SQLALCHEMY_DATABASE_URI=postgres.sqlalchemy_url(url),
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": settings.db_pool, "max_overflow": settings.db_pool},
        MAX_CONTENT_LENGTH=(settings.max_upload_mb + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SESSION_COOKIE_NAME="laurel",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https_only,
        PERMANENT_SESSION_LIFETIME=settings.session_hours * 3600,
        WTF_CSRF_TIME_LIMIT=None,
        BOOTSTRAP_SERVE_LOCAL=True,
    )
    db.init_app(app)
    migrate.init_app(app, db, directory="migrations")
    Bootstrap5(app)
    for part in (i18n, access, errors, web, storage, fonts, icons, paging, api):
        part.init_app(app)
    for room in ROOMS:
        open_room(app, room)
    jobs.bind(app)
    return app


def open_room(app: Flask, room: str) -> None:
    """Wire the edge of one room."""
    edge = {name: _part(room, name) for name in ("models", "policy", "jobs", "views", "api", "cli")}
    if edge["policy"]:
        access.register_policy(room.rpartition(".")[2], edge["policy"])
    if edge["views"]:
        for blueprint in getattr(edge["views"], "blueprints", ()) or (edge["views"].bp,):
            app.register_blueprint(blueprint)
        if hasattr(edge["views"], "init_app"):
            edge["views"].init_app(app)
    if edge["api"] and room != "core":
        api.register(app, edge["api"].bp)
    if edge["cli"]:
        for command in edge["cli"].commands:
            app.cli.add_command(command)


def _part(room: str, name: str):  # type: ignore[no-untyped-def]
    found = importlib.util.find_spec(f"{room}.{name}") if importlib.util.find_spec(room) else None
    return importlib.import_module(f"{room}.{name}") if found else None

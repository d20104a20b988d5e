"""Do the models and the migrations say the same? Migrates an empty scratch database and compares. ``python -m tools.check_migrations``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import flask_migrate
import psycopg
from psycopg import sql

from app import create_app
from core import config, postgres
from core.db import db


def main() -> int:
    given = os.environ.get("DATABASE_URL")
    server = given or postgres.start(Path(os.environ.get("LAUREL_DATA_DIR", "instance")))
    name = f"check_{os.getpid()}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            app = create_app(config.load({}, database_url=postgres.ensure_database(server, name), data_dir=folder, log_level="ERROR"))
            with app.app_context():
                flask_migrate.upgrade()
                flask_migrate.check()
                db.engine.dispose()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        with psycopg.connect(postgres.plain_url(server), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    print("migrations: the models and the migrations say the same")
    return 0


if __name__ == "__main__":
    sys.exit(main())

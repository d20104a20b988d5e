"""How dear is a page of the catalogue: 50 cards out of 5,000, with filters, for somebody who is signed in.

Makes a scratch database with 5,000 published micro-credentials, then compares the server CPU of the page with that of a bare Flask page
that runs one SQLAlchemy query and renders 50 rows, measured alternately in one run, and counts the SQL statements.

    .venv/bin/python -m bench.catalogue [--number 5000] [--rounds 200]
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import tempfile
import time
from pathlib import Path

import flask_migrate
import psycopg
import yaml
from flask import Flask, render_template_string
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import insert, select, text
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app import create_app
from core import clock, config, postgres
from core.db import db, explain_statements, transaction
from credentials.catalogue import drafts, search
from credentials.catalogue.content import parse, to_document
from credentials.catalogue.models import CredentialVersion, MicroCredential
from people.models import Person, RoleGrant, School

ROOT = Path(__file__).resolve().parent.parent
#: Who asks for what. The last is what happens while somebody types a word that nobody wrote.
PAGES = {
    "all": "/catalogue?size=50",
    "filters": "/catalogue?size=50&topic=assessment&topic=technology&grade=3-5&grade=6-8&evidence=file&hours_max=20&stipend=yes&sort=stipend",
    "words and filters": "/catalogue?size=50&q=students+learn&grade=3-5&stipend=yes",
    "page 3": "/catalogue?size=50&page=3&sort=newest",
    "misspelt": "/catalogue?size=50&q=minecarft",
}

BARE = """<!doctype html><title>List</title><h1>List</h1><ul>
{% for row in rows %}<li><a href="/catalogue/{{ row.id }}">{{ row.title }}</a><p>{{ row.competency }}</p>
<p>{{ row.effort_hours }} {{ row.stipend_cents }}</p></li>
{% endfor %}</ul>"""


def fill(number: int) -> int:
    """Publish ``number`` varied micro-credentials in bulk and make one teacher; returns her id."""
    dice = random.Random(7)
    documents = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((ROOT / "credentials" / "content").glob("*.yaml"))]
    columns = [to_document(parse(document)) for document in documents]
    now = clock.now()
    with transaction():
        school = School(code="B1", name="Bench School")
        teacher = Person(email="teacher@laurel.example", given_name="Bea", family_name="Bench", school=school)
        checker = Person(email="checker@laurel.example", given_name="Cy", family_name="Check", school=school)
        teacher.role_grants = [RoleGrant(role=role, starts_on=dt.date(2024, 1, 1)) for role in ("teacher", "reviewer")]
        db.session.add_all([teacher, checker])
        db.session.flush()
        ids = list(
            db.session.scalars(
                insert(MicroCredential).returning(MicroCredential.id),
                [{"slug": f"bench-{n}", "issuer": "Bench (demo)", "state": "published", "created_at": now} for n in range(number)],
            )
        )
        versions = []
        for n, micro_credential_id in enumerate(ids):
            document = dict(columns[n % len(columns)])
            document["title"] = f"{document['title'][:80]} {n}"
            document["effort_hours"], document["credit"] = dice.randint(3, 30), document["credit"] | {"stipend_cents": dice.choice((0, 5000, 15000, 30000))}
            document["grade_bands"] = dice.sample(["prek-2", "3-5", "6-8", "9-12"], dice.randint(1, 4))
            row = CredentialVersion(micro_credential_id=micro_credential_id)
            drafts.repeat(row, parse(document | {"slug": f"bench-{n}"}))
            repeated = {name: getattr(row, name) for name in REPEATED}
            published = {"state": "published", "published_at": now - dt.timedelta(minutes=n), "approved_by_id": checker.id, "created_at": now}
            versions.append({"micro_credential_id": micro_credential_id, "number": 1, "content": document} | repeated | published)
        db.session.execute(insert(CredentialVersion), versions)
        db.session.execute(text("UPDATE micro_credential m SET current_version_id = v.id FROM credential_version v WHERE v.micro_credential_id = m.id"))
        search.learn_words()
        return teacher.id


REPEATED = ("title", "competency", "key_method", "topics", "audience", "grade_bands", "evidence_kinds", "effort_hours", "credit_hours", "stipend_cents")


def bare(url: str) -> Flask:
    """The yardstick: one query, fifty rows, nothing else."""
    app = Flask("bare")
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    plain = SQLAlchemy(app)

    @app.get("/")
    def rows() -> str:
        found = plain.session.scalars(select(CredentialVersion).where(CredentialVersion.state == "published").order_by(CredentialVersion.title).limit(50)).all()
        return render_template_string(BARE, rows=found)

    return app


def cpu(app: Flask, path: str, cookie: str = "") -> float:
    """CPU seconds of this process for one request."""
    environ = EnvironBuilder(path, base_url="http://localhost", headers={"Cookie": cookie} if cookie else {}).get_environ()
    started = time.process_time()
    body, status, _headers = run_wsgi_app(app, environ, buffered=True)
    used = time.process_time() - started
    assert status.startswith("200"), (path, status)
    del body
    return used


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--number", type=int, default=5000)
    options.add_argument("--rounds", type=int, default=200)
    given = options.parse_args()
    server = config.load().database_url or postgres.start(ROOT / "instance")
    name = "bench_catalogue"
    with psycopg.connect(postgres.plain_url(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    url = postgres.ensure_database(server, name)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(config.load({}, database_url=url, data_dir=folder, secret_key="for the benchmark only", log_level="ERROR"))
        with app.app_context():
            flask_migrate.upgrade()
            teacher_id = fill(given.number)
            db.session.remove()
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
            seen = explain_statements(db.engine)
            key = db.session.get(Person, teacher_id).get_id()  # type: ignore[union-attr]
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = key, True
        cookie = "; ".join(f"{one.key}={one.value}" for one in client._cookies.values())
        yardstick = bare(postgres.sqlalchemy_url(url))
        for _warm in range(20):
            cpu(yardstick, "/")
        print(f"{given.number:,} published micro-credentials, pages of 50, {given.rounds} rounds")
        print(f"{'page':20}{'statements':>12}{'CPU ms':>10}{'bare ms':>10}{'ratio':>8}")
        for label, path in PAGES.items():
            for _warm in range(5):
                cpu(app, path, cookie)
            seen.clear()
            cpu(app, path, cookie)
            number = len(seen)
            ours, theirs = [], []
            for _round in range(given.rounds):
                theirs.append(cpu(yardstick, "/"))
                ours.append(cpu(app, path, cookie))
            mine, bare_one = statistics.median(ours) * 1000, statistics.median(theirs) * 1000
            print(f"{label:20}{number:>12}{mine:>10.2f}{bare_one:>10.2f}{mine / bare_one:>8.2f}")
        with app.app_context():
            db.engine.dispose()
        with yardstick.app_context():
            yardstick.extensions["sqlalchemy"].engine.dispose()
    with psycopg.connect(postgres.plain_url(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


if __name__ == "__main__":
    main()

"""What the pages of the story cost at the size of a district: server CPU (not counting the database), statements, and bytes.

Loads the invented district (40 schools, 3,000 staff) into a scratch database and asks each page as the person who would, in this process.

    .venv/bin/python -m bench.pages [--size district] [--rounds 15]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
from psycopg import sql
from sqlalchemy import text

from app import create_app
from core import clock, config, postgres
from core.db import db, explain_statements, transaction
from demo import load
from people.models import Person

#: Page, who asks, and how to find one with plenty on it.
PAGES: list[tuple[str, str, str]] = [
    ("front page", "/", ""),
    ("sign-in", "/sign-in", ""),
    ("catalogue", "/catalogue", "teacher"),
    ("one micro-credential", "/catalogue/growth-mindset", "teacher"),
    ("home: teacher", "/", "teacher"),
    ("home: reviewer", "/", "reviewer"),
    ("home: coordinator", "/", "coordinator"),
    ("home: HR", "/", "hr"),
    ("my work", "/submissions", "teacher"),
    ("editor", "/submissions/{draft}/edit", "draft"),
    ("look over", "/submissions/{draft}/hand-in", "draft"),
    ("where it stands", "/submissions/{submission}", "teacher"),
    ("feedback", "/submissions/{submission}/feedback", "teacher"),
    ("my reviews", "/reviews", "reviewer"),
    ("review desk", "/reviews/{desk}", "desk"),
    ("decisions", "/decisions", "coordinator"),
    ("one decision", "/decisions/{decision}", "coordinator"),
    ("reviewers", "/reviewers", "coordinator"),
    ("my badges", "/my/badges", "teacher"),
    ("badge, its owner", "/badges/{uuid}", "teacher"),
    ("badge, public", "/badges/{public}", ""),
    ("badge JSON", "/badges/{public}.json", ""),
    ("earnings", "/earnings", "teacher"),
    ("stipend register", "/hr/stipends", "hr"),
    ("funds", "/hr/funds", "hr"),
    ("why", "/hr/why/{obligation}", "hr"),
    ("profile", "/profile", "teacher"),
    ("API: catalogue", "/api/v1/catalogue", ""),
]


def cast() -> tuple[dict[str, int], dict[str, Any]]:
    """Who asks, by part, and what the addresses name."""

    def one(statement: str, **values: Any) -> Any:
        return db.session.execute(text(statement), values).first()

    role = "SELECT p.id FROM person p JOIN role_grant r ON r.person_id = p.id WHERE r.role = :role ORDER BY p.id LIMIT 1"
    teacher = one(
        "SELECT a.person_id, v.submission_id, a.uuid, o.id AS obligation FROM award a JOIN submission_version v ON v.id = a.submission_version_id"
        " JOIN obligation o ON o.source = 'award:' || a.id ORDER BY (SELECT count(*) FROM submission s WHERE s.person_id = a.person_id) DESC, a.id LIMIT 1"
    )
    draft = one("SELECT person_id, submission_id FROM submission_version WHERE state = 'draft' ORDER BY id LIMIT 1")
    desk = one("SELECT id, reviewer_id FROM assignment WHERE state = 'in_progress' ORDER BY id LIMIT 1")
    who = {
        "teacher": teacher.person_id,
        "draft": draft.person_id,
        "desk": desk.reviewer_id,
        "reviewer": one("SELECT reviewer_id FROM assignment GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1").reviewer_id,
        **{name: one(role, role=name).id for name in ("coordinator", "hr")},
    }
    names = {
        "draft": draft.submission_id,
        "submission": teacher.submission_id,
        "desk": desk.id,
        "decision": one("SELECT id FROM submission_version WHERE state = 'decided_draft' ORDER BY id LIMIT 1").id,
        "uuid": teacher.uuid,
        "public": one("SELECT uuid FROM award WHERE visibility = 'public' ORDER BY id LIMIT 1").uuid,
        "obligation": teacher.obligation,
    }
    return who, names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="district")
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    given = os.environ.get("DATABASE_URL")
    server = given or postgres.start(Path(os.environ.get("LAUREL_DATA_DIR", "instance")))
    name = f"bench_{os.getpid()}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            run(postgres.ensure_database(server, name), folder, asked.size, asked.rounds)
    finally:
        with psycopg.connect(postgres.plain_url(server), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def run(url: str, folder: str, size: str, rounds: int) -> None:
    app = create_app(config.load({}, database_url=url, data_dir=folder, log_level="ERROR", demo=True))
    with app.app_context():
        flask_migrate.upgrade()
        began = time.monotonic()
        with transaction():
            counts = load.load(size, 1, clock.now(), lambda *_: None)
        print(f"loaded {size} ({sum(counts.values()):,} rows) in {time.monotonic() - began:.1f} s")
        who, names = cast()
        keys = {part: db.session.get_one(Person, number).get_id() for part, number in who.items()}
        seen = explain_statements(db.engine)
    print(f"{'page':<24}{'CPU ms':>8}{'worst':>8}{'statements':>12}{'KiB':>7}")
    slowest = 0.0
    for label, address, part in PAGES:
        client = app.test_client()
        if part:
            with client.session_transaction() as session:
                session["_user_id"], session["_fresh"] = keys[part], True
        path = address.format(**names)
        for _ in range(3):
            answer = client.get(path, headers={"Accept": "text/html"})
        if answer.status_code != 200:
            print(f"{label:<24} answered {answer.status_code} at {path}")
            continue
        seen.clear()
        client.get(path, headers={"Accept": "text/html"})
        statements = len(seen)
        times = []
        for _ in range(rounds):
            start = time.process_time()
            client.get(path, headers={"Accept": "text/html"})
            times.append((time.process_time() - start) * 1000)
        slowest = max(slowest, statistics.median(times))
        print(f"{label:<24}{statistics.median(times):>8.1f}{max(times):>8.1f}{statements:>12}{len(answer.data) / 1024:>7.0f}")
    print(f"the dearest page costs {slowest:.1f} ms of server CPU (median; to be under 25)")


if __name__ == "__main__":
    main()

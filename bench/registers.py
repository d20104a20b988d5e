"""How long do the money pages take with a year of 20,000 stipends.

Makes a scratch database with 2,000 people and so many obligations, posted through the ledger's own verb, and prints the time of posting,
of the register's page and files, of a fund's page, of a teacher's own page, and of proving the whole ledger.

    .venv/bin/python -m bench.registers [--number 20000]
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import flask_migrate
import psycopg
from flask import Flask
from sqlalchemy import text

from app import create_app
from core import clock, config, postgres, sheet
from core.db import db, explain_statements, transaction
from ledger import check_queries, policy_services, queries, services
from ledger.document_rules import parse_file
from ledger.rules import Earning
from people.models import Person, RoleGrant, School
from people.rules import Role
from reports import stipend_register

ROOT = Path(__file__).resolve().parent.parent
FIRST = dt.date(2025, 7, 1)
RULES = {
    "funds": [
        {"code": code, "name": f"Bench fund {code}", "account_string": f"01-{n}", "budget_cents": 10**9, "starts_on": "2020-07-01", "ends_on": "2040-06-30"}
        for n, code in enumerate(("GENERAL", "TITLE-II-A"))
    ],
    "policies": [
        {
            "code": "micro-credential-stipend", "name": "Stipend", "earning": "stipend",
            "versions": [
                {
                    "bargaining_unit": unit, "starts_on": "2020-07-01", "fund": fund,
                    "rule": {"amount": "advertised", "cap": {"yearly_cents": 10**7}, "splits": splits},
                }
                for unit, fund, splits in (
                    ("teachers", "TITLE-II-A", [{"account_string": "06-4035-000", "percent": 75}, {"account_string": "06-4035-900", "percent": 25}]),
                    ("support", "GENERAL", []),
                )
            ],
        }
    ],
}  # fmt: skip


def fill(number: int) -> dict[str, int]:
    """Make people and post ``number`` stipends over one fiscal year; returns the ids of an HR person and of a teacher."""
    dice = random.Random(11)
    with transaction():
        policy_services.take_in(parse_file(RULES))
        schools = [School(code=f"B{n}", name=f"Bench School {n}") for n in range(40)]
        db.session.add_all(schools)
        staff = [
            Person(
                email=f"p{n}@laurel.example", given_name=f"Given{n}", family_name=f"Family{n % 400}", employee_number=f"{n:06d}",
                bargaining_unit="teachers" if n % 5 else "support", hire_date=dt.date(2015, 8, 1), school=dice.choice(schools),
            )
            for n in range(2000)
        ]  # fmt: skip
        staff[0].role_grants = [RoleGrant(role=Role.HR.value, starts_on=FIRST)]
        db.session.add_all(staff)
        db.session.flush()
        ids = [person.id for person in staff]
    told = [
        Earning(f"award:{n}", "stipend", dice.choice(ids[1:]), FIRST + dt.timedelta(days=n * 365 // number), f"Micro-credential {n % 60}", 20000)
        for n in range(number)
    ]
    began = time.perf_counter()
    for at in range(0, number, 300):
        with transaction():
            services.post_all(told[at : at + 300])
        db.session.remove()
    say(f"post {number:,} stipends, 300 at a time", time.perf_counter() - began)
    began = time.perf_counter()
    for n in range(100):
        with transaction():
            services.post(Earning(f"late:{n}", "stipend", dice.choice(ids[1:]), FIRST, "Late", 20000))
        db.session.remove()
    say("post one stipend in its own transaction", (time.perf_counter() - began) / 100)
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    return {"hr": ids[0], "teacher": ids[1]}


def say(what: str, seconds: float, more: str = "") -> None:
    print(f"{what:58} {seconds * 1000:10.1f} ms  {more}", flush=True)


def timed(what: str, act: Callable[[], object], rounds: int = 3) -> None:
    """Print the best of a few rounds."""
    best, size = 9e9, ""
    for _round in range(rounds):
        began = time.perf_counter()
        made = act()
        best = min(best, time.perf_counter() - began)
        size = f"{len(made):,} bytes" if isinstance(made, bytes) else ""
    say(what, best, size)


def page(app: Flask, person: int, address: str) -> Callable[[], bytes]:
    """Ask for a page as that person."""
    with app.app_context():
        key = db.session.get(Person, person).get_id()  # type: ignore[union-attr]
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = key

    def ask() -> bytes:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.data

    return ask


def measure(app: Flask, who: dict[str, int]) -> None:
    """Print the times."""
    register = "/hr/stipends?from=2025-07-01&to=2026-06-30"
    timed("register, first page", page(app, who["hr"], register), 10)
    timed("register, last page", page(app, who["hr"], f"{register}&page=700"), 10)
    timed("register, one school, one fund, a name", page(app, who["hr"], f"{register}&school=3&fund=GENERAL&q=Family1"), 10)
    timed("register, one month", page(app, who["hr"], "/hr/stipends?from=2026-01-01&to=2026-01-31"), 10)
    timed("not paid", page(app, who["hr"], "/hr/refusals?from=2025-07-01&to=2026-06-30"), 10)
    timed("a fund over its year", page(app, who["hr"], "/hr/funds/TITLE-II-A?year=2026"), 10)
    timed("why", page(app, who["hr"], "/hr/why/500"), 10)
    timed("my earnings", page(app, who["teacher"], "/earnings?year=2026"), 10)
    timed("register as CSV", page(app, who["hr"], register.replace("stipends", "stipends.csv")))
    timed("register as XLSX", page(app, who["hr"], register.replace("stipends", "stipends.xlsx")), 1)
    for lines in (250, 1000):
        with app.test_request_context("/"):
            wanted = stipend_register.Filter(FIRST, FIRST + dt.timedelta(days=364), queries.last_sequence())
            whole = stipend_register.table(wanted)
            part = sheet.Table(whole.title, whole.columns, list(whole.rows)[:lines], whole.parameters, whole.created)
            timed(f"a PDF of {lines:,} lines", lambda part=part: sheet.pdf_bytes(part), 1)  # type: ignore[misc]
    with app.app_context():
        timed("prove the ledger", lambda: str(check_queries.prove().holds).encode())
        seen = explain_statements(db.engine)
    page(app, who["hr"], register)()
    print(f"{len(seen)} statements for the register's page; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def main() -> None:
    """Make the scratch database, measure, drop it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--number", type=int, default=20000)
    number = parser.parse_args().number
    given = config.load()
    server = given.database_url or postgres.start(given.data_path)
    name = "bench_registers"
    with psycopg.connect(postgres.plain_url(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    url = postgres.ensure_database(server, name)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(config.load({}, database_url=url, data_dir=folder, secret_key="for the benchmark only, never elsewhere", log_level="CRITICAL"))
        with app.app_context():
            flask_migrate.upgrade()
            with clock.frozen(dt.datetime(2026, 6, 30, 20, tzinfo=dt.UTC)):
                who = fill(number)
        measure(app, who)
        with app.app_context():
            db.engine.dispose()
    with psycopg.connect(postgres.plain_url(server), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


if __name__ == "__main__":
    main()

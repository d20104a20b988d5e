"""The ledger under attack by somebody who writes SQL: the database itself says no."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app import create_app
from core.db import db, transaction
from ledger import services
from ledger.models import Entry, Leg, Obligation
from people.models import Person
from people.rules import Role
from tests.conftest import settings_for
from tests.factories import ledger as make
from tests.factories import people

DAY = dt.date(2026, 5, 4)


@dataclass
class Books:
    """A ledger with one stipend owed, one taken back and one refused."""

    owed: Obligation
    reversed: Obligation
    refused: Obligation
    hr: Person

    @property
    def names(self) -> dict[str, int]:
        return {
            "owed": self.owed.id,
            "reversed": self.reversed.id,
            "refused": self.refused.id,
            "payee": self.owed.person_id,
            "hr": self.hr.id,
            "entry": self.owed.entries[0].id,
            "fund": self.owed.fund_id,
            "version": self.owed.policy_version_id,
        }


@pytest.fixture
def books(rows: None) -> Books:
    make.policy({"amount": "advertised", "cap": {"yearly_cents": 60000}})
    who, hr = people.teacher(), people.person(Role.HR)
    with transaction():
        a, b, c = services.post_all([make.earning(who, earned_on=DAY), make.earning(who, earned_on=DAY), make.earning(people.teacher(employee_number=None))])
        services.reverse(b, hr, "Awarded by mistake.")
    return Books(a, b, c, hr)


def refused(statement: str, **names: int) -> str:
    """What the database says to these statements, checked as at a commit."""
    with pytest.raises(DBAPIError) as error, db.session.begin_nested():
        for part in statement.split(";"):
            if part.strip():
                db.session.execute(text(part), {name: value for name, value in names.items() if f":{name}" in part})
        db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    db.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    assert isinstance(error.value, IntegrityError), error.value
    return str(error.value.orig)


@pytest.mark.parametrize("table", ["entry", "leg"])
@pytest.mark.parametrize("act", ["UPDATE {0} SET id = id + 1000000", "UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_what_stands_in_the_ledger_is_never_changed_deleted_or_emptied(books: Books, table: str, act: str) -> None:
    # TRUNCATE is refused by a pending trigger event too; settle those first, so that it is the guard that speaks.
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    assert f"Rows of {table}" in refused(act.format(table)) or "Rows of leg" in refused(act.format(table))


@pytest.mark.parametrize(
    "act", ["DELETE FROM obligation", "TRUNCATE obligation CASCADE", "TRUNCATE person CASCADE", "DELETE FROM ledger_counter", "TRUNCATE fund_balance"]
)
def test_nothing_around_it_is_deleted_or_emptied(books: Books, act: str) -> None:
    db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    assert "are written once" in refused(act)


ENTRY = (
    "INSERT INTO entry (sequence, obligation_id, kind, cycle, effective_on, posted_at, memo, leg_count, reverses_id, posted_by_id)"
    " VALUES ({sequence}, :{on}, '{kind}', {cycle}, '2026-05-04', now(), '{memo}', {legs}, {reverses}, {by})"
)


def entry(
    on: str = "owed",
    *,
    sequence: str = "(SELECT last FROM ledger_counter)",
    kind: str = "accrue",
    cycle: int = 2,
    legs: int = 2,
    reverses: str = "NULL",
    by: str = "NULL",
    memo: str = "",
) -> str:
    return ENTRY.format(sequence=sequence, on=on, kind=kind, cycle=cycle, legs=legs, reverses=reverses, by=by, memo=memo)


TAKE = "UPDATE ledger_counter SET last = last + 1"


def leg(account: str, cents: int, line: str = "X", where: str = "(SELECT max(id) FROM entry)") -> str:
    return f"INSERT INTO leg (entry_id, fund_id, account, account_string, amount_cents) VALUES ({where}, :fund, '{account}', '{line}', {cents})"


@pytest.mark.parametrize(
    ("legs", "count"),
    [
        ((), 0),
        ((), 2),
        ((leg("expense", 100), leg("payable", -99)), 2),
        ((leg("expense", 100),), 1),
        ((leg("expense", 100, "X"), leg("payable", -100, "Y")), 2),
        ((leg("expense", 100), leg("payable", -100)), 3),
    ],
)
def test_an_entry_whose_legs_do_not_sum_to_zero_or_are_not_all_there_never_reaches_a_commit(books: Books, legs: tuple[str, ...], count: int) -> None:
    said = refused(";".join((TAKE, entry(legs=count), *legs)), **books.names)
    assert "do not sum to zero" in said


def test_a_leg_of_nothing_is_no_leg(books: Books) -> None:
    assert "amount_not_zero" in refused(";".join((TAKE, entry(), leg("expense", 0), leg("payable", 0))), **books.names)


def test_no_balanced_pair_is_slipped_into_an_old_entry(books: Books) -> None:
    pair = (leg("expense", 100, where=":entry"), leg("payable", -100, where=":entry"))
    assert "not as many as it was posted with" in refused(";".join(pair), **books.names)


def test_a_balanced_entry_beyond_what_is_owed_is_refused(books: Books) -> None:
    said = refused(";".join((TAKE, entry(), leg("expense", 100), leg("payable", -100))), **books.names)
    assert "but its entries say 20100 cents" in said


@pytest.mark.parametrize("on", ["reversed", "refused"])
def test_nothing_is_entered_where_nothing_is_owed(books: Books, on: str) -> None:
    assert "but its entries say" in refused(";".join((TAKE, entry(on), leg("expense", 100), leg("payable", -100))), **books.names)


@pytest.mark.parametrize(
    ("sequence", "take"),
    [
        ("(SELECT last + 1 FROM ledger_counter)", False),
        ("(SELECT last + 2 FROM ledger_counter)", True),
        ("(SELECT last - 1 FROM ledger_counter)", False),
        ("0", False),
        ("-1", False),
        ("1000000", False),
    ],
)
def test_a_sequence_number_of_ones_own_is_refused(books: Books, sequence: str, take: bool) -> None:
    said = refused(";".join(([TAKE] if take else []) + [entry(sequence=sequence), leg("expense", 100), leg("payable", -100)]), **books.names)
    assert "does not continue the ledger" in said or "duplicate key" in said


@pytest.mark.parametrize("move", ["last + 1", "last - 1", "0", "1000000"])
def test_the_counter_stands_at_the_last_entry(books: Books, move: str) -> None:
    assert "must stand at the last entry" in refused(f"UPDATE ledger_counter SET last = {move}")


def mirror(of: str = ":entry", cents: int = 20000, line: str | None = None) -> str:
    string = f"'{line}'" if line else "account_string"
    return (
        "INSERT INTO leg (entry_id, fund_id, account, account_string, amount_cents) SELECT (SELECT max(id) FROM entry), fund_id, account,"
        f" {string}, sign(-amount_cents) * {cents} FROM leg WHERE entry_id = {of}"
    )


REVERSED = "UPDATE obligation SET state = 'reversed' WHERE id = :owed"


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ((REVERSED,), "is reversed over 20000 cents, but its entries say 20000"),
        ((TAKE, entry(kind="reverse", cycle=1, reverses=":entry", by=":hr", memo="x"), mirror()), "is payable over 20000 cents, but its entries say 0"),
        ((REVERSED, TAKE, entry(kind="reverse", cycle=1, reverses=":entry", by=":hr", memo="x"), mirror(cents=19999)), "but its entries say 1 cents"),
        ((REVERSED, TAKE, entry(kind="reverse", cycle=1, reverses=":entry", by=":hr", memo="x"), mirror(line="other")), "is not the exact mirror"),
        ((REVERSED, TAKE, entry(kind="reverse", cycle=1, reverses=":entry", by=":payee", memo="x"), mirror()), "by somebody other than the payee"),
        ((REVERSED, TAKE, entry(kind="reverse", cycle=1, reverses=":entry", by=":hr"), mirror()), "reversal_names_who_and_why"),
        ((REVERSED, TAKE, entry(kind="reverse", cycle=1, reverses=":entry", memo="x"), mirror()), "reversal_names_who_and_why"),
        ((REVERSED, TAKE, entry("reversed", kind="reverse", cycle=1, reverses=":entry", by=":hr", memo="x"), mirror()), "obligation_id_kind_cycle"),
        ((REVERSED, TAKE, entry("reversed", kind="reverse", reverses=":entry", by=":hr", memo="x"), mirror()), "but its entries say"),
    ],
)
def test_a_reversal_is_an_exact_mirror_of_its_own_accrual_by_somebody_else_with_a_reason(books: Books, statements: tuple[str, ...], said: str) -> None:
    assert said in refused(";".join(statements), **books.names)


@pytest.mark.parametrize(
    "change",
    [
        "amount_cents = 1",
        "person_id = :hr",
        "earned_on = '2020-01-01'",
        "explanation = '[]'",
        "told = '{}'",
        "description = 'another thing'",
        "employee_number = '9'",
        "person_name = 'Somebody Else'",
        "natural_key = 'again'",
        "source = 'award:0'",
        "attempt = 9",
        "fiscal_year = 2020",
    ],
)
def test_what_an_obligation_says_does_not_change(books: Books, change: str) -> None:
    assert "is settled" in refused(f"UPDATE obligation SET {change} WHERE id = :owed", **books.names)


@pytest.mark.parametrize(
    ("which", "state"), [("reversed", "payable"), ("refused", "payable"), ("owed", "refused"), ("reversed", "refused"), ("refused", "reversed")]
)
def test_an_obligation_moves_only_from_owed_to_taken_back(books: Books, which: str, state: str) -> None:
    said = refused(f"UPDATE obligation SET state = '{state}' WHERE id = :{which}", **books.names)
    assert "is settled" in said or "violates check constraint" in said


def test_the_payee_never_becomes_her_own_approver(books: Books) -> None:
    assert "nobody_approves_her_own" in refused("UPDATE obligation SET approved_by_id = person_id WHERE id = :owed", **books.names)


def test_one_thing_is_owed_once_whatever_it_is_called(books: Books) -> None:
    copied = "kind, source, told, description, person_id, state, amount_cents, policy_version_id, fund_id, fiscal_year, earned_on, explanation, person_name, school_name, bargaining_unit, flsa_class, created_at"  # noqa: E501
    twin = f"INSERT INTO obligation (natural_key, attempt, {copied}) SELECT 'twin', 2, {copied} FROM obligation WHERE id = :owed"
    assert "uq_obligation_live" in refused(twin, **books.names)


def test_a_yearly_total_does_not_pass_its_cap(books: Books) -> None:
    assert "cap_holds" in refused("UPDATE person_year SET used_cents = cap_cents + 1 WHERE person_id = :payee", **books.names)
    assert "used_not_negative" in refused("UPDATE person_year SET used_cents = -1 WHERE person_id = :payee", **books.names)


@pytest.mark.parametrize("act", ["UPDATE fund_balance SET accrued_cents = 0", "INSERT INTO fund_balance (fund_id, accrued_cents) VALUES (:fund, 0)"])
def test_a_funds_total_follows_the_ledger_and_no_hand(books: Books, act: str) -> None:
    assert "not changed by hand" in refused(act, **books.names)


@pytest.mark.parametrize(
    "change", ["rule = '{}'", "fund_id = fund_id + 0, source = 'another text'", "starts_on = '2000-01-01'", "number = 99", "bargaining_unit = 'x'"]
)
def test_a_policy_version_that_was_paid_by_says_for_ever_what_it_said(books: Books, change: str) -> None:
    assert "was used to pay" in refused(f"UPDATE policy_version SET {change} WHERE id = :version", **books.names)
    db.session.execute(text("UPDATE policy_version SET ends_on = '2030-06-30' WHERE id = :version"), {"version": books.owed.policy_version_id})


@pytest.mark.parametrize("table", ["fund", "policy"])
def test_codes_on_printed_registers_do_not_change(books: Books, table: str) -> None:
    assert "stands on printed registers" in refused(f"UPDATE {table} SET code = 'NEW'")


# The proof, when the guards themselves were switched off


@pytest.fixture
def ledger_app(own_database: str, tmp_path: Path) -> Flask:
    app = create_app(settings_for(own_database, tmp_path))
    with app.app_context():
        make.policy({"amount": "advertised", "cap": {"yearly_cents": 60000}})
        who, hr = people.teacher(), people.person(Role.HR)
        db.session.commit()
        with transaction():
            _owed, b, _refused = services.post_all(
                [make.earning(who, earned_on=DAY), make.earning(who, earned_on=DAY), make.earning(people.teacher(employee_number=None))]
            )
            services.reverse(b, hr, "Awarded by mistake.")
    return app


def verify(app: Flask) -> Result:
    return app.test_cli_runner().invoke(args=["ledger", "verify"])


@pytest.mark.processes
def test_verify_says_that_everything_holds(ledger_app: Flask) -> None:
    result = verify(ledger_app)
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "Ledger up to entry 3: $200 accrued, net of reversals.")
    assert result.output.count("\nok ") == 8
    assert result.output.endswith("Everything holds.\n")


@pytest.mark.processes
@pytest.mark.parametrize(
    ("tampering", "faults"),
    [
        (
            "UPDATE leg SET amount_cents = amount_cents + 1 WHERE id = (SELECT min(id) FROM leg)",
            {"trial balance", "entries balance", "obligations", "fund totals"},
        ),
        ("UPDATE leg SET amount_cents = amount_cents * 2 WHERE entry_id = (SELECT min(id) FROM entry)", {"obligations", "fund totals"}),
        ("DELETE FROM leg WHERE entry_id = (SELECT id FROM entry WHERE sequence = 3)", {"entries balance", "obligations", "fund totals", "reversals"}),
        ("UPDATE entry SET sequence = 7 WHERE sequence = 3", {"sequence"}),
        ("UPDATE ledger_counter SET last = 9", {"sequence"}),
        ("DELETE FROM ledger_counter", {"sequence"}),
        ("UPDATE obligation SET amount_cents = 30000 WHERE state = 'payable'", {"obligations", "reasons", "yearly totals"}),
        ("UPDATE obligation SET state = 'reversed' WHERE state = 'payable'", {"obligations", "yearly totals"}),
        ("UPDATE person_year SET used_cents = 0", {"yearly totals"}),
        ("UPDATE person_year SET cap_cents = 10000", {"yearly totals"}),
        ("UPDATE fund_balance SET accrued_cents = 0", {"fund totals"}),
        ("UPDATE entry SET posted_by_id = (SELECT person_id FROM obligation WHERE state = 'reversed') WHERE kind = 'reverse'", {"reversals"}),
        ("UPDATE leg SET account_string = 'other' WHERE entry_id = (SELECT id FROM entry WHERE kind = 'reverse')", {"reversals"}),
    ],
)
def test_verify_finds_what_was_done_with_the_guards_switched_off(ledger_app: Flask, tampering: str, faults: set[str]) -> None:
    with ledger_app.app_context():
        db.session.execute(text("SET session_replication_role = replica"))
        db.session.execute(text("ALTER TABLE person_year DROP CONSTRAINT cap_holds"))
        db.session.execute(text(tampering))
        db.session.execute(text("SET session_replication_role = origin"))
        db.session.commit()
    result = verify(ledger_app)
    assert result.exit_code == 1
    assert {line.split("  ")[1].split(":")[0] for line in result.output.splitlines() if line.startswith("FAULT")} == faults
    assert "Everything holds" not in result.output


def test_the_factories_books_are_what_the_attacks_think(books: Books) -> None:
    assert [row.state for row in (books.owed, books.reversed, books.refused)] == ["payable", "reversed", "refused"]
    assert db.session.scalar(select(Entry.sequence).order_by(Entry.sequence.desc()).limit(1)) == 3
    assert len(db.session.scalars(select(Leg)).all()) == 6

"""The HR roster: all of it or nothing, with every problem named by row and column."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select

from core import clock
from core.audit import AuditEvent
from core.db import db
from people import roster_rules
from people.models import Person, School
from people.rules import Role
from tests.factories import people as factory

HEAD = "employee_number,email,given_name,family_name,school_code"
ANA = "000042,ana@school.org,Ana,Moreno,CW"
TODAY = dt.datetime(2026, 11, 24, 17, 0, tzinfo=dt.UTC)


def problems(text: str) -> list[tuple[int, str, str]]:
    return [(p.line, p.column, p.code) for p in roster_rules.read(text)[1]]


def values(text: str) -> dict[str, Any]:
    lines, wrong = roster_rules.read(text)
    assert wrong == []
    return lines[0].values


def test_a_roster_is_a_heading_and_a_line_a_person() -> None:
    assert values(f"{HEAD}\n{ANA}\n") == {
        "employee_number": "000042",
        "email": "ana@school.org",
        "given_name": "Ana",
        "family_name": "Moreno",
        "school_code": "CW",
    }


def test_an_employee_number_keeps_its_leading_zeros() -> None:
    assert values(f"{HEAD}\n{ANA}")["employee_number"] == "000042"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_commas_semicolons_and_tabs_separate_as_well(separator: str, end: str) -> None:
    assert values(end.join([HEAD, ANA, ""]).replace(",", separator))["family_name"] == "Moreno"


def test_headings_may_have_capitals_blanks_and_any_order() -> None:
    assert values(" Email ,FAMILY_NAME,given_name,school_code,employee_number\nana@school.org,Moreno,Ana,CW,1")["given_name"] == "Ana"


def test_quotes_hold_commas_and_line_ends_are_no_part_of_a_name() -> None:
    assert values(f'{HEAD},job_title\n{ANA},"Teacher, grade 3"')["job_title"] == "Teacher, grade 3"
    assert problems(f'{HEAD},job_title\n{ANA},"Teacher\ngrade 3"') == [(3, "job_title", "unprintable")]


def test_empty_lines_count_for_nothing() -> None:
    assert len(roster_rules.read(f"{HEAD}\n\n{ANA}\n , , , , \n")[0]) == 1


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("hire_date", "2019-08-01", dt.date(2019, 8, 1)),
        ("hire_date", "8/1/2019", dt.date(2019, 8, 1)),
        ("hire_date", "", None),
        ("fte", "0.8", 0.8),
        ("fte", ".5", 0.5),
        ("fte", "1", 1.0),
        ("fte", "1.5", 1.5),
        ("fte", "0", 0.0),
        ("fte", "", 1.0),
        ("flsa_class", "Exempt", "exempt"),
        ("flsa_class", "non-exempt", "nonexempt"),
        ("flsa_class", "", "exempt"),
        ("grades", "3; 4|5 ;", ["3", "4", "5"]),
        ("subjects", "", []),
        ("pay_group", "monthly", "monthly"),
    ],
)
def test_a_cell_is_read_as_what_it_means(column: str, cell: str, value: Any) -> None:
    assert values(f"{HEAD},{column}\n{ANA},{cell}")[column] == value


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("hire_date", "01.08.2019", "not-date"),
        ("hire_date", "2019-02-30", "not-date"),
        ("hire_date", "13/1/2019", "not-date"),
        ("hire_date", "20190801", "not-date"),
        ("fte", "80%", "not-fte"),
        ("fte", "1.6", "not-fte"),
        ("fte", "-1", "not-fte"),
        ("fte", "nan", "not-fte"),
        ("fte", "0.80001", "not-fte"),
        ("flsa_class", "hourly", "not-flsa"),
        ("job_title", "x" * 121, "too-long"),
        ("grades", "x" * 21, "too-long"),
        ("job_title", "a\0b", "unprintable"),
    ],
)
def test_a_cell_that_means_nothing_is_named_by_row_and_column(column: str, cell: str, code: str) -> None:
    assert problems(f"{HEAD},{column}\n{ANA},{cell}") == [(2, column, code)]


@pytest.mark.parametrize("number", range(5))
def test_what_must_be_there_must_not_be_empty(number: int) -> None:
    cells = ANA.split(",")
    cells[number] = " "
    assert problems(f"{HEAD}\n{','.join(cells)}") == [(2, HEAD.split(",")[number], "empty")]


@pytest.mark.parametrize("email", ["ana", "ana@", "@school.org", "ana@school", "a na@school.org", "ana@school.org;ben@school.org", "<ana@school.org>"])
def test_an_address_looks_like_one(email: str) -> None:
    assert problems(f"{HEAD}\tx\n".replace(",", "\t").replace("\tx", "") + ANA.replace(",", "\t").replace("ana@school.org", email)) == [
        (2, "email", "not-email")
    ]


def test_every_problem_is_named_not_only_the_first() -> None:
    text = f"{HEAD},fte,leave_date,hire_date\n{ANA},2,2020-01-01,2021-01-01\n1,x,,Kim,CW,1,,\n"
    assert problems(text) == [(2, "fte", "not-fte"), (2, "leave_date", "leaves-before-hire"), (3, "email", "not-email"), (3, "given_name", "empty")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, name, "missing-column") for name in roster_rules.REQUIRED]),
        (HEAD, [(1, "", "empty-file")]),
        ("employee_number,email\n", [(1, "given_name", "missing-column"), (1, "family_name", "missing-column"), (1, "school_code", "missing-column")]),
        (f"{HEAD},salary\n{ANA},1", [(1, "salary", "unknown-column")]),
        (f"{HEAD},email\n{ANA},x", [(1, "email", "column-twice")]),
        (f"{HEAD}\n{ANA},more\n", [(2, "", "cells")]),
        (f"{HEAD}\n1,a@b.org\n", [(2, "", "cells")]),
        (f'{HEAD}\n{ANA}\n2,b@b.org,"Ben,Kim,CW\n', [(3, "", "quotes")]),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, expected: list[tuple[int, str, str]]) -> None:
    assert problems(text) == expected


def test_a_number_or_address_that_stands_twice_is_named_with_its_first_row() -> None:
    text = f"{HEAD}\n{ANA}\n43,ANA@school.org,Ben,Kim,CW\n000042,c@school.org,Carla,Kim,CW"
    assert problems(text) == [(4, "employee_number", "twice"), (3, "email", "twice")]
    assert [p.value for p in roster_rules.read(text)[1]] == ["000042 (2)", "ANA@school.org (2)"]


@given(some.text(max_size=200))
def test_any_text_is_read_or_refused_and_never_breaks(text: str) -> None:
    lines, wrong = roster_rules.read(text)
    assert wrong or lines
    lines, wrong = roster_rules.read(f"{HEAD},fte,hire_date,grades\n{text}")
    assert wrong or lines


@pytest.fixture
def run(app: Flask, tmp_path: Path):  # type: ignore[no-untyped-def]
    """``run(text, "--dry-run")`` imports a file that holds this text."""

    def command(text: str | bytes, *options: str) -> Result:
        file = tmp_path / "roster.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with clock.frozen(TODAY):
            return app.test_cli_runner().invoke(args=["people", "import", str(file), *options])

    return command


def everybody(app: Flask) -> dict[str, Person]:
    with app.app_context():
        people = {str(p.employee_number): p for p in db.session.scalars(select(Person))}
        db.session.expunge_all()
        return people


def counted(app: Flask, model: type) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def test_new_people_come_in_as_teachers_from_their_hire_date(app: Flask, save, run) -> None:
    save(factory.school, code="CW", name="Cottonwood")
    result = run(f"{HEAD},hire_date,fte,grades,flsa_class,bargaining_unit\n{ANA},8/1/2019,0.8,3;4,nonexempt,Teachers\n43,ben@school.org,Ben,Kim,CW,,,,,\n")
    assert (result.exit_code, result.output) == (0, "Done: new 2, changed 0, as they were 0, not in the file 0. New schools: 0.\n")
    people = everybody(app)
    ana, ben = people["000042"], people["43"]
    assert (ana.display_name, ana.email, ana.school.code, ana.fte, ana.grades, ana.flsa_class) == (
        "Ana Moreno",
        "ana@school.org",
        "CW",
        0.8,
        ["3", "4"],
        "nonexempt",
    )
    assert [(g.role, g.starts_on) for g in ana.role_grants] == [(Role.TEACHER, dt.date(2019, 8, 1))]
    assert [(g.role, g.starts_on) for g in ben.role_grants] == [(Role.TEACHER, dt.date(2026, 11, 24))]
    assert ana.password_hash is None


def test_the_same_file_again_changes_nothing(app: Flask, save, run) -> None:
    save(factory.school, code="CW")
    text = f"{HEAD},hire_date,fte,grades\n{ANA},8/1/2019,0.8,3;4\n"
    run(text)
    before = counted(app, AuditEvent)
    assert run(text).output == "Done: new 0, changed 0, as they were 1, not in the file 0. New schools: 0.\n"
    assert counted(app, AuditEvent) == before


def test_what_changed_is_written_and_kept_in_the_history(app: Flask, save, run) -> None:
    save(factory.school, code="CW")
    save(factory.school, code="LH")
    run(f"{HEAD},fte,leave_date,hire_date\n{ANA},1,,2019-08-01\n")
    result = run(f"{HEAD},fte,leave_date,hire_date\n000042,ana.kim@school.org,Ana,Kim,LH,0.5,2027-06-30,2019-08-01\n")
    assert "changed 1" in result.output
    ana = everybody(app)["000042"]
    assert (ana.email, ana.family_name, ana.school.code, ana.fte, ana.leave_date) == ("ana.kim@school.org", "Kim", "LH", 0.5, dt.date(2027, 6, 30))
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "person.import")).one()
    assert event.subject_id == ana.id
    assert event.facts["fields"] == ["email", "family_name", "fte", "leave_date", "school_code"]
    assert event.facts["changes"]["fte"] == [1.0, 0.5]
    assert event.facts["changes"]["leave_date"] == [None, "2027-06-30"]


def test_columns_that_are_not_in_the_file_stay_as_they_are(app: Flask, save, run) -> None:
    save(factory.school, code="CW")
    run(f"{HEAD},job_title,fte\n{ANA},Teacher,0.8\n")
    run(f"{HEAD}\n{ANA.replace('Moreno', 'Kim')}\n")
    ana = everybody(app)["000042"]
    assert (ana.family_name, ana.job_title, ana.fte) == ("Kim", "Teacher", 0.8)


def test_people_who_are_not_in_the_file_stay_and_are_counted(app: Flask, save, account, run) -> None:
    school = save(factory.school, code="CW")
    account(employee_number="999", school_id=school)
    assert "not in the file 1" in run(f"{HEAD}\n{ANA}\n").output
    assert set(everybody(app)) == {"999", "000042"}


def test_roles_passwords_and_sessions_are_no_business_of_the_roster(app: Flask, save, account, run, password_hash: str) -> None:
    school = save(factory.school, code="CW")
    account(Role.PRINCIPAL, employee_number="000042", email="ana@school.org", school_id=school)
    run(f"{HEAD}\n{ANA}\n")
    ana = everybody(app)["000042"]
    assert [g.role for g in ana.role_grants] == ["principal"]
    assert (ana.password_hash, ana.session_version, ana.enabled) == (password_hash, 1, True)


def test_an_administrator_without_a_number_is_recognised_by_her_address_and_gets_it(app: Flask, save, account, run) -> None:
    school = save(factory.school, code="CW")
    boss = account(Role.ADMINISTRATOR, employee_number=None, email="Ana@School.org", school_id=school)
    assert "new 0, changed 1" in run(f"{HEAD}\n{ANA}\n").output
    ana = everybody(app)["000042"]
    assert (ana.id, ana.email) == (boss, "ana@school.org")


def test_two_people_may_exchange_their_addresses(app: Flask, save, run) -> None:
    save(factory.school, code="CW")
    run(f"{HEAD}\n1,a@school.org,A,A,CW\n2,b@school.org,B,B,CW\n3,c@school.org,C,C,CW\n")
    result = run(f"{HEAD}\n1,b@school.org,A,A,CW\n2,c@school.org,B,B,CW\n3,A@school.org,C,C,CW\n4,d@school.org,D,D,CW\n")
    assert result.exit_code == 0, result.output
    assert {n: p.email for n, p in everybody(app).items()} == {"1": "b@school.org", "2": "c@school.org", "3": "A@school.org", "4": "d@school.org"}


def test_a_new_person_may_have_an_address_that_somebody_gives_up(app: Flask, save, run) -> None:
    save(factory.school, code="CW")
    run(f"{HEAD}\n1,a@school.org,A,A,CW\n")
    assert run(f"{HEAD}\n2,a@school.org,B,B,CW\n1,a.old@school.org,A,A,CW\n").exit_code == 0
    assert {n: p.email for n, p in everybody(app).items()} == {"1": "a.old@school.org", "2": "a@school.org"}


def test_supervisors_are_found_in_the_file_or_among_those_known(app: Flask, save, account, run) -> None:
    school = save(factory.school, code="CW")
    boss = account(employee_number="BOSS", school_id=school)
    run(f"{HEAD},supervisor_number\n1,a@school.org,A,A,CW,2\n2,b@school.org,B,B,CW,BOSS\n")
    people = everybody(app)
    assert people["1"].supervisor_id == people["2"].id
    assert people["2"].supervisor_id == boss


def test_a_school_is_made_where_its_name_is_given(app: Flask, run) -> None:
    result = run(f"{HEAD},school_name\n{ANA},Cottonwood Elementary\n43,b@school.org,B,B,CW,Cottonwood Elementary\n")
    assert "New schools: 1." in result.output
    with app.app_context():
        assert [(s.code, s.name) for s in db.session.scalars(select(School))] == [("CW", "Cottonwood Elementary")]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("43,b@school.org,Ben,Kim,XX,", "Row 3, column school_code: there is no school with the code “XX”."),
        ("43,boss@school.org,Ben,Kim,CW,", "Row 3, column email: boss@school.org (BOSS) belongs to somebody who is not in this file"),
        ("43,b@school.org,Ben,Kim,CW,77", "Row 3, column supervisor_number: nobody has the employee number “77”."),
        ("43,b.school.org,Ben,Kim,CW,", "Row 3, column email: “b.school.org” is not an e-mail address."),
        ("000042,b@school.org,Ben,Kim,CW,", "Row 3, column employee_number: 000042 (2) stands in an earlier row too"),
        ("43,b@school.org,Ben,Kim", "Row 3: this row has 4 cells"),
    ],
)
def test_one_bad_row_and_nothing_is_changed(app: Flask, save, account, run, line: str, sentence: str) -> None:
    school = save(factory.school, code="CW")
    account(employee_number="BOSS", email="boss@school.org", school_id=school)
    result = run(f"{HEAD},supervisor_number\n{ANA},\n{line}\n")
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Nothing was changed. To correct: 1." in result.output
    assert set(everybody(app)) == {"BOSS"}
    assert counted(app, AuditEvent) == 0


def test_a_dry_run_says_what_would_change_and_changes_nothing(app: Flask, save, run) -> None:
    save(factory.school, code="CW")
    result = run(f"{HEAD}\n{ANA}\n", "--dry-run")
    assert (result.exit_code, result.output) == (0, "Would be new 1, changed 0, as they were 0, not in the file 0. New schools: 0.\n")
    assert everybody(app) == {}


def test_a_dry_run_names_the_problems_too(run) -> None:
    result = run(f"{HEAD}\n{ANA}\n", "--dry-run")
    assert result.exit_code == 1
    assert "there is no school with the code" in result.output


def test_excels_mark_at_the_beginning_is_no_part_of_the_heading(app: Flask, save, run) -> None:
    save(factory.school, code="CW")
    assert run(b"\xef\xbb\xbf" + f"{HEAD}\n{ANA}\n".encode()).exit_code == 0


def test_another_encoding_is_refused_with_the_way_out(run) -> None:
    result = run(f"{HEAD}\n1,a@school.org,José,García,CW\n".encode("latin-1"))
    assert result.exit_code == 1
    assert "CSV UTF-8" in result.output


def test_accents_arrive_as_they_were(app: Flask, save, run) -> None:
    save(factory.school, code="CW")
    run(f"{HEAD}\n1,a@school.org,José,García,CW\n")
    assert everybody(app)["1"].display_name == "José García"


def test_a_thousand_people_cost_hardly_more_statements_than_ten(save, run, statements) -> None:
    save(factory.school, code="CW")

    def cost(first: int, count: int) -> int:
        statements.clear()
        result = run(HEAD + "\n" + "".join(f"{n},p{n}@school.org,P,Q,CW\n" for n in range(first, first + count)))
        assert f"new {count}" in result.output
        return len(statements)

    ten = cost(0, 10)
    assert cost(1000, 1000) <= ten + 12, "rows are written in batches, not one by one"


def test_help_names_the_columns(app: Flask) -> None:
    output = " ".join(app.test_cli_runner().invoke(args=["people", "import", "--help"]).output.split())
    for column in roster_rules.COLUMNS:
        assert column in output

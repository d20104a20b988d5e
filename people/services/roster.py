"""The HR roster: compare the file with what is known, then write all of it or nothing.

The employee number says who a line is about, never the e-mail address, which changes with a wedding. A person without a number
(an administrator made on the command line) is recognised by her address once and gets her number then. Who is not in the file
stays as she is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import lazyload

from core import audit, clock
from core.db import db
from people.models import Person, RoleGrant, School
from people.roster_rules import Line, Problem
from people.rules import Role

#: Columns of the file that are columns of a person under the same name.
_PLAIN = (
    "employee_number",
    "email",
    "given_name",
    "family_name",
    "job_title",
    "grades",
    "subjects",
    "bargaining_unit",
    "flsa_class",
    "fte",
    "pay_group",
    "hire_date",
    "leave_date",
)


@dataclass
class Plan:
    """What a roster would do. ``people`` maps the employee number to the row it is about (None: a new one)."""

    lines: list[Line]
    problems: list[Problem] = field(default_factory=list)
    people: dict[str, Person | None] = field(default_factory=dict)
    schools: dict[str, School] = field(default_factory=dict)
    codes: dict[int | None, str] = field(default_factory=dict)
    new_schools: dict[str, str] = field(default_factory=dict)
    absent: int = 0

    @property
    def new(self) -> list[Line]:
        return [line for line in self.lines if self.people[line.key] is None]

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if self.changes(line)]

    def changes(self, line: Line) -> dict[str, tuple[Any, Any]]:
        """What would be different for a person already known: column, before, after. Empty for a new one."""
        row = self.people[line.key]
        if row is None:
            return {}
        now = {name: getattr(row, name) for name in _PLAIN}
        now["school_code"] = self.codes.get(row.school_id)
        found = {name: (now[name], value) for name, value in line.values.items() if name in now and now[name] != value}
        boss = self.people.get(line.values.get("supervisor_number", ""))
        if line.values.get("supervisor_number") and (boss is None or boss.id != row.supervisor_id):
            found["supervisor_number"] = (row.supervisor_id, line.values["supervisor_number"])
        return found


def plan(lines: list[Line]) -> Plan:
    """Compare a roster that was read without problems with what the database holds; finds the problems that only it can show."""
    known = db.session.scalars(select(Person).options(lazyload(Person.school), lazyload(Person.role_grants))).all()
    numbers = {person.employee_number: person for person in known if person.employee_number}
    addresses = {person.email.lower(): person for person in known}
    made = Plan(lines, schools={school.code: school for school in db.session.scalars(select(School))})
    made.codes = {school.id: school.code for school in made.schools.values()}
    for line in lines:
        row = numbers.get(line.key)
        namesake = addresses.get(line.values["email"].lower())
        made.people[line.key] = row or (namesake if namesake is not None and not namesake.employee_number else None)
        code, name = line.values["school_code"], line.values.get("school_name", "")
        if code not in made.schools and name:
            made.new_schools.setdefault(code, name)
        elif code not in made.schools and code not in made.new_schools:
            made.problems.append(Problem(line.number, "school_code", "unknown-school", code))
    meant = {row.id for row in made.people.values() if row is not None}
    for line in lines:
        holder = addresses.get(line.values["email"].lower())
        if holder is not None and holder.id not in meant:
            made.problems.append(Problem(line.number, "email", "email-taken", f"{holder.email} ({holder.employee_number})"))
        boss = line.values.get("supervisor_number")
        if boss and boss not in made.people:
            made.people[boss] = numbers.get(boss)
            if made.people[boss] is None:
                made.problems.append(Problem(line.number, "supervisor_number", "unknown-supervisor", boss))
    made.problems.sort(key=lambda p: p.line)
    made.absent = len(known) - len(meant)
    return made


def apply(made: Plan, actor: Person | None = None) -> None:
    """Write a plan that has no problems. New people become teachers from their hire date on (today where there is none), because
    every member of staff may learn; they set their password by the link for forgotten ones."""
    if made.problems:
        raise ValueError("A plan with problems is not to be applied.")
    changes = {line.key: found for line in made.lines if (found := made.changes(line))}
    for code, name in made.new_schools.items():
        made.schools[code] = School(code=code, name=name)
        db.session.add(made.schools[code])
    db.session.flush()
    _make_room(made, changes)
    for line in made.new:
        person = Person(school_id=made.schools[line.values["school_code"]].id, **{k: v for k, v in line.values.items() if k in _PLAIN})
        start = line.values.get("hire_date") or clock.today()
        person.role_grants = [RoleGrant(role=Role.TEACHER.value, starts_on=start)]
        db.session.add(person)
        made.people[line.key] = person
        changes[line.key] = {}
    for key, found in changes.items():
        known = made.people[key]
        for name, (_before, after) in found.items():
            if name == "school_code":
                known.school_id = made.schools[after].id  # type: ignore[union-attr]
            elif name != "supervisor_number":
                setattr(known, name, after)
    db.session.flush()
    for line in made.lines:
        boss = made.people.get(line.values.get("supervisor_number", ""))
        row = made.people[line.key]
        if boss is not None and row is not None and row.supervisor_id != boss.id:
            row.supervisor_id = boss.id
    for key, found in changes.items():
        facts = {name: [_json(before), _json(after)] for name, (before, after) in found.items()}
        audit.record(actor, "person.import" if found else "person.create", made.people[key], fields=sorted(found), changes=facts)


def _make_room(made: Plan, changes: dict[str, dict[str, tuple[Any, Any]]]) -> None:
    """Let people exchange e-mail addresses: whoever changes hers gives it up first, so that no two have the same in between."""
    wanted = {line.values["email"].lower() for line in made.lines}
    for key, found in changes.items():
        if "email" in found and str(found["email"][0]).lower() in wanted:
            made.people[key].email = f"{key}@changing.invalid"  # type: ignore[union-attr]
    db.session.flush()


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def sentence(problem: Problem) -> str:
    """A problem in words, with its place and what to do."""
    value = problem.value
    words = {
        "missing-column": _("the file has no such column. Add it; the heading is spelled as here."),
        "unknown-column": _("there is no column of that name. Take it out or correct its heading."),
        "column-twice": _("this column stands twice. Take one out."),
        "empty-file": _("there are no people in the file."),
        "cells": _("this row has %(value)s cells, the heading has another number. A comma inside a text needs quotes around the text.", value=value),
        "quotes": _("the quotes in this row do not close (%(value)s).", value=value),
        "unprintable": _("there is a character that cannot be printed. Type the cell anew."),
        "empty": _("must not be empty."),
        "too-long": _("“%(value)s” is too long.", value=value[:60]),
        "not-email": _("“%(value)s” is not an e-mail address.", value=value),
        "not-date": _("“%(value)s” is not a day. Write 2026-08-01 or 8/1/2026.", value=value),
        "not-fte": _("“%(value)s” is not a share of full time. Write a number from 0 to 1.5, such as 0.8.", value=value),
        "not-flsa": _("“%(value)s” is neither exempt nor nonexempt.", value=value),
        "leaves-before-hire": _("“%(value)s” is before the hire date.", value=value),
        "twice": _("%(value)s stands in an earlier row too (its row in brackets).", value=value),
        "unknown-school": _("there is no school with the code “%(value)s”. Correct it, or add a column school_name and the school is made.", value=value),
        "email-taken": _("%(value)s belongs to somebody who is not in this file (her employee number in brackets).", value=value),
        "unknown-supervisor": _("nobody has the employee number “%(value)s”.", value=value),
    }
    place = _("Row %(row)s, column %(column)s:", row=problem.line, column=problem.column) if problem.column else _("Row %(row)s:", row=problem.line)
    return f"{place} {words[problem.code]}"

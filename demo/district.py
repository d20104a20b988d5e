"""Who works in the invented district: schools, staff, roles, licences. Plain values; :mod:`demo.load` writes them."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from demo import names
from people.rules import Role


@dataclass(frozen=True)
class Size:
    """How large: schools, staff, sessions a year."""

    schools: int
    staff: int
    sessions: int


SIZES = {"small": Size(3, 60, 12), "district": Size(40, 3_000, 160), "state": Size(400, 50_000, 900)}


@dataclass(frozen=True)
class SchoolPlan:
    """A school to be."""

    number: int
    code: str
    name: str
    level: str
    bands: tuple[str, ...]


@dataclass
class StaffPlan:
    """Somebody to be: where, what, and which roles. ``school`` is the number of a school plan."""

    number: int
    given_name: str
    family_name: str
    email: str
    school: int
    job_title: str
    grades: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    unit: str = "teachers"
    flsa: str = "exempt"
    fte: float = 1.0
    hire_date: dt.date = dt.date(2018, 8, 13)
    roles: list[tuple[Role, bool]] = field(default_factory=list)

    def holds(self, role: Role) -> bool:
        return any(held is role for held, _at_school in self.roles)


@dataclass(frozen=True)
class DistrictPlan:
    """The whole district as values."""

    size: Size
    schools: list[SchoolPlan]
    staff: list[StaffPlan]

    def with_role(self, role: Role) -> list[StaffPlan]:
        return [person for person in self.staff if person.holds(role)]


OFFICE = 0
TITLES = {"elementary": "Classroom teacher", "middle": "Middle school teacher", "high": "High school teacher"}


def plan(size: Size, draw: random.Random) -> DistrictPlan:
    """The district of this size that ``draw`` gives: the same every time for the same seed."""
    schools = [SchoolPlan(OFFICE, "DO", "District Office", "office", ())]
    for number in range(size.schools):
        name, level, bands = names.school(number)
        schools.append(SchoolPlan(number + 1, f"{number + 101:03d}", name, level, bands))
    staff: list[StaffPlan] = []
    used: dict[str, int] = {}

    def hire(school: SchoolPlan, title: str, **given: object) -> StaffPlan:
        first, last = names.person(len(staff))
        local = f"{first}.{last}".lower()
        used[local] = used.get(local, 0) + 1
        address = f"{local}{used[local] if used[local] > 1 else ''}@{names.DOMAIN}"
        person = StaffPlan(len(staff) + 1, first, last, address, school.number, title, **given)  # type: ignore[arg-type]
        person.hire_date = dt.date(draw.randrange(2004, 2026), 8, draw.randrange(5, 20))
        staff.append(person)
        return person

    office = schools[OFFICE]
    for title, role, count in (
        ("Director of Professional Learning", Role.COORDINATOR, 2 + size.staff // 2500),
        ("Human Resources Specialist", Role.HR, 1 + size.staff // 5000),
        ("Payroll Manager", Role.PAYROLL, 1),
        ("Internal Auditor", Role.AUDITOR, 1),
        ("Systems Administrator", Role.ADMINISTRATOR, 1),
    ):
        for _ in range(count):
            hire(office, title, unit="administrators", roles=[(role, False)] + ([(Role.AUTHOR, False)] if role is Role.COORDINATOR else []))
    for school in schools[1:]:
        hire(school, "Principal", unit="administrators", roles=[(Role.PRINCIPAL, True)], grades=list(school.bands))
    while len(staff) < size.staff:
        school = schools[1 + (len(staff) * 7 + draw.randrange(3)) % size.schools]
        if draw.random() < 0.12:
            hire(
                school,
                "Paraprofessional",
                unit="support",
                flsa="nonexempt",
                fte=draw.choice([0.75, 0.8, 1.0]),
                roles=[(Role.TEACHER, False)],
                grades=list(school.bands),
                subjects=["special-education"],
            )
            continue
        subject = draw.choice(names.SUBJECTS[school.level])
        title = "Special education teacher" if subject == "special-education" else TITLES[school.level]
        person = hire(
            school,
            title,
            fte=draw.choices([1.0, 0.8, 0.5], [9, 1, 0.5])[0],
            grades=[draw.choice(school.bands)],
            subjects=[subject],
            roles=[(Role.TEACHER, False)],
        )
        if draw.random() < 0.14:
            person.roles.append((Role.REVIEWER, False))
        if draw.random() < 0.03:
            person.roles.append((Role.AUTHOR, False))
        if draw.random() < 0.05:
            person.roles.append((Role.FACILITATOR, False))
    _enough(staff, Role.REVIEWER, 9 if size.staff < 200 else 0)
    _enough(staff, Role.AUTHOR, 2)
    return DistrictPlan(size, schools, staff)


def _enough(staff: list[StaffPlan], role: Role, count: int) -> None:
    """A small district still needs its reviewers and authors, in every school: give the role to exempt teachers in turn."""
    short = count - sum(p.holds(role) for p in staff)
    by_school: dict[int, list[StaffPlan]] = {}
    for person in staff:
        if person.holds(Role.TEACHER) and person.flsa == "exempt" and not person.holds(role) and not (role is Role.AUTHOR and person.holds(Role.REVIEWER)):
            by_school.setdefault(person.school, []).append(person)
    while short > 0 and any(by_school.values()):
        for people in by_school.values():
            if people and short > 0:
                people.pop().roles.append((role, False))
                short -= 1

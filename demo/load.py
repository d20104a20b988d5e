"""Writes the invented district into the database: all of it in one transaction, or nothing.

People, submissions, reviews, awards and attendance go by COPY with the constraints and triggers awake; micro-credentials are published and
stipends are posted by the same verbs that the product uses, so every amount carries its reasons.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select

from core import clock, storage
from core.db import db
from credentials.badges import services as badges
from credentials.catalogue.content import Content
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.services import import_content
from credentials.evidence.files.intake import clean
from demo import district, files, names, words
from demo.batch import Batch
from demo.bulk import Loader
from ledger import services as ledger
from ledger.document_rules import parse_file
from ledger.policy_services import take_in
from ledger.rules import Earning
from people.models import Person
from people.passwords import hashed
from people.rules import DEMO_PASSWORD, Role

CONTENT = Path(__file__).resolve().parent.parent / "credentials" / "content"
POLICIES = Path(__file__).resolve().parent.parent / "ledger" / "policies" / "demo.yaml"
#: The password of every invented person; the sign-in page of the demo shows it.
PASSWORD = DEMO_PASSWORD
BATCH = 2000

Progress = Callable[[str, int, int], None]


class NotEmpty(RuntimeError):
    """There are people in this database already; the demo never mixes with them."""


def is_empty() -> bool:
    """Whether nobody is in the database yet."""
    return not db.session.scalar(select(func.count()).select_from(Person))


def load(size: str, seed: int, until: dt.datetime, progress: Progress) -> dict[str, int]:
    """Write a district of ``size`` (small, district, state) drawn by ``seed``, with the year up to ``until``. Call it inside a transaction.

    Returns how many rows of each kind there are. Raises :class:`NotEmpty`.
    """
    if not is_empty():
        raise NotEmpty("There are people in this database already. The demo loads into an empty one.")
    draw = random.Random(f"{size} {seed}")
    plan = district.plan(district.SIZES[size], draw)
    loader = Loader(db.session.connection().connection.driver_connection, quiet=True)  # type: ignore[arg-type]
    write = Writer(loader, plan, until, draw, progress)
    write.people()
    loader.finish()
    write.publish()
    write.reviewers()
    write.submissions()
    write.sessions()
    loader.finish()
    write.money()
    write.analyse()
    return write.counts


@dataclass(frozen=True)
class Sample:
    """A stored file that many evidence rows share."""

    blob_id: int
    ending: str
    kind: str
    stripped: list[str]
    sha256: str


class Writer:
    """The steps, in the order of their foreign keys."""

    def __init__(self, loader: Loader, plan: district.DistrictPlan, until: dt.datetime, draw: random.Random, progress: Progress) -> None:
        self.loader, self.plan, self.draw, self.progress = loader, plan, draw, progress
        # In the district's own time, so that people work by day.
        self.until = until.astimezone(clock.zone())
        self.since = self.until.replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=365)
        self.counts: dict[str, int] = {}
        self.school_ids: dict[int, int] = {}
        self.person_ids: dict[int, int] = {}
        self.credentials: list[tuple[MicroCredential, CredentialVersion, Content]] = []
        self.qualified: dict[int, list[district.StaffPlan]] = {}
        self.open_reviews: dict[int, int] = defaultdict(int)
        self.earned: list[tuple[dt.datetime, int, Earning]] = []

    def rows(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        self.counts[table] = self.counts.get(table, 0) + self.loader.rows(table, columns.split(), rows)

    # People.

    def people(self) -> None:
        """District, schools, staff with their roles and licences."""
        loader, plan = self.loader, self.plan
        self.rows("district", "id name url email fiscal_year_starts_month", [(1, names.DISTRICT, "https://laurel.example", f"learning@{names.DOMAIN}", 7)])
        self.school_ids = {school.number: loader.next_id("school") for school in plan.schools}
        self.rows(
            "school", "id code name kind", [(self.school_ids[s.number], s.code, s.name, "office" if s.level == "office" else "school") for s in plan.schools]
        )
        self.person_ids = {person.number: loader.next_id("person") for person in plan.staff}
        principals = {p.school: self.person_ids[p.number] for p in plan.staff if p.holds(Role.PRINCIPAL)}
        secret = hashed(PASSWORD)
        self.rows(
            "person",
            "id email given_name family_name locale school_id supervisor_id job_title grades subjects employee_number bargaining_unit flsa_class fte pay_group "
            "hire_date password_hash session_version enabled",
            [
                (
                    self.person_ids[p.number], p.email, p.given_name, p.family_name, None, self.school_ids[p.school],
                    principals.get(p.school) if principals.get(p.school) != self.person_ids[p.number] else None,
                    p.job_title, p.grades, p.subjects, f"{p.number:06d}", p.unit, p.flsa, p.fte, "monthly", p.hire_date, secret, 1, True,
                )
                for p in plan.staff
            ],
        )  # fmt: skip
        self.rows(
            "role_grant",
            "id person_id role school_id starts_on",
            [
                (loader.next_id("role_grant"), self.person_ids[p.number], role.value, self.school_ids[p.school] if at_school else None, p.hire_date)
                for p in plan.staff
                for role, at_school in p.roles
            ],
        )
        self.rows(
            "licence",
            "id person_id state kind issued_on expires_on",
            [
                (loader.next_id("licence"), self.person_ids[p.number], "CO", "Professional teacher licence", issued, issued.replace(year=issued.year + 5))
                for p in plan.staff
                if p.flsa == "exempt" and p.holds(Role.TEACHER)
                for issued in [dt.date(self.until.year - self.draw.randrange(5), 1 + self.draw.randrange(12), 1)]
            ],
        )

    # Micro-credentials and money rules, by the product's own verbs.

    def publish(self) -> None:
        """The shipped micro-credentials and the demo's money rules."""
        authors = [db.session.get_one(Person, self.person_ids[p.number]) for p in self.plan.with_role(Role.AUTHOR)]
        approver = next(person for person in authors if person.is_a(Role.COORDINATOR))
        writers = [person for person in authors if person is not approver]
        documents = [yaml.safe_load(path.read_text()) for path in sorted(CONTENT.glob("*.yaml"))]
        for number, document in enumerate(documents):
            with clock.frozen(self.since - dt.timedelta(days=120 - 3 * number)):
                version = import_content(writers[number % len(writers)], approver, document)
            self.credentials.append((version.micro_credential, version, version.parsed()))
            self.progress("micro-credentials", number + 1, len(documents))
        with clock.frozen(self.since - dt.timedelta(days=60)):
            self._policies()
        self.counts["micro_credential"] = len(documents)
        db.session.flush()

    def _policies(self) -> None:
        take_in(parse_file(yaml.safe_load(POLICIES.read_text())))

    def reviewers(self) -> None:
        """Who is qualified for what: in a large district each reviewer for some four micro-credentials, in a small one for all."""
        people = self.plan.with_role(Role.REVIEWER)
        taken: set[tuple[int, int]] = set()
        for place, (micro_credential, _version, _content) in enumerate(self.credentials):
            least = len(people) if len(people) < 30 else max(30, len(people) * 4 // len(self.credentials))
            start = place * len(people) // len(self.credentials)
            chosen = [people[(start + n) % len(people)] for n in range(min(least, len(people)))]
            self.qualified[micro_credential.id] = chosen
            taken.update((self.person_ids[p.number], micro_credential.id) for p in chosen)
        self.rows(
            "qualification",
            "id person_id micro_credential_id state granted_at",
            [(self.loader.next_id("qualification"), person, credential, "qualified", self.since) for person, credential in sorted(taken)],
        )

    # The year's work.

    def submissions(self) -> None:
        """Choices, evidence, reviews, decisions and awards of every teacher, in batches."""
        teachers = self.plan.with_role(Role.TEACHER)
        self.samples = self._sample_files()
        self.releasers = [self.person_ids[p.number] for p in self.plan.with_role(Role.COORDINATOR)]
        self.status_lists = badges.StatusPlaces()
        for first in range(0, len(teachers), BATCH):
            batch = Batch(self)
            for teacher in teachers[first : first + BATCH]:
                batch.teacher(teacher)
            batch.write()
            self.progress("teachers", min(first + BATCH, len(teachers)), len(teachers))
        self.rows(
            "reviewer_load",
            "person_id max_open open_reviews",
            [
                (self.person_ids[p.number], max(5, self.open_reviews[self.person_ids[p.number]] + 2), self.open_reviews[self.person_ids[p.number]])
                for p in self.plan.with_role(Role.REVIEWER)
            ],
        )

    def _sample_files(self) -> dict[str, Sample]:
        """One stored file of each kind, cleaned like any other, shared by the year's evidence rows."""
        made = {
            "pdf": files.lesson_plan("Two lessons on one idea", "An invented teacher"),
            "image": files.photo(self.draw.randrange(1000)),
            "office": files.reflection("An invented teacher", ["What changed between Monday and Thursday.", words.answer(random.Random(5), 120, 300)]),
        }
        stored: dict[str, Sample] = {}
        for kind, data in made.items():
            copy = clean(data)
            blob = storage.put(copy.data, copy.media_type)
            storage.claim(blob)
            db.session.flush()
            stored[kind] = Sample(blob.id, copy.ending.lstrip("."), copy.kind, list(copy.stripped), copy.original_sha256)
        return stored

    def pick(self, credential_id: int, teacher: district.StaffPlan) -> Callable[[int, set[Any]], Sequence[Any]]:
        """Whom to ask: qualified, of another school than the teacher and than each other where possible, in turn."""
        pool = self.qualified[credential_id]

        def ask(count: int, not_these: set[Any]) -> list[Any]:
            start = self.draw.randrange(len(pool))
            able = [p for n in range(len(pool)) if (p := pool[(start + n) % len(pool)]).school != teacher.school and p.number not in not_these]
            chosen: list[Any] = []
            for person in sorted(able[: 6 * count], key=lambda p: self.open_reviews[self.person_ids[p.number]]):
                if len(chosen) < count and person.school not in {self.schools_of[c] for c in chosen}:
                    chosen.append(person.number)
            for person in able:
                if len(chosen) < count and person.number not in chosen:
                    chosen.append(person.number)
            return chosen

        return ask

    @property
    def schools_of(self) -> dict[int, int]:
        if not hasattr(self, "_schools_of"):
            self._schools_of = {p.number: p.school for p in self.plan.staff}
        return self._schools_of

    # Sessions and attendance.

    def sessions(self) -> None:
        """The year's PD sessions: who signed up, who was there."""
        loader, draw = self.loader, self.draw
        teachers = self.plan.with_role(Role.TEACHER)
        facilitators = self.plan.with_role(Role.FACILITATOR) or teachers[:1]
        sessions: list[tuple[Any, ...]] = []
        sections: list[tuple[Any, ...]] = []
        registrations: list[tuple[Any, ...]] = []
        attendance: list[tuple[Any, ...]] = []
        for number in range(self.plan.size.sessions):
            title, topic, text = _SESSIONS[number % len(_SESSIONS)]
            session = loader.next_id("session")
            hours = draw.choice([1.0, 1.5, 2.0, 3.0, 6.0])
            sessions.append(
                (session, f"session-{number + 1}", title, text, [topic], ["classroom-teacher"], draw.choice(["in-person", "online"]), hours, self.since)
            )
            for _ in range(draw.randrange(1, 4)):
                section = loader.next_id("section")
                leader = draw.choice(facilitators)
                starts = self.since + dt.timedelta(days=draw.randrange(0, 400), hours=draw.choice([8, 13, 15, 16]))
                capacity = draw.choice([16, 20, 24, 30])
                going = draw.sample(teachers, min(len(teachers), draw.randrange(6, capacity + 1)))
                sections.append(
                    (
                        section,
                        session,
                        self.school_ids[leader.school],
                        f"Room {draw.randrange(100, 240)}",
                        "",
                        self.person_ids[leader.number],
                        starts,
                        starts + dt.timedelta(hours=hours),
                        capacity,
                        len(going),
                    )
                )
                for person in going:
                    registrations.append(
                        (
                            loader.next_id("registration"),
                            section,
                            self.person_ids[person.number],
                            "registered",
                            starts - dt.timedelta(days=draw.randrange(3, 30)),
                        )
                    )
                    if starts < self.until and draw.random() < 0.9:
                        attendance.append(
                            (
                                loader.next_id("attendance"),
                                section,
                                self.person_ids[person.number],
                                int(hours * 60),
                                self.person_ids[leader.number],
                                starts + dt.timedelta(hours=hours),
                            )
                        )
            self.progress("sessions", number + 1, self.plan.size.sessions)
        self.rows("session", "id slug title description topics audience modality credit_hours created_at", sessions)
        self.rows("section", "id session_id school_id room link facilitator_id starts_at ends_at capacity taken", sections)
        self.rows("registration", "id section_id person_id state asked_at", registrations)
        self.rows("attendance", "id section_id person_id minutes recorded_by_id recorded_at", attendance)

    # Money.

    def money(self) -> None:
        """Every award's stipend, posted day by day by the ledger's own verb, with the policy that was in force."""
        self.earned.sort(key=lambda one: (one[0], one[2].source))
        for done, (moment, releaser, earnings) in enumerate(_by_day(self.earned), start=1):
            with clock.frozen(moment):
                ledger.post_all(earnings, db.session.get_one(Person, releaser), alone=True)
                db.session.flush()
                db.session.expunge_all()
            self.counts["obligation"] = self.counts.get("obligation", 0) + len(earnings)
            if done % 20 == 0:
                self.progress("stipends", self.counts["obligation"], len(self.earned))
        self.progress("stipends", len(self.earned), len(self.earned))

    def analyse(self) -> None:
        """Let the planner know the new sizes."""
        for table in self.counts:
            self.loader.connection.execute(f"ANALYZE {table}")  # type: ignore[call-overload]


def _by_day(earned: list[tuple[dt.datetime, int, Earning]]) -> Iterator[tuple[dt.datetime, int, list[Earning]]]:
    """Earnings in lots of one releaser and day, at most 300 at a time."""
    lots: dict[tuple[dt.date, int], list[tuple[dt.datetime, Earning]]] = defaultdict(list)
    for moment, releaser, earning in earned:
        lots[moment.date(), releaser].append((moment, earning))
    for (_day, releaser), lot in lots.items():
        for first in range(0, len(lot), 300):
            part = lot[first : first + 300]
            yield part[-1][0], releaser, [earning for _moment, earning in part]


_SESSIONS = (
    ("Questions that make students think", "discourse", "Plan three questions for next week, try them on each other, and leave with a way to listen."),
    ("A first hour with virtual reality", "technology", "Headsets in hand: one short task, what can go wrong, and when paper is the better tool."),
    ("Reading students' work together", "assessment", "Bring five samples. We sort before we talk, and name one next step for each pile."),
    ("Co-teaching: the first two weeks", "co-teaching", "Six ways to share a room, and the one conversation to have before you begin."),
    ("Minecraft as a mathematics manipulative", "technology", "Area, volume and scale in a world students know; a lesson to take home."),
    ("Restorative circles for a Monday", "community", "Sit in one, then lead one. Prompts that are safe for everybody in the first month."),
    ("Accessible documents in an hour", "accessibility", "Headings, pictures, links, contrast: mend one of your own documents before you leave."),
    ("When the lesson did not work", "practice", "Five minutes a story, no rescue. What we would keep, and what we would try next."),
)

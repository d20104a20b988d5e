"""The invented district that the journeys walk through, with one thing of each kind in each state, made by the product's own verbs."""

from __future__ import annotations

import itertools
import uuid as uuids
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from psycopg.rows import dict_row

from app import create_app
from core import clock, postgres
from core.db import db, transaction
from credentials.catalogue import services as catalogue
from credentials.catalogue.models import MicroCredential
from credentials.evidence import services as evidence
from credentials.evidence.models import SubmissionVersion
from credentials.review import services as review
from credentials.review.models import Assignment
from demo import files, load
from demo.browser import Browser as Visitor
from demo.load import PASSWORD
from people import links
from people.models import Person, RoleGrant
from people.rules import Role
from tests.conftest import settings_for
from tests.factories.evidence import draft_version, evidence_file, submitted_version
from tests.factories.people import person
from tests.factories.review import handed_in, opened, written

SECRET = "for tests only, never elsewhere"
SLUG = "growth-mindset"


@dataclass
class District:
    """Where it is served, who is in it, and what there is to look at.

    ``people``: e-mail address by part played; ``things``: keys of rows by name, as addresses carry them.
    """

    base: str
    app: Flask
    environment: dict[str, str]
    connection: psycopg.Connection[dict[str, Any]]
    people: dict[str, str] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    _states: dict[str, Any] = field(default_factory=dict)
    _newcomers: Any = field(default_factory=lambda: itertools.count(1))

    def one(self, sql: str, **values: Any) -> dict[str, Any]:
        """The one row that a question to the database has for an answer."""
        (row,) = self.all(sql, **values)
        return row

    def all(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """The rows that a question to the database has for an answer."""
        return self.connection.execute(sql, values).fetchall()  # type: ignore[call-overload, no-any-return]

    def signed_in(self, who: str | None) -> Any:
        """The cookies of somebody's session, in the shape a browser window takes them; asked for once a person."""
        if who is None:
            return None
        if who not in self._states:
            visitor = Visitor(self.base)
            visitor.sign_in(who, PASSWORD)
            cookies = [
                {"name": c.name, "value": c.value, "domain": "127.0.0.1", "path": "/", "httpOnly": True, "secure": False, "sameSite": "Lax", "expires": -1}
                for c in visitor.http.cookies.jar
            ]
            self._states[who] = {"cookies": cookies, "origins": []}
            visitor.close()
        return self._states[who]

    def teacher(self) -> str:
        """The e-mail address of a teacher who was hired a moment ago and has done nothing yet."""
        number = next(self._newcomers)
        with self.app.app_context(), transaction():
            return _member(Role.TEACHER, number, "Newcomer").email

    def draft(self, who: str, slug: str = SLUG) -> int:
        """Let somebody begin a micro-credential; the number of her submission."""
        with self.app.app_context(), transaction():
            return draft_version(_by(email=who), _offer(slug)).submission_id

    def desk(self) -> tuple[str, int]:
        """Put a submission on a colleague's desk; her e-mail address, and the number of her review, which she has opened."""
        number = next(self._newcomers)
        with self.app.app_context(), transaction():
            assignment = opened(_under_review(number)[1][0])
            return assignment.reviewer.email, assignment.id

    def close(self) -> None:
        self.connection.close()
        with self.app.app_context():
            db.engine.dispose()


def prepare(url: str, folder: Path, base: str) -> District:
    """Load the small district into the database at ``url`` and put one thing of each kind on the stage."""
    settings = settings_for(url, folder, demo=True)
    app = create_app(settings)
    environment = {
        "DATABASE_URL": url,
        "LAUREL_DATA_DIR": str(folder),
        "LAUREL_BASE_URL": base,
        "LAUREL_SECRET_KEY": SECRET,
        "LAUREL_DEMO": "1",
        "LAUREL_MAIL": "file",
        "LAUREL_LOG_LEVEL": "WARNING",
    }
    connection = psycopg.connect(postgres.plain_url(url), autocommit=True, row_factory=dict_row)
    place = District(base, app, environment, connection)
    with app.app_context():
        with transaction():
            load.load("small", 1, clock.now(), lambda what, done, of: None)
        with transaction():
            _stage(place)
        db.engine.dispose()
    return place


def _by(**facts: Any) -> Person:
    return db.session.scalars(db.select(Person).filter_by(**facts)).one()


def _offer(slug: str) -> MicroCredential:
    return db.session.scalars(db.select(MicroCredential).filter_by(slug=slug)).one()


def _with_role(role: Role) -> Person:
    holders = db.select(Person).join(RoleGrant, RoleGrant.person_id == Person.id).where(RoleGrant.role == role.value)
    return db.session.scalars(holders.order_by(Person.id).limit(1)).one()


def _member(role: Role, number: int, family: str) -> Person:
    """A new member of staff, who has the password of everybody in the demonstration."""
    known = _with_role(Role.TEACHER)
    name = f"{family.lower()}{number}"
    facts = {"given_name": f"Given{number}", "family_name": family, "email": f"{name}@laurel.example", "employee_number": name}
    return person(role, **facts, password_hash=known.password_hash)


def _under_review(number: int) -> tuple[SubmissionVersion, list[Assignment]]:
    """A submission of a new teacher that two colleagues were asked to review."""
    version = submitted_version(_member(Role.TEACHER, number, "Asker"), _offer(SLUG))
    return version, review.assign(version)


def _stage(place: District) -> None:
    """One thing of each kind, in each state that has a page of its own."""
    offer = _offer(SLUG)
    for role in Role:
        place.people[role.value] = _with_role(role).email
    writer, author = _member(Role.TEACHER, 1, "Writer"), _member(Role.AUTHOR, 1, "Author")
    draft = draft_version(writer, offer)
    content = offer.current_version.parsed()
    essay, upload = (next(item for item in content.items() if item.kind.value == kind) for kind in ("text", "file"))
    evidence.save_text(writer, draft, essay.key, "I wrote my name, Writer, by mistake.", 0)
    kept = evidence_file(draft, upload.key, files.lesson_plan("A plan", "Somebody"))

    _version, (offered, desk) = _under_review(-1)
    opened(desk)
    drafted, both = _under_review(-2)
    for assignment in both:
        handed_in(assignment)
    waiting, (said, unsaid) = _under_review(-3)
    handed_in(said)
    written(unsaid)
    place.people |= {"writer": writer.email, "author": author.email}
    place.people |= {"asked": offered.reviewer.email, "at the desk": desk.reviewer.email, "done": said.reviewer.email}

    coordinator = _by(email=place.people["coordinator"])
    begun = catalogue.create_draft(author, {"title": "Questions that make students think"})
    sent = catalogue.new_version(author, _offer("co-teaching"), "Clearer prompts in the second part.")
    catalogue.send_to_quality_review(author, sent)

    award = db.session.execute(
        db.text(
            """SELECT a.uuid, p.email, v.submission_id, o.id AS obligation FROM award a JOIN person p ON p.id = a.person_id
               JOIN submission_version v ON v.id = a.submission_version_id JOIN obligation o ON o.source = 'award:' || a.id
               WHERE a.visibility = 'public' AND o.state = 'payable' ORDER BY a.id DESC LIMIT 1"""
        )
    ).one()
    not_yet = db.session.execute(
        db.text(
            """SELECT v.submission_id, p.email FROM submission_version v JOIN person p ON p.id = v.person_id WHERE v.state = 'not_yet'
               AND NOT EXISTS (SELECT 1 FROM submission_version w WHERE w.submission_id = v.submission_id AND w.number > v.number) ORDER BY v.id LIMIT 1"""
        )
    ).one()
    refused = db.session.execute(db.text("SELECT id, person_id FROM obligation WHERE state = 'refused' ORDER BY id LIMIT 1")).one()
    place.people |= {"winner": award.email, "not yet": not_yet.email, "refused": db.session.get_one(Person, refused.person_id).email}
    place.things |= {
        "draft": draft.submission_id,
        "evidence_file": kept.id,
        "offered": offered.id,
        "desk": desk.id,
        "done": said.id,
        "decision": drafted.id,
        "waiting": waiting.id,
        "new_draft": begun.id,
        "in_check": sent.id,
        "uuid": uuids.UUID(str(award.uuid)),
        "won": award.submission_id,
        "owed": award.obligation,
        "refused": refused.id,
        "not_yet": not_yet.submission_id,
        "somebody": writer.id,
        "link": links.make(coordinator),
    }

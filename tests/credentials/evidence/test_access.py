"""Who sees what of a submission: the author, the office after it was handed in, and nobody who evaluates her."""

from __future__ import annotations

import pytest
from flask import Flask

from core.db import db
from credentials.evidence.models import EvidenceFile
from people.models import Person, School
from people.rules import Role
from tests.factories.evidence import draft_version, evidence_file, released_version, submitted_version
from tests.factories.people import person, school, teacher

PAGES = {
    "show": "/submissions/{s}",
    "edit": "/submissions/{s}/edit",
    "hand-in": "/submissions/{s}/hand-in",
    "file": "/submissions/{s}/files/{f}",
}


@pytest.fixture
def people(app: Flask) -> dict[str, int]:
    """A teacher, and everybody who stands around her."""
    with app.app_context():
        house = school()
        supervisor = person(at=school())
        rows = {
            "author": teacher(school=house, supervisor_id=supervisor.id),
            "colleague": teacher(school=house),
            "office": person(Role.COORDINATOR),
            "supervisor": supervisor,
            "principal": person(Role.PRINCIPAL, at=house),
            "principal in the office": person(Role.PRINCIPAL, Role.COORDINATOR, at=house),
            "HR": person(Role.HR),
            "payroll": person(Role.PAYROLL),
            "auditor": person(Role.AUDITOR),
            "administrator": person(Role.ADMINISTRATOR),
            "reviewer": person(Role.REVIEWER),
            "facilitator": person(Role.FACILITATOR),
        }
        rows["supervisor in the office"] = person(Role.COORDINATOR)
        numbers = {name: row.id for name, row in rows.items()}
        db.session.commit()
        return numbers


#: Status of (show, edit, hand-in, file) of a draft, and of one that was handed in.
NOBODY = (404, 404, 404, 404)
TABLE = {
    "author": ((200, 200, 200, 200), (200, 302, 302, 200)),
    "office": (NOBODY, (200, 404, 404, 200)),
    **dict.fromkeys(
        ("colleague", "supervisor", "principal", "principal in the office", "HR", "payroll", "auditor", "administrator", "reviewer", "facilitator"),
        (NOBODY, NOBODY),
    ),
}


@pytest.mark.parametrize("who", TABLE)
@pytest.mark.parametrize("handed_in", [False, True])
def test_every_role_at_every_door(app: Flask, as_, people: dict[str, int], who: str, handed_in: bool) -> None:
    with app.app_context():
        author = db.session.get_one(Person, people["author"])
        version = submitted_version(author) if handed_in else draft_version(author)
        file = version.files[0] if version.files else evidence_file(version, "lesson-plan")
        keys = {"s": version.submission_id, "f": file.id}
        db.session.commit()
    browser = as_(people[who])
    assert tuple(browser.get(address.format(**keys)).status_code for address in PAGES.values()) == TABLE[who][handed_in]


def test_a_supervisor_who_works_in_the_office_sees_others_but_not_her_staff(app: Flask, as_, people: dict[str, int]) -> None:
    boss = people["supervisor in the office"]
    with app.app_context():
        author = db.session.get_one(Person, people["author"])
        author.supervisor_id = boss
        hers, other = submitted_version(author).submission_id, submitted_version().submission_id
        db.session.commit()
    browser = as_(boss)
    assert browser.get(f"/submissions/{hers}").status_code == 404
    assert browser.get(f"/submissions/{other}").status_code == 200
    listed = browser.get("/submissions/handed-in").text
    assert f'/submissions/{other}"' in listed
    assert f'/submissions/{hers}"' not in listed


def test_the_list_of_the_office_leaves_out_ones_own_and_ones_schools(app: Flask, as_, people: dict[str, int]) -> None:
    with app.app_context():
        principal = db.session.get_one(Person, people["principal in the office"])
        own = submitted_version(principal).submission_id
        staff = submitted_version(db.session.get_one(Person, people["author"])).submission_id
        elsewhere = submitted_version(teacher(school=db.session.scalars(db.select(School)).first())).submission_id
        db.session.commit()
    listed = as_(people["principal in the office"]).get("/submissions/handed-in").text
    shown = [number for number in (own, staff, elsewhere) if f'/submissions/{number}"' in listed]
    assert own not in shown
    assert staff not in shown


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("post", "/submissions/{s}/edit"),
        ("put", "/submissions/{s}/items/reflection-text/text"),
        ("put", "/submissions/{s}/answers"),
        ("post", "/submissions/{s}/items/lesson-plan/files"),
        ("post", "/submissions/{s}/files/{f}/remove"),
        ("post", "/submissions/{s}/hand-in"),
        ("post", "/submissions/{s}/withdraw"),
        ("post", "/submissions/{s}/reopen"),
    ],
)
@pytest.mark.parametrize("who", ["colleague", "office", "supervisor", "administrator"])
def test_nobody_but_the_author_acts_on_her_evidence(app: Flask, as_, people: dict[str, int], who: str, method: str, address: str) -> None:
    with app.app_context():
        version = submitted_version(db.session.get_one(Person, people["author"]))
        keys = {"s": version.submission_id, "f": version.files[0].id}
        db.session.commit()
    assert getattr(as_(people[who]), method)(address.format(**keys)).status_code == 404


@pytest.mark.parametrize("who", ["author", "colleague", "administrator"])
def test_only_the_office_lists_what_was_handed_in_and_opens_attempts(app: Flask, as_, people: dict[str, int], who: str) -> None:
    with app.app_context():
        number = submitted_version(db.session.get_one(Person, people["author"])).submission_id
        db.session.commit()
    browser = as_(people[who])
    assert browser.get("/submissions/handed-in").status_code == 403
    assert browser.post(f"/submissions/{number}/allow-attempt").status_code == (403 if who == "author" else 404)


def test_the_office_sees_what_was_handed_in_and_not_the_draft_that_follows(made, as_, somebody, app: Flask) -> None:
    first = made(lambda: released_version(unmet=("insight",)))
    author = as_(first.author)
    author.post(f"/submissions/{first.submission}/reopen")
    author.put(f"/submissions/{first.submission}/items/reflection-text/text", json={"text": "not for the office yet", "revision": 1})
    page = as_(somebody(Role.COORDINATOR)).get(f"/submissions/{first.submission}")
    assert page.status_code == 200
    assert "not for the office yet" not in page.text
    assert "?version=2" not in page.text
    assert "not for the office yet" not in as_(somebody(Role.COORDINATOR)).get(f"/submissions/{first.submission}?version=2").text


def test_a_file_is_found_only_under_its_own_submission(made, as_) -> None:
    one, other = made(submitted_version), made(submitted_version)
    assert as_(one.author).get(f"/submissions/{other.submission}/files/{one.file}").status_code == 404


def test_what_is_private_is_not_for_the_office(app: Flask, made, as_, somebody) -> None:
    numbers = made(submitted_version)
    with app.app_context():
        db.session.get_one(EvidenceFile, numbers.file).visibility = "private"
        db.session.commit()
    assert as_(somebody(Role.COORDINATOR)).get(f"/submissions/{numbers.submission}/files/{numbers.file}").status_code == 404
    assert as_(numbers.author).get(f"/submissions/{numbers.submission}/files/{numbers.file}").status_code == 200


def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(made, visitor) -> None:
    numbers = made(draft_version)
    answer = visitor.get(f"/submissions/{numbers.submission}/edit")
    assert answer.status_code == 302
    assert f"next=/submissions/{numbers.submission}/edit" in answer.location.replace("%2F", "/")


def test_a_script_whose_session_is_over_is_told_so_and_not_sent_elsewhere(made, visitor) -> None:
    numbers = made(draft_version)
    answer = visitor.put(
        f"/submissions/{numbers.submission}/items/reflection-text/text", json={"text": "a", "revision": 0}, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")

"""The job that follows a decision makes badge, certificate and mail: all or nothing, once, however often it is asked."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from core import jobs as queue
from core import storage
from core.audit import AuditEvent
from core.db import db, transaction
from core.mail import Mail
from core.storage import Blob
from credentials.badges import certificate, jobs, queries, services
from credentials.badges.models import Award, IssuerKey, StatusList
from credentials.badges.resolvers import Ours
from credentials.badges.verify import is_valid, verify
from credentials.evidence.models import SubmissionVersion
from people.models import Person
from people.rules import Role
from tests.conftest import settings_for
from tests.factories.badges import award
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import released_version, submitted_version
from tests.factories.people import person
from tests.processes import together


def count(model, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def ready_mails() -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.kind == "badges.ready")))


def run(row: Award) -> None:
    """Run the job as the worker would, in a transaction of its own."""
    number = row.id
    db.session.commit()
    queue.later(jobs.make, award_id=number)
    db.session.commit()
    queue.run_due()


# One process.


def test_the_job_signs_renders_and_tells_the_holder(app) -> None:
    with app.app_context():
        number = award().id
        run(db.session.get_one(Award, number))
    with app.app_context():
        row = db.session.get_one(Award, number)
        services.ensure_list_signed(queries.status_list(row.status_list_id))
        assert is_valid(verify(row.credential, Ours()))
        assert is_valid(verify(row.jwt, Ours()))
        assert storage.read(row.certificate).startswith(b"%PDF-")
        assert row.certificate.claimed_at is not None
        (mail,) = ready_mails()
        assert mail.person_id == row.person_id
        assert f"http://laurel.example/my/badges/{row.uuid}" in mail.text


def test_run_again_it_changes_nothing(app) -> None:
    with app.app_context():
        number = award().id
        run(db.session.get_one(Award, number))
    with app.app_context():
        before = db.session.get_one(Award, number)
        made = (before.jwt, before.signed_at, before.certificate_id)
        run(before)
    with app.app_context():
        row = db.session.get_one(Award, number)
        assert (row.jwt, row.signed_at, row.certificate_id) == made
        assert len(ready_mails()) == 1
        assert count(AuditEvent, AuditEvent.verb == "award.sign") == 1


def test_an_award_that_is_gone_is_no_reason_to_fail(app) -> None:
    with app.app_context():
        jobs.make.func(award_id=987654321)
        assert ready_mails() == []


def test_an_award_that_was_revoked_before_its_job_came_is_signed_but_not_announced(app) -> None:
    with app.app_context():
        row = award()
        services.revoke(person(Role.COORDINATOR), row, "Awarded in error, by a mix-up of names.")
        number = row.id
        run(row)
    with app.app_context():
        row = db.session.get_one(Award, number)
        assert row.signed_at is not None
        assert row.certificate_id is None
        assert ready_mails() == []


def test_the_six_hourly_job_signs_lists_that_would_run_out_and_leaves_the_rest(app) -> None:
    with app.app_context():
        number = award().status_list_id
        db.session.commit()
        jobs.renew_lists.func(timestamp=0)
    with app.app_context():
        first = db.session.get_one(StatusList, number).signed
        assert first is not None
        jobs.renew_lists.func(timestamp=0)
    with app.app_context():
        assert db.session.get_one(StatusList, number).signed == first


# Several processes, really.


@pytest.fixture
def district(own_database: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of this test's own."""
    app = create_app(settings_for(own_database, tmp_path))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def make(app: Flask, _number: int, award_id: int) -> None:
    jobs.make.func(award_id=award_id)


def look(app: Flask, number: int, path: str) -> bytes:
    answer = app.test_client().get(path)
    assert answer.status_code == 200
    return answer.data


@pytest.mark.processes
def test_twenty_processes_making_the_same_badge_leave_one_signature_one_certificate_and_one_mail(district: Flask, own_database: str, tmp_path: Path) -> None:
    number = award().id
    before = count(Blob)
    db.session.commit()
    together(own_database, tmp_path, 20, make, number)
    assert count(AuditEvent, AuditEvent.verb == "award.sign") == 1
    assert count(AuditEvent, AuditEvent.verb == "award.certificate") == 1
    assert count(Blob) == before + 1
    assert count(IssuerKey) == 2
    assert len(ready_mails()) == 1
    row = db.session.get_one(Award, number)
    assert row.credential is not None


@pytest.mark.processes
def test_twenty_requests_for_a_badge_that_nobody_signed_yet_get_the_same_one(district: Flask, own_database: str, tmp_path: Path) -> None:
    uuid = award(visibility="public").uuid
    db.session.commit()
    answers = together(own_database, tmp_path, 20, look, f"/badges/{uuid}.jwt")
    assert len(set(answers)) == 1
    assert count(AuditEvent, AuditEvent.verb == "award.sign") == 1


@pytest.mark.processes
def test_twenty_first_looks_at_the_did_document_make_one_pair_of_keys(district: Flask, own_database: str, tmp_path: Path) -> None:
    answers = together(own_database, tmp_path, 20, look, "/.well-known/did.json")
    assert len(set(answers)) == 1
    assert count(IssuerKey) == 2


def take(app: Flask, number: int, versions: list[int], office: int) -> tuple[int, int]:
    with app.app_context(), transaction():
        row = services.award(db.session.get_one(SubmissionVersion, versions[number]), db.session.get_one(Person, office))
        return row.status_list_id, row.status_index


@pytest.mark.processes
def test_twenty_awards_at_once_get_twenty_places_in_one_list(district: Flask, own_database: str, tmp_path: Path) -> None:
    office, credential = person(Role.COORDINATOR), micro_credential()
    versions = [released_version(submitted_version(credential=credential), office=office).id for _ in range(20)]
    number = office.id
    db.session.commit()
    places = together(own_database, tmp_path, 20, take, versions, number)
    assert len(set(places)) == 20
    assert len({number for number, _index in places}) == 1


def _die_half_way(url: str, folder: str, award_id: int) -> None:
    """Run the job in a process that is killed once the badge is signed and the certificate begun."""

    def kill(_award: Award) -> bytes:
        os.kill(os.getpid(), signal.SIGKILL)
        return b""

    certificate.render = kill
    create_app(settings_for(url, Path(folder)))
    jobs.make.func(award_id=award_id)


@pytest.mark.processes
def test_a_job_that_is_killed_half_way_leaves_nothing_and_can_run_again(district: Flask, own_database: str, tmp_path: Path) -> None:
    number = award().id
    before = count(Blob)
    db.session.commit()
    process = multiprocessing.get_context("spawn").Process(target=_die_half_way, args=(own_database, str(tmp_path), number))
    process.start()
    process.join(120)
    assert process.exitcode == -signal.SIGKILL
    row = db.session.get_one(Award, number)
    assert (row.signed_at, row.jwt, row.credential, row.certificate_id) == (None, None, None, None)
    assert (count(Blob), count(IssuerKey), ready_mails()) == (before, 0, [])
    assert count(AuditEvent, AuditEvent.verb == "award.sign") == 0
    db.session.commit()
    jobs.make.func(award_id=number)
    row = db.session.get_one(Award, number)
    assert row.signed_at is not None
    assert row.certificate_id is not None
    assert len(ready_mails()) == 1

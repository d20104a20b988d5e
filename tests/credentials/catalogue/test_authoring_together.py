"""Two people at the same draft at the same moment, each on a connection of their own: one is saved, the other loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from app import create_app
from core.db import db, transaction
from core.errors import RuleBroken
from credentials.catalogue import services
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.catalogue.quality import STANDARD
from people.models import Person
from people.rules import Role
from tests.conftest import settings_for
from tests.factories.catalogue import document, micro_credential
from tests.factories.people import person

ALL = [item.key for item in STANDARD.items]


@pytest.fixture
def real(own_database, tmp_path):
    """An application on a database of its own, where commits are real."""
    app = create_app(settings_for(own_database, tmp_path))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield app
    with app.app_context():
        db.engine.dispose()


def at_once(app, *acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start together; answers the result or the exception of each."""
    gate, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        with app.app_context():
            gate.wait()
            try:
                answers[place] = act()
            except Exception as error:
                answers[place] = error

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_save_that_crosses_another_is_refused_by_the_database_and_not_written(real):
    with real.app_context():
        with transaction():
            ana, bo = person(Role.AUTHOR), person(Role.AUTHOR)
            key, ids = services.create_draft(ana, document(title="First")).id, (ana.id, bo.id)
        mine = db.session.get_one(CredentialVersion, key)
        assert mine.content["title"] == "First"
        with real.app_context(), transaction():
            theirs = db.session.get_one(CredentialVersion, key)
            services.save_draft(db.session.get_one(Person, ids[1]), theirs, theirs.content | {"title": "Bo's"})
        # Ana's transaction has read the version before Bo's was saved; its lock looks right to Python and is wrong in the database.
        with pytest.raises(StaleDataError), transaction():
            services.save_draft(db.session.get_one(Person, ids[0]), mine, mine.content | {"title": "Ana's"}, lock=mine.lock)
        db.session.rollback()
        assert db.session.scalar(select(CredentialVersion.title).where(CredentialVersion.id == key)) == "Bo's"


def test_publishing_and_taking_back_at_once_leaves_one_result(real):
    with real.app_context(), transaction():
        ana, cy = person(Role.AUTHOR), person(Role.COORDINATOR, given_name="Cy", family_name="Okafor")
        version = services.create_draft(ana, document())
        services.send_to_quality_review(ana, version)
        key, ana_id, cy_id = version.id, ana.id, cy.id

    def publish() -> str:
        with transaction():
            services.publish(db.session.get_one(Person, cy_id), db.session.get_one(CredentialVersion, key), ALL, "Cy Okafor")
            return "published"

    def take_back() -> str:
        with transaction():
            services.take_back(db.session.get_one(Person, ana_id), db.session.get_one(CredentialVersion, key))
            return "draft"

    answers = at_once(real, publish, take_back, publish, take_back)
    won = [answer for answer in answers if isinstance(answer, str)]
    assert len(won) == 1
    assert all(isinstance(answer, StaleDataError | RuleBroken) for answer in answers if not isinstance(answer, str))
    with real.app_context():
        assert db.session.get_one(CredentialVersion, key).state == won[0]


def test_ten_new_versions_at_once_are_one(real):
    with real.app_context(), transaction():
        ana = person(Role.AUTHOR)
        key, ana_id = micro_credential(author=ana).id, ana.id

    def begin() -> int:
        with transaction():
            return services.new_version(db.session.get_one(Person, ana_id), db.session.get_one(MicroCredential, key), "Better.").number

    answers = at_once(real, *[begin] * 10)
    assert [answer for answer in answers if isinstance(answer, int)] == [2]
    assert {getattr(answer, "rule", None) for answer in answers if not isinstance(answer, int)} == {"open-version"}


def test_ten_drafts_of_one_title_begun_at_once_get_ten_addresses(real):
    with real.app_context(), transaction():
        ana_id = person(Role.AUTHOR).id

    def begin() -> str:
        with transaction():
            return services.create_draft(db.session.get_one(Person, ana_id), {"title": "Talk moves"}).micro_credential.slug

    assert set(at_once(real, *[begin] * 10)) == {"talk-moves", *(f"talk-moves-{number}" for number in range(2, 11))}

"""An award is issued once, renewed, shared by its holder, and revoked by the office."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import audit, clock
from core.db import db
from core.errors import BadInput, RuleBroken
from credentials.badges import services
from credentials.badges.models import Award, StatusList
from credentials.badges.rules import Sharing, Standing
from credentials.badges.status import StatusList as Bits
from people.rules import Role
from tests.factories.badges import award, signed_award
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import released_version, submitted_version
from tests.factories.people import person, teacher

pytestmark = pytest.mark.usefixtures("rows", "keys")

NOW = dt.datetime(2026, 11, 5, 9, 30, tzinfo=dt.UTC)
REASON = "The evidence was somebody else's work."


def verbs(row: Award) -> list[str]:
    return [event.verb for event in audit.history("award", [row.id])]


# Issue.


def test_an_award_copies_what_was_decided_and_to_whom() -> None:
    holder, office = teacher(), person(Role.COORDINATOR)
    version = released_version(submitted_version(holder), office=office)
    with clock.frozen(NOW):
        row = services.award(version, office)
    assert (row.person_id, row.submission_version_id, row.credential_version_id) == (holder.id, version.id, version.credential_version_id)
    assert row.results == version.results
    assert row.results is not version.results
    assert (row.recipient_email, row.issued_at, row.valid_until) == (holder.email, NOW, None)
    assert (row.visibility, row.shows_name, row.signed_at) == ("private", False, None)
    assert verbs(row) == ["award.issue"]


def test_a_later_change_of_address_changes_no_award() -> None:
    row = award()
    before = row.recipient_email
    row.person.email = "married@laurel.example"
    db.session.flush()
    assert row.recipient_email == before


def test_a_validity_in_months_becomes_a_last_day() -> None:
    with clock.frozen(NOW):
        row = award(credential=micro_credential(validity_months=36, renewal="Show one new lesson."))
    assert row.valid_until == NOW.replace(year=2029)
    with clock.frozen(NOW.replace(year=2029) - dt.timedelta(seconds=1)):
        assert row.standing is Standing.IN_FORCE
    with clock.frozen(NOW.replace(year=2029)):
        assert row.standing is Standing.EXPIRED


def test_asked_twice_for_the_same_version_it_gives_the_one_that_is_there() -> None:
    row = award()
    assert services.award(row.submission_version, person(Role.COORDINATOR)).id == row.id
    assert verbs(row) == ["award.issue"]


def test_the_database_keeps_to_one_award_a_version() -> None:
    row = award()
    facts = {c.name: getattr(row, c.name) for c in Award.__table__.columns if c.name not in ("id", "uuid", "subject_uuid", "status_index", "credential", "jwt")}
    twin = Award(**facts | {"superseded_at": NOW}, uuid=row.subject_uuid, subject_uuid=row.uuid, status_index=row.status_index ^ 1)
    db.session.add(twin)
    with pytest.raises(IntegrityError, match="submission_version_id"), db.session.begin_nested():
        db.session.flush()


def test_what_was_not_demonstrated_is_not_awarded() -> None:
    version = released_version(unmet=("insight",))
    with pytest.raises(ValueError, match="demonstrated"):
        services.award(version, person(Role.COORDINATOR))


def test_no_two_awards_share_anything_by_which_they_could_be_linked() -> None:
    holder = teacher()
    first, second = award(holder), award(holder)
    for name in ("uuid", "subject_uuid", "salt", "link_secret"):
        assert getattr(first, name) != getattr(second, name)
    assert (first.status_list_id, first.status_index) != (second.status_list_id, second.status_index)


def test_a_second_award_for_the_same_skill_renews_the_first() -> None:
    older = signed_award()
    # The next round of the same micro-credential comes with renewal; here its version is made by hand.
    submission = older.submission_version.submission
    version = older.submission_version
    again = type(version)(
        submission=submission,
        person=version.person,
        credential_version=version.credential_version,
        number=2,
        state="demonstrated",
        created_at=NOW,
        submitted_at=NOW,
        results=version.results,
        released_at=NOW,
        released_by=version.released_by,
    )
    db.session.add(again)
    db.session.flush()
    newer = services.award(again, person(Role.COORDINATOR))
    assert older.superseded_at is not None
    assert (older.standing, newer.standing) == (Standing.RENEWED, Standing.IN_FORCE)
    assert verbs(older) == ["award.issue", "award.sign", "award.supersede"]
    assert audit.history("award", [newer.id])[0].facts["renews"] == [older.id]


# Share.


def test_the_holder_chooses_who_sees_it_and_whether_with_her_name() -> None:
    row = award()
    services.share(row.person, row, Sharing.PUBLIC, True)
    assert (row.visibility, row.shows_name) == ("public", True)
    services.share(row.person, row, Sharing.PRIVATE, False)
    assert (row.visibility, row.shows_name) == ("private", False)
    assert verbs(row)[-2:] == ["award.share", "award.share"]


def test_nobody_else_chooses_for_her() -> None:
    row = award()
    for other in (teacher(), person(Role.COORDINATOR), person(Role.ADMINISTRATOR)):
        with pytest.raises(RuleBroken, match="decides who may see it"):
            services.share(other, row, Sharing.PUBLIC, True)
        with pytest.raises(RuleBroken):
            services.reset_link(other, row)
    assert row.visibility == "private"


def test_a_new_link_is_another_one() -> None:
    row = award()
    before = row.link_secret
    services.reset_link(row.person, row)
    assert row.link_secret != before
    assert before not in str(audit.history("award", [row.id])[-1].facts)


# Revoke.


def test_revoking_sets_the_bit_signs_the_list_and_takes_the_certificate_away() -> None:
    row = services.ensure_certificate(signed_award())
    certificate = row.certificate
    services.revoke(person(Role.COORDINATOR), row, REASON)
    assert row.standing is Standing.REVOKED
    assert row.revoked_reason == REASON
    assert row.certificate_id is None
    assert certificate is not None
    assert certificate.claimed_at is None
    published = db.session.get_one(StatusList, row.status_list_id).signed
    assert published is not None
    bits = Bits.decode(published["credentialSubject"]["encodedList"])
    assert bits[row.status_index]
    assert sum(bits[place] for place in range(len(bits))) == 1


def test_nobody_revokes_her_own_and_only_the_office_revokes() -> None:
    office = person(Role.COORDINATOR)
    own = award(office)
    for actor, row in ((office, own), (teacher(), award()), (person(Role.HR), award()), (person(Role.ADMINISTRATOR), award())):
        with pytest.raises(RuleBroken, match="Somebody else in the professional-learning office"):
            services.revoke(actor, row, REASON)
        assert row.revoked_at is None


def test_a_coordinator_who_evaluates_the_holder_does_not_revoke() -> None:
    office = person(Role.COORDINATOR)
    row = award(teacher(supervisor_id=office.id))
    with pytest.raises(RuleBroken):
        services.revoke(office, row, REASON)


@pytest.mark.parametrize("reason", ["", "   ", "no", "x" * 2001])
def test_without_a_reason_that_explains_it_nothing_is_revoked(reason: str) -> None:
    row = award()
    with pytest.raises(BadInput):
        services.revoke(person(Role.COORDINATOR), row, reason)
    assert row.revoked_at is None


def test_what_was_revoked_is_not_revoked_again() -> None:
    row, office = award(), person(Role.COORDINATOR)
    services.revoke(office, row, REASON)
    with pytest.raises(RuleBroken, match="revoked before"):
        services.revoke(office, row, "Another reason, later.")
    assert row.revoked_reason == REASON


def test_the_reason_is_kept_in_the_history() -> None:
    row = award()
    services.revoke(person(Role.COORDINATOR), row, REASON)
    assert audit.history("award", [row.id])[-1].facts == {"reason": REASON}


def test_a_revoked_award_stands_in_nobodys_way() -> None:
    row = award()
    services.revoke(person(Role.COORDINATOR), row, REASON)
    live = db.session.scalars(select(Award).where(Award.person_id == row.person_id, Award.revoked_at.is_(None))).all()
    assert live == []

"""Keys are made at first need, sealed, rotated; badges are signed once; status lists before they run out."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from core import clock
from core.db import db
from credentials.badges import queries, services
from credentials.badges.award_facts import issuer_did
from credentials.badges.facts import HashedIdentity, belongs_to
from credentials.badges.models import IssuerKey, StatusList
from credentials.badges.resolvers import Ours, our_did_document
from credentials.badges.rules import LIST_RENEWED_BEFORE, LIST_VALID
from credentials.badges.services.issuer_keys import KeyIsLocked, signer
from credentials.badges.verify import is_valid, verify
from credentials.evidence import services as evidence
from credentials.evidence.rules import State
from people.models import District
from people.rules import Role
from tests.factories.badges import award, issuer_keys, signed_award
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import results, submitted_version
from tests.factories.people import person, teacher

pytestmark = pytest.mark.usefixtures("rows")


def published_list(row) -> None:
    issuer_keys()
    services.ensure_list_signed(queries.status_list(row.status_list_id))


def failed(credential, **more) -> list[str]:
    return [check.name for check in verify(credential, Ours(), **more) if check.ok is not True]


# Keys.


def test_the_first_need_makes_an_ed25519_and_an_rsa_key_and_the_second_makes_none() -> None:
    first = services.ensure_keys()
    assert sorted(first) == ["ed25519", "rsa"]
    assert {kind: row.id for kind, row in services.ensure_keys().items()} == {kind: row.id for kind, row in first.items()}
    assert db.session.scalar(select(func.count()).select_from(IssuerKey)) == 2


def test_no_private_key_lies_open_in_the_database() -> None:
    for row in services.ensure_keys().values():
        private, _name = signer(row)
        assert private.to_bytes() not in row.sealed_private
        assert "d" not in row.public
        # What RSA keeps of its private half; of Ed25519 the 32 bytes of the seed.
        assert private.to_bytes()[-32:] not in row.sealed_private


def test_with_another_secret_key_nothing_is_signed_and_the_operator_is_told_what_to_do(app) -> None:
    row = services.ensure_keys()["ed25519"]
    before = app.config["SECRET_KEY"]
    app.config["SECRET_KEY"] = "another secret, long enough to be one"
    try:
        with pytest.raises(KeyIsLocked, match="LAUREL_SECRET_KEY"):
            signer(row)
        # The way out where the old one is lost for good.
        signer(services.rotate(None, "ed25519"))
    finally:
        app.config["SECRET_KEY"] = before


def test_a_rotated_key_signs_no_more_and_its_badges_stay_valid() -> None:
    old = signed_award()
    published_list(old)
    retired = queries.active_keys()["ed25519"].fragment
    services.rotate(None, "ed25519")
    services.rotate(None, "rsa")
    new = signed_award()
    assert old.credential["proof"]["verificationMethod"].endswith(f"#{retired}")
    assert not new.credential["proof"]["verificationMethod"].endswith(f"#{retired}")
    for row in (old, new):
        assert is_valid(verify(row.credential, Ours()))
        assert is_valid(verify(row.jwt, Ours()))
    assert len(our_did_document()["assertionMethod"]) == 4


def test_the_private_half_of_a_retired_key_is_destroyed() -> None:
    before = services.ensure_keys()["rsa"]
    services.rotate(None, "rsa")
    db.session.refresh(before)
    assert (before.active, before.sealed_private) == (False, b"")
    assert before.retired_at is not None


def test_a_kind_of_key_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="ed25519, rsa"):
        services.rotate(None, "dsa")


# Badges.


def test_a_signed_award_verifies_in_both_forms() -> None:
    row = signed_award()
    published_list(row)
    assert failed(row.credential) == []
    assert failed(row.jwt) == []


def test_an_award_is_signed_once_and_not_again() -> None:
    row = signed_award()
    before = (json.dumps(row.credential), row.jwt, row.signed_at)
    db.session.expire(row)
    services.ensure_signed(row)
    assert (json.dumps(row.credential), row.jwt, row.signed_at) == before


def test_what_is_kept_is_what_was_signed_to_the_order_of_its_members() -> None:
    row = signed_award()
    before = json.dumps(row.credential)
    db.session.expire(row)
    assert json.dumps(row.credential) == before
    assert list(row.credential)[:3] == ["@context", "id", "type"]


@pytest.mark.parametrize("member", ["name", "validFrom", "description"])
def test_a_changed_badge_does_not_verify(member: str) -> None:
    row = signed_award()
    published_list(row)
    changed = dict(row.credential) | {member: "2020-01-01T00:00:00Z" if member == "validFrom" else "Something else"}
    assert failed(changed)[0] == "proof"


def test_the_badge_says_what_the_award_says() -> None:
    db.session.add(District(name="Laurel Valley Unified (demo)", url="https://laurel.example", email="learning@laurel.example"))
    credential = micro_credential(
        validity_months=12,
        renewal="One new lesson.",
        standards=[{"code": "InTASC 6", "title": "Assessment", "framework": "InTASC", "url": "https://standards.example/6"}],
    )
    row = signed_award(credential=credential)
    badge = row.credential
    assert badge["id"] == f"http://laurel.example/badges/{row.uuid}"
    assert badge["issuer"] == {
        "id": "did:web:laurel.example",
        "type": ["Profile"],
        "name": "Laurel Valley Unified (demo)",
        "url": "https://laurel.example",
        "email": "learning@laurel.example",
    }
    assert (badge["validFrom"][:4], badge["validUntil"][:4]) == (str(row.issued_at.year), str(row.valid_until.year))
    assert badge["credentialStatus"]["statusListIndex"] == str(row.status_index)
    subject = badge["credentialSubject"]
    assert subject["id"] == f"urn:uuid:{row.subject_uuid}"
    achievement = subject["achievement"]
    assert achievement["id"] == f"http://laurel.example/achievements/{credential.slug}/1"
    assert achievement["criteria"]["id"] == f"{achievement['id']}#criteria"
    assert achievement["tag"] == ["Assessment", "Planning"]
    assert [a["targetCode"] for a in achievement["alignment"]] == ["InTASC 6"]
    assert achievement["creditsAvailable"] == 10
    described = {d["id"]: {level["id"]: level["name"] for level in d["rubricCriterionLevel"]} for d in achievement["resultDescription"]}
    assert [described[r["resultDescription"]][r["achievedLevel"]] for r in subject["result"]] == ["Demonstrated", "Demonstrated"]


def test_the_holder_is_named_nowhere_and_found_by_whoever_knows_her_address() -> None:
    holder = teacher(given_name="Zephyrine", family_name="Quillfeather", email="zephyrine@laurel.example")
    row = signed_award(holder)
    for name in ("Zephyrine", "Quillfeather", "zephyrine"):
        assert name not in json.dumps(row.credential)
        assert name not in row.jwt
    identifier = row.credential["credentialSubject"]["identifier"][0]
    identity = HashedIdentity(identifier["identityHash"], identifier["salt"])
    assert belongs_to(identity, "Zephyrine@Laurel.example")
    assert not belongs_to(identity, "somebody@laurel.example")


def test_of_a_criterion_that_did_not_count_only_the_levels_are_told() -> None:
    office = person(Role.COORDINATOR)
    credential = micro_credential(pass_rule={"kind": "core-plus", "core": ["planning"], "optional_needed": 0})
    version = submitted_version(credential=credential)
    evidence.begin_review(version)
    evidence.draft_decision(version, results(version, ("insight",)), State.DEMONSTRATED)
    evidence.release(office, version, "")
    issuer_keys()
    row = services.ensure_signed(services.award(version, office))
    subject = row.credential["credentialSubject"]
    assert [d["name"] for d in subject["achievement"]["resultDescription"]] == ["The question fits the goal", "Answers change the teaching"]
    assert [r["resultDescription"].rpartition("#")[2] for r in subject["result"]] == ["criterion-1"]
    assert "requiredLevel" not in subject["achievement"]["resultDescription"][1]
    published_list(row)
    assert failed(row.credential) == []


# Status lists.


def test_a_list_that_was_never_signed_is_signed_and_then_left_alone() -> None:
    issuer_keys()
    row = queries.status_list(award().status_list_id)
    assert row.signed is None
    services.ensure_list_signed(row)
    first = row.signed
    assert services.ensure_list_signed(row).signed == first


def test_a_list_is_signed_again_before_it_runs_out() -> None:
    issuer_keys()
    row = queries.status_list(award().status_list_id)
    start = dt.datetime(2026, 11, 5, 9, 30, tzinfo=dt.UTC)
    with clock.frozen(start):
        services.ensure_list_signed(row)
    assert row.valid_until == start + LIST_VALID
    with clock.frozen(row.valid_until - LIST_RENEWED_BEFORE - dt.timedelta(seconds=1)):
        assert services.ensure_list_signed(row).valid_until == start + LIST_VALID
    with clock.frozen(row.valid_until - LIST_RENEWED_BEFORE):
        assert services.ensure_list_signed(row).valid_until > start + LIST_VALID


def test_a_revoked_award_fails_at_the_status_and_its_neighbour_does_not() -> None:
    row, neighbour = signed_award(), signed_award()
    services.revoke(person(Role.COORDINATOR), row, "Awarded in error, by a mix-up of names.")
    assert failed(row.credential) == ["status"]
    assert failed(row.jwt) == ["status"]
    assert failed(neighbour.credential) == []


def test_an_expired_award_fails_at_the_window() -> None:
    row = signed_award(credential=micro_credential(validity_months=12, renewal="One new lesson."))
    with clock.frozen(row.valid_until):
        published_list(row)
        assert failed(row.credential, now=clock.now()) == ["window"]


def test_the_list_of_another_address_is_not_ours() -> None:
    award()
    issuer_keys()
    number = db.session.scalars(select(StatusList.id)).first()
    services.ensure_list_signed(queries.status_list(number))
    assert Ours().status_list(f"http://laurel.example/badges/status/{number}") is not None
    assert Ours().status_list(f"http://elsewhere.example/badges/status/{number}") is None
    assert Ours().status_list(f"http://laurel.example/badges/status/{number + 1}") is None
    assert Ours().did_document("did:web:elsewhere.example") is None
    assert issuer_did() == "did:web:laurel.example"

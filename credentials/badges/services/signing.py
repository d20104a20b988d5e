"""Signatures: of an award's badge, once; of a status list, whenever a bit changes and before it runs out."""

from __future__ import annotations

from sqlalchemy import select

from core import audit, clock
from core.db import db
from core.web import address
from credentials.badges import queries
from credentials.badges.award_facts import facts_of, issuer_did
from credentials.badges.document import achievement_credential
from credentials.badges.models import Award, StatusList
from credentials.badges.proofs import sign_eddsa_rdfc_2022
from credentials.badges.rules import LIST_VALID, list_needs_signing
from credentials.badges.services.issuer_keys import ensure_keys, signer
from credentials.badges.status import StatusList as Bits
from credentials.badges.status import status_list_credential
from credentials.badges.vc_jwt import sign_vc_jwt


def hold(award: Award) -> Award:
    """The award's row, locked until the transaction ends and read anew."""
    return db.session.scalars(select(Award).where(Award.id == award.id).with_for_update(of=Award).execution_options(populate_existing=True)).one()


def ensure_signed(award: Award) -> Award:
    """The award with its badge in both forms. Where two ask at once, one signs and the other finds it done."""
    if award.signed_at is not None:
        return award
    award = hold(award)
    if award.signed_at is None:
        _sign(award)
    return award


def _sign(award: Award) -> None:
    keys = ensure_keys()
    document = achievement_credential(facts_of(award, queries.district()))
    key, method = signer(keys["ed25519"])
    token_key, token_method = signer(keys["rsa"])
    now = clock.now()
    award.credential = sign_eddsa_rdfc_2022(document, key, method, now)
    award.jwt = sign_vc_jwt(document, token_key, token_method)
    award.signed_at = now
    audit.record(None, "award.sign", award, keys=[method, token_method])
    db.session.flush()


def hold_list(number: int) -> StatusList:
    """The status list's row, locked until the transaction ends and read anew."""
    return db.session.scalars(select(StatusList).where(StatusList.id == number).with_for_update().execution_options(populate_existing=True)).one()


def ensure_list_signed(row: StatusList) -> StatusList:
    """The list with a signature that is good for some days yet."""
    if list_needs_signing(clock.now(), row.valid_until):
        row = hold_list(row.id)
        if list_needs_signing(clock.now(), row.valid_until):
            sign_list(row)
    return row


def sign_list(row: StatusList) -> None:
    """Sign the list as it stands. The caller holds its row."""
    key, method = signer(ensure_keys()["ed25519"])
    now = clock.now()
    until = now + LIST_VALID
    encoded = Bits(row.size, row.revoked).encode()
    unsigned = status_list_credential(address("badges.status", number=row.id), issuer_did(), encoded, now, until)
    row.signed, row.valid_until = sign_eddsa_rdfc_2022(unsigned, key, method, now), until
    db.session.flush()

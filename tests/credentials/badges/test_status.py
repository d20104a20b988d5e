"""The status list: which bit is whose, and how small it packs."""

from __future__ import annotations

import gzip
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.badges.linked_data import check_form
from credentials.badges.multibase import base64url_decode, multibase64
from credentials.badges.refusals import Refused
from credentials.badges.status import ENTRIES, StatusList, pick_index, status_list_credential
from tests.credentials.badges.samples import DID, LIST_URL, NOW


@settings(max_examples=20, deadline=None)
@given(st.sets(st.integers(0, ENTRIES - 1), max_size=50))
def test_exactly_the_revoked_places_are_revoked_after_a_round_trip(revoked):
    read = StatusList.decode(StatusList(revoked=revoked).encode())
    assert {index for index in range(ENTRIES) if read[index]} == revoked


def test_the_first_place_is_the_highest_bit_of_the_first_byte():
    # Bitstring Status List 1.0, section 3.2: "the first index, with a value of zero, is the left-most bit".
    bits = gzip.decompress(base64url_decode(StatusList(revoked=[0, 9]).encode()[1:]))
    assert bits[:2] == bytes([0b1000_0000, 0b0100_0000])
    assert len(bits) * 8 == ENTRIES == 131_072


def test_a_place_can_be_given_back_and_the_same_bits_are_the_same_text():
    changed = StatusList(revoked=[5])
    changed.set(5, False)
    assert changed.encode() == StatusList().encode()
    assert len(StatusList().encode()) < 100


def test_places_outside_the_list_do_not_exist():
    bits = StatusList()
    for index in (-1, ENTRIES):
        with pytest.raises(IndexError):
            bits[index]
        with pytest.raises(IndexError):
            bits.set(index)
    with pytest.raises(ValueError, match="at least 131072"):
        StatusList(1024)


@pytest.mark.parametrize(
    ("encoded", "sentence"),
    [
        (None, "not packed"),
        ("", "not packed"),
        ("u####", "not base64url"),
        ("uAAAA", "not packed"),
        (multibase64(gzip.compress(bytes(100), mtime=0)), "shorter than"),
        (multibase64(gzip.compress(bytes(20 * 2**20), mtime=0)), "cut off or too long"),
        (multibase64(gzip.compress(bytes(ENTRIES // 8), mtime=0)[:-9]), "cut off"),
    ],
)
def test_a_list_that_is_none_is_refused(encoded, sentence):
    with pytest.raises(Refused, match=sentence):
        StatusList.decode(encoded)


def test_places_are_given_at_random_and_never_twice():
    source, taken = random.Random(7), set()
    for _ in range(500):
        index = pick_index(taken, source=source)
        assert index not in taken
        taken.add(index)
    assert sorted(taken) != sorted(range(500))
    assert max(taken) > ENTRIES // 2
    with pytest.raises(Refused, match="nearly full"):
        pick_index(range(ENTRIES * 3 // 4))
    assert pick_index(range(ENTRIES * 3 // 4 - 1)) >= ENTRIES * 3 // 4 - 1


def test_the_list_is_published_as_a_credential_of_the_issuer():
    document = status_list_credential(LIST_URL, DID, StatusList().encode(), NOW)
    check_form(document)
    assert document["credentialSubject"]["type"] == "BitstringStatusList"
    assert document["credentialSubject"]["id"] != document["id"]
    assert "validUntil" not in document

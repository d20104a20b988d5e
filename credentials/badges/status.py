"""Bitstring Status List: one bit a badge, set when it is revoked, in a list long enough for nobody to stand out.

Source: Bitstring Status List 1.0 (W3C). Wallets read only a list with a Data Integrity proof at its address; the same
document can be offered as a VC-JWT by content negotiation.
"""

from __future__ import annotations

import gzip
import random
import secrets
import zlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from credentials.badges.contexts import VC2
from credentials.badges.multibase import base64url_decode, multibase64
from credentials.badges.refusals import N_, Refused
from credentials.badges.texts import iri, iso

# Section 5.1: the least that gives a holder somebody to hide among.
ENTRIES = 131_072
_LARGEST = 16 * 1024 * 1024  # bytes of a foreign list after unpacking, some 134 million badges
PURPOSE = "revocation"


class StatusList:
    """The bits of a list of `entries` badges; bit 0 is the highest bit of the first byte."""

    def __init__(self, entries: int = ENTRIES, revoked: Iterable[int] = ()) -> None:
        if entries < ENTRIES or entries % 8:
            raise ValueError(f"A status list has at least {ENTRIES} entries, a multiple of 8.")
        self._bits = bytearray(entries // 8)
        for index in revoked:
            self.set(index)

    def __len__(self) -> int:
        return len(self._bits) * 8

    def __getitem__(self, index: int) -> bool:
        """Whether the badge at `index` is revoked. Raises IndexError outside the list."""
        self._check(index)
        return bool(self._bits[index // 8] & (0x80 >> index % 8))

    def set(self, index: int, value: bool = True) -> None:
        self._check(index)
        mask = 0x80 >> index % 8
        self._bits[index // 8] = self._bits[index // 8] | mask if value else self._bits[index // 8] & ~mask

    def encode(self) -> str:
        """`encodedList`: the bits, packed with gzip, as multibase base64url. The same bits give the same text."""
        return multibase64(gzip.compress(bytes(self._bits), compresslevel=9, mtime=0))

    @classmethod
    def decode(cls, text: object) -> StatusList:
        """The list behind `encodedList`. Raises `Refused` if it cannot be unpacked, is too short or too long."""
        if not isinstance(text, str) or not text.startswith("u"):
            raise Refused(N_("The status list is not packed as the specification says."))
        unpacker = zlib.decompressobj(wbits=31)
        try:
            bits = unpacker.decompress(base64url_decode(text[1:].rstrip("=")), _LARGEST)
        except zlib.error:
            raise Refused(N_("The status list is not packed as the specification says.")) from None
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise Refused(N_("The status list is cut off or too long."))
        if len(bits) * 8 < ENTRIES:
            raise Refused(N_("The status list is shorter than the specification allows."))
        found = cls(len(bits) * 8)
        found._bits = bytearray(bits)
        return found

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self):
            raise IndexError(f"The status list has no place {index}.")


def pick_index(taken: Collection[int], entries: int = ENTRIES, *, source: random.Random | None = None) -> int:
    """A random place that is not `taken`: in order they would tell when a badge was issued and which belong together.

    Raises `Refused` from three quarters full on; begin the next list then. The table's unique constraint has the last word.
    """
    if len(taken) * 4 >= entries * 3:
        raise Refused(N_("The status list is nearly full. A new one has to be begun."))
    source = source or secrets.SystemRandom()
    while True:
        index = source.randrange(entries)
        if index not in taken:
            return index


def status_list_credential(
    url: str, issuer: str, encoded: str, valid_from: datetime, valid_until: datetime | None = None
) -> dict[str, Any]:
    """The credential that publishes the list at `url`, ready to be signed by the issuer of the badges.

    `encoded` comes from `StatusList.encode`. With `valid_until` the list has to be signed again before that moment, even
    if no bit changes.
    """
    address = iri(url)
    return {
        "@context": [VC2],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": iri(issuer),
        "validFrom": iso(valid_from),
        **({} if valid_until is None else {"validUntil": iso(valid_until)}),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": PURPOSE,
            "encodedList": encoded,
        },
    }

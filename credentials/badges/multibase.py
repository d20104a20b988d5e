"""Multibase: base58btc with the prefix z, and base64url without padding with the prefix u.

Source: Controlled Identifiers 1.0, section 2.4 (Multibase).
"""

from __future__ import annotations

import base64
import binascii

from credentials.badges.refusals import N_, Refused

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}


def base58_encode(data: bytes) -> str:
    """`data` in the Bitcoin alphabet, each leading zero byte as a 1."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number, digits = int.from_bytes(data, "big"), []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_ALPHABET[digit])
    return "1" * zeros + "".join(reversed(digits))


def base58_decode(text: str) -> bytes:
    """The bytes behind base58 `text`. Raises `Refused` for another character or for more than 1,024 of them."""
    # The time grows with the square of the length, and nothing that is written in base58 here is longer than a key.
    if len(text) > 1024:
        raise Refused(N_("A base58 value is too long."))
    number = 0
    for character in text:
        if character not in _VALUE:
            raise Refused(N_("A value is not base58."))
        number = number * 58 + _VALUE[character]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multibase58(data: bytes) -> str:
    return "z" + base58_encode(data)


def multibase64(data: bytes) -> str:
    return "u" + base64url(data)


def base64url(data: bytes) -> str:
    """Base64 for addresses, without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def base64url_decode(text: str) -> bytes:
    """The bytes behind unpadded base64url `text`. Raises `Refused` if it is anything else."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused(N_("A value is not base64url.")) from None
    # Several texts may decode to the same bytes if stray bits are ignored; only the one that we would write is taken.
    if base64url(data) != text:
        raise Refused(N_("A value is not base64url."))
    return data


def multibase_decode(text: object) -> bytes:
    """The bytes behind a multibase value with the prefix z or u. Raises `Refused` otherwise."""
    if isinstance(text, str) and text.startswith("z"):
        return base58_decode(text[1:])
    if isinstance(text, str) and text.startswith("u"):
        return base64url_decode(text[1:])
    raise Refused(N_("A value is not multibase with the prefix z or u."))

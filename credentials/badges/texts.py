"""Texts, dates and addresses as they may stand in a badge.

A badge is read by programs in many languages, some of which stumble over control characters or sort some letters
differently. So every text is tidied before it is signed; see the notes at each function.
"""

from __future__ import annotations

import re
import unicodedata
import urllib.parse
from datetime import UTC, datetime

from credentials.badges.refusals import N_, Refused, shown

_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*\Z")


def clean_text(text: str) -> str:
    """`text` in Unicode's composed form (NFC), without control characters but tab and newline, trimmed.

    Control characters are written wrongly by some canonicalisers, and a verifier built on one rejects the badge. The
    invisible characters that turn the direction of writing go as well: they can make one title look like another.
    """
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or not _is_unwanted(c)).strip()


def clean_line(text: str) -> str:
    """`clean_text` on one line: every run of white space becomes one space. For names, titles and labels."""
    return " ".join(clean_text(text).split())


def clean_tag(text: str) -> str:
    """A text that stands among others of its kind, such as a tag: `clean_line` in Unicode's compatibility form (NFKC).

    RDFC-1.0 sorts by code point and the JavaScript libraries by UTF-16 unit. The orders differ only between characters
    above U+FFFF and those from U+E000 to U+FFFF, so the latter (full-width letters, private use) are folded or dropped.
    """
    folded = unicodedata.normalize("NFKC", clean_line(text))
    return " ".join("".join(c for c in folded if not "\ue000" <= c <= "\uffff").split())


def iso(moment: datetime) -> str:
    """`moment` in UTC to the second, as `xsd:dateTime`: 2026-11-05T09:30:00Z. Raises ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("A date in a badge needs its time zone.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)\Z", flags=re.ASCII | re.IGNORECASE
)


def read_moment(text: object) -> datetime:
    """The moment behind an `xsd:dateTime` with time zone. Raises `Refused` for anything else.

    A date without a zone would be valid for longer in one place than in another, so it is not guessed.
    """
    match = _DATE_TIME.match(text) if isinstance(text, str) else None
    if match is None:
        raise Refused(N_("“%(text)s” is not a date and time with a time zone."), text=shown(text))
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        plain = f"{year}-{month}-{day}T{hour}:{minute}:{second}.{(fraction or '0')[:6]:0<6}"
        moment = datetime.fromisoformat(plain + zone.upper().replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(N_("“%(text)s” is not a date and time with a time zone."), text=shown(text)) from None
    return moment


def iri(address: str) -> str:
    """`address` as an absolute IRI in ASCII: other characters percent-encoded, the host in its Punycode form.

    An address with a space, or one that is not absolute, would silently fall out of what is signed. Raises `Refused`.
    """
    try:
        parts = urllib.parse.urlsplit(clean_line(address))
        host = parts.netloc.encode("idna").decode("ascii") if not parts.netloc.isascii() else parts.netloc
    except ValueError:
        raise Refused(N_("“%(address)s” is not a full address."), address=shown(address)) from None
    if not _SCHEME.match(parts.scheme) or not (host or parts.path):
        raise Refused(N_("“%(address)s” is not a full address."), address=shown(address))
    path, query, fragment = (
        urllib.parse.quote(part, safe="!$%&'()*+,/:;=?@[]~-._") for part in (parts.path, parts.query, parts.fragment)
    )
    # A percent sign that encodes nothing is itself encoded.
    return _STRAY_PERCENT.sub("%25", urllib.parse.urlunsplit((parts.scheme, host, path, query, fragment)))


def _is_unwanted(character: str) -> bool:
    kind = unicodedata.category(character)
    # Cc control, Cs surrogate, Cn and Co unassigned or private. Of the invisible format characters (Cf) only the joiners
    # stay, since emoji and several scripts need them. Emoji newer than Python's tables count as unassigned, but stand
    # above U+FFFF, so those stay too.
    if kind == "Cn":
        return character <= "\uffff" or ord(character) & 0xFFFE == 0xFFFE
    return kind in ("Cc", "Cs", "Co") or (kind == "Cf" and character not in "\u200c\u200d")

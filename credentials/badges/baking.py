"""Baking: a credential inside the picture of its badge, so that the picture can be checked wherever it goes.

Source: Open Badges 3.0, section 5.3 (Baked Badge), and Open Badges 2.0, Baked Badges. Bake last and serve the bytes as they
are: whatever opens a picture and saves it again throws the credential away.
"""

from __future__ import annotations

import enum
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from credentials.badges.linked_data import LARGEST_DOCUMENT
from credentials.badges.refusals import N_, Refused

_PNG = b"\x89PNG\r\n\x1a\n"
LARGEST_FILE = 8 * 1024 * 1024
_LARGEST_TEXT = 2 * LARGEST_DOCUMENT


class Format(enum.Enum):
    """Which standard a baked text belongs to: PNG keyword, SVG namespace, SVG element."""

    OPEN_BADGES_3 = ("openbadgecredential", "https://purl.imsglobal.org/ob/v3p0", "credential")
    OPEN_BADGES_2 = ("openbadges", "http://openbadges.org", "assertion")

    @property
    def keyword(self) -> str:
        return self.value[0]

    @property
    def namespace(self) -> str:
        return self.value[1]

    @property
    def element(self) -> str:
        return self.value[2]


@dataclass(frozen=True)
class Baked:
    """A text found in a picture: JSON or a compact JWS."""

    format: Format
    text: str


def bake_png(png: bytes, text: str, format: Format = Format.OPEN_BADGES_3) -> bytes:
    """`png` with `text` as an iTXt chunk right after the header; a text of the same format is replaced.

    The picture's own bytes stay as they are. Raises `Refused` if `png` is not an intact PNG.
    """
    kept, found_end = [], False
    for kind, data in _chunks(png):
        if kind in (b"iTXt", b"tEXt", b"zTXt") and data.partition(b"\0")[0] == format.keyword.encode():
            continue
        kept.append(_chunk(kind, data))
        found_end = kind == b"IEND"
    if not found_end:
        raise Refused(N_("The picture is not a complete PNG file."))
    # Keyword; not compressed, method 0; no language, no translated keyword; the text in UTF-8.
    baked = _chunk(b"iTXt", format.keyword.encode() + b"\0\0\0\0\0" + text.encode())
    return _PNG + kept[0] + baked + b"".join(kept[1:])


def unbake_png(png: bytes) -> list[Baked]:
    """The baked texts of a PNG, Open Badges 3 first. Raises `Refused` for a damaged or bloated file.

    A compressed text is taken, since other tools write it; a bare address in a tEXt chunk (the oldest form) is not, since
    following it would let a stranger's file choose an address for us to call.
    """
    found: dict[Format, str] = {}
    for kind, data in _chunks(png):
        if kind != b"iTXt":
            continue
        keyword, _, rest = data.partition(b"\0")
        for format in Format:
            if keyword == format.keyword.encode():
                if format in found:
                    raise Refused(N_("The picture carries two badges of the same kind."))
                found[format] = _itxt(rest)
    return [Baked(format, found[format]) for format in Format if format in found]


def bake_svg(svg: str, text: str, format: Format = Format.OPEN_BADGES_3) -> str:
    """`svg` with `text` as the first element inside it; a text of the same format is replaced.

    A JWS stands in the attribute `verify`; JSON stands in the element, and in Open Badges 2 `verify` has its hosted address
    as well. Raises `Refused` if `svg` is not an SVG document.
    """
    picture = _Svg(svg.encode(), "utf-8")
    if format is Format.OPEN_BADGES_2 and text.lstrip().startswith("{"):
        verify, body = _hosted_address(text), text
    elif text.lstrip().startswith("{"):
        verify, body = None, text
    else:
        verify, body = text, None
    name = f"openbadges:{format.element}"
    attributes = f' xmlns:openbadges="{format.namespace}"' + (f" verify={quoteattr(verify)}" if verify else "")
    # A CDATA section ends at the first ]]>, so one inside the text is split between two sections.
    inside = "" if body is None else "<![CDATA[" + body.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    element = f"<{name}{attributes}>{inside}</{name}>".encode()
    head, tail = picture.without(format)
    return (head + element + tail).decode()


def unbake_svg(svg: bytes | str) -> list[Baked]:
    """The baked texts of an SVG, Open Badges 3 first. Raises `Refused` for anything but a plain SVG document."""
    picture = _Svg(svg) if isinstance(svg, bytes) else _Svg(svg.encode(), "utf-8")
    found = []
    for format in Format:
        texts = [text for kind, text, _, _ in picture.baked if kind is format]
        if len(texts) > 1:
            raise Refused(N_("The picture carries two badges of the same kind."))
        found += [Baked(format, text.strip()) for text in texts if text.strip()]
    return found


def unbake(file: bytes) -> list[Baked]:
    """The baked texts of a PNG or SVG file. Raises `Refused` if it is neither."""
    return unbake_png(file) if file.startswith(_PNG) else unbake_svg(file)


def is_png(file: bytes) -> bool:
    return file.startswith(_PNG)


def _hosted_address(assertion: str) -> str | None:
    try:
        address = json.loads(assertion).get("id")
    except (ValueError, AttributeError):
        raise Refused(N_("An Open Badges 2 assertion has to be a JSON object.")) from None
    return address if isinstance(address, str) else None


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk with its checksum checked, up to and with the last one (PNG specification, section 5.3)."""
    if len(png) > LARGEST_FILE:
        raise Refused(N_("The picture is larger than %(limit)d MiB."), limit=LARGEST_FILE // 2**20)
    if not png.startswith(_PNG):
        raise Refused(N_("The picture is not a PNG file."))
    place, first = len(_PNG), True
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        kind, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        check = png[place + 8 + length : place + 12 + length]
        if len(check) < 4 or first != (kind == b"IHDR"):
            raise Refused(N_("The picture is not a complete PNG file."))
        if zlib.crc32(kind + data) != int.from_bytes(check, "big"):
            raise Refused(N_("The picture is damaged: a checksum in it is wrong."))
        yield kind, data
        if kind == b"IEND":
            return
        place, first = place + 12 + length, False


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _itxt(rest: bytes) -> str:
    flags, rest = rest[:2], rest[2:]
    _, _, rest = rest.partition(b"\0")  # language
    _, _, data = rest.partition(b"\0")  # translated keyword
    if flags == b"\1\0":
        unpacker = zlib.decompressobj()
        try:
            data = unpacker.decompress(data, _LARGEST_TEXT)
        except zlib.error:
            raise Refused(N_("The badge inside the picture cannot be unpacked.")) from None
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise Refused(N_("The badge inside the picture is cut off or too large."))
    elif flags[:1] != b"\0":
        raise Refused(N_("The badge inside the picture cannot be unpacked."))
    if len(data) > _LARGEST_TEXT:
        raise Refused(N_("The badge inside the picture is cut off or too large."))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(N_("The badge inside the picture is not text in UTF-8.")) from None


class _Svg:
    """An SVG document read once: where its first element ends, and which baked elements stand where (byte offsets)."""

    def __init__(self, data: bytes, encoding: str | None = None) -> None:
        if len(data) > LARGEST_FILE:
            raise Refused(N_("The picture is larger than %(limit)d MiB."), limit=LARGEST_FILE // 2**20)
        self.data = data
        self.baked: list[tuple[Format, str, int, int]] = []
        self._root_start: int | None = None
        self._inside: tuple[Format, int, str | None] | None = None
        self._text: list[str] = []
        self._length = 0
        self._parser = expat.ParserCreate(encoding, namespace_separator=" ")
        self._parser.buffer_text = True
        # Entities are how a small file becomes a large one or reads another file; no badge needs them.
        self._parser.StartDoctypeDeclHandler = self._no_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        try:
            self._parser.Parse(data, True)
        except (expat.ExpatError, UnicodeError):
            raise Refused(N_("The picture is neither a PNG nor an SVG file.")) from None

    def without(self, format: Format) -> tuple[bytes, bytes]:
        """The bytes up to the end of the first start tag, and those after it, both without baked texts of `format`."""
        data = self.data
        for _, _, start, end in sorted((b for b in self.baked if b[0] is format), key=lambda b: -b[2]):
            data = data[:start] + data[end:]
        assert self._root_start is not None
        place = _end_of_tag(data, self._root_start)
        if data[place - 2 : place] == b"/>":
            # An empty picture closes itself; give it an inside.
            name = data[self._root_start + 1 : place].split()[0].rstrip(b"/>")
            return data[: place - 2] + b">", b"</" + name + b">" + data[place:]
        return data[:place], data[place:]

    def _no_doctype(self, *_: Any) -> None:
        raise Refused(N_("The picture has a document type declaration, which no badge needs."))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._root_start is None:
            if name != "http://www.w3.org/2000/svg svg":
                raise Refused(N_("The picture is neither a PNG nor an SVG file."))
            self._root_start = self._parser.CurrentByteIndex
        for format in Format:
            if name == f"{format.namespace} {format.element}" and self._inside is None:
                self._inside = (format, self._parser.CurrentByteIndex, attributes.get("verify"))
                self._text, self._length = [], 0

    def _characters(self, text: str) -> None:
        if self._inside:
            self._text.append(text)
            self._length += len(text)
            if self._length > _LARGEST_TEXT:
                raise Refused(N_("The badge inside the picture is cut off or too large."))

    def _end(self, name: str) -> None:
        if self._inside and name == f"{self._inside[0].namespace} {self._inside[0].element}":
            format, start, verify = self._inside
            place = self._parser.CurrentByteIndex
            end = _end_of_tag(self.data, place)
            text = "".join(self._text)
            self.baked.append((format, text if text.strip() else verify or "", start, end))
            self._inside = None


def _end_of_tag(data: bytes, start: int) -> int:
    """The place after the `>` that closes the tag at `start`; one inside a quoted value does not count."""
    quote = b""
    for place in range(start, len(data)):
        character = data[place : place + 1]
        if quote:
            quote = b"" if character == quote else quote
        elif character in (b'"', b"'"):
            quote = character
        elif character == b">":
            return place + 1
    raise Refused(N_("The picture is neither a PNG nor an SVG file."))

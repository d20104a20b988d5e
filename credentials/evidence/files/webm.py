"""WebM: titles, tags, dates, program names and attachments are overwritten where they stand.

An EBML file is a tree of elements. What has to go becomes a Void element of the same length, so that nothing moves. Recordings that a browser makes
leave the length of segment and clusters open; they are walked until the next element of the upper level.

Sources: RFC 8794 (EBML), RFC 9559 (Matroska), the WebM container guidelines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from credentials.evidence.files.patching import Patches
from credentials.evidence.files.refusals import Unusable

_EBML, _DOCTYPE, _SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
_SEEK, _INFO, _TRACKS, _CLUSTER, _CUES, _CHAPTERS, _TAGS, _ATTACHMENTS = (
    0x114D9B74,
    0x1549A966,
    0x1654AE6B,
    0x1F43B675,
    0x1C53BB6B,
    0x1043A770,
    0x1254C367,
    0x1941A469,
)
_UPPER = {_SEEK, _INFO, _TRACKS, _CLUSTER, _CUES, _CHAPTERS, _TAGS, _ATTACHMENTS}
_VOID, _CRC = 0xEC, 0xBF
_GONE = {_CHAPTERS: "title", _TAGS: "properties", _ATTACHMENTS: "embedded_files"}
_INFO_GONE = {
    0x7BA9: "title",
    0x4461: "dates",
    0x73A4: "properties",
    0x7384: "paths",
    0x3CB923: "properties",
    0x3C83AB: "paths",
    0x3EB923: "properties",
    0x3E83BB: "paths",
    0x4444: "properties",
    0x6924: "properties",
}
_INFO_NAMES = {0x4D80: "software", 0x5741: "software"}
_TRACK_ENTRY, _TRACK_TYPE, _TRACK_NAME, _CODEC_NAME, _ENCODINGS, _ENCRYPTION = 0xAE, 0x83, 0x536E, 0x258688, 0x6D80, 0x5035
_MOST_READ = 16 * 1024 * 1024


@dataclass(frozen=True)
class Element:
    """One element: its id, where it begins, where its content begins, where it ends (None where the length is left open)."""

    id: int
    start: int
    body: int
    end: int | None


def clean(source: BinaryIO, size: int, out: BinaryIO) -> tuple[str, set[str]]:
    """Write the cleaned film or recording to ``out``; answers ``webm`` or ``weba`` (sound alone) and the codes of what was taken out.
    Raises :class:`Unusable`."""
    reader = _Reader(source, size)
    head = reader.element(0, size)
    if head.id != _EBML or head.end is None or head.end - head.body > 4096:
        raise Unusable("damaged")
    doctype = next((reader.content(e).rstrip(b"\0") for e in reader.children(head) if e.id == _DOCTYPE), b"")
    if doctype != b"webm":
        raise Unusable("matroska")
    segment = reader.element(head.end, size)
    if segment.id != _SEGMENT:
        raise Unusable("damaged")
    end = segment.end if segment.end is not None else size
    if end > size:
        raise Unusable("cut-off")
    patches, stripped = Patches(), set()  # type: ignore[var-annotated]
    types: set[int] = set()
    clusters = 0
    for part in reader.upper(segment.body, end):
        clusters += part.id == _CLUSTER
        if part.id in _GONE and part.end is not None:
            stripped.add(_GONE[part.id])
            _void(part, patches)
        elif part.id == _INFO:
            _clean_info(reader, part, patches, stripped)
        elif part.id == _TRACKS:
            types |= _clean_tracks(reader, part, patches, stripped)
        elif part.id in (_VOID, _CRC):
            _void(part, patches)
    if not clusters or not types & {1, 2}:
        raise Unusable("cut-off" if types & {1, 2} else "film-unclear")
    if end < size:
        stripped.add("hidden_data")
    patches.write(source, end, out)
    return ("webm" if 1 in types else "weba"), stripped


def _void(element: Element, patches: Patches) -> None:
    """Turn an element into Void of the same length (RFC 8794, 11.3.2)."""
    if element.end is None:
        raise Unusable("film-unclear")
    length = element.end - element.start
    for width in range(1, 9):
        content = length - 1 - width
        if content < 0:
            raise Unusable("film-unclear")
        if content < (1 << 7 * width) - 1:
            patches.put(element.start, bytes([_VOID]) + ((1 << 7 * width) | content).to_bytes(width))
            patches.blank(element.start + 1 + width, element.end)
            return


def _clean_info(reader: _Reader, part: Element, patches: Patches, stripped: set[str]) -> None:
    for child in reader.children(part):
        if child.id in _INFO_GONE:
            stripped.add(_INFO_GONE[child.id])
            _void(child, patches)
        elif child.id in _INFO_NAMES and child.end is not None:
            # These two must be there; their words need not.
            stripped.add(_INFO_NAMES[child.id])
            patches.put(child.body, b" " * (child.end - child.body))
        elif child.id in (_CRC, _VOID):
            _void(child, patches)


def _clean_tracks(reader: _Reader, part: Element, patches: Patches, stripped: set[str]) -> set[int]:
    types: set[int] = set()
    for entry in reader.children(part):
        if entry.id in (_CRC, _VOID):
            _void(entry, patches)
        if entry.id != _TRACK_ENTRY:
            continue
        for child in reader.children(entry):
            if child.id == _TRACK_TYPE:
                types.add(int.from_bytes(reader.content(child)))
            elif child.id in (_TRACK_NAME, _CODEC_NAME):
                stripped.add("title")
                _void(child, patches)
            elif child.id == _CRC:
                _void(child, patches)
            elif child.id == _ENCODINGS:
                for encoding in reader.children(child):
                    if any(inner.id == _ENCRYPTION for inner in reader.children(encoding)):
                        raise Unusable("film-protected")
    if types - {1, 2, 0x11}:
        raise Unusable("film-unclear")
    return types


class _Reader:
    """Reads elements without holding more than a few bytes of them."""

    def __init__(self, source: BinaryIO, size: int) -> None:
        self.source, self.size = source, size

    def _at(self, at: int, count: int) -> bytes:
        self.source.seek(at)
        data = self.source.read(count)
        if len(data) < count:
            raise Unusable("cut-off")
        return data

    def element(self, at: int, stop: int) -> Element:
        """The element that begins at a position. Raises :class:`Unusable` where it does not fit."""
        head = self._at(at, min(12, stop - at))
        id_width = 8 - head[0].bit_length() + 1 if head and head[0] else 9
        if id_width > 4 or len(head) <= id_width or not head[id_width]:
            raise Unusable("damaged")
        width = 8 - head[id_width].bit_length() + 1
        raw = int.from_bytes(head[id_width : id_width + width])
        if len(head) < id_width + width:
            raise Unusable("cut-off")
        length, open_length = raw & ((1 << 7 * width) - 1), (1 << 7 * width) - 1
        body = at + id_width + width
        end = None if length == open_length else body + length
        if end is not None and end > stop:
            raise Unusable("cut-off")
        return Element(int.from_bytes(head[:id_width]), at, body, end)

    def upper(self, at: int, stop: int) -> Iterator[Element]:
        """The elements of a segment, in order; a cluster of open length ends where the next element of this level begins."""
        while at < stop:
            part = self.element(at, stop)
            if part.end is not None:
                yield part
                at = part.end
                continue
            if part.id != _CLUSTER:
                raise Unusable("film-unclear")
            yield part
            at = part.body
            while at < stop:
                child = self.element(at, stop)
                if child.id in _UPPER:
                    break
                if child.end is None:
                    raise Unusable("film-unclear")
                at = child.end

    def children(self, parent: Element) -> Iterator[Element]:
        if parent.end is None:
            raise Unusable("film-unclear")
        at = parent.body
        while at < parent.end:
            child = self.element(at, parent.end)
            if child.end is None:
                raise Unusable("film-unclear")
            yield child
            at = child.end

    def content(self, element: Element) -> bytes:
        if element.end is None or element.end - element.body > _MOST_READ:
            raise Unusable("film-unclear")
        return self._at(element.body, element.end - element.body)

"""MP4, MOV and M4A: places, devices, names and sensor tracks are overwritten where they stand.

A film is a tree of boxes. User data (``udta``: place, device, title), metadata (``meta``), extensions (``uuid``) and everything unknown
become ``free`` boxes of zeros of the same length; creation times become zero; tracks that are neither picture, sound nor subtitle (GPS and motion
of action cameras and phones) are taken out, and their samples in the media data overwritten with zeros. Nothing moves, so the chunk offsets stay true.

Sources: ISO/IEC 14496-12 (boxes and their fields), QuickTime File Format (``©xyz``, ``mdta``), GoPro's description of ``gpmd``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from credentials.evidence.files.patching import Patches
from credentials.evidence.files.refusals import Unusable

_MOST_INDEX = 64 * 1024 * 1024
_TOP = {b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"pdin", b"sidx", b"mfra"}
#: Boxes that hold boxes, below moov and moof.
_TREE = {b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts", b"mvex", b"moof", b"traf"}
_KEPT = _TREE | set(
    b"mvhd tkhd mdhd hdlr vmhd smhd nmhd sthd gmhd gmin dref stsd stts ctts cslg stsc stsz stz2 stco co64 stss stsh stdp sdtp stps padb sbgp sgpd subs "
    b"saiz saio elst trgr mehd trex leva mfhd tfhd trun tfdt iods tapt clef prof enof elng load clip crgn kmat matt free skip wide".split()
)
_SHOWN = {b"vide", b"soun", b"text", b"sbtl", b"subt", b"clcp"}
_PROTECTED = {b"encv", b"enca", b"enct", b"encs", b"drms", b"drmi"}
_PLACES = (b"\xa9xyz", b"loci", b"com.apple.quicktime.location", b"gps ", b"GPS ", b"CAME", b"gpmd")
_DEVICES = (b"mdtamake", b"mdtamodel", b"\xa9mak", b"\xa9mod", b"com.apple.quicktime.m", b"com.android.m", b"\xa9swr", b"manu", b"modl", b"FIRM", b"LENS")
_AUTHORS = (b"mdtaartist", b"mdtaauthor", b"\xa9aut", b"\xa9ART", b"\xa9cpy", b"auth", b"cprt", b"perf", b"com.apple.quicktime.author")
_TITLES = (b"\xa9nam", b"\xa9cmt", b"\xa9des", b"titl", b"dscp", b"kywd")
_SOFTWARE = (b"\xa9too", b"com.android.version", b"com.apple.quicktime.software", b"Lavf")


@dataclass(frozen=True)
class Box:
    """One box: its type, where it begins, where its content begins, where it ends."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass
class _Track:
    number: int = 0
    handler: bytes = b""
    box: Box | None = None


def clean(source: BinaryIO, size: int, out: BinaryIO) -> tuple[str, set[str]]:
    """Write the cleaned film or recording to ``out``; answers its format (``mp4``, ``mov``, ``m4a``) and the codes of what was taken out.

    Raises :class:`Unusable` for one that is cut off, protected, without picture and sound, or that cannot be cleaned for certain.
    """
    top = list(_top(source, size))
    kinds = [box.kind for box in top]
    if kinds.count(b"moov") != 1 or kinds.count(b"ftyp") != 1 or kinds[0] != b"ftyp":
        raise Unusable("cut-off" if b"moov" not in kinds else "film-unclear")
    if b"mdat" not in kinds:
        raise Unusable("cut-off")
    patches, stripped = Patches(), set()  # type: ignore[var-annotated]
    tracks: list[_Track] = []
    for box in top:
        if box.kind in (b"moov", b"moof"):
            tracks += _clean_index(source, box, patches, stripped, size)
        elif box.kind not in (b"ftyp", b"styp", b"mdat"):
            if box.kind not in (b"free", b"skip", b"wide", b"pdin", b"sidx", b"mfra"):
                stripped |= _tells(_read(source, box.start, min(box.end - box.start, 1 << 20)))
            _free(box, patches)
    if b"moof" in kinds and any(track.handler not in _SHOWN for track in tracks):
        # In a film of fragments the samples of a sensor track lie where we do not look.
        raise Unusable("film-unclear")
    shown = {track.handler for track in tracks if track.handler in _SHOWN}
    if not shown & {b"vide", b"soun"}:
        raise Unusable("film-unclear")
    brand = _read(source, top[0].body, 4)
    patches.write(source, size, out)
    if b"vide" not in shown:
        return "m4a", stripped
    return ("mov" if brand == b"qt  " else "mp4"), stripped


def _read(source: BinaryIO, at: int, count: int) -> bytes:
    source.seek(at)
    data = source.read(count)
    if len(data) < count:
        raise Unusable("cut-off")
    return data


def _top(source: BinaryIO, size: int) -> Iterator[Box]:
    at = 0
    while at < size:
        if size - at < 8:
            # A few zeros behind the last box are seen in the wild; anything else is a cut.
            if _read(source, at, size - at).strip(b"\0"):
                raise Unusable("cut-off")
            return
        head = _read(source, at, 8)
        length, kind, body = int.from_bytes(head[:4]), head[4:], at + 8
        if length == 1:
            length, body = int.from_bytes(_read(source, at + 8, 8)), at + 16
        elif length == 0:
            length = size - at
        if length < body - at or at + length > size:
            raise Unusable("cut-off" if kind in _TOP else "film-unclear")
        yield Box(kind, at, body, at + length)
        at += length


def _boxes(data: bytes, start: int, stop: int, offset: int) -> Iterator[Box]:
    """The boxes between two positions of a part that is in memory; positions are those in the file."""
    at = start
    while at + 8 <= stop:
        length, kind, body = int.from_bytes(data[at - offset : at - offset + 4]), data[at - offset + 4 : at - offset + 8], at + 8
        if length == 1:
            length, body = int.from_bytes(data[at - offset + 8 : at - offset + 16]), at + 16
        elif length == 0:
            length = stop - at
        if length < body - at or at + length > stop:
            raise Unusable("damaged")
        yield Box(kind, at, body, at + length)
        at += length


def _free(box: Box, patches: Patches) -> None:
    patches.put(box.start + 4, b"free")
    patches.blank(box.body, box.end)


def _clean_index(source: BinaryIO, box: Box, patches: Patches, stripped: set[str], size: int) -> list[_Track]:
    if box.end - box.start > _MOST_INDEX:
        raise Unusable("film-unclear")
    data = _read(source, box.start, box.end - box.start)
    index = _Index(data, box.start, patches, stripped, size)
    index.walk(box, None)
    for track in index.tracks:
        if track.box is not None and track.handler not in _SHOWN:
            stripped.add("dates" if track.handler == b"tmcd" else "telemetry")
            index.take_out(track.box)
    return index.tracks


def _tells(content: bytes) -> set[str]:
    """What a box that goes has told, as codes."""
    signs = (("location", _PLACES), ("camera", _DEVICES), ("author", _AUTHORS), ("title", _TITLES), ("software", _SOFTWARE))
    return {code for code, words in signs if any(word in content for word in words)} or {"properties"}


class _Index:
    """One moov or moof in memory, with the patches that clean it."""

    def __init__(self, data: bytes, offset: int, patches: Patches, stripped: set[str], size: int) -> None:
        self.data, self.offset, self.patches, self.stripped, self.size = data, offset, patches, stripped, size
        self.tracks: list[_Track] = []

    def part(self, start: int, stop: int) -> bytes:
        return self.data[start - self.offset : stop - self.offset]

    def children(self, box: Box) -> list[Box]:
        return list(_boxes(self.data, box.body, box.end, self.offset))

    def walk(self, box: Box, track: _Track | None, depth: int = 0) -> None:
        if depth > 12:
            raise Unusable("film-unclear")
        for child in self.children(box):
            mine = track
            if child.kind == b"trak":
                mine = _Track(box=child)
                self.tracks.append(mine)
            if child.kind not in _KEPT:
                self.stripped |= _tells(self.part(child.start, child.end)) if child.kind != b"tref" else set()
                _free(child, self.patches)
            elif child.kind in _TREE:
                self.walk(child, mine, depth + 1)
            else:
                self.leaf(child, mine)

    def leaf(self, box: Box, track: _Track | None) -> None:
        body = self.part(box.body, box.end)
        if box.kind in (b"mvhd", b"tkhd", b"mdhd"):
            self.times(box, body)
            if box.kind == b"tkhd" and track is not None:
                track.number = int.from_bytes(body[20:24] if body[0] == 1 else body[12:16])
        elif box.kind == b"hdlr":
            # A data handler (in minf) says how samples are found; only the media handler (in mdia) says what they are.
            if track is not None and body[4:8] != b"dhlr" and not track.handler:
                track.handler = body[8:12]
            if body[24:].strip(b"\0"):
                self.patches.blank(box.body + 24, box.end)
        elif box.kind == b"stsd":
            self.sample_descriptions(box, track)
        elif box.kind in (b"stco", b"co64"):
            self.check_offsets(box, body)
        elif box.kind == b"tfhd" and body[3] & 0x01:
            raise Unusable("film-unclear")
        elif box.kind in (b"free", b"skip", b"wide"):
            self.patches.blank(box.body, box.end)
        elif box.kind == b"dref":
            for entry in _boxes(self.data, box.body + 8, box.end, self.offset):
                if not self.part(entry.body, entry.body + 4)[3:4] == b"\1":
                    # The samples lie in another file.
                    raise Unusable("film-unclear")
                self.patches.blank(entry.body + 4, entry.end)

    def times(self, box: Box, body: bytes) -> None:
        width = 8 if body[:1] == b"\1" else 4
        if body[4 : 4 + 2 * width].strip(b"\0"):
            self.stripped.add("dates")
            self.patches.blank(box.body + 4, box.body + 4 + 2 * width)

    def sample_descriptions(self, box: Box, track: _Track | None) -> None:
        for entry in _boxes(self.data, box.body + 8, box.end, self.offset):
            if entry.kind in _PROTECTED:
                raise Unusable("film-protected")
            if track is not None and track.handler == b"vide" and entry.end >= entry.body + 78:
                # The compressor's name, which cameras fill with their own (32 bytes of the visual sample entry).
                self.patches.blank(entry.body + 42, entry.body + 74)

    def check_offsets(self, box: Box, body: bytes) -> None:
        for at in self.offsets(box, body):
            if at >= self.size:
                raise Unusable("cut-off")

    def offsets(self, box: Box, body: bytes) -> list[int]:
        count = int.from_bytes(body[4:8])
        width = 4 if box.kind == b"stco" else 8
        if 8 + count * width > len(body):
            raise Unusable("damaged")
        return [int(n) for n in struct.unpack_from(f">{count}{'I' if width == 4 else 'Q'}", body, 8)]

    def take_out(self, track: Box) -> None:
        """Overwrite a track and all its samples."""
        table = {box.kind: box for box in self._table(track)}
        chunks = table.get(b"stco") or table.get(b"co64")
        if chunks is not None and b"stsc" in table and (b"stsz" in table or b"stz2" in table):
            for start, stop in self._runs(chunks, table[b"stsc"], table.get(b"stsz") or table[b"stz2"]):
                if stop > self.size:
                    raise Unusable("cut-off")
                self.patches.blank(start, stop)
        _free(track, self.patches)

    def _table(self, track: Box) -> list[Box]:
        found = [track]
        for kind in (b"mdia", b"minf", b"stbl"):
            found = [child for box in found for child in self.children(box) if child.kind == kind]
        return [child for box in found for child in self.children(box)]

    def _runs(self, chunks: Box, map_box: Box, sizes_box: Box) -> Iterator[tuple[int, int]]:
        """Where the samples of a track lie: one (start, stop) a chunk."""
        offsets = self.offsets(chunks, self.part(chunks.body, chunks.end))
        body = self.part(map_box.body, map_box.end)
        count = int.from_bytes(body[4:8])
        runs = [struct.unpack_from(">II", body, 8 + 12 * n) for n in range(count)]
        sizes = self._sizes(sizes_box)
        sample = run = 0
        for number, offset in enumerate(offsets, 1):
            while run + 1 < len(runs) and runs[run + 1][0] <= number:
                run += 1
            take = sizes[sample : sample + (runs[run][1] if runs else 0)]
            sample += len(take)
            yield offset, offset + sum(take)

    def _sizes(self, box: Box) -> list[int]:
        body = self.part(box.body, box.end)
        count = int.from_bytes(body[8:12])
        if box.kind == b"stsz":
            one = int.from_bytes(body[4:8])
            if one:
                return [one] * min(count, 10_000_000)
            return list(struct.unpack_from(f">{count}I", body, 12))
        bits = body[7]
        if bits not in (8, 16):
            raise Unusable("film-unclear")
        return list(struct.unpack_from(f">{count}{'B' if bits == 8 else 'H'}", body, 12))

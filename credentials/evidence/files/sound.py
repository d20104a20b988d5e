"""MP3 and WAV: only the sound is kept, everything said about it is left out.

Sources: ISO/IEC 11172-3 (frame headers), ID3v2.4 and ID3v1, APEv2, Multimedia Programming Interface 1.0 (RIFF).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from credentials.evidence.files.refusals import Unusable

_PIECE = 1 << 20
#: kbit/s by (MPEG-1?, layer) and index; Hz by version bits and index.
_RATES = {
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_WAV_KEPT = {b"fmt ", b"fact", b"data"}
_WAV_TELLS = {b"bext": "author", b"iXML": "properties", b"LIST": "properties", b"id3 ": "properties", b"ID3 ": "properties", b"_PMX": "properties"}


def clean_mp3(source: BinaryIO, size: int, out: BinaryIO) -> set[str]:
    """Write the frames alone to ``out``; answers the codes of what was taken out. Raises :class:`Unusable`."""
    start, stripped = _after_tags(source, size)
    stop, behind = _before_tags(source, start, size)
    stripped |= behind
    at = frames = 0
    source.seek(start)
    buffer, position, first = b"", start, b""
    while position < stop:
        buffer = source.read(min(_PIECE, stop - position))
        if not buffer:
            break
        at = 0
        while at + 4 <= len(buffer):
            length = frame_length(buffer[at : at + 4])
            if length is None or (first and not _alike(first, buffer[at : at + 4])):
                break
            if at + length > len(buffer):
                break
            first = first or buffer[at : at + 4]
            at += length
            frames += 1
        if at == 0:
            break
        out.write(buffer[:at])
        position += at
        source.seek(position)
    if frames < 3:
        raise Unusable("damaged")
    rest = stop - position
    source.seek(position)
    tail = source.read(min(rest, 4096))
    # The last frame may have been cut by the recorder; padding is harmless. Anything longer is something else hidden behind the sound.
    if rest > 4096 or (tail.strip(b"\0") and frame_length(tail[:4]) is None):
        raise Unusable("damaged")
    return stripped


def _alike(a: bytes, b: bytes) -> bool:
    """Same version, layer and sampling rate: what does not change within one recording."""
    return a[1] & 0xFE == b[1] & 0xFE and a[2] & 0x0C == b[2] & 0x0C


def frame_length(head: bytes) -> int | None:
    """The length in bytes of the frame that begins with these four bytes; None where they are no frame header."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    rate_index, hertz_index, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or rate_index in (0, 15) or hertz_index == 3:
        return None
    rate, hertz = _RATES[(version == 3, layer)][rate_index] * 1000, _HERTZ[version][hertz_index]
    if layer == 1:
        return (12 * rate // hertz + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * rate // hertz + padding


def _after_tags(source: BinaryIO, size: int) -> tuple[int, set[str]]:
    at, stripped = 0, set()
    while True:
        source.seek(at)
        head = source.read(10)
        if head[:3] != b"ID3" or len(head) < 10:
            break
        length = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        body = source.read(min(length, 200_000))
        stripped |= _tells(body)
        at += 10 + length + (10 if head[5] & 0x10 else 0)
        if at >= size:
            raise Unusable("cut-off")
    # Some programs leave zeros between the tag and the sound.
    while at < size:
        source.seek(at)
        piece = source.read(4096)
        bare = piece.lstrip(b"\0")
        at += len(piece) - len(bare)
        if bare or not piece:
            break
    return at, stripped


def _tells(tag: bytes) -> set[str]:
    signs = {
        "author": (b"TPE", b"TCOM", b"TOPE", b"TENC"),
        "title": (b"TIT", b"TALB", b"COMM"),
        "dates": (b"TDRC", b"TYER", b"TDEN"),
        "lyrics": (b"USLT", b"APIC", b"SYLT"),
        "software": (b"TSSE",),
    }
    return {code for code, words in signs.items() if any(word in tag for word in words)} or {"properties"}


def _before_tags(source: BinaryIO, start: int, size: int) -> tuple[int, set[str]]:
    stop, stripped = size, set()
    while True:
        source.seek(max(start, stop - 128))
        last = source.read(stop - max(start, stop - 128))
        if last[-128:-125] == b"TAG":
            stop -= 128
            stripped |= {"title"}
        elif last[-32:-24] == b"APETAGEX":
            length = int.from_bytes(last[-20:-16], "little")
            has_header = int.from_bytes(last[-12:-8], "little") & 1 << 31
            stop -= length + (32 if has_header else 0)
            stripped |= {"title"}
        elif last[-9:] == b"LYRICS200":
            stop -= int(last[-15:-9]) + 15 if last[-15:-9].isdigit() else 0
            stripped |= {"lyrics"}
            if not last[-15:-9].isdigit():
                raise Unusable("damaged")
        elif last[-10:-7] == b"3DI":
            stop -= 20 + (last[-4] << 21 | last[-3] << 14 | last[-2] << 7 | last[-1])
            stripped |= {"properties"}
        else:
            return stop, stripped
        if stop <= start:
            raise Unusable("damaged")


def clean_wav(source: BinaryIO, size: int, out: BinaryIO) -> set[str]:
    """Write format and samples alone to ``out``; answers the codes of what was taken out. Raises :class:`Unusable`."""
    kept: list[tuple[bytes, int, int]] = []
    stripped: set[str] = set()
    source.seek(4)
    said = 8 + int.from_bytes(source.read(4), "little")
    # A recorder that was stopped early says nothing or the largest number; what stands behind the end that it does say is not sound.
    end = said if 44 <= said < size else size
    if source.seek(end) < size and source.read(1 << 20).strip(b"\0"):
        stripped.add("hidden_data")
    for kind, start, length in _chunks(source, end):
        if kind in _WAV_KEPT:
            kept.append((kind, start, length))
        else:
            stripped |= {_WAV_TELLS.get(kind, "custom_data")} if kind not in (b"PAD ", b"JUNK", b"junk", b"FLLR") else set()
    kinds = [kind for kind, _start, _length in kept]
    if kinds.count(b"fmt ") != 1 or kinds.count(b"data") != 1 or kinds.index(b"fmt ") > kinds.index(b"data"):
        raise Unusable("damaged")
    out.write(b"RIFF" + (4 + sum(8 + length + length % 2 for _k, _s, length in kept)).to_bytes(4, "little") + b"WAVE")
    for kind, start, length in kept:
        out.write(kind + length.to_bytes(4, "little"))
        source.seek(start)
        left = length
        while left:
            piece = source.read(min(_PIECE, left))
            out.write(piece)
            left -= len(piece)
        out.write(b"\0" * (length % 2))
    return stripped


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while at + 8 <= size:
        source.seek(at)
        head = source.read(8)
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        if kind == b"data" and length in (0, 0xFFFFFFFF):
            # A recorder that was stopped before it could write the length.
            length = size - at - 8
        if at + 8 + length > size:
            raise Unusable("cut-off")
        yield kind, at + 8, length
        at += 8 + length + length % 2

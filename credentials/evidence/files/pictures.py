"""Pictures: JPEG, PNG, WebP and GIF, cleaned without loss by keeping only the parts that draw the picture.

Exif (with its GPS position), XMP, IPTC, comments, previews and whatever stands behind the picture are left out. A picture that Exif
says to turn is turned first, which is the one case in which it is drawn anew.

Sources: ITU-T T.81 (JPEG), W3C PNG Third Edition, RFC 9649 (WebP), CompuServe GIF89a, CIPA DC-008 (Exif 2.32).
"""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image

from credentials.evidence.files.refusals import Unusable

#: Pixels of one picture (a phone's 50 megapixels fit), and of all frames of an animation together.
MOST_PIXELS = 80_000_000
MOST_MOVING_PIXELS = 400_000_000
#: Above this, a JPEG that has to be turned is turned at half its size, which bounds the memory that takes.
_TURN_WHOLE = 30_000_000

_EXIF_GROUPS = {
    "camera": {0x010F, 0x0110, 0xA433, 0xA434, 0xA431, 0xA435, 0xA432, 0x013C},
    "author": {0x013B, 0x8298, 0xA430, 0x9C9D},
    "dates": {0x0132, 0x9003, 0x9004, 0x882A, 0x9010, 0x9011, 0x9012},
    "software": {0x0131, 0x000B},
    "title": {0x010E, 0x9286, 0x9C9B, 0x9C9C, 0x9C9E, 0x9C9F},
}
_EXIF_POINTER, _GPS_POINTER, ORIENTATION = 0x8769, 0x8825, 0x0112


def clean(data: bytes, name: str, *, embedded: bool = False) -> tuple[bytes, set[str]]:
    """The picture without what it tells about its maker, and the codes of what was taken out.

    ``name`` is the format (``jpeg``, ``png``, ``webp``, ``gif``). An ``embedded`` picture (in a document) is never drawn anew: how it is to
    be turned stays with it, because the document reckons with it. Raises :class:`Unusable` for one that is broken or too large.
    """
    _open(data, name)
    try:
        cleaned, stripped, orientation = _CLEANERS[name](data)
    except (IndexError, struct.error):
        raise Unusable("damaged") from None
    if orientation != 1 and b"ANMF" not in cleaned[:4096]:
        if embedded:
            return _with_orientation(cleaned, name, orientation), stripped
        cleaned = _turned(data, name, orientation)
    return cleaned, stripped


def clean_scan(data: bytes) -> tuple[bytes, set[str]]:
    """A JPEG out of a PDF, whose reader and not we must be able to show it: cleaned where its parts can be told apart, left alone where
    they cannot and nothing in it looks like Exif or XMP. Raises :class:`Unusable` for one that does."""
    try:
        cleaned, stripped, _orientation = _jpeg(data if data.rstrip(b"\0\r\n ").endswith(b"\xff\xd9") else data + b"\xff\xd9")
    except (Unusable, IndexError):
        if b"Exif\0" in data or b"http://ns.adobe.com/xap/" in data:
            raise Unusable("damaged") from None
        return data, set()
    return cleaned, stripped


def redraw_tiff(data: bytes) -> tuple[bytes, set[str]]:
    """A TIFF out of a document, drawn anew without its tags. Raises :class:`Unusable`."""
    try:
        with Image.open(io.BytesIO(data), formats=["TIFF"]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unusable("too-many-pixels", megapixels=image.width * image.height // 1_000_000, most=MOST_PIXELS // 1_000_000)
            found, _turn = read_exif(image.getexif().tobytes())
            plain, out = image.copy(), io.BytesIO()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable("damaged") from error
    plain.info.clear()
    fresh = Image.new(plain.mode, plain.size)
    fresh.paste(plain)
    if plain.mode == "P" and (palette := plain.getpalette()):
        fresh.putpalette(palette)
    fresh.save(out, format="TIFF", compression="tiff_deflate")
    return out.getvalue(), found


def _open(data: bytes, name: str) -> None:
    """Refuse what Pillow cannot open, what is too large, and what ends before it should; never more than one frame in memory."""
    try:
        with Image.open(io.BytesIO(data), formats=[name.upper()] if name != "jpeg" else ["JPEG", "MPO"]) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise Unusable("too-many-pixels", megapixels=width * height // 1_000_000, most=MOST_PIXELS // 1_000_000)
            frames = getattr(image, "n_frames", 1) if name in ("gif", "webp") else 1
            if width * height * frames > MOST_MOVING_PIXELS:
                raise Unusable("too-many-pixels", megapixels=width * height * frames // 1_000_000, most=MOST_MOVING_PIXELS // 1_000_000)
            if name == "jpeg":
                # Decoding at an eighth of the size still reads every byte of the scan, in a 64th of the memory.
                image.draft("RGB", (width // 8 or 1, height // 8 or 1))
                image.load()
            elif name in ("gif", "webp"):
                for frame in range(frames):
                    image.seek(frame)
                    image.load()
    except Unusable:
        raise
    except Image.DecompressionBombError:
        raise Unusable("too-many-pixels", megapixels="> 178", most=MOST_PIXELS // 1_000_000) from None
    except Exception as error:  # Pillow raises many kinds for broken files; whatever it is, the picture cannot be shown.
        raise Unusable("damaged") from error


# JPEG -------------------------------------------------------------------------------------------------------------------

_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_JPEG_KEEP = set(range(0xC0, 0xD0)) | {0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}


def _jpeg(data: bytes) -> tuple[bytes, set[str], int]:
    out, stripped, orientation, at = [data[:2]], set(), 1, 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if data[at : at + 1] != b"\xff" or at + 2 > len(data):
            raise Unusable("damaged")
        marker = data[at + 1]
        if marker == 0xD9:
            out.append(data[at : at + 2])
            at += 2
            break
        size = int.from_bytes(data[at + 2 : at + 4])
        if size < 2 or at + 2 + size > len(data):
            raise Unusable("damaged")
        segment, payload = data[at : at + 2 + size], data[at + 4 : at + 2 + size]
        at += 2 + size
        if marker in _JPEG_KEEP or (marker == 0xEE and payload.startswith(b"Adobe")) or (marker == 0xE2 and payload.startswith(b"ICC_PROFILE\0")):
            out.append(segment)
        elif marker == 0xE0 and payload.startswith(b"JFIF\0"):
            # The header without the preview that it may carry.
            out.append(b"\xff\xe0\x00\x10" + payload[:12] + b"\0\0")
            stripped |= {"thumbnail"} if len(payload) > 14 else set()
        elif marker == 0xE1 and payload.startswith(b"Exif\0"):
            found, turn = read_exif(payload[6:])
            stripped |= found
            orientation = turn if orientation == 1 else orientation
        else:
            stripped |= _unkept(marker, payload)
        if marker == 0xDA:
            found_at = _NEXT_MARKER.search(data, at)
            if found_at is None:
                raise Unusable("damaged")
            out.append(data[at : found_at.start()])
            at = found_at.start()
    if data[at:].strip(b"\0"):
        stripped.add("hidden_data")
    return b"".join(out), stripped, orientation


def _unkept(marker: int, payload: bytes) -> set[str]:
    if marker == 0xE1 and payload.startswith(b"http://ns.adobe.com/"):
        return read_xmp(payload)
    if marker == 0xED:
        return {"title"}
    if marker == 0xFE:
        return {"comments"}
    return {"thumbnail"} if payload.startswith((b"JFXX", b"MPF")) else {"custom_data"}


def read_exif(tiff: bytes) -> tuple[set[str], int]:
    """What an Exif block tells, as codes, and how the picture is to be turned (1 to 8; 1 is not at all)."""
    exif = Image.Exif()
    try:
        exif.load(tiff)
        inner, gps, preview = exif.get_ifd(_EXIF_POINTER), exif.get_ifd(_GPS_POINTER), exif.get_ifd(1)
    except Exception:  # A broken block tells nothing that we could name; it is left out all the same.
        return {"custom_data"}, 1
    tags = set(exif) | set(inner)
    found = {code for code, group in _EXIF_GROUPS.items() if tags & group}
    found |= {"location"} if gps else set()
    found |= {"thumbnail"} if preview else set()
    found |= {"custom_data"} if 0x927C in inner else set()
    turn = exif.get(ORIENTATION, 1)
    return found, turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def read_xmp(packet: bytes) -> set[str]:
    """What an XMP packet tells, as codes."""
    signs = {
        "location": (b"GPSL", b":City", b":Location"),
        "camera": (b"tiff:Make", b"tiff:Model", b"aux:"),
        "author": (b"dc:creator", b"photoshop:Credit"),
        "dates": (b"Date",),
    }
    found = {code for code, words in signs.items() if any(word in packet for word in words)}
    return found or {"properties"}


def _with_orientation(data: bytes, name: str, orientation: int) -> bytes:
    """A JPEG with nothing in its Exif but how it is to be turned; other formats as they are, whose readers ignore it."""
    if name != "jpeg":
        return data
    tiff = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", ORIENTATION, 3, 1, orientation, 0) + b"\0\0\0\0"
    payload = b"Exif\0\0" + tiff
    return data[:2] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2) + payload + data[2:]


#: How the pixels have to be moved for each value of Exif's orientation.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _turned(data: bytes, name: str, orientation: int) -> bytes:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if name == "jpeg" and image.width * image.height > _TURN_WHOLE:
                image.draft(image.mode, (image.width // 2, image.height // 2))
            profile = image.info.get("icc_profile")
            turned = image.transpose(_TURNS[orientation])
    except (OSError, ValueError, SyntaxError) as error:
        raise Unusable("damaged") from error
    turned.info.clear()
    out = io.BytesIO()
    options: dict[str, Any] = {"jpeg": {"quality": 92, "optimize": True}, "webp": {"quality": 92}}.get(name, {})
    turned.save(out, format=name.upper(), icc_profile=profile, exif=b"", **options)
    return out.getvalue()


# PNG --------------------------------------------------------------------------------------------------------------------

_PNG_KEEP = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"}
_PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    at = 8
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if len(body) < size or zlib.crc32(kind + body).to_bytes(4) != data[at + 8 + size : at + 12 + size]:
            raise Unusable("damaged")
        yield kind, body, data[at : at + 12 + size]
        at += 12 + size
        if kind == b"IEND":
            yield b"", data[at:], b""
            return
    raise Unusable("damaged")


def _png(data: bytes) -> tuple[bytes, set[str], int]:
    out, stripped, orientation, pixels, header = [data[:8]], set(), 1, [], b""
    for kind, body, whole in _png_chunks(data):
        if kind in _PNG_KEEP:
            out.append(whole)
            header = body if kind == b"IHDR" else header
            pixels += [body] if kind == b"IDAT" else []
        elif kind == b"eXIf":
            found, orientation = read_exif(body)
            stripped |= found
        elif kind == b"tIME":
            stripped.add("dates")
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            word = body.partition(b"\0")[0].lower()
            codes = {
                b"author": "author",
                b"software": "software",
                b"title": "title",
                b"creation time": "dates",
                b"comment": "comments",
                b"description": "title",
            }
            stripped |= read_xmp(body) if word.startswith(b"xml:") else {codes.get(word, "properties")}
        elif kind:
            stripped.add("custom_data")
        elif body:
            stripped.add("hidden_data")
    _check_png_pixels(header, pixels)
    return b"".join(out), stripped, orientation


def _check_png_pixels(header: bytes, pixels: list[bytes]) -> None:
    """The compressed rows must be exactly as many as the header says: no less (cut off), no more (a bomb). Counted, never kept."""
    try:
        width, height, depth, colour, _compression, _filter, interlace = struct.unpack(">IIBBBBB", header)
        bits = depth * _PNG_SAMPLES[colour]
    except (struct.error, KeyError):
        raise Unusable("damaged") from None
    passes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in _ADAM7] if interlace else [(width, height)]
    expected = sum(rows * (1 + -(-columns * bits // 8)) for columns, rows in passes if columns > 0 and rows > 0)
    reader, count = zlib.decompressobj(), 0
    try:
        for piece in pixels:
            while piece and count <= expected:
                count += len(reader.decompress(piece, 1 << 20))
                piece = reader.unconsumed_tail
        count += len(reader.flush()) if count <= expected else 0
    except zlib.error:
        raise Unusable("damaged") from None
    if count != expected or not reader.eof:
        raise Unusable("damaged")


# WebP -------------------------------------------------------------------------------------------------------------------


def _webp(data: bytes) -> tuple[bytes, set[str], int]:
    out, stripped, orientation, at = [], set(), 1, 12
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Unusable("damaged")
    while at + 8 <= end:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body, step = data[at + 8 : at + 8 + size], 8 + size + size % 2
        if len(body) < size:
            raise Unusable("damaged")
        if kind == b"VP8X":
            # Bits 2 and 3 announce XMP and Exif, which will not follow.
            out.append(kind + data[at + 4 : at + 8] + bytes([body[0] & ~0x0C]) + body[1:])
        elif kind in (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            out.append(data[at : at + 8 + size].ljust(step, b"\0"))
        elif kind == b"EXIF":
            found, orientation = read_exif(body.removeprefix(b"Exif\0\0"))
            stripped |= found
        else:
            stripped |= read_xmp(body) if kind == b"XMP " else {"custom_data"}
        at += step
    if data[end:].strip(b"\0"):
        stripped.add("hidden_data")
    body = b"WEBP" + b"".join(out)
    return b"RIFF" + len(body).to_bytes(4, "little") + body, stripped, orientation


# GIF --------------------------------------------------------------------------------------------------------------------


def _gif(data: bytes) -> tuple[bytes, set[str], int]:
    at = 13 + _palette(data[10])
    out, stripped = [data[:at]], set()
    while True:
        label = data[at : at + 1]
        if label == b";":
            out.append(label)
            at += 1
            break
        start = at
        if label == b"!":
            kind, at = data[at + 1], at + 2
        elif label == b",":
            kind, at = 0x2C, at + 10
            at += _palette(data[at - 1]) + 1
        else:
            raise Unusable("damaged")
        first = data[at + 1 : at + 12]
        while data[at : at + 1] not in (b"\0", b""):
            at += 1 + data[at]
        at += 1
        if at > len(data):
            raise Unusable("damaged")
        if kind in (0x2C, 0xF9) or (kind == 0xFF and first in (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")):
            out.append(data[start:at])
        else:
            stripped |= {0xFE: {"comments"}, 0x01: {"comments"}}.get(kind, read_xmp(data[start:at]) if first.startswith(b"XMP Data") else {"custom_data"})
    if data[at:].strip(b"\0"):
        stripped.add("hidden_data")
    return b"".join(out), stripped, 1


def _palette(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


_CLEANERS = {"jpeg": _jpeg, "png": _png, "webp": _webp, "gif": _gif}

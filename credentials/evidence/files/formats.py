"""The formats that are taken, and how each is told by its first bytes. A file's name and what the browser calls it count for nothing."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import puremagic

from credentials.evidence.files.refusals import Unusable

_MB = 1024 * 1024


class Group(enum.StrEnum):
    """Families of formats, as they are shown and limited."""

    IMAGE = "image"
    PDF = "pdf"
    OFFICE = "office"
    VIDEO = "video"
    AUDIO = "audio"


#: The largest file of each family, in bytes. Video is limited by the installation's own setting, LAUREL_MAX_UPLOAD_MB.
LIMITS = {Group.IMAGE: 30 * _MB, Group.PDF: 60 * _MB, Group.OFFICE: 60 * _MB, Group.AUDIO: 120 * _MB, Group.VIDEO: 10_000 * _MB}


@dataclass(frozen=True)
class Format:
    """One format: its short name, family, media type and the ending that its neutral file name gets."""

    name: str
    group: Group
    media_type: str
    ending: str


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
FORMATS = {
    f.name: f
    for f in (
        Format("jpeg", Group.IMAGE, "image/jpeg", "jpg"),
        Format("png", Group.IMAGE, "image/png", "png"),
        Format("webp", Group.IMAGE, "image/webp", "webp"),
        Format("gif", Group.IMAGE, "image/gif", "gif"),
        Format("pdf", Group.PDF, "application/pdf", "pdf"),
        Format("docx", Group.OFFICE, _OOXML + "wordprocessingml.document", "docx"),
        Format("xlsx", Group.OFFICE, _OOXML + "spreadsheetml.sheet", "xlsx"),
        Format("pptx", Group.OFFICE, _OOXML + "presentationml.presentation", "pptx"),
        Format("odt", Group.OFFICE, _ODF + "text", "odt"),
        Format("ods", Group.OFFICE, _ODF + "spreadsheet", "ods"),
        Format("odp", Group.OFFICE, _ODF + "presentation", "odp"),
        Format("mp4", Group.VIDEO, "video/mp4", "mp4"),
        Format("mov", Group.VIDEO, "video/quicktime", "mov"),
        Format("webm", Group.VIDEO, "video/webm", "webm"),
        Format("mp3", Group.AUDIO, "audio/mpeg", "mp3"),
        Format("m4a", Group.AUDIO, "audio/mp4", "m4a"),
        Format("weba", Group.AUDIO, "audio/webm", "weba"),
        Format("wav", Group.AUDIO, "audio/wav", "wav"),
    )
}

#: What the file chooser offers, by kind of item. HEIC is left out on purpose: a phone then sends the picture as JPEG.
ACCEPT = {
    "file": "image/jpeg,image/png,image/webp,image/gif,.pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.mp4,.mov,.webm,.mp3,.m4a,.wav",
    "video": "video/mp4,video/quicktime,video/webm,.mp4,.mov,.webm",
    "audio": "audio/mpeg,audio/mp4,audio/wav,.mp3,.m4a,.wav",
}

_IMAGE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

#: Signatures of what people send and we do not take, each with the code of its refusal. Order counts: the first match wins.
_REFUSED = (
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"#!", "program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old-office"),
    (b"{\\rtf", "rich-text"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"BM", "bmp"),
    (b"OggS", "ogg"),
    (b"fLaC", "ogg"),
    (b"FLV", "old-video"),
    (b"0&\xb2u\x8ef\xcf\x11", "old-video"),
    (b"\x00\x00\x01\xba", "old-video"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
)


def recognise(head: bytes) -> str:
    """The family of containers that a file belongs to, by its first bytes (512 or more where there are as many): ``jpeg``, ``png``,
    ``webp``, ``gif``, ``pdf``, ``zip``, ``isobmff``, ``ebml``, ``mp3`` or ``wav``. The signature must stand at the very beginning: what
    hides a file behind another is refused. Raises :class:`Unusable`."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"RIFF") and head[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        if head[8:12] == b"AVI ":
            raise Unusable("old-video")
        return "webp" if head[8:12] == b"WEBP" else "wav"
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "ebml"
    if head[4:8] == b"ftyp":
        if head[8:12] in _IMAGE_BRANDS:
            raise Unusable("heic")
        if head[8:12] in (b"avif", b"avis"):
            raise Unusable("avif")
        return "isobmff"
    if head[4:8] in (b"moov", b"mdat", b"wide"):
        raise Unusable("old-video")
    for signature, code in _REFUSED:
        if head.startswith(signature):
            raise Unusable(code)
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 == 0x02):
        return "mp3"
    code = _guess(head)
    raise Unusable(code, **({"ending": likely_ending(head)} if code == "unknown" else {}))


def _guess(head: bytes) -> str:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text and text.startswith(b"<"):
        return "svg"
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<body")):
        return "html"
    if text.startswith(b"<?xml"):
        return "xml"
    try:
        if head.strip() and not any(byte < 9 for byte in head):
            head.decode()
            return "plain-text"
    except UnicodeDecodeError as error:
        # The head may end inside a letter; anything broken before that is no text.
        if error.start >= len(head) - 3:
            return "plain-text"
    return "unknown"


def likely_ending(head: bytes) -> str:
    """What an unknown file seems to be, as a file ending such as ``.psd``, for the sentence of its refusal; empty where nobody knows."""
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    # A guess by fewer than four telling bytes is worth nothing.
    sure = [guess for guess in found if len(bytes(guess.byte_match or b"").strip(b"\0")) >= 4]
    return max(sure, key=lambda guess: guess.confidence).extension if sure else ""

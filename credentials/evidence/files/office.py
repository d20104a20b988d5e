"""Office files: Word, Excel and PowerPoint (OOXML) and OpenDocument, written anew part by part.

Taken out: document properties, the names of those who commented or changed, previews, printer settings, folder names, editing
history, signatures, data that programs hide inside; pictures, films and documents inside are cleaned as if they had been sent alone.
Refused: macros, passwords, objects that we cannot look into, archives that unpack to more than they should.

Sources: ECMA-376 (parts 1 and 2), OpenDocument 1.3, and what Word, Excel, PowerPoint, Google Docs and LibreOffice really write.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO

from lxml import etree

from credentials.evidence.files import media, ooxml, opendocument, pictures
from credentials.evidence.files.refusals import Unusable
from credentials.evidence.files.safe_xml import parse, written

_MOST_PARTS = 5000
_MOST_UNPACKED = 400 * 1024 * 1024
_MOST_XML = 40 * 1024 * 1024
#: Office compresses text to a tenth or so; a part that is smaller than a five-hundredth of itself was made to hurt.
_MOST_RATIO = 500
_RATIO_FROM = 4 * 1024 * 1024
_DEEPEST = 2
_PICTURES = {"jpg": "jpeg", "jpeg": "jpeg", "jfif": "jpeg", "png": "png", "gif": "gif", "webp": "webp"}
_DOCUMENTS = {"docx", "xlsx", "pptx"}
_FIXED = (1980, 1, 1, 0, 0, 0)


def recognise(source: BinaryIO) -> str:
    """Which of ``docx``, ``xlsx``, ``pptx``, ``odt``, ``ods``, ``odp`` a zip archive is, by what it declares inside. Raises :class:`Unusable`."""
    with _open(source) as package:
        names = set(package.namelist())
        if "[Content_Types].xml" in names:
            return ooxml.kind(_read(package, "[Content_Types].xml"))
        if "mimetype" in names and "content.xml" in names:
            return opendocument.kind(_read(package, "mimetype", most=200), _read(package, "META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b"")
        raise Unusable("archive")


def clean(source: BinaryIO, out: BinaryIO, depth: int = 0) -> set[str]:
    """Write the cleaned document to ``out``; answers the codes of what was taken out. Raises :class:`Unusable`."""
    try:
        name = recognise(source)
        with _open(source) as package:
            dialect = opendocument if name.startswith("od") else ooxml
            return _rewrite(package, out, dialect.Cleaner(name, package.namelist(), lambda part: _read(package, part)), depth)
    except (zipfile.BadZipFile, zlib.error, etree.LxmlError, EOFError, ValueError, KeyError, OSError, RuntimeError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable("damaged") from error


def _open(source: BinaryIO) -> zipfile.ZipFile:
    """The archive, after what its directory says was found harmless."""
    try:
        package = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, ValueError, RuntimeError, OSError) as error:
        raise Unusable("damaged") from error
    entries = package.infolist()
    names = [entry.filename for entry in entries]
    if len(entries) > _MOST_PARTS:
        raise Unusable("too-many-parts")
    if len({name.lower() for name in names}) != len(names):
        raise Unusable("damaged")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Unusable("office-protected")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unusable("damaged")
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.split("/") or "\\" in entry.filename or "\0" in entry.orig_filename:
            raise Unusable("damaged")
        if entry.file_size > _RATIO_FROM and entry.file_size > _MOST_RATIO * max(1, entry.compress_size):
            raise Unusable("bomb")
    if sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise Unusable("bomb")
    return package


def _pieces(package: zipfile.ZipFile, name: str, most: int):  # type: ignore[no-untyped-def]
    """One part in pieces. The directory may lie about sizes, so what really comes out is counted."""
    count = 0
    with package.open(name) as part:
        while piece := part.read(1 << 18):
            count += len(piece)
            if count > most:
                raise Unusable("bomb")
            yield piece


def _read(package: zipfile.ZipFile, name: str, most: int = _MOST_XML) -> bytes:
    try:
        return b"".join(_pieces(package, name, most))
    except (zipfile.BadZipFile, EOFError, KeyError, ValueError, OSError, RuntimeError, zlib.error) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable("damaged") from error


def _rewrite(package: zipfile.ZipFile, out: BinaryIO, cleaner: ooxml.Cleaner | opendocument.Cleaner, depth: int) -> set[str]:
    unpacked = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as fresh:
        for name in cleaner.order():
            entry = package.getinfo(name)
            if entry.is_dir() or cleaner.is_dropped(name):
                continue
            made = zipfile.ZipInfo(name, _FIXED)
            made.compress_type = zipfile.ZIP_STORED if name == "mimetype" else entry.compress_type
            made.external_attr = 0o600 << 16
            change = cleaner.change_for(name) or _change_for(name, cleaner.stripped, depth)
            if change is not None:
                data = _read(package, name, cleaner.most(name))
                unpacked += len(data)
                fresh.writestr(made, change(data))
            else:
                with fresh.open(made, "w", force_zip64=entry.file_size > 2**31) as target:
                    for piece in _pieces(package, name, _MOST_UNPACKED):
                        unpacked += len(piece)
                        target.write(piece)
            if unpacked > _MOST_UNPACKED:
                raise Unusable("bomb")
    return cleaner.stripped


def _change_for(name: str, stripped: set[str], depth: int) -> Callable[[bytes], bytes] | None:
    """How a part that is a file of its own is cleaned, by its ending; the cleaners themselves look at what it really is."""
    ending = posixpath.splitext(name)[1][1:].lower()
    folder = posixpath.dirname(name).lower()
    if ending in _PICTURES and not folder.endswith("thumbnails"):
        return lambda data: _picture(data, stripped)
    if ending in ("tif", "tiff"):
        return lambda data: _tiff(data, stripped)
    if ending == "svg":
        return lambda data: _svg(data, stripped)
    if ending in _DOCUMENTS:
        return lambda data: _document(data, stripped, depth)
    if ending in ("mp4", "m4v", "mov", "m4a", "webm", "mp3", "wav"):
        return lambda data: _media(data, stripped)
    if ending in ("avi", "wmv", "wma", "mpg", "mpeg", "mkv", "aif", "aiff", "au", "mid", "midi", "heic", "heif", "avif"):
        raise Unusable("office-media", name=posixpath.basename(name))
    if ending in (
        "exe",
        "dll",
        "js",
        "vbs",
        "bat",
        "cmd",
        "ps1",
        "jar",
        "html",
        "htm",
        "mht",
        "swf",
        "zip",
        "doc",
        "xls",
        "ppt",
        "docm",
        "xlsm",
        "pptm",
        "rtf",
        "pdf",
        "ole",
    ):
        raise Unusable("office-object", name=posixpath.basename(name))
    return None


def _picture(data: bytes, stripped: set[str]) -> bytes:
    """By content: what is called .png may be a JPEG; Office does not mind, and neither do we."""
    for signature, name in ((b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"GIF8", "gif"), (b"RIFF", "webp")):
        if data.startswith(signature):
            cleaned, found = pictures.clean(data, name, embedded=True)
            stripped |= found
            return cleaned
    if data.startswith((b"II*\0", b"MM\0*")):
        return _tiff(data, stripped)
    raise Unusable("damaged")


def _tiff(data: bytes, stripped: set[str]) -> bytes:
    cleaned, found = pictures.redraw_tiff(data)
    stripped |= found
    return cleaned


def _svg(data: bytes, stripped: set[str]) -> bytes:
    """Drawings keep what draws; scripts, links to elsewhere, comments and editors' notes go."""
    root = parse(data)
    for node in list(root.iter()):
        tag = etree.QName(node).localname if isinstance(node.tag, str) else ""
        foreign = isinstance(node.tag, str) and etree.QName(node).namespace not in ("http://www.w3.org/2000/svg", None)
        if node is not root and (not isinstance(node.tag, str) or foreign or tag in ("script", "metadata", "foreignObject", "title", "desc")):
            parent = node.getparent()
            if parent is not None:
                parent.remove(node)
                stripped.add("custom_data")
            continue
        for attribute in list(node.attrib):
            local = etree.QName(attribute).localname.lower()
            if local.startswith("on") or (local == "href" and not node.attrib[attribute].startswith(("#", "data:image/"))):
                del node.attrib[attribute]
                stripped.add("scripts")
    return written(root)


def _document(data: bytes, stripped: set[str], depth: int) -> bytes:
    if depth >= _DEEPEST:
        raise Unusable("office-nested")
    inner = io.BytesIO()
    stripped |= clean(io.BytesIO(data), inner, depth + 1)
    return inner.getvalue()


def _media(data: bytes, stripped: set[str]) -> bytes:
    inner = io.BytesIO()
    stripped |= media.clean(io.BytesIO(data), len(data), inner)[1]
    return inner.getvalue()

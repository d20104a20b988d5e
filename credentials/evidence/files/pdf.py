"""PDF: written anew by qpdf without what it tells about its maker and without anything that acts.

Taken out: document information and XMP of the document and of every page, picture and font; private data of programs; attached files;
scripts and actions; dynamic forms; film and sound; signatures (which name their signer, and which any change breaks); names of
commentators; previews; earlier revisions. JPEG and JPEG 2000 pictures inside are cleaned too. A file that is protected, cut off,
a portfolio of other files or a form that only Adobe's programs can show is refused.

Source: ISO 32000-2, in its words for the keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from credentials.evidence.files import pictures
from credentials.evidence.files.refusals import Unusable

MOST_PAGES = 1000
_MOST_OBJECTS = 500_000

#: Actions that do something else than show a place in this document or an address on the web.
_ACTIVE = {
    "/JavaScript",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/ResetForm",
    "/GoToR",
    "/GoToE",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/RichMediaExecute",
    "/GoTo3DView",
}
_ACTING_ANNOTATIONS = {"/FileAttachment": "embedded_files", "/RichMedia": "media", "/Screen": "media", "/Movie": "media", "/Sound": "media", "/3D": "media"}
#: Keys left out wherever they stand, with the code of what they hold.
_ANYWHERE = {"/Metadata": "properties", "/PieceInfo": "custom_data", "/LastModified": "dates", "/AA": "actions", "/AF": "embedded_files", "/Thumb": "thumbnail"}
_INFO = {
    "/Author": "author",
    "/Creator": "software",
    "/Producer": "software",
    "/Title": "title",
    "/Subject": "title",
    "/Keywords": "title",
    "/CreationDate": "dates",
    "/ModDate": "dates",
}
_ROOT = {
    "/OpenAction": "actions",
    "/Perms": "signatures",
    "/DSS": "signatures",
    "/Legal": "signatures",
    "/URI": "paths",
    "/SpiderInfo": "custom_data",
    "/Threads": "custom_data",
}


def clean(source: BinaryIO, size: int, out: BinaryIO) -> set[str]:
    """Write the cleaned document to ``out``; answers the codes of what was taken out. Raises :class:`Unusable`."""
    source.seek(max(0, size - 2048))
    if b"%%EOF" not in source.read():
        raise Unusable("cut-off")
    source.seek(0)
    try:
        with pikepdf.open(source, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise Unusable("pdf-protected")
            stripped = _clean(pdf)
            pdf.save(
                out,
                linearize=False,
                compress_streams=True,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            )
    except pikepdf.PasswordError:
        raise Unusable("pdf-protected") from None
    except (pikepdf.PdfError, RecursionError, ValueError, TypeError, KeyError, AttributeError) as error:
        if isinstance(error, Unusable):
            raise
        raise Unusable("damaged") from error
    return stripped


def _clean(pdf: Pdf) -> set[str]:
    root = pdf.Root
    if len(pdf.objects) > _MOST_OBJECTS:
        raise Unusable("too-many-parts")
    if not 1 <= len(pdf.pages) <= MOST_PAGES:
        raise Unusable("damaged" if not len(pdf.pages) else "too-many-pages", pages=len(pdf.pages), most=MOST_PAGES)
    if "/Collection" in root:
        raise Unusable("pdf-portfolio")
    if root.get("/NeedsRendering", False):
        raise Unusable("pdf-form")
    stripped: set[str] = set()
    if "/Info" in pdf.trailer:
        stripped |= {_INFO.get(key, "properties") for key in _keys(pdf.trailer.Info)}
        del pdf.trailer["/Info"]
    for key in _keys(root):
        if key in _ROOT:
            # An opening place is harmless, an opening action is not; nobody misses either.
            acts = isinstance(root[key], Dictionary)
            stripped |= {"scripts" if acts and "/JS" in root[key] else _ROOT[key]} if acts or key != "/OpenAction" else set()
            del root[key]
    if "/Names" in root:
        for key, code in (("/EmbeddedFiles", "embedded_files"), ("/JavaScript", "scripts"), ("/Renditions", "media")):
            if key in root.Names:
                stripped.add(code)
                del root.Names[key]
    if "/AcroForm" in root and "/XFA" in root.AcroForm:
        stripped.add("forms")
        del root.AcroForm["/XFA"]
    for number, obj in enumerate(pdf.objects):
        for part in _within(obj):
            stripped |= _clean_dictionary(part) if isinstance(part, (Dictionary, Stream)) else _drop_acting(part)
        if isinstance(obj, Stream):
            stripped |= _clean_picture(obj)
        if number > _MOST_OBJECTS:
            raise Unusable("too-many-parts")
    stripped |= _unsign(root)
    return stripped


def _keys(holder: Object) -> list[str]:
    return list(holder.keys())


def _within(obj: Object, depth: int = 0) -> Iterator[Object]:
    """An indirect object and the arrays and dictionaries written directly inside it; what is referred to has its own turn."""
    if depth > 60:
        raise Unusable("damaged")
    if isinstance(obj, (Dictionary, Stream)):
        yield obj
        children = [obj.get(key) for key in _keys(obj)]
    elif isinstance(obj, Array):
        yield obj
        children = list(obj)
    else:
        return
    for child in children:
        if isinstance(child, (Dictionary, Array)) and not child.is_indirect:
            yield from _within(child, depth + 1)


def _is_active(value: object) -> bool:
    return isinstance(value, (Dictionary, Stream)) and "/S" in value and (str(value.get("/S")) in _ACTIVE or "/JS" in value)


def _is_meant(key: str, value: object, parent: Object) -> bool:
    """Whether a key means what it usually does, and is not the name that a page gave to one of its fonts or pictures."""
    if key == "/Metadata":
        return isinstance(value, Stream) and value.get("/Subtype") == Name.XML
    if key == "/AA":
        return isinstance(value, Dictionary) and all(isinstance(action, Dictionary) and "/S" in action for action in map(value.get, _keys(value)))
    if key == "/AF":
        first = value[0] if isinstance(value, Array) and len(value) else value
        return isinstance(first, Dictionary) and ("/EF" in first or first.get("/Type") == Name.Filespec)
    if key == "/Thumb":
        return parent.get("/Type") == Name.Page
    return key != "/LastModified" or isinstance(value, String)


def _clean_dictionary(part: Object) -> set[str]:
    stripped: set[str] = set()
    for key in _keys(part):
        value = part.get(key)
        if key in _ANYWHERE and _is_meant(key, value, part):
            del part[key]
            stripped.add(_ANYWHERE[key])
        elif _is_active(value):
            stripped.add("scripts" if value is not None and "/JS" in value else "actions")
            del part[key]
    kind = part.get("/Subtype")
    if "/Rect" in part and kind is not None and kind != Name.Widget:
        # Comments carry the name of who wrote them and when.
        for key, code in (("/T", "comment_authors"), ("/M", "dates"), ("/CreationDate", "dates")):
            if key in part:
                del part[key]
                stripped.add(code)
    if part.get("/Type") == Name.Filespec or isinstance(part.get("/EF"), Dictionary):
        for key in ("/F", "/UF", "/DOS", "/Mac", "/Unix", "/EF", "/RF", "/Desc"):
            if key in part:
                del part[key]
                stripped.add("embedded_files" if key == "/EF" else "paths")
    return stripped


def _drop_acting(array: Object) -> set[str]:
    """Take annotations that play, open or attach out of a list of annotations."""
    stripped: set[str] = set()
    for at in range(len(array) - 1, -1, -1):
        entry = array[at]
        code = _ACTING_ANNOTATIONS.get(str(entry.get("/Subtype", ""))) if isinstance(entry, Dictionary) and "/Rect" in entry else None
        if code or _is_active(entry):
            stripped.add(code or "actions")
            del array[at]
    return stripped


def _unsign(root: Object) -> set[str]:
    form = root.get("/AcroForm")
    if not isinstance(form, Dictionary):
        return set()
    found, waiting, seen = False, list(form.get("/Fields", [])), 0
    while waiting and seen < _MOST_OBJECTS:
        field, seen = waiting.pop(), seen + 1
        if not isinstance(field, Dictionary):
            continue
        if field.get("/FT") == Name.Sig and "/V" in field:
            del field["/V"]
            found = True
        waiting += [kid for kid in field.get("/Kids", []) if isinstance(kid, Dictionary)]
    if "/SigFlags" in form:
        del form["/SigFlags"]
    return {"signatures"} if found else set()


def _clean_picture(stream: Object) -> set[str]:
    """A camera's JPEG keeps its Exif inside a PDF: clean it there."""
    filters = stream.get("/Filter")
    names = [str(f) for f in filters] if isinstance(filters, Array) else [str(filters)]
    if names == ["/DCTDecode"]:
        cleaned, stripped = pictures.clean_scan(stream.read_raw_bytes())
    elif names == ["/JPXDecode"]:
        cleaned, stripped = _jpeg_2000(stream.read_raw_bytes())
    else:
        return set()
    if stripped:
        parameters = stream.get("/DecodeParms")
        stream.write(cleaned, filter=Name(names[0]), decode_parms=parameters if isinstance(parameters, (Dictionary, Array)) else None)
    return stripped


def _jpeg_2000(data: bytes) -> tuple[bytes, set[str]]:
    """Without the boxes that hold XML and programs' own data (ISO 15444-1, annex I)."""
    if not data.startswith(b"\0\0\0\x0cjP  "):
        return data, set()
    out, at, stripped = [], 0, set()
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        size = int.from_bytes(data[at + 8 : at + 16]) if size == 1 else size or len(data) - at
        if size < 8:
            return data, set()
        if kind in (b"jP  ", b"ftyp", b"jp2h", b"jp2c", b"rreq"):
            out.append(data[at : at + size])
        else:
            stripped |= {"custom_data"}
        at += size
    return b"".join(out), stripped

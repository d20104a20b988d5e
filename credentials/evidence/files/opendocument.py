"""What OpenDocument files (LibreOffice and others) tell about their maker, part by part. Source: OASIS OpenDocument 1.3."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from lxml import etree

from credentials.evidence.files.refusals import Unusable
from credentials.evidence.files.safe_xml import Pseudonyms, local, parse, remove, written

_KINDS = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_DROPPED = (
    (re.compile(r"Thumbnails/.*"), "thumbnail"),
    (re.compile(r"META-INF/\w*signatures\.xml"), "signatures"),
    (re.compile(r"Versions/.*|VersionList\.xml"), "editing_history"),
    (re.compile(r"(.*/)?manifest\.rdf|layout-cache"), "custom_data"),
)
_META = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3">'
    b"<office:meta/></office:document-meta>"
)
_TELLING = (
    dict.fromkeys(("creator", "initial-creator", "printed-by"), "author")
    | dict.fromkeys(("date", "creation-date", "print-date"), "dates")
    | dict.fromkeys(("title", "subject", "description", "keyword"), "title")
    | dict.fromkeys(("editing-duration", "editing-cycles"), "editing_history")
    | {"generator": "software", "user-defined": "properties", "template": "paths"}
)
_PRINTER = ("Printer", "Fax", "CurrentDatabase", "Redline", "Password", "Author", "ModifyPassword")
_EPOCH = "2000-01-01T00:00:00"


def kind(mimetype: bytes, manifest: bytes) -> str:
    """``odt``, ``ods`` or ``odp``. Raises :class:`Unusable` for anything else and for what a password protects."""
    if b"encryption-data" in manifest:
        raise Unusable("office-protected")
    try:
        return _KINDS[mimetype.strip()]
    except KeyError:
        raise Unusable("office-kind") from None


class Cleaner:
    """Knows, for one document, which parts go, and how each of the others is changed."""

    def __init__(self, name: str, names: Sequence[str], read: Callable[[str], bytes]) -> None:
        self.name, self.names = name, names
        self.stripped: set[str] = set()
        self._pseudonyms = Pseudonyms()
        self._gone: set[str] = set()
        for part in names:
            if re.fullmatch(r"(Basic|Scripts)/.+", part):
                raise Unusable("macros")
            code = next((code for pattern, code in _DROPPED if pattern.fullmatch(part)), None)
            if code:
                self._gone.add(part)
                self.stripped |= {code} if not part.endswith("/") and code != "custom_data" else set()
        manifest = parse(read("META-INF/manifest.xml")) if "META-INF/manifest.xml" in names else None
        for entry in manifest.iter(etree.Element) if manifest is not None else ():
            if "oleobject" in "".join(entry.attrib.values()).lower():
                raise Unusable("office-object", name=next((v for k, v in entry.attrib.items() if local(k) == "full-path"), ""))

    def order(self) -> list[str]:
        """The parts in the order in which they are written: the media type first, as the format demands."""
        return sorted(self.names, key=lambda name: name != "mimetype")

    def is_dropped(self, name: str) -> bool:
        return name in self._gone

    def most(self, name: str) -> int:
        """How large a part may be when it is unpacked, in bytes."""
        return (60 if name.endswith(".xml") else 100) * 1024 * 1024

    def change_for(self, name: str) -> Callable[[bytes], bytes] | None:
        """How this part is changed; None: it is not XML that could tell anything."""
        last = posixpath.basename(name)
        if name == "META-INF/manifest.xml":
            return self._manifest
        if last == "meta.xml":
            return self._meta
        if last == "settings.xml":
            return self._settings
        if last in ("content.xml", "styles.xml"):
            return self._content
        return None

    def _manifest(self, data: bytes) -> bytes:
        root = parse(data)
        for node in list(root):
            path = next((value for key, value in node.attrib.items() if local(key) == "full-path"), "")
            if path in self._gone or path.startswith("Thumbnails/"):
                root.remove(node)
        return written(root)

    def _meta(self, data: bytes) -> bytes:
        for node in parse(data).iter(etree.Element):
            if local(node.tag) in _TELLING and ((node.text or "").strip() or local(node.tag) == "template"):
                self.stripped.add(_TELLING[local(node.tag)])
        return _META

    def _settings(self, data: bytes) -> bytes:
        root = parse(data)
        for node in root.iter(etree.Element):
            name = next((value for key, value in node.attrib.items() if local(key) == "name"), "")
            if local(node.tag) == "config-item" and node.text and name.startswith(_PRINTER):
                node.text = ""
                self.stripped.add("printer")
        return written(root)

    def _content(self, data: bytes) -> bytes:
        root = parse(data)
        doomed = []
        for node in root.iter(etree.Element):
            tag = local(node.tag)
            parent = local(node.getparent().tag) if node.getparent() is not None else ""
            if tag in ("scripts", "event-listeners"):
                doomed.append(node)
            elif tag == "creator" and parent in ("annotation", "change-info", "note"):
                node.text = self._pseudonyms.of((node.text or "").strip())
                self.stripped.add("comment_authors")
            elif tag == "date" and parent in ("annotation", "change-info"):
                node.text = _EPOCH
                self.stripped.add("dates")
            elif tag in ("creator-initials", "sender-initials", "date-string"):
                node.text = ""
            for attribute, value in list(node.attrib.items()):
                if local(attribute) == "href" and re.match(r"(file:|/|[A-Za-z]:[\\/])", unquote(value)):
                    node.attrib[attribute] = posixpath.basename(unquote(value).replace("\\", "/"))
                    self.stripped.add("paths")
        for node in doomed:
            if len(node):
                self.stripped.add("scripts")
            remove(node)
        return written(root)

"""What Word, Excel and PowerPoint files tell about their maker, part by part (ECMA-376 and Microsoft's extensions to it)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from lxml import etree

from credentials.evidence.files.refusals import Unusable
from credentials.evidence.files.safe_xml import Pseudonyms, local, parse, remove, written

_MAIN = {"wordprocessingml.document.main+xml": "docx", "spreadsheetml.sheet.main+xml": "xlsx", "presentationml.presentation.main+xml": "pptx"}
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

#: Parts left out, with the code of what they hold.
_DROPPED = (
    (re.compile(r"docprops/thumbnail\.\w+"), "thumbnail"),
    (re.compile(r"docprops/custom\.xml"), "properties"),
    (re.compile(r"(docmetadata|customxml)/.*"), "custom_data"),
    (re.compile(r"_xmlsignatures/.*"), "signatures"),
    (re.compile(r"word/people\.xml"), "comment_authors"),
    (re.compile(r"\w+/printersettings/.*"), "printer"),
    (re.compile(r"xl/revisions/.*"), "editing_history"),
    (re.compile(r"ppt/(changesinfos/.*|revisioninfo\.xml)"), "editing_history"),
    (re.compile(r".*\.wdp"), "custom_data"),
)
_MACROS = re.compile(r".*(vbaproject|vbadata|/macrosheets/|/activex/|attachedtoolbars).*")
_OBJECTS = re.compile(r".*/(embeddings|externallinks|ctrlprops)/.*\.(bin|ole)|.*\.bin")

_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)
_TELLING = (
    dict.fromkeys(("creator", "lastModifiedBy", "Manager", "Company"), "author")
    | dict.fromkeys(("created", "modified", "lastPrinted"), "dates")
    | dict.fromkeys(("title", "subject", "keywords", "description", "category"), "title")
    | dict.fromkeys(("Application", "AppVersion"), "software")
    | dict.fromkeys(("Template", "HyperlinkBase"), "paths")
    | dict.fromkeys(("TotalTime", "revision"), "editing_history")
)
_EPOCH = "2000-01-01T00:00:00Z"
#: A folder on somebody's computer or on a school's server.
_PATH = re.compile(r"^(file:|[A-Za-z]:[\\/]|\\\\|/(Users|home|Volumes)/)")

#: Elements left out wherever they stand, by local name.
_GONE = (
    dict.fromkeys(("rsids", "docId", "revisionPtr"), "editing_history")
    | dict.fromkeys(("attachedTemplate", "mailMerge", "absPath"), "paths")
    | dict.fromkeys(("docVars", "imgProps", "dataBinding"), "custom_data")
    | dict.fromkeys(("writeProtection", "fileSharing"), "author")
)
_NAMES = {"author", "name", "displayName", "lastModifiedBy", "refreshedBy", "userName", "user"}
_INITIALS = {"initials"}
_IDS = {"userId", "providerId"}
_DATES = {"date", "dateUtc", "dt", "dT", "created", "refreshedDate", "refreshedDateIso"}


def kind(types: bytes) -> str:
    """``docx``, ``xlsx`` or ``pptx`` by the declared type of the main part. Raises :class:`Unusable` for anything else, macros above all."""
    text = types.decode("utf-8", "replace")
    if "macroEnabled" in text or "vbaProject" in text or "ms-office.activeX" in text:
        raise Unusable("macros")
    for main, name in _MAIN.items():
        if main in text:
            return name
    raise Unusable("office-kind")


class Cleaner:
    """Knows, for one document, which parts go, and how each of the others is changed."""

    def __init__(self, name: str, names: Sequence[str], read: Callable[[str], bytes]) -> None:
        self.name, self.names = name, names
        self.stripped: set[str] = set()
        self._pseudonyms = Pseudonyms()
        self._gone: set[str] = set()
        for part in names:
            lowered = part.lower()
            if _MACROS.fullmatch(lowered):
                raise Unusable("macros")
            code = next((code for pattern, code in _DROPPED if pattern.fullmatch(lowered)), None)
            if code:
                self._gone.add(part)
                if not part.endswith("/"):
                    self.stripped.add(code)
            elif _OBJECTS.fullmatch(lowered):
                raise Unusable("office-object", name=posixpath.basename(part))

    def order(self) -> list[str]:
        """The parts in the order in which they are written: the list of types first, as readers like it."""
        return sorted(self.names, key=lambda name: name != "[Content_Types].xml")

    def is_dropped(self, name: str) -> bool:
        return name in self._gone

    def most(self, name: str) -> int:
        """How large a part may be when it is unpacked, in bytes."""
        return (100 if "/worksheets/" in name or not name.endswith((".xml", ".rels")) else 40) * 1024 * 1024

    def change_for(self, name: str) -> Callable[[bytes], bytes] | None:
        """How this part is changed; None: it is not XML that could tell anything."""
        lowered = name.lower()
        if name == "[Content_Types].xml":
            return self._types
        if lowered.endswith(".rels"):
            return lambda data: self._relations(name, data)
        if lowered == "docprops/core.xml":
            return lambda data: self._properties(data, _CORE)
        if lowered == "docprops/app.xml":
            return lambda data: self._properties(data, _APP)
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", lowered):
            return self._sheet
        if re.fullmatch(r"xl/comments\d*\.xml|xl/comments/.*\.xml", lowered):
            return self._excel_notes
        if lowered.endswith(".xml") and not re.search(r"/(theme|fonts|sharedstrings|calcchain)[^/]*|xl/styles", lowered):
            return self._part
        return None

    def _types(self, data: bytes) -> bytes:
        root = parse(data)
        for node in list(root):
            if node.get("PartName", "").lstrip("/") in self._gone:
                root.remove(node)
        return written(root)

    def _relations(self, name: str, data: bytes) -> bytes:
        base = posixpath.dirname(posixpath.dirname(name))
        root = parse(data)
        for node in list(root):
            target, relation = node.get("Target", ""), node.get("Type", "").rpartition("/")[2]
            if node.get("TargetMode") == "External":
                if relation == "attachedTemplate":
                    root.remove(node)
                    self.stripped.add("paths")
                elif relation not in ("hyperlink", "video", "audio", "media") or _PATH.match(unquote(target)):
                    # A picture or template from elsewhere would call home when a reviewer opens the file; a folder name tells whose
                    # computer it was. Links to web pages stay.
                    node.set("Target", posixpath.basename(unquote(target).replace("\\", "/")) if relation in ("hyperlink", "externalLinkPath") else "NULL")
                    self.stripped.add("paths")
            elif posixpath.normpath(posixpath.join(base, target) if not target.startswith("/") else target).lstrip("/") in self._gone:
                root.remove(node)
        return written(root)

    def _properties(self, data: bytes, empty: bytes) -> bytes:
        for node in parse(data).iter(etree.Element):
            if (node.text or "").strip() and local(node.tag) in _TELLING:
                self.stripped.add(_TELLING[local(node.tag)])
        return empty

    def _sheet(self, data: bytes) -> bytes:
        # A sheet may be large, so it is not made a tree of: the two places that matter are found in its text.
        if any(name.lower().startswith("xl/printersettings/") for name in self._gone):
            data = re.sub(rb"(<(?:\w+:)?pageSetup\b[^>]*?)\s+\w+:id=\"[^\"]*\"", rb"\1", data)
        data, count = re.subn(rb"(<(?:\w+:)?scenario\b[^>]*?\suser=\")[^\"]*\"", rb'\1Author"', data)
        if count:
            self.stripped.add("author")
        return data

    def _excel_notes(self, data: bytes) -> bytes:
        root = parse(data)
        names = []
        for node in root.iter(etree.Element):
            if local(node.tag) == "author" and (node.text or "").strip():
                names.append(node.text.strip())
                node.text = self._pseudonyms.of(node.text.strip())
                self.stripped.add("comment_authors")
        for node in root.iter(etree.Element):
            # Excel writes the name once more, as the first words of the note itself.
            if local(node.tag) == "t" and node.text:
                for known in names:
                    if node.text.lstrip().startswith(known + ":"):
                        node.text = node.text.replace(known, self._pseudonyms.of(known), 1)
        return written(root)

    def _part(self, data: bytes) -> bytes:
        root = parse(data)
        who = local(root.tag) in ("cmAuthorLst", "authorLst", "personList")
        doomed = []
        for node in root.iter(etree.Element):
            tag = local(node.tag)
            if tag in _GONE:
                doomed.append(node)
                continue
            for attribute in list(node.attrib):
                self._attribute(node, tag, attribute, who)
        for node in doomed:
            self.stripped.add(_GONE[local(node.tag)])
            while node.getparent() is not None and local(node.getparent().tag) in ("Choice", "AlternateContent") and local(node.tag) != "dataBinding":
                node = node.getparent()
            remove(node)
        return written(root)

    def _attribute(self, node: etree._Element, tag: str, attribute: str, who: bool) -> None:
        name, value = local(attribute), node.attrib[attribute]
        of_word = attribute.startswith(f"{{{_W}}}")
        if of_word and name.startswith("rsid"):
            del node.attrib[attribute]
        elif (of_word and name == "author") or name == "refreshedBy" or (who and name in _NAMES):
            node.attrib[attribute] = self._pseudonyms.of(value)
            self.stripped.add("comment_authors" if name != "refreshedBy" else "author")
        elif name in _INITIALS and (of_word or who):
            node.attrib[attribute] = "A"
        elif who and name in _IDS:
            node.attrib[attribute] = self._pseudonyms.of(value) if name == "userId" else "None"
        elif name in _DATES and (of_word or tag in ("cm", "threadedComment", "commentExtensible", "reply", "pivotCacheDefinition")):
            self.stripped.add("dates")
            if name in ("date", "dateUtc", "dt"):
                del node.attrib[attribute]
            else:
                node.attrib[attribute] = "36526" if name == "refreshedDate" else _EPOCH
        elif name in ("sourceFile", "odcFile") or (name in ("descr", "title", "name", "connection") and _PATH.match(value)):
            node.attrib[attribute] = posixpath.basename(value.replace("\\", "/"))
            self.stripped.add("paths")

"""The words in a document, for one purpose: to tell its author that she could be recognised by them."""

from __future__ import annotations

import threading
import zipfile
from typing import IO

import pypdfium2
from lxml import etree

#: Enough to find a name on a cover or in a header; more would only cost time.
MOST_PAGES, MOST_LETTERS = 60, 300_000
_MOST_XML = 20 * 1024 * 1024
_TEXT_PARTS = {
    "docx": ("word/document", "word/header", "word/footer", "word/footnotes", "word/endnotes", "word/comments"),
    "pptx": ("ppt/slides/slide", "ppt/notesslides/", "ppt/comments/", "ppt/slidelayouts/slidelayout", "ppt/slidemasters/slidemaster"),
    "xlsx": ("xl/sharedstrings", "xl/worksheets/sheet", "xl/comments", "xl/workbook.xml"),
    "odt": ("content.xml", "styles.xml"),
    "ods": ("content.xml", "styles.xml"),
    "odp": ("content.xml", "styles.xml"),
}
#: PDFium keeps state of its own and may be used by one thread at a time.
_pdfium = threading.Lock()


def words(body: IO[bytes], name: str) -> str:
    """The words of a clean document of this format; empty for pictures and recordings, and for what cannot be read."""
    if name == "pdf":
        return _pdf(body)
    if name in _TEXT_PARTS:
        return _office(body, _TEXT_PARTS[name])
    return ""


def _pdf(body: IO[bytes]) -> str:
    body.seek(0)
    found: list[str] = []
    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(body.read())
        except pypdfium2.PdfiumError:
            return ""
        try:
            for number in range(min(len(document), MOST_PAGES)):
                page = document[number]
                text = page.get_textpage()
                found.append(text.get_text_bounded())
                text.close()
                page.close()
                if sum(map(len, found)) > MOST_LETTERS:
                    break
        except pypdfium2.PdfiumError:
            pass
        finally:
            document.close()
    return "\n".join(found)[:MOST_LETTERS]


def _office(body: IO[bytes], parts: tuple[str, ...]) -> str:
    found: list[str] = []
    letters = 0
    with zipfile.ZipFile(body) as package:
        for entry in package.infolist():
            if not entry.filename.lower().startswith(parts) or not entry.filename.endswith(".xml") or entry.file_size > _MOST_XML:
                continue
            root = etree.fromstring(package.read(entry), etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True))
            if root is None:
                continue
            for node in root.iter(etree.Element):
                # A paragraph ends a word, a run within it does not: "Mar" + "ia" is one name.
                if node.tag.rpartition("}")[2] in ("p", "h", "si", "tab", "br", "cell", "text", "creator", "date", "annotation"):
                    found.append(" ")
                if node.text:
                    found.append(node.text)
                    letters += len(node.text)
                if node.tail:
                    found.append(node.tail)
                    letters += len(node.tail)
            found.append("\n")
            if letters > MOST_LETTERS:
                break
    return "".join(found)[:MOST_LETTERS]

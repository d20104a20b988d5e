"""XML from strangers: no entities, no document type, no network; written so that prefixes stay as Office wants them."""

from __future__ import annotations

import re

from lxml import etree

from credentials.evidence.files.refusals import Unusable


def parse(data: bytes) -> etree._Element:
    """The root element. Raises :class:`Unusable` for XML that is broken or brings a document type, which Office never writes."""
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", data[:8192], re.IGNORECASE):
        raise Unusable("damaged")
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise Unusable("damaged") from error


def written(root: etree._Element) -> bytes:
    """The document as bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def local(name: str) -> str:
    """The name without its namespace."""
    return name.rpartition("}")[2]


def remove(node: etree._Element) -> None:
    """Take an element out and leave what follows it in place."""
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)


class Pseudonyms:
    """The same neutral name for the same person throughout one document, so that a conversation in comments can still be followed."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """``Author 1`` for the first name met, and so on."""
        return self._known.setdefault(name, f"Author {len(self._known) + 1}")

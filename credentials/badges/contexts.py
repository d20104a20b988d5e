"""The JSON-LD contexts badges are written in: read from an installed package, compared by digest, never fetched.

A context decides what a word in a badge means, so a changed context changes what a signature says. The texts come out of
the package data of `openbadgeslib` (the library itself is not imported) and have to be the published ones to the byte.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from credentials.badges.refusals import N_, Refused, Unknown, shown

VC2 = "https://www.w3.org/ns/credentials/v2"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
VC1 = "https://www.w3.org/2018/credentials/v1"
OB3_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

# Address, file in openbadgeslib/ob3/contexts, SHA-256 of the text as its publisher serves it. The unversioned OB
# context.json is left out on purpose: it clashes with the protected terms of VC 2.0.
PINNED: dict[str, tuple[str, str]] = {
    VC2: ("credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    OB3: ("ob-v3p0-context-3.0.3.json", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": (
        "ob-v3p0-context-3.0.2.json",
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": (
        "ob-v3p0-context-3.0.1.json",
        "5f3d9dd6288ef437ff8286cf95ffbff609c748a66f24a1e9450c45ca64be1571",
    ),
    OB3_EXTENSIONS: ("ob-v3p0-extensions.json", "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93"),
}

# pyld keeps parsed contexts in caches that several threads may not change at once ("OrderedDict mutated during
# iteration"). Whoever calls pyld holds this lock.
PYLD_LOCK = threading.RLock()


class ContextChanged(RuntimeError):
    """A pinned context is missing or is not the published text: the installation is broken, not the badge."""


class Contexts:
    """A fixed set of contexts, and the loader that hands them to pyld.

    `documents` maps an address to the parsed context document. `static` says that the texts can never change, so that pyld
    may keep the parsed form for the whole process; it is true for the pinned ones only, because that cache is by address.
    """

    def __init__(self, documents: Mapping[str, dict[str, Any]], *, static: bool = False) -> None:
        self.documents = dict(documents)
        self.static = static
        self.synonyms = _synonyms(self.documents.values())

    def load(self, url: str, options: object = None) -> dict[str, Any]:
        """pyld's document loader. Raises `Unknown` for an address that is not in the set; nothing is ever fetched."""
        try:
            document = self.documents[url]
        except KeyError:
            raise Unknown(N_("The context %(url)s is not one that this verifier knows."), url=shown(url)) from None
        answer = {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": document}
        return answer | {"tag": "static"} if self.static else answer

    def same_type(self, one: str, other: str) -> bool:
        """Whether two type names stand for the same IRI (OpenBadgeCredential and AchievementCredential do)."""
        return one == other or bool(self.synonyms.get(one, frozenset()) & self.synonyms.get(other, frozenset()))


@functools.cache
def pinned() -> Contexts:
    """The published contexts, checked by digest. Raises `ContextChanged` if a text is missing or differs."""
    spec = importlib.util.find_spec("openbadgeslib")
    if spec is None or not spec.submodule_search_locations:
        raise ContextChanged("The package openbadgeslib, which carries the JSON-LD contexts, is not installed.")
    folder = Path(spec.submodule_search_locations[0]) / "ob3" / "contexts"
    documents = {}
    for url, (name, digest) in PINNED.items():
        try:
            text = (folder / name).read_bytes()
        except OSError as problem:
            raise ContextChanged(f"The context {url} could not be read from {folder / name}.") from problem
        if hashlib.sha256(text).hexdigest() != digest:
            raise ContextChanged(f"The file {folder / name} is not the published text of {url}.")
        documents[url] = json.loads(text)
    return Contexts(documents, static=True)


def check_context_list(context: object, contexts: Contexts) -> None:
    """The `@context` of a credential: a list of known addresses, VC 2.0 first, each once, none written inline.

    Raises `Unknown` for an address that is not known, `Refused` for anything else.
    """
    if isinstance(context, list) and context[:1] == [VC1]:
        raise Unknown(N_("The badge is written in version 1 of the data model, which this verifier does not know."))
    if not isinstance(context, list) or not context or context[0] != VC2:
        raise Refused(N_("The first context has to be %(url)s."), url=VC2)
    for entry in context:
        if not isinstance(entry, str):
            raise Refused(N_("A context is written into the credential itself, which could give its words any meaning."))
        if entry not in contexts.documents:
            raise Unknown(N_("The context %(url)s is not one that this verifier knows."), url=shown(entry))
    if len(set(context)) != len(context):
        raise Refused(N_("The same context is named twice."))


def _synonyms(documents: Any) -> dict[str, frozenset[str]]:
    """Every term that a context gives as a plain IRI, with the IRIs it may stand for, at whatever depth it is defined."""
    found: dict[str, set[str]] = {}

    def walk(context: Any) -> None:
        for part in context if isinstance(context, list) else [context]:
            if not isinstance(part, dict):
                continue
            for term, definition in part.items():
                iri = definition.get("@id") if isinstance(definition, dict) else definition
                if isinstance(iri, str) and not term.startswith("@"):
                    iri = part[iri]["@id"] if isinstance(part.get(iri), dict) and "@id" in part[iri] else iri
                    found.setdefault(term, set()).add(iri)
                if isinstance(definition, dict) and "@context" in definition:
                    walk(definition["@context"])

    for document in documents:
        walk(document.get("@context", {}))
    return {term: frozenset(iris) for term, iris in found.items()}

"""A credential as linked data: read strictly, checked to say in JSON exactly what is signed in RDF, and put into canonical form.

A Data Integrity signature covers the RDF statements a document expands to, while people and programs read its JSON. The two
agree only if the JSON is the form that the published contexts give those statements. Otherwise a holder can respell
`validUntil` by its full IRI: the signature holds, and nobody sees the date. `check_form` closes that door, both for what
comes in and for what goes out. Source: Verifiable Credential Data Integrity 1.0, section 2.4.1 (Context Validation).

The canonical form is RDFC-1.0 by pyoxigraph. pyld's own N-Quads write control characters wrongly, so verifiers in other
languages reject a signature over them; pyld only turns JSON-LD into statements here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pyoxigraph
from pyld import jsonld

from credentials.badges.contexts import PYLD_LOCK, Contexts, check_context_list, pinned
from credentials.badges.refusals import N_, Refused, Unknown, shown

LARGEST_DOCUMENT = 256 * 1024  # bytes of JSON
_DEEPEST, _MOST_VALUES, _MOST_TYPES, _MOST_ENDORSEMENTS = 32, 4_000, 8, 8
_SAFE_INTEGER = 2**53 - 1  # the largest that JavaScript keeps exactly (RFC 8259, section 6)

# Nodes that look alike cost a canonicalisation that grows with the factorial of their number. Eight results with equal
# content are harmless, five that point at each other are the limit.
_MOST_TWINS = 5

# A relative address is resolved against this base, where it can be seen and refused.
_BASE = "https://relative.invalid/"
# An absolute IRI in ASCII, none of the characters that RFC 3987 leaves out. Spaces would make a statement disappear.
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#$%&'()*+,./0-9:;=?@A-Z\[\]_a-z~-]+\Z")
_ENDORSEMENT = "endorsement"
# On input nobody foresaw pyld stumbles over its own types; that is the input's fault and no reason to fall.
_PYLD_ERRORS = (jsonld.JsonLdError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def read_json(text: str | bytes) -> dict[str, Any]:
    """A JSON object, read strictly. Raises `Refused` if it is too large, names a member twice, is nested too deeply, has
    text that is not UTF-8 or numbers that other languages would read differently."""
    if len(text) > LARGEST_DOCUMENT:
        raise Refused(N_("The badge is larger than %(limit)d KiB."), limit=LARGEST_DOCUMENT // 1024)
    try:
        plain = text.decode("utf-8") if isinstance(text, bytes) else text
        # 3.0 is the integer 3 to JavaScript, in which most badges are signed and read.
        document = json.loads(plain, object_pairs_hook=_once, parse_float=_number, parse_constant=_no_constant)
    except Refused:
        raise
    except (ValueError, RecursionError):
        raise Refused(N_("The badge is not JSON text in UTF-8.")) from None
    if not isinstance(document, dict):
        raise Refused(N_("The badge is not a JSON object."))
    screen(document)
    return document


def screen(document: dict[str, Any]) -> None:
    """Limits on what a document may cost to look at. Raises `Refused`."""
    values = 0
    waiting: list[tuple[Any, int]] = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        values += 1
        if depth > _DEEPEST or values > _MOST_VALUES:
            raise Refused(N_("The badge is nested too deeply or has too many parts."))
        if isinstance(value, dict):
            types = value.get("type")
            if isinstance(types, list) and len(types) > _MOST_TYPES:
                raise Refused(N_("A part of the badge has too many types."))
            waiting.extend((inner, depth + 1) for inner in value.values())
            waiting.extend((key, depth) for key in value)
        elif isinstance(value, list):
            if any(isinstance(inner, list) for inner in value):
                raise Refused(N_("A list stands directly inside a list, which linked data cannot say."))
            waiting.extend((inner, depth + 1) for inner in value)
        elif isinstance(value, str):
            if any("\ud800" <= c <= "\udfff" for c in value):
                raise Refused(N_("The badge has a text that is not Unicode."))
        elif isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) > _SAFE_INTEGER:
            raise Refused(N_("The badge has a number too large to be read the same everywhere."))


def check_form(document: dict[str, Any], contexts: Contexts | None = None) -> list[Any]:
    """Refuse a document (without its `proof`) whose JSON says anything else than its RDF; return its expanded form.

    Raises `Unknown` if a context is not known here, and `Refused` for an undefined word, a relative address, a respelled
    or hidden member, or a second description of the credential or of its status entry.
    """
    contexts = contexts or pinned()
    _check_spelling(document, contexts)
    expanded = _expand(document, contexts)
    _check_statements(expanded)
    _check_single_description(expanded)
    _check_compacted(document, expanded, contexts)
    return expanded


def canonical_nquads(document: dict[str, Any] | list[Any], contexts: Contexts | None = None) -> str:
    """The RDFC-1.0 canonical N-Quads of a JSON-LD document or, to save time, of its expanded form from `check_form`.

    Raises as `check_form` does, but looks only at what canonicalising needs: it is no substitute for that check.
    """
    contexts = contexts or pinned()
    with PYLD_LOCK:
        try:
            dataset = jsonld.to_rdf(document, {"documentLoader": contexts.load, "base": _BASE})
        except _PYLD_ERRORS as problem:
            raise _refusal(problem) from None
    quads = [_quad(triple, graph) for graph, triples in dataset.items() for triple in triples]
    _check_twins(quads)
    canonical = pyoxigraph.Dataset(quads)
    canonical.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in canonical))


def _quad(triple: dict[str, Any], graph: str) -> pyoxigraph.Quad:
    try:
        name = None if graph == "@default" else _term({"type": "IRI", "value": graph})
        subject, predicate, value = (_term(triple[part]) for part in ("subject", "predicate", "object"))
        return pyoxigraph.Quad(subject, predicate, value, name)
    except (ValueError, TypeError):
        raise Refused(N_("The badge has an address or a value that linked data cannot say.")) from None


def _term(term: dict[str, Any]) -> Any:
    value = term["value"]
    if term["type"] == "literal":
        if "language" in term:
            return pyoxigraph.Literal(value, language=term["language"])
        return pyoxigraph.Literal(value, datatype=pyoxigraph.NamedNode(term["datatype"]))
    return pyoxigraph.BlankNode(value[2:]) if value.startswith("_:") else pyoxigraph.NamedNode(value)


def _check_twins(quads: Iterable[pyoxigraph.Quad]) -> None:
    """Refuse a graph with many nodes that can be told apart only by how they are linked (RDFC-1.0, section 7.2)."""
    about: dict[Any, list[str]] = defaultdict(list)
    linked: dict[Any, set[Any]] = defaultdict(set)
    for quad in quads:
        ends = [end for end in (quad.subject, quad.object, quad.graph_name) if isinstance(end, pyoxigraph.BlankNode)]
        for end in ends:
            def name(term: Any, end: Any = end) -> str:
                return ("_:a" if term == end else "_:z") if isinstance(term, pyoxigraph.BlankNode) else str(term)

            about[end].append(f"{name(quad.subject)} {quad.predicate} {name(quad.object)} {name(quad.graph_name)}")
            linked[end].update(other for other in ends if other != end)
    # The hash function of the first degree; nodes with a hash of their own need no further work.
    first = {node: hashlib.sha256("\n".join(sorted(lines)).encode()).digest() for node, lines in about.items()}
    shared = Counter(first.values())
    twins = {node for node, digest in first.items() if shared[digest] > 1}
    if sum(1 for node in twins if linked[node] & twins) > _MOST_TWINS:
        raise Refused(N_("The badge has too many parts that cannot be told apart."))


def _expand(document: dict[str, Any], contexts: Contexts) -> list[Any]:
    with PYLD_LOCK:
        try:
            return jsonld.expand(document, {"documentLoader": contexts.load, "base": _BASE})
        except _PYLD_ERRORS as problem:
            raise _refusal(problem) from None


def _refusal(problem: BaseException) -> Refused:
    """What pyld could not do, in our words: its own message quotes the document."""
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, Unknown):
            return cause
        cause = cause.__cause__ or cause.__context__
    return Refused(N_("The badge is not well-formed linked data (%(code)s)."), code=shown(getattr(problem, "code", "")))


def _check_spelling(document: dict[str, Any], contexts: Contexts) -> None:
    """Contexts where they belong, and member names that are words and nothing else."""
    check_context_list(document.get("@context"), contexts)
    waiting: list[Any] = [value for key, value in document.items() if key != "@context"]
    _check_names(key for key in document if key != "@context")
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif value is None:
            raise Refused(N_("A member of the badge has no value, so nothing about it is signed."))
        elif isinstance(value, dict):
            if "@value" in value and set(value) <= {"@value", "@language"}:
                continue
            types = value.get("type")
            if "EndorsementCredential" in (types if isinstance(types, list) else [types]):
                # An endorsement is a credential in its own right, with contexts of its own.
                check_context_list(value.get("@context"), contexts)
                value = {key: inner for key, inner in value.items() if key != "@context"}
            _check_names(value)
            waiting.extend(value.values())


def _check_names(names: Iterable[str]) -> None:
    for name in names:
        if not name or ":" in name or name.startswith("@"):
            raise Refused(N_("The member “%(name)s” is not spelled as the contexts spell it."), name=shown(name))


def _check_statements(expanded: Any, inside_proof: bool = False) -> None:
    """Every subject, property and type is an absolute IRI, and no keyword moves statements to another place."""
    if isinstance(expanded, list):
        for item in expanded:
            _check_statements(item, inside_proof)
        return
    if not isinstance(expanded, dict) or "@value" in expanded:
        return
    for key, value in expanded.items():
        match key:
            case "@id":
                _check_iri(value)
            case "@type":
                for name in value if isinstance(value, list) else [value]:
                    if str(name).startswith(_BASE):
                        word = str(name).removeprefix(_BASE)
                        raise Refused(N_("The type “%(name)s” is not defined by the contexts."), name=shown(word))
                    _check_iri(name)
            case "@list":
                _check_statements(value)
            case "@graph" if inside_proof:
                _check_statements(value)
            case _ if key.startswith("@"):
                raise Refused(N_("The member “%(name)s” is not spelled as the contexts spell it."), name=shown(key))
            case _:
                _check_iri(key)
                # Each proof of an embedded endorsement stands in a graph of its own.
                _check_statements(value, inside_proof=key == "https://w3id.org/security#proof")


def is_iri(value: object) -> bool:
    """Whether `value` is an absolute IRI in ASCII characters."""
    return isinstance(value, str) and bool(_IRI.match(value)) and not value.startswith(_BASE)


def _check_iri(value: object) -> None:
    if not is_iri(value):
        found = str(value).removeprefix(_BASE)
        raise Refused(N_("“%(found)s” is not a full address in ASCII characters."), found=shown(found))


def _check_single_description(expanded: list[Any]) -> None:
    """The credential and its status entry are described once, at the place where they are read.

    In RDF the members of a node may stand at any place where the node is mentioned, so a holder could move an expiry or a
    status out of sight without touching the signature.
    """
    if len(expanded) != 1:
        raise Refused(N_("The badge describes several things at the top."))
    top = expanded[0]
    guarded = {top["@id"]} if "@id" in top else set()
    status = top.get("https://www.w3.org/2018/credentials#credentialStatus", [])
    places = {id(top), *(id(entry) for entry in status)}
    guarded |= {entry["@id"] for entry in status if "@id" in entry}
    waiting: list[Any] = [top]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            elsewhere = id(value) not in places and value.get("@id") in guarded
            # The specification's own example names the credential again as its refresh service, by id and type.
            if elsewhere and set(value) - {"@id", "@type"}:
                raise Refused(N_("The badge or its status is described a second time inside itself."))
            waiting.extend(value.values())


def _check_compacted(document: dict[str, Any], expanded: list[Any], contexts: Contexts) -> None:
    """The document equals the compacted form of its own expansion; embedded endorsements each for themselves."""
    endorsements: list[dict[str, Any]] = []
    outer = _without_endorsements(document, endorsements)
    if endorsements:
        expanded = _expand(outer, contexts)
    with PYLD_LOCK:
        options = {"documentLoader": contexts.load, "base": _BASE, "skipExpansion": True}
        try:
            compacted = jsonld.compact(expanded, document["@context"], options)
        except _PYLD_ERRORS as problem:
            raise _refusal(problem) from None
    given = {key: value for key, value in outer.items() if key != "@context"}
    _compare(given, {key: value for key, value in compacted.items() if key != "@context"}, "", contexts)
    if len(endorsements) > _MOST_ENDORSEMENTS:
        raise Refused(N_("The badge carries too many endorsements."))
    for endorsement in endorsements:
        unsecured = {key: value for key, value in endorsement.items() if key != "proof"}
        _check_compacted(unsecured, _expand(unsecured, contexts), contexts)


def _without_endorsements(value: Any, found: list[dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_without_endorsements(inner, found) for inner in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for key, inner in value.items():
        entries = inner if isinstance(inner, list) else [inner]
        if key == _ENDORSEMENT and all(isinstance(entry, dict) and "@context" in entry for entry in entries):
            found.extend(entries)
        else:
            kept[key] = _without_endorsements(inner, found)
    return kept


def _compare(given: Any, signed: Any, name: str, contexts: Contexts) -> None:
    if isinstance(given, list) or isinstance(signed, list):
        # Linked data does not tell a list of one from the one.
        ours, theirs = (value if isinstance(value, list) else [value] for value in (given, signed))
        if len(ours) != len(theirs):
            raise _differs(name)
        for mine, its in zip(ours, theirs, strict=True):
            _compare(mine, its, name, contexts)
    elif isinstance(given, dict) and isinstance(signed, dict):
        for key in given.keys() ^ signed.keys():
            raise _differs(key)
        for key, value in given.items():
            _compare(value, signed[key], key, contexts)
    elif isinstance(given, dict) or isinstance(signed, dict):
        # Nor {"id": x} from x.
        if given != {"id": signed} and signed != {"id": given}:
            raise _differs(name)
    elif name in ("type", "@type") and isinstance(given, str) and isinstance(signed, str):
        if not contexts.same_type(given, signed):
            raise _differs(name)
    elif name == "@language" and isinstance(given, str) and isinstance(signed, str):
        if given.lower() != signed.lower():
            raise _differs(name)
    elif isinstance(given, bool) != isinstance(signed, bool) or given != signed:
        raise _differs(name)


def _differs(name: str) -> Refused:
    return Refused(
        N_("What the badge says under “%(name)s” is not what is signed: the contexts do not define it so."), name=shown(name)
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(N_("The badge names the same member twice."))
    return found


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _no_constant(text: str) -> float:
    raise Refused(N_("The badge has a number that is not a number."))

"""Decentralised identifiers: the issuer's name, and the document that lists its keys.

`did:web` is the issuer's own address in another spelling: whoever controls the web site controls the name. Sources: the
did:web method specification; Controlled Identifiers 1.0; for did:key, the did:key method specification.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable
from typing import Any

from credentials.badges.keys import Algorithm, PublicKey
from credentials.badges.refusals import N_, Refused, shown

# The first has to be exactly this one: libraries in JavaScript otherwise ask for contexts that they do not have.
_CONTEXT = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/multikey/v1",
    "https://w3id.org/security/jwk/v1",
]


def did_web(base_url: str) -> str:
    """The `did:web` name of the site at `base_url`: https://badges.example.org/pd becomes did:web:badges.example.org:pd.

    A port is written as %3A, which did:web allows but 1EdTech's public validator cannot read: use one for trials only.
    Raises ValueError if `base_url` names no host.
    """
    parts = urllib.parse.urlsplit(base_url)
    if not parts.hostname:
        raise ValueError(f"{base_url!r} is not the address of a web site.")
    host = parts.hostname.encode("idna").decode("ascii")
    port = f"%3A{parts.port}" if parts.port else ""
    path = "".join(f":{urllib.parse.quote(step, safe='-._')}" for step in parts.path.split("/") if step)
    return f"did:web:{host}{port}{path}"


def did_document_url(did: str) -> str:
    """Where the document of a did:web name is published, always by https. Raises `Refused` for another method."""
    if not did.startswith("did:web:") or "#" in did or "?" in did or "/" in did:
        raise Refused(N_("“%(did)s” is not a did:web name."), did=shown(did))
    host, *steps = did.removeprefix("did:web:").split(":")
    host = urllib.parse.unquote(host)
    if not host or "/" in host or "@" in host or not all(steps) or any(step in (".", "..") for step in steps):
        raise Refused(N_("“%(did)s” is not a did:web name."), did=shown(did))
    return f"https://{host}/{'/'.join(steps) if steps else '.well-known'}/did.json"


def key_id(did: str, key: PublicKey) -> str:
    """The full address of a key, the same in the DID document, in a proof and in a token's `kid`."""
    return f"{did}#{key.fragment}"


def did_document(did: str, keys: Iterable[PublicKey], *, also_known_as: Iterable[str] = ()) -> dict[str, Any]:
    """The DID document of an issuer with these keys, newest first by custom.

    Keys that no longer sign stay in it for ever, or every badge that they signed dies. A stolen key is left out, and the
    badges signed with it are issued anew.
    """
    methods = []
    for fragment, key in {key.fragment: key for key in keys}.items():
        method: dict[str, Any] = {"id": f"{did}#{fragment}", "controller": did}
        if key.algorithm is Algorithm.EDDSA:
            method |= {"type": "Multikey", "publicKeyMultibase": key.multikey()}
        else:
            method |= {"type": "JsonWebKey", "publicKeyJwk": key.jwk() | {"kid": fragment}}
        methods.append(method)
    aliases = list(also_known_as)
    return {
        "@context": list(_CONTEXT),
        "id": did,
        **({"alsoKnownAs": aliases} if aliases else {}),
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def find_key(document: dict[str, Any], controller: str, method: str) -> PublicKey:
    """The key that `method` names in the DID (or controller) document of `controller`, if it may sign badges.

    It has to be listed for assertions, belong to the controller, and not be withdrawn. Raises `Refused`.
    """
    if document.get("id") != controller:
        raise Refused(N_("The issuer's key document is about somebody else."))
    if method.partition("#")[0] != controller:
        raise Refused(N_("The key that signed is not a key of the issuer."))
    listed = document.get("assertionMethod")
    entry = next(
        (e for e in (listed if isinstance(listed, list) else [listed]) if _id(e, controller) == method), None
    )
    if entry is None:
        raise Refused(N_("The issuer does not list the key that signed, or not for badges."))
    candidates = [entry] if isinstance(entry, dict) else document.get("verificationMethod")
    found = [
        candidate
        for candidate in (candidates if isinstance(candidates, list) else [candidates])
        if isinstance(candidate, dict) and _id(candidate, controller) == method
    ]
    if len(found) != 1 or found[0].get("controller") != controller:
        raise Refused(N_("The issuer's key document does not say which key that is."))
    if "revoked" in found[0]:
        raise Refused(N_("The issuer has withdrawn the key that signed."))
    if "publicKeyMultibase" in found[0]:
        return PublicKey.from_multikey(found[0]["publicKeyMultibase"])
    return PublicKey.from_jwk(found[0].get("publicKeyJwk"))


def did_key_document(did: str) -> dict[str, Any]:
    """The document of a did:key name, which is its key spelled out. It says nothing about whose key that is."""
    multikey = did.removeprefix("did:key:")
    key = PublicKey.from_multikey(multikey)
    method = f"{did}#{multikey}"
    entry: dict[str, Any] = {"id": method, "controller": did, "type": "Multikey", "publicKeyMultibase": key.multikey()}
    return {"@context": _CONTEXT[:2], "id": did, "verificationMethod": [entry], "assertionMethod": [method]}


def _id(entry: Any, controller: str) -> Any:
    """The address of a method; DID documents may shorten it to its fragment."""
    address = entry.get("id") if isinstance(entry, dict) else entry
    return controller + address if isinstance(address, str) and address.startswith("#") else address

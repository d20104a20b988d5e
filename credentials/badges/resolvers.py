"""Where the verifier finds what issuers publish: in our own tables, or in a folder of files. Nothing is fetched from anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from core.web import address
from credentials.badges import queries
from credentials.badges.award_facts import issuer_did
from credentials.badges.did import did_document
from credentials.badges.keys import PublicKey
from credentials.badges.models import StatusList
from credentials.badges.verify import Known


def our_did_document() -> dict[str, Any]:
    """The DID document of this installation: every key that it signs or ever signed with."""
    here = address("home.index")
    return did_document(issuer_did(), [PublicKey.from_jwk(row.public) for row in queries.published_keys()], also_known_as=[here])


class Ours:
    """What this installation itself publishes, read from its tables."""

    def did_document(self, did: str) -> dict[str, Any] | None:
        return our_did_document() if did == issuer_did() else None

    def status_list(self, url: str) -> dict[str, Any] | str | None:
        row = our_list(url)
        return row.signed if row is not None else None


def our_list(url: str) -> StatusList | None:
    """Our status list at this address."""
    number = re.fullmatch(r"(.*/)(\d{1,18})", url)
    if number is None or url != address("badges.status", number=int(number[2])):
        return None
    return queries.status_list(int(number[2]))


def folder(path: Path) -> Known:
    """Every DID document and status list in the ``.json`` files of a folder, by its own ``id``; other files are passed over."""
    documents: dict[str, dict[str, Any]] = {}
    lists: dict[str, dict[str, Any] | str] = {}
    for file in sorted(path.glob("*.json")):
        try:
            found = json.loads(file.read_text())
        except (OSError, ValueError):
            continue
        name = found.get("id") if isinstance(found, dict) else None
        if not isinstance(name, str):
            continue
        if "BitstringStatusListCredential" in (found.get("type") or []):
            lists[name] = found
        elif "verificationMethod" in found:
            documents[name] = found
    return Known(documents, lists)

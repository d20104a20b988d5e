"""Data Integrity proofs with the cryptosuite eddsa-rdfc-2022.

Sources: Data Integrity EdDSA Cryptosuites 1.0, section 3.2; Verifiable Credential Data Integrity 1.0, section 4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from credentials.badges.contexts import Contexts, pinned
from credentials.badges.keys import Algorithm, PrivateKey, PublicKey
from credentials.badges.linked_data import canonical_nquads, check_form
from credentials.badges.multibase import multibase58, multibase_decode
from credentials.badges.refusals import N_, Refused, Unknown, shown
from credentials.badges.texts import iri, iso, read_moment

CRYPTOSUITE = "eddsa-rdfc-2022"
TYPE = "DataIntegrityProof"
PURPOSE = "assertionMethod"


def sign_eddsa_rdfc_2022(
    document: dict[str, Any],
    key: PrivateKey,
    verification_method: str,
    created: datetime,
    *,
    contexts: Contexts | None = None,
) -> dict[str, Any]:
    """`document` with a `proof`: a new dictionary, `document` is left alone.

    `verification_method` is the full address of the key in its DID document. The document is checked first as a verifier
    would check it, so nothing leaves that a strict verifier would refuse. Raises `Refused`.
    """
    if key.algorithm is not Algorithm.EDDSA:
        raise Refused(N_("The cryptosuite eddsa-rdfc-2022 needs an Ed25519 key."))
    if "proof" in document:
        raise Refused(N_("The badge already has a proof."))
    options = {
        "type": TYPE,
        "cryptosuite": CRYPTOSUITE,
        "created": iso(created),
        "verificationMethod": iri(verification_method),
        "proofPurpose": PURPOSE,
    }
    signature = key.sign(hash_data(document, options, contexts))
    return document | {"proof": options | {"proofValue": multibase58(signature)}}


def verify_eddsa_rdfc_2022(
    document: dict[str, Any],
    find_key: Callable[[str], PublicKey],
    *,
    now: datetime | None = None,
    contexts: Contexts | None = None,
    expanded: list[Any] | None = None,
) -> str:
    """Check the proof of `document` and return the verification method it was made with.

    `find_key` gives the key behind a verification method, and answers for it being a key of the issuer. `now` is needed
    only for a proof that expires. `expanded` is what `check_form` returned for this document without its proof, if the caller
    has asked already. Raises `Unknown` for a proof of a kind not known here, `Refused` for a wrong one.
    """
    proof = the_proof(document)
    method = proof["verificationMethod"]
    if "expires" in proof and (now is None or read_moment(proof["expires"]) <= now):
        raise Refused(N_("The proof has expired."))
    key = find_key(method)
    if key.algorithm is not Algorithm.EDDSA:
        raise Refused(N_("The cryptosuite eddsa-rdfc-2022 needs an Ed25519 key."))
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name not in ("proofValue", "@context")}
    signature = multibase_decode(proof.get("proofValue"))
    if not proof["proofValue"].startswith("z") or len(signature) != 64:
        raise Refused(N_("The value of the proof is not an Ed25519 signature."))
    if not key.verifies(signature, hash_data(unsecured, options, contexts, expanded)):
        raise Refused(N_("The signature does not fit: the badge was changed, or another key signed it."))
    return method


def the_proof(document: dict[str, Any]) -> dict[str, Any]:
    """The one eddsa-rdfc-2022 proof of a document, its members checked; no signature is looked at.

    Proofs of other kinds beside it are passed over, as the specification's proof sets allow. Raises `Unknown` if there is
    none of this kind and `Refused` if there are several or if it is not well-formed.
    """
    proofs = document.get("proof", [])
    proofs = proofs if isinstance(proofs, list) else [proofs]
    ours = [p for p in proofs if isinstance(p, dict) and p.get("type") == TYPE and p.get("cryptosuite") == CRYPTOSUITE]
    if not proofs:
        raise Refused(N_("The badge is not signed."))
    if not ours:
        kinds = ", ".join(
            shown(p.get("cryptosuite") or p.get("type"), 40) for p in proofs[:4] if isinstance(p, dict)
        )
        raise Unknown(N_("The badge is signed in a way that this verifier does not know (%(kinds)s)."), kinds=kinds)
    if len(ours) > 1:
        raise Refused(N_("The badge has several proofs of the same kind."))
    proof = ours[0]
    if proof.get("proofPurpose") != PURPOSE:
        raise Refused(N_("The proof was not made for a statement about somebody (assertionMethod)."))
    if not isinstance(proof.get("verificationMethod"), str):
        raise Refused(N_("The proof does not say which key made it."))
    if "@context" in proof and proof["@context"] != document.get("@context"):
        raise Refused(N_("The proof was made with other contexts than the badge has."))
    if "created" in proof:
        read_moment(proof["created"])
    return proof


def hash_data(
    document: dict[str, Any], options: dict[str, Any], contexts: Contexts | None = None, expanded: list[Any] | None = None
) -> bytes:
    """The 64 bytes that are signed: SHA-256 of the canonical proof options, then of the canonical document.

    Source: section 3.2.4. The options are read in the contexts of the document. Raises as `linked_data.check_form` does.
    """
    contexts = contexts or pinned()
    configuration = check_form({"@context": document.get("@context")} | options, contexts)
    expanded = expanded or check_form(document, contexts)
    return b"".join(hashlib.sha256(canonical_nquads(part, contexts).encode()).digest() for part in (configuration, expanded))

"""Is this badge genuine, in force and not revoked? One answer for each question, and "unknown" is an answer of its own.

Source: Open Badges 3.0, section 10 (Verification), in the order in which the questions depend on each other. Nothing is
fetched: whoever calls hands in what is published about the issuer, from the network, a folder or its own tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from credentials.badges import proofs, vc_jwt
from credentials.badges.baking import Format, is_png, unbake
from credentials.badges.did import did_key_document, find_key
from credentials.badges.keys import PublicKey
from credentials.badges.linked_data import check_form, read_json, screen
from credentials.badges.refusals import N_, Refused, Unknown, shown
from credentials.badges.shape import check_shape
from credentials.badges.status import PURPOSE, StatusList
from credentials.badges.texts import read_moment

CHECKS = ("parse", "context", "shape", "issuer", "proof", "window", "status")


class Resolver(Protocol):
    """What is published about an issuer. Each answers None for what cannot be had, which makes the check unknown."""

    def did_document(self, did: str) -> dict[str, Any] | None:
        """The DID document of `did`; for an issuer named by an https address, the document at that address."""

    def status_list(self, url: str) -> dict[str, Any] | str | None:
        """The status list credential at `url`: JSON with a Data Integrity proof, or a compact VC-JWT."""


@dataclass(frozen=True)
class Known:
    """A resolver of what is at hand, by address: for tests, for a folder, for our own badges."""

    did_documents: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    status_lists: Mapping[str, dict[str, Any] | str] = field(default_factory=dict)

    def did_document(self, did: str) -> dict[str, Any] | None:
        return self.did_documents.get(did)

    def status_list(self, url: str) -> dict[str, Any] | str | None:
        return self.status_lists.get(url)


@dataclass(frozen=True)
class Check:
    """One question and its answer: True, False, or None for unknown.

    `message` is an English sentence with named placeholders, for `gettext(message) % values`; `detail` is it in English.
    """

    name: str
    ok: bool | None
    message: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def detail(self) -> str:
        return self.message % self.values if self.values else self.message


def is_valid(checks: Iterable[Check]) -> bool:
    """Whether every question was asked and answered with yes. Unknown is not valid."""
    answers = {check.name: check.ok for check in checks}
    return all(answers.get(name) is True for name in CHECKS)


def verify(
    credential: dict[str, Any] | str | bytes, resolver: Resolver, *, now: datetime | None = None
) -> list[Check]:
    """Every check of `CHECKS`, in that order, on a credential as JSON, compact JWS, or baked PNG or SVG file.

    `now` is the moment to judge by, with its time zone; the present if not given. Never raises for a bad badge. Run it on
    files of strangers in a process with limits on time and memory: what it reads is bounded, but not to milliseconds.
    """
    now = now or datetime.now(UTC)
    answers: dict[str, Check] = {}

    def ask(name: str, question: Callable[[], Check], *needs: str) -> None:
        failed = next((need for need in needs if answers[need].ok is not True), None)
        try:
            if failed is not None:
                raise _not_looked_at(failed)
            answers[name] = question()
        except Unknown as problem:
            answers[name] = Check(name, None, problem.message, problem.values)
        except Refused as problem:
            answers[name] = Check(name, False, problem.message, problem.values)

    case = _Case(credential, resolver, now)
    ask("parse", case.parse)
    ask("context", case.context, "parse")
    ask("shape", case.shape, "parse")
    ask("issuer", case.issuer, "parse")
    # A signature over words that mean something else proves nothing, and nothing in an unsigned badge proves anything.
    ask("proof", case.proof, "context")
    ask("window", case.window, "proof")
    ask("status", case.status, "proof", "shape")
    return [answers[name] for name in CHECKS]


def _not_looked_at(check: str) -> Unknown:
    return Unknown(N_("Not looked at, because an earlier check (%(check)s) did not succeed."), check=check)


def read(credential: dict[str, Any] | str | bytes) -> tuple[dict[str, Any], str | None]:
    """The credential in whatever form it came, and the compact JWS if it came as one. Raises `Refused`.

    Nothing is verified: what comes back is a claim.
    """
    if isinstance(credential, dict):
        screen(credential)
        return credential, None
    if isinstance(credential, bytes) and (is_png(credential) or credential.lstrip()[:1] == b"<"):
        baked = unbake(credential)
        if not baked:
            raise Refused(N_("The picture carries no badge."))
        if baked[0].format is not Format.OPEN_BADGES_3:
            raise Unknown(N_("The picture carries an Open Badges 2 assertion, which this verifier does not know."))
        credential = baked[0].text
    try:
        text = credential.decode("utf-8").strip() if isinstance(credential, bytes) else credential.strip()
    except UnicodeDecodeError:
        raise Refused(N_("The badge is neither JSON, a JSON Web Signature, a PNG nor an SVG file.")) from None
    if text.startswith("{"):
        return read_json(text), None
    _, payload = vc_jwt.read_unverified(text)
    return {name: value for name, value in payload.items() if name not in vc_jwt.CLAIMS}, text


def issuer_id(document: dict[str, Any]) -> str:
    """The name of the issuer. Raises `Refused` if there is none."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not isinstance(found, str):
        raise Refused(N_("The badge does not say who issued it."))
    return found


class _Case:
    """One badge on its way through the checks, and what the earlier ones found."""

    def __init__(self, credential: dict[str, Any] | str | bytes, resolver: Resolver, now: datetime) -> None:
        self.credential, self.resolver, self.now = credential, resolver, now
        self.document: dict[str, Any] = {}
        self.token: str | None = None
        self.expanded: list[Any] | None = None
        self.key: PublicKey | None = None

    def parse(self) -> Check:
        self.document, self.token = read(self.credential)
        kind = "VC-JWT" if self.token else "JSON"
        return Check("parse", True, N_("The badge can be read (%(kind)s)."), {"kind": kind})

    def context(self) -> Check:
        self.expanded = check_form({name: value for name, value in self.document.items() if name != "proof"})
        return Check("context", True, N_("Its words are the published ones, and nothing in it is hidden from the signature."))

    def shape(self) -> Check:
        check_shape(self.document)
        return Check("shape", True, N_("It has the shape of an Open Badge 3.0."))

    def issuer(self) -> Check:
        issuer = issuer_id(self.document)
        try:
            method = self._method()
        except Refused:
            raise Unknown(N_("Whether the issuer made it cannot be told without a readable proof.")) from None
        self.key = find_issuer_key(self.resolver, issuer, method)
        if issuer.startswith("did:key:"):
            message = N_("The issuer is nothing but a key (%(issuer)s): nobody says whose it is.")
        else:
            message = N_("The key that signed is published by the issuer, %(issuer)s.")
        return Check("issuer", True, message, {"issuer": shown(issuer)})

    def proof(self) -> Check:
        self._method()
        if self.key is None:
            raise _not_looked_at("issuer")
        key = self.key
        if self.token is None:
            proofs.verify_eddsa_rdfc_2022(self.document, lambda method: key, now=self.now, expanded=self.expanded)
        else:
            vc_jwt.verify_vc_jwt(self.token, lambda kid: key)
        kind = key.algorithm.value if self.token else proofs.CRYPTOSUITE
        return Check("proof", True, N_("The signature fits (%(kind)s): not a letter was changed."), {"kind": kind})

    def window(self) -> Check:
        check_window(self.document, self.now)
        if "validUntil" not in self.document:
            return Check("window", True, N_("It is in force and does not expire."))
        until = read_moment(self.document["validUntil"]).date().isoformat()
        return Check("window", True, N_("It is in force until %(until)s."), {"until": until})

    def status(self) -> Check:
        entry = self.document.get("credentialStatus")
        if entry is None:
            return Check("status", True, N_("The issuer keeps no list in which it could be revoked."))
        if is_revoked(entry, issuer_id(self.document), self.resolver, self.now):
            return Check("status", False, N_("The issuer has revoked it."))
        return Check("status", True, N_("The issuer's status list does not show it as revoked."))

    def _method(self) -> str:
        if self.token is None:
            return str(proofs.the_proof(self.document)["verificationMethod"])
        return str(vc_jwt.read_unverified(self.token)[0].get("kid", ""))


def find_issuer_key(resolver: Resolver, issuer: str, method: str) -> PublicKey:
    """The key `method`, if it is the issuer's. Raises `Refused` if not, `Unknown` if its documents cannot be had."""
    if issuer.startswith("did:key:"):
        document: dict[str, Any] | None = did_key_document(issuer)
    else:
        # Whose key it is, is settled before anything is looked up: a badge may not send us anywhere else.
        if method.partition("#")[0] != issuer:
            raise Refused(N_("The key that signed is not a key of the issuer."))
        document = resolver.did_document(issuer)
    if document is None:
        raise Unknown(N_("The keys of the issuer, %(issuer)s, could not be had."), issuer=shown(issuer))
    return find_key(document, issuer, method)


def check_window(document: dict[str, Any], now: datetime) -> None:
    """Raises `Refused` before `validFrom` and from `validUntil` on."""
    valid_from = read_moment(document.get("validFrom"))
    if now < valid_from:
        raise Refused(N_("It is not valid before %(date)s."), date=valid_from.date().isoformat())
    if "validUntil" in document and now >= (until := read_moment(document["validUntil"])):
        raise Refused(N_("It expired on %(date)s."), date=until.date().isoformat())


def is_revoked(entry: Any, issuer: str, resolver: Resolver, now: datetime) -> bool:
    """The bit of a status entry, after the list itself has been verified as the issuer's own.

    Whatever is wrong with the list makes the answer unknown: raises `Unknown`, with the reason.
    """
    if not isinstance(entry, dict) or entry.get("type") not in ("BitstringStatusListEntry", ["BitstringStatusListEntry"]):
        raise Unknown(N_("Its status is kept in a way that this verifier does not know."))
    url, index = entry.get("statusListCredential"), str(entry.get("statusListIndex"))
    if entry.get("statusPurpose") != PURPOSE or entry.get("statusSize", 1) != 1 or not isinstance(url, str):
        raise Unknown(N_("Its status is kept in a way that this verifier does not know."))
    if not index.isascii() or not index.isdigit() or len(index) > 10:
        raise Unknown(N_("Its place in the status list is not a number."))
    published = resolver.status_list(url)
    if published is None:
        raise Unknown(N_("The status list at %(url)s could not be had."), url=shown(url))
    try:
        return _trusted_list(published, url, issuer, resolver, now)[int(index)]
    except IndexError:
        raise Unknown(N_("Its place in the status list is outside the list.")) from None
    except Refused as problem:
        raise Unknown(
            N_("The status list at %(url)s cannot be relied upon. %(reason)s"), url=shown(url), reason=str(problem)
        ) from None


def _trusted_list(
    published: dict[str, Any] | str, url: str, issuer: str, resolver: Resolver, now: datetime
) -> StatusList:
    document, token = read(published)
    if issuer_id(document) != issuer or document.get("id", url) != url:
        raise Refused(N_("It is not the issuer's, or it belongs to another address."))
    if token is None:
        proofs.verify_eddsa_rdfc_2022(document, lambda m: find_issuer_key(resolver, issuer, m), now=now)
    else:
        vc_jwt.verify_vc_jwt(token, lambda kid: find_issuer_key(resolver, issuer, kid))
    check_window(document, now)
    subject = document.get("credentialSubject")
    types = document.get("type")
    if not isinstance(subject, dict) or "BitstringStatusListCredential" not in (types if isinstance(types, list) else []):
        raise Refused(N_("It is not a status list."))
    purpose = subject.get("statusPurpose")
    if PURPOSE not in (purpose if isinstance(purpose, list) else [purpose]):
        raise Refused(N_("It is about something else than revocation."))
    return StatusList.decode(subject.get("encodedList"))

"""What a badge says, as plain values: the one thing a caller has to put together to have a badge made.

Texts may be given as somebody typed them and addresses as they stand in a browser; `document` tidies both.
"""

from __future__ import annotations

import enum
import hashlib
import secrets
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


class Visibility(enum.StrEnum):
    """Who may see a piece of evidence, from fewest to most."""

    PRIVATE = "private"
    REVIEWERS = "reviewers"
    DISTRICT = "district"
    PUBLIC = "public"


@dataclass(frozen=True)
class Issuer:
    """Who vouches. `id` is the DID that the keys belong to; the rest is what people see."""

    id: str
    name: str
    url: str | None = None
    image_url: str | None = None
    description: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Alignment:
    """A standard that the achievement answers to, such as a state teaching standard."""

    name: str
    url: str
    code: str | None = None
    framework: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Level:
    """One level of a rubric criterion. `points` if the rubric gives any."""

    label: str
    descriptor: str = ""
    points: str | None = None


@dataclass(frozen=True)
class CriterionResult:
    """How the work stood against one criterion: the levels from lowest to highest, the one required, the one reached.

    `required` and `achieved` are labels of `levels`. The levels belong to the achievement and are told for every holder;
    `achieved` is this holder's, or None for a criterion that the award does not rest upon: nothing is told of it then.
    """

    name: str
    levels: tuple[Level, ...]
    achieved: str | None = None
    required: str | None = None

    def __post_init__(self) -> None:
        labels = [level.label for level in self.levels]
        if len(set(labels)) != len(labels):
            raise ValueError(f"The criterion {self.name!r} has two levels of the same label.")
        for label in (self.achieved, self.required):
            if label is not None and label not in labels:
                raise ValueError(f"The criterion {self.name!r} has no level {label!r}.")


@dataclass(frozen=True)
class Achievement:
    """What can be earned. `id` is the address of one immutable version of it, without a fragment."""

    id: str
    name: str
    description: str
    criteria_narrative: str
    criteria_url: str | None = None
    image_url: str | None = None
    image_caption: str | None = None
    tags: tuple[str, ...] = ()
    alignments: tuple[Alignment, ...] = ()
    language: str | None = None  # BCP 47, such as en or es-US
    version: str | None = None
    credit_hours: Decimal | None = None
    kind: str = "MicroCredential"  # a value of the specification's AchievementType

    def __post_init__(self) -> None:
        if "#" in self.id:
            raise ValueError("The address of an achievement has no fragment: the names of its criteria go there.")


@dataclass(frozen=True)
class Evidence:
    """A piece of work behind the award. `url` is given only to readers whom `visibility` lets see it."""

    name: str
    visibility: Visibility
    url: str | None = None
    description: str | None = None
    genre: str | None = None  # what kind of work it is, such as Lesson plan


@dataclass(frozen=True)
class HashedIdentity:
    """An e-mail address that can be confirmed by whoever knows it, and read by nobody (OB 3.0, IdentityObject)."""

    identity_hash: str  # sha256$ and 64 hexadecimal digits
    salt: str


def hash_email(address: str, salt: str | None = None) -> HashedIdentity:
    """SHA-256 over the address in lower case followed by `salt`; a new random salt if none is given.

    A fresh salt for each badge keeps two badges of one person from being linked by whoever sees both.
    """
    salt = secrets.token_urlsafe(16) if salt is None else salt
    plain = unicodedata.normalize("NFC", address).strip().lower()
    return HashedIdentity(f"sha256${hashlib.sha256((plain + salt).encode()).hexdigest()}", salt)


def belongs_to(identity: HashedIdentity, address: str) -> bool:
    """Whether `address`, as written or in lower case, is the one that was hashed."""
    algorithm, _, digest = identity.identity_hash.partition("$")
    spellings = {address.strip(), address.strip().lower()}
    hashed = {hashlib.sha256((spelling + identity.salt).encode()).hexdigest() for spelling in spellings}
    return algorithm == "sha256" and digest.lower() in hashed


def new_subject_id() -> str:
    """A random name for the holder of one badge. Never the same for two badges: it would link them for everybody."""
    return uuid.uuid4().urn


@dataclass(frozen=True)
class StatusEntry:
    """Where it is published whether the badge was revoked: the address of the status list and the badge's place in it."""

    list_url: str
    index: int


@dataclass(frozen=True)
class BadgeFacts:
    """One award. `id` is its address, `subject_id` comes from `new_subject_id`, dates carry their time zone."""

    id: str
    issuer: Issuer
    achievement: Achievement
    recipient: HashedIdentity
    subject_id: str
    valid_from: datetime
    status: StatusEntry
    valid_until: datetime | None = None
    results: tuple[CriterionResult, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    credit_hours: Decimal | None = None
    narrative: str | None = None  # how the evidence hangs together, in Markdown

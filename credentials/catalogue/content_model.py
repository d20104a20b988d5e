"""What a micro-credential says, as frozen values.

These classes are the content of one version: what a teacher reads before she starts, what she is asked for, and the rubric
her reviewers use. They hold no state (draft, published) and no identity beyond the slug. `content.parse` is the only way
to build them from a document; it guarantees what the comments here promise. Hours are clock hours, money is integer cents.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    OVERVIEW = "overview"
    ARTIFACTS = "artifacts"
    REFLECTION = "reflection"
    OTHER = "other"


class ItemKind(StrEnum):
    """How an answer is given. File, video and audio are uploads; a link is one address."""

    TEXT = "text"
    FILE = "file"
    LINK = "link"
    VIDEO = "video"
    AUDIO = "audio"

    @property
    def is_upload(self) -> bool:
        return self in (ItemKind.FILE, ItemKind.VIDEO, ItemKind.AUDIO)


class Audience(StrEnum):
    CLASSROOM_TEACHER = "classroom-teacher"
    SPECIAL_EDUCATOR = "special-educator"
    PARAPROFESSIONAL = "paraprofessional"
    INSTRUCTIONAL_COACH = "instructional-coach"
    SPECIALIST = "specialist"
    SCHOOL_LEADER = "school-leader"


class GradeBand(StrEnum):
    PREK_2 = "prek-2"
    GRADES_3_5 = "3-5"
    GRADES_6_8 = "6-8"
    GRADES_9_12 = "9-12"


class PassRuleKind(StrEnum):
    EVERY_CRITERION = "every-criterion"
    CORE_PLUS = "core-plus"


class BadgeShape(StrEnum):
    LAUREL = "laurel"
    COMPASS = "compass"
    HEXAGON = "hexagon"
    SUNRISE = "sunrise"
    WAVE = "wave"
    OPEN_BOOK = "open-book"


@dataclass(frozen=True)
class MethodComponent:
    heading: str
    text: str  # Markdown


@dataclass(frozen=True)
class Research:
    citation: str
    relevance: str
    url: str | None = None


@dataclass(frozen=True)
class Resource:
    title: str
    url: str
    kind: str
    cost: str
    accessibility: str


@dataclass(frozen=True)
class Standard:
    code: str
    title: str
    framework: str
    url: str | None = None


@dataclass(frozen=True)
class Credit:
    """What the issuer suggests the work is worth. What is really granted and paid is decided by policies elsewhere."""

    hours: int | float
    lane_credit: int | float | None
    stipend_cents: int


@dataclass(frozen=True)
class Level:
    key: str
    label: str
    passes: bool


@dataclass(frozen=True)
class Indicator:
    """A yes-or-no question about completeness, answered before anybody scores."""

    key: str
    text: str


@dataclass(frozen=True)
class Descriptor:
    level: str
    text: str


@dataclass(frozen=True)
class Criterion:
    key: str
    name: str
    descriptors: tuple[Descriptor, ...]  # one for every level, in the order of the levels

    def descriptor(self, level_key: str) -> str:
        """What evidence at this level looks like. Raises KeyError for a level the rubric does not have."""
        for descriptor in self.descriptors:
            if descriptor.level == level_key:
                return descriptor.text
        raise KeyError(level_key)


@dataclass(frozen=True)
class Item:
    key: str
    prompt: str  # Markdown
    kind: ItemKind
    required: bool
    team_shared: bool
    student_data_expected: bool
    template_file: str | None
    completion_indicators: tuple[Indicator, ...]
    criteria: tuple[Criterion, ...]
    min_words: int | None = None  # text only
    max_words: int | None = None  # text only
    max_files: int | None = None  # uploads only; None leaves it to the district's setting


@dataclass(frozen=True)
class Part:
    key: str
    kind: PartKind
    title: str
    instructions: str  # Markdown
    items: tuple[Item, ...]


@dataclass(frozen=True)
class PassRule:
    """Which criteria have to be met.

    `every-criterion`: all of them. `core-plus`: all in `core`, and at least `optional_needed` of the others.
    """

    kind: PassRuleKind
    core: tuple[str, ...] = ()
    optional_needed: int = 0

    def satisfied(self, criteria: AbstractSet[str], met: AbstractSet[str]) -> bool:
        if self.kind is PassRuleKind.EVERY_CRITERION:
            return criteria <= met
        core = set(self.core)
        return core <= met and len((met & criteria) - core) >= self.optional_needed


@dataclass(frozen=True)
class BadgeDesign:
    design: BadgeShape
    color: str  # "#RRGGBB"


@dataclass(frozen=True)
class Content:
    """Everything one version of a micro-credential says. Keys of parts, items, indicators and criteria are unique in it."""

    slug: str
    title: str
    issuer: str
    topics: tuple[str, ...]
    competency: str  # one observable sentence
    key_method: str
    method_components: tuple[MethodComponent, ...]
    rationale: str  # Markdown
    research: tuple[Research, ...]
    resources: tuple[Resource, ...]
    audience: tuple[Audience, ...]
    grade_bands: tuple[GradeBand, ...]
    subjects: tuple[str, ...]  # ("any",) or named subjects
    standards: tuple[Standard, ...]
    effort_hours: int | float
    needs_students: bool
    prerequisites: tuple[str, ...]  # slugs
    validity_months: int | None  # None: it does not expire
    renewal: str | None  # there exactly when validity_months is
    accessibility_note: str
    credit: Credit
    levels: tuple[Level, ...]  # strongest first; every passing level stands before every other
    parts: tuple[Part, ...]
    pass_rule: PassRule
    badge: BadgeDesign

    def items(self) -> tuple[Item, ...]:
        """All items in reading order."""
        return tuple(item for part in self.parts for item in part.items)

    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria in reading order."""
        return tuple(criterion for item in self.items() for criterion in item.criteria)

    def item(self, key: str) -> Item:
        """Raises KeyError where there is no such item."""
        for item in self.items():
            if item.key == key:
                return item
        raise KeyError(key)

    def criterion(self, key: str) -> Criterion:
        """Raises KeyError where there is no such criterion."""
        for criterion in self.criteria():
            if criterion.key == key:
                return criterion
        raise KeyError(key)

    def item_of_criterion(self, key: str) -> Item:
        """The item whose evidence this criterion judges. Raises KeyError where there is no such criterion."""
        for item in self.items():
            if any(criterion.key == key for criterion in item.criteria):
                return item
        raise KeyError(key)

    def level(self, key: str) -> Level:
        """Raises KeyError where there is no such level."""
        for level in self.levels:
            if level.key == key:
                return level
        raise KeyError(key)

    def evidence_kinds(self) -> tuple[ItemKind, ...]:
        """Each kind of evidence that is asked for, once, required or not."""
        asked = {item.kind for item in self.items()}
        return tuple(kind for kind in ItemKind if kind in asked)

    def passes(self, results: Mapping[str, bool]) -> bool:
        """Whether these results earn the micro-credential.

        `results` says of each criterion key whether it was met; one that is left out counts as not met.
        Raises KeyError for a key that is not a criterion here.
        """
        keys = self._known(results)
        return self.pass_rule.satisfied(keys, {key for key, met in results.items() if met})

    def can_still_pass(self, met: AbstractSet[str], unmet: AbstractSet[str]) -> bool:
        """Whether there is any outcome of the undecided criteria that would earn the micro-credential.

        Raises KeyError for a key that is not a criterion here, ValueError where one is called met and unmet at once.
        """
        keys = self._known(met | unmet)
        if both := met & unmet:
            raise ValueError(f"Called met and unmet at once: {', '.join(sorted(both))}")
        return self.pass_rule.satisfied(keys, keys - unmet)

    def _known(self, named: Mapping[str, bool] | AbstractSet[str]) -> set[str]:
        keys = {criterion.key for criterion in self.criteria()}
        for key in named:
            if key not in keys:
                raise KeyError(key)
        return keys

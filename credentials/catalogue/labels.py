"""What the values of the content model are called on a page. Topics and subjects are free keys; the usual ones have a name here,
any other is shown as the words it is made of."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from flask_babel import force_locale, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from core.i18n import money, number
from credentials.catalogue.content_model import Audience, BadgeShape, GradeBand, ItemKind, PartKind, PassRuleKind
from credentials.catalogue.rules import Sort, State, VersionState

TOPICS: dict[str, LazyString] = {
    "accessibility": _l("Accessibility"),
    "ai": _l("Artificial intelligence"),
    "artificial-intelligence": _l("Artificial intelligence"),
    "arts": _l("Arts"),
    "assessment": _l("Assessment"),
    "classroom-management": _l("Classroom management"),
    "collaboration": _l("Collaboration"),
    "computer-science": _l("Computer science"),
    "culturally-responsive-teaching": _l("Culturally responsive teaching"),
    "data": _l("Using data"),
    "digital-citizenship": _l("Digital citizenship"),
    "discourse": _l("Classroom talk"),
    "early-learning": _l("Early learning"),
    "equity": _l("Equity"),
    "families": _l("Families"),
    "feedback": _l("Feedback"),
    "game-based-learning": _l("Game-based learning"),
    "immersive-learning": _l("Virtual and augmented reality"),
    "inclusion": _l("Inclusion"),
    "language": _l("Language"),
    "leadership": _l("Leadership"),
    "learning-environment": _l("Learning environment"),
    "learning-science": _l("Learning science"),
    "literacy": _l("Literacy"),
    "mathematics": _l("Mathematics"),
    "motivation": _l("Motivation"),
    "multilingual-learners": _l("Multilingual learners"),
    "planning": _l("Planning"),
    "project-based-learning": _l("Project-based learning"),
    "reading-foundations": _l("Reading foundations"),
    "science": _l("Science"),
    "social-emotional-learning": _l("Social-emotional learning"),
    "social-studies": _l("Social studies"),
    "special-education": _l("Special education"),
    "technology": _l("Technology"),
    "wellbeing": _l("Wellbeing"),
    "writing": _l("Writing"),
}
AUDIENCES = {
    Audience.CLASSROOM_TEACHER: _l("Classroom teachers"),
    Audience.SPECIAL_EDUCATOR: _l("Special educators"),
    Audience.PARAPROFESSIONAL: _l("Paraprofessionals"),
    Audience.INSTRUCTIONAL_COACH: _l("Instructional coaches"),
    Audience.SPECIALIST: _l("Specialists"),
    Audience.SCHOOL_LEADER: _l("School leaders"),
}
GRADE_BANDS = {
    GradeBand.PREK_2: _l("PreK–2"),
    GradeBand.GRADES_3_5: _l("Grades 3–5"),
    GradeBand.GRADES_6_8: _l("Grades 6–8"),
    GradeBand.GRADES_9_12: _l("Grades 9–12"),
}
EVIDENCE = {
    ItemKind.TEXT: _l("Written answers"),
    ItemKind.FILE: _l("Documents and pictures"),
    ItemKind.LINK: _l("Links"),
    ItemKind.VIDEO: _l("Video"),
    ItemKind.AUDIO: _l("Audio"),
}
EVIDENCE_ICONS = {
    ItemKind.TEXT: "pencil-square",
    ItemKind.FILE: "file-earmark-arrow-up",
    ItemKind.LINK: "link-45deg",
    ItemKind.VIDEO: "camera-video",
    ItemKind.AUDIO: "mic",
}
ITEM_KINDS = {
    ItemKind.TEXT: _l("Text, written here"),
    ItemKind.FILE: _l("File upload"),
    ItemKind.LINK: _l("Web link"),
    ItemKind.VIDEO: _l("Video upload"),
    ItemKind.AUDIO: _l("Audio upload"),
}
PART_KINDS = {
    PartKind.OVERVIEW: _l("Overview questions"),
    PartKind.ARTIFACTS: _l("Work from the classroom"),
    PartKind.REFLECTION: _l("Reflection"),
    PartKind.OTHER: _l("Other"),
}
PASS_RULES = {
    PassRuleKind.EVERY_CRITERION: _l("Every criterion has to be met"),
    PassRuleKind.CORE_PLUS: _l("The core criteria, and some of the others"),
}
BADGE_SHAPES = {
    BadgeShape.LAUREL: _l("Laurel"),
    BadgeShape.COMPASS: _l("Compass"),
    BadgeShape.HEXAGON: _l("Hexagon"),
    BadgeShape.SUNRISE: _l("Sunrise"),
    BadgeShape.WAVE: _l("Wave"),
    BadgeShape.OPEN_BOOK: _l("Open book"),
}
SORTS = {
    Sort.RELEVANCE: _l("Best match"),
    Sort.TITLE: _l("Title"),
    Sort.HOURS: _l("Shortest first"),
    Sort.STIPEND: _l("Highest stipend"),
    Sort.NEWEST: _l("Newest"),
}
VERSION_STATES = {
    VersionState.DRAFT: (_l("Draft"), "turn"),
    VersionState.IN_QUALITY_REVIEW: (_l("In quality check"), "wait"),
    VersionState.PUBLISHED: (_l("Published"), "good"),
}
STATES = {
    State.DRAFT: (_l("Draft"), "turn"),
    State.IN_QUALITY_REVIEW: (_l("In quality check"), "wait"),
    State.PUBLISHED: (_l("Published"), "good"),
    State.RETIRED: (_l("Retired"), "quiet"),
}




class Words:
    """The names in one language as plain text, and the few sentences of a card, each put together once.

    Looking a name up in the translations, or formatting an amount, costs more than drawing the card it stands on.
    """

    def __init__(self, locale: str) -> None:
        with force_locale(locale):
            tables = (TOPICS, AUDIENCES, GRADE_BANDS, EVIDENCE, SORTS)
            self.topics, self.audiences, self.grade_bands, self.evidence, self.sorts = ({str(key): str(name) for key, name in one.items()} for one in tables)
        # The caches are this object's own; values of other languages never meet in them.
        self.hours = functools.lru_cache(maxsize=1024)(_hours)
        self.stipend = functools.lru_cache(maxsize=1024)(_stipend)
        self.grades_of = functools.lru_cache(maxsize=256)(_grades)

    def topic(self, key: str | None) -> str:
        """The name of a topic, or of a subject."""
        return self.topics.get(key) or key.replace("-", " ").capitalize() if key else ""


def words() -> Words:
    """The names in the reader's language."""
    return _words_in(str(get_locale() or "en"))


@functools.lru_cache(maxsize=16)
def _words_in(locale: str) -> Words:
    return Words(locale)


def _hours(value: float) -> str:
    return ngettext("%(hours)s hour", "%(hours)s hours", 1 if value == 1 else 2, hours=number(value, 2))


def _stipend(cents: int) -> str:
    return money(cents) if cents else ""


def _grades(joined: str) -> str:
    bands = set(joined.split(","))
    order = [band.value for band in GradeBand]
    runs: list[list[int]] = []
    for place in (place for place, band in enumerate(order) if band in bands):
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    ranges = [f"{order[run[0]].split('-')[0].replace('prek', 'PreK')}–{order[run[-1]].split('-')[-1]}" for run in runs]
    if not ranges:
        return ""
    said = ", ".join(ranges)
    return said if said.startswith("PreK") else _("Grades %(range)s", range=said)


def topic(key: str | None) -> str:
    """The name of a topic, or of a subject."""
    return words().topic(key)


def grades(bands: Iterable[str]) -> str:
    """Grade bands as a reader would say them: neighbours joined into one range.

    Of ``["3-5", "6-8"]``: "Grades 3–8"; of all four: "PreK–12".
    """
    return words().grades_of(",".join(bands))

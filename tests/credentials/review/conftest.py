"""A story with people whose names could not occur by chance, told up to the point a test wants."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from core.db import db
from credentials.catalogue.models import MicroCredential
from credentials.evidence import services as evidence
from credentials.evidence.models import SubmissionVersion
from credentials.review import services
from credentials.review.models import Assignment
from people.models import Person
from people.rules import Role, Scope
from people.services import tokens
from tests.factories import review as reviewing
from tests.factories.catalogue import micro_credential
from tests.factories.evidence import complete, draft_version, evidence_file
from tests.factories.people import person, school, teacher

#: Every word by which the author could be known, and the file names she gave.
AUTHOR_WORDS = ("Zephyrine", "Quillfeather", "zephyrine.q@laurel.example", "Quokka Ridge", "QR-77", "Z-Quill-final.pdf")
#: The same for the reviewers, by the order in which they stand in the story.
REVIEWER_WORDS = (
    ("Barnaby", "Oxenfree", "barnaby.o@laurel.example", "Larkspur Hollow"),
    ("Cordelia", "Vantongeren", "cordelia.v@laurel.example", "Saltmarsh Point"),
    ("Demetrius", "Wolkenstein", "demetrius.w@laurel.example", "Thistledown Flats"),
    ("Eudora", "Yarborough", "eudora.y@laurel.example", "Umberfield North"),
)


@pytest.fixture
def save(app: Flask) -> Callable[[Callable[[], Any]], Any]:
    """``save(make)`` runs ``make`` with rows and keeps what it did, so that a browser sees it; answers what ``make`` answers."""

    def run(make: Callable[[], Any]) -> Any:
        with app.app_context():
            value = make()
            db.session.commit()
            return value

    return run


@dataclass
class Story:
    """Ids of everybody and everything in it."""

    author: int
    office: int
    pool: list[int]
    credential: int
    submission: int
    version: int
    assignments: list[int] = field(default_factory=list)
    reviewers: list[int] = field(default_factory=list)
    file: int = 0

    def words_of_others(self, reviewer: int) -> list[str]:
        """The words by which all reviewers but this one could be known."""
        return [word for person_id, words in zip(self.pool, REVIEWER_WORDS, strict=True) if person_id != reviewer for word in words]

    @property
    def words_of_reviewers(self) -> list[str]:
        return self.words_of_others(0)


def named(words: tuple[str, ...], *roles: Role) -> Person:
    return person(*roles, given_name=words[0], family_name=words[1], email=words[2], school=school(name=f"{words[3]} Elementary"))


def hand_in() -> Story:
    """The author hands in; two of the four are asked."""
    credential = micro_credential()
    pool = [named(words, Role.REVIEWER) for words in REVIEWER_WORDS]
    for one in pool:
        services.qualify(None, one, credential)
    home = school(name=f"{AUTHOR_WORDS[3]} Elementary", code=AUTHOR_WORDS[4])
    author = teacher(given_name=AUTHOR_WORDS[0], family_name=AUTHOR_WORDS[1], email=AUTHOR_WORDS[2], school=home)
    office = person(Role.COORDINATOR)
    version = draft_version(author, credential)
    evidence_file(version, "lesson-plan", own_name=AUTHOR_WORDS[5])
    complete(version)
    evidence.submit(author, version)
    services.assign(version)
    return story_of(version, [p.id for p in pool], office.id)


def story_of(version: SubmissionVersion, pool: list[int], office: int) -> Story:
    live = reviewing.assignments(version)
    return Story(
        author=version.person_id,
        office=office,
        pool=pool,
        credential=version.submission.micro_credential_id,
        submission=version.submission_id,
        version=version.id,
        assignments=[row.id for row in live],
        reviewers=[row.reviewer_id for row in live],
        file=version.files[0].id,
    )


def at(number: int) -> Assignment:
    return db.session.get_one(Assignment, number)


def version_of(story: Story) -> SubmissionVersion:
    return db.session.get_one(SubmissionVersion, story.version)


def credential_of(story: Story) -> MicroCredential:
    return db.session.get_one(MicroCredential, story.credential)


@pytest.fixture
def story(save) -> Story:
    """Handed in and offered."""
    return save(hand_in)


@pytest.fixture
def on_desk(save, story: Story) -> Story:
    """The first reviewer sees the evidence."""
    save(lambda: reviewing.opened(at(story.assignments[0])).id)
    return story


@pytest.fixture
def drafted(save, story: Story) -> Story:
    """Both reviews are in and say "insight" is not met."""
    save(lambda: [reviewing.handed_in(at(number), ("insight",)).id for number in story.assignments])
    return story


@pytest.fixture
def released(save, drafted: Story) -> Story:
    """The office has released "not yet"."""

    def release() -> None:
        version = version_of(drafted)
        evidence.release(db.session.get_one(Person, drafted.office), version, "Well begun.")
        services.lock_all(version)

    save(release)
    return drafted


def token_of(owner: Person) -> str:
    """The secret of a token that may read and write."""
    return tokens.create(owner, "a test", 30, {Scope.READ, Scope.WRITE})[1]


def words(response) -> str:
    """What a person reads on a page: the text without tags, scripts and repeated white space."""
    text = re.sub(r"<(script|style|svg|datalist)\b.*?</\1>", " ", response.text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def desk_form(version_marks: dict[str, tuple[str, str, str]], revision: int = 0, overall: str = "") -> dict[str, str]:
    """What the desk sends: {criterion: (level, comment, pointer)}."""
    data = {"revision": str(revision), "overall": overall}
    for key, (level, comment, pointer) in version_marks.items():
        data |= {f"level-{key}": level, f"comment-{key}": comment, f"pointer-{key}": pointer}
    return data


GOOD = {"planning": ("demonstrated", "", ""), "insight": ("demonstrated", "Two answers, and what followed from each.", "")}

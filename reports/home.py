"""What stands on somebody's home page: her next step first, then what her roles ask of her. A fixed number of statements a role."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from core import clock
from core.db import db
from credentials.badges.models import Award
from credentials.catalogue import labels
from credentials.catalogue.models import CredentialVersion, MicroCredential
from credentials.evidence.models import Submission, SubmissionVersion
from credentials.evidence.rules import FINAL, State
from credentials.review.models import Assignment
from credentials.review.office_queries import visible_to
from credentials.review.rules import AssignmentState
from ledger.models import Obligation
from ledger.rules import fiscal_year
from people.models import District, Person
from people.rules import Role


@dataclass(frozen=True)
class Step:
    """Something to do: what, why now, and the one button. ``art`` is the address of a picture that goes with it, if there is one."""

    title: str
    text: str
    url: str
    label: str
    icon: str = "arrow-right"
    due: dt.datetime | None = None
    art: str = ""


@dataclass
class Home:
    """All that the page shows."""

    steps: list[Step] = field(default_factory=list)
    work: list[SubmissionVersion] = field(default_factory=list)
    shelf: list[dict[str, str]] = field(default_factory=list)
    badge_count: int = 0
    suggestions: list[dict[str, str]] = field(default_factory=list)
    earned_cents: int | None = None
    reviews_done: int = 0
    office: dict[str, int] = field(default_factory=dict)
    paid_this_month: tuple[int, int] | None = None

    @property
    def next_step(self) -> Step | None:
        return self.steps[0] if self.steps else None

    @property
    def further_steps(self) -> list[Step]:
        return self.steps[1:]


def of(person: Person) -> Home:
    """Everything on this person's home page."""
    home = Home()
    if person.is_a(Role.REVIEWER):
        _reviews(person, home)
    if person.is_a(Role.COORDINATOR):
        _office(person, home)
    if person.is_a(Role.TEACHER):
        _own_work(person, home)
    if person.is_a(Role.AUTHOR, Role.COORDINATOR):
        _authoring(person, home)
    if person.is_a(Role.HR, Role.PAYROLL, Role.AUDITOR):
        _money(home)
    if person.is_a(Role.ADMINISTRATOR):
        _accounts(home)
    return home


def _badge(version: CredentialVersion, slug: str) -> str:
    """The address of a micro-credential's badge; with its version it may be kept by the browser."""
    return url_for("catalogue.badge", slug=slug, v=version.number)


def _card(version: CredentialVersion) -> dict[str, str]:
    """What a card of the catalogue prints, in ready words."""
    words, slug = labels.words(), version.micro_credential.slug
    return {
        "title": version.title,
        "competency": version.competency,
        "url": url_for("catalogue.show", slug=slug),
        "badge_url": _badge(version, slug),
        "topic": words.topic(version.topics[0] if version.topics else None),
        "hours": words.hours(float(version.effort_hours)),
        "grades": labels.grades(version.grade_bands),
        "stipend": words.stipend(version.stipend_cents),
    }


def newest() -> list[dict[str, str]]:
    """The three newest micro-credentials as cards, for the front page. One statement."""
    statement = (
        select(CredentialVersion)
        .join(MicroCredential, MicroCredential.current_version_id == CredentialVersion.id)
        .options(joinedload(CredentialVersion.micro_credential))
        .where(MicroCredential.state == "published")
        .order_by(CredentialVersion.published_at.desc(), CredentialVersion.id)
        .limit(3)
    )
    return [_card(version) for version in db.session.scalars(statement)]


def _reviews(person: Person, home: Home) -> None:
    rows = db.session.scalars(
        select(Assignment)
        .options(joinedload(Assignment.version).joinedload(SubmissionVersion.credential_version).joinedload(CredentialVersion.micro_credential))
        .where(Assignment.reviewer_id == person.id, Assignment.state.in_([AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS]))
        .order_by(func.coalesce(Assignment.due_at, Assignment.accept_by))
    ).all()
    home.reviews_done = db.session.scalar(select(func.count()).where(Assignment.reviewer_id == person.id, Assignment.submitted_at.is_not(None))) or 0
    for row in rows:
        credential = row.version.credential_version
        title = credential.title
        offered = row.state == AssignmentState.OFFERED
        home.steps.append(
            Step(
                _("You are asked to review “%(title)s”", title=title) if offered else _("Review “%(title)s”", title=title),
                _("Say whether you can take it. You see no evidence before you have answered the conflict question.")
                if offered
                else _("The evidence stands beside the rubric; what you write saves itself."),
                url_for("review.show", assignment=row.id),
                _("Answer") if offered else _("Go on reviewing"),
                "clipboard-check",
                row.accept_by if offered else row.due_at,
                _badge(credential, credential.micro_credential.slug),
            )
        )


def _office(person: Person, home: Home) -> None:
    counts = dict(
        db.session.execute(
            select(SubmissionVersion.state, func.count())
            .join(SubmissionVersion.person)
            .where(
                SubmissionVersion.state.in_([State.SUBMITTED, State.IN_REVIEW, State.ADJUDICATING, State.DECIDED_DRAFT]),
                # The same rows as the queue: not her own, nor what she reviews, nor of people she evaluates.
                visible_to(person),
            )
            .group_by(SubmissionVersion.state)
        )
        .tuples()
        .all()
    )
    home.office = {
        "to_release": counts.get(State.DECIDED_DRAFT, 0),
        "in_review": counts.get(State.IN_REVIEW, 0) + counts.get(State.ADJUDICATING, 0),
        "without_reviewers": counts.get(State.SUBMITTED, 0),
    }
    if n := home.office["to_release"]:
        home.steps.append(
            Step(
                ngettext("%(num)d decision waits to be released", "%(num)d decisions wait to be released", n),
                _("Both reviewers have spoken. Look at the feedback, then let the teacher know."),
                url_for("review.queue"),
                _("Open the decisions"),
                "check2-square",
            )
        )
    if n := home.office["without_reviewers"]:
        home.steps.append(
            Step(
                ngettext("%(num)d submission has too few reviewers", "%(num)d submissions have too few reviewers", n),
                _("The queue names the micro-credential and how many are missing."),
                url_for("review.queue", tab="waiting"),
                _("See which"),
                "people",
            )
        )


def _own_work(person: Person, home: Home) -> None:
    newest = aliased(SubmissionVersion)
    last = select(func.max(newest.number)).where(newest.submission_id == SubmissionVersion.submission_id).scalar_subquery()
    home.work = list(
        db.session.scalars(
            select(SubmissionVersion)
            .join(SubmissionVersion.credential_version)
            .options(contains_eager(SubmissionVersion.credential_version).joinedload(CredentialVersion.micro_credential))
            .where(SubmissionVersion.person_id == person.id, SubmissionVersion.number == last)
            .order_by(SubmissionVersion.created_at.desc())
            .limit(8)
        )
    )
    for version in home.work:
        credential, state = version.credential_version, version.status
        title, art = credential.title, _badge(credential, credential.micro_credential.slug)
        if state is State.NOT_YET:
            home.steps.append(
                Step(
                    _("“%(title)s”: not yet, and here is what is missing", title=title),
                    _("What you have shown already stays. Read your reviewers' notes and work on the rest."),
                    url_for("evidence.show", submission=version.submission_id),
                    _("Read the feedback"),
                    "chat-left-text",
                    art=art,
                )
            )
        elif state is State.DRAFT:
            home.steps.append(
                Step(
                    _("Go on with “%(title)s”", title=title),
                    _("Your draft is as you left it."),
                    url_for("evidence.edit", submission=version.submission_id),
                    _("Continue"),
                    "pencil",
                    art=art,
                )
            )
    newest_awards = db.session.scalars(
        select(Award)
        .options(joinedload(Award.credential_version), joinedload(Award.micro_credential))
        .where(Award.person_id == person.id, Award.revoked_at.is_(None))
        .order_by(Award.issued_at.desc())
        .limit(6)
    )
    home.shelf = [
        {
            "title": award.credential_version.title,
            "url": url_for("badges.show", uuid=award.uuid),
            "picture": url_for(
                "badges.achievement_svg", slug=award.micro_credential.slug, number=award.credential_version.number, year=clock.day_of(award.issued_at).year
            ),
        }
        for award in newest_awards
    ]
    home.badge_count = db.session.scalar(select(func.count()).where(Award.person_id == person.id, Award.revoked_at.is_(None))) or 0
    month = db.session.scalar(select(District.fiscal_year_starts_month)) or 7
    home.earned_cents = (
        db.session.scalar(
            select(func.coalesce(func.sum(Obligation.amount_cents), 0)).where(
                Obligation.person_id == person.id, Obligation.state == "payable", Obligation.fiscal_year == fiscal_year(clock.today(), month)
            )
        )
        or 0
    )
    if not any(version.status not in FINAL for version in home.work):
        _suggest(person, home)


def _suggest(person: Person, home: Home) -> None:
    """Three micro-credentials for her grades that she has not begun, the newest first."""
    begun = select(Submission.micro_credential_id).where(Submission.person_id == person.id)
    statement = (
        select(CredentialVersion)
        .join(MicroCredential, MicroCredential.current_version_id == CredentialVersion.id)
        .options(joinedload(CredentialVersion.micro_credential))
        .where(MicroCredential.state == "published", MicroCredential.id.not_in(begun))
        .order_by(CredentialVersion.grade_bands.overlap(person.grades).desc(), CredentialVersion.published_at.desc(), CredentialVersion.id)
        .limit(3)
    )
    home.suggestions = [_card(version) for version in db.session.scalars(statement)]
    home.steps.append(
        Step(
            _("Choose what you want to learn next"),
            _("Every micro-credential shows the reviewers' own rubric before you begin, and you may use work you have already done."),
            url_for("catalogue.index"),
            _("Browse micro-credentials"),
            "compass",
            art=url_for("static", filename="img/empty-seedling.svg"),
        )
    )


def _authoring(person: Person, home: Home) -> None:
    waiting = (
        db.session.scalar(
            select(func.count()).where(CredentialVersion.state == "in_quality_review", CredentialVersion.submitted_by_id.is_distinct_from(person.id))
        )
        or 0
    )
    home.office["quality"] = waiting
    if waiting:
        home.steps.append(
            Step(
                ngettext("%(num)d micro-credential waits for its quality check", "%(num)d micro-credentials wait for their quality check", waiting),
                _("A second pair of eyes before it is published."),
                url_for("authoring.index"),
                _("Check it"),
                "clipboard2-check",
            )
        )


def _money(home: Home) -> None:
    first = clock.today().replace(day=1)
    count, cents = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Obligation.amount_cents), 0)).where(Obligation.state == "payable", Obligation.earned_on >= first)
    ).one()
    home.paid_this_month = (count, int(cents))
    home.steps.append(
        Step(
            _("Stipends earned this month"),
            ngettext("%(num)d line for payroll so far.", "%(num)d lines for payroll so far.", count),
            url_for("reports.stipends", period="month"),
            _("Open the register"),
            "table",
        )
    )


def _accounts(home: Home) -> None:
    home.steps.append(
        Step(
            _("Accounts and roles"),
            _("Find somebody, give or end a role, or send a link to set a password."),
            url_for("people.index"),
            _("Open the people"),
            "people",
        )
    )

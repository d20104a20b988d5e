"""The main navigation: what this person's work needs, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _

from core.access import me
from people.models import Person
from people.rules import Role


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    label: str
    url: str
    icon: str
    active: bool


def navigation() -> list[Place]:
    """The entries for whoever is signed in, at most six or so: first what everybody does, then what her roles add.

    A further endpoint or blueprint behind an entry's icon marks it as the present place there, too.
    """
    person: Person | None = me()
    places: list[Place] = []

    def add(label: str, endpoint: str, icon: str, *also: str) -> None:
        here = request.endpoint or ""
        places.append(Place(label, url_for(endpoint), icon, here in (endpoint, *also) or here.split(".")[0] in also))

    if person is None:
        add(_("Micro-credentials"), "catalogue.index", "award", "catalogue")
        return places
    add(_("Home"), "home.index", "house")
    add(_("Micro-credentials"), "catalogue.index", "award", "catalogue")
    if person.is_a(Role.TEACHER):
        add(_("My work"), "evidence.index", "journal-text", "evidence.show", "evidence.edit", "evidence.check", "review.feedback")
        add(_("Badges"), "badges.index", "patch-check", "badges")
        add(_("Earnings"), "ledger.mine", "cash-coin", "ledger")
    if person.is_a(Role.REVIEWER):
        add(_("Reviews"), "review.index", "clipboard-check", "review.show", "review.step_back")
    if person.is_a(Role.COORDINATOR):
        add(_("Decisions"), "review.queue", "check2-square", "review.decision", "review.may", "review.reviewers", "evidence.submitted")
    if person.is_a(Role.AUTHOR, Role.COORDINATOR):
        add(_("Authoring"), "authoring.index", "pencil-square", "authoring")
    if person.is_a(Role.HR, Role.PAYROLL, Role.AUDITOR):
        add(_("Stipends"), "reports.stipends", "table", "reports")
    if person.is_a(Role.ADMINISTRATOR):
        add(_("People"), "people.index", "people", "people.show")
    return places

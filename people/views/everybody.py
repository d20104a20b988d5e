"""Everybody's accounts, for administrators: find somebody, give and end roles, close and open accounts."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from core import clock, jobs, paging
from core.access import me, requires
from core.audit import AuditEvent, record
from core.db import transaction
from core.errors import RuleBroken
from people import policy, queries
from people.forms import CloseForm, EndRoleForm, RoleForm, SearchForm
from people.jobs import send_reset_link
from people.models import Person, RoleGrant
from people.rules import Role
from people.services import account, roles
from people.views.blueprint import bp
from people.words import FACTS, FLSA_NAMES, ROLE_NAMES, VERBS, role_name

Answer = str | Response | tuple[str, int]


@bp.get("/people")
@requires(policy.is_administrator)
def index() -> Answer:
    """The list of people."""
    form = SearchForm(request.args)
    schools = queries.schools()
    form.offer(schools)
    # An address that somebody bent by hand shows everybody rather than an error.
    form.validate()
    school = None if form.school.errors else form.school.data or None
    role = Role(form.role.data) if form.role.data and not form.role.errors else None
    closed = form.accounts.data == "closed"
    page = queries.page_of_people(form.q.data or "", school, role, closed, *paging.asked())
    names = {s.id: s.name for s in schools}
    narrowed = [
        (label, paging.page_url(**{key: None, "page": None}))
        for key, label in (
            ("q", form.q.data),
            ("school", names.get(school or 0)),
            ("role", role and ROLE_NAMES[role]),
            ("accounts", closed and _("Closed accounts")),
        )
        if label
    ]
    return render_template("people/index.html", form=form, page=page, narrowed=narrowed, role_names=ROLE_NAMES)


@bp.get("/people/<int:person>")
@requires(policy.can_administer, person=queries.person)
def show(person: Person) -> Answer:
    """One person's account."""
    return _page(person)


def _page(person: Person, role_form: RoleForm | None = None, close_form: CloseForm | None = None, refusal: str = "") -> str:
    schools = queries.schools()
    role_form = role_form or RoleForm(formdata=None, starts_on=clock.today())
    role_form.offer(schools)
    names = {s.id: s.name for s in schools}
    events, actors = queries.history(person, *paging.asked(20))
    return render_template(
        "people/show.html",
        person=person,
        grants=[_shown_grant(row, names) for row in sorted(person.role_grants, key=lambda g: (g.ends_on is not None, g.starts_on, g.id))],
        role_form=role_form,
        close_form=close_form or CloseForm(formdata=None),
        refusal=refusal,
        events=events,
        history=[_shown_event(event, actors, names) for event in events.items],
        flsa=FLSA_NAMES.get(person.flsa_class),  # type: ignore[call-overload]
    )


def _shown_grant(row: RoleGrant, schools: dict[int, str]) -> dict[str, object]:
    today = clock.today()
    state = "over" if row.ends_on and row.ends_on < today else "ahead" if row.starts_on > today else "now"
    return {
        "id": row.id,
        "name": role_name(row.role),
        "where": schools.get(row.school_id or 0),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "state": state,
    }


def _shown_event(event: AuditEvent, actors: dict[int, str], schools: dict[int, str]) -> dict[str, object]:
    """An event as the timeline draws it."""
    parts = []
    for key, value in event.facts.items():
        if key == "school" and value:
            parts.append(schools.get(value, ""))
        elif key in FACTS and value:
            shown = role_name(value) if key == "role" else ", ".join(map(str, value)) if isinstance(value, list) else value
            parts.append(f"{FACTS[key]}: {shown}")
    return {
        "title": str(VERBS.get(event.verb, event.verb)),
        "when": event.at,
        "who": _("by %(name)s", name=actors[event.actor_id]) if event.actor_id in actors and event.actor_id != event.subject_id else None,
        "note": " · ".join(part for part in parts if part),
        "tone": "bad" if event.verb in ("person.disable", "person.locked") else "quiet",
    }


@bp.post("/people/<int:person>/roles")
@requires(policy.can_administer, person=queries.person)
def grant_role(person: Person) -> Answer:
    """Give somebody a role."""
    form = RoleForm()
    form.offer(queries.schools())
    if not form.validate_on_submit():
        return _page(person, role_form=form), 422
    try:
        with transaction():
            row = roles.grant(me(), person, Role(form.role.data), form.school.data or None, form.starts_on.data or clock.today(), form.ends_on.data)
            name = role_name(row.role)
    except RuleBroken as refused:
        return _page(person, role_form=form, refusal=refused.sentence), refused.status
    flash(_("%(who)s now has the role %(role)s.", who=person.display_name, role=name), "success")
    return redirect(url_for("people.show", person=person.id))


@bp.post("/people/<int:person>/roles/<int:grant>/end")
@requires(policy.can_administer, person=queries.person, grant=queries.grant)
def end_role(person: Person, grant: RoleGrant) -> Answer:
    """End a role, at once or after a day to come."""
    if grant.person_id != person.id:
        abort(404)
    form = EndRoleForm()
    if not form.validate_on_submit():
        flash(_("That is not a day. Write it as year-month-day, or leave it empty to end the role at once."), "error")
        return redirect(url_for("people.show", person=person.id))
    name = role_name(grant.role)
    try:
        with transaction():
            roles.end(me(), grant, form.last_day.data)
    except RuleBroken as refused:
        return _page(person, refusal=refused.sentence), refused.status
    flash(_("The role %(role)s ends.", role=name) if form.last_day.data else _("The role %(role)s has ended.", role=name), "success")
    return redirect(url_for("people.show", person=person.id))


@bp.post("/people/<int:person>/close")
@requires(policy.can_administer, person=queries.person)
def close(person: Person) -> Answer:
    """Close an account."""
    form = CloseForm()
    if not form.validate_on_submit():
        return _page(person, close_form=form), 422
    try:
        with transaction():
            account.disable(me(), person, form.reason.data or "")
    except RuleBroken as refused:
        return _page(person, close_form=form, refusal=refused.sentence), refused.status
    flash(_("The account of %(who)s is closed. Everything she or he did stays.", who=person.display_name), "success")
    return redirect(url_for("people.show", person=person.id))


@bp.post("/people/<int:person>/open")
@requires(policy.can_administer, person=queries.person)
def reopen(person: Person) -> Answer:
    """Open an account again."""
    with transaction():
        account.enable(me(), person)
    flash(_("The account of %(who)s is open again.", who=person.display_name), "success")
    return redirect(url_for("people.show", person=person.id))


@bp.post("/people/<int:person>/send-link")
@requires(policy.can_administer, person=queries.person)
def send_link(person: Person) -> Answer:
    """Send somebody the link to set a password, for a first sign-in or when she cannot help herself."""
    with transaction():
        record(me(), "person.send_reset", person)
        jobs.later(send_reset_link, person_id=person.id)
    flash(_("A link to set a password is on its way to %(email)s.", email=person.email), "success")
    return redirect(url_for("people.show", person=person.id))

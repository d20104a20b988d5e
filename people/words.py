"""Names of roles and of what happens to an account, in the reader's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from people.rules import FlsaClass, Role

ROLE_NAMES = {
    Role.TEACHER: _l("Teacher"),
    Role.REVIEWER: _l("Reviewer"),
    Role.AUTHOR: _l("Author"),
    Role.FACILITATOR: _l("Facilitator"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.PRINCIPAL: _l("Principal"),
    Role.HR: _l("Human resources"),
    Role.PAYROLL: _l("Payroll checker"),
    Role.AUDITOR: _l("Auditor"),
    Role.ADMINISTRATOR: _l("Administrator"),
}

#: One line on what somebody in this role does here.
ROLE_WORK = {
    Role.TEACHER: _l("Chooses micro-credentials, sends in evidence, earns badges and stipends."),
    Role.REVIEWER: _l("Reads colleagues' evidence by the rubric, without knowing whose it is."),
    Role.AUTHOR: _l("Writes micro-credentials and their rubrics."),
    Role.FACILITATOR: _l("Runs sessions and teams."),
    Role.COORDINATOR: _l("Keeps the whole moving: publishes, assigns reviewers, releases decisions."),
    Role.PRINCIPAL: _l("Approves tuition and release time for one school. Never sees reviews."),
    Role.HR: _l("Draws up the stipend register and prepares what is paid."),
    Role.PAYROLL: _l("Certifies what human resources prepared."),
    Role.AUDITOR: _l("Reads everything about money, changes nothing."),
    Role.ADMINISTRATOR: _l("Opens accounts and gives roles."),
}

#: What somebody did, by the verb in the history.
VERBS = {
    "person.sign_in": _l("Signed in"),
    "person.sign_out": _l("Signed out"),
    "person.sign_out_everywhere": _l("Signed out everywhere"),
    "person.locked": _l("Locked after wrong passwords"),
    "person.ask_reset": _l("Asked for a link to set a password"),
    "person.send_reset": _l("Sent a link to set a password"),
    "person.set_password": _l("Set a password"),
    "person.choose_language": _l("Chose a language"),
    "person.grant_role": _l("Gave a role"),
    "person.end_role": _l("Ended a role"),
    "person.disable": _l("Closed the account"),
    "person.enable": _l("Opened the account again"),
    "person.create": _l("Made the account"),
    "person.import": _l("Changed by the roster"),
    "token.create": _l("Made an API token"),
    "token.revoke": _l("Revoked an API token"),
}

#: How the facts of an event are called on the page; facts without a name here stay in the database.
FACTS = {
    "role": _l("role"),
    "starts_on": _l("from"),
    "ends_on": _l("until"),
    "reason": _l("reason"),
    "name": _l("name"),
    "scopes": _l("scopes"),
    "fields": _l("fields"),
    "how": _l("how"),
    "now": _l("now"),
    "before": _l("before"),
}

FLSA_NAMES = {FlsaClass.EXEMPT: _l("Exempt (salaried)"), FlsaClass.NONEXEMPT: _l("Nonexempt (hourly)")}


def role_name(role: str) -> str:
    """A role in the reader's language."""
    return str(ROLE_NAMES[Role(role)])

"""How codes of this room are said to people: states, gaps, refusals, and what was taken out of a file."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from credentials.evidence.completeness import Gap
from credentials.evidence.rules import Act, State
from people.models import District

#: State and tone of the pill (see templates/components/README.md), as the author reads them.
STATES = {
    State.DRAFT: (_l("Draft"), "turn"),
    State.SUBMITTED: (_l("Handed in"), "wait"),
    State.IN_REVIEW: (_l("In review"), "wait"),
    State.ADJUDICATING: (_l("Third opinion"), "wait"),
    State.DECIDED_DRAFT: (_l("Decision being prepared"), "wait"),
    State.DEMONSTRATED: (_l("Demonstrated"), "good"),
    State.NOT_YET: (_l("Not yet"), "turn"),
    State.WITHDRAWN: (_l("Withdrawn"), "quiet"),
    State.REVOKED: (_l("Revoked"), "bad"),
}


def listed(names: Iterable[str]) -> str:
    """Names in one sentence: a, b and c."""
    names = list(names)
    return names[0] if len(names) == 1 else _("%(names)s and %(last)s", names=", ".join(names[:-1]), last=names[-1]) if names else ""


def wrong_state(state: State, act: Act) -> str:
    """Why this cannot be done now, and what can."""
    label = STATES[state][0]
    if act is Act.WITHDRAW:
        if state is State.DRAFT:
            return _("This is still a draft: nobody sees it, so there is nothing to withdraw.")
        if state in (State.ADJUDICATING, State.DECIDED_DRAFT):
            return _("The reviews are in, so it can no longer be withdrawn. You will have the decision soon.")
        return _("This one is closed (%(state)s); there is nothing to withdraw.", state=label)
    if act is Act.SUBMIT:
        return _("This was handed in already (%(state)s).", state=label)
    if act in (Act.RELEASE_DEMONSTRATED, Act.RELEASE_NOT_YET):
        if state in (State.DEMONSTRATED, State.NOT_YET, State.REVOKED):
            return _("This decision was released already (%(state)s).", state=label)
        return _("There is no decision to release yet (%(state)s).", state=label)
    return _("That is not possible in this state (%(state)s). Reload the page to see where it stands.", state=label)


def unusable_link(code: str) -> str:
    """Why an address cannot be kept."""
    return {
        "link-scheme": _("An address begins with https:// or http://. Copy it from the address line of your browser."),
        "link-host": _("This does not look like an address that a reviewer can open. Copy it from the address line of your browser, for example https://docs.laurel.example/lesson."),
        "link-sign-in": _("This address has a name or password inside. Share the page without sign-in and copy that address."),
        "link-long": _("This address is too long. Most services offer a short one under “Share”."),
    }[code]


def coaching(office: District | None) -> str:
    """What is due after the last attempt, and whom to ask."""
    first = _("Three decisions have been “not yet”. Before the next attempt, talk it through with a coach: that is a conversation about the work, not a judgement.")
    if office is not None and office.email:
        return first + " " + _("Ask the professional-learning office (%(email)s); it opens the next attempt afterwards.", email=office.email)
    return first + " " + _("Ask the professional-learning office; it opens the next attempt afterwards.")


def gap_sentence(gap: Gap) -> str:
    """What is missing, as one sentence."""
    f = gap.facts
    code = gap.code
    if code == "text-missing":
        return _("Write an answer.")
    if code == "link-missing":
        return _("Give an address.")
    if code == "file-missing":
        return _("Add at least one file.")
    if code == "too-short":
        return ngettext("%(num)s word so far; at least %(min)s are asked for.", "%(num)s words so far; at least %(min)s are asked for.", f["words"], min=f["min"])
    if code == "too-long":
        return ngettext("%(num)s word; at most %(max)s are asked for. Shorten it a little.", "%(num)s words; at most %(max)s are asked for. Shorten it a little.", f["words"], max=f["max"])
    if code == "too-many-files":
        return ngettext("%(num)s file; at most %(max)s are asked for. Remove some.", "%(num)s files; at most %(max)s are asked for. Remove some.", f["count"], max=f["max"])
    if code == "students-open":
        return _("Say whether students can be identified in “%(file)s”.", file=f["file"])
    if code == "release-missing":
        return _("Students can be identified in “%(file)s” and not every release is on file. Get the releases, blur or crop the file, or take another one.", file=f["file"])
    if code == "indicator-open":
        return _("Check and confirm: %(question)s", question=f["question"])
    if code == "indicator-no":
        return _("Not true yet: %(question)s Reviewers can begin once it is.", question=f["question"])
    if code == "change-note-missing":
        return _("Say in a few words what you changed since the last version.")
    return _("Sign the statement at the end.")


#: What was taken out of a file, by the code kept with it.
STRIPPED = {
    "location": _l("location"),
    "camera": _l("camera and device"),
    "author": _l("author"),
    "dates": _l("dates"),
    "title": _l("title and keywords"),
    "software": _l("program names"),
    "thumbnail": _l("preview picture"),
    "comments": _l("comments"),
    "comment_authors": _l("names in comments and changes"),
    "properties": _l("document properties"),
    "embedded_files": _l("attached files"),
    "scripts": _l("scripts"),
    "actions": _l("automatic actions"),
    "forms": _l("dynamic forms"),
    "media": _l("embedded media"),
    "signatures": _l("digital signatures"),
    "paths": _l("folder names of your computer"),
    "editing_history": _l("editing history"),
    "printer": _l("printer settings"),
    "custom_data": _l("hidden data of programs"),
    "telemetry": _l("recorded sensor data"),
    "hidden_data": _l("data hidden behind the content"),
    "lyrics": _l("texts and cover pictures"),
}


def stripped_sentence(codes: Iterable[str]) -> str:
    """What was removed, in words; empty where nothing was."""
    words = [str(STRIPPED.get(code, code)) for code in codes]
    return _("We removed: %(things)s.", things=", ".join(words)) if words else ""

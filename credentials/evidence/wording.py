"""How codes of this room are said to people: states, gaps, refusals, and what was taken out of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from credentials.evidence.completeness import Gap
from credentials.evidence.files.formats import Group
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
        "link-host": _(
            "This does not look like an address that a reviewer can open. Copy it from the address line of your browser, for example https://docs.laurel.example/lesson."
        ),
        "link-sign-in": _("This address has a name or password inside. Share the page without sign-in and copy that address."),
        "link-long": _("This address is too long. Most services offer a short one under “Share”."),
    }[code]


def coaching(office: District | None) -> str:
    """What is due after the last attempt, and whom to ask."""
    first = _(
        "Three decisions have been “not yet”. Before the next attempt, talk it through with a coach: that is a conversation about the work, not a judgement."
    )
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
        return ngettext(
            "%(num)s word so far; at least %(min)s are asked for.", "%(num)s words so far; at least %(min)s are asked for.", f["words"], min=f["min"]
        )
    if code == "too-long":
        return ngettext(
            "%(num)s word; at most %(max)s are asked for. Shorten it a little.",
            "%(num)s words; at most %(max)s are asked for. Shorten it a little.",
            f["words"],
            max=f["max"],
        )
    if code == "too-many-files":
        return ngettext(
            "%(num)s file; at most %(max)s are asked for. Remove some.", "%(num)s files; at most %(max)s are asked for. Remove some.", f["count"], max=f["max"]
        )
    if code == "students-open":
        return _("Say whether students can be identified in “%(file)s”.", file=f["file"])
    if code == "release-missing":
        return _(
            "Students can be identified in “%(file)s” and not every release is on file. Get the releases, blur or crop the file, or take another one.",
            file=f["file"],
        )
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


def unusable_file(code: str, facts: Mapping[str, object]) -> str:
    """Why a file is not taken, and what would be."""
    if code == "too-large":
        return _(
            "This file has %(mb)s MB; at most %(most)s MB are possible here. Make it smaller, or give a link to where it is kept.",
            mb=facts["megabytes"],
            most=facts["most"],
        )
    if code == "too-many-pixels":
        return _(
            "This picture is too large to open (%(mp)s megapixels; at most %(most)s). Save it smaller and send it again.",
            mp=facts["megapixels"],
            most=facts["most"],
        )
    if code == "too-many-pages":
        return _("This PDF has %(pages)s pages; at most %(most)s are possible. Send the pages that matter.", pages=facts["pages"], most=facts["most"])
    if code == "not-wanted":
        return _("%(kind)s is not what is asked for here. Look at what the prompt asks for.", kind=GROUPS[Group(str(facts["group"]))])
    if code in ("office-object", "office-media"):
        return _(
            "This document has something inside that we cannot look into (%(name)s). Save it as PDF and send that.",
            name=facts.get("name") or _("an embedded object"),
        )
    if code == "unknown" and facts.get("ending"):
        return _("This seems to be a %(ending)s file, which cannot be taken.", ending=facts["ending"]) + " " + str(_TAKEN)
    return str(_UNUSABLE.get(code, _UNUSABLE["unknown"]))


GROUPS = {
    Group.IMAGE: _l("A picture"),
    Group.PDF: _l("A PDF"),
    Group.OFFICE: _l("An Office document"),
    Group.VIDEO: _l("A film"),
    Group.AUDIO: _l("A sound recording"),
}
_TAKEN = _l("Send a PDF, a picture (JPEG, PNG, WebP, GIF), an Office document (docx, xlsx, pptx, odt), a film (mp4, mov, webm) or a recording (mp3, m4a, wav).")
_DAMAGED = _l("This file is damaged or is not what its name says. Open it in its program, save it anew and send that copy.")
_UNUSABLE = {
    "empty": _l("This file is empty. Choose it again; perhaps it was still being saved."),
    "damaged": _DAMAGED,
    "cut-off": _l("This file ends in the middle, as if it had not been copied whole. Copy it once more and send that."),
    "bomb": _l("This document unpacks to far more than it should. Save it anew in its program, or as PDF, and send that."),
    "too-many-parts": _l("This document has more parts than can be checked. Save it as PDF and send that."),
    "heic": _l("Pictures in HEIC format cannot be taken yet. On an iPhone: Settings, Camera, Formats, “Most Compatible”; or share the picture as JPEG."),
    "avif": _l("Pictures in AVIF format cannot be taken. Save it as JPEG or PNG and send that."),
    "tiff": _l("TIFF pictures and camera raw files cannot be taken. Save it as JPEG or PNG and send that."),
    "bmp": _l("BMP pictures cannot be taken. Save it as PNG and send that."),
    "svg": _l("SVG drawings cannot be taken, because they can carry programs. Save it as PDF or PNG and send that."),
    "html": _l("Web pages cannot be taken as files. Print the page to PDF, or give its address where a link is asked for."),
    "xml": _l("This kind of file cannot be shown to a reviewer. Print it to PDF and send that."),
    "plain-text": _l("Plain text files cannot be taken. Paste the text into a document, or print it to PDF."),
    "rich-text": _l("RTF files cannot be taken. Save it as docx or PDF and send that."),
    "old-office": _l("This is an Office file in an old format, or one with a password. Save it without password as docx, xlsx, pptx or PDF and send that."),
    "office-kind": _l("This kind of document cannot be taken. Save it as docx, xlsx, pptx, odt or PDF and send that."),
    "office-protected": _l("This document is protected by a password. Save a copy without it and send that."),
    "office-nested": _l("This document has documents inside documents. Save it as PDF and send that."),
    "macros": _l("This document has macros, which are small programs. Save it without macros (docx, xlsx, pptx) or as PDF and send that."),
    "pdf-protected": _l("This PDF is protected by a password or restrictions. Save or print it to PDF without them and send that copy."),
    "pdf-portfolio": _l("This PDF is a portfolio that holds other files. Send those files one by one."),
    "pdf-form": _l("This PDF is a form that only Adobe programs can show. Print it to PDF and send that copy."),
    "program": _l("This is a program, whatever its name says. Programs cannot be taken."),
    "archive": _l("Archives cannot be taken. Unpack it and send the files one by one."),
    "film-unclear": _l(
        "We cannot tell for certain what this recording tells about you, so we do not take it. Save it anew as MP4 with any video program and send that."
    ),
    "film-protected": _l("This film is protected against copying. Record or export your own and send that."),
    "matroska": _l("MKV films cannot be taken. Save it as MP4 or WebM and send that."),
    "old-video": _l("Films in this format cannot be taken. Save it as MP4 and send that."),
    "ogg": _l("Recordings in this format cannot be taken. Save it as MP3, M4A or WAV and send that."),
    "unknown": _TAKEN,
}

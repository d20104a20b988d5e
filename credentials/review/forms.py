"""The shape of what reviewers and the office send, with messages they can act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, IntegerField, RadioField, SearchField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from credentials.evidence.rules import State
from credentials.evidence.wording import STATES
from credentials.review import rules
from credentials.review.office_queries import Filters, Tab
from credentials.review.review_rules import Mark
from credentials.review.wording import REASONS


def _plain(text: str | None) -> str:
    return (text or "").replace("\0", "").replace("\r\n", "\n").strip()


def _one_line(text: str | None) -> str:
    return " ".join((text or "").replace("\0", "").split())


_REASONS = [(key.value, title, {"data-text": text}) for key, (title, text) in REASONS.items()]
_TOO_LONG = _l("That is longer than can be kept. Shorten it a little.")


class AcceptForm(FlaskForm):
    """The question about conflicts, answered before anything is shown."""

    no_conflict = BooleanField(
        _l("I know of no conflict of interest. If I recognise whose work it is, I will step back."),
        validators=[InputRequired(_l("Say that you know of no conflict, or decline the offer."))],
    )


class DeclineForm(FlaskForm):
    """Why a reviewer does not take it."""

    reason = RadioField(_l("Why not?"), validators=[InputRequired(_l("Choose what fits best."))], choices=_REASONS)
    detail = TextAreaField(_l("In a few words"), filters=[_plain], validators=[Length(max=2000, message=_TOO_LONG)])
    pause_until = DateField(_l("Take a break until"), validators=[Optional()])


class RecuseForm(FlaskForm):
    """Why a reviewer steps back from what she accepted."""

    reason = RadioField(
        _l("Why do you step back?"), validators=[InputRequired(_l("Choose what fits best."))], choices=_REASONS
    )
    detail = TextAreaField(_l("In a few words"), filters=[_plain], validators=[Length(max=2000, message=_TOO_LONG)])


class LoadForm(FlaskForm):
    """How much a reviewer wants to have in hand, and whether she takes a break."""

    max_open = IntegerField(
        _l("At most so many at a time"),
        validators=[
            InputRequired(_l("Choose a number from 0 to %(most)s.", most=rules.MAX_OPEN_LIMIT)),
            NumberRange(0, rules.MAX_OPEN_LIMIT, message=_l("Choose a number from 0 to %(most)s.", most=rules.MAX_OPEN_LIMIT)),
        ],
    )
    paused_until = DateField(_l("Take a break until"), validators=[Optional()])


class ReleaseForm(FlaskForm):
    """A word of the office to the teacher, with the decision."""

    note = TextAreaField(_l("A note to the teacher"), filters=[_plain], validators=[Length(max=5000, message=_TOO_LONG)])


class MayForm(FlaskForm):
    """Somebody to ask about: by e-mail address."""

    email = StringField(
        _l("E-mail address of the colleague"), filters=[_one_line], validators=[InputRequired(_l("Type or choose an e-mail address.")), Length(max=320)]
    )


class QualifyForm(FlaskForm):
    """Who may review what from now on."""

    email = StringField(
        _l("E-mail address of the colleague"), filters=[_one_line], validators=[InputRequired(_l("Type an e-mail address.")), Length(max=320)]
    )
    credential = SelectField(_l("Micro-credential"), coerce=int, validators=[InputRequired(_l("Choose a micro-credential."))])


class ReviewersFilter(FlaskForm):
    """Narrows the list of reviewers; reads only."""

    class Meta:
        csrf = False

    q = SearchField(_l("Name or e-mail"), filters=[_plain])
    credential = SelectField(_l("Micro-credential"))


class QueueFilter(FlaskForm):
    """Narrows the queue; reads only."""

    class Meta:
        csrf = False

    credential = SelectField(_l("Micro-credential"))
    state = SelectField(_l("State"))
    late = BooleanField(_l("Only where a reviewer is late"))
    short = BooleanField(_l("Only where reviewers are lacking"))


#: States by which the whole list can be narrowed.
FILTER_STATES = [state for state in State if state is not State.DRAFT]


def state_choices() -> list[tuple[str, str]]:
    """The states of the whole list, as the office reads them."""
    return [(state.value, str(STATES[state][0])) for state in FILTER_STATES]


def filters_from(arguments: Mapping[str, str]) -> Filters:
    """What the address of the queue asks for; nonsense counts as nothing."""
    tab = arguments.get("tab", "")
    credential = arguments.get("credential", "")
    state = arguments.get("state", "")
    return Filters(
        tab=Tab(tab) if tab in {one.value for one in Tab} else Tab.RELEASE,
        credential=number(credential),
        state=State(state) if state in {one.value for one in FILTER_STATES} else None,
        late=bool(arguments.get("late")),
        short=bool(arguments.get("short")),
    )


def number(text: str) -> int | None:
    """A number of a row from an address, or None."""
    return int(text) if text.isdecimal() and len(text) < 16 else None


# The desk's fields are as many as the rubric has criteria, so they are read by name.


def marks_from(form: Mapping[str, str], criteria: Iterable[str]) -> dict[str, Mark]:
    """What was chosen and typed on the desk, by criterion: fields ``level-KEY``, ``comment-KEY`` and ``pointer-KEY``. A criterion none of
    whose fields was sent is left out, so that it stays as it is."""
    found = {}
    for key in criteria:
        fields = [f"{name}-{key}" for name in ("level", "comment", "pointer")]
        if any(name in form for name in fields):
            level, comment, pointer = (_plain(form.get(name)) for name in fields)
            found[key] = Mark(level or None, comment, " ".join(pointer.split()))
    return found


def revision_from(form: Mapping[str, str]) -> int:
    """The revision that this window knows; nonsense is one that never stands."""
    text = form.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def overall_from(form: Mapping[str, str]) -> str:
    """What was typed about the work as a whole."""
    return _plain(form.get("overall"))


"""The shape of what people send about accounts, with messages they can act on."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, EmailField, HiddenField, PasswordField, RadioField, SearchField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from people.models import School
from people.rules import PASSWORD_MIN, TOKEN_DAYS, Role
from people.words import ROLE_NAMES


def _one_line(text: str | None) -> str | None:
    return " ".join(text.replace("\0", "").split()) if text else text


class SignInForm(FlaskForm):
    """E-mail address and password."""

    email = EmailField(_l("E-mail address"), validators=[DataRequired(_l("Type the e-mail address you work with.")), Length(max=320)], filters=[_one_line])
    password = PasswordField(
        _l("Password"), validators=[InputRequired(_l("Type your password.")), Length(max=1000, message=_l("That is longer than any password here."))]
    )
    next = HiddenField()


class ForgotForm(FlaskForm):
    """The address to send a link to."""

    email = EmailField(
        _l("E-mail address"),
        validators=[
            DataRequired(_l("Type the e-mail address you work with.")),
            Length(max=320),
            Regexp(r"^[^@\s]+@[^@\s]+$", message=_l("An e-mail address looks like name@school.org.")),
        ],
        filters=[_one_line],
    )


class NewPasswordForm(FlaskForm):
    """A new password, by a link from the mail. Whether it is good enough, :mod:`people.services.account` says."""

    password = PasswordField(
        _l("New password"),
        description=_l("At least %(least)s characters. Three or four unrelated words are easy to remember and hard to guess.", least=PASSWORD_MIN),
        validators=[InputRequired(_l("Type a new password."))],
    )
    again = PasswordField(_l("New password once more"), validators=[InputRequired(_l("Type the new password once more."))])

    def validate_again(self, field: PasswordField) -> None:
        """Both are the same."""
        if field.data != self.password.data:
            raise ValidationError(_l("The two are not the same. Type both again."))


class ChangePasswordForm(NewPasswordForm):
    """A new password, with the present one as proof."""

    current = PasswordField(_l("Present password"), validators=[InputRequired(_l("Type your present password.")), Length(max=1000)])


class TokenForm(FlaskForm):
    """A personal token for the API."""

    name = StringField(
        _l("What is it for?"),
        description=_l("So that you know it again, for example “Badge export”."),
        validators=[DataRequired(_l("Give it a name.")), Length(max=80, message=_l("At most 80 characters."))],
        filters=[_one_line],
    )
    days = SelectField(_l("How long should it last?"), coerce=int, default=TOKEN_DAYS[1])
    write = BooleanField(_l("It may also change things in my name"), description=_l("Without this it can only read."))
    key = HiddenField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.days.choices = [
            (days, ngettext("%(num)s day", "%(num)s days", days) if days < 365 else ngettext("%(num)s year", "%(num)s years", days // 365))
            for days in TOKEN_DAYS
        ]


class SearchForm(FlaskForm):
    """What the list of people is narrowed to. It comes in the address, so it needs no form token."""

    class Meta:
        csrf = False

    q = SearchField(_l("Name, e-mail or employee number"), validators=[Optional(), Length(max=100)])
    school = SelectField(_l("School"), coerce=int, default=0)
    role = SelectField(_l("Role"), default="")
    accounts = SelectField(_l("Accounts"), choices=[("open", _l("Open")), ("closed", _l("Closed"))], default="open")

    def offer(self, schools: Iterable[School]) -> None:
        """Fill the choices."""
        self.school.choices = [(0, _l("All schools")), *((s.id, s.name) for s in schools)]
        self.role.choices = [("", _l("All roles")), *((r.value, ROLE_NAMES[r]) for r in Role)]


class RoleForm(FlaskForm):
    """A role for somebody."""

    role = SelectField(_l("Role"), validators=[InputRequired(_l("Choose a role."))])
    school = SelectField(_l("Where"), coerce=int, default=0, description=_l("Principals are principals of one school; most other roles are for the district."))
    starts_on = DateField(_l("First day"), validators=[InputRequired(_l("Say from which day on."))])
    ends_on = DateField(_l("Last day"), description=_l("Leave it empty for a role without end."), validators=[Optional()])

    def offer(self, schools: Iterable[School]) -> None:
        """Fill the choices."""
        self.role.choices = [("", _l("Choose …")), *((r.value, ROLE_NAMES[r]) for r in Role)]
        self.school.choices = [(0, _l("The whole district")), *((s.id, s.name) for s in schools)]


class EndRoleForm(FlaskForm):
    """The last day of a role; none ends it at once."""

    last_day = DateField(_l("Last day"), validators=[Optional()])


class CloseForm(FlaskForm):
    """Why an account is closed."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("One sentence for the history, for example “Left the district on June 30”."),
        validators=[DataRequired(_l("Give a reason; it is kept in the history.")), Length(max=300)],
        filters=[_one_line],
    )


class LanguageForm(FlaskForm):
    """The language to read and be written to in."""

    lang = RadioField(_l("I read, and am written to, in"))
    next = HiddenField()

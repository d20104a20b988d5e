"""The shape of what human resources types here."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length


class ReverseForm(FlaskForm):
    """Why an amount is taken back."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("It stands in the ledger for good, and the teacher reads it."),
        validators=[DataRequired(_l("Say why it is taken back.")), Length(max=300, message=_l("Keep the reason within 300 characters."))],
    )

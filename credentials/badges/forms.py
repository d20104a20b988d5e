"""The shape of what people send about awards."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from credentials.badges.rules import REASON_MAX, REASON_MIN, Sharing
from credentials.badges.wording import SHARINGS


class ShareForm(FlaskForm):
    """Who may see an award, and whether they see whose it is."""

    visibility = RadioField(
        _l("Who may see this badge?"),
        choices=[(sharing.value, name, {"data-text": text}) for sharing, (name, text, _icon) in SHARINGS.items()],
        validators=[InputRequired(_l("Choose who may see it."))],
    )
    shows_name = BooleanField(
        _l("Show my name on the page"),
        description=_l("Whoever may see the badge then sees your name as well, and may open the certificate, which carries it."),
    )

    @property
    def sharing(self) -> Sharing:
        """The choice that was made; call it after the form was found valid."""
        return Sharing(self.visibility.data)


class RevokeForm(FlaskForm):
    """Why an award is taken back."""

    reason = TextAreaField(
        _l("Reason"),
        description=_l("The person whose badge it is reads this. The public page says only that it was revoked, and when."),
        filters=[lambda text: text.replace("\0", "").strip() if text else text],
        validators=[
            InputRequired(_l("Please give the reason.")),
            Length(min=REASON_MIN, max=REASON_MAX, message=_l("Please give the reason in a sentence or two: %(min)d to %(max)d characters.")),
        ],
    )

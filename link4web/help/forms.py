"""What readers tell us."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import AnyOf, Length

from link4web.help.models import COMMENT_LENGTH
from link4web.web.forms import Form


class FeedbackForm(Form):
    """*Did this help?*"""

    helped = HiddenField(validators=[AnyOf(["yes", "no"], message="Press Yes or No.")])
    comment = TextAreaField(
        "What was missing, or what was good?",
        validators=[Length(max=COMMENT_LENGTH, message=f"At most {COMMENT_LENGTH:,} characters.")],
    )

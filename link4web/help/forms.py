"""What readers tell us."""

from wtforms import HiddenField, TextAreaField

from link4web.help.models import COMMENT_LENGTH
from link4web.web.forms import AtMost, Form, OneOf


class FeedbackForm(Form):
    """*Did this help?*"""

    helped = HiddenField(validators=[OneOf(["yes", "no"], "Press Yes or No.")])
    comment = TextAreaField(
        "What was missing, or what was good?",
        validators=[AtMost(COMMENT_LENGTH)],
    )

"""What people write to support."""

from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import ValidationError

from link4web.contact.models import MESSAGE_LENGTH
from link4web.ids import is_id
from link4web.invitations.message import tidy
from link4web.sentences import Coded
from link4web.web.forms import AtMost, Email, Form, Required


class ContactForm(Form):
    """`key` makes a form that is sent twice one message; `attach` takes along what the page says we know."""

    key = HiddenField(filters=[lambda text: text if is_id(text or "") else ""])
    message = TextAreaField(
        "What happened?",
        description="What did you want to do, and what did you see instead? Leave passwords and security codes out.",
        filters=[tidy],
        validators=[Required("Write what happened.")],
    )
    email = StringField("Where do we answer?", validators=[AtMost(254), Email()])
    attach = BooleanField("Attach this", default=True)

    def validate_message(self, field: TextAreaField) -> None:
        if (length := len(field.data or "")) > MESSAGE_LENGTH:
            sentence = f"At most {MESSAGE_LENGTH:,} characters; these are {length:,}."
            raise ValidationError(Coded(sentence, "FIELD-LONG"))

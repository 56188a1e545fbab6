"""What staff and admins type about support."""

from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older
from wtforms.validators import ValidationError

from link4web.invitations.message import tidy
from link4web.sentences import Coded
from link4web.support import words
from link4web.support.models import REASON_LENGTH, TICKET_LENGTH
from link4web.web.forms import AtMost, Form, Required, one_line

LETTERS, TOOL_LETTERS = 20, 10
CATEGORIES = [SelectChoice(*one) for one in words.CATEGORIES.items()]


class LettersAtLeast:
    """A reason that says something: so many letters, blanks and signs not counted (R-060)."""

    def __init__(self, letters: int, sentence: Coded) -> None:
        self.letters = letters
        self.sentence = sentence

    def __call__(self, _form: object, field: StringField) -> None:
        if sum(character.isalpha() for character in field.data or "") < self.letters:
            raise ValidationError(self.sentence)


class AskForm(Form):
    """A request for access: for whom, what kind, why, which ticket."""

    user = SelectField("Whose account", validate_choice=False)
    category = RadioField(
        "What it is about", choices=[SelectChoice(*one) for one in words.CATEGORIES.items()], default="reported"
    )
    reason = TextAreaField(
        "Why",
        description="The customer reads it. At least 20 letters.",
        filters=[tidy],
        validators=[LettersAtLeast(LETTERS, words.REASON_SHORT), AtMost(REASON_LENGTH)],
    )
    ticket = StringField(
        "Ticket",
        description="The number of the ticket or message, such as L4W-7F3K-92QD.",
        filters=[one_line],
        validators=[Required(words.TICKET_MISSING), AtMost(TICKET_LENGTH)],
    )
    emergency = BooleanField("This is an emergency: a lead decides instead of the customer")


class ToolForm(Form):
    """Why a tool is used."""

    reason = StringField(
        "Why",
        description="At least 10 letters. It stays in the history.",
        filters=[one_line],
        validators=[LettersAtLeast(TOOL_LETTERS, words.TOOL_REASON_SHORT), AtMost(REASON_LENGTH)],
    )


class WriteForm(Form):
    """The second step: why something has to be changed, and the agent's own code once more."""

    reason = TextAreaField(
        "Why something has to be changed",
        description="The customer reads it. At least 20 letters.",
        filters=[tidy],
        validators=[LettersAtLeast(LETTERS, words.REASON_SHORT), AtMost(REASON_LENGTH)],
    )
    code = StringField("Your own code", description="Six digits from your app, not the customer’s.", filters=[one_line])


class SwitchForm(Form):
    """Until when support access is switched on."""

    until = DateField("Until the end of", description=f"At most {words.LONGEST_DAYS} days from today.")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def validate_until(self, field: DateField) -> None:
        last = self.today + timedelta(days=words.LONGEST_DAYS - 1)
        if field.data is None or not self.today <= field.data <= last:
            field.errors = []
            raise ValidationError(words.UNTIL_WRONG)

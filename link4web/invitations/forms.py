"""Forms of sending and answering invitations."""

from typing import Any

from wtforms import HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from link4web.accounts.passwords import MAX_LENGTH as LONGEST_PASSWORD
from link4web.ids import is_id
from link4web.invitations import message
from link4web.registers.numbers import BusinessNumber, NumberProblem, read_number
from link4web.web.forms import Email, Form, Required, name_field, one_line


class ReviewForm(Form):
    """The press of Send. `key` works once; `seen` is how many the page said would be invited."""

    key = HiddenField()
    seen = HiddenField()
    message = TextAreaField("Your message", filters=[message.tidy])

    def validate_key(self, field: HiddenField) -> None:
        if not is_id(field.data or ""):
            raise ValidationError("This page is out of date. Look at it again, then send.")

    def validate_message(self, field: TextAreaField) -> None:
        text = field.data or ""
        if len(text) > message.MAX_LENGTH:
            raise ValidationError(f"At most {message.MAX_LENGTH} characters; these are {len(text)}.")
        if link := message.first_link(text):
            raise ValidationError(
                f"Leave links and addresses out: “{link[:60]}” looks like one. The mail has a link of its own,"
                " and answers come to you."
            )


class JoinForm(Form):
    """What a business says when it joins. Fields for the person go once somebody is signed in."""

    name = name_field("Business name", "Enter the name of your business.", length=120)
    number = StringField("ABN", validators=[Length(max=60, message="At most 60 characters.")])
    person = name_field("Your name", "Enter your name.")
    email = StringField(
        "E-mail for your sign-in", validators=[Length(max=254, message="At most 254 characters."), Email()]
    )
    password = PasswordField(
        "Password",
        validators=[
            Required("Choose a password."),
            Length(max=LONGEST_PASSWORD, message=f"At most {LONGEST_PASSWORD:,} characters."),
        ],
    )

    def __init__(self, *args: Any, country: str, signed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country
        self.business_number: BusinessNumber | None = None
        self.number.label.text = "NZBN" if country == "NZ" else "ABN"
        if signed_in:
            del self.person, self.email, self.password

    def validate_number(self, field: StringField) -> None:
        self.business_number = _number(field.data or "", self.country)


def _number(text: str, country: str) -> BusinessNumber:
    """The number of the expected country, or a good one of the other."""
    here, there = ("NZ", "AU") if country == "NZ" else ("AU", "NZ")
    read = read_number(text, here)  # type: ignore[arg-type]  # one of two literals
    if isinstance(read, BusinessNumber):
        return read
    other = read_number(text, there)  # type: ignore[arg-type]  # one of two literals
    if isinstance(other, BusinessNumber):
        return other
    assert isinstance(read, NumberProblem)
    raise ValidationError(read.sentence)


REASONS = {
    "not-us": "We are not their customer",
    "later": "Not now",
    "has-one": "We receive eInvoices another way",
    "no": "We don’t want eInvoices",
}


class DeclineForm(Form):
    """A no, with a reason if they like."""

    reason = RadioField("Why? (You need not say.)", choices=list(REASONS.items()), validators=[Optional()])
    note = TextAreaField(
        "A word to them", filters=[one_line], validators=[Length(max=200, message="At most 200 characters.")]
    )

    @property
    def answer(self) -> str:
        """The reason in plain words; empty when none was given."""
        return ". ".join(filter(None, (REASONS.get(self.reason.data or "", ""), self.note.data or "")))

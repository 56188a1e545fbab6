"""Forms of sending and answering invitations."""

import re
from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older
from wtforms.validators import Optional, ValidationError

from link4web.accounts.passwords import MAX_LENGTH as LONGEST_PASSWORD
from link4web.ids import is_id
from link4web.invitations import message, words
from link4web.registers.numbers import BusinessNumber, Country, NumberProblem, read_number
from link4web.sentences import Coded
from link4web.web.forms import AtMost, Email, Form, Required, name_field, one_line


class ReviewForm(Form):
    """The press of Send. `key` works once; `seen` is how many the page said would be invited."""

    key = HiddenField(filters=[lambda text: text if is_id(text or "") else ""])
    seen = HiddenField(filters=[lambda text: text if re.fullmatch("[0-9]{1,9}", text or "") else ""])
    message = TextAreaField("Your message", filters=[message.tidy])

    def validate_key(self, field: HiddenField) -> None:
        if not field.data:
            raise ValidationError(words.OUT_OF_DATE)

    def validate_message(self, field: TextAreaField) -> None:
        _check_message(field.data or "")


def _check_message(text: str) -> None:
    """Refuse an own message that is too long or holds a link."""
    if len(text) > message.MAX_LENGTH:
        too_long = words.MESSAGE_LONG.format(most=message.MAX_LENGTH, typed=len(text))
        raise ValidationError(Coded(too_long, "INVITE-MESSAGE-LONG"))
    if link := message.first_link(text):
        raise ValidationError(Coded(words.MESSAGE_LINK.format(link=link[:60]), "INVITE-MESSAGE-LINK"))


class DefaultsForm(Form):
    """What every invitation begins with."""

    without_number = BooleanField("Let customers give their business number when they join")
    message = TextAreaField("Your message", filters=[message.tidy])

    def validate_message(self, field: TextAreaField) -> None:
        _check_message(field.data or "")


class JoinForm(Form):
    """What a business says when it joins. Fields for the person go once somebody is signed in."""

    name = name_field("Business name", "Enter the name of your business.", length=120)
    number = StringField("ABN", validators=[AtMost(60)])
    person = name_field("Your name", "Enter your name.")
    email = StringField("E-mail for your sign-in", validators=[AtMost(254), Email()])
    password = PasswordField(
        "Password",
        validators=[
            Required("Choose a password."),
            AtMost(LONGEST_PASSWORD),
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
        read = either_number(field.data or "", self.country)
        if isinstance(read, NumberProblem):
            raise ValidationError(Coded(read.sentence, "JOIN-NUMBER"))
        self.business_number = read


def either_number(text: str, country: str) -> BusinessNumber | NumberProblem:
    """The number of the expected country (AU or NZ), or a good one of the other; what is wrong is said of the first."""
    countries: tuple[Country, Country] = ("NZ", "AU") if country == "NZ" else ("AU", "NZ")
    expected, other = (read_number(text, one) for one in countries)
    return other if isinstance(other, BusinessNumber) and isinstance(expected, NumberProblem) else expected


REASONS = {
    "not-us": "We are not their customer",
    "later": "Not now",
    "has-one": "We receive eInvoices another way",
    "no": "We don’t want eInvoices",
}


class DeclineForm(Form):
    """A no, with a reason if they like."""

    reason = RadioField(
        "Why? (You need not say.)",
        choices=[SelectChoice(value, label) for value, label in REASONS.items()],
        validators=[Optional()],
    )
    note = TextAreaField("A word to them", filters=[one_line], validators=[AtMost(200)])

    @property
    def answer(self) -> str:
        """The reason in plain words; empty when none was given."""
        return ". ".join(filter(None, (REASONS.get(self.reason.data or "", ""), self.note.data or "")))

"""Forms of the pop-ups and of *Add to …*."""

from typing import Any, Self

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import Length, Optional, ValidationError

from link4web.customers.popup_words import NAME_LONG, NAME_MISSING, NAME_SIGNS
from link4web.mail.address import EmailProblem, canonical_email
from link4web.providers.base.provider import Provider
from link4web.registers.numbers import BusinessNumber, NumberProblem, read_number
from link4web.sentences import Coded
from link4web.web.forms import AtMost, Form, Required, name_field


class NumberForm(Form):
    """A customer's ABN or NZBN. `business_number` is what was understood."""

    number = StringField("Australian Business Number (ABN)", validators=[AtMost(100)])
    write = BooleanField("Also save it there")
    sure = HiddenField(validators=[Length(max=13)])

    business_number: BusinessNumber | None = None

    def __init__(self, *args: Any, scheme: str, provider_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheme = scheme
        if scheme == "NZBN":
            self.number.label.text = "New Zealand Business Number (NZBN)"
        self.write.label.text = f"Also save in {provider_name}"

    def validate_number(self, field: StringField) -> None:
        read = read_number(field.data or "", "NZ" if self.scheme == "NZBN" else "AU")
        if isinstance(read, NumberProblem):
            raise ValidationError(read.coded)
        self.business_number = read


class EmailForm(Form):
    """A customer's e-mail address."""

    email = StringField("E-mail address", validators=[AtMost(254)])
    write = BooleanField("Also save it there")

    def __init__(self, *args: Any, provider_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.write.label.text = f"Also save in {provider_name}"

    def validate_email(self, field: StringField) -> None:
        try:
            field.data = canonical_email(field.data or "")
        except EmailProblem as problem:
            raise ValidationError(problem.sentence) from None


def field_of(typed: str) -> str:
    """Which of *name*, *email* and *number* a text from the search looks like."""
    digits = "".join(typed.split())
    return "email" if "@" in typed else "number" if digits.isdecimal() and len(digits) > 6 else "name"


class NewContactForm(Form):
    """A contact to be added to the accounting system."""

    name = name_field("Name", NAME_MISSING, length=255)
    email = StringField("E-mail", validators=[Optional(), AtMost(254)])
    number = StringField("ABN or NZBN", validators=[Optional(), AtMost(100)])

    business_number: BusinessNumber | None = None

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._provider = provider
        at_most = AtMost(provider.name_length)
        at_most.sentence = Coded(NAME_LONG.format(length=provider.name_length, provider=provider.name), "FIELD-LONG")
        self.name.validators = [Required(NAME_MISSING), at_most]

    def validate_name(self, field: StringField) -> None:
        if any(sign in (field.data or "") for sign in self._provider.name_without):
            signs = " or ".join(self._provider.name_without)
            raise ValidationError(NAME_SIGNS.format(provider=self._provider.name, signs=signs))

    @classmethod
    def prefilled(cls, typed: str, scheme: str, provider: Provider) -> Self:
        """With what was typed into the search, in the field it belongs to."""
        form = cls(formdata=None, data={field_of(typed): typed}, provider=provider)
        form.number.label.text = scheme
        return form

    def validate_email(self, field: StringField) -> None:
        try:
            field.data = canonical_email(field.data or "")
        except EmailProblem as problem:
            raise ValidationError(problem.sentence) from None

    def validate_number(self, field: StringField) -> None:
        read = read_number(field.data or "", None)
        if isinstance(read, NumberProblem):
            raise ValidationError(read.coded)
        self.business_number = read

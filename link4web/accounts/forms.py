"""Forms of sign-up, sign-in and the organisation's own details."""

from typing import Any

from wtforms import PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older
from wtforms.validators import ValidationError

from link4web.accounts import news
from link4web.registers.numbers import BusinessNumber, NumberProblem, read_number
from link4web.sentences import Coded
from link4web.web.forms import AtMost, Email, Form, OneOf, Required, name_field

COUNTRIES = [SelectChoice("AU", "Australia"), SelectChoice("NZ", "New Zealand")]
TIMEZONES = [
    SelectChoice("Australia/Sydney", "Sydney, Melbourne, Canberra, Hobart"),
    SelectChoice("Australia/Brisbane", "Brisbane"),
    SelectChoice("Australia/Adelaide", "Adelaide"),
    SelectChoice("Australia/Darwin", "Darwin"),
    SelectChoice("Australia/Perth", "Perth"),
    SelectChoice("Pacific/Auckland", "Auckland, Wellington, Christchurch"),
    SelectChoice("Pacific/Chatham", "Chatham Islands"),
]
WHAT_IS_LONG = "15 characters or more. Four or five unrelated words are easy to remember and hard to guess."


_HOW = [SelectChoice(value, label) for value, label in news.HOW.items()]


def _one_of_how() -> OneOf:
    return OneOf(list(news.HOW), "Choose from the list.")


def _email(**kwargs: Any) -> StringField:
    return StringField("E-mail", validators=[AtMost(254), Email()], **kwargs)


class SignUpForm(Form):
    name = name_field("Your name", "Enter your name.", render_kw={"autocomplete": "name"})
    email = _email(render_kw={"autocomplete": "email", "inputmode": "email"})
    password = PasswordField(
        "Password",
        description=WHAT_IS_LONG,
        validators=[Required("Choose a password.")],
        render_kw={"autocomplete": "new-password"},
    )


class SignInForm(Form):
    email = _email(render_kw={"autocomplete": "username", "inputmode": "email"})
    password = PasswordField(
        "Password",
        validators=[Required("Enter your password."), AtMost(1000)],
        render_kw={"autocomplete": "current-password"},
    )


class VerifyForm(Form):
    """Asked for only where the account was opened in another browser."""

    password = PasswordField(
        "Password",
        description="The one chosen at sign-up.",
        validators=[AtMost(1000)],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(Form):
    code = StringField(
        "Security code",
        validators=[Required("Enter the code."), AtMost(60)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"},
    )


class ConfirmForm(Form):
    """Proves that it is still the same person; `code` only for those who have security codes."""

    password = PasswordField(
        "Password",
        validators=[Required("Enter your password."), AtMost(1000)],
        render_kw={"autocomplete": "current-password"},
    )
    code = StringField(
        "Security code",
        description="From your authenticator app, or a recovery code.",
        validators=[Required("Enter the code."), AtMost(60)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"},
    )

    def __init__(self, *args: Any, has_codes: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_codes:
            del self.code


class NameForm(Form):
    name = name_field("Your name", "Enter your name.", render_kw={"autocomplete": "name"})


class NoticesForm(Form):
    """A choice for each of `news.KINDS`, whose names the fields have."""

    joined = SelectField(news.KINDS["joined"], choices=_HOW, validate_choice=False, validators=[_one_of_how()])
    asked = SelectField(news.KINDS["asked"], choices=_HOW, validate_choice=False, validators=[_one_of_how()])
    connection_lost = SelectField(
        news.KINDS["connection_lost"], choices=_HOW, validate_choice=False, validators=[_one_of_how()]
    )


class EmailForm(Form):
    email = StringField(
        "New e-mail address",
        validators=[AtMost(254), Email()],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )


class ForgotForm(Form):
    email = _email(render_kw={"autocomplete": "username", "inputmode": "email"})


class NewPasswordForm(Form):
    password = PasswordField(
        "New password",
        description=WHAT_IS_LONG,
        validators=[Required("Choose a password.")],
        render_kw={"autocomplete": "new-password"},
    )


class NumberField(StringField):
    """An ABN or NZBN; `business_number` holds what was understood."""

    business_number: BusinessNumber | None = None


class OwnNumberForm(Form):
    """The organisation's own number; which kind depends on its country."""

    number = NumberField("ABN", validators=[AtMost(60)])

    def __init__(self, *args: Any, country: str = "AU", optional: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected_country = country
        self.optional = optional
        if country == "NZ":
            self.number.label.text = "NZBN"

    def country_of_number(self) -> str:
        return self.expected_country

    def validate_number(self, field: NumberField) -> None:
        if self.optional and not (field.data or "").strip():
            return
        read = read_number(field.data or "", "NZ" if self.country_of_number() == "NZ" else "AU")
        if isinstance(read, NumberProblem):
            raise ValidationError(Coded(read.sentence, "OWN-NUMBER-INVALID"))
        field.business_number = read


class NewOrganisationForm(OwnNumberForm):
    name = name_field(
        "Business name", "Enter the name of your business.", length=255, render_kw={"autocomplete": "organization"}
    )
    country = RadioField(
        "Country",
        choices=COUNTRIES,
        default="AU",
        validate_choice=False,
        validators=[OneOf(["AU", "NZ"], "Choose a country.")],
    )

    def country_of_number(self) -> str:
        return self.country.data or "AU"


class OrganisationForm(Form):
    name = name_field("Business name", "Enter the name of your business.", length=255)
    timezone = SelectField(
        "Time zone",
        choices=TIMEZONES,
        validate_choice=False,
        validators=[OneOf([zone.value for zone in TIMEZONES], "Choose a time zone from the list.")],
    )

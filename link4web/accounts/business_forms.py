"""Forms of where an organisation is and where it is paid."""

import re
from typing import Any

from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types are older
from wtforms.validators import ValidationError

from link4web.accounts import words
from link4web.accounts.business_addresses import STATES, Address
from link4web.accounts.forms import COUNTRIES
from link4web.registers.bank_accounts import BankAccount, read_australian, read_new_zealand
from link4web.web.forms import AtMost, Form, OneOf, name_field, one_line


def _line(label: str, length: int, **kwargs: Any) -> StringField:
    return StringField(label, filters=[one_line], validators=[AtMost(length)], **kwargs)


class AddressForm(Form):
    """One address. `is_optional`: it may be left empty as a whole."""

    line1 = _line("Address", 200)
    line2 = _line("Second line", 200)
    city = _line("Suburb or town", 100)
    state = SelectField(
        "State",
        choices=[SelectChoice("", "None"), *(SelectChoice(state, state) for state in STATES)],
        validate_choice=False,
        filters=[lambda text: text or ""],
        validators=[OneOf(["", *STATES], "Choose a state from the list.")],
    )
    postcode = _line("Postcode", 20)
    country = SelectField(
        "Country",
        choices=COUNTRIES,
        validate_choice=False,
        validators=[OneOf(["AU", "NZ"], "Choose a country.")],
    )

    def __init__(self, *args: Any, is_optional: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_optional = is_optional

    @property
    def address(self) -> Address | None:
        """The address as a whole; None when nothing was typed."""
        if self.is_empty:
            return None
        country = self.country.data or "AU"
        state = self.state.data or ""
        return Address(
            self.line1.data or "",
            self.line2.data or "",
            self.city.data or "",
            state if country == "AU" else "",
            self.postcode.data or "",
            country,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed; what is chosen from a list counts for nothing alone."""
        return not any((self.line1.data, self.line2.data, self.city.data, self.postcode.data))

    @property
    def _may_be_empty(self) -> bool:
        return self.is_optional and self.is_empty

    def validate_line1(self, field: StringField) -> None:
        if not field.data and not self._may_be_empty:
            raise ValidationError(words.ADDRESS_LINE)

    def validate_city(self, field: StringField) -> None:
        if not field.data and not self._may_be_empty:
            raise ValidationError(words.ADDRESS_CITY)

    def validate_state(self, field: SelectField) -> None:
        if self.country.data != "NZ" and not field.data and not self._may_be_empty:
            raise ValidationError(words.ADDRESS_STATE)

    def validate_postcode(self, field: StringField) -> None:
        if not re.fullmatch("[0-9]{4}", field.data or "") and not self._may_be_empty:
            raise ValidationError(words.ADDRESS_POSTCODE)


class BankForm(Form):
    """The account that invoices are paid into. It begins empty: what is on file is never shown again."""

    holder = name_field("Account name", "Enter the name that the account is in.", length=140)
    account: BankAccount | None = None


class AustralianBankForm(BankForm):
    """BSB and account number."""

    bsb = _line("BSB", 20, description="Six digits, for example 062-000.")
    number = _line("Account number", 20, description="At most nine digits.")

    def validate_bsb(self, field: StringField) -> None:
        if read_australian(field.data or "", "1234") == "bsb":
            raise ValidationError(words.BANK_BSB)

    def validate_number(self, field: StringField) -> None:
        if read_australian("062-000", field.data or "") == "account":
            raise ValidationError(words.BANK_ACCOUNT)
        read = read_australian(self.bsb.data or "", field.data or "")
        self.account = read if isinstance(read, BankAccount) else None


class NewZealandBankForm(BankForm):
    """The one number, from the bank to the suffix."""

    number = _line("Account number", 40, description="Bank, branch, account and suffix: 12-3140-0171323-50.")

    def validate_number(self, field: StringField) -> None:
        read = read_new_zealand(field.data or "")
        if isinstance(read, str):
            raise ValidationError(words.BANK_NZ[read])
        self.account = read


def bank_form(country: str, **kwargs: Any) -> AustralianBankForm | NewZealandBankForm:
    """The form for the organisation's country."""
    return NewZealandBankForm(**kwargs) if country == "NZ" else AustralianBankForm(**kwargs)

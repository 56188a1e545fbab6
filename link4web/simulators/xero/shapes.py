"""The kinds of values that written fields may have; wrong ones are a 400, as in Xero. Other fields pass unseen."""

from typing import Any

import msgspec

Text = str | int | float | bool | None
Number = float | None
Rows = list[dict[str, Text]] | None


class ContactShape(msgspec.Struct, rename="pascal"):
    name: Text = None
    first_name: Text = None
    last_name: Text = None
    email_address: Text = None
    contact_number: Text = None
    account_number: Text = None
    tax_number: Text = None
    company_number: Text = None
    contact_status: str | None = None
    default_currency: str | None = None
    addresses: Rows = None
    phones: Rows = None
    contact_persons: Rows = None
    payment_terms: dict[str, Any] | None = None


class LineShape(msgspec.Struct, rename="pascal"):
    description: Text = None
    item_code: Text = None
    account_code: Text = None
    tax_type: str | None = None
    quantity: Number = None
    unit_amount: Number = None
    line_amount: Number = None
    tax_amount: Number = None
    discount_rate: Number = None


class DocumentShape(msgspec.Struct, rename="pascal"):
    type: str | None = None
    status: str | None = None
    contact: ContactShape | None = None
    line_items: list[LineShape] | None = None
    line_amount_types: str | None = None
    reference: Text = None
    url: Text = None
    currency_code: str | None = None
    sent_to_contact: bool | None = None


SHAPES: dict[str, type[msgspec.Struct]] = {
    "Contacts": ContactShape,
    "Invoices": DocumentShape,
    "CreditNotes": DocumentShape,
}


def check(resource: str, element: dict[str, Any]) -> None:
    """Check the kinds of an element's values.

    Raises:
        msgspec.ValidationError: with the place of the first wrong one.
    """
    msgspec.convert(element, SHAPES[resource], strict=False)

"""Writing sales invoices: POST records one (there are no drafts), DELETE takes it back."""

import sqlite3
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import msgspec
from flask import Response

from link4web.simulators import clock
from link4web.simulators.guids import as_guid
from link4web.simulators.myob import errors, moments, records
from link4web.simulators.myob.behaviour import SWITCHES
from link4web.simulators.myob.contacts import CUSTOMER
from link4web.simulators.myob.customer_checks import LinkShape, Number, Text, link
from link4web.simulators.myob.customers_write import new_object, written
from link4web.simulators.myob.errors import Detail, not_valid, refused, required, unknown_reference, wrong_type
from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.invoice_record import invoice, line, settle_balance
from link4web.simulators.myob.invoices import of_layout
from link4web.simulators.myob.listing import found_in
from link4web.simulators.myob.records import ACCOUNT, CONTACT, INVOICE, TAX_CODE, Entity, Stored
from link4web.simulators.state import state

MOST_NUMBER = 13
MOST_AMOUNT = 10**12


class LineShape(msgspec.Struct, rename="pascal"):
    type: Text = None
    description: Text = None
    unit_of_measure: Text = None
    total: Number = None
    unit_count: Number = None
    ship_quantity: Number = None
    unit_price: Number = None
    discount_percent: Number = None
    account: LinkShape | None = None
    tax_code: LinkShape | None = None


class InvoiceShape(msgspec.Struct, rename="pascal"):
    number: Text = None
    date: str | None = None
    customer: LinkShape | None = None
    customer_purchase_order_number: Text = None
    comment: Text = None
    journal_memo: Text = None
    is_tax_inclusive: bool | None = None
    lines: list[LineShape] | None = None


def create(call: Call, layout: str) -> Response:
    """POST: 201 with Location.

    Raises:
        ApiError: 409, it was sent with an identity; 400, it breaks rules.
    """
    sent = new_object()
    with state().store.write() as db:
        stored = created(db, call, layout, sent)
    return written(call, stored, 201)


def delete(call: Call, layout: str, uid: str) -> Response:
    """DELETE: 200 and nothing else.

    Raises:
        ApiError: 404 or 410; 400, transactions must be reversed in this business.
    """
    with state().store.write() as db:
        deleted(db, call, found_in(db, call, of_layout(layout), uid))
    return Response(status=200, content_type=errors.JSON)


def created(db: sqlite3.Connection, call: Call, layout: str, sent: Mapping[str, Any]) -> Stored:
    """Record an invoice; the customer owes it from now on.

    Raises:
        ApiError: 400, with an entry for each rule broken.
    """
    try:
        msgspec.convert(sent, InvoiceShape)
    except msgspec.ValidationError as error:
        raise wrong_type(str(error)) from error
    given = (sent.get("Customer") or {}).get("UID")
    customer = records.find(db, call.business_id, CONTACT, as_guid(given), CUSTOMER)
    details = [] if customer else [unknown_reference("Customer.UID") if given else required("Customer.UID")]
    lines, rates = _lines(db, call.business_id, layout, sent.get("Lines") or [], details)
    day = _day(sent.get("Date"), details)
    number = str(sent.get("Number") or "")
    if len(number) > MOST_NUMBER:
        details.append(not_valid(f"Number must be no longer than {MOST_NUMBER} characters", "Number"))
    if details or customer is None:
        raise refused(details)
    entity = invoice(str(uuid4()), layout, number or _next_number(db, call.business_id), customer.entity, day, lines,
                     rates, tax_inclusive=bool(sent.get("IsTaxInclusive")), sent=sent)  # fmt: skip
    stored = records.add(db, call.business_id, INVOICE, layout, entity)
    settle_balance(db, call.business_id, customer.entity["UID"])
    return stored


def deleted(db: sqlite3.Connection, call: Call, stored: Stored) -> None:
    """Delete an invoice; the customer no longer owes it.

    Raises:
        ApiError: 400, transactions must be reversed in this business.
    """
    if SWITCHES["must_reverse"]:
        raise errors.must_be_reversed()
    records.remove(db, stored)
    settle_balance(db, call.business_id, stored.entity["Customer"]["UID"])


def _lines(
    db: sqlite3.Connection, business_id: str, layout: str, sent: list[Entity], details: list[Detail]
) -> tuple[list[Entity], dict[str, float]]:
    """The priced lines and the rates of their tax codes; what is wrong goes to `details`."""
    if not sent:
        details.append(required("Lines"))
    lines, rates = [], {}
    for place, one in enumerate(sent):
        found = {}
        for name, family in (("Account", ACCOUNT), ("TaxCode", TAX_CODE)):
            given = (one.get(name) or {}).get("UID")
            stored = records.find(db, business_id, family, as_guid(given))
            if stored is None:
                where = f"Lines[{place}].{name}.UID"
                details.append(unknown_reference(where) if given else required(where))
            else:
                found[name] = stored.entity
        amounts = [one.get(name) or 0 for name in ("Total", "UnitPrice", "UnitCount", "ShipQuantity")]
        if max(map(abs, amounts)) > MOST_AMOUNT or not 0 <= (one.get("DiscountPercent") or 0) <= 100:
            details.append(not_valid("The amount is out of range", f"Lines[{place}]"))
        elif len(found) == 2:
            lines.append(line(layout, place + 1, one, link(found["Account"]), link(found["TaxCode"])))
            rates[found["TaxCode"]["UID"]] = found["TaxCode"]["Rate"]
    return lines, rates


def _day(sent: object, details: list[Detail]) -> str:
    if sent is None:
        return clock.now().date().isoformat()
    moment = moments.read(str(sent))
    if moment is None:
        details.append(not_valid("Date is not a date", "Date"))
        return ""
    return moment.date().isoformat()


def _next_number(db: sqlite3.Connection, business_id: str) -> str:
    db.execute("update myob_business set next_invoice = next_invoice + 1 where business_id = ?", (business_id,))
    row = db.execute("select next_invoice from myob_business where business_id = ?", (business_id,)).fetchone()
    return f"{row[0] - 1:08d}"

"""One sales invoice: its lines priced, its totals, and what its customer owes.

After MYOB developer documentation, "Sale/Invoice", and the contracts of MYOB's .NET SDK, release 25.5.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import msgspec

from link4web.simulators.myob import records
from link4web.simulators.myob.customer_record import TERMS, with_balance
from link4web.simulators.myob.records import CONTACT, Entity

CENT = Decimal("0.01")
# layouts whose lines have a quantity, and what it is called there
QUANTITIES = {"Service": "UnitCount", "Item": "ShipQuantity"}


def invoice(uid: str, layout: str, number: str, customer: Entity, day: str, lines: Sequence[Entity],
            rates: Mapping[str, float], *, tax_inclusive: bool, sent: Mapping[str, Any]) -> Entity:  # fmt: skip
    """A recorded invoice; `day` is YYYY-MM-DD, `rates` percent by tax code UID, `sent` its plain texts."""
    gross, tax = totals(lines, rates, tax_inclusive=tax_inclusive)
    return {
        "UID": uid,
        "Number": number,
        "Date": f"{day}T00:00:00",
        "CustomerPurchaseOrderNumber": sent.get("CustomerPurchaseOrderNumber"),
        "Customer": {"UID": customer["UID"], "Name": records.display_name(customer),
                     "DisplayID": customer["DisplayID"]},
        "InvoiceType": layout,
        "Terms": {**{name: value for name, value in TERMS.items() if name != "VolumeDiscount"}, "Discount": 0.0,
                  "DueDate": None},
        "IsTaxInclusive": tax_inclusive,
        "Lines": list(lines),
        "Subtotal": float(gross if tax_inclusive else gross - tax),
        "Freight": 0.0,
        "FreightTaxCode": None,
        "TotalTax": float(tax),
        "TotalAmount": float(gross),
        "BalanceDueAmount": float(gross),
        "Status": "Credit" if gross < 0 else "Open" if gross else "Closed",
        "InvoiceDeliveryStatus": "Nothing",
        "Comment": sent.get("Comment"),
        "JournalMemo": sent.get("JournalMemo") or f"Sale; {records.display_name(customer)}"[:255],
        "Salesperson": None,
        "PromisedDate": None,
        "ForeignCurrency": None,
        "CurrencyExchangeRate": None,
    }  # fmt: skip


def line(layout: str, row_id: int, sent: Mapping[str, Any], account: Entity, tax_code: Entity) -> Entity:
    """A line of an invoice: quantity × price less discount where the layout has quantities, else the total sent."""
    total = Decimal(str(sent.get("Total") or 0))
    priced: Entity = {}
    if quantity_name := QUANTITIES.get(layout):
        quantity = Decimal(str(1 if sent.get(quantity_name) is None else sent[quantity_name]))
        price = Decimal(str(sent["UnitPrice"])) if sent.get("UnitPrice") is not None else total
        discount = Decimal(str(sent.get("DiscountPercent") or 0))
        total = quantity * price * (100 - discount) / 100
        priced = {"UnitOfMeasure": sent.get("UnitOfMeasure"), quantity_name: float(quantity),
                  "UnitPrice": float(price), "DiscountPercent": float(discount)}  # fmt: skip
    return {
        "RowID": row_id,
        "Type": "Transaction",
        "Description": sent.get("Description"),
        **priced,
        "Total": float(total.quantize(CENT, ROUND_HALF_UP)),
        "Account": account,
        "Job": None,
        "TaxCode": tax_code,
        "RowVersion": records.row_version(row_id),
    }


def totals(lines: Sequence[Entity], rates: Mapping[str, float], *, tax_inclusive: bool) -> tuple[Decimal, Decimal]:
    """What is to be paid, and the tax in it."""
    gross = tax = Decimal(0)
    for one in lines:
        total, rate = Decimal(str(one["Total"])), Decimal(str(rates[one["TaxCode"]["UID"]]))
        part = total * rate / (100 + rate) if tax_inclusive else total * rate / 100
        tax += part
        gross += total if tax_inclusive else total + part
    return gross.quantize(CENT, ROUND_HALF_UP), tax.quantize(CENT, ROUND_HALF_UP)


def settle_balance(db: sqlite3.Connection, business_id: str, customer_uid: str) -> None:
    """Work out anew what a customer owes; that is no change of the customer, so neither RowVersion nor date move."""
    rows = db.execute(
        "select b.body from myob_entity e join myob_entity_body b on b.id = e.id"
        " where business_id = ? and owner = ? and removed = 0",
        (business_id, customer_uid),
    ).fetchall()
    owed = sum(Decimal(str(msgspec.json.decode(row["body"])["BalanceDueAmount"])) for row in rows)
    stored = records.find(db, business_id, CONTACT, customer_uid)
    if stored is not None:
        records.keep_body(db, stored, with_balance(stored.entity, float(owed)))

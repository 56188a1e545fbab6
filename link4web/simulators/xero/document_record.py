"""Invoices and credit notes as they are stored and sent: totals, taxes, dates.

After Xero developer documentation, "Invoices" and "Credit notes", and Xero's OpenAPI description 16.1.0. Tax is rounded
half up for each line and then summed, which recorded answers confirm.
"""

import sqlite3
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

import msgspec

from link4web.simulators import clock
from link4web.simulators.folding import fold
from link4web.simulators.guids import as_guid
from link4web.simulators.xero import contact_record, hooks
from link4web.simulators.xero.behaviour import SWITCHES
from link4web.simulators.xero.bulk import InvalidError
from link4web.simulators.xero.dates import day_pair, iso_seven, ms_date
from link4web.simulators.xero.envelope import rendered

Document = dict[str, Any]
CENT = Decimal("0.01")
RATES: dict[str, dict[str, float]] = {
    "AU": {
        "OUTPUT": 10, "INPUT": 10, "EXEMPTOUTPUT": 0, "EXEMPTEXPORT": 0, "EXEMPTEXPENSES": 0, "BASEXCLUDED": 0,
        "INPUTTAXED": 0, "CAPEXINPUT": 10, "NONE": 0,
    },
    "NZ": {"OUTPUT2": 15, "INPUT2": 15, "ZERORATED": 0, "NONE": 0, "OUTPUT": 12.5, "INPUT": 12.5},
}  # fmt: skip
SALES_TAX = {"AU": "OUTPUT", "NZ": "OUTPUT2"}
CURRENCIES = {"AU": "AUD", "NZ": "NZD"}
SALES = ("ACCREC", "ACCRECCREDIT")
GONE = ("DELETED", "VOIDED")
INSERT = (
    "insert or replace into xero_document (id, tenant_id, document_id, resource, type, status, contact_id,"
    " contact_name, number, reference, date, due_date, amount_due, amount_paid, total, updated_ms, search, body)"
    " values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)


def priced_lines(sent: list[Any], country: str, line_amounts: str) -> list[Document]:
    """Line items with ids, amounts and tax per line, rounded half up to cents.

    Raises:
        InvalidError: a line that Xero refuses.
    """
    try:
        return [_line(one, country, line_amounts) for one in sent]
    except ArithmeticError as error:
        raise InvalidError("The amounts of a line item are out of range.") from error


def _line(sent: Any, country: str, line_amounts: str) -> Document:
    if not isinstance(sent, dict) or not (sent.get("Description") or sent.get("ItemCode")):
        raise InvalidError("Description cannot be empty.")
    line = {name: value for name, value in sent.items() if value is not None}
    line.setdefault("LineItemID", str(uuid4()))
    line.setdefault("Tracking", [])
    if "UnitAmount" not in line and "LineAmount" not in line:
        return {**line, "LineAmount": 0.0, "TaxAmount": 0.0}
    quantity = Decimal(str(line.get("Quantity", 1)))
    discount = (100 - Decimal(str(line.get("DiscountRate", 0)))) / 100
    unit = Decimal(str(line.get("UnitAmount", line.get("LineAmount", 0))))
    amount = (quantity * unit * discount).quantize(CENT, ROUND_HALF_UP)
    tax_type = line.get("TaxType") or SALES_TAX[country]
    if tax_type not in RATES[country]:
        raise InvalidError(f"The TaxType code '{tax_type}' does not exist or is not active.")
    rate = Decimal(str(RATES[country][tax_type])) if line_amounts != "NoTax" else Decimal(0)
    base = 100 + rate if line_amounts == "Inclusive" else Decimal(100)
    tax = Decimal(str(line["TaxAmount"])) if "TaxAmount" in line else amount * rate / base
    return {
        **line,
        "Quantity": float(quantity),
        "UnitAmount": float(unit),
        "TaxType": tax_type,
        "TaxAmount": float(tax.quantize(CENT, ROUND_HALF_UP)),
        "LineAmount": float(amount),
    }


def totals(lines: list[Document], line_amounts: str) -> dict[str, float]:
    amount = sum((Decimal(str(one["LineAmount"])) for one in lines), Decimal(0))
    tax = sum((Decimal(str(one["TaxAmount"])) for one in lines), Decimal(0))
    without = amount - tax if line_amounts == "Inclusive" else amount
    return {"SubTotal": float(without), "TotalTax": float(tax), "Total": float(without + tax)}


def new_document(resource: str, **fields: Any) -> Document:
    """An invoice or credit note with everything Xero always sends."""
    empty_lists = {"Payments": [], "HasAttachments": False, "HasErrors": False}
    if resource == "Invoices":
        own: Document = {"InvoiceID": str(uuid4()), "CreditNotes": [], "Prepayments": [], "Overpayments": [],
                         "AmountPaid": 0.0, "AmountCredited": 0.0, "IsDiscounted": False, "SentToContact": False,
                         "CurrencyRate": 1.0, "Reference": ""}  # fmt: skip
    else:
        own = {"CreditNoteID": str(uuid4()), "Allocations": [], "CurrencyRate": 1.0, "Reference": ""}
    return {**own, **empty_lists, **fields}


def set_days(document: Document, day: str, due: str | None) -> None:
    document.update(day_pair("Date", day))
    if due:
        document.update(day_pair("DueDate", due))


def key_of(resource: str) -> tuple[str, str]:
    """The names of a resource's id and number."""
    return ("InvoiceID", "InvoiceNumber") if resource == "Invoices" else ("CreditNoteID", "CreditNoteNumber")


def save(db: sqlite3.Connection, tenant_id: str, resource: str, document: Document, at_ms: int | None = None) -> None:
    """Store a document (new or changed) as updated now, and let it mark its contact as customer or supplier."""
    updated = clock.milliseconds() if at_ms is None else at_ms
    document["UpdatedDateUTC"] = ms_date(updated)
    document["UpdatedDateUTCString"] = iso_seven(updated)[:23] + "Z"
    id_name, number_name = key_of(resource)
    contact = document["Contact"]
    found = db.execute(
        "select id from xero_document where tenant_id = ? and resource = ? and document_id = ?",
        (tenant_id, resource, document[id_name]),
    ).fetchone()
    values = (
        found["id"] if found else None, tenant_id, document[id_name], resource, document["Type"], document["Status"],
        contact["ContactID"], fold(contact["Name"]), document.get(number_name, ""), document.get("Reference", ""),
        document["DateString"][:10], document.get("DueDateString", "")[:10],
        document.get("AmountDue", document.get("RemainingCredit", 0.0)), document.get("AmountPaid", 0.0),
        document["Total"], updated,
        fold(f"{document.get(number_name, '')}|{document.get('Reference', '')}|{contact['Name']}"),
        rendered(document, 2),
    )  # fmt: skip
    db.execute(INSERT, values)
    contact_record.changed(db, tenant_id)
    if at_ms is None:
        told = {"Type": document["Type"], "Status": document["Status"]} if resource == "CreditNotes" else None
        hooks.changed(db, tenant_id, resource, document[id_name], "UPDATE" if found else "CREATE", told)


def mark_contact(db: sqlite3.Connection, tenant_id: str, document: Document) -> None:
    """IsCustomer follows sales documents, IsSupplier purchases; neither moves the contact's UpdatedDateUTC."""
    contact = contact_record.by_id(db, tenant_id, document["Contact"]["ContactID"])
    if contact is None:
        return
    name = "IsCustomer" if document["Type"] in SALES else "IsSupplier"
    counts = document["Status"] not in GONE and (document["Status"] != "DRAFT" or SWITCHES["draft_makes_customer"])
    if counts and not contact[name]:
        contact[name] = True
        contact_record.replace(db, tenant_id, contact, touch=False)
    clears = document["Status"] == "DELETED" and SWITCHES["deleted_draft_clears_customer"]
    if clears and contact[name] and not _others(db, tenant_id, document):
        contact[name] = False
        contact_record.replace(db, tenant_id, contact, touch=False)


def _others(db: sqlite3.Connection, tenant_id: str, document: Document) -> bool:
    sales = document["Type"] in SALES
    pair = SALES if sales else ("ACCPAY", "ACCPAYCREDIT")
    row = db.execute(
        "select 1 from xero_document where tenant_id = ? and contact_id = ? and type in (?, ?)"
        " and status not in ('DELETED', 'VOIDED') limit 1",
        (tenant_id, document["Contact"]["ContactID"], *pair),
    ).fetchone()
    return row is not None


def load(db: sqlite3.Connection, tenant_id: str, resource: str, key: str) -> Document | None:
    """By id, else by number."""
    row = db.execute(
        "select body from xero_document where tenant_id = ? and resource = ? and (document_id = ? or number = ?"
        " or number = ?) limit 1",
        (tenant_id, resource, as_guid(key) or "", key, key.upper()),
    ).fetchone()
    return parsed(row["body"]) if row else None


def parsed(body: str | Mapping[str, Any]) -> Document:
    document: Document = msgspec.json.decode(body) if isinstance(body, str) else dict(body)
    return document

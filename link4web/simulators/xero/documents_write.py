"""Writing invoices and credit notes: drafts, approval, deletion, and Xero's rules for them.

After Xero developer documentation, "Invoices" and "Credit notes".
"""

import sqlite3
from datetime import timedelta

from flask import Response

from link4web.simulators import clock
from link4web.simulators.state import state
from link4web.simulators.xero import contact_record, contacts_write, document_record
from link4web.simulators.xero.bulk import Answered, Element, InvalidError, answer_bulk, elements
from link4web.simulators.xero.dates import read_day
from link4web.simulators.xero.document_record import CURRENCIES, Document, key_of
from link4web.simulators.xero.documents_read import with_whole_contact
from link4web.simulators.xero.errors import not_found
from link4web.simulators.xero.gate import Call

TYPES = {"Invoices": ("ACCREC", "ACCPAY"), "CreditNotes": ("ACCRECCREDIT", "ACCPAYCREDIT")}
NEXT = {
    "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "SUBMITTED": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "AUTHORISED": ("AUTHORISED", "VOIDED"),
    "PAID": ("PAID",),
    "DELETED": (),
    "VOIDED": (),
}
PLAIN = ("Reference", "Url", "BrandingThemeID", "SentToContact", "ExpectedPaymentDate", "PlannedPaymentDate")


def create(call: Call, resource: str) -> Response:
    """PUT: always new documents."""
    return _bulk(call, resource, elements(resource), only_new=True)


def upsert(call: Call, resource: str) -> Response:
    """POST: updates where an id or a sales invoice number matches, else creates."""
    return _bulk(call, resource, elements(resource))


def update(call: Call, resource: str, key: str) -> Response:
    """POST to one document.

    Raises:
        ApiError: 404.
    """
    with state().store.read() as db:
        found = document_record.load(db, call.tenant_id, resource, key)
    if found is None:
        raise not_found()
    id_name = key_of(resource)[0]
    return _bulk(call, resource, [{**one, id_name: found[id_name]} for one in elements(resource)])


def _bulk(call: Call, resource: str, sent: list[Element], *, only_new: bool = False) -> Response:
    def work(db: sqlite3.Connection, one: Element) -> Answered:
        return with_whole_contact(db, call.tenant_id, stored(db, call, resource, one, only_new=only_new))

    return answer_bulk(resource, sent, work, state().store)


def stored(db: sqlite3.Connection, call: Call, resource: str, sent: Element, *, only_new: bool = False) -> Document:
    """Create or update the document that `sent` describes, and mark its contact.

    Raises:
        InvalidError: with Xero's messages.
    """
    existing = None if only_new else _match(db, call, resource, sent)
    document = _changed(call, resource, existing, sent) if existing else _new(db, call, resource, sent)
    document_record.save(db, call.tenant_id, resource, document)
    document_record.mark_contact(db, call.tenant_id, document)
    return document


def _match(db: sqlite3.Connection, call: Call, resource: str, sent: Element) -> Document | None:
    id_name, number_name = key_of(resource)
    if id_name in sent:
        found = document_record.load(db, call.tenant_id, resource, str(sent[id_name]))
        if found is None:
            raise InvalidError(f"The {resource[:-1]} with this {id_name} does not exist.")
        return found
    number = str(sent.get(number_name) or "")
    return document_record.load(db, call.tenant_id, resource, number) if number else None


def _new(db: sqlite3.Connection, call: Call, resource: str, sent: Element) -> Document:
    kind, status = sent.get("Type"), sent.get("Status") or "DRAFT"
    if kind not in TYPES[resource]:
        raise InvalidError("A Type must be specified: " + " or ".join(TYPES[resource]) + ".")
    if status not in ("DRAFT", "SUBMITTED", "AUTHORISED"):
        raise InvalidError(f"Invoice Status {status} is not valid for a new document.")
    document = document_record.new_document(resource, Type=kind, Status=status, Contact=_contact(db, call, sent))
    number_name = key_of(resource)[1]
    document[number_name] = _number(db, call, resource, kind, str(sent.get(number_name) or ""))
    document["CurrencyCode"] = sent.get("CurrencyCode") or CURRENCIES[call.country]
    if not sent.get("LineItems"):
        raise InvalidError("One or more line items must be specified")
    _fill(call, resource, document, sent)
    return document


def _changed(call: Call, resource: str, document: Document, sent: Element) -> Document:
    status = sent.get("Status") or document["Status"]
    if status not in NEXT[document["Status"]]:
        raise InvalidError("Invoice not of valid status for modification")
    document["Status"] = status
    _fill(call, resource, document, sent)
    if status in document_record.GONE and resource == "Invoices":
        document["AmountDue"] = 0.0
    return document


def _fill(call: Call, resource: str, document: Document, sent: Element) -> None:
    """Dates, lines, totals and plain fields that were sent."""
    for name in PLAIN:
        if sent.get(name) is not None:
            document[name] = sent[name]
    if "xero" in str(document.get("Url", "")).lower():
        raise InvalidError("The Url must not contain 'xero'.")
    today = clock.now().date()
    day = _day(sent, "Date") or document.get("DateString", today.isoformat())[:10]
    due = _day(sent, "DueDate") or document.get("DueDateString", "")[:10]
    if not due and resource == "Invoices" and document["Status"] == "AUTHORISED":
        due = (today + timedelta(days=20)).isoformat()
    document_record.set_days(document, day, due or None)
    document["LineAmountTypes"] = sent.get("LineAmountTypes") or document.get("LineAmountTypes", "Exclusive")
    if "LineItems" in sent:
        lines = document_record.priced_lines(sent["LineItems"], call.country, document["LineAmountTypes"])
        document["LineItems"] = lines
        document.update(document_record.totals(lines, document["LineAmountTypes"]))
        owed = "AmountDue" if resource == "Invoices" else "RemainingCredit"
        document[owed] = document["Total"]
    if document["Status"] == "AUTHORISED" and any("AccountCode" not in one for one in document["LineItems"]):
        raise InvalidError("Account code must be specified")


def _day(sent: Element, name: str) -> str | None:
    if sent.get(name) is None:
        return None
    day = read_day(sent[name])
    if day is None:
        raise InvalidError(f"{name} is not a date.")
    return day


def _contact(db: sqlite3.Connection, call: Call, sent: Element) -> Document:
    given = sent.get("Contact")
    if not isinstance(given, dict) or not given:
        raise InvalidError("A Contact must be specified for this type of transaction")
    if set(given) == {"ContactID"}:
        contact = contact_record.by_id(db, call.tenant_id, given["ContactID"])
        if contact is None:
            raise InvalidError("The Contact could not be found")
    else:
        # more than the id updates the contact, or makes one: Xero's rule, and a trap
        contact = contacts_write.upserted(db, call, given)
    if contact["ContactStatus"] != "ACTIVE":
        raise InvalidError(f"The contact {contact['Name']} is archived and cannot be used on a new document.")
    return {"ContactID": contact["ContactID"], "Name": contact["Name"], "Addresses": [], "Phones": [],
            "ContactGroups": [], "ContactPersons": [], "HasValidationErrors": False}  # fmt: skip


def _number(db: sqlite3.Connection, call: Call, resource: str, kind: str, given: str) -> str:
    if given:
        if kind == "ACCREC" and document_record.load(db, call.tenant_id, resource, given):
            raise InvalidError("Invoice # must be unique.")
        return given
    if kind not in document_record.SALES:
        return ""
    found = db.execute("select next_invoice from xero_organisation where tenant_id = ?", (call.tenant_id,)).fetchone()
    db.execute("update xero_organisation set next_invoice = next_invoice + 1 where tenant_id = ?", (call.tenant_id,))
    return f"{'INV' if kind == 'ACCREC' else 'CN'}-{found['next_invoice']:04d}"

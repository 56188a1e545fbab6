"""Reading invoices and credit notes: lists with their parameters, and one document.

After Xero developer documentation, "Invoices" and "Credit notes".
"""

import sqlite3
from typing import cast

from flask import Response, request

from link4web.simulators import pdf
from link4web.simulators.folding import fold
from link4web.simulators.guids import as_guid
from link4web.simulators.state import state
from link4web.simulators.xero import contact_record, document_record
from link4web.simulators.xero.behaviour import SWITCHES
from link4web.simulators.xero.contacts_read import Paging, counted, flag, listed, paging
from link4web.simulators.xero.dates import modified_since
from link4web.simulators.xero.document_record import Document
from link4web.simulators.xero.envelope import answer
from link4web.simulators.xero.errors import high_volume, not_found
from link4web.simulators.xero.gate import Call
from link4web.simulators.xero.where import Column, Condition, read_order, read_where

COMMON = {
    "status": Column("status", quick="="),
    "type": Column("type", quick="="),
    "reference": Column("reference", quick="="),
    "contact.contactid": Column("contact_id", "id", "="),
    "contact.name": Column("contact_name", "text", "="),
    "date": Column("date", "day", "<"),
    "total": Column("total", "number"),
    "updateddateutc": Column("updated_ms", "moment"),
}
FIELDS = {
    "Invoices": {
        **COMMON,
        "invoicenumber": Column("number", quick="="),
        "invoiceid": Column("document_id", "id", "="),
        "amountpaid": Column("amount_paid", "number", "="),
        "amountdue": Column("amount_due", "number", "<"),
        "duedate": Column("due_date", "day", "<"),
    },
    "CreditNotes": {
        **COMMON,
        "creditnotenumber": Column("number"),
        "creditnoteid": Column("document_id", "id", "="),
        "remainingcredit": Column("amount_due", "number"),
    },
}
ORDERS = {
    "Invoices": {"invoiceid": "document_id", "updateddateutc": "updated_ms", "date": "date", "invoicenumber": "number",
                 "duedate": "due_date"},
    "CreditNotes": {"creditnoteid": "document_id", "updateddateutc": "updated_ms", "date": "date"},
}  # fmt: skip
# which query parameter lists which column; credit notes have none of them
LISTS = {"IDs": "document_id", "InvoiceNumbers": "number", "ContactIDs": "contact_id", "Statuses": "status"}
SUMMARY_DROPS = ("LineItems", "Payments", "CreditNotes", "Prepayments", "Overpayments")


def list_documents(call: Call, resource: str) -> Response:
    summary = flag("summaryOnly")
    wanted = paging(forced=summary)
    condition = _condition(call.tenant_id, resource)
    with state().store.read() as db:
        count = counted(db, call.tenant_id, "xero_document", condition)
        everything = Condition("tenant_id = ? and resource = ?", [call.tenant_id, resource])
        if not condition.optimised or not wanted:
            size = count if condition.optimised else counted(db, call.tenant_id, "xero_document", everything)
            if size > SWITCHES["high_volume_threshold"]:
                raise high_volume(resource)
        query, values = _query(condition, resource, wanted)
        found = [row["body"] for row in db.execute(query, values)]
    drops = SUMMARY_DROPS if summary else () if wanted else ("LineItems",)
    items = [_without(body, drops) for body in found] if drops else found
    return answer(resource, items, wanted.element(count) if wanted else None)


def one_document(call: Call, resource: str, key: str) -> Response:
    """One invoice or credit note with its contact's addresses, which lists leave empty; as PDF where that is accepted.

    Raises:
        ApiError: 404.
    """
    with state().store.read() as db:
        document = document_record.load(db, call.tenant_id, resource, key)
        if document is None:
            raise not_found()
        if pdf.PDF in request.headers.get("Accept", ""):
            return pdf.printed(_lines(document))
        return answer(resource, [with_whole_contact(db, call.tenant_id, document)])


def _lines(document: Document) -> list[str]:
    """What stands on the printed form."""
    number = document.get("InvoiceNumber") or document.get("CreditNoteNumber") or ""
    items = [str(line.get("Description", "")) for line in document["LineItems"]]
    title = "Tax invoice" if "InvoiceID" in document else "Credit note"
    return [f"{title} {number}", document["Contact"]["Name"], *items, f"Total {document['Total']:.2f}"]


def with_whole_contact(db: sqlite3.Connection, tenant_id: str, document: Document) -> Document:
    """The document with what single reads and writes say about its contact."""
    contact = contact_record.by_id(db, tenant_id, document["Contact"]["ContactID"])
    if contact is None:
        return document
    names = ("ContactID", "ContactStatus", "Name", "FirstName", "LastName", "EmailAddress", "Addresses", "Phones",
             "UpdatedDateUTC", "IsSupplier", "IsCustomer", "HasValidationErrors")  # fmt: skip
    return {**document, "Contact": {name: contact[name] for name in names}}


def _condition(tenant_id: str, resource: str) -> Condition:
    where = read_where(request.args.get("where", ""), FIELDS[resource])
    parts, values = ["tenant_id = ?", "resource = ?"], cast(list[object], [tenant_id, resource])
    if since := modified_since(request.headers.get("If-Modified-Since", "")):
        parts.append("updated_ms >= ?")
        values.append(since)
    for name, column in LISTS.items() if resource == "Invoices" else ():
        if wanted := listed(name):
            parts.append(f"{column} in ({','.join('?' * len(wanted))})")
            values += [as_guid(one) or one for one in wanted]
    if resource == "Invoices" and (term := fold(request.args.get("searchTerm", "").strip())):
        parts.append("instr(search, ?) > 0")
        values.append(term)
    if where.sql:
        parts.append(where.sql)
        values += where.parameters
    return Condition(" and ".join(parts), values, where.optimised)


def _query(condition: Condition, resource: str, wanted: Paging | None) -> tuple[str, list[object]]:
    column, descending = read_order(request.args.get("order", ""), ORDERS[resource], "updateddateutc")
    order = f"{column}{' desc' if descending else ''}, document_id"
    query, values = ["select body from xero_document where", condition.sql, "order by", order], condition.parameters
    if wanted:
        query.append("limit ? offset ?")
        values = [*values, wanted.size, wanted.offset]
    return " ".join(query), values


def _without(body: str, names: tuple[str, ...]) -> Document:
    return {name: value for name, value in document_record.parsed(body).items() if name not in names}

"""What people do inside Xero itself, for its pages and for scripts: add, change, archive, merge, draft an invoice."""

from collections.abc import Mapping
from sqlite3 import Connection
from typing import Any

from link4web.simulators.state import state
from link4web.simulators.xero import contact_record as record
from link4web.simulators.xero import contacts_write, document_record, documents_write
from link4web.simulators.xero.apps import USER_ID
from link4web.simulators.xero.bulk import InvalidError
from link4web.simulators.xero.contact_record import Contact
from link4web.simulators.xero.document_record import Document
from link4web.simulators.xero.gate import Call


def person_in(tenant_id: str) -> Call:
    """The demo user at work in an organisation.

    Raises:
        InvalidError: there is no such organisation.
    """
    with state().store.read() as db:
        row = db.execute("select country from xero_organisation where tenant_id = ?", (tenant_id,)).fetchone()
    if row is None:
        raise InvalidError("There is no such organisation.")
    return Call(client_id="", user_id=USER_ID, tenant_id=tenant_id, country=row["country"])


def add_contact(call: Call, fields: Mapping[str, Any]) -> Contact:
    with state().store.write() as db:
        return contacts_write.created(db, call, dict(fields))


def change_contact(call: Call, contact: str, fields: Mapping[str, Any]) -> Contact:
    with state().store.write() as db:
        found = _wanted(db, call, contact)
        return contacts_write.upserted(db, call, {**fields, "ContactID": found["ContactID"]})


def erase_contact(call: Call, contact: str) -> Contact:
    """A privacy request: the status that Xero calls GDPRREQUEST."""
    with state().store.write() as db:
        found = _wanted(db, call, contact)
        found.update(ContactStatus="GDPRREQUEST", EmailAddress="", FirstName="", LastName="")
        record.replace(db, call.tenant_id, found)
        return found


def merge_contacts(call: Call, contact: str, into: str) -> Contact:
    """Merge `contact` into another: it is archived and points there; its documents move along."""
    with state().store.write() as db:
        loser, winner = _wanted(db, call, contact), _wanted(db, call, into)
        if loser["ContactID"] == winner["ContactID"]:
            raise InvalidError("A contact can't be merged into itself.")
        loser.update(ContactStatus="ARCHIVED", MergedToContactID=winner["ContactID"])
        record.replace(db, call.tenant_id, loser)
        _move_documents(db, call, loser, winner)
        return loser


def draft_invoice(call: Call, contact: str) -> Document:
    """What *New invoice, Save as draft* does; by Xero's rules the contact becomes a customer."""
    line = {"Description": "Draft made by hand"}
    with state().store.write() as db:
        found = _wanted(db, call, contact)
        sent = {"Type": "ACCREC", "Contact": {"ContactID": found["ContactID"]}, "LineItems": [line]}
        return documents_write.stored(db, call, "Invoices", sent, only_new=True)


def change_invoice(call: Call, invoice: str, status: str) -> Document:
    """Delete or approve an invoice."""
    with state().store.write() as db:
        found = document_record.load(db, call.tenant_id, "Invoices", invoice)
        if found is None:
            raise InvalidError("There is no such invoice.")
        sent: dict[str, Any] = {"InvoiceID": found["InvoiceID"], "Status": status}
        if status == "AUTHORISED":
            sent["LineItems"] = [{**one, "AccountCode": one.get("AccountCode", "200")} for one in found["LineItems"]]
        return documents_write.stored(db, call, "Invoices", sent)


def _wanted(db: Connection, call: Call, contact: str) -> Contact:
    """By id, else by name.

    Raises:
        InvalidError: no such contact.
    """
    found = record.by_id(db, call.tenant_id, contact) or record.by_name(db, call.tenant_id, contact)
    if found is None:
        raise InvalidError(f"There is no contact {contact!r} in this organisation.")
    return found


def _move_documents(db: Connection, call: Call, loser: Contact, winner: Contact) -> None:
    rows = db.execute(
        "select resource, body from xero_document where tenant_id = ? and contact_id = ?",
        (call.tenant_id, loser["ContactID"]),
    ).fetchall()
    for row in rows:
        document = document_record.parsed(row["body"])
        document["Contact"] = {**document["Contact"], "ContactID": winner["ContactID"], "Name": winner["Name"]}
        document_record.save(db, call.tenant_id, row["resource"], document)
        document_record.mark_contact(db, call.tenant_id, document)

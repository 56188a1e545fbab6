"""Writing contacts: PUT creates, POST updates or creates, absent fields keep their value.

After Xero developer documentation, "Contacts".
"""

import re
import sqlite3
from typing import Any
from uuid import uuid4

from flask import Response

from link4web.simulators import clock
from link4web.simulators.folding import fold
from link4web.simulators.guids import as_guid
from link4web.simulators.state import state
from link4web.simulators.xero import contact_record as record
from link4web.simulators.xero.bulk import Answered, InvalidError, answer_bulk, elements
from link4web.simulators.xero.contact_record import Contact
from link4web.simulators.xero.dates import ms_date
from link4web.simulators.xero.errors import not_found
from link4web.simulators.xero.gate import Call

EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}$")
LIMITS = {
    "Name": 255, "FirstName": 255, "LastName": 255, "EmailAddress": 255, "ContactNumber": 50, "AccountNumber": 50,
    "TaxNumber": 50, "CompanyNumber": 50,
}  # fmt: skip
LISTS = ("Addresses", "Phones", "ContactPersons")
OTHER = ("ContactStatus", "BankAccountDetails", "AccountsReceivableTaxType", "AccountsPayableTaxType",
         "DefaultCurrency", "PaymentTerms")  # fmt: skip
WRITABLE = (*LIMITS, *LISTS, *OTHER)


def create(call: Call) -> Response:
    """PUT /Contacts: refuses a name or ContactNumber that exists."""
    return answer_bulk("Contacts", elements("Contacts"), lambda db, sent: created(db, call, sent), state().store)


def upsert(call: Call) -> Response:
    """POST /Contacts: matches on ContactID, else ContactNumber, else Name; without a match it creates."""
    return answer_bulk("Contacts", elements("Contacts"), lambda db, sent: upserted(db, call, sent), state().store)


def update(call: Call, key: str) -> Response:
    """POST /Contacts/{ContactID}.

    Raises:
        ApiError: 404, there is no such contact.
    """
    with state().store.read() as db:
        if record.by_id(db, call.tenant_id, key) is None:
            raise not_found()
    sent = [{**one, "ContactID": key} for one in elements("Contacts")]
    return answer_bulk("Contacts", sent, lambda db, one: upserted(db, call, one), state().store)


def created(db: sqlite3.Connection, call: Call, sent: Contact) -> Answered:
    """Create a contact.

    Raises:
        InvalidError: with Xero's messages.
    """
    if record.by_id(db, call.tenant_id, sent.get("ContactID")):
        raise InvalidError("A contact with the specified ContactID already exists.")
    number = str(sent.get("ContactNumber") or "")
    if number and _by_number(db, call.tenant_id, number):
        raise InvalidError(f"The Contact Number {number} is already assigned to another contact.")
    return _store_new(db, call, sent)


def _store_new(db: sqlite3.Connection, call: Call, sent: Contact) -> Answered:
    contact = record.new_contact(as_guid(sent.get("ContactID")) or str(uuid4()))
    contact["UpdatedDateUTC"] = ms_date(clock.milliseconds())
    _apply(contact, sent)
    _check(db, call.tenant_id, contact)
    record.add(db, call.tenant_id, contact)
    return record.complete(contact)


def upserted(db: sqlite3.Connection, call: Call, sent: Contact) -> Answered:
    """Update the contact that `sent` means, or create it.

    Raises:
        InvalidError: with Xero's messages.
    """
    contact = _match(db, call.tenant_id, sent)
    if contact is None:
        return _store_new(db, call, sent)
    before = dict(contact)
    _apply(contact, sent)
    _check(db, call.tenant_id, contact)
    record.replace(db, call.tenant_id, contact, touch=contact != before)
    return record.complete(contact)


def _match(db: sqlite3.Connection, tenant_id: str, sent: Contact) -> Contact | None:
    if "ContactID" in sent:
        found = record.by_id(db, tenant_id, sent["ContactID"])
        if found is None:
            raise InvalidError("The specified contact details matched no contact in this organisation.")
        return found
    number, name = str(sent.get("ContactNumber") or ""), str(sent.get("Name") or "").strip()
    return (_by_number(db, tenant_id, number) if number else None) or (
        record.by_name(db, tenant_id, name) if name else None
    )


def _by_number(db: sqlite3.Connection, tenant_id: str, number: str) -> Contact | None:
    return record.find(db, tenant_id, "c.number_key = ?", fold(number))


def _apply(contact: Contact, sent: Contact) -> None:
    """Take over what was sent; read-only fields (IsCustomer and so on) are ignored, lists are replaced as given."""
    for name in WRITABLE:
        if name in sent:
            value = sent[name]
            contact[name] = _text(value) if name in LIMITS else value if value is not None else _empty(name)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _empty(name: str) -> Any:
    return [] if name in LISTS else ""


def _check(db: sqlite3.Connection, tenant_id: str, contact: Contact) -> None:
    """Xero's rules for a contact.

    Raises:
        InvalidError: with a message for each rule broken.
    """
    messages = [f"{name} must be no more than {most} characters." for name, most in LIMITS.items()
                if len(str(contact.get(name) or "")) > most]  # fmt: skip
    if not contact["Name"]:
        messages.append("Contact Name cannot be empty.")
    if set(contact["Name"]) & set("<>"):
        messages.append("Contact Name cannot contain the characters < or >.")
    if contact["EmailAddress"] and not EMAIL.match(contact["EmailAddress"]):
        messages.append("Email address must be valid")
    if contact["ContactStatus"] not in ("ACTIVE", "ARCHIVED"):
        messages.append("Contact Status must be ACTIVE or ARCHIVED.")
    if any(not isinstance(contact.get(name) or [], list) for name in LISTS):
        messages.append("Addresses, Phones and ContactPersons must be lists.")
    elif len(contact.get("ContactPersons") or []) > 5:
        messages.append("A contact can have no more than 5 contact persons.")
    if messages:
        raise InvalidError(*messages)
    _check_name_is_free(db, tenant_id, contact)


def _check_name_is_free(db: sqlite3.Connection, tenant_id: str, contact: Contact) -> None:
    other = record.by_name(db, tenant_id, contact["Name"]) if contact["ContactStatus"] == "ACTIVE" else None
    if other and other["ContactID"] != contact["ContactID"]:
        raise InvalidError(
            f"The contact name {contact['Name']} is already assigned to another contact."
            " The contact name must be unique across all active contacts."
        )

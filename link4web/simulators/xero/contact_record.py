"""One contact: its JSON as Xero sends it, and the columns by which it is found."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from link4web.simulators import clock
from link4web.simulators.folding import fold
from link4web.simulators.guids import as_guid
from link4web.simulators.xero import hooks
from link4web.simulators.xero.behaviour import SWITCHES
from link4web.simulators.xero.dates import LAST_MS, MS_DATE, ms_date
from link4web.simulators.xero.envelope import rendered

Contact = dict[str, Any]
DEPTH = 2
SEEDED_NZBN = re.compile(r'"CompanyNumber": "94\d{11}"')
COLUMNS = (
    "id, tenant_id, contact_id, name, name_key, email_key, account_key, number_key, first_name, last_name,"
    " tax_number, company_number, archived, is_customer, is_supplier, updated_ms, search"
)
INSERT = f"insert into xero_contact ({COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608 (a constant)
INSERT_BODY = "insert into xero_contact_body values (?, ?)"
PHONE_TYPES = ("DDI", "DEFAULT", "FAX", "MOBILE")
ORDER = (
    "ContactID", "MergedToContactID", "ContactNumber", "AccountNumber", "ContactStatus", "Name", "FirstName",
    "LastName", "CompanyNumber", "EmailAddress", "BankAccountDetails", "TaxNumber", "AccountsReceivableTaxType",
    "AccountsPayableTaxType", "Addresses", "Phones", "UpdatedDateUTC", "ContactGroups", "IsSupplier", "IsCustomer",
    "DefaultCurrency", "PaymentTerms", "ContactPersons", "Balances", "HasAttachments", "HasValidationErrors",
)  # fmt: skip


def new_contact(contact_id: str, **fields: Any) -> Contact:
    """A contact with everything Xero always sends; `fields` by their Xero names."""
    blank: Contact = {
        "ContactID": contact_id,
        "ContactStatus": "ACTIVE",
        "Name": "",
        "FirstName": "",
        "LastName": "",
        "EmailAddress": "",
        "BankAccountDetails": "",
        "Addresses": [],
        "Phones": [],
        "UpdatedDateUTC": ms_date(0),
        "ContactGroups": [],
        "IsSupplier": False,
        "IsCustomer": False,
        "ContactPersons": [],
        "HasAttachments": False,
        "HasValidationErrors": False,
    }
    return {**blank, **fields}


def complete(contact: Contact) -> Contact:
    """The contact in Xero's order, with the empty addresses and telephones that are always there."""
    addresses = {one.get("AddressType"): one for one in contact.get("Addresses") or []}
    phones = {one.get("PhoneType"): one for one in contact.get("Phones") or []}
    empty_address = {"City": "", "Region": "", "PostalCode": "", "Country": ""}
    empty_phone = {"PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
    contact["Addresses"] = [
        {"AddressType": one, **empty_address, **addresses.get(one, {})} for one in ("STREET", "POBOX")
    ]
    contact["Phones"] = [{"PhoneType": one, **empty_phone, **phones.get(one, {})} for one in PHONE_TYPES]
    known = {name: contact[name] for name in ORDER if name in contact}
    return {**known, **contact}


def columns(row_id: int | None, tenant_id: str, contact: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of `COLUMNS`."""
    first, last = contact["FirstName"], contact["LastName"]
    number, company, email = contact.get("ContactNumber", ""), contact.get("CompanyNumber", ""), contact["EmailAddress"]
    name_key = fold(contact["Name"])
    return (
        row_id,
        tenant_id,
        contact["ContactID"],
        contact["Name"],
        name_key,
        fold(email),
        fold(contact.get("AccountNumber", "")),
        fold(number),
        fold(first),
        fold(last),
        contact.get("TaxNumber", ""),
        company,
        int(contact["ContactStatus"] != "ACTIVE"),
        int(contact["IsCustomer"]),
        int(contact["IsSupplier"]),
        moment_ms(contact["UpdatedDateUTC"]),
        f"{name_key}|{fold(f'{first} {last}|{number}|{company}|{email}')}",
    )


def moment_ms(text: str) -> int:
    found = MS_DATE.match(text)
    return int(found[1]) if found else 0


def add(db: sqlite3.Connection, tenant_id: str, contact: Contact) -> None:
    """Store a new contact."""
    row_id = db.execute(INSERT, columns(None, tenant_id, contact)).lastrowid
    db.execute(INSERT_BODY, (row_id, rendered(complete(contact), DEPTH)))
    changed(db, tenant_id)
    hooks.changed(db, tenant_id, "Contacts", contact["ContactID"], "CREATE")


def replace(db: sqlite3.Connection, tenant_id: str, contact: Contact, *, touch: bool = True) -> None:
    """Store a contact again; `touch` moves UpdatedDateUTC.

    A change of IsCustomer does not: it shows in no read with If-Modified-Since (Xero developer documentation,
    "Contacts").
    """
    if touch:
        contact["UpdatedDateUTC"] = ms_date(clock.milliseconds())
    found = "select id from xero_contact where tenant_id = ? and contact_id = ?"
    row_id = db.execute(found, (tenant_id, contact["ContactID"])).fetchone()["id"]
    db.execute("delete from xero_contact where id = ?", (row_id,))
    db.execute(INSERT, columns(row_id, tenant_id, contact))
    db.execute("update xero_contact_body set body = ? where id = ?", (rendered(complete(contact), DEPTH), row_id))
    changed(db, tenant_id)
    if touch or SWITCHES["customer_flip_sends_event"]:
        hooks.changed(db, tenant_id, "Contacts", contact["ContactID"], "UPDATE")


def changed(db: sqlite3.Connection, tenant_id: str) -> None:
    """Counts that were remembered for this organisation are stale from now on."""
    db.execute("update xero_organisation set version = version + 1 where tenant_id = ?", (tenant_id,))


def find(db: sqlite3.Connection, tenant_id: str, condition: str, *values: object) -> Contact | None:
    """The first contact for which `condition` (SQL over `xero_contact`, written by us) holds."""
    query = "select b.body from xero_contact c join xero_contact_body b on b.id = c.id where c.tenant_id = ? and "
    ranked = f"{query}{condition} order by c.archived, c.id limit 1"
    row = db.execute(ranked, (tenant_id, *values)).fetchone()
    return parsed(_shown(row["body"])) if row else None


def by_id(db: sqlite3.Connection, tenant_id: str, contact_id: object) -> Contact | None:
    key = as_guid(contact_id)
    return find(db, tenant_id, "c.contact_id = ?", key) if key else None


def by_name(db: sqlite3.Connection, tenant_id: str, name: str) -> Contact | None:
    """The active contact of this name, whatever the case (accents do count)."""
    rows = db.execute(
        "select contact_id, name from xero_contact where tenant_id = ? and name_key = ? and archived = 0",
        (tenant_id, fold(name)),
    ).fetchall()
    same = [row["contact_id"] for row in rows if row["name"].casefold() == name.casefold()]
    return by_id(db, tenant_id, same[0]) if same else None


def bodies(db: sqlite3.Connection, ids: Sequence[int]) -> list[str]:
    """The rendered contacts of these rows, in this order."""
    marks = ",".join("?" * len(ids))
    rows = db.execute(
        f"select id, body from xero_contact_body where id in ({marks})",  # noqa: S608 (question marks)
        ids,
    ).fetchall()
    by_row = {row["id"]: row["body"] for row in rows}
    hides = SWITCHES["nzbn_field"] == "nowhere"
    return [_without_nzbn(by_row[row_id]) if hides else by_row[row_id] for row_id in ids]


def _shown(body: str) -> str:
    return _without_nzbn(body) if SWITCHES["nzbn_field"] == "nowhere" else body


def _without_nzbn(body: str) -> str:
    """The rendered contact without the NZBN it was made with; what anybody wrote since stays readable."""
    seeded = moment_ms(str(parsed(body)["UpdatedDateUTC"])) <= LAST_MS
    return SEEDED_NZBN.sub('"CompanyNumber": ""', body) if seeded else body


def parsed(body: str) -> Contact:
    contact: Contact = msgspec.json.decode(body)
    return contact

"""What people do inside MYOB itself, for its pages and for scripts: add, change, delete, restore, invoice."""

from collections.abc import Mapping
from sqlite3 import Connection
from typing import Any

from link4web.simulators.folding import fold
from link4web.simulators.myob import customers_write, errors, invoices_write, records
from link4web.simulators.myob.contacts import CUSTOMER
from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.records import ACCOUNT, CONTACT, INVOICE, TAX_CODE, Entity, Stored
from link4web.simulators.state import state

# fields that people know by these names, and where MYOB keeps them
OF_SELLING = ("ABN", "TaxIdNumber")
FIRST_ADDRESS = 1


def person_in(business_id: str) -> Call:
    """Somebody at work in a business.

    Raises:
        ApiError: 404, there is no such business.
    """
    with state().store.read() as db:
        row = db.execute("select country from myob_business where business_id = ?", (business_id,)).fetchone()
    if row is None:
        raise errors.not_found()
    return Call(client_id="", scopes=frozenset(), business_id=business_id, country=row["country"])


def add_customer(call: Call, fields: Mapping[str, Any]) -> Entity:
    """Add a customer; `fields` by MYOB's names, also the short ones Name, Email, ABN and TaxIdNumber."""
    with state().store.write() as db:
        code = link_of_default_tax(db, call)
        blank = {"IsIndividual": False, "SellingDetails": {"TaxCode": code, "FreightTaxCode": code}, "Addresses": []}
        return _told(customers_write.created(db, call, changed(blank, fields), by_hand=True))


def change_customer(call: Call, customer: str, fields: Mapping[str, Any]) -> Entity:
    """Change the fields that are given, and nothing else."""
    with state().store.write() as db:
        old = wanted(db, call, customer)
        return _told(customers_write.replaced(db, call, old, changed(old.entity, fields), by_hand=True))


def become(call: Call, customer: str, *, individual: bool) -> Entity:
    """Turn a company into an individual of the same name, or the other way round."""
    with state().store.write() as db:
        old = wanted(db, call, customer)
        name = records.display_name(old.entity)
        first, _, last = name.partition(" ")
        names = {"FirstName": first[:20], "LastName": (last or first)[:30]} if individual else {"CompanyName": name}
        sent = {**old.entity, **names, "IsIndividual": individual}
        return _told(customers_write.replaced(db, call, old, sent, by_hand=True))


def delete_customer(call: Call, customer: str) -> Entity:
    with state().store.write() as db:
        old = wanted(db, call, customer)
        customers_write.deleted(db, call, old)
        return _told(old)


def restore_customer(call: Call, customer: str) -> Entity:
    """Make an inactive customer active, or bring a deleted one back, as going back to a backup does."""
    with state().store.write() as db:
        old = wanted(db, call, customer, removed=True)
        return _told(records.replace(db, call.business_id, old, {**old.entity, "IsActive": True}))


def invoice_customer(call: Call, customer: str, amount: float) -> Entity:
    """Record a service invoice; a negative amount makes a credit note."""
    with state().store.write() as db:
        found = wanted(db, call, customer)
        account = db.execute(
            "select uid from myob_entity where business_id = ? and family = ? order by id limit 1",
            (call.business_id, ACCOUNT),
        ).fetchone()
        line = {"Description": "Recorded by hand", "Total": amount, "Account": {"UID": account["uid"]},
                "TaxCode": link_of_default_tax(db, call)}  # fmt: skip
        sent = {"Customer": {"UID": found.entity["UID"]}, "Lines": [line], "IsTaxInclusive": True}
        return _told(invoices_write.created(db, call, "Service", sent))


def delete_invoice(call: Call, uid: str) -> Entity:
    with state().store.write() as db:
        found = records.find(db, call.business_id, INVOICE, uid)
        if found is None:
            raise errors.not_found()
        invoices_write.deleted(db, call, found)
        return _told(found)


def wanted(db: Connection, call: Call, customer: str, *, removed: bool = False) -> Stored:
    """A customer by UID, else by name; `removed`: a deleted one will do, too.

    Raises:
        ApiError: 404, there is none.
    """
    found = records.find(db, call.business_id, CONTACT, customer, CUSTOMER)
    if found is None and removed:
        found = records.find(db, call.business_id, CONTACT, customer, CUSTOMER, removed=True)
    if found is None:
        row = db.execute(
            "select uid, removed from myob_entity where business_id = ? and family = ? and type = ? and name = ?"
            " and removed <= ? order by removed, id limit 1",
            (call.business_id, CONTACT, CUSTOMER, fold(customer), int(removed)),
        ).fetchone()
        found = row and records.find(db, call.business_id, CONTACT, row["uid"], removed=bool(row["removed"]))
    if found is None:
        raise errors.not_found()
    return found


def changed(entity: Mapping[str, Any], fields: Mapping[str, Any]) -> Entity:
    """The entity with the fields, short names put where they belong."""
    rest = {name: value for name, value in fields.items() if name not in (*OF_SELLING, "Email", "Name")}
    new: Entity = {**entity, **rest}
    if "Name" in fields:
        new["LastName" if new.get("IsIndividual") else "CompanyName"] = fields["Name"]
    selling = {name: fields[name] for name in OF_SELLING if name in fields}
    if selling:
        new["SellingDetails"] = {**new["SellingDetails"], **selling}
    if "Email" in fields:
        new["Addresses"] = _with_email(new.get("Addresses") or [], fields["Email"])
    return new


def link_of_default_tax(db: Connection, call: Call) -> dict[str, str]:
    """The tax code that sales have by default."""
    row = db.execute(
        "select uid from myob_entity where business_id = ? and family = ? and code in ('GST', 'S15') limit 1",
        (call.business_id, TAX_CODE),
    ).fetchone()
    return {"UID": row["uid"]}


def _with_email(addresses: list[Entity], email: object) -> list[Entity]:
    first = next((one for one in addresses if one.get("Location") == FIRST_ADDRESS), {"Location": FIRST_ADDRESS})
    others = [one for one in addresses if one.get("Location") != FIRST_ADDRESS]
    return [{**first, "Email": email}, *others]


def _told(stored: Stored) -> Entity:
    return {**stored.entity, "RowVersion": stored.row_version}

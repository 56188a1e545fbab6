"""Customers, vendors and employees: created, changed whole or sparsely, made inactive.

After Intuit's API reference, "Customer", "Vendor" and "Employee". The mark ` (deleted)` in the name of an inactive one
has been seen in practice and is documented nowhere.
"""

import re
import sqlite3

from link4web.simulators.quickbooks import errors, hooks, records, rules
from link4web.simulators.quickbooks.behaviour import SWITCHES
from link4web.simulators.quickbooks.conflicts import current
from link4web.simulators.quickbooks.records import TAX_FIELD, Object

DELETED = " (deleted)"
MARK = re.compile(r" \(deleted\)(-\d+)?$")
CURRENCIES = {"AU": ("AUD", "Australian Dollar"), "NZ": ("NZD", "New Zealand Dollar")}
ALPHA_3 = {"australia": "AUS", "au": "AUS", "new zealand": "NZL", "nz": "NZL"}


def save(db: sqlite3.Connection, realm: str, kind: str, sent: Object, *, by_people: bool = False) -> Object:
    """Create the object, or update the one whose Id is given; the object as it is then.

    Raises:
        ApiError: 400 with Intuit's words.
    """
    rules.check_shape(sent)
    if not sent.get("Id"):
        return _create(db, realm, kind, sent)
    row = current(db, realm, kind, sent)
    return _update(db, row, sent, by_people=by_people)


def _create(db: sqlite3.Connection, realm: str, kind: str, sent: Object) -> Object:
    values = rules.clean(sent)
    tax = _tax_number(realm_country(db, realm), kind, values)
    name = rules.display_name(values)
    if records.name_is_taken(db, realm, name):
        raise errors.duplicate_name()
    body = finished(db, realm, kind, {**values, "DisplayName": name}, tax or "")
    stored = records.add(db, realm, kind, body, tax or "")
    hooks.changed(db, realm, kind, stored["Id"], "Create")
    return stored


def _update(db: sqlite3.Connection, row: sqlite3.Row, sent: Object, *, by_people: bool) -> Object:
    realm, kind, before = row["realm"], row["kind"], rules.without_mask(row["kind"], records.parsed(row["body"]))
    values = rules.clean(sent)
    if not row["active"] and not values.get("Active") and SWITCHES["inactive_update"] == "refused" and not by_people:
        raise errors.not_found()
    tax = _tax_number(realm_country(db, realm), kind, values)
    if str(sent.get("sparse")).lower() == "true":
        # an empty text clears a field; one that isn't there is left alone
        values = {**{one: before[one] for one in rules.WRITABLE if one in before}, **values}
    else:
        # a full update sets what it leaves out to nothing, the tax number too
        tax = tax or ""
        values.setdefault("Active", True)
    wanted, currency = (dict(one.get("CurrencyRef") or {}) for one in (values, before))
    if wanted and currency and wanted.get("value") != currency.get("value"):
        raise errors.business("The currency of a name can't be changed.")
    name = _name_after(db, row, values, by_people=by_people)
    if records.name_is_taken(db, realm, name, row["id"]):
        raise errors.duplicate_name()
    kept = row["tax_number"] if tax is None else tax
    money: Object = {one: before[one] for one in ("Balance", "BalanceWithJobs", "CurrencyRef") if one in before}
    body = finished(db, realm, kind, {**values, **money, "DisplayName": name}, kept)
    stored = records.replace(db, row, body, kept)
    left = row["active"] and not stored["Active"]
    hooks.changed(db, realm, kind, stored["Id"], SWITCHES["deactivation_event"] if left else "Update")
    return stored


def _name_after(db: sqlite3.Connection, row: sqlite3.Row, values: Object, *, by_people: bool) -> str:
    """The name, with or without the mark of inactive ones."""
    name, active = rules.display_name(values), values.get("Active", True)
    marks = SWITCHES["deleted_suffix"] == "always" or (SWITCHES["deleted_suffix"] == "by people" and by_people)
    if active:
        return MARK.sub("", name) if not row["active"] else name
    if not marks or not row["active"]:
        return name
    marked, copy = name + DELETED, 1
    while records.name_is_taken(db, row["realm"], marked, row["id"]):
        marked, copy = f"{name}{DELETED}-{copy}", copy + 1
    return marked


def _tax_number(country: str, kind: str, values: Object) -> str | None:
    """Take the tax number out of the values; None when none was sent."""
    number = values.pop(TAX_FIELD[kind], None)
    if number and country == "NZ" and kind == "Customer" and SWITCHES["nz_tax_identifier"] != "kept":
        if SWITCHES["nz_tax_identifier"] == "refused":
            raise errors.bad_property("PrimaryTaxIdentifier is unsupported or invalid", "PrimaryTaxIdentifier")
        return None
    return None if number is None else str(number)


def finished(db: sqlite3.Connection, realm: str, kind: str, values: Object, tax: str) -> Object:
    """The object with everything that QuickBooks adds; empty attributes are left out.

    Raises:
        ApiError: 400, the parent isn't one.
    """
    parent = _parent(db, realm, kind, values)
    above = parent["FullyQualifiedName"] + ":" if parent else ""
    currency = CURRENCIES[realm_country(db, realm)]
    body: Object = {
        "Job": False,
        "BillWithParent": False,
        "Balance": 0,
        "CurrencyRef": {"value": currency[0], "name": currency[1]},
        "Active": True,
        **{name: value for name, value in values.items() if value not in ("", {})},
        "domain": "QBO",
        "sparse": False,
        "FullyQualifiedName": above + values["DisplayName"],
    }
    body.setdefault("PrintOnCheckName", body.get("CompanyName") or body["DisplayName"])
    if kind == "Customer":
        body = {"Taxable": True, "BalanceWithJobs": body["Balance"], "PreferredDeliveryMethod": "None", **body}
        body |= {"IsProject": False, "Job": bool(parent)}
    if parent:
        body |= {"Level": parent.get("Level", 0) + 1, "ParentRef": {"value": parent["Id"]}}
    if tax:
        body[TAX_FIELD[kind]] = records.mask(tax)
    for place in ("BillAddr", "ShipAddr"):
        if place in body:
            body[place] = _address(body[place])
    return body


def _parent(db: sqlite3.Connection, realm: str, kind: str, values: Object) -> Object | None:
    if kind != "Customer" or not values.get("ParentRef"):
        if values.get("Job"):
            raise errors.Fault(6150, "ParentRef Required", "ParentRef is required if Job is true.", "ParentRef")
        return None
    row = records.row_of(db, realm, kind, values["ParentRef"]["value"])
    if row is None or not row["active"]:
        raise errors.bad_reference()
    parent = records.parsed(row["body"])
    if parent.get("Level", 0) + 1 >= rules.MOST_LEVEL:
        raise errors.Fault(6180, "Sub level limit", "You can have up to 5 levels.", "ParentRef")
    return parent


def _address(given: Object) -> Object:
    country = str(given.get("Country", ""))
    if country and SWITCHES["customer_country"] == "alpha-3":
        return {**given, "Country": ALPHA_3.get(country.lower(), country)}
    return given


def realm_country(db: sqlite3.Connection, realm: str) -> str:
    return str(db.execute("select country from quickbooks_company where realm = ?", (realm,)).fetchone()[0])

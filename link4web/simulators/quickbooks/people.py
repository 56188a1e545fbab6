"""What people do inside QuickBooks itself, for its pages and for scripts: add, change, merge, invoice."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from link4web.simulators.folding import fold
from link4web.simulators.quickbooks import errors, hooks, names, records, transactions
from link4web.simulators.quickbooks.behaviour import SWITCHES
from link4web.simulators.quickbooks.records import Object
from link4web.simulators.state import state


def add_customer(realm: str, fields: Mapping[str, Any]) -> Object:
    with state().store.write() as db:
        return names.save(db, realm, "Customer", dict(fields), by_people=True)


def change_customer(realm: str, customer: str, fields: Mapping[str, Any]) -> Object:
    """Change some fields; `Active` makes inactive or active again."""
    with state().store.write() as db:
        row = wanted(db, realm, customer)
        sent = {**fields, "Id": str(row["number"]), "SyncToken": str(row["sync_token"]), "sparse": True}
        return names.save(db, realm, "Customer", sent, by_people=True)


def merge_customers(realm: str, customer: str, into: str) -> Object:
    """Merge `customer` into another: it disappears, its transactions move along.

    What is left of it Intuit documents nowhere, but for the webhook (Intuit, "Understanding the data object").
    """
    with state().store.write() as db:
        loser, winner = wanted(db, realm, customer), wanted(db, realm, into)
        if loser["id"] == winner["id"]:
            raise errors.business("A customer can't be merged with itself.")
        _move_transactions(db, realm, str(loser["number"]), winner)
        _leave(db, loser)
        merged = records.replace(db, winner, records.parsed(winner["body"]))
        hooks.changed(db, realm, "Customer", str(winner["number"]), "Merge", str(loser["number"]))
        return merged


def _leave(db: sqlite3.Connection, loser: sqlite3.Row) -> None:
    if SWITCHES["merge_leaves"] == "an inactive customer":
        body = records.parsed(loser["body"])
        records.replace(db, loser, {**body, "Active": False, "DisplayName": loser["name"] + names.DELETED})
    elif SWITCHES["merge_leaves"] == "nothing":
        records.forget(db, loser)
    else:
        records.remove(db, loser)


def draft_invoice(realm: str, customer: str) -> Object:
    """A small invoice. QuickBooks has no drafts: it is posted, and owed."""
    detail = {"ItemRef": {"value": "1", "name": "Services"}, "TaxCodeRef": {"value": "10"}}
    line = {
        "Amount": 100,
        "DetailType": "SalesItemLineDetail",
        "Description": "Made by hand",
        "SalesItemLineDetail": detail,
    }
    with state().store.write() as db:
        number = str(wanted(db, realm, customer)["number"])
        return transactions.save(db, realm, "Invoice", {"CustomerRef": {"value": number}, "Line": [line]})


def end_invoice(realm: str, invoice: str, operation: str) -> Object:
    """Void or delete an invoice, by its id or number."""
    with state().store.write() as db:
        row = records.row_of(db, realm, "Invoice", invoice) or _numbered(db, realm, invoice)
        if row is None:
            raise errors.not_found()
        sent = {"Id": str(row["number"]), "SyncToken": str(row["sync_token"])}
        return transactions.save(db, realm, "Invoice", sent, operation)


def wanted(db: sqlite3.Connection, realm: str, customer: str) -> sqlite3.Row:
    """A customer's row by id, else by name.

    Raises:
        ApiError: no such customer.
    """
    row = records.row_of(db, realm, "Customer", customer)
    if row is None:
        found = db.execute(
            "select number from quickbooks_object where realm = ? and name_key = ? and kind = 'Customer'"
            " and removed = 0 order by active desc limit 1",
            (realm, fold(customer)),
        ).fetchone()
        row = records.row_of(db, realm, "Customer", found["number"]) if found else None
    if row is None:
        raise errors.not_found()
    return row


def _numbered(db: sqlite3.Connection, realm: str, number: str) -> sqlite3.Row | None:
    found = db.execute(
        "select number from quickbooks_object where realm = ? and kind = 'Invoice' and doc_number = ? and removed = 0",
        (realm, number),
    ).fetchone()
    return records.row_of(db, realm, "Invoice", found["number"]) if found else None


def _move_transactions(db: sqlite3.Connection, realm: str, loser: str, winner: sqlite3.Row) -> None:
    rows = db.execute(
        "select kind, number from quickbooks_object where realm = ? and customer = ? and removed = 0", (realm, loser)
    ).fetchall()
    for one in rows:
        row = records.row_of(db, realm, one["kind"], one["number"])
        if row is not None:
            moved = {"value": str(winner["number"]), "name": winner["name"]}
            records.replace(db, row, {**records.parsed(row["body"]), "CustomerRef": moved})

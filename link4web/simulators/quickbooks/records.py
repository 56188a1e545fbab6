"""One object of a company: its JSON as QuickBooks sends it, and the columns by which queries find it.

Tax numbers stand whole in a column of their own; the JSON holds only their mask, as every answer does.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from link4web.simulators import clock
from link4web.simulators.folding import fold
from link4web.simulators.quickbooks.times import moment

Object = dict[str, Any]
NAMES = ("Customer", "Vendor", "Employee")
TRANSACTIONS = ("Invoice", "CreditMemo", "Estimate")
TAX_FIELD = {"Customer": "PrimaryTaxIdentifier", "Vendor": "TaxIdentifier", "Employee": "SSN"}
COLUMNS = (
    "id", "realm", "kind", "number", "name", "name_key", "given", "middle", "family", "company", "full_name",
    "print_name", "email", "active", "removed", "balance", "total", "doc_number", "day", "due_day", "customer",
    "created_ms", "updated_ms", "sync_token", "tax_number", "search",
)  # fmt: skip
ORDER = (
    "Taxable", "BillAddr", "ShipAddr", "Notes", "Job", "BillWithParent", "ParentRef", "Level", "Balance",
    "BalanceWithJobs", "CurrencyRef", "PreferredDeliveryMethod", "IsProject", "ResaleNum", "PrimaryTaxIdentifier",
    "TaxIdentifier", "domain", "sparse", "Id", "SyncToken", "MetaData", "Title", "GivenName", "MiddleName",
    "FamilyName", "Suffix", "FullyQualifiedName", "CompanyName", "DisplayName", "PrintOnCheckName", "Active",
)  # fmt: skip
_PLACES = f"({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
INSERT = f"insert or replace into quickbooks_object {_PLACES}"
INSERT_BODY = "insert or replace into quickbooks_body values (?, ?)"
VISIBLE = 5


def mask(number: str) -> str:
    """What any answer shows of a tax number: its last five characters."""
    return "X" * max(0, len(number) - VISIBLE) + number[-VISIBLE:]


def rendered(body: Mapping[str, Any]) -> str:
    return msgspec.json.encode(body).decode()


def parsed(body: str) -> Object:
    found: Object = msgspec.json.decode(body)
    return found


def ordered(body: Object) -> Object:
    """The object's attributes in the order that QuickBooks has them."""
    known: dict[str, Any] = {name: body[name] for name in ORDER if name in body}
    return {**known, **body}


def columns(
    row_id: int | None, realm: str, kind: str, body: Object, created_ms: int, updated_ms: int, tax: str
) -> tuple[Any, ...]:
    """The values of `COLUMNS` for an object."""
    name = str(body.get("DisplayName") or body.get("Name") or body.get("CompanyName") or "")
    email = str((body.get("PrimaryEmailAddr") or {}).get("Address", ""))
    company, given, family = (str(body.get(one, "")) for one in ("CompanyName", "GivenName", "FamilyName"))
    return (
        row_id, realm, kind, int(body["Id"]), name, fold(name), fold(given), fold(str(body.get("MiddleName", ""))),
        fold(family), fold(company), fold(str(body.get("FullyQualifiedName", ""))),
        fold(str(body.get("PrintOnCheckName", ""))), fold(email), int(body.get("Active", True)),
        int(body.get("status") == "Deleted"), body.get("Balance", 0), body.get("TotalAmt", 0),
        body.get("DocNumber", ""), body.get("TxnDate", ""), body.get("DueDate", ""),
        body.get("CustomerRef", {}).get("value", ""), created_ms, updated_ms, int(body.get("SyncToken", 0)), tax,
        fold(f"{name}|{company}|{given} {family}|{email}|{body.get('DocNumber', '')}"),
    )  # fmt: skip


def new_number(db: sqlite3.Connection, realm: str, kind: str) -> int:
    """The next id: names share one sequence, transactions another."""
    column = "next_name" if kind in NAMES else "next_transaction"
    row = db.execute(f"select {column} from quickbooks_company where realm = ?", (realm,)).fetchone()  # noqa: S608 (one of the two names above)
    db.execute(f"update quickbooks_company set {column} = {column} + 1 where realm = ?", (realm,))  # noqa: S608 (as above)
    return int(row[0])


def add(db: sqlite3.Connection, realm: str, kind: str, body: Object, tax: str = "") -> Object:
    """Store a new object; it gets its id and times."""
    now = clock.milliseconds()
    times = {"CreateTime": moment(now), "LastUpdatedTime": moment(now)}
    whole: Object = {**body, "Id": str(new_number(db, realm, kind)), "SyncToken": "0", "MetaData": times}
    whole = ordered(whole)
    _write(db, columns(None, realm, kind, whole, now, now, tax), whole)
    return whole


def replace(db: sqlite3.Connection, row: sqlite3.Row, body: Object, tax: str | None = None) -> Object:
    """Store a changed object; SyncToken and LastUpdatedTime move. `tax` None keeps the number."""
    now = clock.milliseconds()
    token = str(row["sync_token"] + 1)
    times = {"CreateTime": moment(row["created_ms"]), "LastUpdatedTime": moment(now)}
    whole: Object = {**body, "Id": str(row["number"]), "SyncToken": token, "MetaData": times}
    whole = ordered(whole)
    kept = row["tax_number"] if tax is None else tax
    facts = columns(row["id"], row["realm"], row["kind"], whole, row["created_ms"], now, kept)
    _write(db, facts, whole)
    return whole


def remove(db: sqlite3.Connection, row: sqlite3.Row) -> Object:
    """Mark an object as deleted: only change data capture still tells of it."""
    gone = {"domain": "QBO", "status": "Deleted", "Id": str(row["number"])}
    replace(db, row, gone)
    return gone


def forget(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Take an object away so that nothing tells of it."""
    db.execute("delete from quickbooks_body where id = ?", (row["id"],))
    db.execute("delete from quickbooks_object where id = ?", (row["id"],))


def _write(db: sqlite3.Connection, values: tuple[Any, ...], body: Object) -> None:
    row_id = db.execute(INSERT, values).lastrowid
    db.execute(INSERT_BODY, (row_id, rendered(body)))


def row_of(db: sqlite3.Connection, realm: str, kind: str, number: object) -> sqlite3.Row | None:
    """The row of an object by its id, with its `body`; None when there is none, or it was deleted."""
    text = str(number)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        return None
    row: sqlite3.Row | None = db.execute(
        "select o.*, b.body from quickbooks_object o join quickbooks_body b on b.id = o.id"
        " where realm = ? and kind = ? and number = ? and removed = 0",
        (realm, kind, int(text)),
    ).fetchone()
    return row


def name_is_taken(db: sqlite3.Connection, realm: str, name: str, but: int | None = None) -> bool:
    """Whether a customer, vendor or employee (row id not `but`) has this name, whatever its case."""
    rows = db.execute(
        "select id, name from quickbooks_object where realm = ? and name_key = ? and removed = 0"
        " and kind in ('Customer', 'Vendor', 'Employee')",
        (realm, fold(name)),
    ).fetchall()
    return any(row["id"] != but and row["name"].casefold() == name.casefold() for row in rows)


def add_all(db: sqlite3.Connection, realm: str, kind: str, objects: Iterable[tuple[Object, int, int, str]]) -> None:
    """Store many finished objects with creation and update time and tax number."""
    first = int(db.execute("select coalesce(max(id), 0) + 1 from quickbooks_object").fetchone()[0])
    rows = [
        (columns(row_id, realm, kind, *facts), (row_id, rendered(facts[0])))
        for row_id, facts in enumerate(objects, first)
    ]
    db.executemany(INSERT, [row for row, _ in rows])
    db.executemany(INSERT_BODY, [body for _, body in rows])


def bodies(db: sqlite3.Connection, ids: Sequence[int]) -> list[str]:
    """The JSON of these rows, in this order."""
    marks = ",".join("?" * len(ids))
    query = f"select id, body from quickbooks_body where id in ({marks})"  # noqa: S608 (question marks)
    by_row = {row["id"]: row["body"] for row in db.execute(query, ids)}
    return [by_row[row_id] for row_id in ids]

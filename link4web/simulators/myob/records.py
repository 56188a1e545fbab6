"""Everything a business file lists, as stored rows: JSON bodies with the columns by which they are found.

RowVersion and LastModified live in columns and are written into the answer; URIs depend on who asks, see links.py.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from link4web.simulators import clock
from link4web.simulators.folding import fold
from link4web.simulators.guids import as_guid

Entity = dict[str, Any]
CONTACT, INVOICE, TAX_CODE, ACCOUNT = "Contact", "Invoice", "TaxCode", "Account"
COLUMNS = "id, business_id, family, type, uid, modified_ms, version, name, code, active, owner, search, removed"
INSERT = f"insert into myob_entity ({COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608 (a constant)
INSERT_BODY = "insert into myob_entity_body values (?, ?)"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """One record of a business file."""

    row_id: int
    family: str
    type: str
    modified_ms: int
    version: int
    removed: bool
    entity: Entity

    @property
    def row_version(self) -> str:
        return row_version(self.version)


def row_version(version: int) -> str:
    """The counter as MYOB writes it: its eight bytes the wrong way round, as a signed number."""
    return str(int.from_bytes(version.to_bytes(8, "big"), "little", signed=True))


def next_version(db: sqlite3.Connection, business_id: str, count: int = 1) -> int:
    """Count on by `count`; returns the first of the new numbers."""
    db.execute("update myob_business set version = version + ? where business_id = ?", (count, business_id))
    found = db.execute("select version from myob_business where business_id = ?", (business_id,)).fetchone()
    return int(found[0]) - count + 1


def display_name(entity: Mapping[str, Any]) -> str:
    """What people call a contact: its company name, or first and last name."""
    if entity.get("IsIndividual"):
        return " ".join(filter(None, (entity.get("FirstName"), entity.get("LastName"))))
    return str(entity.get("CompanyName") or "")


def columns(row_id: int | None, business_id: str, family: str, kind: str, entity: Entity, modified_ms: int,
            version: int) -> tuple[Any, ...]:  # fmt: skip
    """The values of `COLUMNS`."""
    name, code, owner, search = _keys(family, entity)
    active = int(entity.get("IsActive") is not False)
    return (row_id, business_id, family, kind, entity["UID"], modified_ms, version, name, code, active, owner, search,
            0)  # fmt: skip


def _keys(family: str, entity: Entity) -> tuple[str, str, str, str]:
    if family == CONTACT:
        name, code = display_name(entity), str(entity.get("DisplayID") or "")
        details = entity.get("SellingDetails") or {}
        emails = " ".join(str(one.get("Email") or "") for one in entity.get("Addresses") or [])
        numbers = f"{details.get('ABN') or ''} {details.get('TaxIdNumber') or ''}".replace(" ", "")
        return fold(name), code, "", fold(f"{name}|{code}|{emails}|{numbers}")
    if family == INVOICE:
        customer = entity["Customer"]
        return fold(str(customer["Name"])), str(entity["Number"]), customer["UID"], ""
    return fold(str(entity.get("Description") or entity.get("Name") or "")), str(entity.get("Code") or ""), "", ""


def add_all(
    db: sqlite3.Connection, business_id: str, family: str, kind: str, rows: Iterable[tuple[Entity, int]]
) -> None:
    """Store many new records, each with the moment of its last change."""
    listed = list(rows)
    first = int(db.execute("select coalesce(max(id), 0) + 1 from myob_entity").fetchone()[0])
    version = next_version(db, business_id, len(listed))
    db.executemany(INSERT, [columns(first + place, business_id, family, kind, entity, at, version + place)
                            for place, (entity, at) in enumerate(listed)])  # fmt: skip
    bodies = [(first + place, msgspec.json.encode(entity).decode()) for place, (entity, _) in enumerate(listed)]
    db.executemany(INSERT_BODY, bodies)


def add(db: sqlite3.Connection, business_id: str, family: str, kind: str, entity: Entity) -> Stored:
    """Store a new record, changed now."""
    add_all(db, business_id, family, kind, [(entity, clock.milliseconds())])
    stored = find(db, business_id, family, entity["UID"])
    assert stored is not None
    return stored


def replace(db: sqlite3.Connection, business_id: str, old: Stored, entity: Entity) -> Stored:
    """Store a record again: LastModified and RowVersion move; a deleted one is back."""
    version = next_version(db, business_id)
    db.execute("delete from myob_entity where id = ?", (old.row_id,))
    kind = str(entity.get("InvoiceType") or old.type) if old.family == INVOICE else old.type
    db.execute(INSERT, columns(old.row_id, business_id, old.family, kind, entity, clock.milliseconds(), version))
    keep_body(db, old, entity)
    stored = find(db, business_id, old.family, entity["UID"])
    assert stored is not None
    return stored


def keep_body(db: sqlite3.Connection, old: Stored, entity: Entity) -> None:
    """Store what MYOB works out by itself, such as a balance: no change that anybody made, so nothing moves."""
    db.execute("update myob_entity_body set body = ? where id = ?", (msgspec.json.encode(entity).decode(), old.row_id))


def remove(db: sqlite3.Connection, old: Stored) -> None:
    """Delete a record; what is left of it is shown to nobody."""
    db.execute("update myob_entity set removed = 1 where id = ?", (old.row_id,))


def find(
    db: sqlite3.Connection, business_id: str, family: str, uid: object, kind: str = "", *, removed: bool = False
) -> Stored | None:
    """The record with this UID; `kind` narrows it to a type."""
    row = db.execute(
        "select e.*, b.body from myob_entity e join myob_entity_body b on b.id = e.id where business_id = ?"
        " and uid = ? and family = ? and removed = ? and ? in ('', type)",
        (business_id, as_guid(uid) or "", family, int(removed), kind),
    ).fetchone()
    return of_row(row) if row else None


def of_row(row: sqlite3.Row) -> Stored:
    return Stored(
        row_id=row["id"],
        family=row["family"],
        type=row["type"],
        modified_ms=row["modified_ms"],
        version=row["version"],
        removed=bool(row["removed"]),
        entity=msgspec.json.decode(row["body"]),
    )


def rows_of(db: sqlite3.Connection, ids: Iterable[int]) -> list[Stored]:
    """The records of these rows, in this order."""
    wanted = list(ids)
    # only question marks are put together here
    marks = ",".join("?" * len(wanted))
    rows = db.execute(
        f"select e.*, b.body from myob_entity e join myob_entity_body b on b.id = e.id where e.id in ({marks})",  # noqa: S608
        wanted,
    )
    by_id = {row["id"]: of_row(row) for row in rows}
    return [by_id[row_id] for row_id in wanted]

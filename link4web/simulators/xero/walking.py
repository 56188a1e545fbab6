"""Pages of record ids, quick at any depth: where a page ended is where the next one begins, until something changes."""

import sqlite3
from dataclasses import dataclass
from typing import cast

from link4web.simulators.state import state
from link4web.simulators.xero.where import Condition

MOST_REMEMBERED = 5_000


@dataclass(frozen=True)
class Order:
    """A column of `xero_contact`; the id breaks ties, always upwards."""

    column: str
    descending: bool = False

    @property
    def sql(self) -> str:
        direction = " desc" if self.descending else ""
        return f"{self.column}{direction}, contact_id" if self.column != "contact_id" else f"contact_id{direction}"


def version_of(db: sqlite3.Connection, tenant_id: str) -> int:
    """Grows with every change of the organisation's records, so that what was remembered is known to hold."""
    found = db.execute("select version from xero_organisation where tenant_id = ?", (tenant_id,)).fetchone()
    return int(found[0])


def page_ids(
    db: sqlite3.Connection, tenant_id: str, condition: Condition, order: Order, size: int, offset: int
) -> list[int]:
    """The row ids of `size` records after `offset` of them."""
    memory = cast(dict[object, tuple[object, str]], state().memory.setdefault("xero page ends", {}))
    walk = (tenant_id, version_of(db, tenant_id), condition.sql, tuple(condition.parameters), order)
    end = None if order.descending else memory.get((walk, offset))
    rows = _after(db, condition, order, size, end) if end else _skipping(db, condition, order, size, offset)
    if rows:
        if len(memory) >= MOST_REMEMBERED:
            memory.clear()
        memory[walk, offset + len(rows)] = (rows[-1]["sorted_by"], rows[-1]["contact_id"])
    return [row["id"] for row in rows]


def all_ids(db: sqlite3.Connection, condition: Condition, order: Order) -> list[int]:
    query = f"select id from xero_contact where {condition.sql} order by {order.sql}"  # noqa: S608 (as below)
    return [row[0] for row in db.execute(query, condition.parameters)]


def _skipping(db: sqlite3.Connection, condition: Condition, order: Order, size: int, offset: int) -> list[sqlite3.Row]:
    # the SQL is put together from the field tables in contacts_read.py; every value is a parameter
    query = (
        f"select id, contact_id, {order.column} as sorted_by from xero_contact where {condition.sql}"  # noqa: S608
        f" order by {order.sql} limit ? offset ?"
    )
    return db.execute(query, (*condition.parameters, size, offset)).fetchall()


def _after(
    db: sqlite3.Connection, condition: Condition, order: Order, size: int, end: tuple[object, str]
) -> list[sqlite3.Row]:
    # put together like the one above
    query = (
        f"select id, contact_id, {order.column} as sorted_by from xero_contact where {condition.sql}"  # noqa: S608
        f" and ({order.column}, contact_id) > (?, ?) order by {order.sql} limit ?"
    )
    return db.execute(query, (*condition.parameters, *end, size)).fetchall()

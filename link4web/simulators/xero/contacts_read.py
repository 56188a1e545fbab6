"""Reading contacts: GET /Contacts with all its parameters, and one contact.

After Xero developer documentation, "Contacts" and "Requests and responses", and Xero's OpenAPI description 16.1.0.
"""

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from flask import Response, request

from link4web.simulators.folding import fold
from link4web.simulators.guids import as_guid
from link4web.simulators.state import state
from link4web.simulators.xero import contact_record as record
from link4web.simulators.xero.behaviour import SWITCHES
from link4web.simulators.xero.contact_record import Contact
from link4web.simulators.xero.dates import modified_since
from link4web.simulators.xero.envelope import answer, rendered
from link4web.simulators.xero.errors import high_volume, not_found
from link4web.simulators.xero.gate import Call
from link4web.simulators.xero.walking import Order, all_ids, page_ids, version_of
from link4web.simulators.xero.where import Column, Condition, read_order, read_where

FIELDS = {
    "contactid": Column("contact_id", "id", "="),
    "name": Column("name_key", "text", "="),
    "emailaddress": Column("email_key", "text", "="),
    "accountnumber": Column("account_key", "text", "="),
    "contactnumber": Column("number_key", "text"),
    "contactstatus": Column("case archived when 0 then 'ACTIVE' else 'ARCHIVED' end"),
    "firstname": Column("first_name", "text"),
    "lastname": Column("last_name", "text"),
    "taxnumber": Column("tax_number"),
    "companynumber": Column("company_number"),
    "iscustomer": Column("is_customer", "flag"),
    "issupplier": Column("is_supplier", "flag"),
    "updateddateutc": Column("updated_ms", "moment"),
}
ORDERS = {"contactid": "contact_id", "updateddateutc": "updated_ms", "name": "name_key"}
# fields that summaryOnly leaves out, and can't be filtered on then
HEAVY = (
    "IsCustomer", "IsSupplier", "Addresses", "Balances", "ContactGroups", "ContactPersons", "AccountsReceivableTaxType",
    "AccountsPayableTaxType",
)  # fmt: skip
PAGED_ONLY = ("ContactPersons", "PaymentTerms", "Balances", "DefaultCurrency")
DEFAULT_PAGE_SIZE, MOST_PAGE_SIZE, MOST_PAGES = 100, 1000, 1_000_000


@dataclass(frozen=True)
class Paging:
    page: int
    size: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.size

    def element(self, count: int) -> dict[str, int]:
        pages = math.ceil(count / self.size)
        return {"page": self.page, "pageSize": self.size, "pageCount": pages, "itemCount": count}


def paging(*, forced: bool = False) -> Paging | None:
    """The page asked for; sizes out of range are clamped, not refused. None: the whole list."""
    page, size = request.args.get("page", type=int), request.args.get("pageSize", type=int)
    if "page" not in request.args and "pageSize" not in request.args and not forced:
        return None
    return Paging(
        min(MOST_PAGES, max(1, page or 1)), min(MOST_PAGE_SIZE, max(1, DEFAULT_PAGE_SIZE if size is None else size))
    )


def list_contacts(call: Call) -> Response:
    summary = flag("summaryOnly")
    wanted = paging(forced=summary)
    condition, order = _condition(call.tenant_id, summary=summary), _order()
    with state().store.read() as db:
        _refuse_high_volume(db, call.tenant_id, condition, whole_list=wanted is None)
        rows = _bodies(db, call.tenant_id, condition, order, wanted)
        ended = wanted is not None and 0 < len(rows) < wanted.size
        # a page that isn't full is the last one: no need to count
        before = wanted.offset if wanted else 0
        count = before + len(rows) if ended else counted(db, call.tenant_id, "xero_contact", condition)
    if summary:
        return answer("Contacts", [_without(row, HEAVY) for row in rows], _element(wanted, count))
    if not wanted:
        rows = [rendered(_without(row, PAGED_ONLY), record.DEPTH) for row in rows]
    return answer("Contacts", rows, _element(wanted, count))


def one_contact(call: Call, key: str) -> Response:
    """By ContactID, else by ContactNumber.

    Raises:
        ApiError: 404.
    """
    with state().store.read() as db:
        contact = record.by_id(db, call.tenant_id, key) or record.find(
            db, call.tenant_id, "c.number_key = ? and c.number_key != ''", fold(key)
        )
    if contact is None:
        raise not_found()
    return answer("Contacts", [contact])


def flag(name: str) -> bool:
    return request.args.get(name, "").lower() == "true"


def listed(name: str) -> list[str]:
    """A comma separated parameter."""
    return [part.strip() for part in request.args.get(name, "").split(",") if part.strip()]


def _element(wanted: Paging | None, count: int) -> dict[str, int] | None:
    return wanted.element(count) if wanted else None


def _condition(tenant_id: str, *, summary: bool) -> Condition:
    fields = {name: one for name, one in FIELDS.items() if not (summary and name in ("iscustomer", "issupplier"))}
    where = read_where(request.args.get("where", ""), fields)
    parts, values = ["tenant_id = ?"], cast(list[object], [tenant_id])
    if not flag("includeArchived"):
        parts.append("archived = 0")
    if since := modified_since(request.headers.get("If-Modified-Since", "")):
        parts.append("updated_ms >= ?")
        values.append(since)
    if ids := listed("IDs"):
        parts.append(f"contact_id in ({','.join('?' * len(ids))})")
        values += [as_guid(one) or "" for one in ids]
    if term := fold(request.args.get("searchTerm", "").strip()):
        # the plus keeps the planner from a walk in index order, which a search through everything only slows
        parts = ["+tenant_id = ?", *parts[1:], "instr(search, ?) > 0"]
        values.append(term)
    if where.sql:
        parts.append(where.sql)
        values += where.parameters
    return Condition(" and ".join(parts), values, where.optimised)


def _order() -> Order:
    column, descending = read_order(request.args.get("order", ""), ORDERS, "updateddateutc")
    return Order(column, descending)


def counted(db: sqlite3.Connection, tenant_id: str, table: str, condition: Condition) -> int:
    """How many records the condition meets, remembered until the organisation's data change."""
    memory = cast(dict[object, int], state().memory.setdefault("xero counts", {}))
    key = (tenant_id, version_of(db, tenant_id), table, condition.sql, tuple(condition.parameters))
    if key not in memory:
        if len(memory) > 500:
            memory.clear()
        query = f"select count(*) from {table} where {condition.sql}"  # noqa: S608 (columns from where.py's own table)
        memory[key] = db.execute(query, condition.parameters).fetchone()[0]
    return memory[key]


def _refuse_high_volume(db: sqlite3.Connection, tenant_id: str, condition: Condition, *, whole_list: bool) -> None:
    """Over the threshold an unoptimised read fails, and so does an answer with more records than that.

    Xero developer documentation, "Contacts", names the filters and orders that are optimised. That it does not help to
    find few rows is what people report in the issues of Xero's SDKs.
    """
    if condition.optimised and not whole_list:
        return
    size = condition if condition.optimised else Condition("tenant_id = ?", [tenant_id])
    if counted(db, tenant_id, "xero_contact", size) > SWITCHES["high_volume_threshold"]:
        raise high_volume("Contacts")


def _bodies(
    db: sqlite3.Connection, tenant_id: str, condition: Condition, order: Order, wanted: Paging | None
) -> Sequence[str]:
    if wanted:
        return record.bodies(db, page_ids(db, tenant_id, condition, order, wanted.size, wanted.offset))
    ids = all_ids(db, condition, order)
    found: list[str] = []
    for start in range(0, len(ids), MOST_PAGE_SIZE):
        found += record.bodies(db, ids[start : start + MOST_PAGE_SIZE])
    return found


def _without(body: str, names: tuple[str, ...]) -> Contact:
    return {name: value for name, value in record.parsed(body).items() if name not in names}

"""What a list address asks for, and the rows that answer it: keyset pages, no counting, no offset."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, func, or_, select, tuple_

from link4web import ids
from link4web.customers import keys, words
from link4web.customers.models import Customer
from link4web.customers.words import Queue
from link4web.database import db
from link4web.folding import fold

PAGE = 50
COUNT_LIMIT = 1001
SORTS = ("name", "since")
CHANGES = ("new", "changed", "gone")

ROW_COLUMNS = (
    Customer.id,
    Customer.name,
    Customer.name_key,
    Customer.email,
    Customer.email_key,
    Customer.email_origin,
    Customer.ledger_email,
    Customer.country,
    Customer.number,
    Customer.number_scheme,
    Customer.number_origin,
    Customer.ledger_number,
    Customer.ledger_number_ending,
    Customer.state,
    Customer.state_since,
    Customer.ledger_status,
    Customer.is_customer,
)


@dataclass(frozen=True)
class ListQuery:
    """A list address: which queue, what is searched, how it is sorted, where the page begins.

    `after` and `before` are ids of customers; an unknown one begins at the start.
    """

    queue: Queue
    search: str = ""
    sort: str = "name"
    is_descending: bool = False
    after: str = ""
    before: str = ""
    change: str = ""
    serial: int = 0

    @classmethod
    def from_args(cls, args: Mapping[str, str], serial: int = 0) -> "ListQuery":
        """Read an address's parameters; anything unknown means the default."""
        sort = args.get("sort", "name")
        after, before = args.get("after", ""), args.get("before", "")
        change = args.get("sync", "")
        return cls(
            queue=words.queue_named(args.get("queue", "")) or words.QUEUES[-1],
            search=" ".join(args.get("q", "").replace("\x00", "").split())[: keys.SEARCH_LENGTH],
            sort=sort if sort in SORTS else "name",
            is_descending=args.get("order", "") == "down",
            after=after if ids.is_id(after) else "",
            before=before if ids.is_id(before) else "",
            change=change if change in CHANGES else "",
            serial=serial,
        )

    def args(self, **changes: str) -> dict[str, str]:
        """The parameters of this list's address, with some changed; only what differs from the default."""
        given = {
            "queue": self.queue.slug,
            "q": self.search,
            "sort": self.sort if self.sort != "name" else "",
            "order": "down" if self.is_descending else "",
            "sync": self.change,
            **changes,
        }
        return {name: value for name, value in given.items() if value}

    @property
    def is_everything(self) -> bool:
        """All of a connection's customers, without any filter."""
        return not (self.queue.slug or self.search or self.change)

    def everywhere(self) -> "ListQuery":
        """The same search over all queues."""
        return replace(self, queue=words.QUEUES[-1], after="", before="")


@dataclass(frozen=True)
class Slice:
    """One page of rows; `has_previous` and `has_next` say whether there is more on either side."""

    rows: list[Row[Any]]
    has_previous: bool
    has_next: bool


def fetch(connection_id: str, query: ListQuery, *, size: int = PAGE) -> Slice:
    """The rows of a page, in the order asked for.

    A page that is not full at the front, or whose place has no rows any more, becomes the first page.
    """
    cursor = _cursor(connection_id, query.before or query.after, query.sort)
    backwards = bool(query.before and cursor)
    rows = _merged(connection_id, query, cursor, backwards=backwards, limit=size + 1)
    more, rows = len(rows) > size, rows[:size]
    if cursor is not None and (not rows or (backwards and len(rows) < size)):
        return fetch(connection_id, replace(query, after="", before=""), size=size)
    if backwards:
        return Slice(rows[::-1], has_previous=more, has_next=True)
    return Slice(rows, has_previous=cursor is not None, has_next=more)


def count(connection_id: str, query: ListQuery, *, limit: int = COUNT_LIMIT) -> int:
    """How many match, counted up to `limit`."""
    matching = select(Customer.id).where(*conditions(connection_id, query)).limit(limit).subquery()
    return db.session.scalar(select(func.count()).select_from(matching)) or 0


def conditions(connection_id: str, query: ListQuery) -> list[ColumnElement[bool]]:
    """What a customer must fulfil to match, without its order and place."""
    wanted: list[ColumnElement[bool]] = [Customer.connection_id == connection_id]
    if query.queue.slug:
        wanted.append(Customer.state.in_(query.queue.states))
    if query.search:
        found = (Customer.search_text.contains(text, autoescape=True) for text in keys.needles(query.search))
        wanted.append(or_(*found))
    if query.change:
        wanted += [Customer.sync_serial == query.serial, Customer.sync_change == query.change]
    return wanted


def similar(connection_id: str, name: str, *, limit: int = 5) -> list[Row[Any]]:
    """Customers whose name begins like `name`."""
    start = fold(name).split(" ")[0][:6]
    if len(start) < 3:
        return []
    return list(
        db.session.execute(
            select(*ROW_COLUMNS)
            .where(
                Customer.connection_id == connection_id,
                Customer.name_key >= start,
                Customer.name_key < start + "\U0010ffff",
            )
            .order_by(Customer.name_key, Customer.id)
            .limit(limit)
        )
    )


def _order(sort: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    first = Customer.name_key if sort == "name" else Customer.state_since
    return cast("ColumnElement[Any]", first), cast("ColumnElement[Any]", Customer.id)


def _cursor(connection_id: str, customer_id: str, sort: str) -> tuple[str | datetime, str] | None:
    if not customer_id:
        return None
    row = db.session.execute(_place_in_order(sort), {"customer": customer_id, "connection": connection_id}).first()
    return (row[0], row[1]) if row else None


@lru_cache
def _place_in_order(sort: str) -> Select[Any]:
    """Where a customer stands; built once, since every page but the first asks."""
    of_connection = Customer.connection_id == bindparam("connection")
    return select(*_order(sort)).where(Customer.id == bindparam("customer"), of_connection)


def _merged(
    connection_id: str, query: ListQuery, cursor: tuple[Any, str] | None, *, backwards: bool, limit: int
) -> list[Row[Any]]:
    """A queue of several states is merged from one index scan for each: together they would have to be sorted."""
    descending = query.is_descending != backwards
    queues = [Queue(query.queue.slug, "", "", (state,)) for state in query.queue.states] if query.queue.slug else []
    if len(queues) < 2:
        return _page(connection_id, query, cursor, descending=descending, limit=limit)
    pages = [
        _page(connection_id, replace(query, queue=queue), cursor, descending=descending, limit=limit)
        for queue in queues
    ]
    return list(heapq.merge(*pages, key=_sort_key(query.sort), reverse=descending))[:limit]


def _sort_key(sort: str) -> Callable[[Row[Any]], tuple[Any, str]]:
    if sort == "name":
        return lambda row: (row.name_key.encode(), row.id)
    return lambda row: (row.state_since, row.id)


def _page(
    connection_id: str, query: ListQuery, cursor: tuple[Any, str] | None, *, descending: bool, limit: int
) -> list[Row[Any]]:
    if query.search or query.change or (query.queue.slug and len(query.queue.states) > 1):
        page = _ordered(query.sort, descending=descending, has_cursor=cursor is not None)
        page = page.where(*conditions(connection_id, query))
    else:
        state = query.queue.states[0] if query.queue.slug else ""
        page = _plain_page(query.sort, state, descending=descending, has_cursor=cursor is not None)
    first, second = cursor or (None, None)
    values = {"connection": connection_id, "first": first, "second": second, "most": limit}
    return list(db.session.execute(page, values).all())


@lru_cache(64)
def _plain_page(sort: str, state: str, *, descending: bool, has_cursor: bool) -> Select[Any]:
    """The page of a queue or of all, which almost every view asks for: built once, since building costs half of it."""
    page = _ordered(sort, descending=descending, has_cursor=has_cursor)
    page = page.where(Customer.connection_id == bindparam("connection"))
    return page.where(Customer.state == state) if state else page


def _ordered(sort: str, *, descending: bool, has_cursor: bool) -> Select[Any]:
    """All rows behind the place (`first`, `second`), at `most` so many."""
    first, second = _order(sort)
    page = cast("Select[Any]", select(*ROW_COLUMNS).limit(bindparam("most", type_=Integer)))
    if has_cursor:
        start = tuple_(bindparam("first", type_=first.type), bindparam("second", type_=second.type))
        page = page.where(tuple_(first, second) < start if descending else tuple_(first, second) > start)
    return page.order_by(first.desc(), second.desc()) if descending else page.order_by(first, second)

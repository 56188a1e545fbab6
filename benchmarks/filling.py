"""Customers in any number: a thousand go in through the product's own intake, the rest are copies made by SQL.

Every page of fifty has the same mix of states, and copies keep the order of the first thousand, so that a page costs
the same wherever it is unless finding it does not.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select

from benchmarks.installation import Installation, let_go_of_database
from link4web import clock, tenancy
from link4web.connections.syncing import report
from link4web.customers import services
from link4web.customers.intake import Intake
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.providers.base.records import RemoteContact
from link4web.simulators.businesses import business

PROTOTYPES = 1_000
PAGE = 50
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# by place on a page of fifty
WITHOUT_NUMBER, WITHOUT_EMAIL, NOT_YET, ARCHIVED = range(0, 50, 4), (5, 21, 37), (3, 27), (11, 43)
ANSWERS = {1: "sent", 9: "sent", 17: "joined", 25: "joined", 33: "joined", 41: "expired", 49: "sent"}


def fill(installation: Installation, number: int) -> None:
    """Put `number` customers (a multiple of 1,000) into the installation's connection."""
    app = installation.app()
    with app.app_context():
        with tenancy.acting_for(installation.organisation_id):
            _take_prototypes(installation)
        let_go_of_database()
    with contextlib.closing(sqlite3.connect(installation.database, isolation_level=None)) as db_file:
        _copy(db_file, number // PROTOTYPES)


def _take_prototypes(installation: Installation) -> None:
    Intake(installation.connection_id, 1, "AU").take(_contacts())
    customers = db.session.scalars(select(Customer).order_by(Customer.name_key, Customer.id)).all()
    with writing():
        again = db.session.scalars(select(Customer).where(Customer.id.in_([one.id for one in customers]))).all()
        by_id = {one.id: one for one in again}
        for place, one in enumerate(customers):
            by_id[one.id].invitation_state = ANSWERS.get(place % PAGE, "")
        services.settle(again)
        now = clock.now()
        columns = {"sync_state": "idle", "synced_at": now, "synced_from": now, "walked_at": now, "last_new": 12}
        report(installation.connection_id, **columns)


def _contacts() -> Iterator[RemoteContact]:
    """Invented businesses in the order of their names, with traits by their place on the page."""
    businesses = {one.name: one for one in (business("AU", "bench", index) for index in range(2 * PROTOTYPES))}
    for place, name in enumerate(sorted(businesses)[:PROTOTYPES]):
        one, row = businesses[name], place % PAGE
        yield RemoteContact(
            external_id=str(uuid5(NAMESPACE_URL, name)),
            # the place keeps the order of names the same in every folding
            name=f"Aaa {place:03} {name}",
            person=f"{one.given} {one.family}",
            email="" if row in WITHOUT_EMAIL else one.email,
            tax_number="" if row in WITHOUT_NUMBER else one.number,
            is_customer=row not in NOT_YET,
            status="archived" if row in ARCHIVED else "active",
            country="AU",
            place=f"{one.city} {one.state}",
            updated_at=datetime(2026, 10, 1, tzinfo=UTC),
        )


def _copy(db_file: sqlite3.Connection, copies: int) -> None:
    """Multiply the prototypes: other ids, other first letters; the indexes are made when the rows stand."""
    for pragma in ("journal_mode=off", "synchronous=off", "cache_size=-400000", "temp_store=memory", "threads=2"):
        db_file.execute(f"pragma {pragma}")
    columns = [row[1] for row in db_file.execute("pragma table_info(customer)")]
    indexes = db_file.execute("select name, sql from sqlite_master where tbl_name = 'customer' and type = 'index'")
    named = [(name, sql) for name, sql in indexes.fetchall() if sql]
    for name, _ in named:
        db_file.execute(f"drop index {name}")
    db_file.execute("create temp table copy (prefix text, low text)")
    prefixes = [_prefix(number) for number in range(1, copies)]
    db_file.executemany("insert into copy values (?, ?)", [(text.capitalize(), text) for text in prefixes])
    changed = {
        "id": "lower(hex(randomblob(11)))",
        "external_id": "lower(hex(randomblob(16)))",
        "name": "copy.prefix || substr(name, 4)",
        "name_key": "copy.low || substr(name_key, 4)",
        "search_text": "copy.low || substr(search_text, 4)",
    }
    chosen = ", ".join(changed.get(name, name) for name in columns)
    db_file.execute("begin")
    db_file.execute(
        f"insert into customer ({', '.join(columns)}) select {chosen} from copy cross join"
        f" (select * from customer order by name_key limit {PROTOTYPES})"
    )
    db_file.execute("update customer_count set number = number * ?", (copies,))
    db_file.execute("commit")
    for _, sql in named:
        db_file.execute(sql)
    db_file.execute("pragma journal_mode=wal")


def _prefix(number: int) -> str:
    """Three letters that sort like the number; 0 is aaa."""
    return "".join(LETTERS[number // 26**place % 26] for place in (2, 1, 0))


def last_page_after(installation: Installation) -> str:
    """The id of the customer before the last fifty."""
    with contextlib.closing(sqlite3.connect(installation.database)) as db_file:
        found: Any = db_file.execute(
            f"select id from customer order by name_key desc, id desc limit 1 offset {PAGE}"
        ).fetchone()
    return cast(str, found[0])

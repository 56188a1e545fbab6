"""A simulated accounting system with many customers, people who work in it while it is read, and what we have of it."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
import requests
from flask import request
from sqlalchemy import func, select

from link4web import tenancy
from link4web.connections.models import Connection
from link4web.customers.counting import counts
from link4web.customers.models import Customer, SkippedContact
from link4web.database import db
from link4web.http import forget_clients
from link4web.providers.quickbooks.query import OVERLAP, PAGE_SIZE
from link4web.simulators.server import Running
from link4web.supervisor import accounting
from tests.contract.ledgers import Ledger, Myob, QuickBooks, Xero
from tests.people import Person, Town

PATIENCE = 300  # seconds that inventing a hundred thousand customers may take on a busy computer


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How a simulator keeps customers, how we ask for them, and what its people do to them.

    `ids` asks its database for the ids of the first file of the consent page, in the order of a walk. `row` says which
    row (from 0) of that order the page begins with that a query string asks for, None when it asks for something else.
    `name` is the field for a new customer's name; `remove` takes a customer away for good, where that can be done.
    """

    ledger: type[Ledger]
    ids: str
    row: Callable[[Mapping[str, str]], int | None]
    size: int
    name: str
    remove: dict[str, str] = field(default_factory=dict)


def _row_in_xero(asked: Mapping[str, str]) -> int | None:
    return (int(asked["page"]) - 1) * PAGE_SIZE if asked.get("order") == "ContactID" else None


def _row_in_quickbooks(asked: Mapping[str, str]) -> int | None:
    found = re.search(r"STARTPOSITION (\d+)", asked.get("query", ""))
    return int(found[1]) - 1 if found else None


def _row_in_myob(asked: Mapping[str, str]) -> int | None:
    return int(asked["$skip"]) if asked.get("$top") == str(PAGE_SIZE) else None


XERO = Ways(
    ledger=Xero,
    ids="select contact_id from xero_contact where tenant_id ="
    " (select tenant_id from xero_organisation where place = 0) order by contact_id",
    row=_row_in_xero,
    size=PAGE_SIZE,
    name="Name",
)
QUICKBOOKS = Ways(
    ledger=QuickBooks,
    ids="select number from quickbooks_object where kind = 'Customer' and removed = 0 and realm ="
    " (select realm from quickbooks_company where place = 0) order by number",
    row=_row_in_quickbooks,
    size=PAGE_SIZE - OVERLAP,
    name="DisplayName",
    remove={"do": "merge", "into": "Apostle Bay Cannery"},
)
MYOB = Ways(
    ledger=Myob,
    ids="select uid from myob_entity where type = 'Customer' and removed = 0 and business_id ="
    " (select business_id from myob_business where place = 0) order by uid",
    row=_row_in_myob,
    size=PAGE_SIZE,
    name="Name",
    remove={"do": "delete"},
)


def _with(*cases: tuple[str, Ways]) -> pytest.MarkDecorator:
    names = [f"{database}-{ways.ledger.provider.slug}" for database, ways in cases]
    return pytest.mark.parametrize(("database_url", "ledger"), cases, indirect=True, ids=names)


# what differs between the ledgers knows nothing of the database, so not every pair is worth its time
deleting = _with(("sqlite", QUICKBOOKS), ("postgresql", MYOB))
each = _with(("postgresql", XERO), ("sqlite", QUICKBOOKS), ("postgresql", MYOB))
everywhere = _with(("sqlite", XERO), ("postgresql", XERO), ("postgresql", QUICKBOOKS), ("sqlite", MYOB))


class LargeLedger:
    """The first file of a simulator, as people see it who work there. Calls of ours are not limited."""

    def __init__(self, ways: Ways, running: Running) -> None:
        self.ways, self.running = ways, running
        self.provider = ways.ledger.provider
        self.simulator = ways.ledger(running.base_url)
        self.simulator.control("reset")
        self.simulator.control("throttle", off=True)
        self.changed: dict[str, str] = {}
        self.retired: set[str] = set()
        self.removed: set[str] = set()
        self.pages = 0  # asked for so far, repeated ones as well
        self._numbers = count()
        forget_clients()

    def seed(self, customers: int) -> None:
        seeding = f"{self.simulator.root}/_control/seed"
        requests.post(seeding, json={"contacts": customers, "old": True}, timeout=PATIENCE).raise_for_status()

    def ids(self) -> list[str]:
        """Everybody who is in the ledger now, in the order of a walk."""
        with self.running.state.store.read() as state:
            return [str(row[0]) for row in state.execute(self.ways.ids)]

    def before_page(self, act: Callable[[int], None]) -> None:
        """Do something when a page is asked for the first time (the first is 1), before it is put together."""
        met: set[int] = set()

        def look() -> None:
            row = self.ways.row(request.args)
            if row is None:
                return
            self.pages += 1
            if (page := row // self.ways.size + 1) not in met:
                met.add(page)
                act(page)

        self.running.app.before_request_funcs.setdefault(None, []).append(look)

    def work(self, page: int) -> None:
        """What happens before this page is read: customers come, change and go, met ones and those still to be met.

        More go than come, so that the number of all falls.
        """
        here, border = self.ids(), (page - 1) * self.ways.size
        for side in (here[:border], here[border + self.ways.size :]):
            known = {*self.changed, *self.retired}
            fresh = [one for one in side[50:] if one not in known]
            if len(fresh) > 10:
                self.change(fresh[0])
                self.retire(fresh[1])
                for one in fresh[-3:]:
                    self.remove(one)
        self.add()

    def add(self) -> None:
        self._touch("", do="add", fields={self.ways.name: f"Late Arrival {next(self._numbers)} Pty Ltd"})

    def change(self, one: str) -> None:
        self.changed[one] = f"changed{next(self._numbers)}@harbour.example"
        self.simulator.change_email(one, self.changed[one])

    def retire(self, one: str) -> None:
        self.retired.add(one)
        self.simulator.archive(one)

    def remove(self, one: str) -> None:
        if self.ways.remove:
            self.removed.add(one)
            self._touch(one, **self.ways.remove)

    def vanish(self, some: list[str]) -> None:
        """They are deleted for good, and nobody is told."""
        self.removed |= set(some)
        with self.running.state.store.write() as state:
            state.executemany(self.ways.ledger.vanishing, [(one,) for one in some])

    def _touch(self, one: str, **deed: Any) -> None:
        subject = "contact" if self.ways.ledger is Xero else "customer"
        self.simulator.control("touch", **deed, **({subject: one} if one else {}))

    def tell_webhooks(self, town: Town, base_url: str) -> None:
        """Let the simulator post its webhooks to a running web server."""
        settings = replace(town.app.extensions["settings"], base_url=base_url)
        assert accounting.tell_webhooks(settings, self.running.port) == []


@dataclass
class Copy:
    """What we have of a ledger."""

    town: Town
    person: Person
    connection: str

    def inside(self, ask: Callable[[], Any]) -> Any:
        with self.town.app.app_context(), tenancy.acting_for(self.person.organisation_id):
            return ask()

    def row(self) -> Connection:
        found: Connection = self.inside(
            lambda: db.session.get_one(Connection, (self.person.organisation_id, self.connection))
        )
        return found

    def customers(self) -> list[Any]:
        """External id, e-mail address and whether it is in use, of every row."""
        columns = (Customer.external_id, Customer.email, Customer.ledger_status, Customer.state)
        rows: list[Any] = self.inside(
            lambda: db.session.execute(select(*columns).where(Customer.connection_id == self.connection)).all()
        )
        return rows

    def skipped(self) -> set[str]:
        return set(self.inside(lambda: db.session.scalars(select(SkippedContact.external_id)).all()))

    def to_change(self, ledger: LargeLedger, number: int) -> list[str]:
        """So many customers from all over the ledger, of those that are here and in use."""
        here = {row.external_id for row in self.customers() if row.ledger_status == "active"}
        fresh = [one for one in ledger.ids() if one in here and one not in ledger.changed]
        return fresh[:: len(fresh) // number][:number]

    def changed_by_last_sync(self) -> int:
        serial = self.row().sync_serial
        number = select(func.count()).where(Customer.sync_serial == serial, Customer.sync_change == "changed")
        return int(self.inside(lambda: db.session.scalar(number)))

    def has_changes_of(self, ledger: LargeLedger) -> bool:
        """Whether the addresses that were changed over there have arrived, of those who are here."""
        known = select(Customer.external_id, Customer.email).where(Customer.external_id.in_(ledger.changed))
        here = dict(self.inside(lambda: db.session.execute(known).all()))
        return all(ledger.changed[one] == email for one, email in here.items())

    def check_against(self, ledger: LargeLedger) -> None:
        """Everybody is here once and as they are in the ledger; what pages show as counts are the numbers of rows."""
        rows, there = self.customers(), set(ledger.ids())
        here = Counter(row.external_id for row in rows)
        assert not [one for one, times in here.items() if times > 1]
        # those that belong to another customer are listed as skipped, and not here as well
        assert there - set(here) == self.skipped() & there
        # deleted after they were read, which only the next walk can see
        assert set(here) - there <= ledger.removed
        by_id = {row.external_id: row for row in rows}
        told = {one: by_id[one].email for one in ledger.changed if one in by_id}
        assert told == {one: email for one, email in ledger.changed.items() if one in by_id}
        assert {by_id[one].ledger_status for one in ledger.retired if one in by_id} <= {"archived"}
        known = {state: number for state, number in self.inside(lambda: counts(self.connection)).items() if number}
        assert known == dict(Counter(row.state for row in rows))

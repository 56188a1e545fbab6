"""The accounting system as seen by a test: its controls, its request log, and what a user does inside it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from link4web import tenancy
from link4web.accounts.models import Membership
from link4web.connections.models import Connection
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.http import client, forget_clients
from link4web.simulators import server
from link4web.simulators.server import Running
from link4web.simulators.xero.demo import TIN_SHED
from tests.people import Person, Town

SMALL, LARGE = 2, 0  # places in the consent page's list: Tin Shed Trading with 24 contacts, Wattle & Wharf with 801
API = "/api.xro/2.0"
CONTACTS = f"{API}/Contacts"


class Xero:
    """One simulated Xero. Controls act on the small organisation unless told otherwise."""

    def __init__(self, running: Running) -> None:
        self.root = f"{running.base_url}/xero"

    def control(self, name: str, **body: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.root}/_control/{name}", json=body, timeout=60)
        assert answer.ok, answer.text
        return dict(answer.json())

    def switch(self, **values: Any) -> None:
        self.control("switch", **values)

    def fail(self, **fault: Any) -> None:
        self.control("fail", **fault)

    def recover(self) -> None:
        requests.delete(f"{self.root}/_control/fail", timeout=5).raise_for_status()

    def user(self, do: str, contact: str = "", **more: Any) -> dict[str, Any]:
        """What somebody does by hand inside Xero."""
        return self.control("touch", **{"organisation": TIN_SHED, "do": do, "contact": contact, **more})

    def seed(self, contacts: int, organisation: str = TIN_SHED) -> None:
        self.control("throttle", off=True)
        self.control("seed", contacts=contacts, organisation=organisation, old=True)

    def log(self) -> list[dict[str, Any]]:
        """The requests received, oldest first: method, path (below /xero), query, status."""
        answer = requests.get(f"{self.root}/_control/log", timeout=5).json()["requests"]
        return [{**one, "path": one["path"].removeprefix("/xero")} for one in answer]

    def forget_log(self) -> None:
        requests.delete(f"{self.root}/_control/log", timeout=5).raise_for_status()

    def calls(self, path: str, method: str = "") -> int:
        return sum(one["path"].startswith(path) and method in ("", one["method"]) for one in self.log())


@contextmanager
def fresh_simulators() -> Iterator[Running]:
    _hang_up()
    running = server.start()
    yield running
    running.close()
    _hang_up()


def _hang_up() -> None:
    """Close the process's connections to simulators that are gone, and forget their breakers."""
    for known in client._shared.values():
        known._session.close()
    forget_clients()


@pytest.fixture
def simulators() -> Iterator[Running]:
    """Simulators of the test's own, as it was delivered; it may break them."""
    with fresh_simulators() as running:
        yield running


@pytest.fixture
def xero(simulators: Running) -> Xero:
    return Xero(simulators)


class Books:
    """An organisation with its small Xero organisation connected and synced."""

    def __init__(self, town: Town, person: Person, connection: str, xero: Xero) -> None:
        self.town, self.person, self.connection, self.xero = town, person, connection, xero

    @property
    def base(self) -> str:
        return f"/xero/{self.connection}/customers"

    def inside(self, work: Any) -> Any:
        """Ask or change the database as this organisation."""
        with self.town.app.app_context(), tenancy.acting_for(self.person.organisation_id):
            return work()

    def sync(self) -> None:
        """Press *Sync now* and let the worker finish."""
        self.person.post(f"{self.base}/sync")
        self.town.work()

    def row(self) -> Connection:
        found: Connection = self.inside(
            lambda: db.session.get_one(Connection, (self.person.organisation_id, self.connection))
        )
        return found

    def customers(self) -> dict[str, Customer]:
        """All customers by name."""
        rows = self.inside(lambda: db.session.scalars(select(Customer).order_by(Customer.name)).all())
        return {row.name: row for row in rows}

    def customer(self, name: str) -> Customer:
        return self.customers()[name]

    def one(self, state: str) -> Customer:
        """Some customer in this state."""
        return next(row for row in self.customers().values() if row.state == state)

    def page(self, query: str = "", **kwargs: Any) -> str:
        shown = self.person.get(f"{self.base}{query}", **kwargs)
        assert shown.status_code == 200, shown.text
        return shown.text


@pytest.fixture
def books(town: Town, owner: Person, xero: Xero) -> Books:
    connection = owner.connect_xero(file=SMALL)
    town.work()
    return Books(town, owner, connection, xero)


def colleague(town: Town, person: Person, role: str = "user") -> Person:
    """Somebody else in the person's organisation, signed in."""
    other = town.person("Colin Colleague")
    with town.app.app_context(), writing():
        db.session.add(
            Membership(
                organisation_id=person.organisation_id,
                user_id=other.user_id,
                role=role,
                may_edit=True,
                may_send=True,
                created_at=db.session.scalars(select(Membership.created_at).limit(1)).one(),
            )
        )
    other.organisation_id = person.organisation_id
    return other


def everything_stored(app: Flask) -> bytes:
    """All values of all tables, as one text."""
    with app.app_context(), db.engine.connect() as connection:
        names = db.metadata.tables.keys()
        rows = (row for name in names for row in connection.exec_driver_sql(f'select * from "{name}"'))
        return b"\n".join(
            bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
            for row in rows
            for value in row
        )


def words(html: str) -> str:
    """The text of a page, blanks made single."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).replace("&#39;", "'").replace("&amp;", "&").split())

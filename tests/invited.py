"""Customers to invite, made in the database; the pages and mails are walked from outside."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
from sqlalchemy import select
from werkzeug.test import TestResponse

from link4web import clock, tenancy
from link4web.connections.models import Connection
from link4web.customers import keys, services
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.invitations.models import CustomerInvitation
from tests.people import PASSWORD, Person, Town

SAMPLE_NUMBERS = ("53004085616", "33102417032")  # published sample ABNs that satisfy the checksum


T = TypeVar("T")


@dataclass
class Shop:
    """An organisation with a connection and customers; its person presses the buttons."""

    town: Town
    person: Person
    connection: str

    @property
    def base(self) -> str:
        return f"/xero/{self.connection}"

    def inside(self, work: Callable[[], T]) -> T:
        """Ask or change the database as this organisation."""
        with self.town.app.app_context(), tenancy.acting_for(self.person.organisation_id):
            return work()

    def customer(self, name: str = "Marram Grass Café", email: str | None = None, **facts: Any) -> str:
        """One more customer, ready to be invited unless `facts` say otherwise; the id."""
        return self.customers([{"name": name, "email": email, **facts}])[0]

    def customers(self, facts: list[dict[str, Any]]) -> list[str]:
        def make() -> list[str]:
            rows = [_customer(self.person.organisation_id, self.connection, fact) for fact in facts]
            with writing():
                db.session.add_all(rows)
                services.settle(rows)
            return [row.id for row in rows]

        return self.inside(make)

    def select(self, *ids: str) -> TestResponse:
        """Tick these on the list and press *Invite selected*."""
        form = {"shown": " ".join(ids), "id": list(ids)}
        return self.person.post(f"{self.base}/customers/selection/invite", form)

    def select_all(self, queue: str = "") -> None:
        self.person.post(f"{self.base}/customers/selection/all?queue={queue}")

    def review(self) -> "ReviewPage":
        shown = self.person.get(f"{self.base}/invite")
        assert shown.status_code == 200, shown.text
        return ReviewPage(self, shown.text)

    def send(self, *ids: str, message: str = "") -> str:
        """Select, review and press Send; the batch's address."""
        self.select(*ids)
        return self.review().send(message=message).location

    def sent(self, *ids: str, **kwargs: Any) -> str:
        """Send, and let the mails leave."""
        batch = self.send(*ids, **kwargs)
        self.town.work()
        self.town.later(seconds=61)
        self.town.work()
        return batch

    def states(self, *ids: str) -> list[str]:
        """The states of customers, in the order asked."""
        rows = self.inside(lambda: dict(db.session.execute(select(Customer.id, Customer.state)).all()))
        return [rows[one] for one in ids]

    def state(self, customer_id: str) -> str:
        return self.states(customer_id)[0]

    def invitations(self, customer_id: str) -> list[CustomerInvitation]:
        return self.inside(
            lambda: list(
                db.session.scalars(
                    select(CustomerInvitation)
                    .where(CustomerInvitation.customer_id == customer_id)
                    .order_by(CustomerInvitation.created_at)
                )
            )
        )

    def mails_to(self, address: str) -> list[dict]:
        return self.town.mails_to(address)


@dataclass
class ReviewPage:
    """The review page as shown."""

    shop: Shop
    html: str

    def hidden(self) -> dict[str, str]:
        fields = re.findall(r'<input id="(key|seen)"[^>]*value="([^"]*)"', self.html)
        return dict(fields)

    def send(self, *, message: str = "", then: str = "send", **kwargs: Any) -> TestResponse:
        form = {**self.hidden(), "message": message, "then": then}
        return self.shop.person.post(f"{self.shop.base}/invite", form, **kwargs)


def _customer(organisation_id: str, connection: str, fact: dict[str, Any]) -> Customer:
    name = fact["name"]
    email = fact.get("email") if fact.get("email") is not None else address()
    now = clock.now()
    number = fact.get("number", SAMPLE_NUMBERS[0])
    return Customer(
        organisation_id=organisation_id,
        id=new_id(),
        connection_id=connection,
        external_id=new_id(),
        name=name,
        name_key=keys.name_key(name),
        search_text="",
        person=fact.get("person", "Mere Tane"),
        country=fact.get("country", "AU"),
        email=email,
        email_key=email,
        number=number,
        number_scheme=fact.get("scheme", "ABN") if number else "",
        ledger_email="",
        ledger_number="",
        ledger_status=fact.get("ledger_status", "active"),
        is_customer=fact.get("is_customer", True),
        invite_anyway=False,
        invitation_state="",
        state="",
        state_since=now,
        version=0,
        created_at=now,
        updated_at=now,
    )


def open_shop(town: Town, person: Person) -> Shop:
    """A connection for this person's organisation, without asking the provider."""
    connection = new_id()
    with town.app.app_context(), tenancy.acting_for(person.organisation_id), writing():
        db.session.add(
            Connection(
                organisation_id=person.organisation_id,
                id=connection,
                provider="xero",
                state="active",
                file_name="Wattle & Wharf Coffee",
                file_country="AU",
                connected_at=clock.now(),
                created_at=clock.now(),
                synced_at=clock.now(),
            )
        )
    return Shop(town, person, connection)


def link_in(mail: dict, part: str = "/join/") -> str:
    """The path of a link in a mail."""
    found: str = next(link for link in mail["links"] if part in link)
    return part + found.partition(part)[2]


def open_join(visitor: Person, mail: dict) -> TestResponse:
    """Follow the link of an invitation to its clean page."""
    answer = visitor.get(link_in(mail))
    assert (answer.status_code, answer.location) == (302, "/join")
    return visitor.get("/join")


def join_form(**changes: str) -> dict[str, str]:
    """What somebody types who joins."""
    return {
        "name": "Marram Grass Café",
        "number": SAMPLE_NUMBERS[0],
        "person": "Mere Tane",
        "password": PASSWORD,
        **changes,
    }


def fail_mail(town: Town, **fault: Any) -> None:
    """Let the mail server misbehave for the next mail."""
    requests.post(f"{town.simulators.base_url}/mail/_control/fail", json=fault, timeout=5).raise_for_status()


def address() -> str:
    """An address nobody else in this run has: the mailbox is shared. A command would take a first "-" for an option."""
    return f"m{new_id().casefold()}@grass.example"

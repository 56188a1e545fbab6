"""Two writers at the same moment, where the database lets them run side by side (PostgreSQL)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import event, select

from link4web import tenancy
from link4web.customers.intake import Intake
from link4web.customers.models import Customer, Selection
from link4web.database import db, writing
from link4web.providers.base.records import RemoteContact
from tests.invited import open_shop
from tests.ledger import Books, books, simulators, xero
from tests.people import Person, Town

__all__ = ["books", "simulators", "xero"]

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def test_first_ticks_of_one_browser(town: Town, owner: Person) -> None:
    """Each is kept, and none meets an error because another has begun the selection."""
    shop = open_shop(town, owner)
    ids = shop.customers([{"name": f"Customer {number}"} for number in range(8)])
    token, ready = owner.token(), Barrier(len(ids))

    def tick(customer: str) -> int:
        browser = owner.app.test_client()
        browser._cookies = dict(owner.client._cookies or {})
        form = {"csrf_token": token, "shown": customer, "id": [customer]}
        ready.wait()
        address = f"{shop.base}/customers/selection"
        return browser.post(address, data=form, base_url=owner.app.config["BASE_URL"]).status_code

    with ThreadPoolExecutor(len(ids)) as pool:
        assert set(pool.map(tick, ids)) == {303}
    assert shop.inside(lambda: [sorted(row.ids) for row in db.session.scalars(select(Selection))]) == [sorted(ids)]


def test_a_new_contact_that_a_sync_and_a_person_bring_in(books: Books) -> None:
    contact = RemoteContact(external_id="0b0b0b0b-1c1c-4d4d-8e8e-2f2f2f2f2f2f", name="Kea & Co", is_customer=True)
    looked = Event()

    def by_person() -> None:
        with books.town.app.app_context(), tenancy.acting_for(books.person.organisation_id):
            Intake(books.connection, None, "AU").take([contact])

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO customer "):
            looked.set()

    def by_sync() -> None:
        with ThreadPoolExecutor(1) as pool:
            with writing():
                Intake(books.connection, 2, "AU").take([contact])
                event.listen(db.engine, "before_cursor_execute", note)
                person = pool.submit(by_person)
                assert looked.wait(10)
            person.result()

    books.inside(by_sync)
    assert books.inside(lambda: len(db.session.scalars(select(Customer).where(Customer.name == "Kea & Co")).all())) == 1

"""A list shown again unchanged is not built again, and never hides a change: not for a moment, nor from anybody."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from link4web.customers.models import Customer
from link4web.database import db, writing
from tests.invited import Shop, open_shop
from tests.ledger import colleague
from tests.people import Person, Town


@pytest.fixture
def shop(town: Town, owner: Person) -> Shop:
    shop = open_shop(town, owner)
    shop.customer("Marram Grass Café", number="")
    for _ in range(2):  # the first visits begin the session and remember the ledger
        shop.person.get(f"{shop.base}/customers")
    return shop


@contextmanager
def statements(shop: Shop) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    with shop.town.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def page(shop: Shop, person: Person | None = None) -> str:
    return (person or shop.person).get(f"{shop.base}/customers").text


def test_the_same_list_again_asks_only_who_may_see_it(shop: Shop) -> None:
    first = page(shop)
    with statements(shop) as asked:
        assert page(shop) == first
    assert len(asked) == 2, asked
    assert not any("customer" in statement for statement in asked)


def test_a_number_that_a_colleague_adds_shows_at_once(shop: Shop) -> None:
    customer = shop.inside(lambda: db.session.query(Customer.id).scalar())
    assert "51 824 753 556" not in page(shop)
    other = colleague(shop.town, shop.person)
    form = {"number": "51 824 753 556", "sure": "51824753556"}  # the register knows it by another name
    assert other.post(f"{shop.base}/customers/{customer}/abn", form).status_code == 303
    assert "51 824 753 556" in page(shop)


def test_a_bulk_change_shows_at_once(shop: Shop) -> None:
    page(shop)

    def rename() -> None:
        with writing():
            db.session.execute(db.update(Customer).values(name="Marram & Daughters"))

    shop.inside(rename)
    assert "Marram &amp; Daughters" in page(shop)


def test_a_tick_and_a_message_show_in_the_browser_that_made_them_only(shop: Shop) -> None:
    other = colleague(shop.town, shop.person)
    customer = shop.inside(lambda: db.session.query(Customer.id).scalar())
    page(shop), page(shop, other)
    shop.person.post(f"{shop.base}/customers/selection", {"shown": customer, "id": customer})
    assert "checked" in page(shop)
    assert "checked" not in page(shop, other)
    shop.person.post(f"{shop.base}/customers/sync")
    assert "The sync has started" in page(shop)
    assert "The sync has started" not in page(shop)


def test_names_times_and_rights_are_those_of_now(shop: Shop) -> None:
    assert "Olive Owner" in page(shop)
    shop.person.post("/account", {"name": "Olive Ocean"})
    assert "Olive Ocean" in page(shop)
    shop.person.post(
        f"/org/{shop.person.organisation_id}/settings/details",
        {"name": "Wattle & Wharf Roasters", "timezone": "Australia/Perth"},
    )
    assert "Wattle &amp; Wharf Roasters" in page(shop)
    today = page(shop)
    shop.town.later(days=1)
    shop.person.sign_in()
    assert page(shop) != today


def test_what_is_rolled_back_raises_nothing(shop: Shop) -> None:
    first = page(shop)

    def fail() -> None:
        with pytest.raises(ZeroDivisionError), writing():
            db.session.execute(db.update(Customer).values(name="Nobody"))
            raise ZeroDivisionError

    shop.inside(fail)
    with statements(shop) as asked:
        assert page(shop) == first
    assert len(asked) == 2

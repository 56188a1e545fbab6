"""Two organisations with the same keys everywhere: nothing of one shows, counts or acts in the other."""

from functools import partial

import pytest
from sqlalchemy import func, select, update

from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.invitations.models import InvitationBatch
from tests.invited import Shop, address, open_shop
from tests.people import Person, Town
from tests.telling_apart import alike

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no question of the database


def change_address(customer: str, email: str) -> None:
    with writing():
        db.session.execute(update(Customer).where(Customer.id == customer).values(email=email, email_key=email))


@pytest.fixture
def shops(town: Town, owner: Person, stranger: Person) -> tuple[Shop, Shop]:
    return open_shop(town, owner), open_shop(town, stranger)


def test_the_same_keys_in_two_organisations(shops: tuple[Shop, Shop]) -> None:
    """R-049: the same contact ids and addresses, and a review page's key that the other has used."""
    ours, theirs = shops
    email = address()
    facts = [{"name": "Marram Grass Café", "email": email, "external_id": "same-in-both"}]
    (mine,), (other,) = ours.customers(facts), theirs.customers(facts)
    for shop, customer in ((ours, mine), (theirs, other)):
        shop.select(customer)
    page = ours.review()
    first = page.send()
    page.shop = theirs
    page.html = page.html.replace(ours.connection, theirs.connection)
    second = page.send()
    assert (first.status_code, second.status_code) == (303, 303)
    assert theirs.connection in second.location
    assert first.location.rpartition("/")[2] != second.location.rpartition("/")[2]
    ours.person.post(f"{first.location}/undo")
    ours.town.work()
    assert (ours.state(mine), theirs.state(other)) == ("can-invite", "invited")
    for shop in shops:
        assert shop.inside(lambda: db.session.scalar(select(func.count()).select_from(InvitationBatch))) == 1


def test_counts_tell_nothing_of_others(shops: tuple[Shop, Shop]) -> None:
    """R-054: what another organisation has, invites or knows changes no byte of our pages."""
    ours, theirs = shops
    known, unknown = theirs.person.email, "nobody-knows@harbour.example"
    invited = address()
    theirs.sent(theirs.customer("Marram Grass Café", invited))
    customer = ours.customer("Probe", unknown)
    ours.select(customer)
    pages = []
    for email in (unknown, known, invited):
        ours.inside(partial(change_address, customer, email))
        places = ("customers", "invite", "invite/list", f"customers/{customer}")
        pages.append((email, [ours.person.get(f"{ours.base}/{place}") for place in places]))
    for email, answers in pages[1:]:
        for answer, plain in zip(answers, pages[0][1], strict=True):
            answer.data = answer.data.replace(email.encode(), unknown.encode())
            assert alike(answer, plain), answer.request.path

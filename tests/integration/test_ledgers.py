"""Several ledgers in one organisation and several organisations of one person: each one click away, none mixed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from sqlalchemy import delete, event

from link4web.accounts.models import Membership
from link4web.customers.overview import entries_of
from link4web.database import db, writing
from link4web.simulators.server import Running
from tests.ledger import words
from tests.people import Person, Town


@pytest.fixture(autouse=True)
def fresh(simulators: Running) -> None:
    """The simulators as they were at first, without their limits."""
    for slug in ("xero", "quickbooks", "myob"):
        for control, wanted in (("reset", {}), ("throttle", {"off": True})):
            requests.post(
                f"{simulators.base_url}/{slug}/_control/{control}", json=wanted, timeout=30
            ).raise_for_status()


def switcher(person: Person, address: str) -> dict[str, bool]:
    """The ledgers that My Customers offers, by address: whether it is the present one."""
    found = re.search(
        r'<nav class="queues ledgers" aria-label="Your ledgers".*?</nav>', person.get(address).text, re.DOTALL
    )
    links = re.findall(r'href="([^"]+)"( aria-current="page")?', found[0]) if found else []
    return {href: bool(current) for href, current in links}


def led_to(person: Person, address: str) -> str:
    answer = person.get(address)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_from_ledger_to_ledger_in_one_click(owner: Person, town: Town) -> None:
    books = f"/quickbooks/{owner.connect('quickbooks')}/customers"
    assert switcher(owner, books) == {}
    myob = f"/myob/{owner.connect('myob')}/customers"
    town.work()
    assert switcher(owner, books) == {books: True, myob: False}
    assert switcher(owner, myob) == {books: False, myob: True}
    assert "Your other ledgers: QuickBooks: Bluegum Pantry Supplies" in words(
        owner.get(myob.removesuffix("/customers")).text
    )
    assert "Lantern Street Roastery" in owner.get(books).text


def test_the_short_addresses_lead_to_the_ledger_opened_last(owner: Person, town: Town) -> None:
    books = f"/quickbooks/{owner.connect('quickbooks')}/customers"
    myob = f"/myob/{owner.connect('myob')}/customers"
    town.work()
    assert led_to(owner, "/customers") == myob, "none was opened yet: the newest"
    for opened in (books, myob, books):
        owner.get(opened)
        assert led_to(owner, "/customers") == opened
    assert led_to(owner, "/myob/customers") == myob
    assert led_to(owner, "/xero/customers") == "/xero/connect"


def test_pages_of_an_organisation_lead_to_its_own_ledger(owner: Person, town: Town) -> None:
    """Two tabs with two organisations: what was opened in one changes nothing in the other."""
    first = owner.organisation_id
    mine = f"/quickbooks/{owner.connect('quickbooks')}/customers"
    owner.organisation_id = second_organisation(owner)
    other = f"/myob/{owner.connect('myob')}/customers"
    town.work()
    for address in (mine, other):
        owner.get(address)
    settings = owner.get(f"/org/{first}/settings/business").text
    [nav] = re.findall(r'href="(/customers[^"]*)"', settings)
    assert led_to(owner, nav) == mine
    assert switcher(owner, mine) == switcher(owner, other) == {}
    assert f"/connect?organisation={first}" in owner.get(f"/quickbooks/connect?organisation={first}").text


def second_organisation(owner: Person) -> str:
    made = owner.post("/organisations/new", {"name": "Kererū Kitchens", "country": "AU", "number": ""})
    return str(made.location).partition("organisation=")[2]


def test_all_organisations_with_what_needs_attention(owner: Person, town: Town) -> None:
    town.owner("Tane", "Somebody Else’s").connect("quickbooks", file=1)
    books = owner.connect("quickbooks")
    second = second_organisation(owner)
    assert led_to(owner, f"/customers?organisation={second}") == f"/connect?organisation={second}"
    owner.organisation_id = second
    myob = owner.connect("myob")
    town.work()
    html = owner.get("/organisations").text
    said = words(html).replace(" ,", ",")
    assert "QuickBooks: Bluegum Pantry Supplies 36 without ABN" in said
    assert "MYOB: Lantern Street Roastery 18 without ABN, 2 without e-mail, 17 can be invited" in said
    assert f"/quickbooks/{books}/customers?queue=needs-number" in html
    assert "Somebody Else" not in said

    assert owner.post(f"/myob/{myob}/disconnect").status_code == 303
    assert "Lantern Street Roastery disconnected" in words(owner.get("/organisations").text)


def test_from_client_to_client_in_one_click(owner: Person, town: Town) -> None:
    """Ledgers that were opened in other organisations stand beside the list, as long as one may open them."""
    first, books = owner.organisation_id, owner.connect("quickbooks")
    owner.organisation_id = second_organisation(owner)
    myob = owner.connect("myob")
    town.work()
    here, there = f"/quickbooks/{books}/customers", f"/myob/{myob}/customers"
    owner.get(here)
    link = f'<a href="{here}"><span>Wattle &amp; Wharf Coffee<small>QuickBooks, Bluegum Pantry Supplies'
    assert link in owner.get(there).text
    assert f'<a href="{there}"' in owner.get(here).text
    with town.app.app_context(), writing():
        db.session.execute(delete(Membership).where(Membership.organisation_id == first))
    town.later(minutes=2)
    assert link not in owner.get(there).text
    assert owner.get(here).status_code == 404


def test_an_adviser_without_ledgers_says_which_organisation_to_connect(owner: Person) -> None:
    assert led_to(owner, "/customers") == "/connect"
    second_organisation(owner)
    assert led_to(owner, "/customers") == led_to(owner, "/quickbooks/customers") == "/organisations"


def test_all_organisations_are_two_queries(owner: Person, town: Town) -> None:
    owner.connect("quickbooks")
    owner.connect("myob")
    town.work()
    with town.app.test_request_context(), statements() as seen:
        [entry] = entries_of(owner.user_id)
    assert len(entry.ledgers) == 2
    assert len([one for one in seen if one.startswith("SELECT")]) == 2  # with what support asks of an admin


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)

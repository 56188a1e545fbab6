"""A ledger that shows no more of a number than its end, and one that has no field for it: said, and nothing is lost."""

from typing import Any

import pytest
import requests

from link4web.simulators.server import Running
from tests.integration.test_road_of_every_provider import customer_address, find
from tests.people import Person, Town

ABN, OTHER_ABN, NZBN = "51824753556", "86151956832", "9429041561928"  # published sample numbers
BOOKS = "Bandicoot Books & Toys"
BLUEGUM, TOETOE = range(2)


@pytest.fixture
def control(simulators: Running) -> Any:
    """A call of the QuickBooks simulator's controls, which begins as it was at first."""

    def call(name: str, **wanted: Any) -> Any:
        answer = requests.post(f"{simulators.base_url}/quickbooks/_control/{name}", json=wanted, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    call("reset")
    call("throttle", off=True)
    return call


def connected(owner: Person, town: Town, file: int = BLUEGUM) -> str:
    connection = owner.connect("quickbooks", file=file)
    town.work()
    return f"/quickbooks/{connection}/customers"


def test_a_number_that_quickbooks_keeps_from_us_is_asked_for(owner: Person, town: Town, control: Any) -> None:
    control("touch", do="change", customer=BOOKS, fields={"PrimaryTaxIdentifier": OTHER_ABN})
    base = connected(owner, town)
    row = find(owner, base, BOOKS)
    assert "Needs ABN" in row
    assert "… 56832" in row and "the rest hidden by QuickBooks" in row
    customer = customer_address(owner, base, BOOKS)
    assert "no ABN that we can read" in owner.get(base).text
    asked = "QuickBooks has an ABN ending in 56832. It shows us no more, so please enter it once."
    assert asked in owner.get(customer).text
    assert asked in owner.get(f"{customer}/abn").text
    assert "QuickBooks has one ending in 56832 now." in owner.get(f"{customer}/abn").text
    # another end is a doubt, the same one is none
    assert "this one ends otherwise" in owner.post(f"{customer}/abn", {"number": ABN}).text
    assert "this one ends otherwise" not in owner.post(f"{customer}/abn", {"number": OTHER_ABN}).text


def test_the_register_knows_a_number_with_the_same_end(owner: Person, town: Town, control: Any) -> None:
    base = connected(owner, town)
    asked = owner.get(f"{customer_address(owner, base, 'Apostle Bay Cannery')}/abn").text
    first_match = asked[asked.index('<ul class="matches">') :].partition("</li>")[0]
    assert "ends in 03548 too" in first_match
    assert "<b>Apostle Bay Cannery</b>" in first_match


def test_what_was_typed_is_never_taken_for_the_mask(owner: Person, town: Town, control: Any) -> None:
    base = connected(owner, town)
    customer = customer_address(owner, base, BOOKS)
    owner.post(f"{customer}/abn", {"number": ABN, "sure": ABN, "write": "y"})
    town.work()
    control("touch", do="change", customer=BOOKS, fields={"PrimaryTaxIdentifier": OTHER_ABN})
    town.later(minutes=16)
    assert owner.post(f"{base}/sync").status_code == 303
    town.work()
    shown = owner.get(customer).text
    assert "51 824 753 556" in shown
    assert "ending in 56832" in shown
    assert "XXXX" not in shown


def test_a_number_that_somebody_entered_there_meanwhile_stays(owner: Person, town: Town, control: Any) -> None:
    base = connected(owner, town)
    customer = customer_address(owner, base, BOOKS)
    control("touch", do="change", customer=BOOKS, fields={"PrimaryTaxIdentifier": OTHER_ABN})
    owner.post(f"{customer}/abn", {"number": ABN, "sure": ABN, "write": "y"})
    town.work()
    shown = owner.get(customer).text
    assert "changed in QuickBooks since we last read it" in shown
    assert "ending in 56832" in shown


def test_a_number_given_with_a_new_customer_is_kept_here(owner: Person, town: Town, control: Any) -> None:
    base = connected(owner, town)
    added = owner.post(f"{base}/add", {"name": "Saltbush Lane", "email": "box@saltbush.example", "number": ABN})
    assert added.status_code == 303, added.text
    assert "51 824 753 556" in owner.get(added.location).text
    town.work()
    assert "Can invite" in find(owner, base, "Saltbush Lane")


def test_no_field_for_an_nzbn_is_said_and_nothing_is_tried(town: Town, control: Any) -> None:
    owner = town.owner(country="NZ", number=None)
    base = connected(owner, town, TOETOE)
    waiting = owner.get(f"{base}?queue=needs-number").text
    customer = customer_address(owner, base, shown=waiting)
    asked = owner.get(f"{customer}/abn").text
    assert "QuickBooks has no field for an NZBN, so it is saved here only." in asked
    assert "Also save in QuickBooks" not in asked
    assert "QuickBooks has no field for an NZBN, so it is saved here only." in owner.get(f"{base}/add").text
    saved = owner.post(f"{customer}/abn", {"number": NZBN, "sure": NZBN, "write": "y"})
    assert saved.status_code == 303, saved.text
    assert town.work() == 0
    assert NZBN in owner.get(customer).text


def test_nobody_waits_to_become_a_customer_in_a_list_of_customers(owner: Person, town: Town, control: Any) -> None:
    assert "not a customer yet" not in owner.get(connected(owner, town)).text

"""From *Go on to Xero* to a full list of customers, over real HTTP."""

from tests.people import Person, Town


def test_connecting_brings_every_contact_once(owner: Person, town: Town) -> None:
    connection = owner.connect_xero()
    first = owner.get(f"/xero/{connection}/customers")
    assert first.status_code == 200
    town.work()
    shown = owner.get(f"/xero/{connection}/customers")
    assert shown.status_code == 200
    assert "Synced today" in shown.text

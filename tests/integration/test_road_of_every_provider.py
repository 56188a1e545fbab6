"""The way through the application is the same with each accounting system; what they can't do is said, not tried."""

import re

import pytest
import requests

from link4web.providers import ALL
from link4web.providers.base.provider import Provider
from link4web.simulators.server import Running
from tests.people import Person, Town, allow_at_provider, csrf_of

ABN = "51824753556"  # a published sample number
MISSING = {
    "xero": "Dry Creek Joinery",
    "quickbooks": "Bandicoot Books & Toys",
    "myob": "Coolibah Point Optical",
}


@pytest.fixture(params=ALL, ids=lambda one: one.slug)
def provider(request: pytest.FixtureRequest, simulators: Running) -> Provider:
    """A provider whose simulator is as it was at first."""
    found: Provider = request.param
    for control, wanted in (("reset", {}), ("throttle", {"off": True})):
        answer = requests.post(f"{simulators.base_url}/{found.slug}/_control/{control}", json=wanted, timeout=30)
        assert answer.status_code == 200, answer.text
    return found


def row_of(shown: str, name: str) -> str:
    """The table row of a customer."""
    return str(next(row for row in re.findall(r"<tr.*?</tr>", shown, re.DOTALL) if name in row))


def find(person: Person, base: str, name: str) -> str:
    """Search for a customer by name; the row that is found."""
    return row_of(person.get(f"{base}?q={name}".replace("&", "%26")).text, name.partition("&")[0])


def customer_address(person: Person, base: str, name: str = "", *, shown: str = "") -> str:
    """The address of the customer of this name, or of the first row of a list that is `shown`."""
    rows = shown.partition("<tbody")[2] or find(person, base, name)
    return str(next(iter(re.findall(rf"{base}/[\w-]{{22}}", rows))))


def test_connect_read_repair_disconnect_and_connect_again(owner: Person, town: Town, provider: Provider) -> None:
    connection = owner.connect(provider.slug)
    town.work()
    base = f"/{provider.slug}/{connection}/customers"
    listed = owner.get(base)
    assert listed.status_code == 200
    assert "Synced today" in listed.text

    name = MISSING[provider.slug]
    assert "Needs ABN" in find(owner, base, name)
    address = customer_address(owner, base, name) + "/abn"
    asked = owner.get(address)
    assert f"Also save in {provider.name}" in asked.text
    saved = owner.post(address, {"number": ABN, "write": "y", "sure": ABN})
    assert saved.status_code == 303, saved.text
    town.work()
    assert "Can invite" in find(owner, base, name)
    customer = owner.get(address.removesuffix("/abn")).text
    assert "51 824 753 556" in customer
    assert "failed" not in customer.lower()

    # what stands in the ledger now is what was written, and reading it changes nothing here
    town.later(minutes=16)
    assert owner.post(f"{base}/sync").status_code == 303
    town.work()
    assert "Can invite" in find(owner, base, name)

    owner.confirm()
    assert owner.post(f"/{provider.slug}/{connection}/disconnect").status_code == 303
    town.work()
    assert "disconnected" in owner.get(base).text
    assert owner.connect(provider.slug) == connection
    town.work()
    assert "Can invite" in find(owner, base, name)


def test_refused_over_there(owner: Person, provider: Provider) -> None:
    leave = owner.get(f"/{provider.slug}/connect/go?organisation={owner.organisation_id}")
    back = allow_at_provider(leave.location, cancel=True)
    arrived = owner.get(back[len(owner.app.config["BASE_URL"]) :])
    shown = owner.get(arrived.location) if arrived.location else arrived
    title = provider.consent_words.get("declined", (f"You said no at {provider.name}", ""))[0]
    assert title in shown.text
    assert csrf_of(owner.get("/sign-in").text)

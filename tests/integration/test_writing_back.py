"""What is to be written to the ledger: asked for, written or refused, and said so wherever somebody looks for it."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from link4web.providers import by_slug
from link4web.simulators.server import Running
from tests.ledger import words
from tests.people import Person, Town

ABN, ABN_SHOWN = "86151956832", "86 151 956 832"  # a sample number, known to the simulated register


@dataclass
class Desk:
    """One ledger, and a customer of it who gets a number here."""

    town: Town
    person: Person
    slug: str
    connection: str
    customer: str = ""

    @property
    def base(self) -> str:
        return f"/{self.slug}/{self.connection}/customers"

    @property
    def name(self) -> str:
        provider = by_slug(self.slug)
        assert provider
        return provider.name

    def control(self, what: str, **body: Any) -> None:
        root = self.town.simulators.base_url
        requests.post(f"{root}/{self.slug}/_control/{what}", json=body, timeout=30).raise_for_status()

    def recover(self) -> None:
        requests.delete(f"{self.town.simulators.base_url}/{self.slug}/_control/fail", timeout=5).raise_for_status()

    def type_number(self, **more: str) -> None:
        form = {"number": ABN, "sure": ABN, "write": "y", **more}
        assert self.person.post(f"{self.base}/{self.customer}/abn", form).status_code == 303

    def page(self) -> str:
        return self.person.get(f"{self.base}/{self.customer}").text

    def history(self) -> str:
        return words(self.page().partition('id="history-title"')[2])

    def head(self) -> str:
        """What stands above *Why?*."""
        return words(self.page().partition('id="why"')[0])

    def row(self) -> str:
        shown = self.person.get(f"{self.base}?q={ABN}").text
        return words(shown.partition(f'id="c-{self.customer}"')[2].partition("</tr>")[0])

    def log(self) -> str:
        return words(self.person.get(f"/org/{self.person.organisation_id}/settings/activity").text)


@pytest.fixture(params=["xero", "quickbooks", "myob"])
def desk(request: pytest.FixtureRequest, town: Town, owner: Person, simulators: Running) -> Desk:
    made = Desk(town, owner, request.param, "")
    for control, wanted in (("reset", {}), ("throttle", {"off": True})):
        made.control(control, **wanted)
    made.connection = owner.connect(request.param)
    town.work()
    listed = owner.get(f"{made.base}?queue=needs-number").text
    found = re.search(r'id="c-([\w-]{22})"', listed)
    assert found
    made.customer = found[1]
    return made


REFUSED = "The period is closed to you."


def refuse(desk: Desk) -> None:
    """Let whatever is written be refused, in the ledger's own manner."""
    bodies = {
        "xero": {"ErrorNumber": 10, "Message": REFUSED},
        "quickbooks": {"Fault": {"type": "ValidationFault", "Error": [{"code": "6540", "Detail": REFUSED}]}},
        "myob": {"Errors": [{"Name": "ValidationError", "Message": REFUSED}]},
    }
    method = "PUT" if desk.slug == "myob" else "POST"
    desk.control("fail", status=400, count=9, method=method, body=bodies[desk.slug])


def test_the_history_says_written_only_when_it_is(desk: Desk) -> None:
    desk.type_number()
    asked, written = f"Asked for the business number to be written to {desk.name}", f"was written to {desk.name}"
    assert asked in desk.history() and written not in desk.history()
    assert f"{desk.name} doesn’t have this ABN yet. It waits" in desk.head()
    assert "wrote a value" not in desk.log()
    desk.town.work()
    assert asked in desk.history() and written in desk.history()
    assert "waits" not in desk.head() and "not in" not in desk.row()
    assert f"wrote a value to {desk.name}" in desk.log()
    assert f"asked for a value to be written to {desk.name}" in desk.log()


def test_a_refusal_stands_in_the_row_and_at_the_top_until_another_try_succeeds(desk: Desk) -> None:
    refuse(desk)
    desk.type_number()
    desk.town.work()
    history = desk.history()
    assert f"The business number could not be written to {desk.name}" in history and REFUSED in history
    assert "was written" not in history
    assert f"This ABN stands only here: it could not be written to {desk.name}" in desk.head()
    assert desk.head().count(REFUSED.rstrip(".")) == 1, "what the ledger said is said once"
    assert f"ABN, typed here, not in {desk.name}" in desk.row()
    assert f"could not write a value to {desk.name}" in desk.log()
    desk.recover()
    assert desk.person.post(f"{desk.base}/{desk.customer}/write-again", {"what": "number"}).status_code == 303
    desk.town.work()
    assert f"was written to {desk.name}" in desk.history()
    assert "stands only here" not in desk.head() and "not in" not in desk.row()


def test_a_number_nobody_wanted_written_there_has_no_remark(desk: Desk) -> None:
    desk.type_number(write="")
    desk.town.work()
    assert ABN_SHOWN in desk.row() and "not in" not in desk.row() and "stands only here" not in desk.head()


@pytest.mark.parametrize("desk", ["xero"], indirect=True)
def test_an_address_is_remarked_on_as_well(desk: Desk) -> None:
    refuse(desk)
    new = "pay@drycreek.example"
    assert desk.person.post(f"{desk.base}/{desk.customer}/email", {"email": new, "write": "y"}).status_code == 303
    desk.town.work()
    assert "This e-mail address stands only here" in desk.head()
    shown = words(desk.person.get(f"{desk.base}?queue=needs-number").text)
    assert f"{new}, not in Xero" in shown


@pytest.mark.parametrize("desk", ["xero"], indirect=True)
def test_only_a_number_or_an_address_can_be_tried_again(desk: Desk) -> None:
    assert desk.person.post(f"{desk.base}/{desk.customer}/write-again", {"what": "name"}).status_code == 400

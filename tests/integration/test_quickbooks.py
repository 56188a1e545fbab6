"""What is particular to QuickBooks on the way through the application: customers that become a part of another one."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from link4web import clock, tenancy
from link4web.connections.models import CallLimit
from link4web.customers.models import Customer, SkippedContact
from link4web.database import db, writing
from link4web.schedule import run_schedule
from link4web.simulators.server import Running
from link4web.supervisor import accounting
from tests.contract.ledgers import QuickBooks
from tests.ledger import simulators, words
from tests.people import Person, Town
from tests.processes import serving

__all__ = ["simulators"]


class Company:
    """An organisation with its company connected and read, which tells us by webhook what happens there."""

    def __init__(self, town: Town, person: Person, running: Running) -> None:
        self.town, self.person = town, person
        self.ledger = QuickBooks(running.base_url)
        self.base = f"/quickbooks/{person.connect('quickbooks')}/customers"
        town.work()

    def customers(self) -> dict[str, Customer]:
        with self.town.app.app_context(), tenancy.acting_for(self.person.organisation_id):
            return {row.name: row for row in db.session.scalars(select(Customer))}

    def two(self) -> tuple[Customer, Customer]:
        """Two that are in use; QuickBooks keeps their numbers from us."""
        one, other = [row for _, row in sorted(self.customers().items()) if row.state == "needs-number"][:2]
        return one, other

    def do(self, deed: str, customer: Customer, **more: object) -> None:
        """What somebody does by hand inside QuickBooks."""
        self.ledger.control("touch", do=deed, customer=customer.external_id, **more)

    def merge(self, lost: Customer, kept: Customer) -> None:
        self.do("merge", lost, into=kept.external_id)

    def hear(self) -> None:
        """The webhooks arrive and their readings take place."""
        self.ledger.control("deliver")
        for _ in range(2):
            self.town.later(seconds=40)
            self.town.work()

    def sync(self) -> None:
        """Somebody presses *Sync now*."""
        self.person.post(f"{self.base}/sync")
        self.town.work()

    def wait(self, **duration: float) -> None:
        """Time passes and the schedule does its part."""
        self.town.later(**duration)
        with self.town.app.app_context():
            run_schedule()
        self.town.work()


@pytest.fixture
def company(
    town: Town, owner: Person, simulators: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Company]:
    monkeypatch.setenv("LINK4WEB_TEST_CLOCK", str(tmp_path / "clock"))  # time passes over there as well
    with serving(town.app) as base_url:
        settings = replace(town.app.extensions["settings"], base_url=base_url)
        assert accounting.tell_webhooks(settings, simulators.port) == []
        yield Company(town, owner, simulators)


@pytest.mark.parametrize("body", ["cloudevents", "legacy"])
@pytest.mark.parametrize("left", ["a deletion", "an inactive customer", "nothing"])
def test_a_customer_merged_into_another_leaves_at_once(company: Company, left: str, body: str) -> None:
    """Whatever QuickBooks still tells of it, the webhook has named it."""
    company.ledger.control("switch", merge_leaves=left, webhook_format=body)
    lost, kept = company.two()
    company.merge(lost, kept)
    company.hear()
    now = company.customers()
    assert (now[lost.name].state, now[kept.name].state) == ("archived", "needs-number")
    shown = company.person.get(f"{company.base}/{lost.id}").text
    if left == "an inactive customer":
        assert now[lost.name].ledger_status == "archived"
    else:
        assert (now[lost.name].ledger_status, now[lost.name].merged_into) == ("merged", kept.external_id)
        assert "was merged into another customer in QuickBooks" in shown
        assert f"{company.base}/{kept.id}" in shown


def use_up(company: Company, used: int) -> None:
    """So many calls of this month have been made."""
    first = clock.now().date().replace(day=1)
    with company.town.app.app_context(), writing():
        db.session.merge(CallLimit(key="quickbooks:month", next_at=0, day=first, used=used))


def test_the_calls_of_the_month_are_counted_and_shown(company: Company) -> None:
    company.town.app.config["PACE_CALLS"] = True
    company.sync()
    shown = words(company.person.get(company.base.removesuffix("/customers")).text)
    assert re.search(r"Calls left this month 499,99\d of 500,000 shared by all who use Link4web", shown)


def test_when_the_calls_of_the_month_run_out_only_people_are_served(company: Company) -> None:
    use_up(company, 450_001)
    one, other = company.two()
    company.town.later(minutes=31)
    assert 'hx-trigger="load' not in company.person.get(company.base).text, "a page does not ask by itself"
    company.ledger.forget_log()
    company.do("change", one, fields={"CompanyName": "Renamed"})
    company.hear()
    company.wait(minutes=31)
    assert not company.ledger.log()
    shown = words(company.person.get(company.base.removesuffix("/customers")).text)
    assert "once a day, since this month’s calls to QuickBooks are nearly used up" in shown
    company.sync()
    assert company.ledger.log()

    company.ledger.forget_log()
    company.do("change", other, fields={"CompanyName": "Renamed as well"})
    company.wait(hours=25)
    assert company.ledger.log(), "a look each day goes on"


def test_a_month_without_calls_left_says_when_it_goes_on(company: Company) -> None:
    company.town.app.config["PACE_CALLS"] = True
    use_up(company, 500_000)
    company.sync()
    shown = words(company.person.get(company.base).text)
    assert re.search(
        r"We have asked QuickBooks as often as it allows for this month\. We continue on \d+ \w+ 20\d\d", shown
    )


def test_a_deletion_is_found_without_any_webhook(company: Company) -> None:
    lost, kept = company.two()
    company.ledger.control("webhook", url="")
    company.merge(lost, kept)
    company.wait(minutes=31)
    assert company.customers()[lost.name].ledger_status == "gone"
    assert "is no longer in QuickBooks" in company.person.get(f"{company.base}/{lost.id}").text


def test_a_merge_that_nothing_tells_of_is_found_by_counting(company: Company) -> None:
    company.ledger.control("switch", merge_leaves="nothing")
    company.ledger.control("webhook", url="")
    lost, kept = company.two()
    company.merge(lost, kept)
    for _ in range(3):
        company.wait(hours=25)
    assert company.customers()[lost.name].ledger_status == "gone"


def test_what_is_known_to_be_gone_is_no_news(company: Company) -> None:
    lost, kept = company.two()
    company.ledger.control("switch", merge_leaves="a deletion")
    company.merge(lost, kept)
    company.sync()
    company.ledger.forget_log()
    company.sync()
    assert [one["path"].rpartition("/")[2] for one in company.ledger.log()] == ["cdc"]
    assert company.customers()[lost.name].ledger_status == "gone"


def test_whoever_a_webhook_calls_deleted_is_asked_for_first(company: Company) -> None:
    company.ledger.control("switch", deactivation_event="Delete")
    one, other = company.two()
    company.do("deactivate", one)
    company.do("deactivate", other)
    company.do("restore", other)
    company.hear()
    now = company.customers()
    assert (now[one.name].ledger_status, now[other.name].ledger_status) == ("archived", "active")


def test_a_customer_that_becomes_a_sub_customer_is_not_called_gone(company: Company) -> None:
    """It is not taken in any more, but it is in QuickBooks: saying otherwise would end what goes on with it here."""
    one, parent = company.two()
    company.do("change", one, fields={"Job": True, "ParentRef": {"value": parent.external_id}})
    company.wait(days=8)  # a walk over all of them is due
    with company.town.app.app_context(), tenancy.acting_for(company.person.organisation_id):
        skipped = db.session.scalars(
            select(SkippedContact.reason).where(SkippedContact.external_id == one.external_id)
        ).all()
    assert ["belongs" in reason for reason in skipped] == [True]
    assert company.customers()[one.name].ledger_status == "active"

"""What is particular to MYOB on the way through the application: consent, tax file numbers, deletions, polling."""

import importlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from sqlalchemy import func, select

from link4web import clock, outbox, tenancy
from link4web.connections.due import next_run, request_due
from link4web.connections.models import Connection
from link4web.connections.services import client_for
from link4web.connections.syncing import SYNC
from link4web.customers.heartbeat import Heartbeat
from link4web.customers.models import Customer
from link4web.customers.reading import LEASE_SECONDS
from link4web.database import db, end_reading
from link4web.http import forget_clients
from link4web.schedule import run_schedule
from link4web.simulators.server import Running
from tests.ledger import everything_stored, simulators, words
from tests.people import Person, Town, allow_at_provider

__all__ = ["simulators"]
drain = importlib.import_module("link4web.outbox.drain")  # the package has a function of that name
LANTERN, TAKAHE, REWITI = 0, 1, 2  # places in the consent page's list
# the tax office's own example; the simulator's third business has it for its ABN, and one customer too
TAX_FILE_NUMBER = "123 456 782"


class Myob:
    """The simulator's controls and records."""

    def __init__(self, running: Running) -> None:
        self.root = f"{running.base_url}/myob"
        forget_clients()

    def control(self, name: str, **body: Any) -> Any:
        answer = requests.post(f"{self.root}/_control/{name}", json=body, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def uid_at(self, place: int) -> str:
        """The first customer that a walk meets (0), or the last (-1), among those nobody has invoiced."""
        granted = self.control("token")
        headers = {
            "Authorization": f"Bearer {granted['access_token']}",
            "x-myobapi-key": granted["api_key"],
            "x-myobapi-version": "v2",
        }
        order = "UID desc" if place else "UID"
        query = {"$orderby": order, "$top": "1", "$filter": "CurrentBalance eq 0"}
        url = f"{self.root}/accountright/{granted['business_id']}/Contact/Customer"
        return str(requests.get(url, headers=headers, params=query, timeout=10).json()["Items"][0]["UID"])


@pytest.fixture
def myob(simulators: Running) -> Myob:
    found = Myob(simulators)
    found.control("throttle", off=True)
    return found


def left(owner: Person) -> str:
    """MYOB's consent page, to which *Go on to MYOB* leads."""
    address: str = owner.get(f"/myob/connect/go?organisation={owner.organisation_id}").location
    return address


def arrived(owner: Person, back: str) -> str:
    """The page that somebody sees after coming back from MYOB, as words."""
    response = owner.get(back[len(owner.app.config["BASE_URL"]) :])
    return words(owner.get(response.location).text)


def changed(back: str, **query: str | None) -> str:
    """The way back with other parameters; None takes one out."""
    given = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()} | query
    return f"{back.partition('?')[0]}?{urlencode({name: value for name, value in given.items() if value is not None})}"


def all_customers(town: Town, owner: Person) -> dict[str, Customer]:
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        return {row.external_id: row for row in db.session.scalars(select(Customer)).all()}


def connection_row(town: Town, owner: Person) -> Connection:
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        return db.session.scalars(select(Connection)).one()


class TestConsent:
    def test_what_will_be_asked_says_that_there_is_no_second_login(self, owner: Person) -> None:
        shown = words(owner.get(f"/myob/connect?organisation={owner.organisation_id}").text)
        assert "an administrator of the business has to agree" in shown
        assert "the file’s own user name and password: MYOB no longer needs them here" in shown

    def test_somebody_who_is_no_administrator(self, owner: Person, myob: Myob) -> None:
        page = requests.get(left(owner), timeout=10)
        users = re.findall(r'name="user" value="([^"]+)"', page.text)
        business = re.findall(r'name="business" value="([^"]+)"', page.text)[0]
        form = {"user": users[1], "business": business, "decision": "allow"}
        back = requests.post(page.url, data=form, allow_redirects=False, timeout=10).headers["Location"]
        assert "only an administrator can agree" in arrived(owner, back)

    @pytest.mark.parametrize(
        ("business", "said"),
        [
            (None, "MYOB didn’t say which business"),
            ("not-a-guid", "MYOB didn’t say which business"),
            ("4e5f6071-8293-44a5-b6c7-d8e9fa0b1c2d", "MYOB doesn’t let us into that business"),
        ],
    )
    def test_another_business_in_the_address(
        self, owner: Person, town: Town, myob: Myob, business: str | None, said: str
    ) -> None:
        back = allow_at_provider(left(owner), file=LANTERN)
        assert said in arrived(owner, changed(back, businessId=business))
        with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
            assert db.session.scalar(select(func.count()).select_from(Connection)) == 0

    @pytest.mark.parametrize(
        ("status", "said"),
        [(503, "That business is offline at MYOB"), (404, "MYOB doesn’t have that business online")],
    )
    def test_a_business_that_can_not_be_opened(self, owner: Person, myob: Myob, status: int, said: str) -> None:
        back = allow_at_provider(left(owner), file=LANTERN)
        myob.control("fail", path="/accountright", status=status)
        assert said in arrived(owner, back)

    def test_a_file_that_asks_for_the_older_login(self, owner: Person, myob: Myob) -> None:
        myob.control("switch", company_file_login="required")
        shown = arrived(owner, allow_at_provider(left(owner), file=LANTERN))
        assert "There used to be two logins" in shown
        assert "CONSENT-MYOB-FILE-LOGIN" in shown


def test_a_tax_file_number_is_nowhere(town: Town, owner: Person, myob: Myob, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither the business's own nor a customer's is stored, shown or logged."""
    connection = owner.connect("myob", file=REWITI)
    town.work()
    base = f"/myob/{connection}/customers"
    [found] = [one for one in all_customers(town, owner).values() if one.name == "Numbat Yoga"]
    assert found.state == "needs-number"
    saved = owner.post(f"{base}/{found.id}/email", {"email": "desk@numbatyoga.example", "write": "y"})
    assert saved.status_code == 303, saved.text
    town.work()
    for address in (base, f"{base}/{found.id}", f"{base}/{found.id}/abn", f"/myob/{connection}", f"{base}?q=123456782"):
        owner.get(address)
    logged = "".join(capfd.readouterr())
    assert "Contact/Customer" in logged
    shown = "".join(page.text for page in owner.pages[:-1])
    for written in (TAX_FILE_NUMBER, TAX_FILE_NUMBER.replace(" ", "")):
        assert written.encode() not in everything_stored(town.app)
        assert written not in logged
        assert written not in shown


def test_customers_deleted_during_the_first_walk_do_not_stop_it(town: Town, owner: Person, myob: Myob) -> None:
    myob.control("seed", contacts=2100, old=True)
    connection = owner.connect("myob", file=LANTERN)
    path = "/accountright/3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c/Contact/Customer"
    myob.control("fail", path=path, kind="slow", count=1)
    myob.control("fail", path=path, status=400, body="{}")
    town.work()
    row = connection_row(town, owner)
    assert (row.sync_state, row.sync_phase, row.sync_page) == ("failed", "walk", 1)
    assert len(all_customers(town, owner)) == 1000
    for uid in (myob.uid_at(0), myob.uid_at(-1)):
        myob.control("touch", do="delete", customer=uid)
    owner.post(f"/myob/{connection}/customers/sync")
    town.work()
    row = connection_row(town, owner)
    assert (row.sync_state, row.sync_error) == ("idle", "")
    # all that are left, and the one who had been met already: that is for the next walk to find
    assert len(all_customers(town, owner)) == 2098 + 1


def test_polling_finds_what_changed_and_writes_nothing_else(town: Town, owner: Person, myob: Myob) -> None:
    connection = owner.connect("myob", file=TAKAHE)
    town.work()
    before = all_customers(town, owner)
    names = [one.name for one in before.values()][:5]
    for place, name in enumerate(names):
        fields = {"Email": f"changed{place}@harbour.example"}
        myob.control("touch", do="change", business="Takahē", customer=name, fields=fields)
    myob.control("touch", do="deactivate", business="Takahē", customer=names[0])
    town.later(minutes=40)
    owner.post(f"/myob/{connection}/customers/sync")
    town.work()
    after = all_customers(town, owner)
    assert {after[uid].name for uid, one in before.items() if after[uid].version != one.version} == set(names)
    assert connection_row(town, owner).last_changed == len(names)
    [gone] = [one for one in after.values() if one.name == names[0]]
    assert gone.ledger_status == "archived"


def test_a_consent_without_the_company_s_details(town: Town, owner: Person, myob: Myob) -> None:
    """Its customers are all that the sync needs; asking for a new consent would go on for ever."""
    back = allow_at_provider(left(owner).replace("sme-company-settings", ""), file=LANTERN)
    choose = owner.get(back[len(owner.app.config["BASE_URL"]) :]).location
    [business] = re.findall(r'name="file"[^>]*value="([^"]+)"', owner.get(choose).text)
    owner.post(choose, {"file": business})
    town.work()
    row = connection_row(town, owner)
    assert (row.state, row.sync_state, row.file_country, row.file_number) == ("active", "idle", "AU", "")
    assert all_customers(town, owner)


def test_a_sync_that_failed_is_repeated_when_the_page_says(town: Town, owner: Person, myob: Myob) -> None:
    connection = owner.connect("myob", file=TAKAHE)
    town.work()
    town.later(minutes=3)
    myob.control("fail", path="/accountright", status=400, body="{}")
    owner.post(f"/myob/{connection}/customers/sync")
    town.work()
    row = connection_row(town, owner)
    assert row.sync_state == "failed"
    with town.app.app_context():
        early = next_run(row) - clock.now() - timedelta(seconds=30)
    town.later(seconds=early.total_seconds())
    owner.get(f"/myob/{connection}")
    with town.app.app_context():
        assert request_due() == 0
    town.later(minutes=1)
    with town.app.app_context():
        assert request_due() == 1


def test_nothing_new_is_one_call_and_no_walk_through_the_phases(town: Town, owner: Person, myob: Myob) -> None:
    connection = owner.connect("myob", file=TAKAHE)
    town.work()
    before = connection_row(town, owner)
    town.later(minutes=20)
    requests.delete(f"{myob.root}/_control/log", timeout=5).raise_for_status()
    owner.post(f"/myob/{connection}/customers/sync")
    town.work()
    asked = requests.get(f"{myob.root}/_control/log", timeout=5).json()["requests"]
    after = connection_row(town, owner)
    assert len([one for one in asked if "/accountright/" in one["path"]]) == 1
    assert after.sync_serial == before.sync_serial
    assert after.synced_at != before.synced_at


def looks(town: Town, owner: Person, myob: Myob, connection: str, times: int) -> list[dict[str, Any]]:
    """Somebody stays at work, and every six minutes the schedule looks; the calls that it took."""
    requests.delete(f"{myob.root}/_control/log", timeout=5).raise_for_status()
    for _ in range(times):
        owner.get(f"/myob/{connection}/customers")
        town.later(minutes=6)
        with town.app.app_context():
            run_schedule()
        town.work()
    asked: list[dict[str, Any]] = requests.get(f"{myob.root}/_control/log", timeout=5).json()["requests"]
    return [one for one in asked if one["path"].endswith("/Contact/Customer")]


def test_whoever_is_put_into_a_connected_file_comes_with_the_next_look(town: Town, owner: Person, myob: Myob) -> None:
    connection = owner.connect("myob", file=LANTERN)
    town.work()
    before = len(all_customers(town, owner))
    added = myob.control("seed", contacts=1600)["added"]
    asked = looks(town, owner, myob, connection, 1)
    assert len(all_customers(town, owner)) == before + added
    assert len(asked) < 8, "only what is new is read"


def test_somebody_deleted_is_found_by_counting(town: Town, owner: Person, myob: Myob) -> None:
    """MYOB tells nobody of it: without the number they would stay here until the weekly walk."""
    myob.control("seed", contacts=60, old=True)
    connection = owner.connect("myob", file=LANTERN)
    town.work()
    lost = myob.uid_at(0)
    myob.control("touch", do="delete", customer=lost)
    looks(town, owner, myob, connection, 15)
    assert all_customers(town, owner)[lost].ledger_status == "gone"
    row = connection_row(town, owner)
    assert (row.sync_state, row.last_gone, row.count_gap) == ("idle", 0, 0)
    quiet = looks(town, owner, myob, connection, 11)
    assert len(quiet) <= 13, "afterwards a look is one call again, and one more each hour"


def test_a_number_that_never_fits_is_no_reason_to_walk_all_day(town: Town, owner: Person, myob: Myob) -> None:
    myob.control("switch", count_off_by=-1)
    connection = owner.connect("myob", file=LANTERN)
    town.work()
    asked = [parse_qs(one["query"]) for one in looks(town, owner, myob, connection, 30)]
    walks = [one for one in asked if one["$top"] == ["1000"] and one["$skip"] == ["0"] and "$filter" not in one]
    assert 1 <= len(walks) <= 3, "in three hours"


class Slow:
    """Every call of a busy file takes nearly a minute; `due` is what another worker would begin meanwhile."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.due: list[list[str]] = []

    def take(self) -> None:
        self.town.later(seconds=50)
        self.due.append(outbox.due_kinds([SYNC]))

    def hold(self, seconds: float) -> None:
        """Nobody asks for it here."""

    def note_left(self, calls: int) -> None:
        """Nobody asks for it here."""


def test_a_page_of_many_slow_calls_stays_with_its_worker(town: Town, owner: Person, myob: Myob) -> None:
    """MYOB runs out of time until few are asked for at once; the lease of the sync is shorter than all of that."""
    myob.control("seed", contacts=1000, old=True)
    owner.connect("myob", file=LANTERN)
    myob.control("fail", path="/accountright", status=504, count=3)
    slow = Slow(town)
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        [job] = drain._claim(SYNC, 1)
        connection = db.session.scalars(select(Connection)).one()
        client = client_for(connection, Heartbeat(slow, job, LEASE_SECONDS))
        end_reading()
        assert len(client.contacts(1, order="id").contacts) == 1000
    assert len(slow.due) > 8
    assert not any(slow.due)


def test_a_business_that_is_offline_keeps_nobody_from_another(town: Town, owner: Person, myob: Myob) -> None:
    offline, other = owner.connect("myob", file=LANTERN), owner.connect("myob", file=TAKAHE)
    town.work()
    path = "/accountright/3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c"
    myob.control("fail", path=path, status=503, count=50)
    owner.post(f"/myob/{offline}/customers/sync")
    for _ in range(6):
        town.later(minutes=2)
        town.work()
    owner.post(f"/myob/{other}/customers/sync")
    town.work()
    with town.app.app_context(), tenancy.acting_for(owner.organisation_id):
        states = dict(db.session.execute(select(Connection.id, Connection.sync_state)).all())
    assert states == {offline: "waiting", other: "idle"}
    shown = words(owner.get(f"/myob/{offline}/customers").text)
    assert "can’t reach" not in shown

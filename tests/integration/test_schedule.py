"""What happens by the clock: due syncs, forgotten leftovers; once, whoever asks (R-167)."""

import threading
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from link4web import clock
from link4web.connections import due
from link4web.connections.models import CallLimit
from link4web.customers.models import Selection
from link4web.database import db, writing
from link4web.outbox.models import OutboxRow
from link4web.schedule import LEFTOVERS, SYNCS, run_schedule
from link4web.simulators.server import Running
from tests.contract.ledgers import Myob
from tests.ledger import API, CONTACTS, Books, Xero, books, simulators, xero
from tests.people import Person, Town

__all__ = ["books", "simulators", "xero"]


def tick(town: Town) -> None:
    with town.app.app_context():
        run_schedule()
    town.work()


def test_a_connection_in_use_is_synced_every_half_hour(books: Books, town: Town, xero: Xero) -> None:
    xero.forget_log()
    tick(town)
    assert not xero.calls(API)
    town.later(minutes=31)
    tick(town)
    assert xero.calls(CONTACTS) == 1
    town.later(minutes=6)
    tick(town)
    assert xero.calls(CONTACTS) == 1


def test_a_connection_nobody_looks_at_is_synced_daily(books: Books, town: Town, xero: Xero) -> None:
    books.person.post("/sign-out")
    town.later(hours=14)
    xero.forget_log()
    tick(town)
    assert not xero.calls(API)
    town.later(hours=11)
    tick(town)
    assert xero.calls(CONTACTS) == 1


def test_a_disconnected_one_never(books: Books, town: Town, xero: Xero) -> None:
    books.person.post(f"/xero/{books.connection}/disconnect")
    town.work()
    xero.forget_log()
    town.later(days=2)
    tick(town)
    assert not xero.calls(API)


def test_a_failed_one_rests_before_it_is_tried_again(books: Books, town: Town, xero: Xero) -> None:
    town.later(minutes=31)
    xero.fail(path=f"{API}/Contacts", status=400, body="{}")
    tick(town)
    assert books.row().sync_state == "failed"
    with town.app.app_context():
        assert due.request_due() == 0
    town.later(minutes=31)
    tick(town)
    assert books.row().sync_state == "idle"


def test_many_processes_ask_once(books: Books, town: Town) -> None:
    town.later(minutes=31)

    def ask() -> None:
        with town.app.app_context():
            run_schedule()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with town.app.app_context():
        kinds = Counter(db.session.scalars(select(OutboxRow.kind).where(OutboxRow.key.startswith("every:"))))
    assert kinds[SYNCS] == kinds[LEFTOVERS] == 1


def test_a_dead_worker_is_caught_up_by_one_run(books: Books, town: Town, xero: Xero) -> None:
    xero.forget_log()
    town.later(days=3)
    tick(town)
    assert xero.calls(CONTACTS) == 1


def test_leftovers_go(books: Books, town: Town) -> None:
    some = next(iter(books.customers().values())).id
    books.person.post(f"{books.base}/selection", {"shown": some, "id": some})
    town.later(days=9)
    tick(town)
    assert books.inside(lambda: db.session.scalars(select(Selection)).all()) == []


@dataclass
class Silent:
    """A connected ledger whose provider tells nobody of changes."""

    ledger: Myob
    town: Town
    person: Person
    base: str

    def calls_of_a_tick(self) -> int:
        """How often the ledger is called when the schedule looks now."""
        self.ledger.forget_log()
        tick(self.town)
        return sum(self.ledger.api_path in one["path"] for one in self.ledger.log())

    def look(self) -> str:
        """Open the list of customers, as a person at work does."""
        shown = self.person.get(self.base)
        assert shown.status_code == 200, shown.text
        return shown.text


@pytest.fixture
def silent(town: Town, owner: Person, simulators: Running, monkeypatch: pytest.MonkeyPatch) -> Silent:
    # time passes for the ledger as well, which stamps what is changed there
    monkeypatch.setenv("LINK4WEB_TEST_CLOCK", str(town.app.extensions["settings"].test_clock))
    ledger = Myob(simulators.base_url)
    ledger.control("throttle", off=True)
    connection = owner.connect(ledger.provider.slug)
    town.work()
    return Silent(ledger, town, owner, f"/{ledger.provider.slug}/{connection}/customers")


def test_a_ledger_that_tells_nothing_is_asked_every_five_minutes_while_somebody_works(
    silent: Silent, town: Town
) -> None:
    # what was added while the first sync ran is read once more; afterwards a quiet look is one call
    for _ in range(3):
        town.later(minutes=6)
        silent.look()
        calls = silent.calls_of_a_tick()
    assert calls == 1
    town.later(minutes=3)
    assert silent.calls_of_a_tick() == 0

    silent.ledger.change_email(silent.ledger.known, "desk@optical.example")
    town.later(minutes=3)
    assert silent.calls_of_a_tick() >= 1
    assert "desk@optical.example" in silent.look()


def test_when_everybody_has_gone_it_is_asked_like_the_others(silent: Silent, town: Town) -> None:
    silent.look()
    town.later(minutes=21)
    assert silent.calls_of_a_tick() == 0
    town.later(minutes=10)
    assert silent.calls_of_a_tick() >= 1
    town.later(minutes=25)
    assert silent.calls_of_a_tick() == 0


def test_the_second_half_of_shared_calls_is_kept_for_more_than_looking(silent: Silent, town: Town) -> None:
    with town.app.app_context(), writing():
        provider = silent.ledger.provider
        assert provider.rate.per_day
        used = provider.rate.per_day // 2 + 1
        db.session.add(CallLimit(key=f"{provider.slug}:", next_at=0, day=clock.now().date(), used=used))
    silent.look()
    town.later(minutes=6)
    assert silent.calls_of_a_tick() == 0
    silent.look()
    assert "every 30 minutes" in silent.person.get(silent.base.removesuffix("/customers")).text


def test_a_connection_that_nobody_looks_at_outlives_its_tokens(
    books: Books, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-089: Xero forgets a refresh token after 60 unused days; the daily sync uses it long before."""
    monkeypatch.setenv("LINK4WEB_TEST_CLOCK", str(town.app.extensions["settings"].test_clock))
    books.person.post("/sign-out")
    for _ in range(11):
        town.later(days=6)
        tick(town)
    assert books.row().state == "active"
    town.later(days=61)
    tick(town)
    assert books.row().state == "reconnect"


def test_a_wish_is_added_to_a_sync_that_waits(books: Books, town: Town, xero: Xero) -> None:
    """*Sync now* looks at sales as well, also when the schedule has asked for a sync without them just before."""
    town.later(minutes=31)
    with town.app.app_context():
        assert due.request_due() == 1
    books.person.post(f"{books.base}/sync")
    xero.forget_log()
    town.work()
    assert xero.calls(f"{API}/Invoices") == 1

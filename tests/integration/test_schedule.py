"""What happens by the clock: due syncs, forgotten leftovers; once, whoever asks (R-167)."""

import threading
from collections import Counter

from sqlalchemy import select

from link4web.connections import due
from link4web.customers.models import Selection
from link4web.database import db
from link4web.outbox.models import OutboxRow
from link4web.schedule import LEFTOVERS, SYNCS, run_schedule
from tests.ledger import API, Books, Xero, books, simulators, xero
from tests.people import Town

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
    assert xero.calls(f"{API}/Organisation") == 1
    town.later(minutes=6)
    tick(town)
    assert xero.calls(f"{API}/Organisation") == 1


def test_a_connection_nobody_looks_at_is_synced_daily(books: Books, town: Town, xero: Xero) -> None:
    books.person.post("/sign-out")
    town.later(hours=14)
    xero.forget_log()
    tick(town)
    assert not xero.calls(API)
    town.later(hours=11)
    tick(town)
    assert xero.calls(f"{API}/Organisation") == 1


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
    assert xero.calls(f"{API}/Organisation") == 1


def test_leftovers_go(books: Books, town: Town) -> None:
    some = next(iter(books.customers().values())).id
    books.person.post(f"{books.base}/selection", {"shown": some, "id": some})
    town.later(days=9)
    tick(town)
    assert books.inside(lambda: db.session.scalars(select(Selection)).all()) == []

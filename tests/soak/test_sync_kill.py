"""The worker is killed again and again in the middle of a sync; in the end every contact is there once (R-168)."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select

from link4web.customers.counting import counts
from link4web.customers.models import Customer
from link4web.database import db
from tests.ledger import CONTACTS, SMALL, Books, Xero, simulators, xero
from tests.people import Person, Town

__all__ = ["simulators", "xero"]
CONTACTS_IN_ALL, KILLS = 12_000, 6
Start = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[Start]:
    """Starts workers as processes of their own."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
        quiet, surroundings = subprocess.DEVNULL, {**os.environ, **environment}
        started.append(subprocess.Popen(command, env=surroundings, stdout=quiet, stderr=quiet))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_a_sync_survives_being_killed(town: Town, owner: Person, xero: Xero, worker: Start) -> None:
    dice = random.Random(168)
    xero.seed(CONTACTS_IN_ALL)
    books = Books(town, owner, owner.connect_xero(file=SMALL), xero)
    xero.fail(kind="slow", delay=1.0, count=2 * KILLS, path=CONTACTS)
    pages = []
    for _ in range(KILLS):
        process = worker()
        time.sleep(3 + 2 * dice.random())
        process.kill()
        process.wait()
        pages.append(books.row().sync_page)
        town.later(seconds=130)
    assert pages == sorted(pages), "a page that was committed is not read again"
    assert len(set(pages)) > 2, "killed in the middle, not after it"
    worker()
    deadline = time.monotonic() + 120
    while books.row().sync_state != "idle" and time.monotonic() < deadline:
        time.sleep(1)
    row = books.row()
    assert (row.sync_state, row.last_new, row.sync_error) == ("idle", CONTACTS_IN_ALL, "")

    def fits() -> bool:
        rows = db.session.execute(select(Customer.state, func.count()).group_by(Customer.state)).all()
        distinct = db.session.scalar(select(func.count(Customer.external_id.distinct())))
        known = {state: number for state, number in counts(books.connection).items() if number}
        return known == dict(rows) and distinct == CONTACTS_IN_ALL == sum(known.values())

    assert books.inside(fits)

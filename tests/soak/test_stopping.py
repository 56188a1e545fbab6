"""A worker that is told to stop ends in time, whatever an accounting system does to the call under way (R-169)."""

import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from link4web.connections.syncing import SYNC
from link4web.database import db
from link4web.outbox.models import OutboxRow
from tests.ledger import CONTACTS, Books, Xero, books, simulators, xero
from tests.soak.programs import programs

__all__ = ["books", "simulators", "xero"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_ends_in_time_though_an_answer_drips(
    books: Books, xero: Xero, environment: dict[str, str], tmp_path: Path
) -> None:
    books.person.post(f"{books.base}/sync")
    xero.fail(path=CONTACTS, kind="trickle", count=50)
    xero.forget_log()
    with programs(environment, tmp_path) as started:
        worker = started.worker()
        while not xero.calls(CONTACTS):
            assert worker.poll() is None, started.said()
            time.sleep(0.1)
        told = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(40) == 0, started.said()
        assert time.monotonic() - told < 25
    asked = select(OutboxRow.state, OutboxRow.lease_until).where(OutboxRow.kind == SYNC)
    assert books.inside(lambda: db.session.execute(asked).one()) == ("ready", None)

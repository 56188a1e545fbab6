"""Eight processes meet at an expired token: one refresh, nobody refused (R-086)."""

import os
import subprocess
import sys
import time
from datetime import timedelta

from sqlalchemy import update

from link4web import clock
from link4web.connections.models import Connection
from link4web.database import db, writing
from tests.ledger import Books, Xero, books, simulators, xero

__all__ = ["books", "simulators", "xero"]
PROCESSES, EXPIRIES = 8, 4


def run_out(books: Books) -> None:
    def change() -> None:
        with writing():
            db.session.execute(update(Connection).values(access_expires_at=clock.now() - timedelta(minutes=1)))

    books.inside(change)


def test_eight_processes_refresh_once_for_each_expiry(books: Books, xero: Xero, environment: dict[str, str]) -> None:
    xero.control("throttle", off=True)
    for _ in range(EXPIRIES):
        run_out(books)
        xero.forget_log()
        asked = [sys.executable, "-m", "tests.soak.asker", books.person.organisation_id, books.connection]
        moment = str(time.time() + 6)
        running = [
            subprocess.Popen(
                [*asked, moment], env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            for _ in range(PROCESSES)
        ]
        for process in running:
            out, err = process.communicate(timeout=120)
            assert process.returncode == 0, err.decode()
            assert b"Tin Shed Trading" in out
        assert [one["status"] for one in xero.log() if one["path"] == "/connect/token"] == [200]
    assert books.row().state == "active"

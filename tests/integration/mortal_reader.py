"""A worker that is killed by SIGKILL in the middle of a sync, life after life: `mortal_reader DEATHS`.

Each life ends before some statement that the database would have got, drawn anew; the last one is left alone. Between
two lives so much time passes that the lease of the last one has run out.
"""

import os
import random
import signal
import sys
from itertools import count

from flask import Flask
from sqlalchemy import event

from link4web import outbox
from link4web.app import create_app
from link4web.connections.syncing import SYNC
from link4web.customers.sync import LEASE_SECONDS
from link4web.database import db
from tests.people import move_clock

LONGEST = 45


def die_at(statement: int) -> None:
    numbers = count(1)

    def look(*_: object) -> None:
        if next(numbers) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine, "before_cursor_execute", look)


def live(app: Flask, statements: int | None) -> None:
    with app.app_context():
        if statements is not None:
            die_at(statements)
        while outbox.drain(SYNC):
            pass


def main() -> int:
    """The number of deaths, as the exit status."""
    app, dice, deaths = create_app(), random.Random(168), 0
    while True:
        statements = dice.randint(1, LONGEST) if deaths < int(sys.argv[1]) else None
        life = os.fork()
        if not life:
            live(app, statements)
            os._exit(0)
        if os.waitpid(life, 0)[1] == 0:
            return deaths
        deaths += 1
        move_clock(app, LEASE_SECONDS + 1)


if __name__ == "__main__":
    sys.exit(main())

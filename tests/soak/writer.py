"""A process that writes to the database of its environment, for tests that run several of them or kill one.

`python -m tests.soak.writer count ROW TIMES` adds one to a row, read first and written then, so many times;
`python -m tests.soak.writer add NAME` adds rows until it is killed and says each key once it has been committed.
"""

import itertools
import os
import sys

from link4web import outbox
from link4web.app import create_app
from link4web.database import db, writing
from link4web.outbox.models import OutboxRow

KIND = "soak"
WRITTEN = "written: "  # the log goes to standard output too


def count(row_id: str, times: int) -> None:
    """Read, add one, write: what loses updates wherever a transaction begins as a reader."""
    for _ in range(times):
        with writing():
            row = db.session.get_one(OutboxRow, row_id)
            row.fence += 1


def add(name: str) -> None:
    """One row a transaction; its key goes to standard output, unbuffered, after the commit and not before."""
    for number in itertools.count():
        key = f"{name}-{number}"
        with writing():
            outbox.add(KIND, key, organisation_id=None)
        os.write(1, f"{WRITTEN}{key}\n".encode())


if __name__ == "__main__":
    with create_app().app_context():
        if sys.argv[1] == "count":
            count(sys.argv[2], int(sys.argv[3]))
        else:
            add(sys.argv[2])

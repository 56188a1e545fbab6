"""A worker that dies by SIGKILL inside some of its jobs, life after life: `mortal_worker FOLDER`.

It works off `KIND` in the database of its environment until nothing is due. A job whose key begins with *deadly*
kills it at once, one that begins with *cut* after its effect has begun; of every other job it leaves the key in
FOLDER. After each death a new life begins, once the lease of what the last one held has run out.
"""

import os
import signal
import sys
from pathlib import Path

from flask import Flask

from link4web import outbox
from link4web.app import create_app
from link4web.outbox import Job
from tests.people import move_clock

KIND = "test.deadly"
LEASE = 60


def work(job: Job) -> None:
    if job.key.startswith("cut"):
        outbox.mark_in_flight(job)
    if job.key.startswith(("cut", "deadly")):
        os.kill(os.getpid(), signal.SIGKILL)
    with (Path(sys.argv[1]) / job.key).open("a") as trace:
        trace.write("done\n")


def live(app: Flask) -> None:
    with app.app_context():
        while outbox.drain(KIND, limit=20):
            pass


def main() -> int:
    """The number of deaths, as the exit status."""
    app, deaths = create_app(), 0
    outbox.handles(KIND, work, lease_seconds=LEASE)
    while True:
        life = os.fork()
        if not life:
            live(app)
            os._exit(0)
        if os.waitpid(life, 0)[1] == 0:
            return deaths
        deaths += 1
        move_clock(app, LEASE + 1)


if __name__ == "__main__":
    sys.exit(main())

"""Programs are killed at random moments; nothing is lost and nothing is done twice (R-160, R-162, R-163, R-180)."""

import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import func, make_url, select

from link4web import clock
from link4web.connections.models import Connection
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.invitations import batches
from link4web.invitations.models import CustomerInvitation
from link4web.outbox.models import OutboxRow
from tests.invited import Shop, open_shop
from tests.people import Town
from tests.soak import writer
from tests.soak.programs import Programs, kill, programs

MAILS, KILLS = 600, 43
WRITERS, INCREMENTS = 8, 1000
WRITER_KILLS = 20
#: Longer than every lease: what a killed worker held is free afterwards.
PAST_LEASES = 121

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def started(environment: dict[str, str], tmp_path: Path) -> Iterator[Programs]:
    with programs(environment, tmp_path) as running:
        yield running


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Show what was measured even when the test passes."""

    def show(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}", flush=True)

    return show


def wait_until(true: Callable[[], bool], seconds: float, what: str, program: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert program.poll() is None, f"the program ended with {program.returncode} before {what}"
        assert time.monotonic() < until, f"no sign of {what} within {seconds} seconds"
        time.sleep(0.004)


@dataclass
class Mailing:
    """Six hundred invitations of one shop, asked for and not yet sent."""

    shop: Shop
    domain: str
    dice: random.Random = field(default_factory=random.Random)

    def arrived(self) -> Counter[str]:
        """How often each address has got a mail."""
        answer = requests.get(
            f"{self.shop.town.simulators.base_url}/mail/_control/messages",
            params={"to": f"@{self.domain}", "most": "1000"},
            timeout=30,
        )
        return Counter(recipient for mail in answer.json()["messages"] for recipient in mail["to"])

    def handed_over(self) -> int:
        answer = requests.get(f"{self.shop.town.simulators.base_url}/mail/_control/count", timeout=30)
        number: int = answer.json()["messages"]
        return number

    def states(self) -> dict[str, str]:
        """The state of the invitation of each address."""
        return self.shop.inside(
            lambda: dict(db.session.execute(select(CustomerInvitation.email, CustomerInvitation.state)).all())
        )

    def works(self, program: subprocess.Popen[bytes]) -> bool:
        """Whether this very process has taken work."""
        owner = OutboxRow.lease_owner.contains(f":{program.pid}:")
        return self.shop.inside(lambda: db.session.scalar(select(OutboxRow.id).where(owner).limit(1))) is not None

    def open_jobs(self) -> int:
        is_open = OutboxRow.kind.in_((batches.PREPARE, batches.SEND)) & OutboxRow.state.in_(("ready", "running"))
        number = self.shop.inside(lambda: db.session.scalar(select(func.count()).where(is_open)))
        assert number is not None
        return number

    def outcomes(self) -> dict[str, int]:
        ended = select(OutboxRow.state, func.count()).where(OutboxRow.kind == batches.SEND).group_by(OutboxRow.state)
        return self.shop.inside(lambda: dict(db.session.execute(ended).all()))

    def kill_somewhere(self, worker: subprocess.Popen[bytes], kills_left: int) -> None:
        """Let the worker begin, let it send some of what is left, and kill it wherever it is then.

        The number of mails is drawn so that there are some left for the last kill.
        """
        wait_until(lambda: self.works(worker) or not self.open_jobs(), 60, "work taken", worker)
        before = self.handed_over()
        wanted = self.dice.randint(0, int(0.6 * (MAILS - len(self.arrived())) / (kills_left + 2)))
        wait_until(lambda: self.handed_over() >= before + wanted or not self.open_jobs(), 60, "mails", worker)
        time.sleep(self.dice.uniform(0, 0.05))
        kill(worker)

    def finish(self, worker: subprocess.Popen[bytes]) -> int:
        """Let what is left leave, and ask the worker to stop; its exit code."""
        wait_until(lambda: self.works(worker), 60, "work taken", worker)
        wait_until(lambda: not self.open_jobs(), 90, "the end of the mailing", worker)
        worker.send_signal(signal.SIGTERM)
        return worker.wait(30)


@pytest.fixture
def mailing(town: Town) -> Mailing:
    shop = open_shop(town, town.owner())
    domain = f"{new_id().casefold().strip('_-')}.example"
    shop.customers([{"name": f"Tussock Supplies {n}", "email": f"orders{n}@{domain}"} for n in range(MAILS)])

    def has_been_read() -> None:
        with writing():  # no sync falls due while the clock is moved past the leases: there is no ledger behind it
            db.session.get_one(Connection, (shop.person.organisation_id, shop.connection)).synced_at = clock.now()

    town.later(days=1)
    shop.inside(has_been_read)
    town.later(days=-1)
    shop.select_all()
    assert shop.review().send().status_code == 303
    town.later(seconds=61)  # the time to undo is over; the invitations are still to be written
    return Mailing(shop, domain)


def test_workers_killed_while_they_send(mailing: Mailing, started: Programs, say: Callable[[str], None]) -> None:
    """R-162: 600 mails, a worker killed again and again: none doubled, each delivered or said to be unknown."""
    began, killed_with_work = time.monotonic(), 0
    for left in range(KILLS, 0, -1):
        worker = started.worker()
        mailing.kill_somewhere(worker, left)
        killed_with_work += mailing.open_jobs() > 0
        mailing.shop.town.later(seconds=PAST_LEASES)
    assert mailing.finish(started.worker()) == 0, started.said()

    mails, states = mailing.arrived(), mailing.states()
    doubled = {address: times for address, times in mails.items() if times > 1}
    unknown = {address for address, state in states.items() if state == "unknown"}
    lost = {address for address in states if address not in mails and address not in unknown}
    say(
        f"{KILLS} kills ({killed_with_work} with work left) in {time.monotonic() - began:.0f} s:"
        f" {len(states)} invitations, {len(mails)} delivered, {len(doubled)} doubled, {len(lost)} lost,"
        f" {len(unknown)} unknown ({len(unknown - set(mails))} of them not delivered);"
        f" jobs {mailing.outcomes()}"
    )
    assert len(states) == MAILS
    assert killed_with_work >= 40
    assert not doubled
    assert not lost, {address: states[address] for address in sorted(lost)[:5]}
    assert set(states.values()) <= {"sent", "unknown"}
    assert len(unknown) <= KILLS


@on_sqlite
def test_eight_writers(app: Flask, started: Programs, say: Callable[[str], None]) -> None:
    """R-180: processes that read, add one and write: no addition is lost, no database is locked."""
    row_id, began = new_id(), time.monotonic()
    with app.app_context(), writing():
        row = OutboxRow(id=row_id, kind=writer.KIND, key="counter", state="done", due_at=clock.now(), fence=0)
        row.created_at = clock.now()
        db.session.add(row)
    counting = [started.start("tests.soak.writer", "count", row_id, str(INCREMENTS)) for _ in range(WRITERS)]
    until = time.monotonic() + 150
    codes = [one.wait(max(1.0, until - time.monotonic())) for one in counting]
    with app.app_context():
        reached = db.session.get_one(OutboxRow, row_id).fence
    said = started.said()
    say(f"{WRITERS} writers: {reached} of {WRITERS * INCREMENTS} additions in {time.monotonic() - began:.0f} s")
    assert "database is locked" not in said
    assert codes == [0] * WRITERS, said
    assert reached == WRITERS * INCREMENTS


@on_sqlite
def test_a_killed_writer_leaves_a_sound_database(
    environment: dict[str, str], started: Programs, say: Callable[[str], None]
) -> None:
    """R-180: whatever a process has said to be written is there after SIGKILL, and the file is sound."""
    file = make_url(environment["LINK4WEB_DATABASE_URL"]).database
    assert file
    dice, acknowledged, began = random.Random(), set[str](), time.monotonic()
    for number in range(WRITER_KILLS):
        acknowledged |= _killed_while_writing(started, f"life{number}", dice)
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            kept = {key for (key,) in connection.execute("select key from outbox where kind = ?", (writer.KIND,))}
        assert not acknowledged - kept
        # a life may end after its last commit and before the word of it
        assert len(kept - acknowledged) <= number + 1
    assert acknowledged
    say(
        f"{WRITER_KILLS} kills of a writer in {time.monotonic() - began:.0f} s: {len(acknowledged)} writes said"
        f" to be done, all kept; {len(kept - acknowledged)} kept without a word"
    )


def _killed_while_writing(started: Programs, name: str, dice: random.Random) -> set[str]:
    """The keys that this life of the writer has said to be written."""
    program = started.start("tests.soak.writer", "add", name, pipe=True)
    assert program.stdout
    assert program.stdout.readline(), started.said()  # the log's line of the first write
    time.sleep(dice.uniform(0, 0.4))
    kill(program)
    *whole, _cut = program.stdout.read().decode().split("\n")
    return {line.removeprefix(writer.WRITTEN) for line in whole if line.startswith(writer.WRITTEN)}

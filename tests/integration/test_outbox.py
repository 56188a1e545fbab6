"""Effects on the outside world: written with their cause, done once, tried again, or honestly called unknown."""

import importlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from link4web import clock, outbox, tenancy
from link4web.accounts import jobs as account_jobs
from link4web.accounts import organisations
from link4web.accounts.models import User
from link4web.audit.models import AuditEvent
from link4web.connections.models import Connection
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.outbox import GiveUp, Job, Later, Unknown, queue, registry
from link4web.outbox.models import OutboxRow
from link4web.outbox.queue import LeaseLost
from link4web.worker import Worker
from tests.people import Town

KIND = "test.effect"
drain_module = importlib.import_module("link4web.outbox.drain")  # the package has a function of that name


@pytest.fixture
def handle() -> Iterator[Callable[..., None]]:
    """Registers a handler for `KIND` until the test ends."""

    def register(work: Callable[[Job], None], **more: object) -> None:
        outbox.handles(KIND, work, **more)  # type: ignore[arg-type]  # the test says what it needs

    yield register
    registry._handlers.pop(KIND, None)


@pytest.fixture(autouse=True)
def _in_app(town: Town) -> Iterator[None]:
    with town.app.app_context():
        yield


def add(*keys: str, organisation: str | None = None, **more: object) -> None:
    with writing():
        for key in keys:
            outbox.add(KIND, key, organisation_id=organisation, **more)  # type: ignore[arg-type]  # as the test says


def row(key: str = "one") -> OutboxRow:
    found = select(OutboxRow).where(OutboxRow.kind == KIND, OutboxRow.key == key)
    kept = db.session.scalars(found.execution_options(populate_existing=True)).one()
    db.session.commit()
    return kept


def drain(times: int = 1, **more: object) -> int:
    rounds: list[int] = [outbox.drain(KIND, **more) for _ in range(times)]  # type: ignore[arg-type]  # as the test says
    return sum(rounds)


def claim(limit: int = 10) -> list[Job]:
    jobs: list[Job] = drain_module._claim(KIND, limit)
    return jobs


def organisation(name: str) -> str:
    with writing():
        user = User(email=f"{new_id()}@harbour.example", name="Olive", password_hash="", created_at=clock.now())
        db.session.add(user)
        db.session.flush()
    return organisations.create_organisation(user.id, name, "AU", None).id


def nothing(_: Job) -> None:
    pass


def test_no_cause_no_effect(handle: Callable[..., None]) -> None:
    """R-160."""
    handle(nothing)
    with pytest.raises(ZeroDivisionError), writing():
        outbox.add(KIND, "one", organisation_id=None)
        raise ZeroDivisionError
    assert drain() == 0
    with pytest.raises(RuntimeError):
        outbox.add(KIND, "one", organisation_id=None)
    add("one")
    add("one")
    assert drain() == 1
    assert drain() == 0
    assert row().state == "done"


def test_a_dead_workers_job_runs_again(town: Town, handle: Callable[..., None]) -> None:
    """R-161: not before its lease is over, and only when its effect had not begun."""
    done: list[str] = []
    handle(lambda job: done.append(job.key))
    add("one")
    assert len(claim()) == 1
    assert drain() == 0
    town.later(seconds=61)
    assert drain() == 1
    assert done == ["one"]


def test_a_worker_lost_with_its_effect_under_way_leaves_unknown(town: Town, handle: Callable[..., None]) -> None:
    """R-162, R-163: nobody repeats it."""
    told: list[tuple[str, str]] = []
    handle(nothing, settled=lambda job, state, _: told.append((job.key, state)))
    add("one")
    queue.mark_in_flight(claim()[0])
    town.later(seconds=61)
    drain(3)
    assert row().state == "unknown"
    assert told == [("one", "unknown")]


def test_a_late_finisher_changes_nothing(town: Town, handle: Callable[..., None]) -> None:
    """R-161: what a worker does after its lease went to somebody else is refused, with all it wrote."""
    handle(nothing)
    add("one", "two")
    late = claim(1)[0]
    town.later(seconds=61)
    assert drain() == 2
    for act in (queue.mark_in_flight, lambda job: queue.postpone(job, 60)):
        with pytest.raises(LeaseLost):
            act(late)
    with pytest.raises(LeaseLost), writing():
        outbox.add(KIND, "three", organisation_id=None)
        queue.finish(late, state="ready")
    assert row(late.key).state == "done"
    assert db.session.scalar(select(OutboxRow.id).where(OutboxRow.key == "three")) is None


@pytest.mark.parametrize(
    ("raised", "state", "code"),
    [
        (GiveUp("refused for good"), "dead", "refused for good"),
        (Unknown("no answer"), "unknown", "no answer"),
        (Later("busy"), "ready", "busy"),
        (ZeroDivisionError(), "ready", "ZeroDivisionError"),
    ],
)
def test_how_it_ended(raised: Exception, state: str, code: str, handle: Callable[..., None]) -> None:
    def work(_: Job) -> None:
        raise raised

    handle(work)
    add("one")
    drain()
    assert (row().state, row().error_code) == (state, code)


def test_a_break_after_the_effect_began_is_not_repeated(town: Town, handle: Callable[..., None]) -> None:
    sent: list[str] = []

    def work(job: Job) -> None:
        outbox.mark_in_flight(job)
        sent.append(job.key)
        raise ConnectionError("while noting that it was sent")

    handle(work)
    add("one")
    drain()
    town.later(days=1)
    drain()
    assert sent == ["one"]
    assert row().state == "unknown"


def test_pauses_grow_and_end(town: Town, handle: Callable[..., None]) -> None:
    """R-164: between half and the whole of 2, 4, 8 … seconds, at most an hour, then dead."""
    tries: list[int] = []

    def work(job: Job) -> None:
        tries.append(job.attempts)
        raise Later("busy")

    handle(work)
    with writing():
        keys = [{"key": f"k{number}"} for number in range(30)]
        queue.add_many(KIND, [{**key, "payload": {}} for key in keys], organisation_id=None, max_attempts=13)
    pauses: dict[int, list[float]] = {}
    for attempt in range(1, 14):
        now = clock.now()
        drain(limit=100)
        waiting = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == KIND, OutboxRow.state == "ready"))
        pauses[attempt] = [(kept.due_at - now).total_seconds() for kept in waiting]
        db.session.commit()
        town.later(hours=2)
    for attempt in range(1, 13):
        longest = min(3600.0, 2.0**attempt)
        assert longest / 2 <= min(pauses[attempt]) <= max(pauses[attempt]) <= longest + 2
        assert len({round(pause, 3) for pause in pauses[attempt]}) > 20, "spread, not all at once"
    assert pauses[13] == []
    assert row("k0").state == "dead"
    with writing():
        outbox.again(KIND, "k0", organisation_id=None)
    assert row("k0").state == "ready", "a person can start it again"


def test_more_to_do_costs_no_attempt(handle: Callable[..., None]) -> None:
    def work(_: Job) -> None:
        raise Later("next page", at=clock.now(), counts=False)

    handle(work)
    add("one", max_attempts=2)
    drain(20)
    assert (row().state, row().attempts) == ("ready", 0)


def test_one_poisoned_job_among_a_hundred(town: Town, handle: Callable[..., None]) -> None:
    """R-171, also when telling about its end fails."""

    def work(job: Job) -> None:
        if job.key == "k13":
            raise ZeroDivisionError

    def settled(job: Job, state: str, code: str) -> None:
        db.session.execute(select(OutboxRow.id))
        raise ValueError(state, code)

    handle(work, settled=settled)
    with writing():
        rows: list[dict[str, object]] = [{"key": f"k{number}", "payload": {}} for number in range(100)]
        queue.add_many(KIND, rows, organisation_id=None, max_attempts=3)
    for _ in range(8):
        drain(limit=30)
        town.later(hours=1)
    states = Counter(db.session.scalars(select(OutboxRow.state).where(OutboxRow.kind == KIND)))
    assert states == {"done": 99, "dead": 1}


def test_organisations_take_turns(town: Town, handle: Callable[..., None]) -> None:
    """R-055 in small: A's flood does not keep B waiting."""
    first, second = organisation("Wattle & Wharf Coffee"), organisation("Kauri Point Marine")
    done: list[str | None] = []
    handle(lambda job: done.append(job.organisation_id))
    add(*(f"a{number}" for number in range(50)), organisation=first)
    add(*(f"b{number}" for number in range(5)), organisation=second)
    drain(limit=10)
    assert Counter(done) == {first: 5, second: 5}


def test_a_job_runs_as_its_own_organisation(town: Town, handle: Callable[..., None]) -> None:
    """R-050: a crafted payload reaches nothing of another organisation, and the trail says so."""
    own, other = organisation("Wattle & Wharf Coffee"), organisation("Kauri Point Marine")
    seen: list[object] = []

    def work(job: Job) -> None:
        seen.append(tenancy.organisation_id())
        with writing():
            foreign = {"organisation_id": job.payload["organisation"], "provider": "xero", "state": "active"}
            db.session.add(Connection(**foreign, created_at=clock.now()))

    handle(work)
    add("one", organisation=own, payload={"organisation": other})
    drain()
    assert seen == [own]
    assert row().state == "dead"
    events = db.session.scalars(select(AuditEvent.action).where(AuditEvent.chain == "system")).all()
    assert "tenancy.refused" in events


def test_two_workers_share_the_work(town: Town, handle: Callable[..., None]) -> None:
    """Every job once, on either database."""
    done: list[str] = []
    lock = threading.Lock()

    def work(job: Job) -> None:
        with lock:
            done.append(job.key)

    handle(work)
    keys = [f"k{number}" for number in range(60)]
    add(*keys)

    def run(_: int) -> None:
        with town.app.app_context():
            for _turn in range(20):
                outbox.drain(KIND, limit=7)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert sorted(done) == sorted(keys)


def test_jobs_behind_a_slow_one_keep_their_lease(town: Town, handle: Callable[..., None]) -> None:
    """Rows claimed together wait for each other; a lease that is half gone is renewed before its job begins."""
    done: list[str] = []

    def work(job: Job) -> None:
        done.append(job.key)
        town.later(seconds=45)

    handle(work)
    add("k1", "k2", "k3")
    drain()
    town.later(seconds=61)
    assert drain() == 0
    assert sorted(done) == ["k1", "k2", "k3"]


def test_stopping_gives_the_rest_back(handle: Callable[..., None]) -> None:
    """R-169: the running job ends, the others are free at once."""
    done: list[str] = []
    handle(lambda job: done.append(job.key))
    add("k1", "k2", "k3")
    assert drain(stopping=lambda: len(done) == 1) == 1
    assert drain() == 2
    assert {row(key).attempts for key in ("k1", "k2", "k3")} == {1}


def test_the_worker_loop_ends_when_told(town: Town, handle: Callable[..., None]) -> None:
    done: list[str] = []
    handle(lambda job: done.append(job.key))
    add("one")
    worker = Worker(town.app, schedule=lambda: None)
    running = threading.Thread(target=worker.run)
    running.start()
    for _ in range(100):
        if done:
            break
        threading.Event().wait(0.05)
    worker.stop()
    running.join(5)
    assert done == ["one"]
    assert not running.is_alive()


def test_nobody_waits_for_a_system_that_answers_slowly(town: Town, handle: Callable[..., None]) -> None:
    """The job before ends only once the other one, which was asked for later, is done."""
    other, met = threading.Event(), []

    def work(job: Job) -> None:
        if job.key == "slow":
            met.append(other.wait(10))
        else:
            other.set()

    handle(work, is_long=True)
    for key in ("slow", "quick"):
        add(key, organisation=organisation(key))
    worker = Worker(town.app, schedule=lambda: None)
    running = threading.Thread(target=worker.run)
    running.start()
    while not met:
        threading.Event().wait(0.05)
    worker.stop()
    running.join(5)
    assert met == [True]


def test_one_at_a_time_a_flood_does_not_go_first(handle: Callable[..., None]) -> None:
    """R-055: fifty of one organisation, asked for earlier; the other's are among the next few."""
    done: list[str] = []
    handle(lambda job: done.append(job.key), is_long=True)
    add(*(f"flood{number}" for number in range(50)), organisation=organisation("Flood"))
    add("a", "b", organisation=organisation("Other"))
    drain(40, limit=1)
    assert {"a", "b"} <= set(done)


def test_scheduled_work_runs_once(town: Town) -> None:
    """R-167: three schedulers, and a clock that jumps over many periods."""

    def ask(_: int) -> bool:
        with town.app.app_context():
            return outbox.ask_every(account_jobs.FORGET, timedelta(hours=1))

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(ask, range(9))) == 1
    assert town.work() == 1
    town.later(days=3)
    assert [ask(0), ask(0)] == [True, False]
    assert town.work() == 1


def test_cancelling_and_hastening(town: Town, handle: Callable[..., None]) -> None:
    handle(nothing)
    soon = clock.now() + timedelta(minutes=1)
    add("k1", "k2", due_at=soon)
    assert drain() == 0
    with writing():
        assert outbox.cancel(KIND, ["k1", "missing"]) == 1
        assert outbox.hasten(KIND, ["k1", "k2"]) == 1
    assert drain() == 1
    assert (row("k1").state, row("k2").state) == ("cancelled", "done")


def test_the_log_names_every_job_of_many(town: Town) -> None:
    """R-193: more than one line has room for."""
    with capture_logs() as lines, writing():
        outbox.add_many(KIND, [{"key": f"k{number}", "payload": {}} for number in range(120)], organisation_id=None)
    named = [job for line in lines for job in line["jobs"]]
    assert sorted(named) == sorted(db.session.scalars(select(OutboxRow.id).where(OutboxRow.kind == KIND)))
    assert max(len(line["jobs"]) for line in lines) <= 50

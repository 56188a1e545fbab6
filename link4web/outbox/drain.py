"""Claim due rows, fairly over organisations, and work them off.

A drain is a plain function: a loop calls it at home. Rows are claimed together and begin one after the other; only
what has begun counts as an attempt, or a worker killed again and again would use up the attempts of rows it never
touched.
"""

import os
import random
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, union_all

from link4web import clock, tally, tenancy
from link4web.audit import Actor, actor, record
from link4web.database import db, end_reading, writing
from link4web.outbox import queue, registry
from link4web.outbox.models import IS_OPEN, OutboxRow
from link4web.outbox.queue import IN_FLIGHT, Job, LeaseLost
from link4web.outbox.registry import GiveUp, Later, Unknown

log = structlog.get_logger()
BACKOFF_CAP = 3600.0


def drain(kind: str, *, limit: int = 50, stopping: Callable[[], bool] = lambda: False) -> int:
    """Work off up to `limit` due rows of a kind; the number worked on. Never raises for a job's own failure.

    Once `stopping()` is true the running job is finished, or gives itself back where it takes long, and the rest are
    given back at once.
    """
    jobs = _claim(kind, limit)
    for number, job in enumerate(jobs):
        if stopping():
            _give_back(jobs[number:])
            return number
        _run(replace(job, is_stopping=stopping))
    return len(jobs)


def due_kinds(kinds: Sequence[str]) -> list[str]:
    """Those of the kinds that have work now, in the order given: one question for all of them."""
    if not kinds:
        return []
    asked = union_all(*(select(literal(kind).label("kind")) for kind in kinds)).subquery()
    found = set(db.session.scalars(select(asked.c.kind).where(exists().where(OutboxRow.kind == asked.c.kind, _due()))))
    end_reading()
    return [kind for kind in kinds if kind in found]


def _due() -> ColumnElement[bool]:
    """Rows to be worked on: waiting ones whose time has come, and those of a worker that has lost its lease.

    A running row was due when it was claimed, so one range of one index has them all.
    """
    now = clock.now()
    return and_(IS_OPEN, OutboxRow.due_at <= now, or_(OutboxRow.state == "ready", OutboxRow.lease_until < now))


def _claim(kind: str, limit: int) -> list[Job]:
    due = _due()
    anything = db.session.scalar(select(OutboxRow.id).where(OutboxRow.kind == kind, due).limit(1))
    end_reading()
    if not anything:
        return []
    with writing():
        claimed = [_lease(row) for row in _turns(kind, due, limit)]
    return [job for job in claimed if job]


def _turns(kind: str, due: ColumnElement[bool], limit: int) -> list[OutboxRow]:
    """The next rows, one of each organisation in turn, locked.

    Where one is taken at a time chance says whose: by their age, a flood of one organisation would go first whole.
    """
    turn = func.row_number().over(
        partition_by=OutboxRow.organisation_id, order_by=(OutboxRow.priority, OutboxRow.due_at, OutboxRow.id)
    )
    waiting = select(OutboxRow.id, OutboxRow.due_at, turn.label("turn")).where(OutboxRow.kind == kind, due).subquery()
    then = waiting.c.due_at if limit > 1 else func.random()
    ids = db.session.scalars(select(waiting.c.id).order_by(waiting.c.turn, then).limit(limit)).all()
    # PostgreSQL skips rows another worker holds; SQLite has one writer at a time, so there are none
    rows = db.session.scalars(select(OutboxRow).where(OutboxRow.id.in_(ids), due).with_for_update(skip_locked=True))
    order = {row_id: place for place, row_id in enumerate(ids)}
    return sorted(rows.all(), key=lambda row: order[row.id])


def _lease(row: OutboxRow) -> Job | None:
    """Take the row, or settle it when workers died with its effect in flight or in all its attempts."""
    row.fence += 1
    row.state = "running"
    row.lease_owner = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"[:60]
    row.lease_until = clock.now() + timedelta(seconds=registry.handler(row.kind).lease_seconds)
    was_in_flight, row.error_code = row.error_code == IN_FLIGHT, ""
    job = _job_of(row)
    if not was_in_flight and row.attempts < row.max_attempts:
        return job
    db.session.flush()
    with _as_job(job):
        if was_in_flight:
            _settle(job, "unknown", "worker lost while sending")
        else:
            _settle(job, "dead", "worker lost too often")
    return None


def _job_of(row: OutboxRow) -> Job:
    return Job(
        row.id,
        row.organisation_id,
        row.kind,
        row.key,
        dict(row.payload),
        row.attempts,
        row.max_attempts,
        row.fence,
        row.actor_id,
        row.on_behalf_of_id,
    )


def _run(claimed: Job) -> None:
    with _as_job(claimed):
        try:
            _work(_begin(claimed))
        except LeaseLost:
            log.warning("lease lost")
        finally:
            db.session.rollback()


def _begin(claimed: Job) -> Job:
    """Count the attempt and start its lease anew: those claimed before this one may have used most of it up."""
    begun = replace(claimed, attempts=claimed.attempts + 1)
    with writing():
        until = clock.now() + timedelta(seconds=registry.handler(claimed.kind).lease_seconds)
        queue.finish(claimed, attempts=begun.attempts, lease_until=until)
    return begun


def _work(job: Job) -> None:
    try:
        registry.handler(job.kind).work(job)
        _finish(job, "done", "")
    except LeaseLost:
        raise
    except Later as later:
        _later(job, later)
    except Unknown as unknown:
        _finish(job, "unknown", unknown.code)
    except GiveUp as reason:
        _finish(job, "dead", reason.code)
    except tenancy.ForeignOrganisation:
        _finish(job, "dead", "another organisation")
        with writing():
            record("tenancy.refused", kind="job", object_id=job.id, outcome="refused", job_kind=job.kind)
            tally.count("tenancy.refused")
    except Exception as error:  # one broken job must not stop the others
        log.exception("job failed")
        _failed(job, type(error).__name__)
        if isinstance(error, tenancy.NoOrganisation):
            tally.count("tenancy.refused")


def _failed(job: Job, code: str) -> None:
    """A job broke. Had its effect begun, nobody knows how far it got: then it is not repeated (R-163)."""
    db.session.rollback()
    now = db.session.scalar(select(OutboxRow.error_code).where(OutboxRow.id == job.id, OutboxRow.fence == job.fence))
    if now == IN_FLIGHT:
        _finish(job, "unknown", code)
    else:
        _later(job, Later(code))


def _later(job: Job, later: Later) -> None:
    if later.counts and job.attempts >= job.max_attempts:
        _finish(job, "dead", later.code)
        return
    pause = min(BACKOFF_CAP, 2.0**job.attempts) * random.uniform(0.5, 1.0)  # noqa: S311 (spreads load, guards nothing)
    db.session.rollback()
    with writing():
        queue.finish(
            job,
            state="ready",
            due_at=later.at or clock.now() + timedelta(seconds=pause),
            attempts=job.attempts if later.counts else job.attempts - 1,
            error_code=later.code[:80],
            lease_owner=None,
            lease_until=None,
        )
    log.info("job later", code=later.code, attempt=job.attempts)


def _give_back(jobs: list[Job]) -> None:
    for job in jobs:
        try:
            with writing():
                queue.finish(job, state="ready", lease_owner=None, lease_until=None)
        except LeaseLost:
            continue


def _finish(job: Job, state: str, code: str) -> None:
    db.session.rollback()
    with writing():
        _settle(job, state, code)
    log.info("job ended", state=state, code=code)


def _settle(job: Job, state: str, code: str) -> None:
    settled = registry.handler(job.kind).settled
    if settled and state != "done":
        try:
            with db.session.begin_nested():
                settled(job, state, code)
                db.session.flush()
        except LeaseLost:
            raise
        except Exception:  # the row must end all the same, or it would block its kind for good
            log.exception("settling failed", state=state)
    queue.finish(job, state=state, error_code=code[:80], finished_at=clock.now(), lease_owner=None, lease_until=None)


def _as_job(job: Job) -> ExitStack:
    """The organisation and the people of the row, for as long as the job runs (R-050)."""
    stack = ExitStack()
    stack.enter_context(actor(Actor(user_id=job.actor_id, on_behalf_of_id=job.on_behalf_of_id)))
    if job.organisation_id:
        stack.enter_context(tenancy.acting_for(job.organisation_id))
    names = {"job": job.id, "kind": job.kind, "organisation": job.organisation_id}
    structlog.contextvars.bind_contextvars(**names)
    stack.callback(structlog.contextvars.unbind_contextvars, *names)
    return stack


def open_rows() -> list[tuple[str, str, int]]:
    """(kind, state, number) of rows that are not finished, for health pages and metrics."""
    rows = db.session.execute(
        select(OutboxRow.kind, OutboxRow.state, func.count())
        .where(OutboxRow.state.in_(("ready", "running", "unknown", "dead")))
        .group_by(OutboxRow.kind, OutboxRow.state)
    )
    return [(kind, state, number) for kind, state, number in rows]

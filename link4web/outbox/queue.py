"""Add, take back and finish outbox rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import exists, select, update

from link4web import clock
from link4web.audit import current_actor
from link4web.database import changed_rows, db, insert_for, is_writing, writing
from link4web.ids import new_id
from link4web.outbox import registry
from link4web.outbox.models import OutboxRow

log = structlog.get_logger()
IN_FLIGHT = "in flight"
IDS_IN_A_LINE = 50


@dataclass(frozen=True)
class Job:
    """A claimed row, as its handler sees it; `attempts` counts the one that runs now.

    Once `is_stopping()` the worker is about to end: long work gives the job back (`Later`, which counts nothing).
    """

    id: str
    organisation_id: str | None
    kind: str
    key: str
    payload: dict[str, str]
    attempts: int
    max_attempts: int
    fence: int
    actor_id: str | None
    on_behalf_of_id: str | None
    is_stopping: Callable[[], bool] = field(default=lambda: False, compare=False)


class LeaseLost(Exception):
    """Somebody else has this row now; whatever this worker did must not be committed."""


def add(
    kind: str,
    key: str,
    *,
    organisation_id: str | None,
    payload: dict[str, str] | None = None,
    due_at: datetime | None = None,
    priority: int = 5,
    max_attempts: int = 12,
) -> bool:
    """Ask for an effect, in the transaction of its cause. False when `(kind, key)` has been asked for before."""
    rows: list[dict[str, object]] = [{"key": key, "payload": payload or {}}]
    added = add_many(
        kind, rows, organisation_id=organisation_id, due_at=due_at, priority=priority, max_attempts=max_attempts
    )
    return added == 1


def add_many(
    kind: str,
    rows: list[dict[str, object]],
    *,
    organisation_id: str | None,
    due_at: datetime | None = None,
    priority: int = 5,
    max_attempts: int = 12,
) -> int:
    """Like `add` for many rows (each with `key` and `payload`); the number that were new."""
    if not is_writing():
        raise RuntimeError("an effect belongs into the transaction of its cause")
    if not rows:
        return 0
    now = clock.now()
    values = [
        {
            "id": new_id(),
            "organisation_id": organisation_id,
            "kind": kind,
            "state": "ready",
            "due_at": due_at or now,
            "fence": 0,
            "attempts": 0,
            "max_attempts": max_attempts,
            "priority": priority,
            "error_code": "",
            "created_at": now,
            **_asker(),
            **row,
        }
        for row in rows
    ]
    statement = insert_for(OutboxRow).on_conflict_do_nothing(index_elements=["kind", "key"])
    added = db.session.scalars(statement.returning(OutboxRow.id), values).all()
    _log_queued(kind, added)
    return len(added)


def _log_queued(kind: str, job_ids: Sequence[str]) -> None:
    """Name each job, so that it can be followed from what has asked for it (R-193); many in several lines."""
    for start in range(0, len(job_ids) or 1, IDS_IN_A_LINE):
        log.info("queued", kind=kind, number=len(job_ids), jobs=list(job_ids[start : start + IDS_IN_A_LINE]))


def _asker() -> dict[str, str | None]:
    """Whose wish a row is: both identities of who acts now, nobody's by the clock (R-069)."""
    who = current_actor()
    return {"actor_id": who.user_id, "on_behalf_of_id": who.on_behalf_of_id}


def again(kind: str, key: str, *, organisation_id: str | None, payload: dict[str, str] | None = None) -> bool:
    """Ask for an effect that may be asked for again once the last one has ended (a sync, say).

    It is done for whoever asks now, not for who asked before. False when one is waiting or running already.
    """
    finished = ("done", "dead", "unknown", "cancelled")
    anew = {"state": "ready", "due_at": clock.now(), "attempts": 0, "error_code": "", "finished_at": None, **_asker()}
    revived = db.session.scalars(
        update(OutboxRow)
        .where(OutboxRow.kind == kind, OutboxRow.key == key, OutboxRow.state.in_(finished))
        .values(anew | {"payload": payload or {}})
        .returning(OutboxRow.id)
    ).all()
    if not revived:
        return add(kind, key, organisation_id=organisation_id, payload=payload)
    _log_queued(kind, revived)
    return True


def cancel(kind: str, keys: list[str]) -> int:
    """Take back effects that have not begun; the number taken back."""
    return _change_ready(kind, keys, state="cancelled", finished_at=clock.now())


def cancel_all_of(organisation_id: str) -> int:
    """Take back whatever waits for an organisation that is gone, inside ``writing()``; the number taken back."""
    waiting_rows = update(OutboxRow).where(OutboxRow.organisation_id == organisation_id, OutboxRow.state == "ready")
    return changed_rows(db.session.execute(waiting_rows.values(state="cancelled", finished_at=clock.now())))


def hasten(kind: str, keys: list[str]) -> int:
    """Let waiting effects begin now."""
    return _change_ready(kind, keys, due_at=clock.now())


def is_waiting(kind: str, prefix: str, *, organisation_id: str | None) -> bool:
    """Whether an effect whose key begins with `prefix` has been asked for and nobody has begun it."""
    waiting = exists().where(
        OutboxRow.organisation_id == organisation_id,
        OutboxRow.kind == kind,
        OutboxRow.key.startswith(prefix, autoescape=True),
        OutboxRow.state == "ready",
    )
    return bool(db.session.scalar(select(waiting)))


def due_at(kind: str, key: str) -> datetime | None:
    """When an effect that nobody has begun will be brought about; None when none is waiting."""
    ready = select(OutboxRow.due_at).where(OutboxRow.kind == kind, OutboxRow.key == key, OutboxRow.state == "ready")
    return db.session.scalar(ready)


def waiting(kind: str, keys: Sequence[str]) -> set[str]:
    """Those of the keys whose effect has not begun; it can't begin before the end of the running ``writing()``."""
    ready = select(OutboxRow.key).where(OutboxRow.kind == kind, OutboxRow.key.in_(keys), OutboxRow.state == "ready")
    return set(db.session.scalars(ready.order_by(OutboxRow.key).with_for_update()))


def amend(kind: str, key: str, more: dict[str, str]) -> bool:
    """Add to the payload of an effect that has not begun; False when it has begun or ended.

    It is done for the person who asks now; the clock takes nobody's wish from them.
    """
    ready = select(OutboxRow).where(OutboxRow.kind == kind, OutboxRow.key == key, OutboxRow.state == "ready")
    row = db.session.scalars(ready.with_for_update().execution_options(populate_existing=True)).first()
    if row is None:
        return False
    row.payload = {**row.payload, **more}
    who = current_actor()
    if who.user_id:
        row.actor_id, row.on_behalf_of_id = who.user_id, who.on_behalf_of_id
    db.session.flush()
    return True


def _change_ready(kind: str, keys: list[str], **values: object) -> int:
    changed = 0
    for start in range(0, len(keys), 500):
        result = db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.kind == kind, OutboxRow.key.in_(keys[start : start + 500]), OutboxRow.state == "ready")
            .values(**values)
        )
        changed += changed_rows(result)
    return changed


def mark_in_flight(job: Job) -> None:
    """Commit that the outside call begins now: if the worker dies from here on, the row becomes *unknown*.

    Raises:
        LeaseLost: the lease has run out and the row is somebody else's.
    """
    with writing():
        begin_flight(job)


def begin_flight(job: Job) -> None:
    """`mark_in_flight` inside a running ``writing()``, for an effect whose last checks share its transaction."""
    lease = timedelta(seconds=registry.handler(job.kind).lease_seconds)
    finish(job, error_code=IN_FLIGHT, lease_until=clock.now() + lease)


def postpone(job: Job, seconds: float) -> None:
    """Keep the lease for longer (a heartbeat for long work).

    Raises:
        LeaseLost: the lease has run out and the row is somebody else's.
    """
    with writing():
        finish(job, lease_until=clock.now() + timedelta(seconds=seconds))


def finish(job: Job, **values: object) -> None:
    """Change the job's own row, if it is still ours."""
    result = db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == job.id, OutboxRow.fence == job.fence, OutboxRow.state == "running")
        .values(**values)
    )
    if changed_rows(result) != 1:
        raise LeaseLost(job.id)

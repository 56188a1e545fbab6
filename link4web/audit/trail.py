"""Write the trail and check that nobody has rewritten it."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from link4web import clock
from link4web.audit.models import AuditEvent, AuditHead
from link4web.database import db, insert_for, is_writing

SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who acts, from where. In a job: the person who caused it, without a session."""

    user_id: str | None = None
    on_behalf_of_id: str | None = None
    session_hash: str = ""
    address: str = ""
    device: str = ""


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current_actor() -> Actor:
    """Who acts now; nobody in particular when nothing was said."""
    return _actor.get() or Actor()


def set_actor(who: Actor | None) -> None:
    """Say who acts for the rest of this request; the end of the request takes it back."""
    _actor.set(who)
    structlog.contextvars.bind_contextvars(**_in_logs(who or Actor()))


@contextmanager
def actor(who: Actor) -> Iterator[None]:
    """Run as `who`; the lines of the log say so too (R-069)."""
    token = _actor.set(who)
    try:
        with structlog.contextvars.bound_contextvars(**_in_logs(who)):
            yield
    finally:
        _actor.reset(token)


def _in_logs(who: Actor) -> dict[str, str | None]:
    return {"actor": who.user_id, "on_behalf_of": who.on_behalf_of_id}


def record(
    action: str,
    *,
    chain: str = SYSTEM,
    kind: str = "",
    object_id: str = "",
    outcome: str = "done",
    reason: str = "",
    **details: object,
) -> int:
    """Append an event to `chain` (an organisation's id, or *system*) in the running ``writing()``; its position there.

    `details` are small plain values; no secrets, no addresses lists, nothing of a ledger's payload (R-192).
    """
    if not is_writing():
        raise RuntimeError("an audit event belongs into the transaction of its cause")
    who = current_actor()
    head = _head(chain)
    event = AuditEvent(
        chain=chain,
        position=head.position + 1,
        at=clock.now(),
        actor_id=who.user_id,
        on_behalf_of_id=who.on_behalf_of_id,
        session_hash=who.session_hash,
        address=who.address,
        device=who.device,
        action=action,
        object_kind=kind,
        object_id=object_id,
        outcome=outcome,
        reason=reason[:300],
        details=json.dumps(details, sort_keys=True, default=str),
    )
    event.hash = _digest(head.hash, event)
    head.position, head.hash = event.position, event.hash
    db.session.add(event)
    db.session.flush()
    return event.position


def chains() -> Iterator[str]:
    """Every chain that has events or an end, in order; one look into the indexes for each."""
    last = ""
    while True:
        following = [
            db.session.scalar(select(table.chain).where(table.chain > last).order_by(table.chain).limit(1))
            for table in (AuditHead, AuditEvent)
        ]
        found = [chain for chain in following if chain is not None]
        if not found:
            return
        last = min(found)
        yield last


def length(chain: str) -> int:
    """How many events the chain says that it has."""
    position = db.session.scalar(select(AuditHead.position).where(AuditHead.chain == chain))
    return position if isinstance(position, int) else 0


def verify(chain: str) -> int | None:
    """The position of the first event that does not fit its chain, or None when all fit.

    An event that nobody can read, such as one with a date that is none, does not fit either.
    """
    readable: list[int] = []
    for at_a_time in (500, 1):
        readable.clear()
        try:
            return _misfit(chain, at_a_time, readable)
        except (ValueError, TypeError, OverflowError):
            continue  # SQLite takes into any column what it can't hold; one by one, the row shows
        except OperationalError as error:
            if "decode" not in str(error):
                raise
    return len(readable) + 1


def _misfit(chain: str, at_a_time: int, readable: list[int]) -> int | None:
    """As `verify`; `readable` takes down the positions of the events that were read and fit."""
    previous, position = b"", 0
    events = select(AuditEvent).where(AuditEvent.chain == chain).order_by(AuditEvent.position)
    with closing(db.session.scalars(events.execution_options(yield_per=at_a_time, populate_existing=True))) as found:
        for event in found:
            position += 1
            if event.position != position or event.hash != _digest(previous, event):
                return position
            previous = event.hash
            readable.append(position)
    head = db.session.execute(select(AuditHead.position, AuditHead.hash).where(AuditHead.chain == chain)).first()
    if (head.position if head else 0) != position:
        return position + 1
    # the last event has none after it that would show a hash made to fit
    return None if head is None or head.hash == previous else position


def _head(chain: str) -> AuditHead:
    """The end of the chain, held until the end of the transaction."""
    held = select(AuditHead).where(AuditHead.chain == chain).with_for_update().execution_options(populate_existing=True)
    head = db.session.scalars(held).first()
    if head is None:
        begin = insert_for(AuditHead).values(chain=chain, position=0, hash=b"")
        db.session.execute(begin.on_conflict_do_nothing())  # two writers may begin a chain at the same moment
        head = db.session.scalars(held).one()
    return head


def _digest(previous: bytes, event: AuditEvent) -> bytes:
    fields = [
        event.chain,
        event.position,
        event.at.isoformat(timespec="microseconds"),
        event.actor_id,
        event.on_behalf_of_id,
        event.session_hash,
        event.address,
        event.device,
        event.action,
        event.object_kind,
        event.object_id,
        event.outcome,
        event.reason,
        event.details,
    ]
    return hashlib.sha256(previous + json.dumps(fields).encode()).digest()

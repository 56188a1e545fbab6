"""Webhooks: what a provider tells is noted and answered at once; the ledger itself is read later (R-120 to R-127).

A notice names a ledger file and nothing that we would believe: it makes the next sync come sooner, and tells it which
contact to ask for where one was removed. Any number of notices about one file become one job, and a file that is being
read already is read once more afterwards. The first notice leads to a reading at once; the next ones wait until half a
minute has passed, so that a file in which people work all day costs two readings a minute at most.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Exists, delete, exists, func, select, update

from link4web import clock, outbox, tenancy
from link4web.connections import queries, vault
from link4web.connections.allowance import Turns
from link4web.connections.models import Connection, LedgerBinding, WebhookEvent
from link4web.connections.providers import config_of
from link4web.connections.syncing import request_sync
from link4web.database import changed_rows, db, insert_for, writing
from link4web.outbox import Job, Later
from link4web.providers.base.provider import Provider
from link4web.providers.base.records import Notice

log = structlog.get_logger()
READ_AGAIN = "connections.read_again"
STORM = timedelta(seconds=2)  # what arrives within it is read together
LOOK_AGAIN = timedelta(seconds=5)
BETWEEN = timedelta(seconds=30)  # two readings of one file that webhooks cause
REST = timedelta(minutes=5)  # the same for a file that has used half of the day's calls
LONG_REST = timedelta(hours=6)  # the same once all files together have nearly used up the calls of the month
KEPT = timedelta(days=30)
AT_ONCE = 500


def receive(provider: Provider, headers: Mapping[str, str], body: bytes) -> int:
    """Note what a webhook tells; how many of its events were new.

    Raises:
        BadSignature: the provider did not write it.
    """
    by_file: dict[bytes, list[Notice]] = {}
    for notice in provider.notices(config_of(provider.slug), headers, body):
        by_file.setdefault(vault.fingerprint(provider.slug, notice.file_id), []).append(notice)
    new = 0
    with writing():
        for file_hmac, notices in by_file.items():
            new += _note(provider, file_hmac, notices)
    log.info("webhook", provider=provider.slug, files=len(by_file), new=new)
    return new


def _name(notice: Notice) -> str:
    return notice.event_id[:128]


def _note(provider: Provider, file_hmac: bytes, notices: Sequence[Notice]) -> int:
    """Keep the events that are new, and ask for a reading of the file when it is one of ours."""
    binding = db.session.get(LedgerBinding, (provider.slug, file_hmac))
    now, new = clock.now(), 0
    for start in range(0, len(notices), AT_ONCE):
        by_name = {_name(notice): notice for notice in notices[start : start + AT_ONCE]}
        rows = [
            {
                "provider": provider.slug,
                "event_id": name,
                "file_hmac": file_hmac,
                "is_sale": notice.is_sale,
                "removed": notice.removed[:64],
                "merged_into": notice.merged_into[:64],
                "received_at": now,
                "done_at": None if binding else now,
            }
            for name, notice in by_name.items()
        ]
        statement = insert_for(WebhookEvent).on_conflict_do_nothing(index_elements=["provider", "event_id"])
        new += len(db.session.scalars(statement.returning(WebhookEvent.event_id), rows).all())
    if binding is None:
        log.info("a webhook about a ledger file that nobody has connected", provider=provider.slug, events=new)
    elif new:
        _ask_for_reading(binding)
    return new


def _ask_for_reading(binding: LedgerBinding) -> None:
    """One job for all that arrives within `STORM`, which begins after it."""
    period = int(clock.timestamp() // STORM.total_seconds())
    due_at = datetime.fromtimestamp((period + 1) * STORM.total_seconds(), UTC)
    outbox.add(
        READ_AGAIN,
        f"{binding.connection_id}:{period}",
        organisation_id=binding.organisation_id,
        payload={"connection": binding.connection_id},
        due_at=due_at,
    )


def read_again(job: Job) -> None:
    """The outbox handler: ask for a sync of the connection, once it isn't reading already."""
    with writing():
        connection = queries.get(job.payload["connection"])
        if connection is None or connection.state != "active" or not db.session.scalar(select(_unread(connection))):
            return
        sales = bool(db.session.scalar(select(_unread(connection, WebhookEvent.is_sale.is_(True)))))
        at = _not_before(connection)
        # a sync that has just ended may not have left the outbox yet, and then no other can be asked for
        if at is None and request_sync(connection, sales=sales):
            _settle(connection)
            return
        if outbox.is_waiting(READ_AGAIN, f"{connection.id}:", organisation_id=connection.organisation_id):
            return  # a later notice about the same file: one job that looks again is enough
        raise Later("READING", at=at or clock.now() + LOOK_AGAIN, counts=False)


def _not_before(connection: Connection) -> datetime | None:
    """When to look again whether the file may be read; None when it may be now."""
    now = clock.now()
    if connection.sync_state in ("queued", "running", "waiting"):
        # its reading may have passed the place where something has changed since
        return max(now + LOOK_AGAIN, connection.sync_resumes_at or now)
    last = _last_reading(connection)
    rested = last + BETWEEN if last else now
    if connection.synced_at is not None:
        turns = Turns.of(connection)
        if turns.is_nearly_used_up():
            rested = max(rested, connection.synced_at + LONG_REST)
        elif turns.is_scarce():
            rested = max(rested, connection.synced_at + REST)
    return rested if rested > now else None


def _last_reading(connection: Connection) -> datetime | None:
    """When webhooks have last caused a reading of the file."""
    return db.session.scalar(select(func.max(WebhookEvent.done_at)).where(*_about(connection)))


def _unread(connection: Connection, *which: ColumnElement[bool]) -> Exists:
    return exists().where(*_about(connection), WebhookEvent.done_at.is_(None), *which)


def _about(connection: Connection) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return WebhookEvent.provider == connection.provider, WebhookEvent.file_hmac == connection.file_hmac


def _settle(connection: Connection) -> None:
    db.session.execute(
        update(WebhookEvent)
        .where(*_about(connection), WebhookEvent.done_at.is_(None))
        .values(done_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def removed_since(connection_id: str, since: datetime | None) -> dict[str, str]:
    """Contacts that webhooks have called removed since then, each with the one it was merged into, or empty."""
    connection = queries.get(connection_id)
    if connection is None or since is None:
        return {}
    told = select(WebhookEvent.removed, WebhookEvent.merged_into).where(
        *_about(connection), WebhookEvent.received_at >= since, WebhookEvent.removed != ""
    )
    return dict(db.session.execute(told.order_by(WebhookEvent.received_at)).all())


def last_notice(connection: Connection, since: datetime) -> WebhookEvent | None:
    """The newest webhook about a connection's file since then, None when none came, or none within a month."""
    about = select(WebhookEvent).where(*_about(connection), WebhookEvent.received_at >= since)
    return db.session.scalars(about.order_by(WebhookEvent.received_at.desc()).limit(1)).first()


def forget_old() -> int:
    """Delete events older than a month, of all organisations; how many."""
    with tenancy.system("webhook events of all organisations grow old by the clock"), writing():
        gone = db.session.execute(
            delete(WebhookEvent)
            .where(WebhookEvent.received_at < clock.now() - KEPT)
            .execution_options(synchronize_session=False)
        )
    return changed_rows(gone)

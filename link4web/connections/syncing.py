"""Ask for a sync and report its progress on the connection's row; what is synced is the customers' business."""

from datetime import datetime

from sqlalchemy import update

from link4web import outbox
from link4web.connections.models import Connection
from link4web.connections.troubles import have_passed, note
from link4web.database import changed_rows, db

SYNC = "customers.sync"


class Ended(Exception):
    """The connection is not active any more: whatever works on it stops, quietly."""


def request_sync(connection: Connection, *, full: bool = False, sales: bool = True) -> bool:
    """Queue a sync, inside ``writing()``; False when one is waiting or running already.

    `full` walks over every contact, otherwise only what has changed since the last sync is read; `sales` looks for new
    customers in sales documents too. A sync that had stopped half way goes on from there, unless a full one is asked
    for.
    """
    wishes = {name: "yes" for name, wanted in (("full", full), ("sales", sales)) if wanted}
    payload = {"connection": connection.id, **wishes}
    asked = outbox.again(SYNC, connection.id, organisation_id=connection.organisation_id, payload=payload)
    if not asked:
        outbox.amend(SYNC, connection.id, wishes)  # one that waits may have been asked for with less
    if asked:
        connection.sync_state, connection.sync_error, connection.sync_message = "queued", "", ""
        connection.sync_resumes_at = None
        if full:
            connection.sync_phase, connection.sync_page = "", 0
        db.session.flush()
    elif connection.sync_state == "waiting" and connection.sync_resumes_at is None:
        outbox.hasten(SYNC, [connection.id])  # nobody asked us to wait, so a person's wish comes before the pause
    return asked


def goes_on_at(connection: Connection) -> datetime | None:
    """When a sync that waits goes on by itself, as far as that is known; None when none waits."""
    if connection.sync_state != "waiting":
        return None
    return connection.sync_resumes_at or outbox.due_at(SYNC, connection.id)


def may_be_asked(connection: Connection) -> bool:
    """Whether pressing *Sync now* makes sense: the connection is active, and no sync begins or runs just now."""
    return connection.state == "active" and connection.sync_state not in ("queued", "running")


def report(connection_id: str, **columns: object) -> None:
    """Write progress or result onto the connection, inside ``writing()``; an error is kept to be looked back at.

    Raises:
        Ended: it has been disconnected or lost meanwhile.
    """
    changed = db.session.execute(
        update(Connection)
        .where(Connection.id == connection_id, Connection.state == "active")
        .values(**columns)
        .execution_options(synchronize_session=False)
    )
    if not changed_rows(changed):
        raise Ended(connection_id)
    if columns.get("sync_error"):
        note(connection_id, str(columns["sync_error"]), str(columns.get("sync_message", "")))
    elif columns.get("sync_state") == "idle":
        have_passed(connection_id)

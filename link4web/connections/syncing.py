"""Ask for a sync and report its progress on the connection's row; what is synced is the customers' business."""

from sqlalchemy import update

from link4web import clock, outbox
from link4web.connections.models import Connection
from link4web.database import db

SYNC = "customers.sync"


def request_sync(connection: Connection, *, full: bool = False) -> bool:
    """Queue a sync, inside ``writing()``; False when one is waiting or running already.

    `full` walks over every contact, otherwise only what has changed since the last sync is read.
    """
    asked = outbox.again(
        SYNC,
        connection.id,
        organisation_id=connection.organisation_id,
        payload={"connection": connection.id, "full": "yes" if full else ""},
    )
    if asked:
        connection.sync_state, connection.sync_error, connection.sync_message = "queued", "", ""
        connection.sync_resumes_at = None
        if full:
            connection.sync_phase, connection.sync_page = "", 0
        connection.sync_started_at = clock.now()
        db.session.flush()
    return asked


def report(connection_id: str, **columns: object) -> None:
    """Write progress or result onto the connection, inside ``writing()``."""
    db.session.execute(
        update(Connection)
        .where(Connection.id == connection_id)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )

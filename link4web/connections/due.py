"""Which connections are due for a sync: often while somebody works there, daily otherwise."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from link4web import clock, tenancy
from link4web.accounts.models import Membership, SessionRow
from link4web.connections import queries
from link4web.connections.models import Connection
from link4web.connections.syncing import request_sync
from link4web.database import db, end_reading, writing

WHILE_USED = timedelta(minutes=30)
USED_WITHIN = timedelta(hours=12)
AT_LEAST = timedelta(hours=24)  # also keeps the refresh token alive: the shortest of them ends unused after 60 days
MOST = 500


def request_due() -> int:
    """Queue a sync for each, longest waiting first, at most MOST; how many."""
    now = clock.now()
    with tenancy.system("syncs of all organisations are due by the clock"):
        waiting = db.session.execute(
            select(Connection.organisation_id, Connection.id)
            .where(Connection.state == "active", Connection.sync_state.in_(("idle", "failed")), _is_due(now))
            .order_by(Connection.synced_at)
            .limit(MOST)
        ).all()
    end_reading()
    return sum(_request(organisation_id, connection_id) for organisation_id, connection_id in waiting)


def _is_due(now: datetime) -> ColumnElement[bool]:
    began, synced = Connection.sync_started_at, Connection.synced_at
    is_used = (
        select(SessionRow.token_hash)
        .join(Membership, Membership.user_id == SessionRow.user_id)
        .where(Membership.organisation_id == Connection.organisation_id, SessionRow.seen_at > now - USED_WITHIN)
        .exists()
    )
    # a sync that failed is not repeated at once, only when the next one would have been due
    rested = or_(began.is_(None), began < now - WHILE_USED)
    return rested & or_(synced.is_(None), synced < now - AT_LEAST, (synced < now - WHILE_USED) & is_used)


def _request(organisation_id: str, connection_id: str) -> bool:
    with tenancy.acting_for(organisation_id), writing():
        connection = queries.get(connection_id)
        return connection is not None and connection.state == "active" and request_sync(connection)

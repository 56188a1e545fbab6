"""Which connections are due for a sync: how often depends on who works there and on what the provider tells by itself.

A provider whose webhooks reach us is asked every half hour in case one was lost. One that tells nothing is asked every
few minutes while somebody is at work, as long as today's calls allow it: a quiet look costs one. Once the calls of a
month are nearly used up, nothing is asked that nobody has asked for, but for a look each day.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from link4web import clock, providers, tenancy
from link4web.accounts.models import Membership, SessionRow
from link4web.connections import queries
from link4web.connections.allowance import Turns
from link4web.connections.models import Connection
from link4web.connections.providers import config_of, provider_of
from link4web.connections.syncing import request_sync
from link4web.database import db, end_reading, writing
from link4web.providers.base.provider import Provider

AT_WORK = timedelta(minutes=5)
AT_WORK_WITHIN = timedelta(minutes=20)
WHILE_USED = timedelta(minutes=30)
USED_WITHIN = timedelta(hours=12)
AT_LEAST = timedelta(hours=24)  # also keeps the refresh token alive: the shortest of them ends unused after 60 days
MOST = 500


def request_due() -> int:
    """Queue a sync for each, longest waiting first, at most MOST; how many."""
    now = clock.now()
    paces = {provider.slug: pace(provider) for provider in providers.ALL}
    with tenancy.system("syncs of all organisations are due by the clock"):
        waiting = db.session.execute(
            select(Connection.organisation_id, Connection.id)
            .where(Connection.state == "active", Connection.sync_state.in_(("idle", "failed")), _is_due(now, paces))
            .order_by(Connection.synced_at.nulls_first())
            .limit(MOST)
        ).all()
    end_reading()
    return sum(_request(organisation_id, connection_id) for organisation_id, connection_id in waiting)


def next_run(connection: Connection) -> datetime:
    """When the schedule will sync an idle connection at which somebody works, or one that failed; never in the past."""
    last = max(filter(None, (connection.synced_at, connection.sync_started_at)), default=connection.created_at)
    wait = WHILE_USED if connection.sync_state == "failed" else pace(provider_of(connection.provider))
    return max(last + wait, clock.now())


def is_told(provider: Provider) -> bool:
    """Whether the provider tells us of changes by itself: it can, and we know how it signs."""
    return provider.has_webhooks and bool(config_of(provider.slug).webhook_key)


def saves_calls(provider: Provider) -> bool:
    """Whether this month's calls are nearly used up, so that what is left is kept for what people ask for."""
    return Turns.of_all(provider).is_nearly_used_up()


def pace(provider: Provider) -> timedelta:
    """How often a connection is synced while somebody works there.

    The second half of a day's calls that all share is kept for reading what has changed, and for what people do.
    """
    if saves_calls(provider):
        return AT_LEAST
    if is_told(provider):
        return WHILE_USED
    return WHILE_USED if provider.rate.is_shared and Turns.of_all(provider).is_scarce() else AT_WORK


def _is_due(now: datetime, paces: Mapping[str, timedelta]) -> ColumnElement[bool]:
    began, synced = Connection.sync_started_at, Connection.synced_at
    # a sync that failed is not repeated at once, only when the next one would have been due
    rested = or_(began.is_(None), began < now - WHILE_USED)
    used = (synced < now - WHILE_USED) & Connection.provider.not_in(_at(AT_LEAST, paces)) & _seen(now - USED_WITHIN)
    usual = rested & or_(synced.is_(None), synced < now - AT_LEAST, used)
    is_quick = Connection.provider.in_(_at(AT_WORK, paces)) & (Connection.sync_state == "idle")
    return or_(usual, is_quick & (synced < now - AT_WORK) & _seen(now - AT_WORK_WITHIN))


def _at(pace: timedelta, paces: Mapping[str, timedelta]) -> list[str]:
    return [slug for slug, found in paces.items() if found == pace]


def _seen(since: datetime) -> ColumnElement[bool]:
    """Whether anybody of the connection's organisation has opened a page since then."""
    return (
        select(SessionRow.token_hash)
        .join(Membership, Membership.user_id == SessionRow.user_id)
        .where(Membership.organisation_id == Connection.organisation_id, SessionRow.seen_at > since)
        .exists()
    )


def _request(organisation_id: str, connection_id: str) -> bool:
    with tenancy.acting_for(organisation_id), writing():
        connection = queries.get(connection_id)
        return connection is not None and connection.state == "active" and request_sync(connection, sales=False)

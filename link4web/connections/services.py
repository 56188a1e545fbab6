"""What happens to a connection after consent: a client for it, and its end."""

from datetime import timedelta

from sqlalchemy import select

from link4web import clock, outbox, tenancy
from link4web.audit import record
from link4web.connections import leaving, offers, vault
from link4web.connections.allowance import Turns
from link4web.connections.credentials import ENDED, UNREADABLE, StoredCredentials
from link4web.connections.models import Connection
from link4web.connections.providers import config_of, provider_of
from link4web.connections.syncing import SYNC
from link4web.database import db, writing
from link4web.providers.base.errors import MustReconnect
from link4web.providers.base.provider import Allowance, ProviderClient

OFFER_LIVES = timedelta(hours=1)


def client_for(connection: Connection, allowance: Allowance | None = None) -> ProviderClient:
    """A client for the connection's ledger file; `allowance` stands for its usual one (`Turns`).

    Raises:
        MustReconnect: the connection has ended, or what is stored of it can't be read any more.
    """
    if connection.state != "active" or connection.file_id is None:
        raise MustReconnect(*ENDED)
    try:
        file_id = vault.unseal(connection.file_id, connection.organisation_id, connection.provider)
    except vault.Undecryptable:
        raise MustReconnect(*UNREADABLE) from None
    provider = provider_of(connection.provider)
    turns = allowance or Turns.of(connection)
    return provider.client(config_of(connection.provider), StoredCredentials(connection), file_id, turns)


def contact_url(connection: Connection, external_id: str) -> str:
    """The contact's page in the accounting system itself."""
    provider = provider_of(connection.provider)
    return provider.contact_page_url(config_of(connection.provider), connection.file_short_code, external_id)


def disconnect(connection_id: str) -> None:
    """End the connection here at once; letting go at the provider follows and is retried. What people entered stays."""
    with writing():
        connection = _held(connection_id)
        if connection.state == "disconnected":
            return
        leaving.take_leave(connection)
        connection.enter("disconnected", "here")
        connection.offered_files = None
        connection.sync_state = "idle"
        outbox.cancel(SYNC, [connection.id])
        record("connection.disconnected", chain=connection.organisation_id, kind="connection", object_id=connection.id)


def _held(connection_id: str) -> Connection:
    """The connection, held until the end of the running ``writing()``."""
    return db.session.get_one(
        Connection, (tenancy.organisation_id(), connection_id), with_for_update=True, populate_existing=True
    )


def decline(connection_id: str) -> bool:
    """Take up nothing of what a consent offers: its tokens go at once, letting go at the provider follows.

    False when it has been confirmed, declined or forgotten already.
    """
    with writing():
        key = tenancy.organisation_id(), connection_id
        offer = db.session.get(Connection, key, with_for_update=True, populate_existing=True)
        if offer is None or not offers.is_open(offer):
            return False
        record("connection.declined", chain=offer.organisation_id, kind="connection", object_id=offer.id)
        if not leaving.take_leave(offer):
            db.session.delete(offer)
    return True


def forget_offers() -> int:
    """Decline the consents that nobody confirmed within the hour, in all organisations; how many."""
    old = Connection.created_at < clock.now() - OFFER_LIVES
    with tenancy.system("unconfirmed consents of all organisations run out by the clock"):
        found = db.session.execute(
            select(Connection.organisation_id, Connection.id).where(
                Connection.state == "choosing", Connection.farewell.is_(None), old
            )
        ).all()
    declined = 0
    for organisation_id, connection_id in found:
        with tenancy.acting_for(organisation_id):
            declined += decline(connection_id)
    return declined

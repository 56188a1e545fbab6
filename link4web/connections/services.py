"""What happens to a connection after consent: a client for it, its end, and letting go at the provider."""

from datetime import datetime

import msgspec

from link4web import clock, outbox, tenancy
from link4web.audit import record
from link4web.connections import vault
from link4web.connections.credentials import StoredCredentials
from link4web.connections.models import Connection
from link4web.connections.providers import config_of, provider_of
from link4web.connections.syncing import SYNC
from link4web.database import db, end_reading, writing
from link4web.outbox import GiveUp, Job, Later
from link4web.providers.base.errors import MustReconnect, ProviderError, TryAgainLater
from link4web.providers.base.provider import ProviderClient

LET_GO = "connections.let_go"


def client_for(connection: Connection) -> ProviderClient:
    """A client for the connection's ledger file.

    Raises:
        MustReconnect: the connection has ended, or what is stored of it can't be read any more.
    """
    if connection.state != "active" or connection.file_id is None:
        raise MustReconnect("NOT-CONNECTED", "The connection has ended. Connect again to go on.")
    try:
        file_id = vault.unseal(connection.file_id, connection.organisation_id, connection.provider)
    except vault.Undecryptable:
        raise MustReconnect("TOKEN-UNREADABLE", "The stored connection can’t be read. Connect again.") from None
    provider = provider_of(connection.provider)
    return provider.client(config_of(connection.provider), StoredCredentials(connection), file_id)


def contact_url(connection: Connection, external_id: str) -> str:
    """The contact's page in the accounting system itself."""
    provider = provider_of(connection.provider)
    return provider.contact_page_url(config_of(connection.provider), connection.file_short_code, external_id)


def disconnect(connection_id: str) -> None:
    """End the connection here at once; letting go at the provider follows and is retried.

    The tokens leave the columns that clients read. Only the let-go job can still read them, until it has succeeded
    or given up: otherwise a provider that is down would keep our access alive. What people entered stays.
    """
    with writing():
        connection = _held(connection_id)
        if connection.state == "disconnected":
            return
        connection.farewell = _farewell(connection)
        connection.state, connection.state_reason = "disconnected", "here"
        connection.access_token = connection.refresh_token = connection.access_expires_at = None
        connection.refresh_owner = connection.refresh_until = None
        connection.refresh_fence += 1
        connection.offered_files = None
        connection.sync_state = "idle"
        outbox.cancel(SYNC, [connection.id])
        if connection.farewell is not None:
            outbox.again(
                LET_GO, connection.id, organisation_id=connection.organisation_id, payload={"connection": connection.id}
            )
        record("connection.disconnected", chain=connection.organisation_id, kind="connection", object_id=connection.id)


def _held(connection_id: str) -> Connection:
    """The connection, held until the end of the running ``writing()``."""
    return db.session.get_one(
        Connection, (tenancy.organisation_id(), connection_id), with_for_update=True, populate_existing=True
    )


class Farewell(msgspec.Struct):
    """The last tokens of a connection, as credentials for the one call that lets go."""

    token: str
    expires_at: datetime
    refresh_token: str
    provider: str

    def access_token(self) -> str:
        return self.token if clock.now() < self.expires_at else self.renew(self.token)

    def renew(self, rejected: str) -> str:
        del rejected
        self.token = provider_of(self.provider).refresh(config_of(self.provider), self.refresh_token).access_token
        return self.token


def _farewell(connection: Connection) -> bytes | None:
    where = connection.organisation_id, connection.provider
    if connection.access_token is None or connection.refresh_token is None or connection.access_expires_at is None:
        return None
    try:
        last = Farewell(
            vault.unseal(connection.access_token, *where),
            connection.access_expires_at,
            vault.unseal(connection.refresh_token, *where),
            connection.provider,
        )
    except vault.Undecryptable:
        return None
    return vault.seal(msgspec.json.encode(last).decode(), *where)


def let_go(job: Job) -> None:
    """Tell the provider that we are gone, then forget the last tokens."""
    connection = db.session.get_one(Connection, (tenancy.organisation_id(), job.payload["connection"]))
    if connection.farewell is None or connection.remote_id is None or connection.state != "disconnected":
        return
    where = connection.organisation_id, connection.provider
    farewell = msgspec.json.decode(vault.unseal(connection.farewell, *where), type=Farewell)
    remote_id = vault.unseal(connection.remote_id, *where)
    end_reading()
    try:
        provider_of(farewell.provider).let_go(config_of(farewell.provider), farewell, remote_id)
    except TryAgainLater as error:
        raise Later(error.code) from None
    except MustReconnect:
        pass  # the provider has let go of us already
    except ProviderError as error:
        raise GiveUp(error.code) from None
    with writing():
        _forget(job.payload["connection"])


def let_go_failed(job: Job, state: str, code: str) -> None:
    """The let-go job is over without success: forget the tokens all the same."""
    del state, code
    _forget(job.payload["connection"])


def _forget(connection_id: str) -> None:
    _held(connection_id).farewell = None

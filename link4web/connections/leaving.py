"""Letting go at the provider: of a connection that was ended here, or of a consent that nobody took up (R-090).

The tokens leave the columns that clients read at once. Only the job here can still read them, until it has succeeded
or given up: otherwise a provider that is down would keep our access alive.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from sqlalchemy import exists, select, update

from link4web import clock, outbox, tenancy
from link4web.connections import offers, vault
from link4web.connections.models import Connection
from link4web.connections.providers import config_of, provider_of
from link4web.database import changed_rows, db, end_reading, writing
from link4web.outbox import GiveUp, Job, Later
from link4web.providers.base.errors import MustReconnect, ProviderError, TryAgainLater

LET_GO = "connections.let_go"
OVER = "FAREWELL-OVER", "The connection is in use again, or has been let go of already."


class Farewell(msgspec.Struct, frozen=True):
    """The last tokens of a connection."""

    token: str
    expires_at: datetime
    refresh_token: str


class FarewellCredentials:
    """`providers.base.Credentials` over a connection's farewell, for the calls that let go."""

    def __init__(self, connection: Connection, sealed: bytes) -> None:
        self.connection_id, self.provider = connection.id, connection.provider
        self._where = connection.organisation_id, connection.provider
        self._fence = connection.refresh_fence  # connecting again raises it
        self._last = msgspec.json.decode(vault.unseal(sealed, *self._where), type=Farewell)

    def access_token(self) -> str:
        return self._last.token if clock.now() < self._last.expires_at else self.renew(self._last.token)

    def renew(self, rejected: str) -> str:
        """A new pair, kept before it is used: it has spent the old one, and letting go may take several attempts."""
        del rejected
        tokens = provider_of(self.provider).refresh(config_of(self.provider), self._last.refresh_token)
        self._last = Farewell(tokens.access_token, tokens.expires_at, tokens.refresh_token)
        self._keep()
        return self._last.token

    def _keep(self) -> None:
        of_this = Connection.id == self.connection_id, Connection.refresh_fence == self._fence
        with writing():
            kept = db.session.execute(
                update(Connection)
                .where(*of_this, Connection.farewell.is_not(None))
                .values(farewell=_sealed(self._last, *self._where))
                .execution_options(synchronize_session=False)
            )
        if not changed_rows(kept):
            raise MustReconnect(*OVER)


def _sealed(farewell: Farewell, organisation_id: str, provider: str) -> bytes:
    return vault.seal(msgspec.json.encode(farewell).decode(), organisation_id, provider)


def take_leave(connection: Connection) -> bool:
    """Erase the tokens and queue the letting go, inside ``writing()``; False when nothing is left to do it with."""
    connection.farewell = _farewell(connection)
    connection.access_token = connection.refresh_token = connection.access_expires_at = None
    connection.refresh_owner = connection.refresh_until = None
    connection.refresh_fence += 1
    if connection.farewell is None:
        return False
    outbox.again(
        LET_GO, connection.id, organisation_id=connection.organisation_id, payload={"connection": connection.id}
    )
    return True


def _farewell(connection: Connection) -> bytes | None:
    where = connection.organisation_id, connection.provider
    if connection.access_token is None or connection.refresh_token is None or connection.access_expires_at is None:
        return None
    try:
        last = Farewell(
            vault.unseal(connection.access_token, *where),
            connection.access_expires_at,
            vault.unseal(connection.refresh_token, *where),
        )
    except vault.Undecryptable:
        return None
    return _sealed(last, *where)


def let_go(job: Job) -> None:
    """Tell the provider that we are gone, then forget the last tokens."""
    connection = db.session.get(Connection, (tenancy.organisation_id(), job.payload["connection"]))
    if connection is None or connection.farewell is None:
        return
    credentials = FarewellCredentials(connection, connection.farewell)
    remote_ids = list(_to_let_go(connection))
    end_reading()
    for remote_id in remote_ids:
        _ask(credentials, remote_id)
    with writing():
        _forget(job.payload["connection"])


def _to_let_go(connection: Connection) -> Iterator[str]:
    """The provider's ids of what nobody here uses any more."""
    if connection.state == "disconnected" and connection.remote_id is not None:
        yield vault.unseal(connection.remote_id, connection.organisation_id, connection.provider)
    elif connection.state == "choosing":
        for file in offers.files_of(connection):
            if not _is_in_use(connection, file.file_id):
                yield file.remote_connection_id


def _is_in_use(declined: Connection, file_id: str) -> bool:
    """Whether a connection needs this file, or another consent still offers it."""
    mark = vault.fingerprint(declined.provider, file_id)
    of_provider = Connection.provider == declined.provider
    with tenancy.system("a file may be connected, or about to be, in another organisation of the same person"):
        used = exists().where(of_provider, Connection.state == "active", Connection.file_hmac == mark)
        if db.session.scalar(select(used)):
            return True
        choosing = select(Connection).where(of_provider, Connection.state == "choosing", Connection.farewell.is_(None))
        return any(file_id == file.file_id for offer in db.session.scalars(choosing) for file in offers.files_of(offer))


def _ask(credentials: FarewellCredentials, remote_id: str) -> None:
    provider = provider_of(credentials.provider)
    try:
        provider.let_go(config_of(provider.slug), credentials, remote_id)
    except TryAgainLater as error:
        raise Later(error.code) from None
    except MustReconnect:
        pass  # the provider has let go of us already
    except ProviderError as error:
        raise GiveUp(error.code) from None


def let_go_failed(job: Job, state: str, code: str) -> None:
    """The let-go job is over without success: forget the tokens all the same."""
    del state, code
    _forget(job.payload["connection"])


def _forget(connection_id: str) -> None:
    """Forget the last tokens, and a consent with them; nothing when somebody has connected again meanwhile."""
    key = tenancy.organisation_id(), connection_id
    connection = db.session.get(Connection, key, with_for_update=True, populate_existing=True)
    if connection is None or connection.farewell is None:
        return
    if connection.state == "choosing":
        db.session.delete(connection)
    else:
        connection.farewell = None

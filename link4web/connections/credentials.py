"""A connection's tokens for its client: one refresh at a time, under a lease on the connection's row (R-086 to R-089).

The lease is taken by compare-and-set and committed; the provider is asked outside any transaction; the new pair is
stored only while the fence is still ours.
"""

import time
from datetime import timedelta

import structlog
from sqlalchemy import or_, update

from link4web import clock
from link4web.connections import vault
from link4web.connections.losing import lose
from link4web.connections.models import Connection
from link4web.connections.providers import config_of, provider_of
from link4web.database import changed_rows, db, end_reading, writing
from link4web.ids import new_id
from link4web.providers.base.errors import MustReconnect, TryAgainLater
from link4web.providers.base.records import TokenSet

log = structlog.get_logger()
EARLY = timedelta(minutes=2)
LEASE = timedelta(seconds=40)
PATIENCE = 45.0
# code and sentence of each trouble
ENDED = "NOT-CONNECTED", "The connection has ended. Connect again to go on."
UNREADABLE = "TOKEN-UNREADABLE", "The stored connection can’t be read. Connect again."
BUSY = "REFRESH-BUSY", "The connection is being renewed. Please try again."


class StoredCredentials:
    """`providers.base.Credentials` over the connection's row. Use it inside the connection's organisation."""

    def __init__(self, connection: Connection) -> None:
        self.organisation_id = connection.organisation_id
        self.connection_id = connection.id
        self.provider = connection.provider
        self._token = ""
        self._expires_at = clock.now()

    def access_token(self) -> str:
        """A token that is valid now, refreshed when it is about to run out.

        Raises:
            MustReconnect, TryAgainLater: there is none.
        """
        if not self._token or clock.now() + EARLY >= self._expires_at:
            self._read()
        if clock.now() + EARLY >= self._expires_at:
            return self.renew(self._token)
        return self._token

    def renew(self, rejected: str) -> str:
        """A newer token than `rejected`: somebody else's fresh one if there is one, else our own refresh."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self._read()
            if self._token and self._token != rejected:
                return self._token
            if fence := self._take_lease():
                return self._refresh(fence, rejected)
            if time.monotonic() > deadline:
                raise TryAgainLater(*BUSY, 30)
            time.sleep(0.1)

    def _row(self) -> Connection:
        end_reading()
        row = db.session.get_one(Connection, (self.organisation_id, self.connection_id), populate_existing=True)
        if row.state in ("reconnect", "disconnected") or row.refresh_token is None:
            end_reading()
            raise MustReconnect(*ENDED)
        return row

    def _read(self) -> None:
        row = self._row()
        sealed, expires = row.access_token, row.access_expires_at
        end_reading()
        if sealed is not None and expires is not None:
            self._token = self._unseal(sealed)
            self._expires_at = expires

    def _unseal(self, sealed: bytes) -> str:
        try:
            return vault.unseal(sealed, self.organisation_id, self.provider)
        except vault.Undecryptable:
            raise MustReconnect(*UNREADABLE) from None

    def _take_lease(self) -> int:
        """The fence of our lease, 0 when somebody else holds it."""
        now = clock.now()
        with writing():
            taken = db.session.execute(
                update(Connection)
                .where(
                    Connection.id == self.connection_id,
                    or_(Connection.refresh_until.is_(None), Connection.refresh_until < now),
                )
                .values(refresh_owner=new_id(), refresh_until=now + LEASE, refresh_fence=Connection.refresh_fence + 1)
                .returning(Connection.refresh_fence)
                .execution_options(synchronize_session=False)
            ).scalar()
        return int(taken or 0)

    def _refresh(self, fence: int, rejected: str) -> str:
        self._read()
        if self._token != rejected:
            self._release(fence)  # somebody's refresh ended between our look and our lease
            return self._token
        row = self._row()
        assert row.refresh_token is not None
        refresh_token = self._unseal(row.refresh_token)
        end_reading()
        provider = provider_of(self.provider)
        try:
            tokens = provider.refresh(config_of(self.provider), refresh_token)
        except MustReconnect as error:
            self._lost(fence, error.code)
            raise
        except Exception:
            self._release(fence)
            raise
        self._keep(fence, tokens)
        return self._token

    def _keep(self, fence: int, tokens: TokenSet) -> None:
        with writing():
            kept = self._update(fence, **sealed_tokens(tokens, self.organisation_id, self.provider))
        if not kept:
            log.warning("refresh finished after its lease", connection=self.connection_id)
            self._read()
            return
        self._token, self._expires_at = tokens.access_token, tokens.expires_at

    def _lost(self, fence: int, code: str) -> None:
        with writing():
            lose(self.connection_id, code, fence=fence)

    def _release(self, fence: int) -> None:
        with writing():
            self._update(fence)

    def _update(self, fence: int, **values: object) -> bool:
        """Change the row and give the lease back, if it is still ours."""
        changed = db.session.execute(
            update(Connection)
            .where(Connection.id == self.connection_id, Connection.refresh_fence == fence)
            .values(refresh_owner=None, refresh_until=None, **values)
            .execution_options(synchronize_session=False)
        )
        return bool(changed_rows(changed))


def sealed_tokens(tokens: TokenSet, organisation_id: str, provider: str) -> dict[str, object]:
    """The columns of a connection that hold a pair of tokens."""
    return {
        "access_token": vault.seal(tokens.access_token, organisation_id, provider),
        "refresh_token": vault.seal(tokens.refresh_token, organisation_id, provider),
        "access_expires_at": tokens.expires_at,
        "refreshed_at": clock.now(),
        "scope": tokens.scope[:1000],
    }

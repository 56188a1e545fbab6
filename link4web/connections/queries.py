"""Reads of an organisation's connections."""

from typing import NamedTuple

from sqlalchemy import select

from link4web.connections.models import Connection
from link4web.database import db


def get(connection_id: str) -> Connection | None:
    """The connection of the present organisation with this id."""
    return db.session.scalars(select(Connection).where(Connection.id == connection_id)).first()


def all_of_organisation() -> list[Connection]:
    """All connections that were confirmed once, newest first."""
    return list(
        db.session.scalars(
            select(Connection).where(Connection.state != "choosing").order_by(Connection.created_at.desc())
        ).all()
    )


class Ledger(NamedTuple):
    """What it takes to name a connection and to lead to it."""

    id: str
    provider: str
    file_name: str
    state: str


def ledgers() -> list[Ledger]:
    """The organisation's connections, in the order they were made."""
    return [Ledger(*row) for row in db.session.execute(_LEDGERS)]


# built once: every list runs it
_LEDGERS = (
    select(Connection.id, Connection.provider, Connection.file_name, Connection.state)
    .where(Connection.state != "choosing")
    .order_by(Connection.created_at, Connection.id)
)


def connected_by(user_id: str) -> list[Ledger]:
    """The connections that work with this person's consent; what they may do in the ledger decides what we may."""
    theirs = _LEDGERS.where(Connection.connected_by == user_id, Connection.state != "disconnected")
    return [Ledger(*row) for row in db.session.execute(theirs)]


def by_fingerprint(provider: str, file_hmac: bytes) -> Connection | None:
    """The organisation's connection to this ledger file, whatever its state."""
    return db.session.scalars(
        select(Connection)
        .where(Connection.provider == provider, Connection.file_hmac == file_hmac, Connection.state != "choosing")
        .order_by(Connection.created_at.desc())
    ).first()

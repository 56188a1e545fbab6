"""Reads of an organisation's connections."""

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


def by_fingerprint(provider: str, file_hmac: bytes) -> Connection | None:
    """The organisation's connection to this ledger file, whatever its state."""
    return db.session.scalars(
        select(Connection)
        .where(Connection.provider == provider, Connection.file_hmac == file_hmac, Connection.state != "choosing")
        .order_by(Connection.created_at.desc())
    ).first()

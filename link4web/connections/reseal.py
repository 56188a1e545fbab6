"""Encrypt again, with the newest key, what older keys have sealed; then an old key can be taken away (R-085)."""

from sqlalchemy import select

from link4web import tenancy
from link4web.connections import vault
from link4web.connections.models import Connection
from link4web.database import db, end_reading, writing

SEALED = ("file_id", "remote_id", "access_token", "refresh_token", "offered_files", "farewell")


def reseal_all() -> int:
    """Go through all connections, one short transaction each; the number that had an older key's values.

    Safe beside running syncs and refreshes: a row is read and written under its own lock.
    """
    with tenancy.system("every connection is sealed anew with the newest key"):
        keys = db.session.execute(select(Connection.organisation_id, Connection.id)).all()
        end_reading()
        return sum(_reseal(organisation_id, connection_id) for organisation_id, connection_id in keys)


def _reseal(organisation_id: str, connection_id: str) -> bool:
    with writing():
        row = db.session.scalars(
            select(Connection)
            .where(Connection.organisation_id == organisation_id, Connection.id == connection_id)
            .with_for_update()
        ).first()
        if row is None:
            return False
        old = [name for name in SEALED if (value := getattr(row, name)) and not vault.is_sealed_with_newest(value)]
        for name in old:
            try:
                text = vault.unseal(getattr(row, name), row.organisation_id, row.provider)
            except vault.Undecryptable:
                continue  # its key is gone; the connection asks for a new consent by itself
            setattr(row, name, vault.seal(text, row.organisation_id, row.provider))
    return bool(old)

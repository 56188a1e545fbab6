"""What a consent offers until somebody confirms one ledger file of it, or none."""

import msgspec

from link4web import clock
from link4web.audit import record
from link4web.connections import vault
from link4web.connections.models import Connection
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.providers.base.records import LedgerFile


def keep(provider: str, organisation_id: str, user_id: str, files: list[LedgerFile], columns: dict[str, object]) -> str:
    """Keep the files and the sealed tokens (`columns`) of a consent as a *choosing* connection; its id."""
    offered = vault.seal(msgspec.json.encode(files).decode(), organisation_id, provider)
    with writing():
        connection = Connection(
            id=new_id(),
            organisation_id=organisation_id,
            provider=provider,
            state="choosing",
            connected_by=user_id,
            created_at=clock.now(),
            offered_files=offered,
            refresh_fence=0,
            **columns,
        )
        db.session.add(connection)
        record("connection.consented", chain=organisation_id, kind="connection", object_id=connection.id)
    return connection.id


def is_open(connection: Connection) -> bool:
    """Whether one of the files may still be confirmed."""
    return connection.state == "choosing" and connection.farewell is None


def files_of(connection: Connection) -> list[LedgerFile]:
    """What the consent behind a *choosing* connection offers, or offered; nothing when the key to it is gone."""
    if connection.offered_files is None:
        return []
    try:
        text = vault.unseal(connection.offered_files, connection.organisation_id, connection.provider)
    except vault.Undecryptable:
        return []
    return msgspec.json.decode(text, type=list[LedgerFile])

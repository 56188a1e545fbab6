"""Close an organisation, keep it after all, and delete what it held once the time for that is over.

Each step is safe to begin again: a job that was killed finds what is left and goes on.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, or_, select, tuple_

from link4web import clock, outbox, tenancy
from link4web.accounts.closed import KEPT, is_over
from link4web.accounts.models import Membership, Organisation
from link4web.audit import record
from link4web.colleagues import inviting as colleagues
from link4web.connections import services as connections
from link4web.connections.models import Connection
from link4web.database import Base, changed_rows, db, end_reading, writing
from link4web.ids import new_id
from link4web.invitations.models import NetworkLink
from link4web.invitations.withdrawing import withdraw_some
from link4web.outbox import Job, Later
from link4web.tenancy import TenantMixin

WIND_UP, DELETE, MAIL = "closing.wind_up", "closing.delete", "closing.mail"
LEASE = 120
CHUNK, CHUNKS_IN_A_ROW = 500, 40


def close(organisation_id: str, user_id: str) -> bool:
    """End everybody's access now; the rest follows by itself. False when it is closed already."""
    with writing():
        organisation = _held(organisation_id)
        if organisation is None or organisation.closed_at is not None:
            return False
        organisation.closed_at, organisation.closed_by = clock.now(), user_id
        record("organisation.closed", chain=organisation_id, kind="organisation", object_id=organisation_id)
        colleagues.withdraw_all()
        outbox.again(WIND_UP, organisation_id, organisation_id=organisation_id)
        _tell_members(organisation_id, "closed")
    return True


def keep(organisation_id: str) -> bool:
    """Take the closing back; False when it is open, or when its time is over.

    What has been disconnected and withdrawn meanwhile stays so.
    """
    with writing():
        organisation = _held(organisation_id)
        if organisation is None or organisation.closed_at is None or is_over(organisation):
            return False
        organisation.closed_at = organisation.closed_by = None
        outbox.cancel(WIND_UP, [organisation_id])
        record("organisation.kept", chain=organisation_id, kind="organisation", object_id=organisation_id)
        _tell_members(organisation_id, "kept")
    return True


def _held(organisation_id: str) -> Organisation | None:
    return db.session.get(Organisation, organisation_id, with_for_update=True, populate_existing=True)


def _tell_members(organisation_id: str, what: str) -> None:
    members = db.session.scalars(select(Membership.user_id).where(Membership.organisation_id == organisation_id))
    jobs: list[dict[str, object]] = [{"key": new_id(), "payload": {"user": user, "what": what}} for user in members]
    outbox.add_many(MAIL, jobs, organisation_id=organisation_id)


def wind_up(job: Job) -> None:
    """Disconnect the accounting systems, there too, and withdraw what is out."""
    organisation_id = tenancy.organisation_id()
    for connection_id, state in _open_connections():
        if not _is_closed(organisation_id):
            return
        if state == "choosing":
            connections.decline(connection_id)
        else:
            connections.disconnect(connection_id)
        outbox.postpone(job, LEASE)
    while _is_closed(organisation_id) and withdraw_some():
        outbox.postpone(job, LEASE)
        if job.is_stopping():
            raise Later("more to do", at=clock.now(), counts=False)


def _open_connections() -> list[tuple[str, str]]:
    found = select(Connection.id, Connection.state).where(Connection.state != "disconnected")
    rows = db.session.execute(found.order_by(Connection.id)).all()
    end_reading()
    return [(connection_id, state) for connection_id, state in rows]


def _is_closed(organisation_id: str) -> bool:
    found = db.session.scalar(
        select(Organisation.id).where(Organisation.id == organisation_id, Organisation.closed_at.is_not(None))
    )
    end_reading()
    return found is not None


def delete_due() -> int:
    """Ask for the deletion of every organisation whose time is over; how many."""
    due = select(Organisation.id).where(Organisation.closed_at <= clock.now() - KEPT)
    found = db.session.scalars(due).all()
    end_reading()
    for organisation_id in found:
        with writing():
            outbox.again(DELETE, organisation_id, organisation_id=organisation_id)
    return len(found)


def delete_all(job: Job) -> None:
    """Delete what a closed organisation held, the organisation last. The trail and the suppressions stay."""
    organisation_id = tenancy.organisation_id()
    chunks = 0
    for table in tenant_tables():
        while _delete_some(organisation_id, table):
            chunks += 1
            outbox.postpone(job, LEASE)
            if chunks == CHUNKS_IN_A_ROW or job.is_stopping():
                raise Later("more to do", at=clock.now(), counts=False)
    _delete_organisation(organisation_id)


def tenant_tables() -> Iterator[type[Base]]:
    """Every table with rows of organisations, those that others refer to last."""
    by_table: dict[Any, Any] = {
        mapper.local_table: mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, TenantMixin)
    }
    yield from (by_table[table] for table in reversed(Base.metadata.sorted_tables) if table in by_table)


def _delete_some(organisation_id: str, table: type[Base]) -> bool:
    """Delete a few rows of the table while the organisation is still to be deleted; whether there may be more."""
    key = [getattr(table, column.key) for column in table.__table__.primary_key]
    with writing():
        organisation = _held(organisation_id)
        if organisation is None or not is_over(organisation):
            return False
        gone = db.session.execute(
            delete(table)
            .where(tuple_(*key).in_(select(*key).limit(CHUNK)))
            .execution_options(synchronize_session=False)
        )
        return changed_rows(gone) == CHUNK


def _delete_organisation(organisation_id: str) -> None:
    with writing():
        organisation = _held(organisation_id)
        if organisation is None or not is_over(organisation):
            return
        db.session.expunge(organisation)
        db.session.execute(
            delete(NetworkLink).where(
                or_(NetworkLink.inviter_id == organisation_id, NetworkLink.joined_id == organisation_id)
            )
        )
        outbox.cancel_all_of(organisation_id)
        record("organisation.deleted", chain=organisation_id, kind="organisation", object_id=organisation_id)
        record("organisation.deleted", kind="organisation", object_id=organisation_id)
        # memberships and counters go with it
        db.session.execute(delete(Organisation).where(Organisation.id == organisation_id))

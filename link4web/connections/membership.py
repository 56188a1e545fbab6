"""From a person and the ids in a path to a membership: the one place where a request enters an organisation."""

from sqlalchemy import bindparam, select

from link4web import tenancy
from link4web.accounts.models import Membership, Organisation
from link4web.connections.models import Connection
from link4web.connections.queries import ledgers
from link4web.database import db
from link4web.revision import Revision
from link4web.web.access import Member


def find_member(user_id: str, organisation_id: str | None, connection_id: str | None) -> Member | None:
    """The person's membership in the organisation, or in the one that has the connection; None when there is none.

    With neither, the first of their organisations by name; one that is closed only when there is no other.
    """
    if connection_id is not None:
        return _through_connection(user_id, connection_id)
    mine = (
        select(Organisation, Membership.role)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id)
    )
    if organisation_id is not None:
        mine = mine.where(Organisation.id == organisation_id)
    row = db.session.execute(mine.order_by(*_OPEN_FIRST).limit(1)).first()
    return Member(*row, system=_only_system(row.Organisation.id)) if row else None


_OPEN_FIRST = (Organisation.closed_at.is_not(None), Organisation.name, Organisation.id)


def _only_system(organisation_id: str) -> str:
    """The accounting system of an organisation that has connected one alone; else empty."""
    with tenancy.acting_for(organisation_id):
        systems = {ledger.provider for ledger in ledgers()}
    return systems.pop() if len(systems) == 1 else ""


# built once: nearly every page runs it
_THROUGH_CONNECTION = (
    select(Organisation, Membership.role, Connection, Revision.number)
    .join(Membership, Membership.organisation_id == Organisation.id)
    .join(Connection, Connection.organisation_id == Organisation.id)
    .outerjoin(Revision, Revision.organisation_id == Organisation.id)
    .where(Membership.user_id == bindparam("person"), Connection.id == bindparam("connection"))
)


def _through_connection(user_id: str, connection_id: str) -> Member | None:
    with tenancy.system("a path names a connection; the join with the person's membership is the check"):
        row = db.session.execute(_THROUGH_CONNECTION, {"person": user_id, "connection": connection_id}).first()
    return Member(*row, system=row.Connection.provider) if row else None


def connections_of(user_id: str, provider: str = "", organisation_id: str = "") -> list[Connection]:
    """The connections a person may open, newest first; those in use before disconnected ones.

    `provider` and `organisation_id` leave only theirs. Nobody opens those of a closed organisation.
    """
    chosen = select(Connection).join(Membership, Membership.organisation_id == Connection.organisation_id)
    chosen = chosen.join(Organisation, Organisation.id == Connection.organisation_id)
    chosen = chosen.where(
        Membership.user_id == user_id, Connection.state != "choosing", Organisation.closed_at.is_(None)
    )
    if provider:
        chosen = chosen.where(Connection.provider == provider)
    if organisation_id:
        chosen = chosen.where(Connection.organisation_id == organisation_id)
    with tenancy.system("a person's own connections over all their organisations"):
        return list(
            db.session.scalars(
                chosen.order_by((Connection.state == "disconnected"), Connection.connected_at.desc())
            ).all()
        )

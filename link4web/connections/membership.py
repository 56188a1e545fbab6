"""From a person and the ids in a path to a membership: the one place where a request enters an organisation."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from link4web import tally, tenancy
from link4web.accounts.models import RIGHTS, Membership, Organisation
from link4web.connections.models import Connection
from link4web.connections.queries import ledgers
from link4web.database import db
from link4web.revision import Revision
from link4web.web.access import Member
from link4web.web.rights import Rights

FOREIGN, MISSING = "tenancy.foreign", "tenancy.missing"


def member_by_path(user_id: str, organisation_id: str | None, connection_id: str | None) -> Member | None:
    """As `find_member`, for the path of a request; counts it when the path names what is another organisation's."""
    found = find_member(user_id, organisation_id, connection_id)
    if found is None and (organisation_id or connection_id):
        _note_refused(organisation_id, connection_id)
    return found


def find_member(user_id: str, organisation_id: str | None, connection_id: str | None) -> Member | None:
    """The person's membership in the organisation, or in the one that has the connection; None when there is none.

    With neither, the first of their organisations by name; one that is closed only when there is no other.
    """
    if connection_id is not None:
        return _through_connection(user_id, connection_id)
    mine = (
        select(Organisation, *RIGHTS)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id)
    )
    if organisation_id is not None:
        mine = mine.where(Organisation.id == organisation_id)
    row = db.session.execute(mine.order_by(*_OPEN_FIRST).limit(1)).first()
    if row is None:
        return None
    organisation, role, may_edit, may_approve, may_send = row
    return Member(
        organisation.id,
        organisation.country,
        Rights(role, may_edit, may_approve, may_send),
        lambda: (organisation, None),
        is_closed=organisation.closed_at is not None,
        system=_only_system(organisation.id),
    )


def _note_refused(organisation_id: str | None, connection_id: str | None) -> None:
    """Count what is there and not the person's (R-194); ask and write the same for what is not there (R-045)."""
    if connection_id is not None:
        with tenancy.system("whether a connection that was refused is another organisation's; it is only counted"):
            # counted, not looked for: that takes as long when there is none
            there = db.session.scalar(select(func.count()).where(Connection.id == connection_id))
    else:
        there = db.session.scalar(select(func.count()).where(Organisation.id == organisation_id))
    # one or the other: a database that is told to add nothing has nothing to write, which a clock would tell
    tally.owe(FOREIGN if there else MISSING)


_OPEN_FIRST = (Organisation.closed_at.is_not(None), Organisation.name, Organisation.id)


def _only_system(organisation_id: str) -> str:
    """The accounting system of an organisation that has connected one alone; else empty."""
    with tenancy.acting_for(organisation_id):
        systems = {ledger.provider for ledger in ledgers()}
    return systems.pop() if len(systems) == 1 else ""


# built once: nearly every page runs it
_THROUGH_CONNECTION = (
    select(Organisation.id, Organisation.country, *RIGHTS, Connection.provider, Organisation.closed_at, Revision.number)
    .join(Membership, Membership.organisation_id == Organisation.id)
    .join(Connection, Connection.organisation_id == Organisation.id)
    .outerjoin(Revision, Revision.organisation_id == Organisation.id)
    .where(Membership.user_id == bindparam("person"), Connection.id == bindparam("connection"))
)
_ROWS = (
    select(Organisation, Connection)
    .join(Connection, Connection.organisation_id == Organisation.id)
    .where(Organisation.id == bindparam("organisation"), Connection.id == bindparam("connection"))
)


def _through_connection(user_id: str, connection_id: str) -> Member | None:
    """Below the ORM, as for sessions: there it would be a quarter of what a page costs that is shown again."""
    asked = {"person": user_id, "connection": connection_id}
    with tenancy.system("a path names a connection; the join with the person's membership is the check"):
        row = db.session.connection().execute(_THROUGH_CONNECTION, asked).first()
    if row is None:
        return None
    organisation_id, country, role, may_edit, may_approve, may_send, provider, closed_at, revision = row
    return Member(
        organisation_id,
        country,
        Rights(role, may_edit, may_approve, may_send),
        lambda: _rows(organisation_id, connection_id),
        connection_id=connection_id,
        provider=provider,
        is_closed=closed_at is not None,
        revision=revision,
        system=provider,
    )


def _rows(organisation_id: str, connection_id: str) -> tuple[Organisation, Connection]:
    with tenancy.acting_for(organisation_id):
        found = db.session.execute(_ROWS, {"organisation": organisation_id, "connection": connection_id}).one()
    return found.Organisation, found.Connection


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


def named_elsewhere(user_id: str, connection_ids: Sequence[str]) -> list[tuple[str, Connection]]:
    """Those of these connections that a person may open, each with its organisation's name; in no order."""
    chosen = (
        select(Organisation.name, Connection)
        .join(Connection, Connection.organisation_id == Organisation.id)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id, Connection.id.in_(connection_ids), Organisation.closed_at.is_(None))
    )
    with tenancy.system("ledgers that a person has opened in their other organisations; the membership is the check"):
        return [(name, connection) for name, connection in db.session.execute(chosen).all()]

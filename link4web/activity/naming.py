"""Who and what an event is about: names as they are now, and the pages behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from link4web import tenancy
from link4web.accounts.models import Organisation, User
from link4web.activity.details import details_words
from link4web.activity.words import words_of
from link4web.connections.models import Connection
from link4web.customers.models import Customer
from link4web.database import db
from link4web.invitations.models import InvitationBatch
from link4web.providers import by_slug

ITSELF = "Link4web"
GONE = "Somebody who has left"
#: What support does as itself, in nobody's name.
OF_STAFF = ("support.asked", "support.looked", "support.tool.")
KINDS = {
    "customer": "a customer",
    "connection": "a connection",
    "invitation_batch": "a batch of invitations",
    "organisation": "the organisation",
    "membership_invitation": "an invitation to work here",
    "organisation_export": "an export",
    "support_access": "a visit of support",
    "contact_message": "a message to support",
    "user": "a person",
}


@dataclass(frozen=True)
class Place:
    """A page, as `url_for` takes it: only requests have addresses, and jobs write the log down as well."""

    endpoint: str
    values: dict[str, str]


@dataclass(frozen=True)
class Line:
    """An event in plain words. `place`: the page of what it is about, if it has one; `details`: what it says beside."""

    at: Any
    who: str
    on_behalf_of: str
    words: str
    about: str
    place: Place | None
    details: str
    outcome: str
    reason: str
    address: str
    action: str
    object_kind: str
    object_id: str


@dataclass
class Names:
    """What some events name, looked up once for all of them."""

    people: dict[str, str] = field(default_factory=dict)
    objects: dict[str, tuple[str, Place | None]] = field(default_factory=dict)


def lines_of(rows: Sequence[Any]) -> list[Line]:
    """The events in words; a handful of questions to the database, however many they are."""
    names = _names(rows)
    return [_line(row, names) for row in rows]


def person_names(user_ids: set[str]) -> dict[str, str]:
    """The names of people, by id; without those whose sign-in is gone."""
    if not user_ids:
        return {}
    return dict(db.session.execute(select(User.id, User.name).where(User.id.in_(user_ids))).all())


def _names(rows: Sequence[Any]) -> Names:
    of_kind: dict[str, set[str]] = {}
    for row in rows:
        of_kind.setdefault(row.object_kind, set()).add(row.object_id)
    people = {row.actor_id for row in rows} | {row.on_behalf_of_id for row in rows} | of_kind.get("user", set())
    names = Names(people=person_names(people - {None}))
    _name_connections(names, of_kind.get("connection", set()))
    _name_customers(names, of_kind.get("customer", set()))
    _name_batches(names, of_kind.get("invitation_batch", set()))
    if known := of_kind.get("organisation"):
        found = db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(known)))
        names.objects |= {one: (name, None) for one, name in found}
    names.objects |= {one: (name, None) for one, name in names.people.items() if one in of_kind.get("user", set())}
    return names


def _name_connections(names: Names, wanted: set[str]) -> None:
    if wanted:
        found = select(Connection.id, Connection.provider, Connection.file_name).where(Connection.id.in_(wanted))
        for one, provider, name in db.session.execute(found):
            names.objects[one] = name, Place(f"{provider}.connection", {"connection": one})


def _name_customers(names: Names, wanted: set[str]) -> None:
    if wanted:
        found = (
            select(Customer.id, Customer.name, Connection.id, Connection.provider)
            .join(
                Connection,
                (Connection.organisation_id == Customer.organisation_id) & (Connection.id == Customer.connection_id),
            )
            .where(Customer.id.in_(wanted))
        )
        for one, name, connection, provider in db.session.execute(found):
            names.objects[one] = name, Place(f"{provider}.customer", {"connection": connection, "customer": one})


def _name_batches(names: Names, wanted: set[str]) -> None:
    if wanted:
        found = (
            select(InvitationBatch.id, Connection.id, Connection.provider)
            .join(
                Connection,
                (Connection.organisation_id == InvitationBatch.organisation_id)
                & (Connection.id == InvitationBatch.connection_id),
            )
            .where(InvitationBatch.id.in_(wanted))
        )
        for one, connection, provider in db.session.execute(found):
            names.objects[one] = "the batch", Place(f"{provider}.batch", {"connection": connection, "batch": one})


def _line(row: Any, names: Names) -> Line:
    about, place = names.objects.get(row.object_id, (KINDS.get(row.object_kind, ""), None))
    if row.object_id == tenancy.organisation_id():
        about = ""  # whose log it is need not be said in each line
    return Line(
        at=row.at,
        who=_who(row, names),
        on_behalf_of=names.people.get(row.on_behalf_of_id, GONE) if row.on_behalf_of_id else "",
        words=words_of(row.action, _ledger(place)),
        about=about,
        place=place,
        details=details_words(row.action, row.details),
        outcome=row.outcome,
        reason=row.reason,
        address=row.address,
        action=row.action,
        object_kind=row.object_kind,
        object_id=row.object_id,
    )


def _ledger(place: Place | None) -> str:
    """The name of the accounting system that the page belongs to."""
    provider = by_slug(place.endpoint.partition(".")[0]) if place else None
    return provider.name if provider else "the accounting system"


def _who(row: Any, names: Names) -> str:
    if row.actor_id is None:
        return ITSELF
    name = names.people.get(row.actor_id, GONE)
    return f"Support ({name})" if row.on_behalf_of_id or row.action.startswith(OF_STAFF) else name

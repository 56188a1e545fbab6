"""Read an organisation's chain of the trail, newest first, by person, kind, days and what it is about."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select

from link4web import ids, sealing, tenancy
from link4web.activity.words import GROUPS, actions_of
from link4web.audit.models import AuditEvent
from link4web.connections.models import Connection
from link4web.customers import keys
from link4web.customers.models import Customer
from link4web.database import db, end_reading
from link4web.folding import fold

PAGE, PIECE = 50, 1000
SEARCH_LENGTH = 100
#: So many customers are looked for by name; whoever means more of them narrows the words.
FOUND = 500
#: The value of the filter for what no person did.
NOBODY = "-"
#: More people than a list of choices can hold.
PEOPLE = 200

COLUMNS = (
    AuditEvent.position,
    AuditEvent.at,
    AuditEvent.actor_id,
    AuditEvent.on_behalf_of_id,
    AuditEvent.address,
    AuditEvent.action,
    AuditEvent.object_kind,
    AuditEvent.object_id,
    AuditEvent.outcome,
    AuditEvent.reason,
    AuditEvent.details,
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the log is narrowed to, and behind which position the page begins; empty values leave everything."""

    person: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""
    before: int = 0

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Asked":
        """From an address; what can't be meant counts as not asked."""
        person, kind = args.get("person", ""), args.get("kind", "")
        return cls(
            person=person if ids.is_id(person) or person == NOBODY else "",
            kind=kind if kind in GROUPS else "",
            since=_day(args.get("from", "")),
            until=_day(args.get("to", "")),
            text=" ".join(args.get("q", "").replace("\x00", "").split())[:SEARCH_LENGTH],
            before=_place_of(args.get("before", "")),
        )

    @property
    def args(self) -> dict[str, Any]:
        """For an address: the filters, without the place."""
        given = {
            "person": self.person,
            "kind": self.kind,
            "from": self.since.isoformat() if self.since else "",
            "to": self.until.isoformat() if self.until else "",
            "q": self.text,
        }
        return {name: value for name, value in given.items() if value}


def cursor(position: int) -> str:
    """The place behind an event, for an address; how many events there are is nobody's business (R-046)."""
    return base64.urlsafe_b64encode(sealing.seal(str(position), _bound())).decode().rstrip("=")


def _place_of(cursor: str) -> int:
    try:
        return int(sealing.unseal(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), _bound()))
    except (sealing.Undecryptable, ValueError, IndexError):
        return 0


def _bound() -> str:
    return f"activity|{tenancy.organisation_id()}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-28") else None
    except ValueError:
        return None


def page_of(asked: Asked, zone: str) -> tuple[Sequence[Any], bool]:
    """One page of events as rows of `COLUMNS`, newest first; whether there are older ones."""
    rows = _rows(asked, _conditions(asked, zone), PAGE + 1)
    return rows[:PAGE], len(rows) > PAGE


def all_of(organisation_id: str, asked: Asked, zone: str) -> Iterator[Sequence[Any]]:
    """All events of an organisation in pieces, newest first. No transaction stays open between two of them."""
    before = 0
    while True:
        with tenancy.acting_for(organisation_id):
            piece = Asked(**{**vars(asked), "before": before})
            rows = _rows(piece, _conditions(piece, zone), PIECE)
            end_reading()
        if rows:
            yield rows
        if len(rows) < PIECE:
            return
        before = rows[-1].position


def _rows(asked: Asked, conditions: list[ColumnElement[bool]], limit: int) -> Sequence[Any]:
    wanted = select(*COLUMNS).where(AuditEvent.chain == tenancy.organisation_id(), *conditions)
    if asked.before:
        wanted = wanted.where(AuditEvent.position < asked.before)
    return db.session.execute(wanted.order_by(AuditEvent.position.desc()).limit(limit)).all()


def _conditions(asked: Asked, zone: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [*_days(asked, zone)]
    if asked.person == NOBODY:
        found.append(AuditEvent.actor_id.is_(None))
    elif asked.person:
        found.append(or_(AuditEvent.actor_id == asked.person, AuditEvent.on_behalf_of_id == asked.person))
    if asked.kind:
        found.append(AuditEvent.action.in_(actions_of(asked.kind)))
    if asked.text:
        found.append(AuditEvent.object_id.in_(_objects(asked.text)))
    return found


def _days(asked: Asked, zone: str) -> Iterator[ColumnElement[bool]]:
    """Days as places in the chain, since it is read in its own order: an index has each end at once."""
    if asked.since:
        yield AuditEvent.position >= _first_since(_begin(asked.since, zone))
    if asked.until and asked.until < date.max:
        yield AuditEvent.position < _first_since(_begin(asked.until + timedelta(days=1), zone))


def _begin(day: date, zone: str) -> datetime:
    """Midnight there, or the edge of what the database can hold."""
    if not date.min < day < date.max:
        return datetime.combine(day, time(), UTC)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _first_since(moment: datetime) -> int:
    first = select(AuditEvent.position).where(AuditEvent.chain == tenancy.organisation_id(), AuditEvent.at >= moment)
    found = db.session.scalar(first.order_by(AuditEvent.at, AuditEvent.position).limit(1))
    return found if found is not None else 2**31 - 1


def _objects(text: str) -> list[str]:
    """The ids of what somebody may mean: customers and connections by their words, anything by its id."""
    needles = keys.needles(text)
    customers = select(Customer.id).where(*(Customer.search_text.contains(one, autoescape=True) for one in needles))
    connections = db.session.execute(select(Connection.id, Connection.file_name))
    folded = fold(text)
    return [
        text,
        *db.session.scalars(customers.limit(FOUND)),
        *(connection_id for connection_id, name in connections if folded in fold(name)),
    ]


def people() -> list[str]:
    """The ids of those who have done something here: one look into the index for each, however long the chain is."""
    found: list[str] = []
    while len(found) < PEOPLE:
        following = select(AuditEvent.actor_id).where(
            AuditEvent.chain == tenancy.organisation_id(), AuditEvent.actor_id > (found[-1] if found else "")
        )
        next_one = db.session.scalar(following.order_by(AuditEvent.actor_id).limit(1))
        if next_one is None:
            break
        found.append(next_one)
    return found

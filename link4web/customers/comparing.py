"""Whether the ledger has as many contacts as we have of it: a number tells what reading changes can't.

Some ledgers tell nobody of what was deleted, and a date of change may stay as it was. A difference may also come from
somebody who works there at this very moment, so it counts once the next look finds the same; then a walk over all comes
soon instead of within the week.
"""

from datetime import timedelta

from sqlalchemy import func, select

from link4web import clock
from link4web.connections.models import Connection
from link4web.connections.providers import provider_of
from link4web.customers.gone import ABSENT
from link4web.customers.models import Customer, SkippedContact
from link4web.database import db, end_reading
from link4web.providers.base.errors import ProviderError
from link4web.providers.base.provider import ProviderClient

PAGE_SIZE = 1000
REST_FOR_EACH_PAGE = timedelta(hours=1)
LONGEST_REST = timedelta(days=1)


def compare(connection: Connection, client: ProviderClient) -> dict[str, object]:
    """One look, when it is due: what to report of it. Trouble with it is left to the next one."""
    every, now, before = provider_of(connection.provider).counts_every, clock.now(), connection.count_gap
    if every is None or not (before or connection.counted_at is None or now - connection.counted_at >= every):
        return {}
    walked_at = connection.walked_at
    end_reading()
    try:
        there = client.count()
    except ProviderError:
        return {}
    gap = there - _held(connection.id)
    told: dict[str, object] = {"counted_at": now, "count_gap": gap}
    if gap and gap == before and walked_at is not None and now - walked_at > _rest(there):
        told["walked_at"] = None
    return told


def _rest(there: int) -> timedelta:
    """How long after a walk the next one may come: a difference that stays must not cost more than it is worth."""
    return min(LONGEST_REST, REST_FOR_EACH_PAGE * (there // PAGE_SIZE + 1))


def _held(connection_id: str) -> int:
    """How many of the ledger's contacts are here, those included that could not be taken in."""
    present = (Customer.connection_id == connection_id, Customer.ledger_status.not_in(ABSENT))
    taken = db.session.scalar(select(func.count()).select_from(Customer).where(*present)) or 0
    listed = select(SkippedContact.external_id).where(SkippedContact.connection_id == connection_id)
    left_out = set(db.session.scalars(listed))
    both = select(func.count()).select_from(Customer).where(*present, Customer.external_id.in_(left_out))
    twice = (db.session.scalar(both) or 0) if left_out else 0
    end_reading()
    return taken + len(left_out) - twice

"""Maintained counts: changed in the transaction that changes a state, so that no page counts rows."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import Insert, bindparam, select

from link4web import tenancy
from link4web.customers.models import CustomerCount
from link4web.database import db, insert_for


class Tally:
    """Collects changes of state and applies them at the end, in one order (so that two writers can't deadlock)."""

    def __init__(self, connection_id: str) -> None:
        self.connection_id = connection_id
        self._changes: Counter[str] = Counter()

    def moved(self, before: str | None, after: str | None) -> None:
        """A customer went from one state to another (None: did not exist, or is deleted)."""
        if before == after:
            return
        if before:
            self._changes[before] -= 1
        if after:
            self._changes[after] += 1

    def apply(self) -> None:
        """Write the changes, inside ``writing()``."""
        rows = [
            {
                "organisation_id": tenancy.organisation_id(),
                "connection_id": self.connection_id,
                "state": state,
                "number": change,
            }
            for state, change in sorted(self._changes.items())
            if change
        ]
        if rows:
            db.session.execute(_addition(db.engine.dialect.name), rows)
        self._changes.clear()


@lru_cache
def _addition(_: str) -> Insert:
    """Add to counts, which begin at nothing; built once for each kind of database, since every change runs it."""
    counting = insert_for(CustomerCount)
    return counting.on_conflict_do_update(
        index_elements=["organisation_id", "connection_id", "state"],
        set_={"number": CustomerCount.number + counting.excluded.number},
    )


# built once: every list runs it
_COUNTS = select(CustomerCount.state, CustomerCount.number).where(
    CustomerCount.connection_id == bindparam("connection")
)


def counts(connection_id: str) -> Mapping[str, int]:
    """How many customers are in each state."""
    return dict(db.session.execute(_COUNTS, {"connection": connection_id}).all())

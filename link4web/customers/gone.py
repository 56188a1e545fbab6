"""Customers that the ledger no longer has: those a walk did not meet, and those the ledger itself names as removed.

Nobody is called gone by hearsay. Each is asked for once more by id, and only who is truly absent is marked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import Exists, Select, exists, func, select

from link4web.customers.counting import counts
from link4web.customers.intake import Intake
from link4web.customers.models import Customer, SkippedContact
from link4web.customers.services import lock, settle
from link4web.database import db, end_reading, writing
from link4web.providers.base.provider import ProviderClient

log = structlog.get_logger()
SUSPICIOUS_SHARE = 5
MAY_BE_MISSING = 10
ASK_AT_ONCE = 500
#: What the ledger no longer has, so that nothing of it can be expected there.
ABSENT = ("gone", "merged")


class TooLittle(Exception):
    """The ledger sent fewer contacts than it must have: nothing may be concluded from what is missing."""


@dataclass(frozen=True)
class Departures:
    """Looks for customers that have left, in one sync of one connection. `alive` keeps the sync's lease."""

    client: ProviderClient
    intake: Intake
    alive: Callable[[], None]

    def after_walk(self, there: int | None) -> None:
        """Customers the walk did not meet; `there` is how many contacts the ledger says it has.

        Raises:
            TooLittle: so many are missing that the walk itself must have been short.
        """
        known = sum(counts(self._connection_id).values())
        most = MAY_BE_MISSING + known // SUSPICIOUS_SHARE
        unmet = _present(self._connection_id).where(Customer.walk_serial != self.intake.serial, ~self._was_skipped())
        missing = {row.external_id: row.id for row in db.session.execute(unmet.limit(most + 1))}
        promised = (there or 0) - skipped(self._connection_id)
        end_reading()
        if len(missing) > most or known < promised or (missing and not self.intake.seen):
            log.warning(
                "a walk was too short; nothing marked gone", missing=len(missing), known=known, promised=promised
            )
            raise TooLittle
        self._ask_for(missing, {})

    def named(self, removed: Mapping[str, str]) -> None:
        """Customers that the ledger has named as removed, each with the id it was merged into, or empty."""
        self._ask_for(known_among(self._connection_id, removed), removed)

    @property
    def _connection_id(self) -> str:
        return self.intake.connection_id

    def _was_skipped(self) -> Exists:
        """Whether the ledger has sent a customer that could not be taken in this time: it is still there."""
        return exists().where(
            SkippedContact.connection_id == self._connection_id,
            SkippedContact.external_id == Customer.external_id,
            SkippedContact.sync_serial == self.intake.serial,
        )

    def _ask_for(self, missing: Mapping[str, str], merged: Mapping[str, str]) -> None:
        for external_ids in _chunks(list(missing)):
            self.alive()
            there = self.client.contacts_by_id(external_ids)
            self.intake.take(there)
            absent = set(external_ids) - {contact.external_id for contact in there}
            if absent:
                self._mark({missing[one]: merged.get(one, "") for one in absent})

    def _mark(self, absent: Mapping[str, str]) -> None:
        """`absent`: id, and the external id of the one it was merged into, or empty."""
        with writing():
            customers = lock(list(absent))
            for customer in customers:
                customer.merged_into = absent[customer.id]
                customer.ledger_status = "merged" if customer.merged_into else "gone"
                customer.sync_serial, customer.sync_change = self.intake.serial or 0, "gone"
            settle(customers)


def known_among(connection_id: str, removed: Iterable[str]) -> dict[str, str]:
    """Those of these external ids that are customers here and not marked yet, each with its id."""
    known: dict[str, str] = {}
    for ids in _chunks(list(removed)):
        found = db.session.execute(_present(connection_id).where(Customer.external_id.in_(ids)))
        known |= {row.external_id: row.id for row in found}
    end_reading()
    return known


def _present(connection_id: str) -> Select[str, str]:
    """The customers that are expected to be in the ledger."""
    return select(Customer.id, Customer.external_id).where(
        Customer.connection_id == connection_id, Customer.ledger_status.not_in(ABSENT)
    )


def skipped(connection_id: str) -> int:
    """How many contacts of the ledger could not be taken in."""
    rows = select(func.count()).select_from(SkippedContact).where(SkippedContact.connection_id == connection_id)
    return db.session.scalar(rows) or 0


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), ASK_AT_ONCE):
        yield ids[start : start + ASK_AT_ONCE]

"""Pages of customers that overlap, put together from smaller ones where QuickBooks isn't done with a whole one in time.

Pages are counted from the beginning, so whenever a customer is merged away, all behind move forward. Each page, and
each piece of one, therefore begins with some that the one before has brought. Where it doesn't, so many have gone that
others have passed its border, and an earlier page is read instead.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.provider import Met
from link4web.providers.quickbooks import mapping, query
from link4web.providers.quickbooks.failures import TIMEOUT, TROUBLES
from link4web.providers.quickbooks.mapping import Customer
from link4web.providers.quickbooks.query import OVERLAP, PAGE_SIZE

SMALLEST = 125
TRIES = 5


@dataclass
class Pages:
    """Reads pages of one company's customers; `ask` puts a statement. `at_once` is halved when time runs out."""

    ask: Callable[[str], bytes]
    at_once: int = field(default=PAGE_SIZE, init=False)
    # the page read last and who was on it, so that the rows which the next one repeats are told once
    _before: tuple[int, frozenset[str]] = field(default=(0, frozenset()), init=False)

    def page(
        self, page: int, order: str, *, since: datetime | None = None, met: Met | None = None
    ) -> tuple[int, list[Customer]]:
        """The page, or an earlier one: the first that begins with a customer whom the walk has met."""
        while True:
            found = self._whole(page, order, since)
            if page == 1 or met is None or _begins_with(found, met):
                return page, self._without_repeated(page, found)
            page -= 1
            while page > 1 and not _begins_with(self._rows(page, order, since, 0, 1), met):
                page -= 1

    def _whole(self, page: int, order: str, since: datetime | None) -> list[Customer]:
        """All of a page.

        Raises:
            TryAgainLater: customers vanish all the time, or QuickBooks has no time even for a few.
        """
        for _ in range(TRIES):
            found, start = list[Customer](), 0
            while True:
                piece, asked = self._piece(page, order, since, start)
                known = {customer.external_id for customer in found}
                if start and not _begins_with(piece, known.__contains__):
                    break
                found += [one for one in piece if not one.external_id or one.external_id not in known]
                if len(piece) < asked or start + asked >= PAGE_SIZE:
                    return found
                start += asked - OVERLAP
        raise TROUBLES.garbled()

    def _piece(self, page: int, order: str, since: datetime | None, start: int) -> tuple[list[Customer], int]:
        """Rows of a page from `start` (0 is its first), and how many were asked for."""
        while True:
            asked = min(self.at_once, PAGE_SIZE - start)
            try:
                return self._rows(page, order, since, start, asked), asked
            except TryAgainLater as error:
                if error.code != TIMEOUT or self.at_once <= SMALLEST:
                    raise
            self.at_once //= 2

    def _rows(self, page: int, order: str, since: datetime | None, start: int, rows: int) -> list[Customer]:
        return mapping.found(self.ask(query.customers(page, order, since, start=start, rows=rows)))

    def _without_repeated(self, page: int, found: list[Customer]) -> list[Customer]:
        before, told = self._before
        self._before = page, frozenset(customer.external_id for customer in found)
        if before != page - 1:
            return found
        return [customer for customer in found if not customer.external_id or customer.external_id not in told]


def _begins_with(found: Sequence[Customer], met: Met) -> bool:
    """Whether the first one was brought before. One without a readable id counts as brought, for it could never be."""
    return any(not one.external_id or met(one.external_id) for one in found[:1])

"""Pages of 1000 customers, put together from smaller ones where MYOB can't manage as many at once."""

from dataclasses import dataclass, field

import msgspec

from link4web.http import Unreachable
from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.records import ContactPage
from link4web.providers.base.wire import SignedWire
from link4web.providers.myob import mapping
from link4web.providers.myob.failures import TIMEOUT, TROUBLES

PAGE_SIZE = 1000
SMALLEST = 125
PATH = "/Contact/Customer"

# the items, the number of all, and whether more follow
Piece = tuple[list[msgspec.Raw], int | None, bool]


@dataclass
class Walk:
    """Reads pages of one business's customers. `at_once` is halved when MYOB runs out of time, and stays so."""

    wire: SignedWire
    at_once: int = field(default=PAGE_SIZE, init=False)
    before: ContactPage | None = field(default=None, init=False)

    def page(self, page: int, order: str, condition: str) -> ContactPage:
        """The page (from 1) in this order. The link to a next page is never followed: `$skip` is counted here.

        Where a deletion has moved customers over the border to the page before, that page comes once more in front.
        """
        items, count, more = self._items(page, order, condition)
        if page > 1 and not self._adjoins(page, order, condition):
            items = self._items(page - 1, order, condition)[0] + items
        self.before = mapping.contact_page(items, page, _page_count(page, count, more=more), count)
        return self.before

    def _adjoins(self, page: int, order: str, condition: str) -> bool:
        """Whether the customer just before this page is one of those that the page before has brought.

        Asked after reading the page; the number of all would not tell, since others may have been added.
        """
        if self.before is None or self.before.page != page - 1:
            return False
        params = _params((page - 1) * PAGE_SIZE - 1, 1, order, condition)
        border, _, _ = mapping.listed(self.wire.ask("GET", PATH, params=params))
        brought = {one.external_id for one in self.before.contacts} | {one.external_id for one in self.before.skipped}
        return any(mapping.identity_in(raw) in brought for raw in border)

    def _items(self, page: int, order: str, condition: str) -> Piece:
        start = (page - 1) * PAGE_SIZE
        items: list[msgspec.Raw] = []
        while True:
            found, count, more = self._piece(start + len(items), order, condition)
            items += found
            if not more or len(items) >= PAGE_SIZE:
                return items, count, more

    def _piece(self, skip: int, order: str, condition: str) -> Piece:
        """At most `at_once` customers.

        Raises:
            TryAgainLater: there is no time for even the smallest number.
        """
        while True:
            asked = self.at_once
            try:
                items, count, more = mapping.listed(
                    self.wire.ask("GET", PATH, params=_params(skip, asked, order, condition))
                )
            except TryAgainLater as error:
                if not _ran_out_of_time(error) or asked <= SMALLEST:
                    raise
            else:
                if len(items) >= asked or not more:
                    return items[:asked], count, more
                # it gives fewer than were asked for although there are more: the next $skip would jump over some
                if asked <= SMALLEST:
                    raise TROUBLES.garbled()
            self.at_once = asked // 2


def _params(skip: int, top: int, order: str, condition: str) -> dict[str, str]:
    params = {"$top": str(top), "$skip": str(skip), "$orderby": order, "generateUris": "false"}
    return params | ({"$filter": condition} if condition else {})


def _ran_out_of_time(error: TryAgainLater) -> bool:
    cause = error.__cause__
    return error.code == TIMEOUT or (isinstance(cause, Unreachable) and cause.reason == "timeout")


def _page_count(page: int, count: int | None, *, more: bool) -> int | None:
    if count is None:
        return None if more else page
    pages = max(1, -(-count // PAGE_SIZE))
    # rows may have been added between counting and linking: an empty page ends the walk as well
    return None if more and pages <= page else pages

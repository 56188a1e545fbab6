"""Pages of 1000 customers, put together from smaller ones where MYOB can't manage as many at once.

Pages are counted from the beginning (`$skip`), so whenever somebody is deleted, all behind move forward, and some would
pass the border of a page unread. After reading a page, the one customer before it is looked at: unless it has been
brought already, an earlier page is read instead, the first whose border is in order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec

from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.provider import Met
from link4web.providers.base.records import ContactPage
from link4web.providers.base.wire import SignedWire
from link4web.providers.myob import mapping
from link4web.providers.myob.failures import TIMEOUT, TROUBLES

PAGE_SIZE = 1000
SMALLEST = 125
PATH = "/Contact/Customer"
TRIES = 5

# the items, the number of all, and whether more follow
Piece = tuple[list[msgspec.Raw], int | None, bool]


@dataclass(frozen=True)
class List:
    """A list of customers in one order, maybe of those alone that meet a condition."""

    wire: SignedWire
    order: str
    condition: str

    def rows(self, skip: int, top: int) -> Piece:
        """At most `top` customers after the first `skip`."""
        params = {"$top": str(top), "$skip": str(skip), "$orderby": self.order, "generateUris": "false"}
        if self.condition:
            params["$filter"] = self.condition
        return mapping.listed(self.wire.ask("GET", PATH, params=params))

    def begins_after(self, skip: int, brought: Met) -> bool:
        """Whether the customer just before this place has been brought already.

        One without a readable id counts as brought: nobody could ever say that it was.
        """
        border, _, _ = self.rows(skip - 1, 1)
        ids = list(map(mapping.identity_in, border))
        return any(not one or brought(one) for one in ids)


@dataclass
class Walk:
    """Reads pages of one business's customers. `at_once` is halved when MYOB runs out of time, and stays so."""

    wire: SignedWire
    at_once: int = field(default=PAGE_SIZE, init=False)
    before: Collection[str] = field(default=(), init=False)
    _page: int = field(default=0, init=False)

    def page(self, page: int, order: str, condition: str, met: Met | None) -> ContactPage:
        """The page (from 1) in this order, or an earlier one where customers have moved over the border before it.

        The link to a next page is never followed. `met` says who was brought before this client began; without it and
        without the page before, nothing is known of the border, and the page before comes first.
        """
        listed = List(self.wire, order, condition)
        known = met is not None or self._page == page - 1
        page = page if known else max(1, page - 1)
        while True:
            items, count, more = self._items(listed, page)
            if page == 1 or not known or self._adjoins(listed, page, met):
                return self._told(items, page, count, more=more)
            page -= 1
            while page > 1 and not self._adjoins(listed, page, met):
                page -= 1

    def _told(self, items: Sequence[msgspec.Raw], page: int, count: int | None, *, more: bool) -> ContactPage:
        told = mapping.contact_page(items, page, _page_count(page, count, more=more), count)
        self._page = page
        self.before = {one.external_id for one in told.contacts} | {one.external_id for one in told.skipped}
        return told

    def _adjoins(self, listed: List, page: int, met: Met | None) -> bool:
        def brought(external_id: str) -> bool:
            return external_id in self.before or (met is not None and met(external_id))

        return listed.begins_after((page - 1) * PAGE_SIZE, brought)

    def _items(self, listed: List, page: int) -> Piece:
        """All of a page. Borders inside it are looked at as well; where one has moved, the page is read once more.

        Raises:
            TryAgainLater: they move all the time, or MYOB has no time.
        """
        for _ in range(TRIES):
            start, items = (page - 1) * PAGE_SIZE, list[msgspec.Raw]()
            while True:
                found, count, more = self._piece(listed, start + len(items))
                brought = set(map(mapping.identity_in, items[-PAGE_SIZE:]))
                if items and not listed.begins_after(start + len(items), brought.__contains__):
                    break
                items += found
                if not more or len(items) >= PAGE_SIZE:
                    return items, count, more
        raise TROUBLES.garbled()

    def _piece(self, listed: List, skip: int) -> Piece:
        """At most `at_once` customers.

        Raises:
            TryAgainLater: there is no time for even the smallest number.
        """
        while True:
            asked = self.at_once
            try:
                items, count, more = listed.rows(skip, asked)
            except TryAgainLater as error:
                # it says so itself, or we had no patience left
                if error.code != TIMEOUT or asked <= SMALLEST:
                    raise
            else:
                if len(items) >= asked or not more:
                    return items[:asked], count, more
                # it gives fewer than were asked for although there are more: the next $skip would jump over some
                if asked <= SMALLEST:
                    raise TROUBLES.garbled()
            self.at_once = asked // 2


def _page_count(page: int, count: int | None, *, more: bool) -> int | None:
    if count is None:
        return None if more else page
    pages = max(1, -(-count // PAGE_SIZE))
    # rows may have been added between counting and linking: an empty page ends the walk as well
    return None if more and pages <= page else pages

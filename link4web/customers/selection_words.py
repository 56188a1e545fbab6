"""What My Customers says about its selection: the count in the bar, the offer of all, and that it was cleared.

How many match is asked once at most, and of a search only up to a thousand.
"""

from typing import Any

from link4web.customers import listing, selection
from link4web.customers.listing import ListQuery
from link4web.customers.models import Selection
from link4web.customers.pages import Place, queue_words
from link4web.customers.words import CLEARED
from link4web.web.filters import number


def selection_view(
    place: Place, query: ListQuery, chosen: Selection | None, shown: list[str], *, matching: int | None = None
) -> dict[str, Any]:
    """The context of `customers/_picked.html`. `shown`: ids on the page; `matching`: how many match, where known."""
    mine = chosen if selection.fits(chosen, query) else None
    here = sum(selection.is_ticked(mine, customer_id) for customer_id in shown)
    is_all = mine is not None and mine.mode == "exclude"
    left_out = selection.left_out(mine) if mine and is_all else 0
    total = selection.count(mine) if mine else 0
    return {
        "count": total,
        "elsewhere": total - here,
        "all": total + left_out if is_all else None,
        "words": _words(total, left_out, is_all=is_all),
        "clear_href": place.href("clear_selection", **query.args()),
        "all_match": _all_match(place, query, len(shown), matching)
        if shown and here == len(shown) and not is_all
        else None,
    }


def _words(total: int, left_out: int, *, is_all: bool) -> str:
    if is_all:
        return f"All {number(total + left_out)} selected" + (f", {number(left_out)} left out" if left_out else "")
    return f"{number(total)} selected"


def _all_match(place: Place, query: ListQuery, shown: int, matching: int | None) -> dict[str, str] | None:
    """Once the whole page is ticked: the rest as well, when there is a rest."""
    if query.change:
        return None
    if matching is None:
        matching = selection.matching(place.connection.id, query, most=listing.COUNT_LIMIT)
    if matching <= shown:
        return None
    many = "more than 1,000" if query.search and matching >= listing.COUNT_LIMIT else number(matching)
    what = f"that match “{query.search}”" if query.search else f"in {queue_words(query.queue, place)}"
    return {"action": f"Select all {many} {what}", "href": place.href("select_all", **query.args())}


def cleared_view(place: Place, query: ListQuery, had: int) -> dict[str, Any]:
    """The sentence for a selection that another list has ended, as `customers/_status.html` says it."""
    return {
        "words": CLEARED.format(number=number(had)),
        "undo_href": place.href("take_back_selection", **query.args()),
        "undo_seconds": None,
        "code": "SELECTION-CLEARED",
    }

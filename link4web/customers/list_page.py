"""The list of My Customers as one context: rows, pager, sort, selection, and the search that misses."""

from typing import Any

from flask import request

from link4web import clock
from link4web.customers import listing, pages, selection
from link4web.customers.drawing import draw
from link4web.customers.listing import ListQuery, Slice
from link4web.customers.misses import miss_view
from link4web.customers.models import Selection
from link4web.customers.pages import Place
from link4web.customers.selection_words import cleared_view, selection_view
from link4web.help.hints import task_here
from link4web.sentences import Coded
from link4web.web.access import member
from link4web.web.filters import day
from link4web.web.rights import Permission


def list_context(
    place: Place, *, error: Coded | None = None, asked: bool = False, problem: Coded | None = None, form: Any = None
) -> dict[str, Any]:
    """Everything `customers/index.html` and `customers/_list.html` need for the address of this request."""
    query = ListQuery.from_args(request.args, place.connection.sync_serial)
    chosen, cleared = _selection_of(place, query)
    page, elsewhere = _fetch(place, query)
    known = pages.known_counts(place)
    shown_query = query.everywhere() if elsewhere else query
    found = listing.count(place.connection.id, shown_query) if query.search or query.change else 0
    if elsewhere and chosen and chosen.mode == "exclude":
        chosen = None  # all of the queue are chosen, but these rows are of other queues
    ids = [row.id for row in page.rows]
    sync = pages.sync_view(place, waits_for_rows=query.is_everything and not page.rows)
    miss = (
        miss_view(place, query, page, sync["state"], asked=asked, problem=problem, form=form)
        if _may_miss(query, page)
        else {}
    )
    return {
        "provider": place.provider,
        "connection": pages.connection_view(place),
        "queues": pages.queue_views(place, None if query.change else query.queue, known),
        "todo": pages.todo_views(place, known) if query.is_everything else [],
        "sync": sync,
        "own_number": pages.own_number_banner(place),
        "search": {"q": query.search, "queue": query.queue.slug, "is_wanted": _came_to_search()},
        "printed": f"{_filter_words(place, query)}, printed {day(clock.now())}",
        "listing": _listing(place, query, page, known, found, chosen, ids, error, elsewhere=elsewhere),
        "cleared": cleared,
        "selection": selection_view(
            place, query, chosen, ids, matching=found if query.search and not elsewhere else None
        ),
        "bulk": [("Invite selected", place.href("act_on_selection", **query.args()), True)]
        if member().may(Permission.INVITE)
        else [],
        "miss": None,
        **miss,
    }


def _came_to_search() -> bool:
    """Whether somebody followed a link that leads to the search, and has not searched yet."""
    task = task_here()
    return task is not None and task.slug == "find-customer"


def _filter_words(place: Place, query: ListQuery) -> str:
    """What the list shows, for whoever holds it on paper."""
    found = f"“{query.search}” in " if query.search else ""
    return f"{found}{pages.queue_words(query.queue, place)}" + (f", {query.change}" if query.change else "")


def _selection_of(place: Place, query: ListQuery) -> tuple[Selection | None, dict[str, Any] | None]:
    """What is chosen in this list. One made in another list is cleared; that is said once and can be undone."""
    chosen = selection.of_request(place.connection.id)
    if chosen is None or selection.fits(chosen, query):
        return chosen, None
    if request.method == "HEAD":
        return None, None  # only looking
    had = selection.count(chosen)
    if not had:
        selection.clear(chosen)
        return None, None
    selection.put_aside(chosen)
    return None, cleared_view(place, query, had)


def _fetch(place: Place, query: ListQuery) -> tuple[Slice, bool]:
    """The page asked for; a search that finds nothing in its queue looks through all of them."""
    page = listing.fetch(place.connection.id, query)
    if page.rows or not query.search or not query.queue.slug:
        return page, False
    wider = listing.fetch(place.connection.id, query.everywhere())
    return (wider, True) if wider.rows else (page, False)


def _may_miss(query: ListQuery, page: Slice) -> bool:
    return (bool(query.search) and len(page.rows) <= 1) or (query.is_everything and not page.rows)


def _listing(
    place: Place,
    query: ListQuery,
    page: Slice,
    known: dict[str, int],
    found: int,
    chosen: Selection | None,
    ids: list[str],
    error: Coded | None,
    *,
    elsewhere: bool,
) -> dict[str, Any]:
    maker = place.row_maker()
    mine = chosen if selection.fits(chosen, query) else None
    flipped = "" if query.is_descending else "down"
    words = pages.found_words(place, query, found, known)
    rows = maker.make_all(page.rows, lambda customer_id: selection.is_ticked(mine, customer_id))
    return {
        "rows": rows,
        "drawn": draw(rows),
        "href": place.list_href(query),
        "caption": f"Customers, {words}",
        "shown": pages.shown_words(query, page, known),
        "announce": f"None in this queue; {words} in all" if elsewhere else words,
        "sort": query.sort,
        "is_descending": query.is_descending,
        "by_name_href": place.list_href(query, sort="", order=flipped if query.sort == "name" else ""),
        "by_since_href": place.list_href(query, sort="since", order=flipped if query.sort == "since" else "down"),
        "previous_href": place.list_href(query, before=ids[0]) if page.has_previous and ids else None,
        "next_href": place.list_href(query, after=ids[-1]) if page.has_next and ids else None,
        "ids": " ".join(ids),
        # what needs no counting after each tick: that there are no others
        "save_href": place.href(
            "save_selection", **query.args(), whole=None if page.has_previous or page.has_next else "yes"
        ),
        "error": error,
        "empty": None if page.rows else pages.empty_view(place, query),
    }

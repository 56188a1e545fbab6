"""What is ticked on My Customers, kept on the server: over pages, or all that match with some left out.

How many a queue holds is known at any time. Whom a search finds takes looking through all customers, so those are
counted when somebody selects all of them; ticks move that number, and the review counts again before anything is sent.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, not_, or_, select, update

from link4web import clock, tenancy
from link4web.customers import listing, words
from link4web.customers.counting import counts
from link4web.customers.listing import ListQuery
from link4web.customers.models import Customer, Selection
from link4web.database import changed_rows, db, insert_for, writing
from link4web.ids import is_id, new_id
from link4web.web import sessions

MOST_IDS = 1000
KEPT = timedelta(days=7)


class TooMany(Exception):
    """More than a thousand single ticks; *select all that match* has no such limit."""


# built once: every list runs it
_OF_SESSION = select(Selection).where(
    Selection.connection_id == bindparam("connection"), Selection.session_key == bindparam("session_key")
)

_OF_SESSION_HELD = _OF_SESSION.with_for_update()


def of_request(connection_id: str) -> Selection | None:
    """This browser's selection on a connection."""
    return _kept_as(connection_id, sessions.current().key)


def query_of(selection: Selection) -> ListQuery:
    """The filter the selection was made under."""
    return ListQuery(words.queue_named(selection.queue) or words.QUEUES[-1], selection.search)


def fits(selection: Selection | None, query: ListQuery) -> bool:
    """Whether the selection belongs to the list that is shown."""
    return selection is not None and (selection.queue, selection.search) == (query.queue.slug, query.search)


def count(selection: Selection) -> int:
    """How many customers are chosen; of a search, as it was counted when all it found were selected."""
    if selection.mode == "include":
        return len(selection.ids)
    if selection.search:
        return selection.seen_count
    matches = matching(selection.connection_id, query_of(selection)) - left_out(selection)
    return max(0, matches) + _no_longer_matching(selection)


def _no_longer_matching(selection: Selection) -> int:
    """How many are chosen although the filter does not find them any more."""
    if not selection.kept:
        return 0
    found = and_(*listing.conditions(selection.connection_id, query_of(selection)))
    those = select(func.count()).where(*conditions(selection), Customer.id.in_(selection.kept), not_(found))
    return db.session.scalar(those) or 0


def left_out(selection: Selection) -> int:
    """How many of all that match are not chosen; one left out that no longer matches doesn't count."""
    if selection.mode == "include" or not selection.ids:
        return 0
    those = select(func.count()).where(
        *listing.conditions(selection.connection_id, query_of(selection)), Customer.id.in_(selection.ids)
    )
    return db.session.scalar(those) or 0


def matching(connection_id: str, query: ListQuery, *, most: int = 1_000_000) -> int:
    """How many customers a filter finds: from the maintained counts, or counted up to `most` when it is a search."""
    if query.search:
        return listing.count(connection_id, query, limit=most)
    known = counts(connection_id)
    return sum(known.get(state, 0) for state in query.queue.states)


def is_ticked(selection: Selection | None, customer_id: str) -> bool:
    """Whether the selection includes a customer that matches its filter."""
    if selection is None:
        return False
    return (customer_id in selection.ids) == (selection.mode == "include")


def save(connection_id: str, query: ListQuery, shown: Sequence[str], ticked: Sequence[str]) -> Selection:
    """Keep the ticks of one page: `shown` are the ids it had, `ticked` those with a tick.

    A selection made under another filter is replaced.

    Raises:
        TooMany: more than a thousand single ids.
    """
    on_page = _of_connection(connection_id, shown)
    chosen = set(ticked) & on_page
    with writing():
        selection = _ours(connection_id, query)
        before = set(selection.ids)
        ids = (before - on_page) | (chosen if selection.mode == "include" else on_page - chosen)
        if len(ids) > MOST_IDS:
            raise TooMany
        selection.ids = sorted(ids)
        if selection.mode == "exclude" and selection.search:
            selection.seen_count = max(0, selection.seen_count + len(before) - len(ids))
        else:
            selection.seen_count = count(selection)
        selection.updated_at = clock.now()
    return selection


def _of_connection(connection_id: str, ids: Sequence[str]) -> set[str]:
    """Those that are customers of this connection: a made-up id is never kept."""
    known = select(Customer.id).where(
        Customer.connection_id == connection_id, Customer.id.in_([one for one in ids if is_id(one)])
    )
    return set(db.session.scalars(known))


def select_all(connection_id: str, query: ListQuery) -> Selection:
    """Choose all that match the filter."""
    found = matching(connection_id, query)
    with writing():
        selection = _ours(connection_id, query)
        selection.mode, selection.ids, selection.kept, selection.seen_count = "exclude", [], [], found
        selection.updated_at = clock.now()
    return selection


def keep(connection_id: str, customer_id: str) -> bool:
    """Let a chosen customer stay chosen when a change is about to take it out of the filter.

    False when no more can be kept (as many as single ticks).
    """
    with writing():
        held = _OF_SESSION_HELD.execution_options(populate_existing=True)
        values = {"connection": connection_id, "session_key": sessions.current().key}
        selection = db.session.scalars(held, values).first()
        if selection is None or not _may_drop_out(selection, customer_id):
            return True
        if len(selection.kept) >= MOST_IDS:
            return False
        selection.kept = sorted({*selection.kept, customer_id})
        selection.updated_at = clock.now()
    return True


def _may_drop_out(selection: Selection, customer_id: str) -> bool:
    if selection.mode == "include" or not (selection.queue or selection.search) or customer_id in selection.kept:
        return False
    is_chosen = select(Customer.id).where(*conditions(selection), Customer.id == customer_id)
    return db.session.scalar(is_chosen) is not None


def single(connection_id: str, customer_id: str) -> Selection:
    """A selection of one, beside what is ticked: for a row's own button."""
    with writing():
        selection = Selection(**_new_row(connection_id, f"single-{new_id()}"))
        selection.ids = [customer_id]
        selection.seen_count = 1
        db.session.add(selection)
    return selection


def only(connection_id: str, customer_id: str) -> Selection:
    """Choose this one alone; what was chosen before is put aside."""
    if chosen := of_request(connection_id):
        put_aside(chosen)
    return save(connection_id, ListQuery.from_args({}), [customer_id], [customer_id])


def clear(selection: Selection) -> None:
    """Nothing is chosen any more."""
    with writing():
        db.session.execute(delete(Selection).where(Selection.id == selection.id))


def put_aside(selection: Selection) -> None:
    """Clear a selection because another list is shown; `take_back` undoes it."""
    with writing():
        _keep_as(selection, _aside_key())


def take_back(connection_id: str) -> Selection | None:
    """What was put aside last is chosen again, instead of what has been ticked since; None when nothing was."""
    with writing():
        selection = _kept_as(connection_id, _aside_key())
        if selection is not None:
            _keep_as(selection, sessions.current().key)
    return selection


def forget_old() -> int:
    """Delete what nobody has touched for a week, in all organisations; how many."""
    with tenancy.system("selections of browsers that never came back"), writing():
        gone = db.session.execute(
            delete(Selection)
            .where(Selection.updated_at < clock.now() - KEPT)
            .execution_options(synchronize_session=False)
        )
    return changed_rows(gone)


def conditions(selection: Selection) -> list[ColumnElement[bool]]:
    """What a customer must fulfil to be chosen; those of other connections or organisations never are."""
    if selection.mode == "include":
        return [Customer.connection_id == selection.connection_id, Customer.id.in_(selection.ids)]
    wanted = listing.conditions(selection.connection_id, query_of(selection))
    if selection.kept:
        kept = Customer.id.in_(selection.kept)
        wanted = [Customer.connection_id == selection.connection_id, or_(and_(*wanted), kept)]
    return [*wanted, Customer.id.not_in(selection.ids)] if selection.ids else wanted


def _aside_key() -> str:
    return f"aside-{sessions.current().key}"


def _kept_as(connection_id: str, session_key: str) -> Selection | None:
    return db.session.scalars(_OF_SESSION, {"connection": connection_id, "session_key": session_key}).first()


def _keep_as(selection: Selection, session_key: str) -> None:
    """In place of what is kept under this key. Two tabs may do it at once, so neither relies on what it has read."""
    others = (Selection.connection_id == selection.connection_id, Selection.session_key == session_key)
    db.session.execute(delete(Selection).where(*others, Selection.id != selection.id))
    db.session.execute(update(Selection).where(Selection.id == selection.id).values(session_key=session_key))


def _ours(connection_id: str, query: ListQuery) -> Selection:
    """This browser's selection of the list, held until the end of the running ``writing()``: ticks may come at once."""
    row = _new_row(connection_id, sessions.current().key)
    fresh = insert_for(Selection).values(row)
    db.session.execute(fresh.on_conflict_do_nothing(index_elements=["organisation_id", "connection_id", "session_key"]))
    selection = db.session.scalars(
        _OF_SESSION_HELD,
        {"connection": connection_id, "session_key": row["session_key"]},
        execution_options={"populate_existing": True},
    ).one()
    if not fits(selection, query):
        selection.mode, selection.ids, selection.kept = "include", [], []
        selection.queue, selection.search = query.queue.slug, query.search
    return selection


def _new_row(connection_id: str, session_key: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organisation_id": tenancy.organisation_id(),
        "connection_id": connection_id,
        "session_key": session_key,
        "queue": "",
        "search": "",
        "mode": "include",
        "ids": [],
        "kept": [],
        "seen_count": 0,
        "updated_at": clock.now(),
    }

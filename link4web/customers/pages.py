"""What My Customers shows around its rows: queues, to do, the last sync, and empty lists."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import g, url_for

from link4web import clock
from link4web.accounts.models import Organisation
from link4web.accounts.words import OWN_NUMBER_MISSING
from link4web.connections import queries
from link4web.connections.due import saves_calls
from link4web.connections.entry import opened_elsewhere
from link4web.connections.models import Connection
from link4web.connections.providers import provider_of
from link4web.connections.services import contact_url
from link4web.connections.syncing import may_be_asked
from link4web.connections.words import reconnect_words
from link4web.customers import listing, states
from link4web.customers.counting import counts
from link4web.customers.listing import ListQuery
from link4web.customers.problems import empty_code, state_code
from link4web.customers.rows import RowMaker
from link4web.customers.words import (
    EMPTY_WORDS,
    QUEUES,
    SYNC_FAILED,
    SYNC_NEVER,
    SYNC_SLOW,
    Queue,
    Terms,
    filled,
    terms_of,
)
from link4web.providers.base.provider import Provider
from link4web.registers.numbers import abn_or_none, nzbn_or_none
from link4web.web.access import member
from link4web.web.filters import clock_time, day, number, plural, soon
from link4web.web.rights import Permission

STALE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Place:
    """The connection whose page this is, with what every part of the page needs of it."""

    provider: Provider
    connection: Connection
    organisation: Organisation

    @classmethod
    def here(cls, provider: Provider) -> "Place":
        return cls(provider, g.connection, g.organisation)

    @property
    def base(self) -> str:
        """The list's path; a customer's page is below it."""
        return f"/{self.provider.slug}/{self.connection.id}/customers"

    @property
    def scheme(self) -> str:
        """The number customers of this ledger usually have."""
        return usual_scheme(self.connection.file_country, self.organisation.country)

    @property
    def terms(self) -> Terms:
        """The accounting system's own words."""
        return terms_of(self.provider)

    def row_maker(self) -> RowMaker:
        may = member().may
        return RowMaker(self.terms, self.base, self.scheme, may(Permission.EDIT_CUSTOMERS), may(Permission.INVITE))

    def list_href(self, query: ListQuery, **changes: str) -> str:
        return self.href("customers", **query.args(**changes))

    def href(self, endpoint: str, **values: Any) -> str:
        endpoint = f"{self.provider.slug}.{endpoint}"
        if not values:
            return _path(endpoint, self.connection.id)
        return url_for(endpoint, connection=self.connection.id, **values)


def usual_scheme(file_country: str, own_country: str) -> str:
    """The number that customers of a ledger usually have, by its country or else by its owner's."""
    return "NZBN" if (file_country or own_country) == "NZ" else "ABN"


@lru_cache(1024)
def _path(endpoint: str, connection_id: str) -> str:
    """A page has a dozen of these, and building one costs as much as showing a row."""
    return url_for(endpoint, connection=connection_id)


def queue_views(place: Place, current: Queue | None, known: dict[str, int]) -> list[dict[str, Any]]:
    """The queues with their counts; a rare one is shown only when it has something.

    Where everybody listed is a customer, nobody waits to become one.
    """
    views = []
    for queue in QUEUES:
        total = sum(known.get(state, 0) for state in queue.states)
        if queue.slug == "archived" and not total and current != queue:
            continue
        if queue.slug == "not-customer" and not place.provider.marks_customers_itself:
            continue
        views.append(
            {
                "word": queue_words(queue, place),
                "mark": queue.mark,
                "count": total,
                "href": f"{place.base}?queue={queue.slug}" if queue.slug else place.base,
                "is_current": queue == current,
            }
        )
    return views


def queue_words(queue: Queue, place: Place) -> str:
    """A queue's name on this connection."""
    return filled(queue.word, place.terms, place.scheme)


def todo_views(place: Place, known: dict[str, int]) -> list[dict[str, Any]]:
    """At most three lines of what stands in the way."""
    field, may_edit = place.provider.number_field(place.scheme), member().may(Permission.EDIT_CUSTOMERS)
    missing = f"no {place.scheme} that we can read" if field and field.is_masked else f"no valid {place.scheme}"
    lines = [
        (
            states.NEEDS_NUMBER,
            "todo",
            f"{missing}, so they can’t be invited.",
            "Add numbers",
            "needs-number",
        ),
        (states.NEEDS_EMAIL, "todo", "no e-mail address, so they can’t be invited.", "Add addresses", "needs-email"),
        (states.BOUNCED, "bad", "an e-mail address that refused our mail.", "Fix addresses", "problems"),
    ]
    return [
        {
            "count": known[state],
            "sentence": f"{'customer has' if known[state] == 1 else 'customers have'} {sentence}",
            "action": action if may_edit else "See them",
            "href": f"{place.base}?queue={queue}",
            "tone": tone,
            "code": state_code(state),
        }
        for state, tone, sentence, action, queue in lines
        if known.get(state)
    ]


def sync_view(place: Place, *, new_href: str = "", waits_for_rows: bool = False) -> dict[str, Any]:
    """The last-sync line (`customers/_sync_status.html`). `waits_for_rows`: the list beside it is still empty."""
    row = place.connection
    running = row.sync_state in ("queued", "running")
    state = (
        "running"
        if running
        else row.sync_state
        if row.sync_state in ("waiting", "failed")
        else ("done" if row.synced_at else "never")
    )
    stale = row.synced_at is None or clock.now() - row.synced_at > STALE_AFTER
    here = g.get("member")  # nobody's, where support looks from outside
    can_start = may_be_asked(row) and here is not None and here.may(Permission.EDIT_CUSTOMERS)
    starts_itself = stale and row.sync_state == "idle" and not saves_calls(place.provider) and not g.get("on_behalf")
    return {
        "state": state,
        "code": _sync_code(row, state),
        "words": _sync_words(place, state),
        "done": row.sync_seen,
        "total": row.sync_total,
        "counts": [] if running else _change_counts(place),
        "new": ("Show what has arrived", new_href) if new_href else None,
        "start_href": place.href("sync") if can_start else None,
        "poll_href": place.href("sync_status", empty="yes" if waits_for_rows else None),
        "is_stale": can_start and starts_itself,
        "announce": None,
    }


def _sync_code(row: Connection, state: str) -> str:
    """The code of what is the matter with the sync; empty when nothing is."""
    if state in ("waiting", "failed"):
        return row.sync_error or f"SYNC-{state.upper()}"
    return "SYNC-NEVER" if state == "never" else ""


def _sync_words(place: Place, state: str) -> str:
    row, name = place.connection, place.provider.name
    listed = f"{place.provider.contact_word}s"
    if state == "running":
        if row.sync_phase not in ("", "walk") or (row.sync_state == "queued" and row.synced_at):
            return f"Asking {name} what has changed …"
        if row.sync_total:
            return f"{number(row.sync_seen)} of about {number(row.sync_total)} {listed} from {name}"
        return f"Reading {listed} from {name} …"
    if state == "waiting":
        said = row.sync_message or SYNC_SLOW.format(provider=name)
        if row.sync_resumes_at:
            return f"{said} We continue {soon(row.sync_resumes_at)}."
        return said if "try again" in said else f"{said} We try again by ourselves."
    if state == "failed":
        return row.sync_message or SYNC_FAILED.format(provider=name)
    if row.synced_at is None:
        return SYNC_NEVER
    return f"Synced {_when(row)}"


def _when(row: Connection) -> str:
    assert row.synced_at is not None
    today = day(row.synced_at) == day(clock.now())
    return f"{'today' if today else day(row.synced_at)}, {clock_time(row.synced_at)}"


def _change_counts(place: Place) -> list[tuple[str, str]]:
    row = place.connection
    changes = (("new", row.last_new), ("changed", row.last_changed), ("gone", row.last_gone))
    shown = [(f"{number(count)} {what}", f"{place.base}?sync={what}") for what, count in changes if count]
    if row.last_skipped:
        shown.append((f"{number(row.last_skipped)} skipped", place.href("skipped")))
    return shown


def own_number_banner(place: Place) -> dict[str, Any] | None:
    """The one banner while the organisation's own number is missing, with the fix in it; before, nobody is invited."""
    organisation = place.organisation
    if organisation.number:
        return None
    settings = url_for("organisations.business", organisation=organisation.id)
    found = place.connection.file_number
    fits = (nzbn_or_none if organisation.country == "NZ" else abn_or_none)(found) if found else None
    suggestion = None
    if fits:
        suggestion = {
            "number": fits.digits,
            "number_display": fits.display,
            "use_href": url_for("organisations.business", organisation=organisation.id, next=place.base),
        }
    kind = organisation.number_scheme
    words = OWN_NUMBER_MISSING.format(scheme=kind)
    if not member().may(Permission.MANAGE_ORGANISATION):
        return {"words": f"{words} An admin of {organisation.name} can add it.", "suggestion": None, "href": None}
    if fits:
        words += f" {place.provider.name} says it is {fits.display}."
    return {"words": words, "suggestion": suggestion, "href": settings}


def connection_view(place: Place) -> dict[str, Any]:
    """The connection as the page's head shows it; `problem` when it has ended."""
    problem, own = reconnect_words(place.connection, place.provider), queries.ledgers()
    return {
        "file_name": place.connection.file_name,
        "ledgers": _ledgers(place, own),
        "elsewhere": _elsewhere(own),
        "href": place.href("connection"),
        "problem": problem,
        "reconnect_href": url_for(
            f"{place.provider.slug}.connect", organisation=place.organisation.id, reconnect=place.connection.id
        )
        if member().may(Permission.CONNECT)
        else None,
    }


def _ledgers(place: Place, ledgers: list[queries.Ledger]) -> list[dict[str, Any]]:
    """All ledgers of the organisation, to move between; none when this is its only one."""
    if len(ledgers) < 2:
        return []
    return [
        {
            "system": provider_of(one.provider).name,
            "file_name": one.file_name,
            "state": one.state,
            "href": url_for(f"{one.provider}.customers", connection=one.id),
            "is_current": one.id == place.connection.id,
        }
        for one in ledgers
    ]


def _elsewhere(own: list[queries.Ledger]) -> list[dict[str, Any]]:
    """The ledgers of other organisations that this browser had open: an adviser goes from client to client."""
    opened = [] if g.on_behalf else opened_elsewhere([one.id for one in own])
    words = {one.id: f"{provider_of(one.provider).name}, {one.file_name}" for _, one in opened}
    hrefs = {one.id: url_for(f"{one.provider}.customers", connection=one.id) for _, one in opened}
    return [{"organisation": name, "ledger": words[one.id], "href": hrefs[one.id]} for name, one in opened]


def found_words(place: Place, query: ListQuery, found: int, known: dict[str, int]) -> str:
    """How many there are, beside the search field."""
    listed = place.provider.contact_word
    if query.search or query.change:
        return "more than 1,000 found" if found >= listing.COUNT_LIMIT else f"{plural(found, listed)} found"
    total = sum(known.get(state, 0) for state in query.queue.states)
    return plural(total, listed)


def shown_words(query: ListQuery, page: listing.Slice, known: dict[str, int]) -> str:
    """`1–50 of 801`, or how many are shown where the place in the order isn't known."""
    rows = len(page.rows)
    total = sum(known.get(state, 0) for state in query.queue.states)
    if query.search or query.change:
        return f"{rows} shown"
    return part_of(rows, total, is_first=not page.has_previous, is_last=not page.has_next)


def part_of(rows: int, total: int, *, is_first: bool, is_last: bool) -> str:
    """Which part of `total` a page shows."""
    if is_first:
        return f"1–{rows} of {number(total)}"
    if is_last:
        return f"{number(total - rows + 1)}–{number(total)} of {number(total)}"
    return f"{rows} shown of {number(total)}"


def empty_view(place: Place, query: ListQuery) -> dict[str, Any]:
    """What to say instead of no rows."""
    queue = query.queue
    about = "sync" if query.change else queue.slug
    words = EMPTY_WORDS[about]
    title, text = (filled(each, place.terms, place.scheme) for each in words)
    way_on: dict[str, str | None] = {"href": place.base, "action": "All customers"}
    if queue.slug in ("invited", "joined", "problems"):
        way_on = {"href": f"{place.base}?queue=can-invite", "action": "See who can be invited"}
    if query.is_everything:
        connected = place.connection.state == "active" and member().may(Permission.EDIT_CUSTOMERS)
        add = f"Add a {place.provider.contact_word} to {place.provider.name}"
        way_on = {"href": place.href("add_contact") if connected else None, "action": add}
    mark = "joined" if queue.slug == "problems" else queue.mark or "not-customer"
    return {"title": title, "text": text, "mark": mark, "tone": "rest", "code": empty_code(about), **way_on}


def open_href(place: Place, external_id: str) -> str:
    """The contact's page in the accounting system."""
    return contact_url(place.connection, external_id)


def known_counts(place: Place) -> dict[str, int]:
    """The maintained counts of this connection."""
    return dict(counts(place.connection.id))

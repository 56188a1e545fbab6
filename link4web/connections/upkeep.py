"""What keeps a connection up to date, for its own page: news, the next run, calls left, and cures for trouble."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import url_for

from link4web import clock
from link4web.connections import webhooks
from link4web.connections.allowance import Left, Turns
from link4web.connections.due import is_told, next_run, pace, saves_calls
from link4web.connections.models import Connection
from link4web.connections.syncing import goes_on_at, may_be_asked
from link4web.providers.base.provider import Provider
from link4web.web.access import member
from link4web.web.filters import moment, number, soon
from link4web.web.rights import Permission

CURE_WAITING = "Nothing to do: we go on by ourselves{when}. What is here stays as it is."
GOES_ON = "where it has stopped"
QUIET = timedelta(days=1)  # many ledgers see no change for so long
SILENT, SILENT_SO_FAR = "nothing heard in the last month", "nothing heard since it was connected"
CURE_FAILED = (
    "Press Sync now. If it stops again, look whether {provider} itself works for you, then send us the code. What is"
    " here stays as it is."
)


@dataclass(frozen=True)
class Calls:
    """Calls at a limit of the provider, as we count them. `when` is *today* or *this month*, which began at `since`.

    `is_shared`: with everybody who uses Link4web. `said` is the provider's own word, which is worth more than ours.
    """

    when: str
    since: str
    used: int
    most: int
    is_shared: bool
    said: Left | None = None

    @property
    def left(self) -> int:
        return max(0, self.most - self.used)


def upkeep_view(connection: Connection, provider: Provider) -> dict[str, Any]:
    """The context of `connections/_upkeep.html`; it says nothing of a connection that has ended but its last sync."""
    is_active = connection.state == "active"
    is_waiting = connection.sync_state == "waiting"
    turns = Turns.of(connection)
    return {
        "now": _now(connection, provider),
        "cure": _cure(connection, provider) if is_active else "",
        "news": _news(connection, provider),
        "next_run": _next_run(connection) if is_active else None,
        "pace": f"{GOES_ON}, then {_pace_words(provider)}" if is_waiting else _pace_words(provider),
        "hears_at_once": is_told(provider),
        "heard": _heard(connection) if is_told(provider) else "",
        "calls": _calls(turns, provider) if is_active else [],
        "sync_href": url_for(f"{provider.slug}.sync", connection=connection.id)
        if may_be_asked(connection) and member().may(Permission.EDIT_CUSTOMERS)
        else None,
    }


def _calls(turns: Turns, provider: Provider) -> list[Calls]:
    found = []
    if provider.rate.per_day:
        shared = provider.rate.is_shared
        found.append(
            Calls("today", "midnight UTC", turns.used_today(), provider.rate.per_day, shared, turns.said_left())
        )
    if turns.per_month:
        found.append(Calls("this month", "the 1st, UTC", turns.used_this_month(), turns.per_month, is_shared=True))
    return found


def _pace_words(provider: Provider) -> str:
    if saves_calls(provider):
        return f"once a day, since this month’s calls to {provider.name} are nearly used up"
    often = f"every {round(pace(provider).total_seconds() / 60)} minutes"
    return f"{often} while somebody works here, otherwise once a day"


def _now(connection: Connection, provider: Provider) -> str:
    match connection.sync_state:
        case "queued":
            return "About to start"
        case "running":
            seen = f", {number(connection.sync_seen)} so far" if connection.sync_seen else ""
            return f"Reading from {provider.name}{seen}"
        case "waiting":
            return "Waiting, then we go on"
        case "failed":
            return "The last sync stopped"
        case _:
            return "Up to date" if connection.synced_at else "Nothing read yet"


def _next_run(connection: Connection) -> datetime | None:
    """When something happens without anybody pressing anything; None while it does, or where nobody knows."""
    if connection.sync_state in ("idle", "failed"):
        return next_run(connection)
    at = goes_on_at(connection)
    return max(at, clock.now()) if at else None


def _heard(connection: Connection) -> str:
    """What webhooks have told since the connection is active; nothing of a silence that has hardly begun."""
    heard = webhooks.last_notice(connection, connection.state_since)
    if heard:
        return f"last on {moment(heard.received_at)}"
    silent = clock.now() - connection.state_since
    return SILENT if silent > webhooks.KEPT else SILENT_SO_FAR if silent > QUIET else ""


def _cure(connection: Connection, provider: Provider) -> str:
    """What a person can do about the last error; nothing when there is none."""
    if connection.sync_state == "waiting":
        at = goes_on_at(connection)
        return CURE_WAITING.format(when=f" {soon(at)}" if at else "")
    if connection.sync_state == "failed":
        return CURE_FAILED.format(provider=provider.name)
    return ""


def _news(connection: Connection, provider: Provider) -> list[tuple[str, str | None]]:
    """How many contacts the last sync found new, changed, gone or unreadable, each with the page that shows them."""
    listed = f"{provider.slug}.customers"
    counts = (("new", connection.last_new), ("changed", connection.last_changed), ("gone", connection.last_gone))
    news: list[tuple[str, str | None]] = [
        (f"{number(count)} {what}", url_for(listed, connection=connection.id, sync=what) if count else None)
        for what, count in counts
    ]
    skipped = connection.last_skipped
    where = url_for(f"{provider.slug}.skipped", connection=connection.id) if skipped else None
    return [*news, (f"{number(skipped)} skipped", where)]

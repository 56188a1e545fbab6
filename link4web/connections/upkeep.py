"""What keeps a connection up to date, for its own page: news, the next run, calls left, and cures for trouble."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from link4web.connections import webhooks
from link4web.connections.allowance import Left, Turns
from link4web.connections.due import is_told, next_run, pace, saves_calls
from link4web.connections.models import Connection
from link4web.providers.base.provider import Provider
from link4web.web.access import member
from link4web.web.filters import number, soon
from link4web.web.rights import Permission

CURE_WAITING = "Nothing to do: we go on by ourselves{when}. What is here stays as it is."
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
    turns = Turns.of(connection)
    heard = webhooks.last_notice(connection) if provider.has_webhooks else None
    return {
        "now": _now(connection, provider),
        "cure": _cure(connection, provider) if is_active else "",
        "news": _news(connection, provider),
        "next_run": next_run(connection) if is_active and connection.sync_state in ("idle", "failed") else None,
        "pace": _pace_words(provider),
        "hears_at_once": is_told(provider),
        "heard": heard.received_at if heard else None,
        "calls": _calls(turns, provider) if is_active else [],
        "sync_href": url_for(f"{provider.slug}.sync", connection=connection.id)
        if is_active and connection.sync_state in ("idle", "failed") and member().may(Permission.EDIT_CUSTOMERS)
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


def _cure(connection: Connection, provider: Provider) -> str:
    """What a person can do about the last error; nothing when there is none."""
    if connection.sync_state == "waiting":
        when = f" {soon(connection.sync_resumes_at)}" if connection.sync_resumes_at else ""
        return CURE_WAITING.format(when=when)
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

"""QuickBooks' webhooks: what is told, in CloudEvents or the older form, and how it is sent.

After Intuit developer documentation, "Webhooks" and "Understanding the data object".
"""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec

from link4web.simulators import clock
from link4web.simulators.quickbooks.behaviour import NAME, SWITCHES
from link4web.simulators.webhooks import Event, Habits, happened

SOURCE = "intuit.bGluazR3ZWItaG9tZS1zaW11bGF0b3I="
PAST = {"Create": "created", "Update": "updated", "Delete": "deleted", "Merge": "merged", "Emailed": "emailed"}


def changed(
    db: sqlite3.Connection, realm: str, kind: str, number: str, operation: str, deleted: str | None = None
) -> None:
    """Note a change in a company that is connected; `deleted` is the id that a merge made disappear."""
    all_changed(db, realm, kind, [number], operation, deleted)


def all_changed(
    db: sqlite3.Connection,
    realm: str,
    kind: str,
    numbers: Iterable[str],
    operation: str,
    deleted: str | None = None,
) -> None:
    """Note the same about many objects at once."""
    connected = db.execute("select 1 from quickbooks_grant where realm = ? and dead = 0 limit 1", (realm,)).fetchone()
    if connected:
        facts = {"realm": realm, "kind": kind, "operation": operation, "deleted": deleted, "at": clock.now()}
        for number in numbers:
            happened(NAME, {**facts, "number": number})


def render(events: list[Event]) -> list[bytes]:
    """One body for all companies' events."""
    body = [_cloud(one) for one in events] if SWITCHES["webhook_format"] == "cloudevents" else _legacy(events)
    return [msgspec.json.encode(body)]


def _cloud(event: Event) -> dict[str, Any]:
    past = SWITCHES["webhook_void"] if event["operation"] == "Void" else PAST[event["operation"]]
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": SOURCE,
        "type": f"qbo.{event['kind'].lower()}.{past}.v1",
        "datacontenttype": "application/json",
        "time": _nanoseconds(event["at"]),
        "intuitentityid": event["number"],
        "intuitaccountid": event["realm"],
        "data": {"deletedid": event["deleted"]} if event["deleted"] else {},
    }


def _legacy(events: list[Event]) -> dict[str, Any]:
    by_realm: dict[str, list[dict[str, str]]] = {}
    for event in events:
        entity = {
            "name": event["kind"],
            "id": event["number"],
            "operation": event["operation"],
            "lastUpdated": event["at"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        if event["deleted"]:
            entity["deletedId"] = event["deleted"]
        by_realm.setdefault(event["realm"], []).append(entity)
    told = [{"realmId": realm, "dataChangeEvent": {"entities": listed}} for realm, listed in by_realm.items()]
    return {"eventNotifications": told}


def _nanoseconds(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "517Z"


HABITS = Habits(
    service=NAME,
    header="intuit-signature",
    patience=3.0,
    pauses=(0, 10, 20, 30, 300, 1200, 7200, 14_400, 21_600),
    gives_up=False,
    render=render,
    settle=lambda: float(SWITCHES["webhook_settle_seconds"]),
)

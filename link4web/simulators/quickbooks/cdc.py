"""Change data capture: what changed since a moment, at most 1,000 objects, 30 days back.

After Intuit developer documentation, "Change data capture operation", and Intuit's API reference,
"ChangeDataCapture".
"""

import sqlite3
from typing import Any

from flask import Response, request

from link4web.simulators import clock
from link4web.simulators.quickbooks import errors
from link4web.simulators.quickbooks.behaviour import SWITCHES
from link4web.simulators.quickbooks.envelope import answer
from link4web.simulators.quickbooks.gate import Call
from link4web.simulators.quickbooks.query import ENTITIES
from link4web.simulators.quickbooks.records import parsed
from link4web.simulators.quickbooks.times import read_moment
from link4web.simulators.state import state

MOST_OBJECTS = 1000
MOST_DAYS_MS = 30 * 86_400 * 1000
ORDERS = {"id": "o.number", "oldest": "o.updated_ms, o.number", "newest": "o.updated_ms desc, o.number desc"}


def cdc(call: Call) -> Response:
    """Raises: ApiError: 400, no entities, an unknown one, or a moment that can't be used."""
    since = _since(request.args.get("changedSince", ""))
    kinds = [_kind(name.strip()) for name in request.args.get("entities", "").split(",") if name.strip()]
    if not kinds:
        raise errors.missing("entities")
    left, responses = MOST_OBJECTS, []
    with state().store.read() as db:
        for kind in kinds:
            objects = _changed(db, call.realm, kind, since, left)
            left -= len(objects)
            page = {kind: objects, "startPosition": 1, "maxResults": len(objects)}
            responses.append(page if objects else {})
    return answer({"CDCResponse": [{"QueryResponse": responses}]})


def _changed(db: sqlite3.Connection, realm: str, kind: str, since: int, most: int) -> list[dict[str, Any]]:
    rows = db.execute(
        "select b.body from quickbooks_object o join quickbooks_body b on b.id = o.id"  # noqa: S608 (orders of our own)
        " where o.realm = ? and o.kind = ? and o.updated_ms >= ?"
        f" order by {ORDERS[SWITCHES['cdc_order']]} limit ?",
        (realm, kind, since, most),
    ).fetchall()
    return [_told(parsed(row["body"])) for row in rows]


def _told(body: dict[str, Any]) -> dict[str, Any]:
    if body.get("status") != "Deleted":
        return body
    times = {"LastUpdatedTime": body["MetaData"]["LastUpdatedTime"]}
    return {"domain": "QBO", "status": "Deleted", "Id": body["Id"], "MetaData": times}


def _since(text: str) -> int:
    if not text:
        raise errors.missing("changedSince")
    # an unencoded plus arrives as a space
    since = read_moment(text.strip().replace(" ", "+"))
    if since is None:
        raise errors.Fault(
            2060, "Invalid Date Format", f"The date format isn't valid. Supplied value:{text}", "changedSince"
        )
    if since < clock.milliseconds() - MOST_DAYS_MS:
        raise errors.Fault(2190, "Invalid Date Range", "changedSince can be 30 days ago at most.", "changedSince")
    return since


def _kind(name: str) -> str:
    kind = ENTITIES.get(name.lower())
    if kind is None:
        raise errors.Fault(2000, "Invalid or unsupported object name", f"Object Name: {name}", "entities")
    return kind

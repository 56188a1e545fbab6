"""Several calls in one: each item for itself, in order, a fault in its own place (Intuit's API reference, "Batch")."""

from collections.abc import Callable
from typing import Any

from flask import Response

from link4web.simulators.quickbooks import errors
from link4web.simulators.quickbooks.behaviour import SWITCHES
from link4web.simulators.quickbooks.envelope import answer
from link4web.simulators.quickbooks.errors import ApiError
from link4web.simulators.quickbooks.gate import Call
from link4web.simulators.quickbooks.query import ENTITIES, answer_query
from link4web.simulators.quickbooks.records import Object
from link4web.simulators.state import state

OPTIONS = ("bId", "operation", "optionsData", "Query")


def batch(call: Call, body: Object, save: Callable[..., Object]) -> Response:
    """Raises: ApiError: 400, no items, or more than allowed."""
    items = body.get("BatchItemRequest")
    if not isinstance(items, list) or not items or not all(isinstance(one, dict) for one in items):
        raise errors.missing("BatchItemRequest")
    most = int(SWITCHES["batch_items"])
    if len(items) > most:
        raise errors.Fault(1040, "Batch size exceeds allowed limit", f"The batch limit size is {most}.")
    return answer({"BatchItemResponse": [_item(call, one, save) for one in items]})


def _item(call: Call, item: Object, save: Callable[..., Object]) -> Object:
    marked = {"bId": str(item["bId"])} if "bId" in item else {}
    try:
        return {**marked, **_done(call, item, save)}
    except ApiError as trouble:
        return {**marked, "Fault": trouble.fault}


def _done(call: Call, item: Object, save: Callable[..., Object]) -> Object:
    if "Query" in item:
        found: Any = answer_query(call, str(item["Query"])).get_json(silent=True) or {}
        return {"QueryResponse": found.get("QueryResponse", {})}
    name = next((one for one in item if one not in OPTIONS), "")
    kind = ENTITIES.get(name.lower())
    if kind is None or not isinstance(item[name], dict):
        raise errors.Fault(2000, "Invalid or unsupported object name", f"Object Name: {name}")
    with state().store.write() as db:
        return {kind: save(db, call.realm, kind, item[name], str(item.get("operation", "")).lower())}

"""Xero's webhooks: what is told, how it is sent, and the proof that the address wants it.

After Xero developer documentation, "Webhooks", and Xero's OpenAPI description of them.
"""

import secrets
import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from link4web.simulators import clock
from link4web.simulators.control import PREFIX, ControlError, answer
from link4web.simulators.state import state
from link4web.simulators.webhooks import Event, Habits, Target, happened, send, set_target, signature, target_of
from link4web.simulators.xero.behaviour import NAME, SWITCHES

CATEGORIES = {"Contacts": "CONTACT", "Invoices": "INVOICE", "CreditNotes": "CREDITNOTE"}
LAST_SEQUENCE = "xero sequence"


def changed(
    db: sqlite3.Connection, tenant_id: str, resource: str, key: str, kind: str, data: dict[str, str] | None = None
) -> None:
    """Note that something was created or updated (`kind` CREATE, UPDATE) in an organisation that is connected."""
    all_changed(db, tenant_id, resource, [key], kind, data)


def all_changed(
    db: sqlite3.Connection,
    tenant_id: str,
    resource: str,
    keys: Iterable[str],
    kind: str,
    data: dict[str, str] | None = None,
) -> None:
    """Note the same about many things at once."""
    if db.execute("select 1 from xero_connection where tenant_id = ? limit 1", (tenant_id,)).fetchone() is None:
        return
    root, now = f"{request.host_url}{NAME}/api.xro/2.0/{resource}", clock.now()
    for key in keys:
        event = {
            "resourceUrl": f"{root}/{key}",
            "resourceId": key,
            "tenantId": tenant_id,
            "tenantType": "ORGANISATION",
            "eventCategory": CATEGORIES[resource],
            "eventType": kind,
            "eventDateUtc": now.isoformat(timespec="milliseconds")[:23],
        }
        happened(NAME, {**event, "data": data} if data else event)


def render(events: list[Event]) -> list[bytes]:
    last = state().store.setting("webhooks", LAST_SEQUENCE, default=0)
    assert isinstance(last, int)
    state().store.set_setting("webhooks", LAST_SEQUENCE, last + len(events))
    return [_body(events, last + 1)]


def add_intent(blueprint: Blueprint) -> None:
    @blueprint.post(f"{PREFIX}/intent", endpoint="control_intent")
    def intent() -> Response:
        """Empty events, some signed wrong on purpose: each must be answered as it deserves, or nothing is sent."""
        target = target_of(NAME)
        if target is None:
            raise ControlError("There is no webhook target yet.")
        answers = [_ask(target, signed_right=right) for right in (True, False, True, False)]
        wants = all(one["as_expected"] for one in answers)
        set_target(NAME, Target(url=target.url, key=target.key, active=wants))
        return answer({"ok": wants, "answers": answers})


def _ask(target: Target, *, signed_right: bool) -> dict[str, Any]:
    body = _body([], 0)
    signed = signature(target.key if signed_right else f"not {target.key}", body)
    facts = send(HABITS, target.url, body, signed)
    right = facts["status"] == (200 if signed_right else 401)
    bare = not facts["set_cookie"] and not facts["answer"]
    return {**facts, "signed_right": signed_right, "as_expected": right and bare}


def _body(events: list[Event], first: int) -> bytes:
    last = first + len(events) - 1 if events else first
    entropy = secrets.token_hex(10).upper()
    facts = {"events": events, "firstEventSequence": first, "lastEventSequence": last, "entropy": entropy}
    return msgspec.json.encode(facts)


HABITS = Habits(
    service=NAME,
    header="x-xero-signature",
    patience=5.0,
    # at once, then less and less often, for a day
    pauses=(0, 900, 900, 1800, 3600, 7200, 14_400, 28_800, 28_800),
    gives_up=True,
    render=render,
    settle=lambda: float(SWITCHES["webhook_settle_seconds"]),
    confirms=lambda: bool(SWITCHES["webhooks_need_intent"]),
)

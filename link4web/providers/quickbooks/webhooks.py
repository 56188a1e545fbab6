"""What Intuit's webhooks tell: CloudEvents since 2026, and the body of the years before (Intuit, "Webhooks").

Only customers matter to us, and only that some of them changed; the ledger is read for what they are.
"""

from collections.abc import Iterator, Mapping

import structlog

from link4web.providers.base import signatures
from link4web.providers.base.reading import anything
from link4web.providers.base.records import Notice
from link4web.providers.quickbooks.mapping import is_realm

_log = structlog.get_logger("link4web.providers")


def notices(key: str, headers: Mapping[str, str], body: bytes) -> list[Notice]:
    """The notices in a signed body; raises BadSignature for any other."""
    signatures.check(key, body, headers.get("intuit-signature", ""))
    told = anything(body)
    if isinstance(told, list):
        return list(_cloud_events(told))
    if isinstance(told, dict) and "eventNotifications" in told:
        return list(_legacy(told["eventNotifications"]))
    _log.warning("webhook.unknown_body", provider="quickbooks", bytes=len(body))
    return []


def _cloud_events(events: list[object]) -> Iterator[Notice]:
    for event in events:
        realm, kind = _text(event, "intuitaccountid"), _text(event, "type").lower()
        if not is_realm(realm) or not kind.startswith("qbo.customer."):
            continue
        named = _text(event, "id")
        # events of one microsecond have different ids; without one the parts must tell them apart
        parts = (realm, kind, _text(event, "intuitentityid"), _text(event, "time"))
        yield Notice(file_id=realm, event_id=named or signatures.derived_id(*parts))


def _legacy(notifications: object) -> Iterator[Notice]:
    for notification in notifications if isinstance(notifications, list) else []:
        realm = _text(notification, "realmId")
        changed = _value(_value(notification, "dataChangeEvent"), "entities")
        for entity in changed if isinstance(changed, list) and is_realm(realm) else []:
            if _text(entity, "name").lower() == "customer":
                parts = [_text(entity, name) for name in ("name", "id", "operation", "lastUpdated")]
                yield Notice(file_id=realm, event_id=signatures.derived_id(realm, *parts))


def _value(node: object, name: str) -> object:
    return node.get(name) if isinstance(node, dict) else None


def _text(node: object, name: str) -> str:
    value = _value(node, name)
    return str(value) if isinstance(value, str | int) else ""

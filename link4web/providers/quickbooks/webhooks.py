"""What Intuit's webhooks tell: CloudEvents since 2026, and the body of the years before.

Only customers matter to us, and only that some of them changed, or which one was removed; the ledger is read for what
they are. After Intuit developer documentation, "Webhooks" and "Understanding the data object".
"""

from collections.abc import Iterator, Mapping

import structlog

from link4web.providers.base import signatures
from link4web.providers.base.reading import anything
from link4web.providers.base.records import Notice
from link4web.providers.quickbooks.mapping import is_id, is_realm

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
        entity = _text(event, "intuitentityid")
        parts = (realm, kind, entity, _text(event, "time"))
        operation = kind.removeprefix("qbo.customer.").partition(".")[0]
        removed, into = _removed(operation, entity, _text(_value(event, "data"), "deletedid"))
        event_id = named or signatures.derived_id(*parts)
        yield Notice(file_id=realm, event_id=event_id, removed=removed, merged_into=into)


def _legacy(notifications: object) -> Iterator[Notice]:
    for notification in notifications if isinstance(notifications, list) else []:
        realm = _text(notification, "realmId")
        changed = _value(_value(notification, "dataChangeEvent"), "entities")
        for entity in changed if isinstance(changed, list) and is_realm(realm) else []:
            if _text(entity, "name").lower() == "customer":
                parts = [_text(entity, name) for name in ("name", "id", "operation", "lastUpdated")]
                removed, into = _removed(parts[2].lower(), parts[1], _text(entity, "deletedId"))
                event_id = signatures.derived_id(realm, *parts, *filter(None, [removed]))
                yield Notice(file_id=realm, event_id=event_id, removed=removed, merged_into=into)


def _removed(operation: str, entity: str, deleted: str) -> tuple[str, str]:
    """The customer that is no longer there, and the one it was merged into, which is what a merge's event is about."""
    if operation in ("merge", "merged") and is_id(deleted):
        return deleted, entity if is_id(entity) else ""
    return (entity, "") if operation in ("delete", "deleted") and is_id(entity) else ("", "")


def _value(node: object, name: str) -> object:
    return node.get(name) if isinstance(node, dict) else None


def _text(node: object, name: str) -> str:
    value = _value(node, name)
    return str(value) if isinstance(value, str | int) else ""

"""What Xero's webhooks tell (Xero developer documentation, "Webhooks").

Contacts matter, and sales documents, which make contacts customers. Signed bodies without events only prove that we
know the key: Xero sends some, others signed wrong on purpose, before it sends anything else.
"""

from collections.abc import Iterator, Mapping

import structlog

from link4web.providers.base import signatures
from link4web.providers.base.reading import anything, is_guid
from link4web.providers.base.records import Notice

_SALES = {"INVOICE", "CREDITNOTE"}
_CATEGORIES = {"CONTACT", *_SALES}
_PARTS = ("tenantId", "eventCategory", "resourceId", "eventType", "eventDateUtc")
_log = structlog.get_logger("link4web.providers")


def notices(key: str, headers: Mapping[str, str], body: bytes) -> list[Notice]:
    """The notices in a signed body; raises BadSignature for any other."""
    signatures.check(key, body, headers.get("x-xero-signature", ""))
    told = anything(body)
    events = told.get("events") if isinstance(told, dict) else None
    if not isinstance(events, list):
        _log.warning("webhook.unknown_body", provider="xero", bytes=len(body))
        return []
    return list(_about_ledgers(events))


def _about_ledgers(events: list[object]) -> Iterator[Notice]:
    for event in events:
        if not isinstance(event, dict):
            continue
        # Xero has been seen to write "UPDATE" and "Update"
        parts = [str(event.get(name, "")).upper() for name in _PARTS]
        if parts[1] in _CATEGORIES and is_guid(parts[0]):
            # an event has no id of its own
            event_id = signatures.derived_id(*parts)
            yield Notice(file_id=parts[0].lower(), event_id=event_id, is_sale=parts[1] in _SALES)

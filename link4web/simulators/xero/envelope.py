"""The wrapping of Accounting API answers: envelope, paging element, and the indented form real bodies have."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec
from flask import Response

from link4web.simulators import clock
from link4web.simulators.xero.dates import ms_date

JSON = "application/json; charset=utf-8"


def rendered(value: object, depth: int = 0) -> str:
    """JSON as Xero writes it: two spaces of indentation, CRLF, and slashes escaped."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode().replace("/", "\\/")
    return text.replace("\n", "\r\n" + "  " * depth)


def answer(
    resource: str,
    items: Sequence[str | Mapping[str, Any]],
    pagination: Mapping[str, int] | None = None,
) -> Response:
    """The list answer for `resource`; items are objects, or already `rendered` at depth 2."""
    head = [
        f'  "Id": "{uuid4()}"',
        '  "Status": "OK"',
        '  "ProviderName": "Link4web at home"',
        f'  "DateTimeUTC": "\\/Date({clock.milliseconds()})\\/"',
    ]
    if pagination:
        head.append(f'  "pagination": {rendered(pagination, 1)}')
    texts = [one if isinstance(one, str) else rendered(one, 2) for one in items]
    listed = "[\r\n    " + ",\r\n    ".join(texts) + "\r\n  ]" if texts else "[]"
    body = "{\r\n" + ",\r\n".join([*head, f'  "{resource}": {listed}']) + "\r\n}"
    return Response(body.encode(), content_type=JSON)


def now_ms_date() -> str:
    return ms_date(clock.milliseconds())

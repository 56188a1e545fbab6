"""Answers in the two formats of the API: JSON where the request accepts it, else XML (Intuit, "REST API features")."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec
from flask import Response, request

from link4web.simulators.quickbooks.behaviour import SWITCHES
from link4web.simulators.quickbooks.errors import ApiError
from link4web.simulators.quickbooks.times import answer_time

JSON = "application/json;charset=UTF-8"
NAMESPACE = "http://schema.intuit.com/finance/v3"
# these stand as attributes in the XML of an object
ATTRIBUTES = (
    "domain",
    "sparse",
    "status",
    "startPosition",
    "maxResults",
    "totalCount",
    "type",
    "code",
    "element",
    "bId",
)
GATEWAY_NAMES = {"fault": "Fault", "error": "Error", "message": "Message", "detail": "Detail"}


def answer(body: dict[str, Any], status: int = 200) -> Response:
    """`body` with the time of the answer at its end."""
    return _response({**body, "time": answer_time()}, status)


def refused(error: ApiError) -> Response:
    response = _response(error.body, int(SWITCHES["fault_status"]) if error.status == 400 else error.status)
    response.headers.update(error.headers)
    return response


def raw_page(kind: str, bodies: list[str], facts: dict[str, int]) -> Response:
    """The answer to a query from rendered JSON objects, which are not read again where JSON is wanted."""
    if not wants_json():
        response: dict[str, Any] = {**({kind: [msgspec.json.decode(one) for one in bodies]} if bodies else {}), **facts}
        return answer({"QueryResponse": response})
    listed = f'"{kind}":[{",".join(bodies)}]' if bodies else ""
    parts = [listed, *(f'"{name}":{value}' for name, value in facts.items())]
    text = f'{{"QueryResponse":{{{",".join(filter(None, parts))}}},"time":"{answer_time()}"}}'
    return Response(text, content_type=JSON)


def wants_json() -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _response(body: dict[str, Any], status: int) -> Response:
    if wants_json():
        return Response(msgspec.json.encode(body), status, content_type=JSON)
    return Response(_xml(body), status, content_type="application/xml;charset=UTF-8")


def _xml(body: dict[str, Any]) -> str:
    inner = "".join(_node(name, value) for name, value in body.items() if name != "time")
    at = body["time"] if isinstance(body["time"], str) else answer_time()
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<IntuitResponse xmlns="{NAMESPACE}" time="{at}">{inner}</IntuitResponse>'


def _node(name: str, value: Any) -> str:
    tag = GATEWAY_NAMES.get(name, name)
    if value is None or value == []:
        return ""
    if isinstance(value, list):
        return "".join(_node(name, one) for one in value)
    if not isinstance(value, dict):
        return f"<{tag}>{_text(value)}</{tag}>"
    if "value" in value and set(value) <= {"value", "name"}:
        named = f" name={quoteattr(value['name'])}" if "name" in value else ""
        return f"<{tag}{named}>{_text(value['value'])}</{tag}>"
    facts = "".join(
        f" {one}={quoteattr(_text(value[one], quoted=True))}" for one in ATTRIBUTES if value.get(one) is not None
    )
    inner = "".join(_node(one, part) for one, part in value.items() if one not in ATTRIBUTES)
    return f"<{tag}{facts}>{inner}</{tag}>"


def _text(value: Any, *, quoted: bool = False) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if quoted else escape(text)

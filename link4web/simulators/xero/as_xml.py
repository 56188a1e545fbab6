"""Answers in XML, which Xero gives whenever a request doesn't accept JSON.

That it does is from Xero developer documentation, "Requests and responses". The shape is that of answers which clients
in Python and Ruby (pyxero, xeroizer) carry in their tests, recorded from the live API: a `Response` or `ApiException`
without a namespace, an element for each record of a list, nothing for what is empty, ISO dates without a zone where
JSON has `/Date()/`, and amounts with their cents. No recording shows the paging element; here it is named as in JSON.
Bodies that clients send are read as JSON alone.
"""

from typing import Any
from xml.sax.saxutils import escape

import msgspec
from flask import Response, request

from link4web.simulators.xero.dates import MS_DATE, iso

XML = "text/xml; charset=utf-8"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
SCHEMAS = f'xmlns:xsd="http://www.w3.org/2001/XMLSchema" {XSI}'
SINGULARS = {"Addresses": "Address", "Tracking": "TrackingCategory", "Elements": "DataContractBase"}
TYPES = {"contacts": "Contact", "invoices": "Invoice", "creditnotes": "CreditNote"}


def in_wanted_format(response: Response) -> Response:
    """The same answer as XML, unless the request accepts JSON, or there is none in it.

    What refuses a token or an organisation stands in front of the API and speaks JSON to everybody; so does a failure
    that was planned with a body of its own.
    """
    if "application/json" in request.headers.get("Accept", "") or response.mimetype != "application/json":
        return response
    try:
        body = msgspec.json.decode(response.get_data())
    except msgspec.DecodeError:
        return response
    name = next(
        (root for key, root in (("ErrorNumber", "ApiException"), ("ProviderName", "Response")) if key in body), ""
    )
    if name:
        response.set_data(f"<{name} {SCHEMAS}>{_members(body)}</{name}>")
        response.content_type = XML
    return response


def _members(value: dict[str, Any]) -> str:
    """Everything in an object; the text beside a date is JSON's alone."""
    beside = {f"{name}String" for name in value}
    return "".join(_element(name, one) for name, one in value.items() if name not in beside)


def _element(name: str, value: Any, attributes: str = "") -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, list):
        single = SINGULARS.get(name, name.removesuffix("s"))
        kind = f' xsi:type="{_record()}"' if name == "Elements" else ""
        inner = "".join(_element(single, one, kind) for one in value)
    else:
        inner = _members(value) if isinstance(value, dict) else escape(_text(name, value))
    return f"<{name}{attributes}>{inner}</{name}>"


def _record() -> str:
    """What kind of thing the request is about."""
    return next((kind for path, kind in TYPES.items() if f"/{path}" in request.path), "")


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        whole, _, fraction = str(value).partition(".")
        return f"{whole}.{fraction:0<2}"
    found = MS_DATE.match(value) if isinstance(value, str) else None
    zone = "Z" if name == "DateTimeUTC" else ""
    return f"{iso(int(found[1]))}{zone}" if found else str(value)

"""The ABN Lookup simulator: its JSON services, which answer always 200 and always JSONP.

The services are listed at abr.business.gov.au/json. What they say of a number that is wrong or unknown is documented
nowhere; the sentences are those that independent clients look for.
"""

import re
from difflib import SequenceMatcher
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template, request

from link4web.simulators.abr import register
from link4web.simulators.abr.register import SCHEMA, Entry
from link4web.simulators.control import add_controls
from link4web.simulators.folding import fold
from link4web.simulators.sample_numbers import is_abn, is_acn
from link4web.simulators.state import state
from link4web.simulators.switches import Switch, Switchboard

__all__ = ["NAME", "SCHEMA", "blueprint"]

NAME = "abr"
GUIDS = ("11111111-2222-3333-4444-555555555555",)
INVALID, NOT_FOUND = "Search text is not a valid ABN or ACN", "No record found"
UNKNOWN_GUID = "The GUID entered is not recognised as a Registered Party"
CALLBACK = re.compile(r"^[A-Za-z_$][\w$.]*$")
LIKE_ENOUGH = 0.55
ACTIVE, CANCELLED = "0000000001", "0000000002"
EMPTY: Entry = {
    "Abn": "", "AbnStatus": "", "AbnStatusEffectiveFrom": "", "Acn": "", "AddressDate": None, "AddressPostcode": "",
    "AddressState": "", "BusinessName": [], "EntityName": "", "EntityTypeCode": "", "EntityTypeName": "", "Gst": None,
}  # fmt: skip

SWITCHES = Switchboard(
    NAME,
    {
        "semicolon": Switch(default=False, about="End the call with a semicolon, as the service sometimes does."),
        "message": Switch(default="", about="Answer every look-up with this Message, as in maintenance windows."),
    },
)
blueprint = Blueprint(NAME, __name__, template_folder="templates")


@blueprint.get("/json/abndetails.aspx")
def abn_details() -> Response:
    return _details("abn")


@blueprint.get("/json/acndetails.aspx")
def acn_details() -> Response:
    return _details("acn")


@blueprint.get("/json/matchingnames.aspx")
def matching_names() -> Response:
    message = _refusal() or ("" if _asked("name").strip() else "Search text is required")
    if message:
        return _jsonp({"Message": message, "Names": []})
    most = min(200, max(1, request.args.get("maxResults", 10, type=int)))
    with state().store.read() as db:
        found = register.candidates(db, _asked("name"), 400)
    return _jsonp({"Message": "", "Names": _scored(_asked("name"), found)[:most]})


@blueprint.get("/")
def page() -> str:
    """The register as a page, to look up what the demo knows."""
    text = request.args.get("q", "")
    with state().store.read() as db:
        found = register.all_entries(db, text, 60)
    return render_template("abr/register.html", entries=found, q=text)


def _details(kind: str) -> Response:
    number = re.sub(r"\s", "", _asked(kind))
    message = _refusal()
    if message or not (is_abn(number) if kind == "abn" else is_acn(number) or is_abn(number)):
        return _jsonp({**EMPTY, "Message": message or INVALID})
    with state().store.read() as db:
        found = register.by_acn(db, number) if len(number) == 9 else register.by_abn(db, number)
    return _jsonp(found or {**EMPTY, "Message": NOT_FOUND})


def _refusal() -> str:
    if _asked("guid").lower() not in GUIDS:
        return UNKNOWN_GUID
    return str(SWITCHES["message"])


def _asked(name: str) -> str:
    """A parameter, whatever the case of its name."""
    return next((value for key, value in request.args.items() if key.lower() == name), "")


def _jsonp(value: Any) -> Response:
    callback = _asked("callback")
    name = callback if CALLBACK.match(callback) else "callback"
    text = f"{name}({msgspec.json.encode(value).decode()}){';' if SWITCHES['semicolon'] else ''}"
    return Response(text, content_type="text/javascript; charset=utf-8")


def _scored(text: str, entries: list[Entry]) -> list[dict[str, Any]]:
    wanted, rows = fold(text).replace(" pty ltd", ""), []
    for one in entries:
        for name, kind in register.names_of(one):
            likeness = SequenceMatcher(None, wanted, fold(name).replace(" pty ltd", "")).ratio()
            if likeness >= LIKE_ENOUGH:
                rows.append(_match(one, name, kind, round(likeness * 100)))
    return sorted(rows, key=lambda row: (-row["Score"], row["AbnStatus"], row["Name"]))


def _match(one: Entry, name: str, kind: str, score: int) -> dict[str, Any]:
    active = one["AbnStatus"] == "Active"
    return {
        "Abn": one["Abn"],
        "AbnStatus": ACTIVE if active else CANCELLED,
        "IsCurrent": True,
        "Name": name,
        "NameType": kind,
        "Postcode": one["AddressPostcode"],
        "Score": score,
        "State": one["AddressState"],
    }


def _describe() -> dict[str, Any]:
    root = request.host_url.rstrip("/") + "/abr/json"
    common = f"guid={GUIDS[0]}&callback=cb"
    examples = [
        f"{root}/AbnDetails.aspx?abn=86151956832&{common}",
        f"{root}/MatchingNames.aspx?name=Dry+Creek+Joinery&maxResults=10&{common}",
    ]
    return {"guids": list(GUIDS), "examples": examples}


add_controls(blueprint, SWITCHES, _describe, lambda: None)

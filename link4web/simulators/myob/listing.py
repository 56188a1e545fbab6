"""Lists of the API: `$top`, `$skip`, `$filter`, `$orderby`, Count and NextPageLink; and one record.

After MYOB developer documentation, "Retrieving Data". That a list without `$orderby` has no order to rely on is our
reading: nothing is promised.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
from flask import Response, request

from link4web.simulators.myob import errors, moments, records
from link4web.simulators.myob.behaviour import SWITCHES
from link4web.simulators.myob.errors import JSON, bad_query
from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.links import Sender, origin
from link4web.simulators.myob.odata import Column, Condition, Fields, UnknownField, read_filter, read_order
from link4web.simulators.myob.records import Entity, Stored
from link4web.simulators.state import state

DEFAULT_TOP, MOST_TOP = 400, 1000
EVERY = {"UID": Column("uid", "guid"), "LastModified": Column("modified_ms", "moment")}
# nothing is promised about the order when none is asked for; here what changes moves to the end
UNORDERED = "version"


def as_it_is(entity: Entity, _kind: str) -> Entity:
    return entity


@dataclass(frozen=True, kw_only=True)
class Collection:
    """What a list path lists: the records of a family, of some types; `shaped` is how one of a type looks there."""

    family: str
    types: tuple[str, ...]
    fields: Fields
    shaped: Callable[[Entity, str], Entity] = as_it_is


@dataclass(frozen=True)
class Page:
    top: int
    skip: int


def list_of(call: Call, collection: Collection) -> Response:
    """A page of a list.

    Raises:
        ApiError: 400, a parameter that can't be used.
    """
    page = _page()
    condition, order = _condition(call.business_id, collection), _order(collection.fields)
    # put together from our own tables of fields; every value is a parameter
    found = f"from myob_entity where {condition.sql}"
    with state().store.read() as db:
        count = db.execute(f"select count(*) {found}", condition.parameters).fetchone()[0]
        ids = db.execute(
            f"select id {found} order by {order} limit ? offset ?", (*condition.parameters, page.top, page.skip)
        ).fetchall()
        stored = records.rows_of(db, [row["id"] for row in ids])
    sender = Sender(call.business_id)
    items = [collection.shaped(sender.sent(one), one.type) for one in stored]
    following = page.skip + page.top
    link = _next_link(page.top, following) if following < count else None
    return answer({"Items": items, "NextPageLink": link, "Count": count + SWITCHES["count_off_by"]})


def one_of(call: Call, collection: Collection, uid: str) -> Response:
    """One record.

    Raises:
        ApiError: 404, or 410 for a deleted one where the switch says so.
    """
    with state().store.read() as db:
        stored = found_in(db, call, collection, uid)
    return answer(collection.shaped(Sender(call.business_id).sent(stored), stored.type))


def found_in(db: sqlite3.Connection, call: Call, collection: Collection, uid: str) -> Stored:
    """The record with this UID.

    Raises:
        ApiError: 404 or 410.
    """
    stored = records.find(db, call.business_id, collection.family, uid)
    if stored is None or (collection.types and stored.type not in collection.types):
        gone = records.find(db, call.business_id, collection.family, uid, removed=True)
        raise errors.removed() if gone and SWITCHES["reads_of_deleted"] == 410 else errors.not_found()
    return stored


def answer(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, content_type=JSON)


def _page() -> Page:
    top, skip = _number("$top", DEFAULT_TOP), _number("$skip", 0)
    if top < 1:
        raise bad_query("$top must be 1 or more", "$top")
    if top > MOST_TOP and SWITCHES["top_over_maximum"] == "refused":
        raise bad_query(f"$top must be {MOST_TOP} or less", "$top")
    top = min(top, MOST_TOP)
    if top > SWITCHES["times_out_above"]:
        raise errors.timed_out()
    if skip % top:
        raise bad_query("$skip must be a multiple of $top", "$skip")
    return Page(top, skip)


def _number(name: str, default: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise bad_query(f"{name} must be a whole number", name)
    return int(text)


def _condition(business_id: str, collection: Collection) -> Condition:
    parts, values = ["business_id = ?", "family = ?", "removed = 0"], [business_id, collection.family]
    if collection.types:
        parts.append(f"type in ({','.join('?' * len(collection.types))})")
        values += collection.types
    try:
        asked = read_filter(request.args.get("$filter", ""), collection.fields, moments.zone())
    except UnknownField as unknown:
        if SWITCHES["unknown_filter_field"] == "refused":
            raise bad_query(f"There is no field {unknown}", "$filter") from unknown
        asked = Condition()
    if asked.sql:
        parts.append(asked.sql)
    return Condition(" and ".join(parts), [*values, *asked.parameters])


def _order(fields: Fields) -> str:
    try:
        terms = read_order(request.args.get("$orderby", ""), fields)
    except UnknownField as unknown:
        raise bad_query(f"There is no field {unknown}", "$orderby") from unknown
    return ", ".join([*terms, "uid"] if terms else [UNORDERED])


def _next_link(top: int, skip: int) -> str:
    kept = [(name, value) for name, value in request.args.items() if name not in ("$top", "$skip")]
    query = urlencode([*kept, ("$top", str(top)), ("$skip", str(skip))], safe="$")
    return f"{origin()}{request.path}?{query}"

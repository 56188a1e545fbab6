"""Writing customers: POST creates, PUT replaces the whole object, DELETE removes.

After MYOB developer documentation, "Customer". That a field left out of a PUT is emptied is what the documentation
suggests and nobody states.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import msgspec
from flask import Response, request

from link4web.simulators.guids import as_guid
from link4web.simulators.myob import customer_checks, errors, records
from link4web.simulators.myob.behaviour import SWITCHES
from link4web.simulators.myob.contacts import CUSTOMER, CUSTOMERS
from link4web.simulators.myob.customer_record import customer
from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.links import Sender, address, path_of
from link4web.simulators.myob.listing import answer, found_in
from link4web.simulators.myob.records import CONTACT, Entity, Stored
from link4web.simulators.state import state

OF_THE_FILE = ("UID", "RowID", "RowVersion")


def create(call: Call) -> Response:
    """POST: 201 with Location.

    Raises:
        ApiError: 409, it was sent with an identity; 400, it breaks rules.
    """
    sent = new_object()
    with state().store.write() as db:
        stored = created(db, call, sent)
    return written(call, stored, 201)


def update(call: Call, uid: str) -> Response:
    """PUT: 200 with Location.

    Raises:
        ApiError: 404 or 410; 409, its RowVersion is not the latest; 400, it breaks rules.
    """
    sent = sent_object()
    with state().store.write() as db:
        old = found_in(db, call, CUSTOMERS, uid)
        check_identity(sent, old)
        stored = replaced(db, call, old, sent)
    return written(call, stored, 200)


def delete(call: Call, uid: str) -> Response:
    """DELETE: 200 and nothing else.

    Raises:
        ApiError: 404 or 410; 400, there are transactions with it.
    """
    with state().store.write() as db:
        deleted(db, call, found_in(db, call, CUSTOMERS, uid))
    return Response(status=200, content_type=errors.JSON)


def created(db: sqlite3.Connection, call: Call, sent: Mapping[str, Any], *, by_hand: bool = False) -> Stored:
    """Create a customer.

    Raises:
        ApiError: 400.
    """
    body = customer_checks.checked(db, call, sent, by_hand=by_hand)
    return records.add(db, call.business_id, CONTACT, CUSTOMER, customer(str(uuid4()), body))


def replaced(
    db: sqlite3.Connection, call: Call, old: Stored, sent: Mapping[str, Any], *, by_hand: bool = False
) -> Stored:
    """Put what was sent in a customer's place; what isn't sent starts anew.

    Raises:
        ApiError: 400.
    """
    whole = {**old.entity, **sent} if SWITCHES["put_semantics"] == "merge" else sent
    body = customer_checks.checked(db, call, whole, old=old.entity, by_hand=by_hand)
    new = customer(old.entity["UID"], body, old.entity["CurrentBalance"])
    return records.replace(db, call.business_id, old, new)


def deleted(db: sqlite3.Connection, call: Call, old: Stored) -> None:
    """Delete a customer.

    Raises:
        ApiError: 400, invoices were written to it.
    """
    used = db.execute(
        "select 1 from myob_entity where business_id = ? and owner = ? and removed = 0 limit 1",
        (call.business_id, old.entity["UID"]),
    ).fetchone()
    if used:
        raise errors.refused([errors.not_valid("A contact with transactions can't be deleted", "UID")])
    records.remove(db, old)


def sent_object() -> Entity:
    """The JSON object of the request's body.

    Raises:
        ApiError: 400.
    """
    try:
        return msgspec.json.decode(request.get_data(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise errors.wrong_type(str(error)) from error


def new_object() -> Entity:
    """The JSON object of something to be created.

    Raises:
        ApiError: 400; 409, it was sent with an identity.
    """
    sent = sent_object()
    if given := [name for name in OF_THE_FILE if sent.get(name) is not None]:
        raise errors.has_identity(given[0])
    return sent


def check_identity(sent: Mapping[str, Any], old: Stored) -> None:
    """A PUT names the record it is for and the version it was made from.

    Raises:
        ApiError: 400, another UID or none; 409, not the latest RowVersion.
    """
    if as_guid(sent.get("UID")) != old.entity["UID"]:
        raise errors.refused([errors.not_valid("UID must be the one in the address", "UID")])
    if sent.get("RowVersion") != old.row_version:
        raise errors.stale_row_version()


def written(call: Call, stored: Stored, status: int) -> Response:
    """The answer to a write: where it is, and with `?returnBody=true` what it is."""
    wants_body = request.args.get("returnBody", "").lower() == "true"
    response = answer(Sender(call.business_id).sent(stored), status) if wants_body else Response(status=status)
    if not wants_body:
        response.content_type = errors.JSON
    response.headers["Location"] = address(call.business_id, path_of(stored))
    return response

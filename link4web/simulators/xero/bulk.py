"""Several elements in one call: all or nothing, or each for itself with `summarizeErrors=false`.

After Xero developer documentation, "Contacts" and "Requests and responses". Xero's OpenAPI description has another
default for the parameter than these pages, so clients had better send it.
"""

from collections.abc import Callable, Sequence
from sqlite3 import Connection
from typing import Any

import msgspec
from flask import Response, request

from link4web.simulators.store import Store
from link4web.simulators.xero import shapes
from link4web.simulators.xero.envelope import answer
from link4web.simulators.xero.errors import bad_post, validation

Element = dict[str, Any]
Answered = dict[str, Any]
NOBODY = "00000000-0000-0000-0000-000000000000"
KEYS = {"Contacts": "ContactID", "Invoices": "InvoiceID", "CreditNotes": "CreditNoteID"}


class InvalidError(Exception):
    """An element breaks rules; the arguments are Xero's messages."""


def elements(resource: str) -> list[Element]:
    """The elements of the body: wrapped in a list, or a single one bare.

    Raises:
        ApiError: 400, the body is no JSON object of that kind.
    """
    try:
        body = msgspec.json.decode(request.get_data())
        found = body.get(resource, [body]) if isinstance(body, dict) else None
        if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
            raise bad_post(f"The request body has no {resource}.")
        for one in found:
            shapes.check(resource, one)
    except msgspec.DecodeError as error:
        raise bad_post(f"The request body could not be read as JSON: {error}") from error
    return found


def answer_bulk(
    resource: str, sent: Sequence[Element], work: Callable[[Connection, Element], Answered], store: Store
) -> Response:
    """Work on each element; without `summarizeErrors=false` one bad element fails the call and nothing is kept.

    Raises:
        ApiError: 400 with every element echoed.
    """
    each_for_itself = request.args.get("summarizeErrors", "").lower() == "false"
    with store.write() as db:
        results = [_tried(db, resource, one, work) for one in sent]
        bad = [one for one in results if one.get("ValidationErrors")]
        if bad and not each_for_itself:
            raise validation(bad)
    if each_for_itself:
        results = [
            {**one, "StatusAttributeString": "ERROR" if one.get("ValidationErrors") else "OK"} for one in results
        ]
    return answer(resource, results)


def _tried(db: Connection, resource: str, sent: Element, work: Callable[[Connection, Element], Answered]) -> Answered:
    db.execute("savepoint element")
    try:
        result = work(db, sent)
    except InvalidError as invalid:
        db.execute("rollback to element")
        errors = [{"Message": message} for message in invalid.args]
        result = {KEYS[resource]: NOBODY, **sent, "HasValidationErrors": True, "ValidationErrors": errors}
    db.execute("release element")
    return result

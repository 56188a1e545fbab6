"""The Accounting API's resources: which call goes where (Intuit's API reference, "All entities")."""

import sqlite3
from typing import Any

import msgspec
from flask import Blueprint, Response, request

from link4web.simulators import pdf
from link4web.simulators.quickbooks import batch, cdc, errors, names, query, records, transactions
from link4web.simulators.quickbooks.envelope import answer, refused
from link4web.simulators.quickbooks.gate import BASE, Call, resource
from link4web.simulators.quickbooks.records import NAMES, TRANSACTIONS, Object
from link4web.simulators.state import state

PRINTED = ("Invoice", "CreditMemo")
READ_ONLY = ("Item", "TaxCode", "TaxRate", "Term", "Account")


def add_api(blueprint: Blueprint) -> None:
    resource(blueprint, "GET", "/query")(query.query)
    resource(blueprint, "POST", "/query")(query.query)
    resource(blueprint, "GET", "/cdc")(cdc.cdc)
    resource(blueprint, "POST", "/batch")(_batch)
    resource(blueprint, "GET", "/companyinfo/<key>")(_company_info)
    resource(blueprint, "GET", "/preferences")(_preferences)
    for kind in (*NAMES, *TRANSACTIONS, *READ_ONLY):
        _add_kind(blueprint, kind)

    @blueprint.route(f"{BASE}/<realm>/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
    def nothing_here(realm: str, rest: str) -> Response:
        path = f"/v3/company/{realm}/{rest}"
        return refused(errors.unsupported(f"Could not find resource for relative : {path}"))


def _found(call: Call, kind: str, key: str) -> dict[str, Any]:
    with state().store.read() as db:
        row = records.row_of(db, call.realm, kind, key)
    if row is None:
        raise errors.not_found()
    return records.parsed(row["body"])


def _add_kind(blueprint: Blueprint, kind: str) -> None:
    @resource(blueprint, "GET", f"/{kind.lower()}/<key>")
    def one(call: Call, key: str) -> Response:
        return answer({kind: _found(call, kind, key)})

    if kind in PRINTED:

        @resource(blueprint, "GET", f"/{kind.lower()}/<key>/pdf")
        def as_pdf(call: Call, key: str) -> Response:
            return pdf.printed(_lines(kind, _found(call, kind, key)))

    if kind in READ_ONLY:
        return

    @resource(blueprint, "POST", f"/{kind.lower()}")
    def write(call: Call) -> Response:
        sent, operation = _body(), request.args.get("operation", "").lower()
        with state().store.write() as db:
            return answer({kind: saved(db, call.realm, kind, sent, operation)})


def _lines(kind: str, body: Object) -> list[str]:
    """What stands on the printed form."""
    title = "Invoice" if kind == "Invoice" else "Credit memo"
    items = [
        f"{line.get('Description', '')}   {line['Amount']:.2f}" for line in body["Line"] if line.get("Description")
    ]
    return [
        f"{title} {body.get('DocNumber', body['Id'])}",
        str(body["CustomerRef"].get("name", "")),
        f"Date {body['TxnDate']}",
        *items,
        f"Total {body['TotalAmt']:.2f}",
    ]


def saved(db: sqlite3.Connection, realm: str, kind: str, sent: Object, operation: str = "") -> Object:
    """Create, update, void or delete an object.

    Raises:
        ApiError: 400 with Intuit's words.
    """
    if kind in TRANSACTIONS:
        return transactions.save(db, realm, kind, sent, operation)
    if kind not in NAMES or operation not in ("", "create", "update"):
        raise errors.unsupported(f"{operation} {kind}".strip())
    return names.save(db, realm, kind, sent)


def _batch(call: Call) -> Response:
    return batch.batch(call, _body(), saved)


def _body() -> Object:
    """The JSON object of the request; XML isn't read here.

    Raises:
        ApiError: 400, it is none.
    """
    try:
        body: Any = msgspec.json.decode(request.get_data())
    except msgspec.DecodeError as error:
        raise errors.bad_property(f"The request body could not be read as JSON: {error}") from error
    if not isinstance(body, dict):
        raise errors.bad_property("The request body is no object")
    return body


def _company_info(call: Call, key: str) -> Response:
    if key not in (call.realm, "1"):
        raise errors.not_found()
    return _single(call, "CompanyInfo")


def _preferences(call: Call) -> Response:
    return _single(call, "Preferences")


def _single(call: Call, kind: str) -> Response:
    with state().store.read() as db:
        row = records.row_of(db, call.realm, kind, 1)
    return answer({kind: records.parsed(row["body"]) if row else {}})

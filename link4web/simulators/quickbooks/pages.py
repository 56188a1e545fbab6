"""The people's side of QuickBooks: small pages on which somebody at home does by hand what our help describes."""

import sqlite3
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from link4web.simulators.folding import fold
from link4web.simulators.quickbooks import people, records
from link4web.simulators.quickbooks.controls import words_of
from link4web.simulators.quickbooks.errors import ApiError, business
from link4web.simulators.state import state

PAGE = 50
DEEDS: dict[str, dict[str, Any]] = {"deactivate": {"Active": False}, "restore": {"Active": True}}


def add_pages(blueprint: Blueprint) -> None:
    blueprint.get("/", endpoint="companies")(companies)
    blueprint.get("/company/<realm>/customers", endpoint="customers")(customers)
    blueprint.post("/company/<realm>/customers", endpoint="add_customer")(add_customer)
    blueprint.get("/company/<realm>/customers/<number>", endpoint="customer")(customer)
    blueprint.post("/company/<realm>/customers/<number>", endpoint="change_customer")(change_customer)
    blueprint.get("/app/<path:rest>", endpoint="app")(app)


def companies() -> str:
    with state().store.read() as db:
        rows = db.execute("select realm, name, country from quickbooks_company order by place").fetchall()
    return render_template("quickbooks/companies.html", companies=rows)


def customers(realm: str, error: str = "", typed: dict[str, str] | None = None) -> str:
    company = _company(realm)
    text, page = fold(request.args.get("q", "").strip()), min(100_000, max(1, request.args.get("page", 1, type=int)))
    with state().store.read() as db:
        rows = db.execute(
            "select number, name, email, active, balance, tax_number from quickbooks_object where realm = ?"
            " and kind = 'Customer' and removed = 0 and (? = '' or instr(search, ?) > 0)"
            " order by name_key limit ? offset ?",
            (realm, text, text, PAGE + 1, (page - 1) * PAGE),
        ).fetchall()
    return render_template("quickbooks/customers.html", company=company, customers=rows[:PAGE], page=page,
                           more=len(rows) > PAGE, q=request.args.get("q", ""),
                           error=error, typed=typed or {})  # fmt: skip


def add_customer(realm: str) -> ResponseReturnValue:
    _company(realm)
    typed = {name: request.form.get(name, "") for name in ("DisplayName", "Email", "ABN")}
    try:
        added = people.add_customer(realm, _fields(typed))
    except ApiError as trouble:
        return customers(realm, words_of(trouble), typed), 422
    return redirect(url_for(".customer", realm=realm, number=added["Id"]), 303)


def customer(realm: str, number: str, error: str = "") -> str:
    company = _company(realm)
    with state().store.read() as db:
        row = records.row_of(db, realm, "Customer", number)
        if row is None:
            abort(404)
        invoices = _invoices(db, realm, number)
    body = records.parsed(row["body"])
    return render_template("quickbooks/customer.html", company=company, customer=body, tax_number=row["tax_number"],
                           invoices=invoices, address=body.get("BillAddr", {}), error=error)  # fmt: skip


def change_customer(realm: str, number: str) -> ResponseReturnValue:
    _company(realm)
    try:
        _do(realm, number, request.form.get("do", ""))
    except ApiError as trouble:
        return customer(realm, number, words_of(trouble)), 422
    return redirect(url_for(".customer", realm=realm, number=number), 303)


def app(rest: str) -> ResponseReturnValue:
    """A deep link into QuickBooks: /app/customerdetail?nameId=58, maybe with deeplinkcompanyid=<realm>."""
    number, realm = request.args.get("nameId", ""), request.args.get("deeplinkcompanyid", "")
    with state().store.read() as db:
        rows = db.execute("select realm from quickbooks_company order by place").fetchall()
        realms = [row["realm"] for row in rows if not realm or row["realm"] == realm]
        found = [one for one in realms if records.row_of(db, one, "Customer", number)]
    if rest == "customerdetail" and found:
        return redirect(url_for(".customer", realm=found[0], number=number))
    if rest == "customers" and realms:
        return redirect(url_for(".customers", realm=realms[0]))
    return redirect(url_for(".companies"))


def _do(realm: str, number: str, deed: str) -> None:
    if deed in DEEDS:
        people.change_customer(realm, number, DEEDS[deed])
    elif deed == "invoice":
        people.draft_invoice(realm, number)
    elif deed == "save":
        people.change_customer(realm, number, _fields(request.form))
    elif deed.startswith(("void ", "delete ")):
        verb, _, invoice = deed.partition(" ")
        people.end_invoice(realm, invoice, verb)
    else:
        raise business("Choose one of the buttons.")


def _fields(typed: Any) -> dict[str, Any]:
    """The customer's fields for what stands in a form."""
    return {
        "DisplayName": typed.get("DisplayName", ""),
        "PrimaryEmailAddr": {"Address": typed.get("Email", "")},
        "PrimaryTaxIdentifier": typed.get("ABN", ""),
    }


def _invoices(db: sqlite3.Connection, realm: str, number: str) -> list[dict[str, Any]]:
    rows = db.execute(
        "select b.body from quickbooks_object o join quickbooks_body b on b.id = o.id where o.realm = ?"
        " and o.customer = ? and o.kind = 'Invoice' and o.removed = 0 order by o.number desc limit 50",
        (realm, number),
    ).fetchall()
    return [records.parsed(row["body"]) for row in rows]


def _company(realm: str) -> Any:
    with state().store.read() as db:
        row = db.execute("select realm, name, country from quickbooks_company where realm = ?", (realm,)).fetchone()
    if row is None:
        abort(404)
    return row

"""The people's side of MYOB: small pages on which somebody at home can do by hand what our help describes."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from link4web.simulators.folding import fold
from link4web.simulators.guids import as_guid
from link4web.simulators.myob import people, records
from link4web.simulators.myob.contacts import CUSTOMER
from link4web.simulators.myob.errors import ApiError
from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.records import CONTACT, INVOICE
from link4web.simulators.state import state

PAGE = 50
SAMPLE_AMOUNT = 55.0
TYPED = ("Name", "Email")


def add_pages(blueprint: Blueprint) -> None:
    blueprint.get("/", endpoint="businesses")(businesses)
    blueprint.get("/business/<business>/customers", endpoint="customers")(customers)
    blueprint.post("/business/<business>/customers", endpoint="add_customer")(add_customer)
    blueprint.get("/business/<business>/customers/<customer>", endpoint="customer")(customer_page)
    blueprint.post("/business/<business>/customers/<customer>", endpoint="change_customer")(change_customer)


def businesses() -> str:
    with state().store.read() as db:
        rows = db.execute("select business_id, name, country from myob_business order by place").fetchall()
    return render_template("myob/businesses.html", businesses=rows)


def customers(business: str, error: str = "", typed: dict[str, str] | None = None) -> str:
    row = _business(business)
    text, page = fold(request.args.get("q", "").strip()), min(100_000, max(1, request.args.get("page", 1, type=int)))
    with state().store.read() as db:
        ids = db.execute(
            "select id from myob_entity where business_id = ? and family = ? and removed = 0 and type = ?"
            " and (? = '' or instr(search, ?) > 0) order by name, id limit ? offset ?",
            (row["business_id"], CONTACT, CUSTOMER, text, text, PAGE + 1, (page - 1) * PAGE),
        ).fetchall()
        stored = records.rows_of(db, [one["id"] for one in ids])
    listed = [(records.display_name(one.entity), one.entity, _email(one.entity)) for one in stored[:PAGE]]
    asked = {"q": request.args.get("q", ""), "page": page, "typed": typed or {}, "error": error}
    return render_template("myob/customers.html", business=row, customers=listed, more=len(stored) > PAGE,
                           number=_number(row), **asked)  # fmt: skip


def add_customer(business: str) -> ResponseReturnValue:
    row = _business(business)
    typed = {name: request.form.get(name, "").strip() for name in (*TYPED, _number(row))}
    try:
        added = people.add_customer(_call(row), typed)
    except ApiError as refusal:
        return customers(business, ". ".join(refusal.sentences), typed), 422
    return redirect(url_for(".customer", business=row["business_id"], customer=added["UID"]), 303)


def customer_page(business: str, customer: str, error: str = "") -> str:
    row = _business(business)
    with state().store.read() as db:
        found = records.find(db, row["business_id"], CONTACT, customer, CUSTOMER)
        ids = db.execute(
            "select id from myob_entity where business_id = ? and owner = ? and family = ? and removed = 0"
            " order by modified_ms desc limit 50",
            (row["business_id"], as_guid(customer), INVOICE),
        ).fetchall()
        invoices = [one.entity for one in records.rows_of(db, [one["id"] for one in ids])]
    if found is None:
        abort(404)
    entity = found.entity
    return render_template("myob/customer.html", business=row, customer=entity, name=records.display_name(entity),
                           email=_email(entity), number=_number(row), invoices=invoices, error=error)  # fmt: skip


def change_customer(business: str, customer: str) -> ResponseReturnValue:
    row = _business(business)
    try:
        gone = _do(_call(row), customer, _number(row), request.form.get("do", ""))
    except ApiError as refusal:
        if refusal.status == 404:
            abort(404)
        return customer_page(business, customer, ". ".join(refusal.sentences)), 422
    if gone:
        return redirect(url_for(".customers", business=row["business_id"]), 303)
    return redirect(url_for(".customer", business=row["business_id"], customer=customer), 303)


def _do(call: Call, customer: str, number: str, deed: str) -> bool:
    """Do what the button says; whether the customer is gone now."""
    if deed == "save":
        people.change_customer(call, customer, _typed_names(number))
    elif deed in ("activate", "deactivate"):
        people.change_customer(call, customer, {"IsActive": deed == "activate"})
    elif deed in ("individual", "company"):
        people.become(call, customer, individual=deed == "individual")
    elif deed in ("invoice", "credit"):
        people.invoice_customer(call, customer, SAMPLE_AMOUNT if deed == "invoice" else -SAMPLE_AMOUNT)
    elif deed.startswith("delete invoice "):
        people.delete_invoice(call, deed.removeprefix("delete invoice "))
    elif deed == "delete":
        people.delete_customer(call, customer)
        return True
    return False


def _typed_names(number: str) -> dict[str, str]:
    names = ("CompanyName", "FirstName", "LastName", "Email", number)
    return {name: request.form[name].strip() for name in names if name in request.form}


def _email(entity: dict[str, Any]) -> str:
    """The billing address's, else the first there is."""
    addresses = sorted(entity["Addresses"], key=lambda one: int(one.get("Location") or 9))
    return next((str(one["Email"]) for one in addresses if one.get("Email")), "")


def _number(business: Any) -> str:
    """The field that people here write a business number into."""
    return "ABN" if business["country"] == "AU" else "TaxIdNumber"


def _call(business: Any) -> Call:
    return people.person_in(business["business_id"])


def _business(business: str) -> Any:
    with state().store.read() as db:
        row = db.execute("select * from myob_business where business_id = ?", (as_guid(business) or "",)).fetchone()
    if row is None:
        abort(404)
    return row

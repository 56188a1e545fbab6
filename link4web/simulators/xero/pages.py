"""The people's side of Xero: small pages on which somebody at home can do by hand what our help describes."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from link4web.simulators.folding import fold
from link4web.simulators.guids import as_guid
from link4web.simulators.state import state
from link4web.simulators.xero import contact_record as record
from link4web.simulators.xero import document_record, people
from link4web.simulators.xero.bulk import InvalidError
from link4web.simulators.xero.gate import Call

PAGE = 50
DEEDS = {"archive": {"ContactStatus": "ARCHIVED"}, "restore": {"ContactStatus": "ACTIVE"}}


def add_pages(blueprint: Blueprint) -> None:
    blueprint.get("/", endpoint="organisations")(organisations)
    blueprint.get("/org/<tenant>/contacts", endpoint="contacts")(contacts)
    blueprint.post("/org/<tenant>/contacts", endpoint="add_contact")(add_contact)
    blueprint.get("/org/<tenant>/contacts/<contact>", endpoint="contact")(contact_page)
    blueprint.post("/org/<tenant>/contacts/<contact>", endpoint="change_contact")(change_contact)
    blueprint.get("/go/<path:rest>", endpoint="go")(go)
    blueprint.get("/go/", endpoint="go_home")(go)


def organisations() -> str:
    with state().store.read() as db:
        rows = db.execute("select tenant_id, name, country from xero_organisation order by place").fetchall()
    return render_template("xero/organisations.html", organisations=rows)


def contacts(tenant: str, error: str = "", typed: dict[str, str] | None = None) -> str:
    organisation = _organisation(tenant)
    text, page = fold(request.args.get("q", "").strip()), min(100_000, max(1, request.args.get("page", 1, type=int)))
    with state().store.read() as db:
        rows = db.execute(
            "select contact_id, name, email_key, tax_number, company_number, archived, is_customer, is_supplier"
            " from xero_contact where tenant_id = ? and (? = '' or instr(search, ?) > 0)"
            " order by name_key limit ? offset ?",
            (tenant, text, text, PAGE + 1, (page - 1) * PAGE),
        ).fetchall()
    return render_template("xero/contacts.html", organisation=organisation, contacts=rows[:PAGE], page=page,
                           more=len(rows) > PAGE, q=request.args.get("q", ""),
                           error=error, typed=typed or {})  # fmt: skip


def add_contact(tenant: str) -> ResponseReturnValue:
    _organisation(tenant)
    typed = {name: request.form.get(name, "") for name in ("Name", "EmailAddress", "TaxNumber")}
    try:
        added = people.add_contact(people.person_in(tenant), typed)
    except InvalidError as invalid:
        return contacts(tenant, " ".join(invalid.args), typed), 422
    return redirect(url_for(".contact", tenant=tenant, contact=added["ContactID"]), 303)


def contact_page(tenant: str, contact: str, error: str = "") -> str:
    organisation = _organisation(tenant)
    with state().store.read() as db:
        found = record.by_id(db, tenant, contact)
        rows = db.execute(
            "select body from xero_document where tenant_id = ? and contact_id = ? order by updated_ms desc limit 50",
            (tenant, contact),
        ).fetchall()
    if found is None:
        abort(404)
    documents = [document_record.parsed(row["body"]) for row in rows]
    address: dict[str, str] = next((one for one in found["Addresses"] if one.get("AddressLine1")), {})
    return render_template("xero/contact.html", organisation=organisation, contact=found, documents=documents,
                           address=address, error=error)  # fmt: skip


def change_contact(tenant: str, contact: str) -> ResponseReturnValue:
    _organisation(tenant)
    try:
        _do(people.person_in(tenant), contact, request.form.get("do", ""))
    except InvalidError as invalid:
        return contact_page(tenant, contact, " ".join(invalid.args)), 422
    return redirect(url_for(".contact", tenant=tenant, contact=contact), 303)


def go(rest: str = "") -> ResponseReturnValue:
    """A deep link into Xero: `…?shortcode=!abc&redirecturl=/Contacts/View/<id>`, or the same as a path."""
    wanted = request.args.get("redirecturl") or request.args.get("redirectUrl") or f"/{rest}"
    parts = urlsplit(wanted)
    last = parse_qs(parts.query).get("contactID", [parts.path.rstrip("/").rpartition("/")[2]])[0]
    with state().store.read() as db:
        row = db.execute(
            "select tenant_id, contact_id from xero_contact where contact_id = ?", (as_guid(last) or "",)
        ).fetchone()
    if row is None:
        return redirect(url_for(".organisations"))
    return redirect(url_for(".contact", tenant=row["tenant_id"], contact=row["contact_id"]))


def _do(call: Call, contact: str, deed: str) -> None:
    if deed in DEEDS:
        people.change_contact(call, contact, DEEDS[deed])
    elif deed == "draft":
        people.draft_invoice(call, contact)
    elif deed == "save":
        names = ("Name", "EmailAddress", "TaxNumber", "CompanyNumber")
        people.change_contact(call, contact, {name: request.form.get(name, "") for name in names})
    elif deed.startswith(("delete ", "approve ")):
        verb, _, invoice = deed.partition(" ")
        people.change_invoice(call, invoice, "DELETED" if verb == "delete" else "AUTHORISED")
    else:
        raise InvalidError("Choose one of the buttons.")


def _organisation(tenant: str) -> Any:
    with state().store.read() as db:
        row = db.execute("select * from xero_organisation where tenant_id = ?", (tenant,)).fetchone()
    if row is None:
        abort(404)
    return row

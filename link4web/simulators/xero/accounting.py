"""The Accounting API's resources: which call goes where, and the scope it needs. Paths in lower case (see app.py)."""

from flask import Blueprint, Response

from link4web.simulators.xero import contacts_read, contacts_write, documents_read, documents_write, organisation
from link4web.simulators.xero.errors import not_found
from link4web.simulators.xero.gate import BASE, Call, Gate

CONTACTS, INVOICES, SETTINGS = "accounting.contacts", "accounting.invoices", "accounting.settings"


def add_accounting(blueprint: Blueprint) -> None:
    gate = Gate(blueprint)
    _add_contacts(gate)
    _add_documents(gate, "/invoices", "Invoices")
    _add_documents(gate, "/creditnotes", "CreditNotes")
    gate.resource("GET", "/organisation", SETTINGS)(organisation.organisation)
    gate.resource("GET", "/organisations", SETTINGS)(organisation.organisation)
    gate.resource("GET", "/organisation/actions", SETTINGS)(organisation.actions)
    gate.resource("GET", "/brandingthemes", SETTINGS)(organisation.branding_themes)
    gate.resource("GET", "/taxrates", SETTINGS)(organisation.tax_rates)

    @blueprint.route(f"{BASE}/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
    def nothing_here(rest: str) -> Response:  # noqa: ARG001 (Flask passes it)
        return not_found().response()


def _add_contacts(gate: Gate) -> None:
    gate.resource("GET", "/contacts", CONTACTS)(contacts_read.list_contacts)
    gate.resource("PUT", "/contacts", CONTACTS)(contacts_write.create)
    gate.resource("POST", "/contacts", CONTACTS)(contacts_write.upsert)
    gate.resource("GET", "/contacts/<key>", CONTACTS)(contacts_read.one_contact)
    gate.resource("POST", "/contacts/<key>", CONTACTS)(contacts_write.update)
    _add_history(gate, "/contacts", "Contacts", CONTACTS)


def _add_documents(gate: Gate, rule: str, resource: str) -> None:
    @gate.resource("GET", rule, INVOICES)
    def listing(call: Call) -> Response:
        return documents_read.list_documents(call, resource)

    @gate.resource("GET", f"{rule}/<key>", INVOICES)
    def one(call: Call, key: str) -> Response:
        return documents_read.one_document(call, resource, key)

    @gate.resource("PUT", rule, INVOICES)
    def create(call: Call) -> Response:
        return documents_write.create(call, resource)

    @gate.resource("POST", rule, INVOICES)
    def upsert(call: Call) -> Response:
        return documents_write.upsert(call, resource)

    @gate.resource("POST", f"{rule}/<key>", INVOICES)
    def update(call: Call, key: str) -> Response:
        return documents_write.update(call, resource, key)

    _add_history(gate, rule, resource, INVOICES)


def _add_history(gate: Gate, rule: str, resource: str, scope: str) -> None:
    @gate.resource("GET", f"{rule}/<key>/history", scope)
    def history(call: Call, key: str) -> Response:
        return organisation.history(call, resource, key)

    @gate.resource("PUT", f"{rule}/<key>/history", scope)
    def add_history(call: Call, key: str) -> Response:
        return organisation.add_history(call, resource, key)

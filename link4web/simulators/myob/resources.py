"""The Business API's resources: which call goes where, and the scope it needs."""

from functools import partial

from flask import Blueprint, Response

from link4web.simulators.myob import business, contacts, customers_write, errors, invoices, invoices_write
from link4web.simulators.myob.gate import Gate, admit, answered
from link4web.simulators.myob.links import API

FILE, SETTINGS, LEDGER, SALES = "sme-company-file", "sme-company-settings", "sme-general-ledger", "sme-sales"


def add_resources(blueprint: Blueprint) -> None:
    gate = Gate(blueprint)
    gate.outside("/")(business.files)
    gate.outside("/Info")(business.information)
    gate.resource("GET", "", FILE)(business.file_with_resources)
    gate.resource("GET", "/Company", SETTINGS)(business.company)
    gate.resource("GET", "/Company/Preferences", SETTINGS)(business.preferences)
    gate.resource("GET", "/CurrentUser")(business.current_user)
    gate.resource("GET", "/DataScopes")(business.data_scopes)
    gate.resource("GET", "/GeneralLedger/TaxCode", LEDGER)(business.tax_codes)
    gate.resource("GET", "/GeneralLedger/TaxCode/<uid>", LEDGER)(business.one_tax_code)
    gate.resource("GET", "/GeneralLedger/Account", LEDGER)(business.accounts)
    gate.resource("GET", "/GeneralLedger/Account/<uid>", LEDGER)(business.one_account)
    _add_contacts(gate)
    _add_invoices(gate)

    methods = ["GET", "POST", "PUT", "DELETE"]

    @blueprint.route(f"{API}/<business>/<path:rest>", methods=methods, strict_slashes=False)
    def nothing_here(business: str, rest: str) -> Response:  # noqa: ARG001 (Flask passes them)
        return answered(_not_found)


def _not_found() -> Response:
    admit()
    raise errors.not_found()


def _not_allowed(*_call: object, **_ids: str) -> Response:
    raise errors.method_not_allowed()


def _add_contacts(gate: Gate) -> None:
    gate.resource("GET", "/Contact")(contacts.list_all)
    for kind, scope in contacts.SCOPES.items():
        gate.resource("GET", f"/Contact/{kind}", scope)(partial(contacts.list_type, kind=kind))
        gate.resource("GET", f"/Contact/{kind}/<uid>", scope)(partial(contacts.one_of_type, kind=kind))
        if kind != contacts.CUSTOMER:
            _add_refusals(gate, f"/Contact/{kind}", scope)
    scope = contacts.SCOPES[contacts.CUSTOMER]
    gate.resource("POST", "/Contact/Customer", scope)(customers_write.create)
    gate.resource("PUT", "/Contact/Customer/<uid>", scope)(customers_write.update)
    gate.resource("DELETE", "/Contact/Customer/<uid>", scope)(customers_write.delete)


def _add_invoices(gate: Gate) -> None:
    gate.resource("GET", "/Sale/Invoice", SALES)(invoices.list_every)
    gate.resource("GET", "/Sale/Invoice/<uid>", SALES)(invoices.one_of_every)
    for layout in invoices.LAYOUTS:
        path = f"/Sale/Invoice/{layout}"
        gate.resource("GET", path, SALES)(partial(invoices.list_layout, layout=layout))
        gate.resource("GET", f"{path}/<uid>", SALES)(partial(invoices.one_of_layout, layout=layout))
        if layout == "TimeBilling":
            _add_refusals(gate, path, SALES)
        else:
            gate.resource("POST", path, SALES)(partial(invoices_write.create, layout=layout))
            gate.resource("PUT", f"{path}/<uid>", SALES)(_not_allowed)
            gate.resource("DELETE", f"{path}/<uid>", SALES)(partial(invoices_write.delete, layout=layout))


def _add_refusals(gate: Gate, path: str, scope: str) -> None:
    """Writes that the real service has and this one doesn't play."""
    gate.resource("POST", path, scope)(_not_allowed)
    gate.resource("PUT", f"{path}/<uid>", scope)(_not_allowed)
    gate.resource("DELETE", f"{path}/<uid>", scope)(_not_allowed)

"""Reading sales invoices: all layouts without lines, each layout with them (MYOB developer documentation,
"Sale/Invoice", and the contracts of MYOB's .NET SDK)."""

from flask import Response

from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.listing import EVERY, Collection, list_of, one_of
from link4web.simulators.myob.odata import Column, Fields, in_body
from link4web.simulators.myob.records import INVOICE, Entity

LAYOUTS = ("Service", "Item", "Professional", "TimeBilling", "Miscellaneous")
FIELDS = Fields(
    {
        **EVERY,
        "Number": Column("code"),
        "Date": in_body("Date", "day"),
        "CustomerPurchaseOrderNumber": in_body("CustomerPurchaseOrderNumber"),
        "Customer/UID": Column("owner", "guid"),
        "Customer/Name": in_body("Customer.Name"),
        "Customer/DisplayID": in_body("Customer.DisplayID"),
        "InvoiceType": Column("type"),
        "Status": in_body("Status"),
        "TotalAmount": in_body("TotalAmount", "number"),
        "TotalTax": in_body("TotalTax", "number"),
        "BalanceDueAmount": in_body("BalanceDueAmount", "number"),
    }
)


def _without_lines(entity: Entity, _kind: str) -> Entity:
    return {name: value for name, value in entity.items() if name != "Lines"}


def _of_layout(entity: Entity, _kind: str) -> Entity:
    return {name: value for name, value in entity.items() if name != "InvoiceType"}


EVERY_LAYOUT = Collection(family=INVOICE, types=(), fields=FIELDS, shaped=_without_lines)


def of_layout(layout: str) -> Collection:
    """The invoices of one layout, with their lines."""
    return Collection(family=INVOICE, types=(layout,), fields=FIELDS, shaped=_of_layout)


def list_every(call: Call) -> Response:
    return list_of(call, EVERY_LAYOUT)


def one_of_every(call: Call, uid: str) -> Response:
    return one_of(call, EVERY_LAYOUT, uid)


def list_layout(call: Call, layout: str) -> Response:
    return list_of(call, of_layout(layout))


def one_of_layout(call: Call, layout: str, uid: str) -> Response:
    return one_of(call, of_layout(layout), uid)

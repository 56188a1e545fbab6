"""Reading sales invoices: all layouts without lines, each layout with them (MYOB developer documentation,
"Sale/Invoice", and the contracts of MYOB's .NET SDK)."""

from flask import Response, request

from link4web.simulators import pdf
from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.listing import EVERY, Collection, found_in, list_of, one_of
from link4web.simulators.myob.odata import Column, Fields, in_body
from link4web.simulators.myob.records import INVOICE, Entity
from link4web.simulators.state import state

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
    """One invoice; printed where the call asks for that (MYOB developer documentation, "Render as PDF").

    Miscellaneous invoices and the path of all layouts have no PDF; what MYOB says there instead is documented nowhere,
    and here the record comes as it is. `templatename` is taken, but there is one template only.
    """
    if layout != "Miscellaneous" and _wants_pdf():
        with state().store.read() as db:
            return pdf.printed(_lines(found_in(db, call, of_layout(layout), uid).entity))
    return one_of(call, of_layout(layout), uid)


def _wants_pdf() -> bool:
    accepted = request.headers.get("Accept", "")
    by_header = pdf.PDF in accepted and "application/json" not in accepted
    return by_header or request.args.get("format", "").lower() == "pdf"


def _lines(entity: Entity) -> list[str]:
    """What stands on the printed form."""
    items = [f"{line['Description']}   {line['Total']:.2f}" for line in entity["Lines"] if line.get("Description")]
    title = "Credit note" if entity["TotalAmount"] < 0 else "Tax invoice"
    return [
        f"{title} {entity['Number']}",
        str(entity["Customer"]["Name"]),
        f"Date {entity['Date'][:10]}",
        *items,
        f"Total {entity['TotalAmount']:.2f}",
    ]

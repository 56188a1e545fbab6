"""Draft sales invoices that make a contact a customer in Xero, and taking them away again without harm."""

import hashlib

from link4web.providers.base.errors import PersonMustFix, WillNeverWork
from link4web.providers.base.reading import anything, is_guid, text
from link4web.providers.base.wire import SignedWire
from link4web.providers.xero import failures, mapping
from link4web.providers.xero.shapes import Document

LINE = "Draft made by Link4web so that Xero lists this contact as a customer. It can be deleted."
_REFERENCE = "Link4web "
_GONE = {"DELETED", "VOIDED"}


def create(wire: SignedWire, contact_id: str, idempotency_key: str) -> str:
    """Make the draft, or find the one that an earlier try with this key made: Xero forgets keys after six minutes."""
    reference = _REFERENCE + hashlib.sha256(idempotency_key.encode()).hexdigest()[:12]
    if found := _find(wire, contact_id, reference):
        return found
    # only the contact's id: any other field would change the contact. Xero sets date and number itself.
    draft = {
        "Type": "ACCREC",
        "Status": "DRAFT",
        "Contact": {"ContactID": contact_id},
        "Reference": reference,
        "LineItems": [{"Description": LINE}],
    }
    body = wire.ask(
        "PUT",
        "/Invoices",
        params={"summarizeErrors": "true"},
        headers={"Idempotency-Key": idempotency_key},
        content={"Invoices": [draft]},
    )
    if messages := failures.problems_in(anything(body)):
        raise failures.invalid(messages)
    made = mapping.documents(body)[0]
    if not made or not is_guid(text(made[0].invoice_id)):
        raise failures.TROUBLES.garbled()
    return text(made[0].invoice_id).lower()


def delete(wire: SignedWire, draft_id: str) -> None:
    """Delete the draft if it is still as we made it; gone already is fine."""
    path = f"/Invoices/{draft_id}"
    try:
        found = mapping.documents(wire.ask("GET", path))[0]
    except WillNeverWork as error:
        if error.code == "XERO-NOT-FOUND":
            return
        raise
    if not found or text(found[0].status).upper() in _GONE:
        return
    if not _is_as_made(found[0]):
        raise PersonMustFix(*failures.said("XERO-DRAFT-CHANGED"))
    wire.ask("POST", path, content={"Invoices": [{"InvoiceID": draft_id, "Status": "DELETED"}]})


def _find(wire: SignedWire, contact_id: str, reference: str) -> str | None:
    params = {
        "ContactIDs": contact_id,
        "Statuses": "DRAFT",
        "where": f'Type=="ACCREC" AND Reference=="{reference}"',
        "page": "1",
        "pageSize": "10",
    }
    found = mapping.documents(wire.ask("GET", "/Invoices", params=params))[0]
    ids = (text(one.invoice_id).lower() for one in found if text(one.reference) == reference)
    return next((draft_id for draft_id in ids if is_guid(draft_id)), None)


def _is_as_made(draft: Document) -> bool:
    lines = draft.lines or []
    return (
        text(draft.status).upper() == "DRAFT"
        and text(draft.reference).startswith(_REFERENCE)
        and [line.get("Description") for line in lines] == [LINE]
        and not float(text(draft.total) or 0)
    )

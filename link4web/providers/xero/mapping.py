"""From Xero's JSON to our records, forgiving: unknown fields are ignored, missing ones are empty.

Field meanings: Xero Accounting API, "Contacts" and "Organisation". One contact that can't be read is reported as
skipped and does not take its page with it.
"""

import re
from collections.abc import Iterable

import msgspec

from link4web.providers.base.records import (
    ContactPage,
    ContactStatus,
    LedgerFile,
    RemoteContact,
    RemoteOrganisation,
    Skipped,
)
from link4web.providers.xero import shapes
from link4web.providers.xero.dates import moment
from link4web.providers.xero.failures import garbled
from link4web.providers.xero.text import clean
from link4web.providers.xero.timezones import iana
from link4web.registers.numbers import abn_or_none, nzbn_or_none

NAME_LENGTH = 255
_NUMBER_LENGTH = 50
_PLACE_LENGTH = 100
_ID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_NO_ID = "00000000-0000-0000-0000-000000000000"
_STATUSES: dict[str, ContactStatus] = {
    "": "active",
    "ACTIVE": "active",
    "ARCHIVED": "archived",
    "GDPRREQUEST": "erased",
}
_COUNTRIES = {
    "au": "AU",
    "aus": "AU",
    "australia": "AU",
    "nz": "NZ",
    "nzl": "NZ",
    "new zealand": "NZ",
    "aotearoa": "NZ",
    "aotearoa new zealand": "NZ",
}


def contact_page(body: bytes, page: int) -> ContactPage:
    """One page of contacts.

    Raises:
        TryAgainLater: it isn't a list of contacts at all.
    """
    try:
        whole = shapes.CONTACTS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise garbled() from error
    found: list[RemoteContact] = []
    skipped: list[Skipped] = []
    for raw in whole.contacts:
        one = _read_raw(raw)
        if isinstance(one, RemoteContact):
            found.append(one)
        else:
            skipped.append(one)
    counts = _counts(whole.pagination)
    return ContactPage(
        contacts=tuple(found),
        skipped=tuple(skipped),
        page=page,
        page_count=counts.page_count if counts else None,
        item_count=counts.item_count if counts else None,
    )


def contacts(body: bytes) -> tuple[RemoteContact, ...]:
    """The contacts of an answer that is not walked page by page; unreadable ones are left out."""
    return contact_page(body, 1).contacts


def organisation(body: bytes) -> RemoteOrganisation:
    """The business behind the ledger. For Australia `TaxNumber` may be a tax file number; it goes no further."""
    try:
        found = shapes.ORGANISATIONS.decode(body).organisations
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise garbled() from error
    if not found:
        raise garbled()
    one = found[0]
    return RemoteOrganisation(
        name=clean(text(one.name), NAME_LENGTH),
        legal_name=clean(text(one.legal_name), NAME_LENGTH),
        country=text(one.country_code).upper()[:2],
        number_candidates=_business_numbers(text(one.registration_number), text(one.tax_number)),
        short_code=clean(text(one.short_code), _NUMBER_LENGTH),
        timezone=iana(text(one.timezone)),
        base_currency=clean(text(one.base_currency), 3),
    )


def ledger_files(body: bytes) -> list[LedgerFile]:
    """The organisations among what a consent connected; a practice has no customers of its own."""
    try:
        found = shapes.CONNECTIONS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise garbled() from error
    return [
        LedgerFile(
            file_id=text(one.tenant_id).lower(),
            name=clean(text(one.tenant_name), NAME_LENGTH),
            remote_connection_id=text(one.id).lower(),
        )
        for one in found
        if text(one.tenant_type).upper() == "ORGANISATION" and is_id(text(one.tenant_id)) and is_id(text(one.id))
    ]


def documents(body: bytes) -> tuple[list[shapes.Document], int | None]:
    """The sales documents of a page, and the number of pages where Xero says it."""
    try:
        whole = shapes.DOCUMENTS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise garbled() from error
    listed = whole.invoices if whole.invoices is not None else whole.credit_notes
    if listed is None:
        raise garbled()
    return listed, whole.pagination.page_count if whole.pagination else None


def contact_ids(listed: Iterable[shapes.Document]) -> frozenset[str]:
    """Whom these documents are for."""
    ids = (text(one.contact.contact_id).lower() for one in listed if one.contact)
    return frozenset(contact_id for contact_id in ids if is_id(contact_id))


def anything(body: bytes) -> object:
    """Plain JSON, for looking for messages in it; None when it isn't JSON."""
    try:
        return shapes.ANYTHING.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def is_id(value: str) -> bool:
    """Whether this is an identifier as Xero gives them. Elements that failed carry one of zeros."""
    return _ID.fullmatch(value) is not None and value != _NO_ID


def text(value: shapes.Text) -> str:
    """A field as text; a whole number that came as a JSON number keeps its digits."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.strip() if isinstance(value, str) else str(value)


def _counts(raw: msgspec.Raw) -> shapes.Pagination | None:
    try:
        counts: shapes.Pagination | None = shapes.PAGINATION.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return counts


def _read_raw(raw: msgspec.Raw) -> RemoteContact | Skipped:
    try:
        return _read(shapes.ONE_CONTACT.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Skipped(external_id=_identity_in(raw), reason="Xero sent this contact in a form that can’t be read.")


def _identity_in(raw: msgspec.Raw) -> str:
    try:
        found = text(shapes.IDENTITY.decode(raw).contact_id).lower()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return found if is_id(found) else ""


def _read(contact: shapes.Contact) -> RemoteContact | Skipped:
    external_id = text(contact.contact_id).lower()
    if not is_id(external_id):
        return Skipped(external_id="", reason="Xero sent this contact without an identifier.")
    name = clean(text(contact.name), NAME_LENGTH)
    if not name:
        return Skipped(external_id=external_id, reason="This contact has no name in Xero.")
    merged_into = text(contact.merged_into).lower()
    country, place = _whereabouts(contact.addresses or [])
    return RemoteContact(
        external_id=external_id,
        name=name,
        person=clean(f"{text(contact.first_name)} {text(contact.last_name)}", NAME_LENGTH),
        email=_email(text(contact.email)),
        tax_number=clean(text(contact.tax_number), _NUMBER_LENGTH),
        company_number=clean(text(contact.company_number), _NUMBER_LENGTH),
        is_customer=text(contact.is_customer).lower() == "true",
        # an unknown status is kept out of the way: nobody should be invited by mistake
        status="merged" if is_id(merged_into) else _STATUSES.get(text(contact.status).upper(), "archived"),
        merged_into=merged_into if is_id(merged_into) else None,
        country=country,
        place=place,
        updated_at=moment(text(contact.updated)),
    )


def _email(value: str) -> str:
    # half an address would be somebody else's, so one that is too long is none
    address = clean(value, NAME_LENGTH + 1)
    return address if len(address) <= NAME_LENGTH else ""


def _whereabouts(addresses: list[shapes.Address]) -> tuple[str, str]:
    """Country and town. The street address comes first: it says where they are, a post box where letters go."""
    country = place = ""
    for address in sorted(addresses, key=lambda one: text(one.address_type) != "STREET"):
        country = country or clean(text(address.country), _NUMBER_LENGTH)
        place = place or clean(f"{text(address.city)} {text(address.region)}", _PLACE_LENGTH)
    return _COUNTRIES.get(country.casefold(), country), place


def _business_numbers(*values: str) -> tuple[str, ...]:
    numbers = (abn_or_none(value) or nzbn_or_none(value) for value in values)
    return tuple(dict.fromkeys(number.digits for number in numbers if number))

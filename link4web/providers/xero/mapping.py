"""From Xero's JSON to our records, forgiving: unknown fields are ignored, missing ones are empty.

Field meanings: Xero Accounting API, "Contacts" and "Organisation". One contact that can't be read is reported as
skipped and does not take its page with it.
"""

from collections.abc import Iterable, Iterator

import msgspec

from link4web.providers.base.reading import business_numbers, is_guid, text
from link4web.providers.base.records import (
    ContactPage,
    ContactStatus,
    LedgerFile,
    RemoteContact,
    RemoteOrganisation,
    Skipped,
)
from link4web.providers.base.text import clean, country, email
from link4web.providers.xero import shapes
from link4web.providers.xero.dates import moment
from link4web.providers.xero.failures import TROUBLES
from link4web.providers.xero.timezones import iana

NAME_LENGTH = 255
_NUMBER_LENGTH = 50
_PLACE_LENGTH = 100
_STATUSES: dict[str, ContactStatus] = {
    "": "active",
    "ACTIVE": "active",
    "ARCHIVED": "archived",
    "GDPRREQUEST": "erased",
}


def contact_page(body: bytes, page: int) -> ContactPage:
    """One page of contacts.

    Raises:
        TryAgainLater: it isn't a list of contacts at all.
    """
    read, pagination = _read_page(body)
    found: list[RemoteContact] = []
    skipped: list[Skipped] = []
    for one in read:
        if isinstance(one, RemoteContact):
            found.append(one)
        else:
            skipped.append(one)
    counts = _counts(pagination)
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
        raise TROUBLES.garbled() from error
    if not found:
        raise TROUBLES.garbled()
    one = found[0]
    return RemoteOrganisation(
        name=clean(text(one.name), NAME_LENGTH),
        legal_name=clean(text(one.legal_name), NAME_LENGTH),
        country=text(one.country_code).upper()[:2],
        number_candidates=business_numbers(text(one.registration_number), text(one.tax_number)),
        short_code=clean(text(one.short_code), _NUMBER_LENGTH),
        timezone=iana(text(one.timezone)),
        base_currency=clean(text(one.base_currency), 3),
    )


def ledger_files(body: bytes) -> list[LedgerFile]:
    """The organisations among what a consent connected; a practice has no customers of its own."""
    try:
        found = shapes.CONNECTIONS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TROUBLES.garbled() from error
    return [
        LedgerFile(
            file_id=text(one.tenant_id).lower(),
            name=clean(text(one.tenant_name), NAME_LENGTH),
            remote_connection_id=text(one.id).lower(),
        )
        for one in found
        if text(one.tenant_type).upper() == "ORGANISATION" and is_guid(text(one.tenant_id)) and is_guid(text(one.id))
    ]


def documents(body: bytes) -> tuple[list[shapes.Document], int | None]:
    """The sales documents of a page, and the number of pages where Xero says it."""
    try:
        whole = shapes.DOCUMENTS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TROUBLES.garbled() from error
    listed = whole.invoices if whole.invoices is not None else whole.credit_notes
    if listed is None:
        raise TROUBLES.garbled()
    return listed, whole.pagination.page_count if whole.pagination else None


def contact_ids(listed: Iterable[shapes.Document]) -> frozenset[str]:
    """Whom these documents are for."""
    ids = (text(one.contact.contact_id).lower() for one in listed if one.contact)
    return frozenset(contact_id for contact_id in ids if is_guid(contact_id))


def _counts(raw: msgspec.Raw) -> shapes.Pagination | None:
    try:
        counts: shapes.Pagination | None = shapes.PAGINATION.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return counts


def _read_page(body: bytes) -> tuple[Iterator[RemoteContact | Skipped], msgspec.Raw]:
    """The contacts and the counts, in one go; only a page that holds a contact of a wrong kind is read one by one."""
    try:
        page = shapes.CONTACTS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _read_one_by_one(body)
    return map(_read, page.contacts), page.pagination


def _read_one_by_one(body: bytes) -> tuple[Iterator[RemoteContact | Skipped], msgspec.Raw]:
    try:
        page = shapes.RAW_CONTACTS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TROUBLES.garbled() from error
    return map(_read_raw, page.contacts), page.pagination


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
    return found if is_guid(found) else ""


def _read(contact: shapes.Contact) -> RemoteContact | Skipped:
    external_id = text(contact.contact_id).lower()
    if not is_guid(external_id):
        return Skipped(external_id="", reason="Xero sent this contact without an identifier.")
    name = clean(text(contact.name), NAME_LENGTH)
    if not name:
        return Skipped(external_id=external_id, reason="This contact has no name in Xero.")
    merged_into = text(contact.merged_into).lower()
    where, place = _whereabouts(contact.addresses or [])
    return RemoteContact(
        external_id=external_id,
        name=name,
        person=clean(f"{text(contact.first_name)} {text(contact.last_name)}", NAME_LENGTH),
        email=email(text(contact.email)),
        tax_number=clean(text(contact.tax_number), _NUMBER_LENGTH),
        company_number=clean(text(contact.company_number), _NUMBER_LENGTH),
        is_customer=contact.is_customer is True or text(contact.is_customer).lower() == "true",
        # an unknown status is kept out of the way: nobody should be invited by mistake
        status="merged" if is_guid(merged_into) else _STATUSES.get(text(contact.status).upper(), "archived"),
        merged_into=merged_into if is_guid(merged_into) else None,
        country=where,
        place=place,
        updated_at=moment(text(contact.updated)),
    )


def _whereabouts(addresses: list[shapes.Address]) -> tuple[str, str]:
    """Country and town. The street address comes first: it says where they are, a post box where letters go."""
    where = place = ""
    for address in sorted(addresses, key=_is_elsewhere) if len(addresses) > 1 else addresses:
        if not where and address.country:
            where = clean(text(address.country), _NUMBER_LENGTH)
        if not place and (address.city or address.region):
            place = clean(f"{text(address.city)} {text(address.region)}", _PLACE_LENGTH)
        if where and place:
            break
    return country(where), place


def _is_elsewhere(address: shapes.Address) -> bool:
    return address.address_type != "STREET" and text(address.address_type) != "STREET"

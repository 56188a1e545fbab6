"""From MYOB's JSON to our records, forgiving: unknown fields are ignored, missing ones are empty.

Field meanings: MYOB Business API v2, "Contact/Customer", "Company" and "CompanyFile". What may be a tax file number
(or an IRD number in New Zealand) stops here: 8 or 9 digits in a field for a business number are as good as none.
One customer that can't be read is reported as skipped and does not take its page with it.
"""

from collections.abc import Iterable

import msgspec

from link4web.providers.base.reading import Text, business_numbers, is_guid, text
from link4web.providers.base.records import ContactPage, RemoteContact, RemoteOrganisation, Skipped
from link4web.providers.base.text import clean, country, email
from link4web.providers.myob import shapes
from link4web.providers.myob.failures import TROUBLES
from link4web.providers.myob.moments import moment

NAME_LENGTH = 255
_NUMBER_LENGTH = 50
_PLACE_LENGTH = 100
_MOST_DIGITS = 14  # an ABN with its GST branch
_TAX_FILE_NUMBERS = (8, 9)
_BILLING = "1"


def listed(body: bytes) -> tuple[list[msgspec.Raw], int | None, bool]:
    """The items of a list's page, how many there are in all, and whether MYOB says that more follow.

    `NextPageLink` is only looked at, never followed: it may name another host, and the token would go there.

    Raises:
        TryAgainLater: it isn't a list.
    """
    try:
        page = shapes.LISTED.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TROUBLES.garbled() from error
    count = page.count if isinstance(page.count, int) and not isinstance(page.count, bool) else None
    return page.items, count, bool(page.next_page_link)


def contact_page(
    items: Iterable[msgspec.Raw], page: int, page_count: int | None, item_count: int | None
) -> ContactPage:
    """One page of customers."""
    found: list[RemoteContact] = []
    skipped: list[Skipped] = []
    for raw in items:
        one = _read_raw(raw)
        if isinstance(one, RemoteContact):
            found.append(one)
        else:
            skipped.append(one)
    return ContactPage(
        contacts=tuple(found), skipped=tuple(skipped), page=page, page_count=page_count, item_count=item_count
    )


def contacts(body: bytes) -> tuple[RemoteContact, ...]:
    """The customers of a list that is not walked; unreadable ones are left out."""
    return contact_page(listed(body)[0], 1, None, None).contacts


def contact(body: bytes) -> RemoteContact:
    """One customer.

    Raises:
        TryAgainLater: it isn't one.
    """
    found = _read_raw(msgspec.Raw(body))
    if isinstance(found, Skipped):
        raise TROUBLES.garbled()
    return found


def identity_in(raw: msgspec.Raw) -> str:
    """The id of a customer, whatever state the rest of it is in; empty when even that is unreadable."""
    try:
        found = text(shapes.IDENTITY.decode(raw).uid).lower()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return found if is_guid(found) else ""


def file_name(body: bytes) -> str:
    """What the business is called in MYOB, for whoever chooses it."""
    return clean(text(_file(body).name), NAME_LENGTH)


def organisation(file_body: bytes, company_body: bytes) -> RemoteOrganisation:
    """The business that owns the file. `ABNOrTFN` may hold a tax file number; only a valid ABN goes on."""
    file = _file(file_body)
    try:
        company = shapes.COMPANY.decode(company_body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TROUBLES.garbled() from error
    return RemoteOrganisation(
        name=clean(text(file.name), NAME_LENGTH) or clean(text(company.company_name), NAME_LENGTH),
        legal_name=clean(text(company.company_name), NAME_LENGTH),
        country=text(file.country).upper()[:2],
        number_candidates=business_numbers(text(company.abn_or_tfn), text(company.company_registration_number)),
    )


def business_number_text(value: Text) -> str:
    """A field for a business number as text, empty when what stands there may be a tax file number."""
    written = clean(text(value), _NUMBER_LENGTH)
    digits = sum(map(str.isdigit, written))
    return "" if digits in _TAX_FILE_NUMBERS or digits > _MOST_DIGITS else written


def _file(body: bytes) -> shapes.CompanyFile:
    try:
        return shapes.FILE.decode(body).company_file
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TROUBLES.garbled() from error


def _read_raw(raw: msgspec.Raw) -> RemoteContact | Skipped:
    try:
        return _read(shapes.CUSTOMER.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Skipped(external_id=identity_in(raw), reason="MYOB sent this customer in a form that can’t be read.")


def _read(customer: shapes.Customer) -> RemoteContact | Skipped:
    external_id = text(customer.uid).lower()
    if not is_guid(external_id):
        return Skipped(external_id="", reason="MYOB sent this customer without an identifier.")
    own_name = clean(f"{text(customer.first_name)} {text(customer.last_name)}", NAME_LENGTH)
    company = clean(text(customer.company_name), NAME_LENGTH)
    is_individual = text(customer.is_individual).lower() == "true"
    name = (own_name or company) if is_individual else (company or own_name)
    if not name:
        return Skipped(external_id=external_id, reason="This customer has no name in MYOB.")
    addresses = sorted(customer.addresses or [], key=lambda one: text(one.location) or "9")
    selling = customer.selling_details or shapes.SellingDetails()
    where, place = _whereabouts(addresses)
    return RemoteContact(
        external_id=external_id,
        name=name,
        person=own_name if is_individual else _contact_name(addresses),
        email=next(filter(None, (email(text(one.email)) for one in addresses)), ""),
        tax_number=business_number_text(selling.abn),
        company_number=business_number_text(selling.tax_id_number),
        is_customer=True,
        status="archived" if text(customer.is_active).lower() == "false" else "active",
        country=where,
        place=place,
        updated_at=moment(text(customer.last_modified)),
    )


def _contact_name(addresses: list[shapes.Address]) -> str:
    billing = (one for one in addresses if text(one.location) == _BILLING)
    return next((clean(text(one.contact_name), NAME_LENGTH) for one in billing), "")


def _whereabouts(addresses: list[shapes.Address]) -> tuple[str, str]:
    """Country and town; the billing address, which is the first, comes before the others."""
    where = place = ""
    for address in addresses:
        where = where or clean(text(address.country), _NUMBER_LENGTH)
        place = place or clean(f"{text(address.city)} {text(address.state)}", _PLACE_LENGTH)
    return country(where), place

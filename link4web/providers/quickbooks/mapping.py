"""From QuickBooks' JSON to our records, forgiving: unknown fields are ignored, missing ones are empty.

Field meanings: Intuit's API reference, "Customer" and "CompanyInfo". One customer that can't be read is reported as
skipped and does not take its page with it. Sub-customers and projects belong to their parent and are skipped as well.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from link4web.providers.base.reading import Text, text
from link4web.providers.base.records import RemoteContact, RemoteOrganisation, Skipped
from link4web.providers.base.text import clean, country
from link4web.providers.quickbooks import emails, shapes
from link4web.providers.quickbooks.failures import TROUBLES

NAME_LENGTH = 255
#: How much of a tax number any answer shows.
ENDING = 5
_PLACE_LENGTH = 100
_SAID_LENGTH = 100
_ID = re.compile(r"[1-9]\d{0,18}", re.ASCII)
_REALM = re.compile(r"[1-9]\d{3,24}", re.ASCII)
# added to the names of inactive ones, so that the name can be used again
_DELETED = re.compile(r" \(deleted\)(?:-\d+)?$")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError)

Customer = RemoteContact | Skipped


def found(body: bytes) -> list[Customer]:
    """The customers that a query found.

    Raises:
        TryAgainLater: it isn't an answer to a query at all.
    """
    try:
        return list(map(read, shapes.FOUND.decode(body).rows.customers))
    except _UNREADABLE:
        return _one_by_one(_raw_found(body))


class Changes(NamedTuple):
    """What change data capture told: customers, identifiers of deleted ones, and how many objects it held in all."""

    customers: list[Customer]
    gone: list[str]
    held: int


def changed(body: bytes) -> Changes:
    """The changes in an answer of change data capture; raises like `found`.

    Of a customer that was deleted or merged away only the identifier is left.
    """
    try:
        changes = shapes.CAPTURED.decode(body).changes
        listed = [customer for change in changes for part in change.rows for customer in part.customers]
        told = [_gone(customer) or read(customer) for customer in listed]
    except _UNREADABLE:
        told = list(map(_read_raw, _raw_changed(body)))
    gone = [one for one in told if isinstance(one, str)]
    return Changes([one for one in told if not isinstance(one, str)], gone, len(told))


def total(body: bytes) -> int:
    """What a counting query counted; raises like `found`."""
    try:
        counted = shapes.RAW_FOUND.decode(body).rows.total
    except _UNREADABLE as error:
        raise TROUBLES.garbled() from error
    if counted is None:
        raise TROUBLES.garbled()
    return counted


def one(body: bytes) -> tuple[Customer, shapes.Customer]:
    """The customer of an answer about a single one, and as QuickBooks tells it; raises like `found`."""
    try:
        customer = shapes.ONE.decode(body).customer
    except _UNREADABLE as error:
        raise TROUBLES.garbled() from error
    return read(customer), customer


def contacts(customers: Iterable[Customer]) -> tuple[RemoteContact, ...]:
    """Without those that are skipped."""
    return tuple(customer for customer in customers if isinstance(customer, RemoteContact))


def organisation(body: bytes) -> RemoteOrganisation:
    """The business behind the company. QuickBooks tells neither its business number nor its time zone."""
    try:
        company = shapes.COMPANY.decode(body).company
    except _UNREADABLE as error:
        raise TROUBLES.garbled() from error
    return RemoteOrganisation(
        name=clean(text(company.company_name), NAME_LENGTH),
        legal_name=clean(text(company.legal_name), NAME_LENGTH),
        country=country(text(company.country)).upper()[:2],
    )


def is_id(value: str) -> bool:
    """Whether this is a customer's identifier."""
    return _ID.fullmatch(value) is not None


def is_realm(value: str) -> bool:
    """Whether this could be a company's identifier, which Intuit calls the realm."""
    return _REALM.fullmatch(value) is not None


def read(customer: shapes.Customer) -> Customer:
    """Our record of a customer. Its tax number comes as a mask; only the end of it is kept, never the mask."""
    external_id = text(customer.id)
    if not is_id(external_id):
        return Skipped(external_id="", reason="QuickBooks sent this customer without an identifier.")
    is_active = not _says(customer.active, "false")
    name = clean(text(customer.display_name), NAME_LENGTH)
    if not is_active:
        name = _DELETED.sub("", name)
    if not name:
        return Skipped(external_id=external_id, reason="This customer has no name in QuickBooks.")
    if _says(customer.job, "true"):
        return Skipped(external_id=external_id, reason=_belongs(name, customer))
    where, place = _whereabouts([customer.bill_addr, customer.ship_addr])
    return RemoteContact(
        external_id=external_id,
        name=name,
        person=clean(f"{text(customer.given_name)} {text(customer.family_name)}", NAME_LENGTH),
        email=emails.first(email_field(customer)),
        number_ending=ending(text(customer.primary_tax_identifier)),
        is_customer=True,
        status="active" if is_active else "archived",
        country=where,
        place=place,
        updated_at=_moment(text(customer.meta_data.last_updated_time)) if customer.meta_data else None,
    )


def email_field(customer: shapes.Customer) -> str:
    """The whole e-mail field, which may hold several addresses."""
    return text(customer.primary_email_addr.address) if customer.primary_email_addr else ""


def ending(number: str) -> str:
    """The digits that a masked number shows at its end. A number that came unmasked shows no more of itself."""
    return "".join(filter(str.isdigit, number[-ENDING:]))


def _says(value: Text, word: str) -> bool:
    return str(value).lower() == word


def _gone(customer: shapes.Customer) -> str:
    """The identifier of a customer that is only told of because it was deleted; empty for others."""
    external_id = text(customer.id)
    return external_id if text(customer.status) == "Deleted" and is_id(external_id) else ""


def _belongs(name: str, customer: shapes.Customer) -> str:
    parent = clean(text(customer.fully_qualified_name).rpartition(":")[0], _SAID_LENGTH) or "the customer"
    return f"“{name[:_SAID_LENGTH]}” is a sub-customer or project in QuickBooks. Invite {parent}, which it belongs to."


def _whereabouts(addresses: Sequence[shapes.Address | None]) -> tuple[str, str]:
    """Country and town, where bills go before where goods go."""
    where = place = ""
    for address in filter(None, addresses):
        where = where or clean(text(address.country), _PLACE_LENGTH // 2)
        place = place or clean(f"{text(address.city)} {text(address.country_sub_division_code)}", _PLACE_LENGTH)
    return country(where), place


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else None
    except OverflowError:
        return None


def _raw_found(body: bytes) -> list[msgspec.Raw]:
    try:
        return shapes.RAW_FOUND.decode(body).rows.customers
    except _UNREADABLE as error:
        raise TROUBLES.garbled() from error


def _raw_changed(body: bytes) -> list[msgspec.Raw]:
    try:
        changes = shapes.RAW_CAPTURED.decode(body).changes
    except _UNREADABLE as error:
        raise TROUBLES.garbled() from error
    return [raw for change in changes for part in change.rows for raw in part.customers]


def _one_by_one(rows: Iterable[msgspec.Raw]) -> list[Customer]:
    return [customer for customer in map(_read_raw, rows) if not isinstance(customer, str)]


def _read_raw(raw: msgspec.Raw) -> Customer | str:
    """The customer, or the identifier of one that was deleted."""
    try:
        customer = shapes.ONE_CUSTOMER.decode(raw)
    except _UNREADABLE:
        reason = "QuickBooks sent this customer in a form that can’t be read."
        return Skipped(external_id=_identity_in(raw), reason=reason)
    return _gone(customer) or read(customer)


def _identity_in(raw: msgspec.Raw) -> str:
    try:
        known = text(shapes.IDENTITY.decode(raw).id)
    except _UNREADABLE:
        return ""
    return known if is_id(known) else ""

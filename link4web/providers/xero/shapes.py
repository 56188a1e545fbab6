"""The parts of Xero's JSON that we look at, and their decoders (OpenAPI 16.1.0). Everything else is ignored."""

import msgspec

from link4web.providers.base.reading import Text


# plain values and no cycles: the collector need not walk thousands of them, again and again
class Address(msgspec.Struct, frozen=True, rename="pascal", gc=False):
    address_type: Text = None
    city: Text = None
    region: Text = None
    country: Text = None


class Contact(msgspec.Struct, frozen=True, gc=False):
    contact_id: Text = msgspec.field(name="ContactID", default=None)
    status: Text = msgspec.field(name="ContactStatus", default=None)
    name: Text = msgspec.field(name="Name", default=None)
    first_name: Text = msgspec.field(name="FirstName", default=None)
    last_name: Text = msgspec.field(name="LastName", default=None)
    email: Text = msgspec.field(name="EmailAddress", default=None)
    tax_number: Text = msgspec.field(name="TaxNumber", default=None)
    company_number: Text = msgspec.field(name="CompanyNumber", default=None)
    is_customer: Text = msgspec.field(name="IsCustomer", default=None)
    merged_into: Text = msgspec.field(name="MergedToContactID", default=None)
    addresses: list[Address] | None = msgspec.field(name="Addresses", default=None)
    updated: Text = msgspec.field(name="UpdatedDateUTC", default=None)


class Identity(msgspec.Struct, frozen=True):
    contact_id: Text = msgspec.field(name="ContactID", default=None)


class Pagination(msgspec.Struct, frozen=True, rename="camel"):
    page_count: int | None = None
    item_count: int | None = None


class Contacts(msgspec.Struct, frozen=True):
    contacts: list[Contact] = msgspec.field(name="Contacts")
    pagination: msgspec.Raw = msgspec.Raw(b"null")


class RawContacts(msgspec.Struct, frozen=True):
    """Each contact stays raw, so that one of a wrong kind does not spoil the list."""

    contacts: list[msgspec.Raw] = msgspec.field(name="Contacts")
    pagination: msgspec.Raw = msgspec.Raw(b"null")


class Organisation(msgspec.Struct, frozen=True, rename="pascal"):
    name: Text = None
    legal_name: Text = None
    country_code: Text = None
    tax_number: Text = None
    registration_number: Text = None
    short_code: Text = None
    timezone: Text = None
    base_currency: Text = None


class Organisations(msgspec.Struct, frozen=True):
    organisations: list[Organisation] = msgspec.field(name="Organisations")


class Connection(msgspec.Struct, frozen=True, rename="camel"):
    id: Text = None
    tenant_id: Text = None
    tenant_type: Text = None
    tenant_name: Text = None


class Document(msgspec.Struct, frozen=True):
    """What we look at in an invoice or credit note."""

    contact: Identity | None = msgspec.field(name="Contact", default=None)
    invoice_id: Text = msgspec.field(name="InvoiceID", default=None)
    status: Text = msgspec.field(name="Status", default=None)
    reference: Text = msgspec.field(name="Reference", default=None)
    total: Text = msgspec.field(name="Total", default=None)
    lines: list[dict[str, object]] | None = msgspec.field(name="LineItems", default=None)


class Documents(msgspec.Struct, frozen=True):
    invoices: list[Document] | None = msgspec.field(name="Invoices", default=None)
    credit_notes: list[Document] | None = msgspec.field(name="CreditNotes", default=None)
    pagination: Pagination | None = None


CONTACTS = msgspec.json.Decoder(Contacts)
RAW_CONTACTS = msgspec.json.Decoder(RawContacts)
ONE_CONTACT = msgspec.json.Decoder(Contact)
IDENTITY = msgspec.json.Decoder(Identity)
PAGINATION = msgspec.json.Decoder(Pagination | None, strict=False)
ORGANISATIONS = msgspec.json.Decoder(Organisations)
CONNECTIONS = msgspec.json.Decoder(list[Connection])
DOCUMENTS = msgspec.json.Decoder(Documents)

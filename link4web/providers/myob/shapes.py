"""The parts of MYOB's JSON that we look at, and their decoders (contracts of the .NET SDK, release 25.5).

Everything else is ignored. A customer's `PaymentDetails` (bank account, card) has no place here: they are never read.
"""

import msgspec

from link4web.providers.base.reading import Text


class Address(msgspec.Struct, frozen=True, rename="pascal"):
    location: Text = None
    city: Text = None
    state: Text = None
    country: Text = None
    email: Text = None
    contact_name: Text = None


class SellingDetails(msgspec.Struct, frozen=True):
    abn: Text = msgspec.field(name="ABN", default=None)
    tax_id_number: Text = msgspec.field(name="TaxIdNumber", default=None)


class Customer(msgspec.Struct, frozen=True):
    uid: Text = msgspec.field(name="UID", default=None)
    is_individual: Text = msgspec.field(name="IsIndividual", default=None)
    company_name: Text = msgspec.field(name="CompanyName", default=None)
    first_name: Text = msgspec.field(name="FirstName", default=None)
    last_name: Text = msgspec.field(name="LastName", default=None)
    is_active: Text = msgspec.field(name="IsActive", default=None)
    addresses: list[Address] | None = msgspec.field(name="Addresses", default=None)
    selling_details: SellingDetails | None = msgspec.field(name="SellingDetails", default=None)
    last_modified: Text = msgspec.field(name="LastModified", default=None)


class Identity(msgspec.Struct, frozen=True):
    uid: Text = msgspec.field(name="UID", default=None)


class Listed(msgspec.Struct, frozen=True):
    """A page of any list. Each item stays raw, so that one of a wrong kind does not spoil the others."""

    items: list[msgspec.Raw] = msgspec.field(name="Items")
    next_page_link: object = msgspec.field(name="NextPageLink", default=None)
    count: object = msgspec.field(name="Count", default=None)


class CompanyFile(msgspec.Struct, frozen=True, rename="pascal"):
    name: Text = None
    country: Text = None


class CompanyFileWithResources(msgspec.Struct, frozen=True):
    company_file: CompanyFile = msgspec.field(name="CompanyFile")


class Company(msgspec.Struct, frozen=True):
    company_name: Text = msgspec.field(name="CompanyName", default=None)
    abn_or_tfn: Text = msgspec.field(name="ABNOrTFN", default=None)
    company_registration_number: Text = msgspec.field(name="CompanyRegistrationNumber", default=None)


class TaxCode(msgspec.Struct, frozen=True):
    uid: Text = msgspec.field(name="UID", default=None)
    code: Text = msgspec.field(name="Code", default=None)
    type: Text = msgspec.field(name="Type", default=None)
    rate: Text = msgspec.field(name="Rate", default=None)


CUSTOMER = msgspec.json.Decoder(Customer)
IDENTITY = msgspec.json.Decoder(Identity)
LISTED = msgspec.json.Decoder(Listed)
FILE = msgspec.json.Decoder(CompanyFileWithResources)
COMPANY = msgspec.json.Decoder(Company)
TAX_CODE = msgspec.json.Decoder(TaxCode)

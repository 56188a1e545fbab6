"""The parts of QuickBooks' JSON that we look at, and their decoders (Accounting API v3, minor version 75)."""

from typing import Generic, TypeVar

import msgspec

from link4web.providers.base.reading import Text

Row = TypeVar("Row")


class Address(msgspec.Struct, frozen=True, rename="pascal"):
    city: Text = None
    country_sub_division_code: Text = None
    country: Text = None


class EmailAddress(msgspec.Struct, frozen=True, rename="pascal"):
    address: Text = None


class Times(msgspec.Struct, frozen=True, rename="pascal"):
    last_updated_time: Text = None


class Customer(msgspec.Struct, frozen=True, rename="pascal"):
    id: Text = None
    sync_token: Text = None
    display_name: Text = None
    fully_qualified_name: Text = None
    given_name: Text = None
    family_name: Text = None
    active: Text = None
    job: Text = None
    primary_email_addr: EmailAddress | None = None
    primary_tax_identifier: Text = None
    bill_addr: Address | None = None
    ship_addr: Address | None = None
    meta_data: Times | None = None
    status: Text = msgspec.field(name="status", default=None)


class Identity(msgspec.Struct, frozen=True, rename="pascal"):
    id: Text = None


class Rows(msgspec.Struct, Generic[Row], frozen=True):
    """An empty answer has no list at all."""

    customers: list[Row] = msgspec.field(name="Customer", default_factory=list)
    total: int | None = msgspec.field(name="totalCount", default=None)


class Found(msgspec.Struct, Generic[Row], frozen=True):
    rows: Rows[Row] = msgspec.field(name="QueryResponse")


class Changes(msgspec.Struct, Generic[Row], frozen=True):
    rows: list[Rows[Row]] = msgspec.field(name="QueryResponse")


class Captured(msgspec.Struct, Generic[Row], frozen=True):
    changes: list[Changes[Row]] = msgspec.field(name="CDCResponse")


class One(msgspec.Struct, frozen=True):
    customer: Customer = msgspec.field(name="Customer")


class Company(msgspec.Struct, frozen=True, rename="pascal"):
    company_name: Text = None
    legal_name: Text = None
    country: Text = None


class CompanyInfo(msgspec.Struct, frozen=True):
    company: Company = msgspec.field(name="CompanyInfo")


FOUND = msgspec.json.Decoder(Found[Customer])
CAPTURED = msgspec.json.Decoder(Captured[Customer])
# each customer stays raw, so that one of a wrong kind does not spoil the list
RAW_FOUND = msgspec.json.Decoder(Found[msgspec.Raw])
RAW_CAPTURED = msgspec.json.Decoder(Captured[msgspec.Raw])
ONE_CUSTOMER = msgspec.json.Decoder(Customer)
IDENTITY = msgspec.json.Decoder(Identity)
ONE = msgspec.json.Decoder(One)
COMPANY = msgspec.json.Decoder(CompanyInfo)

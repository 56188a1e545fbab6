"""MYOB's checks of a customer that somebody sends: the kinds of its values, lengths, the ABN's form, references."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from link4web.simulators.guids import as_guid
from link4web.simulators.myob import records
from link4web.simulators.myob.behaviour import SWITCHES
from link4web.simulators.myob.customer_record import ADDRESS_LIMITS, SELLING_LIMITS, TEXT_LIMITS
from link4web.simulators.myob.errors import Detail, not_valid, refused, required, unknown_reference, wrong_type
from link4web.simulators.myob.gate import Call
from link4web.simulators.myob.records import ACCOUNT, TAX_CODE, Entity

ABN = re.compile(r"^\d{2} \d{3} \d{3} \d{3}$", re.ASCII)
MOST_ADDRESSES = 5
Text = str | int | float | bool | None
Number = float | None
Labelled = dict[str, Text] | None


class LinkShape(msgspec.Struct, rename="pascal"):
    uid: str | None = msgspec.field(name="UID", default=None)


class CreditShape(msgspec.Struct, rename="pascal"):
    limit: Number = None
    on_hold: bool | None = None


class TermsShape(msgspec.Struct, rename="pascal"):
    payment_is_due: (
        Literal["CashOnDelivery", "Prepaid", "InAGivenNumberOfDays", "OnADayOfTheMonth", "NumberOfDaysAfterEOM",
                "DayOfMonthAfterEOM"] | None
    ) = None  # fmt: skip
    discount_date: int | None = None
    balance_due_date: int | None = None
    discount_for_early_payment: Number = None
    monthly_charge_for_late_payment: Number = None
    volume_discount: Number = None


class SellingShape(msgspec.Struct, rename="pascal"):
    sale_layout: (
        Literal["NoDefault", "Service", "Item", "Professional", "TimeBilling", "Miscellaneous", "PreConversion"] | None
    ) = None
    invoice_delivery: Literal["Nothing", "Print", "Email", "PrintAndEmail"] | None = None
    printed_form: Text = None
    item_price_level: Text = None
    receipt_memo: Text = None
    sale_comment: Text = None
    shipping_method: Text = None
    memo: Text = None
    surcharge_setting: Text = None
    hourly_billing_rate: Number = None
    abn: Text = msgspec.field(name="ABN", default=None)
    abn_branch: Text = msgspec.field(name="ABNBranch", default=None)
    tax_id_number: Text = None
    tax_code: LinkShape | None = None
    freight_tax_code: LinkShape | None = None
    income_account: LinkShape | None = None
    sales_person: dict[str, Text] | None = None
    use_customer_tax_code: bool | None = None
    terms: TermsShape | None = None
    credit: CreditShape | None = None


class CustomerShape(msgspec.Struct, rename="pascal"):
    company_name: Text = None
    last_name: Text = None
    first_name: Text = None
    display_id: Text = msgspec.field(name="DisplayID", default=None)
    notes: Text = None
    tags: Text = None
    is_individual: bool | None = None
    is_active: bool | None = None
    addresses: list[dict[str, Text]] | None = None
    identifiers: list[dict[str, Text]] | None = None
    custom_list1: Labelled = None
    custom_list2: Labelled = None
    custom_list3: Labelled = None
    custom_field1: Labelled = None
    custom_field2: Labelled = None
    custom_field3: Labelled = None
    selling_details: SellingShape | None = None
    payment_details: dict[str, Text] | None = None
    foreign_currency: dict[str, Text] | None = None


def checked(
    db: sqlite3.Connection, call: Call, sent: Mapping[str, Any], *, old: Entity | None = None, by_hand: bool = False
) -> Entity:
    """What was sent, with texts as texts and references filled in; `old` is what it takes the place of.

    By hand in MYOB an ABN may be anything.

    Raises:
        ApiError: 400, with an entry for each rule broken.
    """
    try:
        msgspec.convert(sent, CustomerShape)
    except msgspec.ValidationError as error:
        raise wrong_type(str(error)) from error
    body = _with_texts(sent)
    details = [*_names(body), *_lengths(body), *_addresses(body)]
    selling = body["SellingDetails"]
    if call.country != "AU":
        # New Zealand's files don't know the two
        selling["ABN"] = selling["ABNBranch"] = None
    elif not by_hand and _malformed(selling.get("ABN"), old):
        details.append(not_valid("ABN must be 11 digits and formatted XX XXX XXX XXX", "SellingDetails.ABN"))
    details += _references(db, call.business_id, selling)
    if details:
        raise refused(details)
    return body


def _malformed(number: str | None, old: Entity | None) -> bool:
    """Whether an ABN isn't written as it must be."""
    if not number or ABN.match(number):
        return False
    unchanged = old is not None and number == old["SellingDetails"]["ABN"]
    return SWITCHES["unchanged_abn_checked"] or not unchanged


def _with_texts(sent: Mapping[str, Any]) -> Entity:
    selling = dict(sent.get("SellingDetails") or {})
    return {
        **sent,
        **_texts(sent, TEXT_LIMITS),
        "IsIndividual": bool(sent.get("IsIndividual")),
        "Addresses": [{**one, **_texts(one, ADDRESS_LIMITS)} for one in sent.get("Addresses") or []],
        "SellingDetails": {**selling, **_texts(selling, SELLING_LIMITS)},
    }


def _texts(sent: Mapping[str, Any], names: Mapping[str, int]) -> dict[str, str | None]:
    """An empty text is no text."""
    return {name: str(sent[name]).strip() or None for name in names if sent.get(name) is not None}


def _names(body: Entity) -> Iterator[Detail]:
    needed = "LastName" if body["IsIndividual"] else "CompanyName"
    if not body.get(needed):
        yield required(needed)


def _lengths(body: Entity) -> Iterator[Detail]:
    groups = [("", body, TEXT_LIMITS), ("SellingDetails.", body["SellingDetails"], SELLING_LIMITS)]
    groups += [(f"Addresses[{place}].", one, ADDRESS_LIMITS) for place, one in enumerate(body["Addresses"])]
    for prefix, values, limits in groups:
        for name, most in limits.items():
            if len(values.get(name) or "") > most:
                yield not_valid(f"{name} must be no longer than {most} characters", prefix + name)


def _addresses(body: Entity) -> Iterator[Detail]:
    if len(body["Addresses"]) > MOST_ADDRESSES:
        yield not_valid(f"A contact can have no more than {MOST_ADDRESSES} addresses", "Addresses")
    places = [one.get("Location") for one in body["Addresses"]]
    if any(place not in (1, 2, 3, 4, 5) or isinstance(place, bool) for place in places):
        yield not_valid("Location is a number from 1 to 5", "Addresses.Location")
    elif len(set(places)) < len(places):
        yield not_valid("Each Location can be given once", "Addresses.Location")


def _references(db: sqlite3.Connection, business_id: str, selling: Entity) -> Iterator[Detail]:
    for name, family in (("TaxCode", TAX_CODE), ("FreightTaxCode", TAX_CODE), ("IncomeAccount", ACCOUNT)):
        given = selling.get(name) or {}
        if not given.get("UID"):
            selling[name] = None
            if family == TAX_CODE:
                yield required(f"SellingDetails.{name}")
            continue
        found = records.find(db, business_id, family, as_guid(given["UID"]))
        if found is None:
            yield unknown_reference(f"SellingDetails.{name}.UID")
        else:
            selling[name] = link(found.entity)


def link(entity: Entity) -> Entity:
    """A tax code or account as other records refer to it."""
    return {name: entity[name] for name in ("UID", "Name", "Code", "DisplayID") if name in entity}

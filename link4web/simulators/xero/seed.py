"""Filling an organisation with invented contacts: the same ones every time, a hundred thousand in seconds."""

import sqlite3
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from link4web.simulators import clock
from link4web.simulators.businesses import Business, Dice, business, written
from link4web.simulators.folding import fold
from link4web.simulators.guids import fixed_guid
from link4web.simulators.store import Store
from link4web.simulators.xero import contact_record as record
from link4web.simulators.xero import hooks
from link4web.simulators.xero.contact_record import Contact
from link4web.simulators.xero.dates import FIRST_MS, SPAN_MS, ms_date
from link4web.simulators.xero.envelope import rendered

BATCH = 5_000
SHARED = "accounts@sharedservices.example"
# out of a hundred contacts
NO_NUMBER, WRONG_NUMBER, SPACED_NUMBER = 24, 2, 20
NO_EMAIL, SHARED_EMAIL = 7, 3
NOT_YET, ONLY_SUPPLIER, BOTH = 5, 3, 6
ARCHIVED, MERGED = 4, 1


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What is particular about a contact, apart from the business it stands for."""

    number: str = "right"  # right, spaced, wrong, missing
    email: str | None = None  # None: the business's own
    customer: bool = True
    supplier: bool = False
    status: str = "ACTIVE"
    merged_to: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


def random_traits(series: str, index: int) -> Traits:
    """The traits of contact number `index`, spread over all kinds that real ledgers have."""
    dice = Dice(f"traits {series}:{index}")
    number, email, role, status = (dice.below(100) for _ in range(4))
    cut = NO_NUMBER + WRONG_NUMBER
    archived = status < ARCHIVED + MERGED and index > 0
    return Traits(
        number="missing" if number < NO_NUMBER else "wrong" if number < cut else
        "spaced" if number < cut + SPACED_NUMBER else "right",
        email="" if email < NO_EMAIL else SHARED if email < NO_EMAIL + SHARED_EMAIL else None,
        customer=role >= NOT_YET + ONLY_SUPPLIER,
        supplier=NOT_YET <= role < NOT_YET + ONLY_SUPPLIER + BOTH,
        status="ARCHIVED" if archived else "ACTIVE",
        merged_to=fixed_guid(series, index - 1) if archived and status >= ARCHIVED else "",
    )  # fmt: skip


def contact_of(identity: str, company: Business, traits: Traits) -> Contact:
    """The Xero contact for a business."""
    australian = company.country == "AU"
    updated = FIRST_MS + Dice(f"updated {identity}").below(65_536) * (SPAN_MS // 65_536)
    fields: dict[str, Any] = {
        "Name": company.name,
        "FirstName": company.given,
        "LastName": company.family,
        "EmailAddress": company.email if traits.email is None else traits.email,
        "ContactStatus": traits.status,
        "TaxNumber": written(company.number, traits.number) if australian else "",
        "CompanyNumber": "" if australian else written(company.number, traits.number),
        "Addresses": [_address(company)],
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": company.phone, "PhoneAreaCode": "02" if australian else "04",
                    "PhoneCountryCode": "61" if australian else "64"}],
        "UpdatedDateUTC": ms_date(updated),
        "IsCustomer": traits.customer,
        "IsSupplier": traits.supplier,
        "DefaultCurrency": "AUD" if australian else "NZD",
    }  # fmt: skip
    if traits.merged_to:
        fields["MergedToContactID"] = traits.merged_to
    return record.complete(record.new_contact(identity, **{**fields, **traits.fields}))


def bulk(store: Store, tenant_id: str, country: str, wanted: int, *, old: bool = False) -> int:
    """Add invented contacts until the organisation has `wanted`; returns how many were added.

    They come into an organisation that is there already, so each is updated at the moment it is put in, and webhooks
    tell of them; unless they are `old`, changed over years like those of the demo.
    """
    with store.read() as db:
        names = db.execute("select name from xero_contact where tenant_id = ?", (tenant_id,)).fetchall()
    start, series = len(names), f"bulk {tenant_id}"
    # stored in the order of their ids, so that pages in that order lie side by side in the file
    order = iter(sorted((fixed_guid(series, index), index) for index in range(start, wanted)))
    used = {fold(row["name"]) for row in names}
    while batch := list(islice(order, BATCH)):
        contacts = [_bulk_contact(identity, series, index, country, used) for identity, index in batch]
        with store.write() as db:
            if old:
                add_all(db, tenant_id, contacts)
                continue
            now = ms_date(clock.milliseconds())
            add_all(db, tenant_id, [{**contact, "UpdatedDateUTC": now} for contact in contacts])
            hooks.all_changed(db, tenant_id, "Contacts", [one["ContactID"] for one in contacts], "CREATE")
    with store.write() as db:
        # without figures the planner walks the whole organisation to find one name
        db.execute("analyze")
        record.changed(db, tenant_id)
    return max(0, wanted - start)


def _bulk_contact(identity: str, series: str, index: int, country: str, used: set[str]) -> Contact:
    company, traits = business(country, series, index), random_traits(series, index)
    contact = contact_of(identity, company, traits)
    if fold(contact["Name"]) in used:
        contact["Name"] = f"{contact['Name']} {index}"
    used.add(fold(contact["Name"]))
    return contact


def add_all(db: sqlite3.Connection, tenant_id: str, contacts: list[Contact]) -> None:
    """Store many new contacts at once."""
    first = int(db.execute("select coalesce(max(id), 0) + 1 from xero_contact").fetchone()[0])
    rows = list(enumerate(contacts, first))
    db.executemany(record.INSERT, [record.columns(row_id, tenant_id, contact) for row_id, contact in rows])
    db.executemany(record.INSERT_BODY, [(row_id, rendered(contact, record.DEPTH)) for row_id, contact in rows])


def _address(company: Business) -> dict[str, str]:
    return {
        "AddressType": "POBOX",
        "AddressLine1": company.street,
        "City": company.city,
        "Region": company.state,
        "PostalCode": company.postcode,
        "Country": "Australia" if company.country == "AU" else "New Zealand",
    }

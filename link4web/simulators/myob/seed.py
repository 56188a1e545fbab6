"""Filling a business file with invented customers: the same ones every time, a hundred thousand in seconds."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from link4web.simulators import clock
from link4web.simulators.businesses import Business, Dice, business, written
from link4web.simulators.guids import fixed_guid
from link4web.simulators.myob import records
from link4web.simulators.myob.contacts import CUSTOMER
from link4web.simulators.myob.customer_record import NO_CARD_ID, customer
from link4web.simulators.myob.moments import FIRST_MS, NEVER_MS, SPAN_MS
from link4web.simulators.myob.records import CONTACT, Entity
from link4web.simulators.store import Store

BATCH = 5_000
SHARED = "accounts@sharedservices.example"
# out of a hundred customers
NO_NUMBER, WRONG_NUMBER, UNSPACED_NUMBER = 24, 3, 10
NO_EMAIL, SHARED_EMAIL, EMAIL_ELSEWHERE = 7, 3, 4
INACTIVE, INDIVIDUAL, NO_CARD, SECOND_ADDRESS, NO_MOMENT, UNPUBLISHED = 6, 22, 15, 30, 2, 5


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What is particular about a customer, apart from the business it stands for."""

    number: str = "right"  # right, unspaced, wrong, missing
    typed_number: str = ""  # what stands there instead
    email: str | None = None  # None: the business's own
    email_location: int = 1
    active: bool = True
    individual: bool = False
    card_id: bool = True
    addresses: int = 1
    moment_kept: bool = True
    unpublished: bool = False
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class File:
    """What a business file gives its customers: its country, and the tax codes they have by default, as links."""

    business_id: str
    country: str
    codes: Entity


def random_traits(series: str, index: int) -> Traits:
    """The traits of customer number `index`, spread over all kinds that real files have."""
    dice = Dice(f"traits {series}:{index}")
    number, email, active, individual, card, second, moment, unpublished = (dice.below(100) for _ in range(8))
    cut = NO_NUMBER + WRONG_NUMBER
    elsewhere = NO_EMAIL + SHARED_EMAIL <= email < NO_EMAIL + SHARED_EMAIL + EMAIL_ELSEWHERE
    return Traits(
        number="missing" if number < NO_NUMBER else "wrong" if number < cut else
        "unspaced" if number < cut + UNSPACED_NUMBER else "right",
        email="" if email < NO_EMAIL else SHARED if email < NO_EMAIL + SHARED_EMAIL else None,
        email_location=2 if elsewhere else 1,
        active=active >= INACTIVE,
        individual=individual < INDIVIDUAL,
        card_id=card >= NO_CARD,
        addresses=2 if second < SECOND_ADDRESS or elsewhere else 1,
        moment_kept=moment >= NO_MOMENT,
        unpublished=unpublished < UNPUBLISHED,
    )  # fmt: skip


def customer_of(uid: str, company: Business, traits: Traits, file: File, card: int) -> tuple[Entity, int]:
    """The MYOB customer for a business, and when it was last changed."""
    # only Australian files know an ABN
    has_abn = company.country == file.country == "AU"
    number = traits.typed_number or as_typed(company.number, traits.number)
    names: Entity = {"CompanyName": company.name[:50].strip()}
    if traits.individual:
        names = {"FirstName": company.given[:20], "LastName": company.family[:30]}
    sent = {
        **names,
        "IsIndividual": traits.individual,
        "IsActive": traits.active,
        "DisplayID": f"CUS{card:06d}" if traits.card_id else NO_CARD_ID,
        "Addresses": [_address(company, traits, location) for location in range(1, traits.addresses + 1)],
        "SellingDetails": {
            "SaleLayout": "Service",
            "InvoiceDelivery": "Email",
            "ABN": number if has_abn else None,
            "TaxIdNumber": None if has_abn else number,
            **file.codes,
            **({"SurchargeSetting": "Default"} if traits.unpublished else {}),
        },
        "PaymentDetails": {"Method": "EFT", "BankAccountName": company.name[:32], "BSBNumber": "999999",
                           "BankAccountNumber": f"9000{card % 100_000:05d}"},
        **traits.fields,
    }  # fmt: skip
    changed = FIRST_MS + Dice(f"changed {uid}").below(65_536) * (SPAN_MS // 65_536)
    return customer(uid, sent), changed if traits.moment_kept else NEVER_MS


def as_typed(number: str, kind: str) -> str | None:
    """An ABN or NZBN as people leave it in a file: most ABNs in groups, as the API demands."""
    return number if kind == "unspaced" else written(written(number, kind), "spaced") or None


def bulk(store: Store, file: File, wanted: int, *, old: bool = False) -> int:
    """Add invented customers until the business has `wanted`; returns how many were added.

    They come into a file that is there already, so each was last changed at the moment it is put in;
    unless they are `old`, changed over years like those of the demo.
    """
    with store.read() as db:
        start = customers_in(db, file.business_id)
    rows = _invented(file, start, wanted)
    while batch := list(islice(rows, BATCH)):
        with store.write() as db:
            records.add_all(db, file.business_id, CONTACT, CUSTOMER, batch if old else added_now(batch))
    with store.write() as db:
        # without figures the planner walks the whole file to find one name
        db.execute("analyze")
    return max(0, wanted - start)


def customers_in(db: sqlite3.Connection, business_id: str) -> int:
    """How many customers a business has."""
    found = db.execute(
        "select count(*) from myob_entity where business_id = ? and family = ? and type = ? and removed = 0",
        (business_id, CONTACT, CUSTOMER),
    ).fetchone()
    return int(found[0])


def added_now(rows: Iterable[tuple[Entity, int]]) -> list[tuple[Entity, int]]:
    """Each with this moment as that of its last change."""
    now = clock.milliseconds()
    return [(entity, now) for entity, _ in rows]


def _invented(file: File, start: int, end: int) -> Iterator[tuple[Entity, int]]:
    series = f"bulk {file.business_id}"
    # stored in the order of their ids, so that pages in that order lie side by side in the file
    for uid, index in sorted((fixed_guid(series, index), index) for index in range(start, end)):
        company = business(file.country, series, index)
        yield customer_of(uid, company, random_traits(series, index), file, 1_000 + index)


def _address(company: Business, traits: Traits, location: int) -> Entity:
    email = company.email if traits.email is None else traits.email
    australian = company.country == "AU"
    note = {"DeliveryNote": "Ring the bell at the side"} if traits.unpublished else {}
    return {
        "Location": location,
        "Street": company.street if location == 1 else f"Unit {location}\r\n{company.street}",
        "City": company.city,
        "State": company.state,
        "PostCode": company.postcode,
        "Country": "Australia" if australian else "New Zealand",
        "Phone1": f"{'02' if australian else '04'} {company.phone}",
        "Email": email or None if location == traits.email_location else None,
        "ContactName": f"{company.given} {company.family}"[:25],
        **note,
    }

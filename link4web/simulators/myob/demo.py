"""The demo businesses. All names are invented; numbers are samples that satisfy their check digits."""

import sqlite3
from dataclasses import replace
from typing import Any

import msgspec

from link4web.simulators.businesses import Business, business
from link4web.simulators.guids import fixed_guid
from link4web.simulators.myob import invoice_record, records, seed
from link4web.simulators.myob.contacts import CUSTOMER, EMPLOYEE, PERSONAL, SUPPLIER
from link4web.simulators.myob.customer_checks import link
from link4web.simulators.myob.customer_record import customer
from link4web.simulators.myob.moments import FIRST_MS
from link4web.simulators.myob.records import ACCOUNT, CONTACT, INVOICE, TAX_CODE, Entity
from link4web.simulators.myob.seed import File, Traits, as_typed

LANTERN = "3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c"
TAKAHE = "4e5f6071-8293-44a5-b6c7-d8e9fa0b1c2d"
REWITI = "5f607182-93a4-45b6-87d8-e9fa0b1c2d3e"
# the sample that the tax office's own examples use; it belongs to nobody
SAMPLE_TFN = "123 456 782"
# business, name, country, own number, city, state, postcode, customers
BUSINESSES = (
    (LANTERN, "Lantern Street Roastery", "AU", "97 136 592 472", "Fitzroy", "VIC", "3065", 42),
    (TAKAHE, "Takahē Valley Provisions", "NZ", "9429046118240", "Nelson", "Tasman", "7010", 40),
    # a sole trader whose file has a tax file number where others have an ABN
    (REWITI, "Rewiti Fencing", "AU", SAMPLE_TFN, "Wagga Wagga", "NSW", "2650", 8),
)
# name, country, mail box, traits
SPECIAL = (
    ("Bluestone Ferry Charters", "accounts@bluestoneferry", Traits(addresses=5)),
    ("Coolibah Point Optical", "hello@coolibahoptical", Traits(number="missing")),
    ("Dunnart Joinery Pty Ltd", "office@dunnartjoinery", Traits(number="wrong")),
    ("Emu Bush Stockfeed", "ap@emubush", Traits(number="unspaced")),
    ("Finger Lime Providores", "pay@fingerlime", Traits(email="")),
    ("Goldfields Glass & Tiles", "orders@goldfieldsglass", Traits(email="orders@goldfields")),
    ("Harbour Row Physio", "desk@harbourphysio", Traits(active=False)),
    ("Okafor", "amara@okafor", Traits(individual=True)),
    ("Papadakis", "noor@papadakis", Traits(individual=True, number="missing", card_id=False)),
    ("Quandong Lane Early Learning", "office@quandonglane", Traits(unpublished=True, addresses=2)),
    ("Sheoak Creek Shearing", "woolshed@sheoakcreek", Traits(addresses=2, email_location=2)),
    ("Tidewater Motel", "stay@tidewatermotel", Traits(moment_kept=False)),
)
TAX_CODES = {
    "AU": (("GST", "Goods & Services Tax", "GST_VAT", 10.0), ("FRE", "GST Free", "GST_VAT", 0.0),
           ("N-T", "Not Reportable", "GST_VAT", 0.0), ("CAP", "Capital Acquisitions", "GST_VAT", 10.0),
           ("EXP", "Export Sales", "GST_VAT", 0.0), ("INP", "Input Taxed", "InputTaxed", 0.0)),
    "NZ": (("S15", "Standard 15%", "GST_VAT", 15.0), ("Z", "Zero-rated", "GST_VAT", 0.0),
           ("E", "Exempt", "InputTaxed", 0.0), ("N-T", "Not Reportable", "GST_VAT", 0.0)),
}  # fmt: skip
ACCOUNTS = (("4-1000", "Sales", "Income"), ("4-2000", "Freight Collected", "Income"),
            ("1-1110", "Cheque Account", "Bank"))  # fmt: skip


def fill(db: sqlite3.Connection) -> list[Business]:
    """Make the demo businesses; returns the Australian businesses in them, which the register should know."""
    known: list[Business] = []
    for place, facts in enumerate(BUSINESSES):
        business_id, name, country = facts[:3]
        db.execute(
            "insert into myob_business values (?, ?, ?, ?, 0, 1, 1, ?)",
            (business_id, name, country, place, msgspec.json.encode(_company(facts)).decode()),
        )
        file = File(business_id=business_id, country=country, codes=_ledger(db, business_id, country))
        people = _people(business_id, country, facts[7])
        rows = [seed.customer_of(fixed_guid(business_id, company.name), company, traits, file, card + 1)
                for card, (company, traits) in enumerate(people)]  # fmt: skip
        records.add_all(db, business_id, CONTACT, CUSTOMER, rows)
        _others(db, business_id, country)
        _invoice_some(db, business_id, country, [entity for entity, _ in rows])
        known += [company for company, _ in people]
    own = replace(business("AU", "own", 1), name="Lantern Street Roastery Pty Ltd", city="Fitzroy", state="VIC",
                  postcode="3065", number=BUSINESSES[0][3].replace(" ", ""))  # fmt: skip
    return [*known, own]


def file_of(db: sqlite3.Connection, business_id: str, country: str) -> File:
    """A demo business as its customers need it."""
    row = db.execute(
        "select b.body from myob_entity e join myob_entity_body b on b.id = e.id"
        " where business_id = ? and family = ? order by e.id limit 1",
        (business_id, TAX_CODE),
    ).fetchone()
    return File(business_id=business_id, country=country, codes=_codes(msgspec.json.decode(row["body"])))


def _codes(first: Entity) -> Entity:
    return {"TaxCode": link(first), "FreightTaxCode": link(first)}


def _ledger(db: sqlite3.Connection, business_id: str, country: str) -> Entity:
    """Store tax codes and accounts; the links of the first code."""
    codes: list[Entity] = [
        {"UID": fixed_guid(business_id, f"tax {code}"), "Code": code, "Description": about, "Type": kind, "Rate": rate,
         "IsRateNegative": False}
        for code, about, kind, rate in TAX_CODES[country]
    ]  # fmt: skip
    records.add_all(db, business_id, TAX_CODE, TAX_CODE, [(one, FIRST_MS) for one in codes])
    accounts: list[Entity] = [
        {"UID": fixed_guid(business_id, f"account {number}"), "DisplayID": number, "Name": name,
         "Classification": "Income" if kind == "Income" else "Asset", "Type": kind, "Number": int(number[2:]),
         "Description": None, "IsActive": True, "IsHeader": False, "Level": 2, "OpeningBalance": 0.0,
         "CurrentBalance": 0.0}
        for number, name, kind in ACCOUNTS
    ]  # fmt: skip
    records.add_all(db, business_id, ACCOUNT, ACCOUNT, [(one, FIRST_MS) for one in accounts])
    return _codes(codes[0])


def _people(business_id: str, country: str, count: int) -> list[tuple[Business, Traits]]:
    series = f"demo {business_id}"
    people = _special(series) if business_id == LANTERN else []
    used = {company.name for company, _ in people}
    for index in range(count - len(people)):
        # some live across the Tasman
        company = business(("NZ" if country == "AU" else "AU") if index % 13 == 12 else country, series, index)
        if company.name in used:
            company = replace(company, name=f"{company.name} ({company.city})")
        used.add(company.name)
        people.append((company, seed.random_traits(series, index)))
    if business_id == REWITI:
        people.append((replace(business("AU", series, 99), name="Numbat Yoga"),
                       Traits(typed_number=SAMPLE_TFN)))  # fmt: skip
    return people


def _special(series: str) -> list[tuple[Business, Traits]]:
    people = []
    for index, (name, box, traits) in enumerate(SPECIAL):
        filler = business("AU", f"{series} special", index)
        family = name if traits.individual else filler.family
        people.append((replace(filler, name=name, family=family, email=f"{box}.example"), traits))
    return people


def _company(facts: tuple[Any, ...]) -> Entity:
    _, name, country, number, city, state, postcode, _ = facts
    australian = country == "AU"
    mail = "takahevalley" if not australian else "lanternstreet" if number != SAMPLE_TFN else "rewitifencing"
    return {
        "CompanyName": name,
        "SerialNumber": None,
        "Address": f"14 Mill Lane\r\n{city} {state} {postcode}",
        "PhoneNumber": "03 5550 0140" if australian else "03 5550 0240",
        "FaxNumber": None,
        "EmailAddress": f"office@{mail}.example",
        **({"ABNOrTFN": number, "ABNBranch": None, "ACN": None} if australian
           else {"GSTRegistrationNumber": "49-091-850", "CompanyRegistrationNumber": number}),
        "ReadOnly": False,
    }  # fmt: skip


def _others(db: sqlite3.Connection, business_id: str, country: str) -> None:
    """A few contacts that are no customers."""
    for kind in (SUPPLIER, EMPLOYEE, PERSONAL):
        company = business(country, f"{kind} {business_id}", 0)
        individual = kind != SUPPLIER
        names = {"FirstName": company.given[:20], "LastName": company.family[:30], "CompanyName": company.name[:50]}
        entity = customer(fixed_guid(business_id, kind), {**names, "IsIndividual": individual})
        for name in ("SellingDetails", "PaymentDetails", "ForeignCurrency"):
            entity.pop(name)
        if kind == SUPPLIER:
            entity["BuyingDetails"] = {"ABN": as_typed(company.number, "right") if country == "AU" else None}
        records.add_all(db, business_id, CONTACT, kind, [(entity, FIRST_MS)])


def _invoice_some(db: sqlite3.Connection, business_id: str, country: str, customers: list[Entity]) -> None:
    """Two of three customers have an invoice, of every layout; one in eight has a credit note besides."""
    code = {"UID": fixed_guid(business_id, f"tax {TAX_CODES[country][0][0]}"), "Code": TAX_CODES[country][0][0]}
    rates = {code["UID"]: TAX_CODES[country][0][3]}
    account = {"UID": fixed_guid(business_id, "account 4-1000"), "DisplayID": "4-1000", "Name": "Sales"}
    layouts = ("Service", "Item", "Professional", "Miscellaneous", "Service")
    number = 1
    for place, one in enumerate(customers):
        for sign in (1, -1) if place % 8 == 0 else (1,) if place % 3 else ():
            layout = layouts[place % len(layouts)]
            sent = {"Description": "House blend, 5 kg", "Total": sign * (40 + place), "UnitPrice": sign * (40 + place)}
            lines = [invoice_record.line(layout, 1, sent, account, code)]
            day = f"2026-{1 + place % 10:02d}-{1 + place % 28:02d}"
            uid = fixed_guid(business_id, f"invoice {number}")
            entity = invoice_record.invoice(uid, layout, f"{number:08d}", one, day, lines, rates, tax_inclusive=False,
                                            sent={"CustomerPurchaseOrderNumber": f"PO-{number}"})  # fmt: skip
            at = FIRST_MS + 390_000_000_000 + number * 86_400_000
            records.add_all(db, business_id, INVOICE, layout, [(entity, at)])
            number += 1
        invoice_record.settle_balance(db, business_id, one["UID"])
    db.execute("update myob_business set next_invoice = ? where business_id = ?", (number, business_id))

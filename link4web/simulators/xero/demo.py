"""The demo organisations. All names are invented; numbers are samples that satisfy their check digits."""

import sqlite3
from dataclasses import replace
from typing import Any

import msgspec

from link4web.simulators.businesses import Business, business
from link4web.simulators.guids import fixed_guid
from link4web.simulators.xero import contact_record as record
from link4web.simulators.xero import document_record, seed
from link4web.simulators.xero.contact_record import Contact
from link4web.simulators.xero.dates import ms_date
from link4web.simulators.xero.seed import Traits, contact_of

WATTLE = "0a1b2c3d-4e5f-4061-8273-8495a6b7c8d9"
KOWHAI = "1b2c3d4e-5f60-4172-8394-95a6b7c8d9ea"
TIN_SHED = "2c3d4e5f-6071-4283-94a5-a6b7c8d9eafb"
# tenant, name, legal name, country, short code, own number, time zone, city, region, postcode, contacts
ORGANISATIONS = (
    (WATTLE, "Wattle & Wharf Coffee", "Wattle & Wharf Coffee Pty Ltd", "AU", "!wWc7Q", "52341672110",
     "AUSEASTERNSTANDARDTIME", "Newcastle", "NSW", "2300", 801),
    (KOWHAI, "Kōwhai & Co Provisions", "Kōwhai & Co Provisions Limited", "NZ", "!kP4nz", "9429048100014",
     "NEWZEALANDSTANDARDTIME", "Wellington", "Wellington", "6011", 324),
    (TIN_SHED, "Tin Shed Trading", "Tin Shed Trading Co Pty Ltd", "AU", "!tS9au", "",
     "CENAUSTRALIASTANDARDTIME", "Murray Bridge", "SA", "5253", 24),
)  # fmt: skip
# name, country, number, mail box, city, state, postcode, traits
SPECIAL = (
    ("Banksia Row Bakehouse", "AU", "55184038854", "accounts@banksiarow", "Newcastle", "NSW", "2300", Traits()),
    ("Bellbird Early Learning Centre", "AU", "71143044324", "office@bellbird", "Geelong", "VIC", "3220", Traits()),
    ("Coorong Freight & Cold Store", "AU", "83569583510", "ap@coorongfreight", "Murray Bridge", "SA", "5253",
     Traits(number="missing")),
    ("Dry Creek Joinery", "AU", "86151956832", "accounts@drycreekjoinery", "Murray Bridge", "SA", "5253",
     Traits(number="missing")),
    ("Eastlight Motel Group", "AU", "64440107488", "pay@eastlightmotels", "Cairns", "QLD", "4870", Traits()),
    ("Finch & Daughters Catering", "AU", "57152316374", "hello@finchdaughters", "Hobart", "TAS", "7000",
     Traits(email="")),
    ("Gumnut Lane Veterinary", "AU", "52005145054", "clinic@gumnutlane", "Bendigo", "VIC", "3550", Traits()),
    ("Hinemoa Street Deli", "NZ", "9429045358876", "kiaora@hinemoadeli", "Auckland", "Auckland", "1010", Traits()),
    ("Ironbark Site Services", "AU", "23226914937", "admin@ironbarksite", "Toowoomba", "QLD", "4350",
     Traits(number="missing")),
    ("Jacaranda Dental Rooms", "AU", "78246925905", "reception@jacarandadental", "Paddington", "QLD", "4064",
     Traits(number="spaced")),
    ("Kererū Kitchens", "NZ", "9429048654760", "accounts@kererukitchens", "Wellington", "Wellington", "6011", Traits()),
    ("Little Tern Surf Hire", "AU", "55172554917", "hire@littletern", "Port Macquarie", "NSW", "2444", Traits()),
    ("Marram Grass Café", "AU", "42649931524", "hello@marramgrass", "Port Macquarie", "NSW", "2444",
     Traits(customer=False)),
    ("Ōtaki Orchard Co-op", "NZ", "9429041700150", "tari@otakiorchard", "Ōtaki", "Kāpiti Coast", "5512",
     Traits(number="missing")),
    ("Saltbush Linen Hire", "AU", "16631000292", "office@saltbushlinen", "Albany", "WA", "6330", Traits()),
    ("Fern & Gully Framers", "AU", "", "hello@fgframers", "Launceston", "TAS", "7250",
     Traits(fields={"TaxNumber": "86 151 956 823"})),
    ("Kingfisher Boat Hire", "AU", "", "boats@kingfisherhire", "Fremantle", "WA", "6160",
     Traits(customer=False, number="missing")),
    ("Nightcap Honey", "AU", "", "not an address", "Cairns", "QLD", "4870",
     Traits(fields={"EmailAddress": "orders@nightcap"})),
    ("Quoll Creek Nursery (old)", "AU", "", "office@quollcreek", "Braddon", "ACT", "2612", Traits(status="ARCHIVED")),
    ("Former Customer", "AU", "", "erased@former", "Darwin", "NT", "0800",
     Traits(status="GDPRREQUEST", number="missing", email="")),
)  # fmt: skip


def fill(db: sqlite3.Connection) -> list[Business]:
    """Make the demo organisations; returns the Australian businesses in them, which the register should know."""
    known: list[Business] = []
    for place, facts in enumerate(ORGANISATIONS):
        db.execute(
            "insert into xero_organisation values (?, ?, ?, ?, ?, 0, ?, ?)",
            (facts[0], facts[1], facts[3], facts[4], place, 5001, msgspec.json.encode(_organisation(facts)).decode()),
        )
        people = _people(facts[0], facts[3], facts[10])
        contacts = sorted((contact_of(*one) for one in people), key=lambda one: str(one["ContactID"]))
        seed.add_all(db, facts[0], contacts)
        _invoice_everyone(db, facts[0], facts[3], contacts)
        known += [company for _, company, _ in people]
        known.append(_own(facts))
    return known


def _people(tenant_id: str, country: str, count: int) -> list[tuple[str, Business, Traits]]:
    series = f"demo {tenant_id}"
    people = _special(series) if tenant_id == WATTLE else []
    used = {company.name for _, company, _ in people}
    for index in range(count - len(people)):
        company = business("NZ" if index % 29 == 28 else country, series, index)
        if company.name in used:
            company = replace(company, name=f"{company.name} ({company.city})")
        used.add(company.name)
        people.append((fixed_guid(series, index), company, seed.random_traits(series, index)))
    return people


def _special(series: str) -> list[tuple[str, Business, Traits]]:
    people = []
    for index, (name, country, number, box, city, state, postcode, traits) in enumerate(SPECIAL):
        filler = business(country, f"{series} special", index)
        company = replace(filler, name=name, number=number or filler.number, email=f"{box}.example", city=city,
                          state=state, postcode=postcode)  # fmt: skip
        people.append((fixed_guid(series, name), company, traits))
    merged = Traits(status="ARCHIVED", merged_to=fixed_guid(series, "Banksia Row Bakehouse"))
    twin = replace(people[0][1], name="Banksia Row Bakery")
    return [*people, (fixed_guid(series, twin.name), twin, merged)]


def _own(facts: tuple[Any, ...]) -> Business:
    filler = business(facts[3], "own", 0)
    number = facts[5] or filler.number
    return replace(filler, name=facts[2], number=number, city=facts[7], state=facts[8], postcode=facts[9])


def _organisation(facts: tuple[Any, ...]) -> dict[str, Any]:
    tenant_id, name, legal, country, short_code, number, zone, city, region, postcode, _ = facts
    australian = country == "AU"
    return {
        "OrganisationID": tenant_id,
        "Name": name,
        "LegalName": legal,
        "PaysTax": True,
        "Version": country,
        "OrganisationType": "COMPANY",
        "BaseCurrency": "AUD" if australian else "NZD",
        "CountryCode": country,
        "IsDemoCompany": True,
        "OrganisationStatus": "ACTIVE",
        "RegistrationNumber": number,
        "TaxNumber": "" if australian else "49-091-850",
        "FinancialYearEndDay": 30 if australian else 31,
        "FinancialYearEndMonth": 6 if australian else 3,
        "SalesTaxBasis": "ACCRUALS" if australian else "INVOICE",
        "SalesTaxPeriod": "QUARTERLY1" if australian else "TWOMONTHS",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": ms_date(1_640_995_200_000),
        "OrganisationEntityType": "COMPANY",
        "Timezone": zone,
        "ShortCode": short_code,
        "Class": "DEMO",
        "Edition": "BUSINESS",
        "LineOfBusiness": "Coffee roasting" if tenant_id == WATTLE else "Wholesale",
        "Addresses": [{"AddressType": "STREET", "AddressLine1": "14 Lee Wharf Road", "City": city, "Region": region,
                       "PostalCode": postcode, "Country": "Australia" if australian else "New Zealand"}],
        "Phones": [{"PhoneType": "OFFICE", "PhoneNumber": "5550 0114", "PhoneAreaCode": "02",
                    "PhoneCountryCode": "61" if australian else "64"}],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }  # fmt: skip


def _invoice_everyone(db: sqlite3.Connection, tenant_id: str, country: str, contacts: list[Contact]) -> None:
    """Every customer has a sales invoice: that is what makes it one. Suppliers have a bill."""
    for place, contact in enumerate(contacts):
        if contact["IsCustomer"]:
            _document(db, tenant_id, country, contact, place, "ACCREC")
        if contact["IsSupplier"]:
            _document(db, tenant_id, country, contact, place, "ACCPAY")
        if contact["IsCustomer"] and place % 40 == 0:
            _document(db, tenant_id, country, contact, place, "ACCRECCREDIT")


def _document(db: sqlite3.Connection, tenant_id: str, country: str, contact: Contact, place: int, kind: str) -> None:
    resource = "CreditNotes" if kind == "ACCRECCREDIT" else "Invoices"
    id_name, number_name = document_record.key_of(resource)
    line = {"Description": "House blend, 5 kg", "Quantity": 1 + place % 7, "UnitAmount": 40 + place % 33,
            "AccountCode": "200", "LineItemID": fixed_guid(f"line {kind}", contact["ContactID"])}  # fmt: skip
    line["TaxType"] = (
        document_record.SALES_TAX[country] if kind != "ACCPAY" else ("INPUT" if country == "AU" else "INPUT2")
    )
    lines = document_record.priced_lines([line], country, "Exclusive")
    document = document_record.new_document(
        resource, Type=kind, Status="PAID" if place % 3 else "AUTHORISED", LineItems=lines, LineAmountTypes="Exclusive",
        CurrencyCode=contact["DefaultCurrency"], **document_record.totals(lines, "Exclusive"),
    )  # fmt: skip
    document[id_name] = fixed_guid(f"document {kind}", contact["ContactID"])
    document[number_name] = f"{'CN' if resource == 'CreditNotes' else 'INV'}-{place + 1:04d}"
    document["Contact"] = {"ContactID": contact["ContactID"], "Name": contact["Name"], "Addresses": [], "Phones": []}
    paid = document["Status"] == "PAID"
    if resource == "Invoices":
        document.update(AmountDue=0.0 if paid else document["Total"], AmountPaid=document["Total"] if paid else 0.0)
    else:
        document["RemainingCredit"] = 0.0 if paid else document["Total"]
    day, month = 1 + place % 28, 1 + place % 10
    document_record.set_days(document, f"2026-{month:02d}-{day:02d}", f"2026-{month + 1:02d}-{day:02d}")
    document_record.save(db, tenant_id, resource, document, at_ms=record.moment_ms(contact["UpdatedDateUTC"]))

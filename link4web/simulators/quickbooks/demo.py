"""The demo companies: one in Australia, one in New Zealand, with customers of every kind that matters."""

import sqlite3
from dataclasses import replace
from typing import Any

from link4web.simulators.businesses import Business, business
from link4web.simulators.quickbooks import records, seed
from link4web.simulators.quickbooks.records import Object
from link4web.simulators.quickbooks.seed import Traits
from link4web.simulators.quickbooks.times import FIRST_MS, SPAN_MS, moment

BLUEGUM, TOETOE = "9130357766900456", "9130357766911122"
# realm, name, legal name, country, street, city, state, postcode, email
COMPANIES = (
    (BLUEGUM, "Bluegum Pantry Supplies", "Bluegum Pantry Supplies Pty Ltd", "AU", "3 Mill Lane", "Geelong", "VIC",
     "3220", "office@bluegumpantry.example"),
    (TOETOE, "Toetoe Trading", "Toetoe Trading Limited", "NZ", "21 Cuba Street", "Wellington", "Wellington", "6011",
     "tari@toetoetrading.example"),
)  # fmt: skip
CUSTOMERS = 40
# name, mailbox, city, state, postcode, what is particular
AU_SPECIAL = (
    ("Apostle Bay Cannery", "ap@apostlebay", "Geelong", "VIC", "3220", Traits()),
    ("Bandicoot Books & Toys", "hello@bandicootbooks", "Fitzroy", "VIC", "3065", Traits(number="missing")),
    ("Cockle Creek Smokehouse", "smoke@cocklecreek", "Hobart", "TAS", "7000", Traits(number="spaced")),
    ("Drover’s Rest Motel", "stay@droversrest", "Wagga Wagga", "NSW", "2650", Traits(number="wrong")),
    ("Emu Plains Early Learning", "", "Bendigo", "VIC", "3550", Traits(email="")),
    ("Flinders Lane Gelato", "scoop@flindersgelato", "Fitzroy", "VIC", "3065",
     Traits(fields={"ResaleNum": "REGISTERED GST"})),
    ("Glasshouse Nursery", "orders@glasshouse", "Toowoomba", "QLD", "4350", Traits(active=False)),
    ("Harbour & Hearth", "both@harbourhearth", "Albany", "WA", "6330",
     Traits(email="owner@harbourhearth.example, books@harbourhearth.example")),
    ("Irukandji Dive Charters", "crew@irukandji", "Cairns", "QLD", "4870",
     Traits(number="missing", fields={"Notes": "Pays by card on the day."})),
    ("O’Reilly \\ Sons Produce", "shed@oreillysons", "Murray Bridge", "SA", "5253", Traits()),
)  # fmt: skip
SITES = ("Apostle Bay Cannery", ("Lorne Kiosk", "Torquay Kiosk"))
VENDORS = ("Melaleuca Packaging", "Wombat Freight Lines", "Gumtree Cloud Hosting")
EMPLOYEES = (("Tama", "Rewiti"), ("Mei", "Haddad"))


def fill(db: sqlite3.Connection) -> list[Business]:
    """Make the demo companies; returns the Australian businesses in them, which the register should know."""
    known: list[Business] = []
    for place, facts in enumerate(COMPANIES):
        db.execute(
            "insert into quickbooks_company (realm, name, country, place) values (?, ?, ?, ?)",
            (facts[0], facts[1], facts[3], place),
        )
        people = _people(facts[0], facts[3])
        known += [company for company, _ in people]
        customers = [seed.customer_of(number, *one) for number, one in enumerate(people, 1)]
        customers += _sites(customers)
        records.add_all(db, facts[0], "Customer", customers)
        others = _others(len(customers) + 1)
        for kind in ("Vendor", "Employee"):
            records.add_all(db, facts[0], kind, others[kind])
        number = len(customers) + sum(map(len, others.values())) + 1
        db.execute("update quickbooks_company set next_name = ? where realm = ?", (number, facts[0]))
        _lists(db, facts)
    return known


def _people(realm: str, country: str) -> list[tuple[Business, Traits]]:
    series = f"quickbooks demo {realm}"
    people = _special(series) if country == "AU" else []
    used = {company.name for company, _ in people}
    for index in range(CUSTOMERS - len(people)):
        company = business(country, series, index)
        if company.name in used:
            company = replace(company, name=f"{company.name} ({company.city})")
        used.add(company.name)
        people.append((company, seed.random_traits(series, index, company, None)))
    return people


def _special(series: str) -> list[tuple[Business, Traits]]:
    people = []
    for index, (name, box, city, state, postcode, traits) in enumerate(AU_SPECIAL):
        filler = business("AU", f"{series} special", index)
        company = replace(filler, name=name, email=f"{box}.example", city=city, state=state, postcode=postcode)
        people.append((company, traits))
    return people


def _sites(customers: list[tuple[Object, int, int, str]]) -> list[tuple[Object, int, int, str]]:
    """Sub-customers of one of them, if it is here."""
    parent = next((body for body, *_ in customers if body["DisplayName"] == SITES[0]), None)
    if parent is None:
        return []
    company = replace(business("AU", "quickbooks sites", 0), email=parent["PrimaryEmailAddr"]["Address"])
    traits = Traits(number="missing", parent=parent)
    return [
        seed.customer_of(len(customers) + place, replace(company, name=name), traits)
        for place, name in enumerate(SITES[1], 1)
    ]


def _others(first: int) -> dict[str, list[tuple[Object, int, int, str]]]:
    """Vendors and employees, whose names customers can't have."""
    made = FIRST_MS + SPAN_MS // 3
    listed: dict[str, list[tuple[Object, int, int, str]]] = {"Vendor": [], "Employee": []}
    named = [("Vendor", name, {"CompanyName": name}) for name in VENDORS]
    named += [
        ("Employee", f"{given} {family}", {"GivenName": given, "FamilyName": family}) for given, family in EMPLOYEES
    ]
    for number, (kind, name, fields) in enumerate(named, first):
        body: Object = {
            "Balance": 0, "domain": "QBO", "sparse": False, "Id": str(number), "SyncToken": "0",
            "MetaData": {"CreateTime": moment(made), "LastUpdatedTime": moment(made)}, "DisplayName": name,
            "PrintOnCheckName": name, "Active": True, **fields,
        }  # fmt: skip
        listed[kind].append((body, made, made, ""))
    return listed


def _lists(db: sqlite3.Connection, facts: tuple[Any, ...]) -> None:
    """The company itself, its preferences, tax codes, rates, items and terms."""
    realm, australian = facts[0], facts[3] == "AU"
    percent = 10 if australian else 15
    names = ("GST", "GST free") if australian else ("15% GST", "Zero rated")
    kinds: dict[str, list[Object]] = {
        "CompanyInfo": [_company(facts)],
        "Preferences": [_preferences(australian=australian)],
        "TaxCode": [
            {"Id": str(10 + place), "Name": name, "Description": name, "Active": True, "Taxable": True,
             "TaxGroup": True, "SalesTaxRateList": {"TaxRateDetail": [_rate_of(20 + place, name)]}}
            for place, name in enumerate(names)
        ],
        "TaxRate": [
            {"Id": str(20 + place), "Name": name, "Active": True, "RateValue": rate, "SpecialTaxType": "NONE",
             "AgencyRef": {"value": "1"}}
            for place, (name, rate) in enumerate(zip(names, (percent, 0), strict=True))
        ],
        "Item": [{"Id": "1", "Name": "Services", "FullyQualifiedName": "Services", "Type": "Service", "Active": True,
                  "Taxable": True, "UnitPrice": 0, "IncomeAccountRef": {"value": "1", "name": "Sales"}}],
        "Term": [{"Id": "3", "Name": "Net 30", "Active": True, "Type": "STANDARD", "DueDays": 30}],
        "Account": [{"Id": "1", "Name": "Sales", "FullyQualifiedName": "Sales", "Active": True,
                     "AccountType": "Income", "Classification": "Revenue"}],
    }  # fmt: skip
    times = {"CreateTime": moment(FIRST_MS), "LastUpdatedTime": moment(FIRST_MS)}
    for kind, objects in kinds.items():
        whole = [{**one, "domain": "QBO", "sparse": False, "SyncToken": "0", "MetaData": times} for one in objects]
        records.add_all(db, realm, kind, [(one, FIRST_MS, FIRST_MS, "") for one in whole])


def _rate_of(rate: int, name: str) -> Object:
    reference = {"value": str(rate), "name": name}
    return {"TaxRateRef": reference, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}


def _company(facts: tuple[Any, ...]) -> Object:
    _, name, legal, country, street, city, state, postcode, email = facts
    address = {"Id": "1", "Line1": street, "City": city, "CountrySubDivisionCode": state, "PostalCode": postcode,
               "Country": "AUS" if country == "AU" else "NZL"}  # fmt: skip
    zone = "Australia/Melbourne" if country == "AU" else "Pacific/Auckland"
    return {
        "Id": "1",
        "CompanyName": name,
        "LegalName": legal,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "PrimaryPhone": {"FreeFormNumber": "03 5550 0114"},
        "CompanyStartDate": "2021-01-01",
        "FiscalYearStartMonth": "July" if country == "AU" else "April",
        "Country": country,
        "Email": {"Address": email},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "DefaultTimeZone": zone,
        "NameValue": [
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "SubscriptionStatus", "Value": "SUBSCRIBED"},
            {"Name": "IsQbdtMigrated", "Value": "false"},
        ],
    }


def _preferences(*, australian: bool) -> Object:
    return {
        "Id": "1",
        "SalesFormsPrefs": {"CustomField": [], "AllowDeposit": False, "DefaultTerms": {"value": "3"}},
        "TaxPrefs": {"UsingSalesTax": True},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "AUD" if australian else "NZD"}},
    }

"""Filling a company with invented customers: the same ones every time, a hundred thousand in seconds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from link4web.simulators import clock
from link4web.simulators.businesses import Business, Dice, business, written
from link4web.simulators.folding import fold
from link4web.simulators.quickbooks import hooks, records
from link4web.simulators.quickbooks.names import CURRENCIES
from link4web.simulators.quickbooks.records import Object
from link4web.simulators.quickbooks.times import FIRST_MS, SPAN_MS, moment
from link4web.simulators.store import Store

Finished = tuple[Object, int, int, str]  # see `customer_of`
BATCH = 5_000
SHARED = "accounts@sharedservices.example"
# out of a hundred customers
NO_NUMBER, WRONG_NUMBER, SPACED_NUMBER = 30, 2, 20
NO_EMAIL, SHARED_EMAIL, TWO_EMAILS = 7, 3, 4
INACTIVE, SUB_CUSTOMER = 4, 5


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What is particular about a customer, apart from the business it stands for."""

    number: str = "right"  # right, spaced, wrong, missing
    email: str | None = None  # None: the business's own
    active: bool = True
    parent: Object | None = None
    fields: dict[str, Any] = field(default_factory=dict)


def random_traits(series: str, index: int, company: Business, parent: Object | None) -> Traits:
    """Traits spread over all kinds that real companies have."""
    dice = Dice(f"quickbooks traits {series}:{index}")
    number, email, status, family = (dice.below(100) for _ in range(4))
    wrong = NO_NUMBER + WRONG_NUMBER
    shared = NO_EMAIL + SHARED_EMAIL
    second = f"{company.email}, bookkeeping@{company.email.partition('@')[2]}"
    return Traits(
        number="missing" if number < NO_NUMBER else "wrong" if number < wrong else
        "spaced" if number < wrong + SPACED_NUMBER else "right",
        email="" if email < NO_EMAIL else SHARED if email < shared else
        second if email < shared + TWO_EMAILS else None,
        active=status >= INACTIVE,
        parent=parent if parent and family < SUB_CUSTOMER else None,
    )  # fmt: skip


def customer_of(number: int, company: Business, traits: Traits) -> Finished:
    """The customer for a business: its JSON, when it was made and changed (ms), and its whole tax number."""
    australian, dice = company.country == "AU", Dice(f"quickbooks times {number} {company.name}")
    created = FIRST_MS + dice.below(65_536) * (SPAN_MS // 131_072)
    updated = created + dice.below(65_536) * (SPAN_MS // 131_072)
    tax = written(company.number, traits.number) if australian else ""
    email = company.email if traits.email is None else traits.email
    code, name = CURRENCIES[company.country]
    body: Object = {
        "Taxable": True,
        "BillAddr": {
            "Id": str(number * 2), "Line1": company.street, "City": company.city,
            "CountrySubDivisionCode": company.state, "PostalCode": company.postcode,
            "Country": "Australia" if australian else "New Zealand",
        },
        "BillWithParent": False,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "CurrencyRef": {"value": code, "name": name},
        "PreferredDeliveryMethod": "Email" if email else "None",
        "IsProject": False,
        "domain": "QBO",
        "sparse": False,
        "Id": str(number),
        "SyncToken": str(dice.below(4)),
        "MetaData": {"CreateTime": moment(created), "LastUpdatedTime": moment(updated)},
        "GivenName": company.given,
        "FamilyName": company.family,
        "CompanyName": company.name[:100],
        "DisplayName": company.name,
        "PrintOnCheckName": company.name[:110],
        "PrimaryPhone": {"FreeFormNumber": f"{'02' if australian else '04'} {company.phone}"},
        **traits.fields,
    }  # fmt: skip
    if email:
        body["PrimaryEmailAddr"] = {"Address": email}
    if tax:
        body["PrimaryTaxIdentifier"] = records.mask(tax)
    _place(body, traits)
    return records.ordered(body), created, updated, tax


def _place(body: Object, traits: Traits) -> None:
    """Below its parent, and in or out of use."""
    parent = traits.parent
    if not traits.active:
        body["DisplayName"] += " (deleted)"
    above = f"{parent['FullyQualifiedName']}:" if parent else ""
    body |= {"Job": parent is not None, "Active": traits.active, "FullyQualifiedName": above + body["DisplayName"]}
    if parent:
        body |= {"Level": parent.get("Level", 0) + 1, "ParentRef": {"value": parent["Id"]}}


def bulk(store: Store, realm: str, country: str, wanted: int, *, old: bool = False) -> int:
    """Add invented customers until the company has `wanted`; returns how many were added.

    They come into a company that is there already, so each is made at the moment it is put in, and webhooks tell of
    them; unless they are `old`, made and changed over years like those of the demo.
    """
    with store.read() as db:
        rows = db.execute(
            "select name from quickbooks_object where realm = ? and kind in ('Customer', 'Vendor', 'Employee')",
            (realm,),
        ).fetchall()
        counted = "select count(*) from quickbooks_object where realm = ? and kind = 'Customer' and removed = 0"
        have = int(db.execute(counted, (realm,)).fetchone()[0])
        first = db.execute("select next_name from quickbooks_company where realm = ?", (realm,)).fetchone()[0]
    used, numbers = {fold(row["name"]) for row in rows}, iter(range(first, first + max(0, wanted - have)))
    parent: Object | None = None
    while batch := list(islice(numbers, BATCH)):
        customers = []
        for number in batch:
            customers.append(_bulk_customer(realm, country, number, used, parent))
            body = customers[-1][0]
            parent = body if body["Active"] and not body["Job"] else parent
        with store.write() as db:
            records.add_all(db, realm, "Customer", customers if old else made_now(customers))
            if not old:
                hooks.all_changed(db, realm, "Customer", [str(number) for number in batch], "Create")
            db.execute("update quickbooks_company set next_name = ? where realm = ?", (batch[-1] + 1, realm))
    with store.write() as db:
        # without figures the planner walks the whole company to find one name
        db.execute("analyze")
    return max(0, wanted - have)


def made_now(customers: Iterable[Finished]) -> list[Finished]:
    """The same customers, made and last changed at this moment."""
    now = clock.milliseconds()
    times = {"CreateTime": moment(now), "LastUpdatedTime": moment(now)}
    return [({**body, "MetaData": times}, now, now, tax) for body, _, _, tax in customers]


def _bulk_customer(realm: str, country: str, number: int, used: set[str], parent: Object | None) -> Finished:
    series = f"quickbooks bulk {realm}"
    company = business(country, series, number)
    traits = random_traits(series, number, company, parent)
    found = customer_of(number, company, traits)
    if fold(found[0]["DisplayName"]) in used:
        renamed = Traits(**{**vars(traits), "fields": {"DisplayName": f"{company.name} {number}"}})
        found = customer_of(number, company, renamed)
    used.add(fold(found[0]["DisplayName"]))
    return found

"""Judges that know nothing of us: the contracts of MYOB's own .NET library, and the independent client pymyob."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.myob_fixtures import (
    CALLBACK,
    KEY,
    REWITI,
    SCOPES,
    SECRET,
    TAKAHE,
    MyobCaller,
    demo_myob,
    running_myob,
)
from tests.contract.simulator_fixtures import judges

__all__ = ["demo_myob", "running_myob"]

# newer than the published contracts, on purpose: they are what typed models lose
UNPUBLISHED = {"DeliveryNote", "SurchargeSetting"}
PLAIN: dict[str, type | tuple[type, ...]] = {
    "string": str, "String": str, "Guid": str, "Uri": str, "DateTime": str, "bool": bool, "int": int, "long": int,
    "short": int, "decimal": (int, float), "double": (int, float),
}  # fmt: skip
GENERIC = re.compile(r"^(?:IEnumerable|IList)<(\w+)>$|^(\w+)\[\]$")


class Contracts:
    """The field types of MYOB's contract classes."""

    def __init__(self, loaded: dict[str, Any]) -> None:
        self.classes: dict[str, Any] = loaded["classes"]
        self.enums: dict[str, Any] = loaded["enums"]

    def fields(self, name: str) -> dict[str, str]:
        """A class's own and inherited fields, with its type parameter put in."""
        base, _, parameter = name.partition("<")
        if base not in self.classes:
            return {}
        own = dict(self.classes[base]["fields"])
        if parameter:
            own = {field: kind.replace("<T>", f"<{parameter.rstrip('>')}>") for field, kind in own.items()}
        return {**self.fields(self.classes[base]["extends"] or ""), **own}

    def troubles(self, name: str, value: dict[str, Any], place: str = "") -> Iterator[str]:
        known = self.fields(name)
        assert known, name
        for field, inner in value.items():
            where = f"{place}.{field}"
            if field not in known:
                if field not in UNPUBLISHED:
                    yield f"{where}: {name} has no such field"
            elif inner is not None:
                yield from self._of_kind(known[field].rstrip("?"), inner, where)

    def _of_kind(self, kind: str, value: Any, where: str) -> Iterator[str]:
        if found := GENERIC.match(kind):
            for place, one in enumerate(value):
                yield from self._of_kind(found[1] or found[2], one, f"{where}[{place}]")
        elif kind in self.enums:
            if value not in self.enums[kind]:
                yield f"{where}: {value!r} is no {kind}"
        elif kind in PLAIN:
            if not isinstance(value, PLAIN[kind]) or (kind != "bool" and isinstance(value, bool)):
                yield f"{where}: {value!r} is no {kind}"
        else:
            yield from self.troubles(kind, value, where)


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return Contracts(json.loads((judges() / "myob" / "contracts.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("path", "contract"),
    [
        ("/Contact/Customer", "Customer"),
        ("/Contact/Supplier", "Supplier"),
        ("/Contact/Employee", "Employee"),
        ("/Contact/Personal", "Personal"),
        ("/Contact", "Contact"),
        ("/Sale/Invoice", "Invoice"),
        ("/Sale/Invoice/Service", "ServiceInvoice"),
        ("/Sale/Invoice/Item", "ItemInvoice"),
        ("/Sale/Invoice/Professional", "ProfessionalInvoice"),
        ("/Sale/Invoice/Miscellaneous", "MiscellaneousInvoice"),
        ("/GeneralLedger/TaxCode", "TaxCode"),
        ("/GeneralLedger/Account", "Account"),
    ],
)
def test_lists_fit_the_published_contracts(myob: MyobCaller, contracts: Contracts, path: str, contract: str) -> None:
    for business in (myob.business_id, TAKAHE, REWITI):
        more = "sme-contacts-supplier sme-contacts-employee sme-contacts-personal"
        myob.connect(business_id=business, scope=f"{SCOPES} {more}")
        page = myob.listed(path)
        assert list(page) == ["Items", "NextPageLink", "Count"]
        for item in page["Items"]:
            assert list(contracts.troubles(contract, item))[:5] == []
    myob.connect()
    if "Service" in path or path == "/Contact/Customer":
        assert page["Items"]


@pytest.mark.parametrize(
    ("path", "contract"),
    [("/", "CompanyFileWithResources"), ("/Company", "Company"), ("/Company/Preferences", "CompanyPreferences"),
     ("/CurrentUser", "CurrentUser")],
)  # fmt: skip
def test_the_file_fits_the_published_contracts(
    demo: MyobCaller, contracts: Contracts, path: str, contract: str
) -> None:
    assert list(contracts.troubles(contract, demo.call("GET", path).json())) == []


def test_every_path_is_a_published_one(demo: MyobCaller) -> None:
    routes = json.loads((judges() / "myob" / "routes.json").read_text(encoding="utf-8"))["routes"]
    uris = demo.call("GET", "/").json()["Resources"]
    assert {uri.partition(demo.business_id + "/")[2] for uri in uris} <= set(routes.values())


def test_limits_and_time_outs_are_told_as_published(myob: MyobCaller) -> None:
    samples = json.loads((judges() / "myob" / "error-samples.json").read_text(encoding="utf-8"))["samples"]
    published = [one for one in samples if one["http"] in (403, 504)]
    myob.control("myob/switch", times_out_above=1)
    answers = [myob.call("GET", "/Contact/Customer")]
    myob.control("myob/throttle", off=False)
    for limit in ("second_limit", "day_limit"):
        myob.control("myob/switch", **{limit: 0})
        answers.append(myob.call("GET", "/Contact/Customer"))
    told = {one.json()["Errors"][0]["Message"]: (one.status_code, one.json()["Errors"][0]) for one in answers}
    for sample in published:
        body = sample["body"]["Errors"][0]
        status, error = told[body["Message"]]
        assert (status, {name: error[name] for name in body}) == (sample["http"], body)
    assert len(published) == len(told) == 3


@pytest.fixture
def independent(myob: MyobCaller, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of an independent client; nothing about it changes but base addresses."""
    pymyob = pytest.importorskip("myob", reason="the independent client (pymyob) is not installed")
    from myob import credentials, managers

    monkeypatch.setattr(managers, "MYOB_BASE_URL", f"{myob.root}/myob/accountright/")
    monkeypatch.setattr(credentials, "MYOB_PARTNER_BASE_URL", f"{myob.root}/myob/oauth2/")
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    return pymyob


@pytest.fixture
def consented(myob: MyobCaller, independent: Any) -> Any:
    """The client's credentials after somebody has allowed the access it asked for."""
    from myob.constants import AuthScope
    from myob.credentials import PartnerCredentials

    scopes = (AuthScope.COMPANY_FILE, AuthScope.COMPANY_SETTINGS, AuthScope.CONTACTS_CUSTOMER, AuthScope.SALES,
              AuthScope.GENERAL_LEDGER)  # fmt: skip
    asking = PartnerCredentials(KEY, SECRET, CALLBACK, scopes=scopes)
    assert myob.session.get(asking.url, timeout=30).status_code == 200
    back = myob.consent(scope=" ".join(scopes))
    asking.verify(back["code"], back["businessId"])
    yield asking
    asking._oauth.close()


def test_independent_client_works_unchanged(consented: Any, independent: Any) -> None:
    from myob.api import Myob

    client = Myob(consented)
    assert client.business()["Name"] == "Lantern Street Roastery"
    assert client.info()["Build"]
    assert client.company.preferences()["System"]["CategoryTracking"] == "Off"
    code = client.general_ledger.taxcode(Code="GST")["Items"][0]["UID"]
    seen = [
        one["UID"]
        for page in (1, 2, 3)
        for one in client.contacts.customer(limit=20, page=page, orderby="UID")["Items"]
    ]
    assert len(set(seen)) == 42
    assert client.contacts.all()["Count"] == 42
    assert client.contacts.customer(CompanyName="Tidewater Motel")["Count"] == 1
    assert client.contacts.customer(IsActive=False)["Count"] > 0
    assert client.contacts.customer(raw_filter="substringof('Motel',CompanyName)")["Count"] == 1

    codes = {"TaxCode": {"UID": code}, "FreightTaxCode": {"UID": code}}
    fields = {"CompanyName": "Independent Test & Sons", "IsIndividual": False, "SellingDetails": codes}
    made = client.contacts.post_customer(data=fields)
    since = dt.datetime(2026, 11, 19)  # noqa: DTZ001 (the client writes it as it is)
    assert made["UID"] in [one["UID"] for one in client.contacts.customer(LastModified__gt=since)["Items"]]
    made["SellingDetails"]["ABN"] = "86 151 956 832"
    client.contacts.put_customer(uid=made["UID"], data=made)
    read = client.contacts.get_customer(uid=made["UID"])
    assert read["SellingDetails"]["ABN"] == "86 151 956 832"

    account = client.general_ledger.account()["Items"][0]["UID"]
    line = {"Total": 55.0, "Account": {"UID": account}, "TaxCode": {"UID": code}}
    invoice = client.invoices.post_service(data={"Customer": {"UID": made["UID"]}, "Lines": [line]})
    assert client.invoices.get_service(uid=invoice["UID"])["TotalAmount"] == 60.5
    assert client.invoices.all(InvoiceType="Service")["Count"] > 1
    client.invoices.delete_service(uid=invoice["UID"])
    client.contacts.delete_customer(uid=made["UID"])
    assert client.contacts.customer()["Count"] == 42


def test_independent_client_reads_our_errors(myob: MyobCaller, consented: Any, independent: Any) -> None:
    from myob import exceptions
    from myob.api import Myob

    client = Myob(consented)
    customer = client.contacts.customer(CompanyName="Tidewater Motel")["Items"][0]
    client.contacts.put_customer(uid=customer["UID"], data=customer)
    with pytest.raises(exceptions.MyobConflict, match="IncorrectRowVersionSupplied"):
        client.contacts.put_customer(uid=customer["UID"], data=customer)
    with pytest.raises(exceptions.MyobBadRequest, match="CompanyName"):
        client.contacts.post_customer(data={"IsIndividual": False})
    with pytest.raises(exceptions.MyobNotFound):
        client.contacts.get_customer(uid="3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c")
    with pytest.raises(exceptions.MyobForbidden, match="AccessDenied"):
        client.contacts.supplier()
    myob.control("myob/throttle", off=False)
    myob.control("myob/switch", second_limit=0)
    with pytest.raises(exceptions.MyobRateLimitExceeded, match="per-second"):
        client.business()


def test_independent_client_refreshes(myob: MyobCaller, consented: Any, independent: Any) -> None:
    from myob import exceptions
    from myob.api import Myob

    myob.control("myob/expire", access=True)
    with pytest.raises(exceptions.MyobUnauthorized, match="OAuthTokenIsInvalid"):
        Myob(consented).business()
    old = consented.refresh_token
    consented.refresh()
    assert consented.refresh_token != old
    assert not consented.expired()
    assert Myob(consented).business()["Country"] == "AU"

"""Reading through MYOB's Business API: lists with OData's parameters, moments, links, and the demo's data."""

import datetime as dt
import re

import pytest
from stdnum.au import abn, tfn

from tests.contract.myob_fixtures import REWITI, TAKAHE, MyobCaller, demo_myob, error_of, offset, running_myob
from tests.contract.printed import text_of
from tests.contract.simulator_fixtures import GUID

__all__ = ["demo_myob", "offset", "running_myob"]


def names(found: dict[str, list[dict[str, str]]]) -> list[str]:
    return [one.get("CompanyName") or one["LastName"] for one in found["Items"]]


def test_pages_until_no_next_link(demo: MyobCaller) -> None:
    seen: list[str] = []
    url = f"{demo.root}/myob/accountright/{demo.business_id}/Contact/Customer?$top=20&$orderby=UID&generateUris=false"
    pages = 0
    while url:
        page = demo.session.get(url, headers=demo.headers, timeout=30).json()
        seen += [one["UID"] for one in page["Items"]]
        assert page["Count"] == 42
        assert all(one["URI"] is None and one["SellingDetails"]["TaxCode"]["URI"] is None for one in page["Items"])
        url, pages = page["NextPageLink"], pages + 1
    assert pages == 3
    assert seen == sorted(set(seen))
    assert len(seen) == 42


def test_page_sizes(myob: MyobCaller) -> None:
    myob.control("myob/seed", contacts=1300)
    assert len(myob.listed()["Items"]) == 400
    clamped = myob.listed(top=5000, filter="IsActive eq true or IsActive eq false")
    assert len(clamped["Items"]) == 1000
    assert "filter=" in clamped["NextPageLink"]
    assert clamped["NextPageLink"].startswith(f"{myob.root}/myob/accountright/{myob.business_id}/Contact/Customer?")
    assert myob.listed(top=1000, skip=1000)["NextPageLink"] is None
    myob.control("myob/switch", times_out_above=500)
    assert error_of(myob.call("GET", "/Contact/Customer", params={"$top": 501})) == (504, "GatewayTimeout")
    assert len(myob.listed(top=500)["Items"]) == 500
    myob.control(
        "myob/switch", times_out_above=1000, top_over_maximum="refused", links_origin="https://ar1.api.myob.example"
    )
    assert myob.call("GET", "/Contact/Customer", params={"$top": 1001}).status_code == 400
    moved = myob.listed(top=1000)
    assert moved["NextPageLink"].startswith("https://ar1.api.myob.example/")
    assert moved["Items"][0]["URI"].startswith("https://ar1.api.myob.example/")


@pytest.mark.parametrize(
    "query",
    [
        {"$top": "0"}, {"$top": "-1"}, {"$top": "many"}, {"$top": "10", "$skip": "15"}, {"$skip": "-400"},
        {"$filter": "IsActive eq 3"}, {"$filter": "LastModified gt '2020'"}, {"$filter": "(" * 200},
        {"$filter": "LastModified gt datetime'tomorrow'"}, {"$filter": "CompanyName like 'x'"},
        {"$filter": "UID gt guid'3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c'"}, {"$orderby": "Nothing"},
        {"$orderby": "UID sideways"}, {"$filter": "Addresses/any(a/b: x eq 1)"}, {"$filter": "CompanyName eq"},
    ],
)  # fmt: skip
def test_parameters_that_cannot_be_used(demo: MyobCaller, query: dict[str, str]) -> None:
    assert error_of(demo.call("GET", "/Contact/Customer", params=query)) == (400, "ValidationError")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CompanyName eq 'Goldfields Glass & Tiles'", ["Goldfields Glass & Tiles"]),
        ("substringof('stock',CompanyName)", ["Emu Bush Stockfeed"]),
        ("substringof('stock',CompanyName) eq false and startswith(CompanyName,'Emu')", []),
        ("startswith(CompanyName,'Sheoak') and endswith(CompanyName,'Shearing')", ["Sheoak Creek Shearing"]),
        ("DisplayID eq 'CUS000003' or DisplayID eq 'CUS000004'", ["Dunnart Joinery Pty Ltd", "Emu Bush Stockfeed"]),
        ("(LastName eq 'Okafor' and IsIndividual eq true)", ["Okafor"]),
        ("IsActive eq false and substringof('Physio',CompanyName)", ["Harbour Row Physio"]),
        ("Addresses/any(x: x/Email eq 'ap@emubush.example')", ["Emu Bush Stockfeed"]),
        ("CompanyName eq 'O''Nobody'", []),
        ("LastModified lt datetime'1999-01-01 00:00:00' and startswith(CompanyName,'Tide')", ["Tidewater Motel"]),
    ],
)
def test_filters(demo: MyobCaller, text: str, found: list[str]) -> None:
    assert names(demo.listed(filter=text, orderby="DisplayID")) == found


def test_numbers_and_references_can_be_filtered(demo: MyobCaller) -> None:
    owing = demo.listed(filter="CurrentBalance gt 0m and SellingDetails/TaxCode/Code eq 'GST'")["Items"]
    assert owing
    assert all(one["CurrentBalance"] > 0 for one in owing)
    invoices = demo.listed("/Sale/Invoice", filter=f"Customer/UID eq guid'{owing[0]['UID']}'")["Items"]
    assert {one["Customer"]["UID"] for one in invoices} == {owing[0]["UID"]}
    total = demo.listed("/Sale/Invoice")["Count"]
    dated = demo.listed("/Sale/Invoice", filter="Date ge datetime'2026-05-01T00:00:00'")["Count"]
    assert 0 < dated < total


@pytest.mark.parametrize("refused", [False, True])
def test_a_misspelt_field_lists_everything_or_is_refused(myob: MyobCaller, refused: bool) -> None:
    myob.control("myob/switch", unknown_filter_field="refused" if refused else "ignored")
    answer = myob.call("GET", "/Contact/Customer", params={"$filter": "lastmodified gt datetime'2030-01-01T00:00:00'"})
    assert (answer.status_code, answer.json().get("Count")) == ((400, None) if refused else (200, 42))


def test_polling_finds_what_changed_in_any_zone(myob: MyobCaller) -> None:
    before = myob.listed(orderby="LastModified desc", top=1)["Items"][0]["LastModified"]
    myob.control("myob/touch", do="change", customer="Emu Bush Stockfeed", fields={"Email": "new@emubush.example"})
    since = f"LastModified gt datetime'{before}'"
    assert names(myob.listed(filter=since, orderby="LastModified")) == ["Emu Bush Stockfeed"]
    utc = myob.company("Emu Bush Stockfeed")["LastModified"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?", utc)
    myob.control("myob/switch", moments_zone="Australia/Sydney")
    sydney = myob.company("Emu Bush Stockfeed")["LastModified"]
    assert sydney > utc
    assert names(myob.listed(filter=f"LastModified ge datetime'{sydney}'")) == ["Emu Bush Stockfeed"]
    assert myob.company("Tidewater Motel")["LastModified"] == "0001-01-01T00:00:00"


def test_without_an_order_changes_move_to_the_end(myob: MyobCaller) -> None:
    first = myob.listed()["Items"][0]
    assert myob.put(first).status_code == 200
    assert myob.listed()["Items"][-1]["UID"] == first["UID"]


def test_unchanged_lists_and_records_answer_304(demo: MyobCaller) -> None:
    for path in ("/Contact/Customer", f"/Contact/Customer/{demo.listed()['Items'][0]['UID']}"):
        tag = demo.call("GET", path).headers["ETag"]
        answer = demo.call("GET", path, {"If-None-Match": tag})
        assert (answer.status_code, answer.content) == (304, b"")
        assert demo.call("GET", path, {"If-None-Match": '"another"'}).status_code == 200


def test_answers_and_errors_are_compressed_for_those_who_ask(myob: MyobCaller) -> None:
    for path, status in (("/Contact/Customer", 200), ("/Contact/Customer/x", 404)):
        answer = myob.call("GET", path)
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (status, "gzip")
        assert answer.headers["x-myobapi-requestid"]
        assert "Content-Encoding" not in myob.call("GET", path, {"Accept-Encoding": "identity"}).headers
    myob.control("myob/switch", gzip=False)
    assert "Content-Encoding" not in myob.call("GET", "/Contact/Customer").headers


def test_all_contacts_are_those_the_consent_covers(myob: MyobCaller) -> None:
    assert {one["Type"] for one in myob.listed("/Contact")["Items"]} == {"Customer"}
    myob.connect(scope="sme-contacts-supplier sme-contacts-employee")
    assert {one["Type"] for one in myob.listed("/Contact")["Items"]} == {"Supplier", "Employee"}
    supplier = myob.listed("/Contact/Supplier")["Items"][0]
    assert abn.is_valid(supplier["BuyingDetails"]["ABN"])
    assert myob.call("GET", f"/Contact/Employee/{supplier['UID']}").status_code == 404
    assert error_of(myob.call("GET", "/Contact/Customer")) == (403, "AccessDenied")
    assert error_of(myob.call("POST", "/Contact/Supplier", json={})) == (405, "MethodNotAllowed")


def test_company_details_of_each_country(myob: MyobCaller) -> None:
    assert abn.is_valid(myob.call("GET", "/Company").json()["ABNOrTFN"])
    myob.connect(business_id=TAKAHE)
    company = myob.call("GET", "/Company").json()
    assert "ABNOrTFN" not in company
    assert company["CompanyRegistrationNumber"].startswith("9429")
    assert all(one["SellingDetails"]["ABN"] is None for one in myob.listed()["Items"])
    assert any(one["SellingDetails"]["TaxIdNumber"] for one in myob.listed()["Items"])
    assert myob.listed("/GeneralLedger/TaxCode", filter="Rate eq 15.0")["Items"][0]["Code"] == "S15"
    myob.connect(business_id=REWITI)
    assert tfn.is_valid(myob.call("GET", "/Company").json()["ABNOrTFN"])
    assert tfn.is_valid(myob.company("Numbat Yoga")["SellingDetails"]["ABN"])


def test_the_list_of_files_is_empty_for_new_keys(myob: MyobCaller) -> None:
    url = f"{myob.root}/myob/accountright/"
    assert myob.session.get(url, headers=myob.headers, timeout=30).json() == []
    myob.control("myob/switch", file_list="listed")
    assert len(myob.session.get(url, headers=myob.headers, timeout=30).json()) == 3
    myob.control("myob/switch", file_list="refused")
    assert myob.session.get(url, headers=myob.headers, timeout=30).status_code == 403


def test_demo_customers_have_what_real_files_have(demo: MyobCaller) -> None:
    customers = demo.listed()["Items"]
    numbers = [one["SellingDetails"]["ABN"] for one in customers]
    good = [number for number in numbers if number and abn.is_valid(number)]
    assert len(good) > 20
    assert sum(number is None for number in numbers) > 4
    assert any(number and not abn.is_valid(number) for number in numbers)
    assert any(re.fullmatch(r"\d{11}", number or "") for number in numbers)
    assert sum(" " in number for number in good) > len(good) / 2
    assert {one["IsIndividual"] for one in customers} == {True, False}
    assert all(("CompanyName" in one) is not one["IsIndividual"] for one in customers)
    assert any(one["DisplayID"] == "*None" for one in customers)
    assert any(not one["IsActive"] for one in customers)
    assert max(len(one["Addresses"]) for one in customers) == 5
    first = [one["Addresses"][0]["Email"] for one in customers]
    assert first.count(None) > 1
    assert any("\r\n" in (address["Street"] or "") for one in customers for address in one["Addresses"])


def test_the_register_knows_the_demo_businesses(demo: MyobCaller) -> None:
    numbers = [one["SellingDetails"]["ABN"] for one in demo.listed()["Items"]]
    known = [number for number in numbers if number and abn.is_valid(number)]
    for number in [demo.call("GET", "/Company").json()["ABNOrTFN"], *known[:8]]:
        query = {"abn": number, "guid": GUID, "callback": "cb"}
        answer = demo.session.get(f"{demo.root}/abr/json/AbnDetails.aspx", params=query, timeout=30).text
        assert f'"Abn":"{number.replace(" ", "")}"' in answer.replace(": ", ":")


def test_seeding_is_the_same_every_time(myob: MyobCaller) -> None:
    assert myob.control("myob/seed", contacts=2000, business="Takahē")["added"] == 1960
    myob.connect(business_id=TAKAHE)
    first = myob.listed(orderby="UID", top=1000)["Items"]
    myob.control("myob/reset")
    myob.control("myob/seed", contacts=2000, business="Takahē")
    myob.connect(business_id=TAKAHE)
    again = myob.listed(orderby="UID", top=1000)["Items"]
    assert [one["UID"] for one in again] == [one["UID"] for one in first]


def test_old_customers_were_changed_over_years(myob: MyobCaller) -> None:
    """As in a file that has been in use for long, before anybody connects it."""
    myob.control("myob/seed", contacts=2000, business="Takahē", old=True)
    myob.connect(business_id=TAKAHE)
    years = {one["LastModified"][:4] for one in myob.listed(orderby="UID", top=1000)["Items"]}
    assert {"0001", "2014", "2020", "2026"} <= years


def test_whoever_is_seeded_came_into_the_file_now(myob: MyobCaller) -> None:
    """The demo customers were changed over years; those put in later show to whoever asks for what is new."""
    years = {one["LastModified"][:4] for one in myob.listed()["Items"]}
    assert len(years) > 8
    asked = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%S}"
    added = myob.control("myob/seed", contacts=700)["added"]
    later = myob.listed(filter=f"LastModified ge datetime'{asked}'", top=1000)["Items"]
    assert len(later) == added > 500


def test_invoices_can_be_had_as_pdf_on_the_path_of_their_layout(myob: MyobCaller) -> None:
    sold = myob.control("myob/touch", do="invoice", customer="Emu Bush Stockfeed", amount=55.0)
    every, typed = f"/Sale/Invoice/{sold['UID']}", f"/Sale/Invoice/{sold['InvoiceType']}/{sold['UID']}"
    wishes = ({"params": {"format": "pdf", "templatename": "My own"}}, {"headers": {"Accept": "application/pdf"}})
    for how in wishes:
        answer = myob.call("GET", typed, **how)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        lines = text_of(answer.content)
        assert lines[:2] == [f"Tax invoice {sold['Number']}", "Emu Bush Stockfeed"]
        assert lines[-1] == "Total 55.00"
        assert myob.call("GET", every, **how).json()["UID"] == sold["UID"]
        assert myob.call("GET", f"/Sale/Invoice/Service/{GUID}", **how).status_code == 404
    assert myob.call("GET", typed, {"Accept": "application/json"}).json()["UID"] == sold["UID"]


def test_the_scopes_that_were_granted_are_listed(myob: MyobCaller) -> None:
    granted = myob.call("GET", "/DataScopes").json()["Items"]
    assert {one["Scope"] for one in granted} == set(str(myob.token["scope"]).split())
    for endpoint in (one for scope in granted for one in scope["Endpoints"]):
        assert myob.session.get(endpoint, headers=myob.headers, timeout=30).status_code == 200
    myob.connect(scope="sme-company-file sme-payroll")
    listed = {one["Scope"]: len(one["Endpoints"]) for one in myob.call("GET", "/DataScopes").json()["Items"]}
    assert listed == {"sme-company-file": 1, "sme-payroll": 0}
    assert myob.call("GET", "/DataScopes", {"Authorization": "Bearer nonsense"}).status_code == 401

"""Writing through MYOB's Business API: whole objects, RowVersion, checks, deletion, and what people do by hand."""

from typing import Any

import pytest
import requests
from stdnum.au import abn

from tests.contract.myob_fixtures import TAKAHE, MyobCaller, demo_myob, error_of, running_myob

__all__ = ["demo_myob", "running_myob"]


def problems(answer: requests.Response) -> dict[str, int]:
    """Where something is wrong, and MYOB's code for it."""
    assert answer.status_code == 400, answer.text
    return {one["AdditionalDetails"]: one["ErrorCode"] for one in answer.json()["Errors"]}


def test_created_with_an_address_and_an_empty_body(myob: MyobCaller) -> None:
    answer = myob.call("POST", "/Contact/Customer", json=myob.new_customer())
    assert (answer.status_code, answer.content) == (201, b"")
    location = answer.headers["Location"]
    assert location.startswith(f"{myob.root}/myob/accountright/{myob.business_id}/Contact/Customer/")
    made = myob.session.get(location, headers=myob.headers, timeout=30).json()
    assert (made["CompanyName"], made["IsActive"], made["DisplayID"]) == ("Spinifex Picture Framing", True, "*None")
    assert made["URI"] == location
    whole = myob.call("POST", "/Contact/Customer", json=myob.new_customer(), params={"returnBody": "true"})
    assert (whole.status_code, whole.json()["SellingDetails"]["TaxCode"]["Code"]) == (201, "GST")


@pytest.mark.parametrize("field", ["UID", "RowID", "RowVersion"])
def test_a_new_customer_has_no_identity(demo: MyobCaller, field: str) -> None:
    new = demo.new_customer(**{field: "3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c"})
    assert demo.call("POST", "/Contact/Customer", json=new).status_code == 409


def test_row_version_moves_with_each_change_and_an_old_one_conflicts(myob: MyobCaller) -> None:
    first = myob.company("Sheoak Creek Shearing")
    answer = myob.put(first)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Location"].endswith(first["UID"])
    assert error_of(myob.put(first)) == (409, "IncorrectRowVersionSupplied")
    assert myob.put({**first, "RowVersion": None}).status_code == 409
    second = myob.company("Sheoak Creek Shearing")
    int(second["RowVersion"])
    third = myob.put(second, params={"returnBody": "true"}).json()
    assert len({one["RowVersion"] for one in (first, second, third)}) == 3
    assert third["LastModified"] > first["LastModified"]


def test_a_put_replaces_the_whole_object(myob: MyobCaller) -> None:
    before = myob.company("Quandong Lane Early Learning")
    assert before["Addresses"][0]["DeliveryNote"]
    assert before["SellingDetails"]["SurchargeSetting"]
    changed = {**before, "SellingDetails": {**before["SellingDetails"], "ABN": "86 151 956 832"}}
    kept = myob.put(changed, params={"returnBody": "true"}).json()
    moving = ("RowVersion", "LastModified", "SellingDetails")
    assert {name: kept[name] for name in kept if name not in moving} == {
        name: before[name] for name in before if name not in moving
    }
    assert kept["SellingDetails"] == {**before["SellingDetails"], "ABN": "86 151 956 832"}
    codes = {name: kept["SellingDetails"][name] for name in ("TaxCode", "FreightTaxCode")}
    bare = {"UID": kept["UID"], "RowVersion": kept["RowVersion"], "CompanyName": "Bare", "IsIndividual": False,
            "SellingDetails": codes}  # fmt: skip
    emptied = myob.put(bare, params={"returnBody": "true"}).json()
    assert (emptied["Addresses"], emptied["SellingDetails"]["ABN"], emptied["DisplayID"]) == ([], None, "*None")
    assert "SurchargeSetting" not in emptied["SellingDetails"]


def test_switch_a_put_that_merges(myob: MyobCaller) -> None:
    myob.control("myob/switch", put_semantics="merge")
    before = myob.company("Sheoak Creek Shearing")
    answer = myob.put(
        {"UID": before["UID"], "RowVersion": before["RowVersion"], "Notes": "Rang", "SellingDetails": None}
    )
    assert "SellingDetails.TaxCode" in problems(answer)
    sent = {
        "UID": before["UID"],
        "RowVersion": before["RowVersion"],
        "Notes": "Rang",
        "CompanyName": "Sheoak Creek Wool",
    }
    after = myob.put(
        {**sent, "SellingDetails": {**before["SellingDetails"], "ABN": None}}, params={"returnBody": "true"}
    )
    assert after.json()["Addresses"] == before["Addresses"]
    assert (after.json()["Notes"], after.json()["SellingDetails"]["ABN"]) == ("Rang", None)


def test_read_only_fields_stay(myob: MyobCaller) -> None:
    before = myob.company("Sheoak Creek Shearing")
    sent = {
        **before,
        "CurrentBalance": 99999.0,
        "LastModified": "1999-01-01T00:00:00",
        "URI": "http://elsewhere.example",
    }
    after = myob.put(sent, params={"returnBody": "true"}).json()
    assert (after["CurrentBalance"], after["URI"]) == (before["CurrentBalance"], before["URI"])
    assert after["LastModified"] > "2026"


@pytest.mark.parametrize(
    ("number", "status"),
    [("86 151 956 832", 200), ("", 200), (None, 200), ("86151956832", 400), ("86-151-956-832", 400), ("86 151", 400)],
)  # fmt: skip
def test_an_abn_is_written_in_groups(myob: MyobCaller, number: str | None, status: int) -> None:
    before = myob.company("Coolibah Point Optical")
    answer = myob.put({**before, "SellingDetails": {**before["SellingDetails"], "ABN": number}})
    assert answer.status_code == status
    if status == 400:
        assert problems(answer) == {"SellingDetails.ABN": 16000}


@pytest.mark.parametrize("checked", [True, False])
def test_an_abn_that_was_wrong_before_may_keep_others_from_being_saved(myob: MyobCaller, checked: bool) -> None:
    myob.control("myob/switch", unchanged_abn_checked=checked)
    before = myob.company("Emu Bush Stockfeed")
    assert " " not in before["SellingDetails"]["ABN"]
    assert myob.put({**before, "Notes": "Rang"}).status_code == (400 if checked else 200)
    now = myob.company("Emu Bush Stockfeed")
    answer = myob.put({**now, "SellingDetails": {**now["SellingDetails"], "ABN": "86151956832"}})
    assert problems(answer) == {"SellingDetails.ABN": 16000}


def test_new_zealand_has_no_abn_but_a_tax_id(myob: MyobCaller) -> None:
    myob.connect(business_id=TAKAHE)
    new = myob.new_customer()
    new["SellingDetails"] |= {"ABN": "86 151 956 832", "TaxIdNumber": "9429046118240"}
    made = myob.call("POST", "/Contact/Customer", json=new, params={"returnBody": "true"}).json()
    assert (made["SellingDetails"]["ABN"], made["SellingDetails"]["TaxIdNumber"]) == (None, "9429046118240")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"CompanyName": ""}, {"CompanyName": 100}),
        ({"CompanyName": "x" * 51}, {"CompanyName": 16000}),
        ({"IsIndividual": True, "FirstName": "Isla"}, {"LastName": 100}),
        ({"IsIndividual": True, "LastName": "x" * 31, "FirstName": "y" * 21}, {"LastName": 16000, "FirstName": 16000}),
        ({"DisplayID": "x" * 16}, {"DisplayID": 16000}),
        ({"SellingDetails": {}}, {"SellingDetails.TaxCode": 100, "SellingDetails.FreightTaxCode": 100}),
        ({"SellingDetails": {"TaxCode": {"UID": "3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c"}}},
         {"SellingDetails.TaxCode.UID": 150, "SellingDetails.FreightTaxCode": 100}),
        ({"Addresses": [{"Location": 6}]}, {"Addresses.Location": 16000}),
        ({"Addresses": [{"Location": 1}, {"Location": 1}]}, {"Addresses.Location": 16000}),
        ({"Addresses": [{"Location": 2, "Email": "x" * 256}]}, {"Addresses[0].Email": 16000}),
        ({"IsActive": "abcdef"}, {None: 50}),
        ({"Addresses": "none"}, {None: 50}),
        ({"SellingDetails": {"SaleLayout": "Fancy"}}, {None: 50}),
    ],
)  # fmt: skip
def test_rules_for_customers(demo: MyobCaller, fields: dict[str, Any], expected: dict[str, int]) -> None:
    assert problems(demo.call("POST", "/Contact/Customer", json=demo.new_customer(**fields))) == expected


def test_what_is_not_there(demo: MyobCaller) -> None:
    customer = demo.company("Sheoak Creek Shearing")
    nobody = "3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c"
    assert demo.put({**customer, "UID": nobody}).status_code == 404
    assert demo.call("PUT", f"/Contact/Customer/{customer['UID']}", json={**customer, "UID": nobody}).status_code == 400
    assert demo.call("GET", "/Contact/Customer/nothing").status_code == 404
    assert error_of(demo.call("POST", "/Contact/Customer", data="no json")) == (400, "SerializationError")


@pytest.mark.parametrize("status", [404, 410])
def test_deleted_customers_are_gone_and_may_come_back(myob: MyobCaller, status: int) -> None:
    myob.control("myob/switch", reads_of_deleted=status)
    made = myob.control("myob/touch", do="add", fields={"Name": "Saltbush Lane Picture House", "ABN": "not a number"})
    path = f"/Contact/Customer/{made['UID']}"
    answer = myob.call("DELETE", path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert myob.listed()["Count"] == 42
    assert {myob.call(method, path, json=made).status_code for method in ("GET", "PUT", "DELETE")} == {status}
    assert myob.call("GET", "/Contact/Customer/nothing").status_code == 404
    myob.control("myob/touch", do="restore", customer="Saltbush Lane Picture House")
    assert myob.call("GET", path).json()["SellingDetails"]["ABN"] == "not a number"
    assert myob.listed()["Count"] == 43


def test_customers_with_invoices_cannot_be_deleted(myob: MyobCaller) -> None:
    owing = myob.listed(filter="CurrentBalance gt 0")["Items"][0]
    assert problems(myob.call("DELETE", f"/Contact/Customer/{owing['UID']}")) == {"UID": 16000}


def test_people_turn_companies_into_individuals_and_deactivate(myob: MyobCaller) -> None:
    uid = myob.company("Emu Bush Stockfeed")["UID"]
    myob.control("myob/touch", do="individual", customer="Emu Bush Stockfeed")
    one = myob.call("GET", f"/Contact/Customer/{uid}").json()
    assert (one["IsIndividual"], one["FirstName"], one["LastName"]) == (True, "Emu", "Bush Stockfeed")
    assert "CompanyName" not in one
    myob.control("myob/touch", do="company", customer=uid)
    myob.control("myob/touch", do="deactivate", customer=uid)
    assert myob.company("Emu Bush Stockfeed")["IsActive"] is False
    myob.control("myob/touch", do="restore", customer=uid)
    assert myob.company("Emu Bush Stockfeed")["IsActive"] is True


def service_line(myob: MyobCaller, **fields: Any) -> dict[str, Any]:
    account = myob.listed("/GeneralLedger/Account", filter="Type eq 'Income'")["Items"][0]["UID"]
    code = myob.listed("/GeneralLedger/TaxCode", filter="Code eq 'GST'")["Items"][0]["UID"]
    return {"Description": "Roasting", "Account": {"UID": account}, "TaxCode": {"UID": code}, **fields}


def test_invoices_are_recorded_at_once_and_owed(myob: MyobCaller) -> None:
    customer = myob.company("Coolibah Point Optical")
    line = service_line(myob, UnitCount=2, UnitPrice=55.0, DiscountPercent=10)
    body = {"Customer": {"UID": customer["UID"]}, "Lines": [line], "IsTaxInclusive": True, "Date": "2026-11-01"}
    answer = myob.call("POST", "/Sale/Invoice/Service", json=body, params={"returnBody": "true"})
    made = answer.json()
    assert answer.status_code == 201
    assert (made["TotalAmount"], made["TotalTax"], made["Status"]) == (99.0, 9.0, "Open")
    assert answer.headers["Location"].endswith(f"/Sale/Invoice/Service/{made['UID']}")
    listed = myob.listed("/Sale/Invoice", filter="Date eq datetime'2026-11-01T00:00:00'")["Items"]
    assert [(one["UID"], one["InvoiceType"], "Lines" in one) for one in listed] == [(made["UID"], "Service", False)]
    after = myob.company("Coolibah Point Optical")
    assert after["CurrentBalance"] == pytest.approx(customer["CurrentBalance"] + 99.0)
    assert after["RowVersion"] == customer["RowVersion"]
    assert myob.call("GET", f"/Sale/Invoice/Item/{made['UID']}").status_code == 404
    myob.control("myob/switch", must_reverse=True)
    assert error_of(myob.call("DELETE", f"/Sale/Invoice/Service/{made['UID']}")) == (400, "TransactionsCannotBeDeleted")
    myob.control("myob/switch", must_reverse=False)
    assert myob.call("DELETE", f"/Sale/Invoice/Service/{made['UID']}").status_code == 200
    assert myob.company("Coolibah Point Optical")["CurrentBalance"] == customer["CurrentBalance"]


def test_credit_notes_are_negative_invoices(myob: MyobCaller) -> None:
    before = myob.company("Coolibah Point Optical")["CurrentBalance"]
    made = myob.control("myob/touch", do="invoice", customer="Coolibah Point Optical", amount=-110)
    assert (made["TotalAmount"], made["TotalTax"], made["Status"]) == (-110.0, -10.0, "Credit")
    assert myob.company("Coolibah Point Optical")["CurrentBalance"] == pytest.approx(before - 110.0)


def test_rules_for_invoices(demo: MyobCaller) -> None:
    nobody = {"UID": "3d4e5f60-7182-4394-a5b6-c7d8e9fa0b1c"}
    answer = demo.call("POST", "/Sale/Invoice/Service", json={"Customer": nobody, "Date": "soon", "Number": "1" * 14})
    assert problems(answer) == {"Customer.UID": 150, "Lines": 100, "Date": 16000, "Number": 16000}
    lines = [{"Total": 1.0, "Account": nobody}]
    answer = demo.call("POST", "/Sale/Invoice/Service", json={"Lines": lines})
    assert problems(answer) == {"Customer.UID": 100, "Lines[0].Account.UID": 150, "Lines[0].TaxCode.UID": 100}
    assert error_of(demo.call("POST", "/Sale/Invoice/TimeBilling", json={})) == (405, "MethodNotAllowed")


def test_written_numbers_are_real(demo: MyobCaller) -> None:
    controls = demo.session.get(f"{demo.root}/myob/_control", timeout=30).json()
    examples = [one["fields"]["ABN"] for one in controls["controls"]["touch"] if "ABN" in one.get("fields", {})]
    assert examples
    assert all(abn.is_valid(one) for one in examples)


JUNK: list[object] = [
    None,
    3,
    -1e300,
    10**30,
    True,
    "x" * 300,
    "\u0000",
    [],
    {},
    [3],
    [[]],
    {"a": []},
    {"UID": 3},
    "Ō🙂",
]
FIELDS = ["CompanyName", "LastName", "IsIndividual", "IsActive", "DisplayID", "Addresses", "SellingDetails", "Notes",
          "PaymentDetails", "Identifiers", "CustomList1", "ForeignCurrency", "Lines", "Customer", "Date"]  # fmt: skip
NESTED = ["ABN", "TaxCode", "Terms", "Credit", "IncomeAccount", "SurchargeSetting", "SaleLayout", "SalesPerson"]


@pytest.mark.parametrize("value", JUNK, ids=[str(place) for place in range(len(JUNK))])
def test_junk_is_refused_or_stored_but_never_breaks(myob: MyobCaller, value: object) -> None:
    new = myob.new_customer()
    bodies = [{**new, field: value} for field in FIELDS]
    bodies += [{**new, "SellingDetails": {**new["SellingDetails"], name: value}} for name in NESTED]
    bodies += [{**new, "Addresses": [value]}, {**new, "Addresses": [{"Location": value, "Email": value}]}]
    line = {"Total": value, "UnitPrice": value, "Account": value}
    for body in bodies:
        assert myob.call("POST", "/Contact/Customer", json=body).status_code in (201, 400), body
        assert myob.call("POST", "/Sale/Invoice/Item", json={**body, "Lines": [line]}).status_code == 400, body
    assert myob.call("POST", "/Contact/Customer", json=value).status_code in (400, 409)
    assert myob.listed()["Items"]

"""Customers of QuickBooks: written sparsely or whole, masked ABN, conflicts, names."""

from typing import Any

import pytest

from tests.contract.quickbooks_fixtures import AU, NZ, Company, demo_quickbooks, error_of, running_quickbooks

__all__ = ["demo_quickbooks", "running_quickbooks"]
ABN = "86151956832"


def abn_in_quickbooks(sim: Company, number: str) -> str:
    """What people see in QuickBooks' own page: the whole number."""
    page = sim.session.get(f"{sim.root}/quickbooks/company/{AU}/customers/{number}", timeout=30).text
    return page.split('name="ABN"')[1].split('value="')[1].split('"')[0]


def test_an_abn_is_written_whole_and_read_back_as_a_mask(sim: Company) -> None:
    before = sim.customer("Bandicoot Books & Toys")
    assert "PrimaryTaxIdentifier" not in before
    answer = sim.sparse(before, PrimaryTaxIdentifier=ABN)
    assert answer.status_code == 200
    assert answer.json()["Customer"]["PrimaryTaxIdentifier"] == "XXXXXX56832"
    assert sim.customer(before["DisplayName"])["PrimaryTaxIdentifier"] == "XXXXXX56832"
    assert sim.call("GET", f"/customer/{before['Id']}").json()["Customer"]["PrimaryTaxIdentifier"] == "XXXXXX56832"
    assert abn_in_quickbooks(sim, before["Id"]) == ABN


def test_a_sparse_update_changes_only_what_it_names(sim: Company) -> None:
    before = sim.customer("Apostle Bay Cannery")
    abn = abn_in_quickbooks(sim, before["Id"])
    after = sim.sparse(before, MiddleName="Mark").json()["Customer"]
    moved = {"SyncToken", "MetaData", "MiddleName"}
    assert {name: value for name, value in after.items() if name not in moved} == {
        name: value for name, value in before.items() if name not in moved
    }
    assert (after["MiddleName"], int(after["SyncToken"])) == ("Mark", int(before["SyncToken"]) + 1)
    assert after["MetaData"]["CreateTime"] == before["MetaData"]["CreateTime"]
    assert after["MetaData"]["LastUpdatedTime"] > before["MetaData"]["LastUpdatedTime"]
    assert abn_in_quickbooks(sim, before["Id"]) == abn
    cleared = sim.sparse(after, MiddleName="", PrimaryEmailAddr={"Address": ""}).json()["Customer"]
    assert not {"MiddleName", "PrimaryEmailAddr"} & cleared.keys()


def test_a_full_update_clears_what_it_leaves_out_and_stores_a_mask_as_abn(sim: Company) -> None:
    before = sim.customer("Apostle Bay Cannery")
    known = {name: before[name] for name in ("Id", "SyncToken", "DisplayName", "PrimaryTaxIdentifier")}
    after = sim.save("Customer", known).json()["Customer"]
    assert not {"GivenName", "PrimaryEmailAddr", "BillAddr"} & after.keys()
    assert abn_in_quickbooks(sim, before["Id"]) == before["PrimaryTaxIdentifier"]
    bare = {"Id": after["Id"], "SyncToken": after["SyncToken"], "DisplayName": after["DisplayName"]}
    assert "PrimaryTaxIdentifier" not in sim.save("Customer", bare).json()["Customer"]


def test_a_stale_sync_token_is_5010(sim: Company) -> None:
    before = sim.customer("Harbour & Hearth")
    sim.control("quickbooks/touch", do="change", customer=before["Id"], fields={"Notes": "Somebody was quicker."})
    answer = sim.sparse(before, GivenName="Late")
    assert (answer.status_code, answer.json()["Fault"]["type"]) == (400, "ValidationFault")
    error = error_of(answer)
    assert (error["code"], error["Message"], error["element"]) == ("5010", "Stale Object Error", "")
    assert "were working on this at the same time" in error["Detail"]
    fresh = sim.call("GET", f"/customer/{before['Id']}").json()["Customer"]
    assert sim.sparse(fresh, GivenName="In time").json()["Customer"]["Notes"] == "Somebody was quicker."
    without = sim.save("Customer", {"Id": before["Id"], "sparse": True, "GivenName": "x"})
    assert (error_of(without)["code"], error_of(without)["element"]) == ("2020", "SyncToken")


@pytest.mark.parametrize(
    "taken", ["Cockle Creek Smokehouse", "cockle creek SMOKEHOUSE", "Melaleuca Packaging", "Tama Rewiti"]
)
def test_names_are_unique_over_customers_vendors_and_employees(demo: Company, taken: str) -> None:
    answer = demo.save("Customer", {"DisplayName": taken})
    assert answer.status_code == 400
    error = error_of(answer)
    assert (error["code"], error["Message"]) == ("6240", "Duplicate Name Exists Error")
    assert error["Detail"].startswith("The name supplied already exists. : Another customer, vendor or employee")


@pytest.mark.parametrize(
    ("fields", "code", "element"),
    [
        ({"DisplayName": "x" * 501}, "2050", "DisplayName"),
        ({"DisplayName": "Long", "GivenName": "x" * 101}, "2050", "GivenName"),
        ({"DisplayName": "Long", "ResaleNum": "x" * 17}, "2050", "ResaleNum"),
        ({"DisplayName": "Long", "PrimaryPhone": {"FreeFormNumber": "1" * 31}}, "2050", "PrimaryPhone"),
        ({"DisplayName": "Mail", "PrimaryEmailAddr": {"Address": "not an address"}}, "2210", "PrimaryEmailAddr"),
        ({"DisplayName": "Odd", "Colour": "red"}, "2010", "Colour"),
        ({"DisplayName": "Odd", "PrimaryEmailAddr": "a@b.example"}, "2010", "PrimaryEmailAddr"),
        ({"DisplayName": "Odd", "Active": "maybe"}, "2230", "Active"),
        ({"DisplayName": "A:B"}, "6000", ""),
        ({"Notes": "Nameless"}, "6080", ""),
        ({"DisplayName": "Child", "Job": True}, "6150", "ParentRef"),
        ({"DisplayName": "Child", "ParentRef": {"value": "999"}}, "2500", ""),
    ],
)
def test_what_is_refused(demo: Company, fields: dict[str, Any], code: str, element: str) -> None:
    answer = demo.save("Customer", fields)
    assert (answer.status_code, error_of(answer)["code"], error_of(answer)["element"]) == (400, code, element)
    assert len(demo.rows("select * from Customer where Active in (true, false) maxresults 1000")) == 42


def test_several_addresses_with_commas_are_one_field(sim: Company) -> None:
    answer = sim.save("Customer", {"DisplayName": "Two", "PrimaryEmailAddr": {"Address": "a@b.example, c@d.example"}})
    assert answer.json()["Customer"]["PrimaryEmailAddr"] == {"Address": "a@b.example, c@d.example"}


def test_a_sub_customer_is_named_below_its_parent(sim: Company) -> None:
    parent = sim.customer("Apostle Bay Cannery")
    made = sim.save("Customer", {"DisplayName": "Anglesea Kiosk", "ParentRef": {"value": parent["Id"]}, "Job": True})
    child = made.json()["Customer"]
    assert (child["FullyQualifiedName"], child["Job"], child["Level"]) == (
        "Apostle Bay Cannery:Anglesea Kiosk",
        True,
        1,
    )


def test_made_inactive_the_name_is_marked_and_free_again(sim: Company) -> None:
    before = sim.customer("Irukandji Dive Charters")
    gone = sim.sparse(before, Active=False).json()["Customer"]
    assert (gone["Active"], gone["DisplayName"]) == (False, "Irukandji Dive Charters (deleted)")
    assert gone["FullyQualifiedName"] == gone["DisplayName"]
    assert sim.rows("select * from Customer where DisplayName like 'Irukandji%'") == []
    refused = sim.sparse(gone, Notes="still here?")
    assert (refused.status_code, error_of(refused)["code"]) == (400, "610")
    twin = sim.save("Customer", {"DisplayName": "Irukandji Dive Charters"}).json()["Customer"]
    assert error_of(sim.sparse(gone, Active=True))["code"] == "6240"
    sim.sparse(twin, DisplayName="Irukandji Divers")
    back = sim.sparse(gone, Active=True).json()["Customer"]
    assert (back["Active"], back["DisplayName"]) == (True, "Irukandji Dive Charters")


def test_customers_are_not_deleted_and_unknown_ones_not_found(demo: Company) -> None:
    read = demo.customer("Apostle Bay Cannery")
    deleting = demo.save("Customer", {"Id": read["Id"], "SyncToken": read["SyncToken"]}, operation="delete")
    assert (deleting.status_code, error_of(deleting)["code"]) == (400, "500")
    for number in ("999999", "x"):
        answer = demo.call("GET", f"/customer/{number}")
        assert (answer.status_code, error_of(answer)["code"]) == (400, "610")


def test_a_repeated_requestid_gets_the_first_answer(sim: Company) -> None:
    first = sim.save("Customer", {"DisplayName": "Once"}, requestid="r-1").json()
    again = sim.save("Customer", {"DisplayName": "Once"}, requestid="r-1").json()
    assert again == first
    assert error_of(sim.save("Customer", {"DisplayName": "Once"}, requestid="r-2"))["code"] == "6240"


@pytest.mark.parametrize(("switch", "kept"), [("ignored", False), ("kept", True)])
def test_new_zealand_has_no_tax_number_for_customers(sim: Company, switch: str, kept: bool) -> None:
    sim.control("quickbooks/switch", nz_tax_identifier=switch)
    sim.connect(realm_id=NZ)
    made = sim.save("Customer", {"DisplayName": "Kea & Co", "PrimaryTaxIdentifier": "49091850"}).json()["Customer"]
    assert ("PrimaryTaxIdentifier" in made) is kept
    assert made["CurrencyRef"]["value"] == "NZD"


def test_an_invoice_is_owed_taxed_voided_and_deleted(sim: Company) -> None:
    customer = sim.customer("Cockle Creek Smokehouse")
    line = {"Amount": 100.0, "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}, "TaxCodeRef": {"value": "10"}}}  # fmt: skip
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [line]}
    invoice = sim.save("Invoice", body).json()["Invoice"]
    assert (invoice["TotalAmt"], invoice["TxnTaxDetail"]["TotalTax"], invoice["EmailStatus"]) == (110.0, 10.0, "NotSet")
    owing = sim.call("GET", f"/customer/{customer['Id']}").json()["Customer"]
    assert (owing["Balance"], owing["SyncToken"]) == (110.0, customer["SyncToken"])
    known = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}
    voided = sim.save("Invoice", known, operation="void").json()["Invoice"]
    assert (voided["TotalAmt"], voided["PrivateNote"]) == (0, "Voided")
    assert error_of(sim.save("Invoice", known, operation="delete"))["code"] == "5010"
    gone = sim.save("Invoice", {**known, "SyncToken": voided["SyncToken"]}, operation="delete").json()["Invoice"]
    assert gone == {"domain": "QBO", "status": "Deleted", "Id": invoice["Id"]}
    sim.sparse(sim.customer("Cockle Creek Smokehouse"), Active=False)
    assert error_of(sim.save("Invoice", body))["code"] == "2500"


def test_an_invoice_may_make_a_customers_token_stale(sim: Company) -> None:
    sim.control("quickbooks/switch", invoice_touches_customer=True)
    customer = sim.customer("Cockle Creek Smokehouse")
    sim.control("quickbooks/touch", do="draft", customer=customer["Id"])
    assert error_of(sim.sparse(customer, Notes="late"))["code"] == "5010"


def test_the_company_is_told_by_its_own_id(demo: Company) -> None:
    info = demo.call("GET", f"/companyinfo/{AU}").json()["CompanyInfo"]
    assert (info["Id"], info["Country"], info["CompanyAddr"]["Country"]) == ("1", "AU", "AUS")
    assert info["LegalName"] == "Bluegum Pantry Supplies Pty Ltd"
    preferences = demo.call("GET", "/preferences").json()["Preferences"]
    assert preferences["CurrencyPrefs"]["HomeCurrency"] == {"value": "AUD"}
    assert demo.rows("select * from CompanyInfo")[0]["CompanyName"] == info["CompanyName"]
    assert {one["RateValue"] for one in demo.rows("select * from TaxRate")} == {10, 0}

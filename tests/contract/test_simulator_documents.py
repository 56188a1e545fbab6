"""Invoices, credit notes, and how they make customers."""

import pytest

from tests.contract.simulator_fixtures import Caller, demo_simulators, offset, running_simulators

__all__ = ["demo_simulators", "offset", "running_simulators"]


def draft(sim: Caller, contact_id: str, **fields: object) -> dict[str, object]:
    body = {"Type": "ACCREC", "Contact": {"ContactID": contact_id}, "LineItems": [{"Description": "x"}], **fields}
    answer = sim.call("PUT", "/Invoices", json={"Invoices": [body]})
    assert answer.status_code == 200, answer.text
    invoice: dict[str, object] = answer.json()["Invoices"][0]
    return invoice


def test_a_draft_makes_a_customer_without_touching_the_contact(sim: Caller) -> None:
    before = sim.named("Marram Grass Café")
    assert before["IsCustomer"] is False
    invoice = draft(sim, before["ContactID"])
    assert (invoice["Status"], invoice["Total"], invoice["InvoiceNumber"]) == ("DRAFT", 0.0, "INV-5001")
    after = sim.named("Marram Grass Café")
    assert after["IsCustomer"] is True
    assert after["UpdatedDateUTC"] == before["UpdatedDateUTC"]
    since = {"If-Modified-Since": "2026-11-20T00:00:00"}
    assert sim.contacts(since, page=1)["Contacts"] == []
    found = sim.call("GET", "/Invoices", since, params={"where": 'Type=="ACCREC"', "page": 1}).json()["Invoices"]
    assert [one["Contact"]["ContactID"] for one in found] == [before["ContactID"]]


def test_deleting_the_draft_leaves_the_flag(sim: Caller) -> None:
    contact = sim.named("Marram Grass Café")
    invoice = draft(sim, contact["ContactID"])
    gone = sim.call("POST", f"/Invoices/{invoice['InvoiceID']}", json={"Status": "DELETED"}).json()["Invoices"][0]
    assert gone["Status"] == "DELETED"
    assert sim.named("Marram Grass Café")["IsCustomer"] is True
    again = sim.call("POST", f"/Invoices/{invoice['InvoiceID']}", json={"Status": "DELETED"})
    assert again.status_code == 400


def test_switches_for_drafts(sim: Caller) -> None:
    contact = sim.named("Marram Grass Café")
    sim.control("xero/switch", deleted_draft_clears_customer=True)
    invoice = draft(sim, contact["ContactID"])
    sim.call("POST", "/Invoices", json={"InvoiceID": invoice["InvoiceID"], "Status": "DELETED"})
    assert sim.named("Marram Grass Café")["IsCustomer"] is False
    sim.control("xero/switch", draft_makes_customer=False)
    draft(sim, contact["ContactID"])
    assert sim.named("Marram Grass Café")["IsCustomer"] is False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Type": "SALE"}, "A Type must be specified: ACCREC or ACCPAY."),
        ({"Contact": None}, "A Contact must be specified for this type of transaction"),
        ({"LineItems": []}, "One or more line items must be specified"),
        ({"LineItems": [{}]}, "Description cannot be empty."),
        ({"InvoiceNumber": "INV-0001"}, "Invoice # must be unique."),
        ({"Url": "https://go.xero.example"}, "The Url must not contain 'xero'."),
        ({"Status": "AUTHORISED"}, "Account code must be specified"),
        ({"Date": "tomorrow"}, "Date is not a date."),
    ],
)
def test_validation(demo: Caller, change: dict[str, object], message: str) -> None:
    taken = demo.call("GET", "/Invoices", params={"page": 1, "where": 'Type=="ACCREC"'}).json()["Invoices"][0]
    number = {"InvoiceNumber": taken["InvoiceNumber"]} if "InvoiceNumber" in change else {}
    body = {"Type": "ACCREC", "Contact": {"ContactID": taken["Contact"]["ContactID"]},
            "LineItems": [{"Description": "x"}], **change, **number}  # fmt: skip
    answer = demo.call("PUT", "/Invoices", json={"Invoices": [body]})
    assert answer.status_code == 400
    assert answer.json()["Elements"][0]["ValidationErrors"] == [{"Message": message}]


def test_tax_is_rounded_per_line(sim: Caller) -> None:
    sim.connect(tenant_id="Kōwhai")
    contact = sim.contacts(page=1)["Contacts"][0]["ContactID"]
    lines = [{"Description": "x", "Quantity": 1, "UnitAmount": amount} for amount in (25.06, 25.61, 25.63)]
    invoice = draft(sim, contact, LineItems=lines, Date="2026-11-22")
    assert (invoice["SubTotal"], invoice["TotalTax"], invoice["Total"]) == (76.3, 11.44, 87.74)
    assert invoice["DateString"] == "2026-11-22T00:00:00"
    assert invoice["Date"] == "/Date(1795305600000+0000)/"


def test_lists_hide_the_contacts_address_and_single_reads_show_it(demo: Caller) -> None:
    listed = demo.call("GET", "/Invoices", params={"page": 1, "Statuses": "AUTHORISED,PAID"}).json()
    one = listed["Invoices"][0]
    assert one["LineItems"]
    assert one["Contact"]["Addresses"] == []
    whole = demo.call("GET", f"/Invoices/{one['InvoiceID']}").json()["Invoices"][0]
    assert whole["Contact"]["Addresses"][1]["AddressType"] == "POBOX"
    assert "TaxNumber" not in whole["Contact"]


def test_every_customer_has_a_sales_invoice(demo: Caller) -> None:
    customers = {one["ContactID"] for one in demo.contacts(page=1, pageSize=1000, includeArchived="true")["Contacts"]
                 if one["IsCustomer"]}  # fmt: skip
    sales = demo.call("GET", "/Invoices", params={"where": 'Type=="ACCREC"', "page": 1, "pageSize": 1000}).json()
    assert {one["Contact"]["ContactID"] for one in sales["Invoices"]} == customers
    notes = demo.call("GET", "/CreditNotes", params={"where": 'Type=="ACCRECCREDIT"', "page": 1}).json()["CreditNotes"]
    assert notes
    assert {one["Contact"]["ContactID"] for one in notes} <= customers


def test_invoice_filters(demo: Caller) -> None:
    one = demo.call("GET", "/Invoices", params={"page": 1}).json()["Invoices"][0]
    contact = one["Contact"]["ContactID"]
    for query in ({"ContactIDs": contact}, {"where": f'Contact.ContactID==guid("{contact}")'},
                  {"IDs": one["InvoiceID"]}, {"InvoiceNumbers": one["InvoiceNumber"]}):  # fmt: skip
        found = demo.call("GET", "/Invoices", params={"page": 1, **query}).json()["Invoices"]
        assert one["InvoiceID"] in [each["InvoiceID"] for each in found], query
    after = demo.call("GET", "/Invoices", params={"page": 1, "where": "Date>=DateTime(2026,09,01)"}).json()["Invoices"]
    assert after
    assert all(each["DateString"] >= "2026-09-01" for each in after)


def test_what_people_do_by_hand(sim: Caller) -> None:
    drafted = sim.control("xero/touch", do="draft", contact="Marram Grass Café")
    assert sim.named("Marram Grass Café")["IsCustomer"] is True
    assert sim.control("xero/touch", do="approve", invoice=drafted["InvoiceNumber"])["Status"] == "AUTHORISED"
    sim.control("xero/touch", do="merge", contact="Little Tern Surf Hire", into="Saltbush Linen Hire")
    loser = sim.named("Little Tern Surf Hire")
    assert loser["ContactStatus"] == "ARCHIVED"
    assert loser["MergedToContactID"] == sim.named("Saltbush Linen Hire")["ContactID"]
    refused = sim.session.post(sim.root + "/xero/_control/touch", json={"do": "archive", "contact": "?"}, timeout=30)
    assert (refused.status_code, refused.json()["error"]) == (400, "There is no contact '?' in this organisation.")


def test_organisation_actions_themes_and_rates(demo: Caller) -> None:
    organisation = demo.call("GET", "/Organisation").json()["Organisations"][0]
    assert (organisation["CountryCode"], organisation["RegistrationNumber"]) == ("AU", "52341672110")
    actions = demo.call("GET", "/Organisation/Actions").json()["Actions"]
    assert {"Name": "CreateDraftInvoice", "Status": "ALLOWED"} in actions
    assert demo.call("GET", "/BrandingThemes").json()["BrandingThemes"]
    assert "OUTPUT" in {one["TaxType"] for one in demo.call("GET", "/TaxRates").json()["TaxRates"]}

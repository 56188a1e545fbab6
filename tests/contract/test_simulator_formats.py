"""What Xero answers to those who don't accept JSON: XML, or a printed invoice."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.contract.printed import text_of
from tests.contract.simulator_fixtures import GUID, Caller, running_simulators

__all__ = ["running_simulators"]
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def in_xml(sim: Caller, path: str, accept: str | None = "application/xml", **how: Any) -> ET.Element:
    headers = {"Accept": accept} if accept else {"Accept": "*/*"}
    answer = sim.call(how.pop("method", "GET"), path, headers, **how)
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8", answer.text
    return ET.fromstring(answer.text)


@pytest.mark.parametrize("accept", ["application/xml", "text/xml", None])
def test_contacts_are_the_same_records_in_either_format(sim: Caller, accept: str | None) -> None:
    sim.control("xero/touch", do="change", contact="Dry Creek Joinery", fields={"FirstName": "Tom & <Jerry>"})
    told = sim.contacts(page=1, pageSize=1000)["Contacts"]
    root = in_xml(sim, "/Contacts", accept, params={"page": 1, "pageSize": 1000})
    assert root.tag == "Response"
    assert [root.findtext(name) for name in ("Status", "ProviderName")] == ["OK", "Link4web at home"]
    assert (root.findtext("DateTimeUTC") or "").endswith("Z")
    listed = root.findall("Contacts/Contact")
    assert len(listed) == len(told) > 20
    for contact, same in zip(listed, told, strict=True):
        for name in ("ContactID", "Name", "FirstName", "EmailAddress", "TaxNumber", "CompanyNumber"):
            assert (contact.findtext(name) or "") == same.get(name, "")
        assert contact.findtext("IsCustomer") == str(same["IsCustomer"]).lower()
        assert "Date(" not in (contact.findtext("UpdatedDateUTC") or "")
        kinds = [one.text for one in contact.findall("Addresses/Address/AddressType")]
        assert kinds == [one["AddressType"] for one in same["Addresses"]]
        assert len(contact.findall("Phones/Phone")) == len(same["Phones"])


def test_invoices_and_the_organisation_in_xml(sim: Caller) -> None:
    draft = sim.control("xero/touch", do="draft", contact="Marram Grass Café")
    [invoice] = in_xml(sim, f"/Invoices/{draft['InvoiceID']}").findall("Invoices/Invoice")
    assert invoice.findtext("Date") == draft["DateString"]
    assert invoice.find("DateString") is None
    assert invoice.findtext("Total") == f"{draft['Total']:.2f}"
    assert invoice.findtext("Contact/Name") == "Marram Grass Café"
    assert len(invoice.findall("LineItems/LineItem")) == len(draft["LineItems"])
    [organisation] = in_xml(sim, "/Organisation").findall("Organisations/Organisation")
    assert organisation.findtext("CountryCode") == "AU"


def test_refusals_in_xml(sim: Caller) -> None:
    body = {"Contacts": [{"Name": "Dry Creek Joinery"}]}
    root = in_xml(sim, "/Contacts", method="PUT", json=body)
    assert (root.tag, root.findtext("ErrorNumber")) == ("ApiException", "10")
    [element] = root.findall("Elements/DataContractBase")
    assert element.get(XSI_TYPE) == "Contact"
    assert "already assigned" in (element.findtext("ValidationErrors/ValidationError/Message") or "")
    gone = sim.call("GET", f"/Contacts/{GUID}", {"Accept": "application/xml"})
    assert (gone.status_code, gone.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    stranger = sim.call("GET", "/Contacts", {"Accept": "application/xml", "Authorization": "Bearer nobody"})
    assert (stranger.status_code, stranger.json()["Title"]) == (401, "Unauthorized")


def test_an_answer_that_is_kept_for_its_key_comes_in_the_format_of_each_call(sim: Caller) -> None:
    how: dict[str, Any] = {"json": {"Contacts": [{"Name": "Once"}]}}
    key = {"Idempotency-Key": "the same"}
    first = sim.call("PUT", "/Contacts", {**key, "Accept": "application/xml"}, **how)
    again = sim.call("PUT", "/Contacts", key, **how).json()["Contacts"][0]
    assert ET.fromstring(first.text).findtext("Contacts/Contact/ContactID") == again["ContactID"]


def test_an_invoice_can_be_had_as_pdf(sim: Caller) -> None:
    draft = sim.control("xero/touch", do="draft", contact="Marram Grass Café")
    answer = sim.call("GET", f"/Invoices/{draft['InvoiceID']}", {"Accept": "application/pdf"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert text_of(answer.content)[:2] == [f"Tax invoice {draft['InvoiceNumber']}", "Marram Grass Café"]

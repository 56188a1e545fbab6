"""The MYOB simulator's pages for people: what can be done by hand, and in a real browser whether everybody can."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.visits import open_window
from tests.contract.myob_fixtures import MyobCaller, demo_myob, running_myob
from tests.contract.pages_in_browser import check_pages, running_chromium

__all__ = ["demo_myob", "running_chromium", "running_myob"]


def page_of(myob: MyobCaller, name: str) -> str:
    """The address of a customer's page, found as people find it."""
    listing = f"{myob.root}/myob/business/{myob.business_id}/customers"
    text = myob.session.get(listing, params={"q": name}, timeout=30).text
    found = re.search(rf'href="(/myob/business/[^"]+/customers/[^"]+)">{name}<', text)
    assert found, name
    return myob.root + found[1]


def test_the_front_page_leads_to_myob(demo: MyobCaller) -> None:
    assert 'href="/myob/"' in demo.session.get(f"{demo.root}/", timeout=30).text
    assert "Takahē Valley Provisions" in demo.session.get(f"{demo.root}/myob/", timeout=30).text
    assert demo.session.get(f"{demo.root}/myob/business/nothing/customers", timeout=30).status_code == 404


def test_customers_are_found_changed_and_made_inactive(myob: MyobCaller) -> None:
    url = page_of(myob, "Emu Bush Stockfeed")
    form = {"do": "save", "CompanyName": "Emu Bush Feed", "Email": "feed@emubush.example", "ABN": "nothing"}
    assert "Emu Bush Feed" in myob.session.post(url, data=form, timeout=30).text
    changed = myob.company("Emu Bush Feed")
    assert changed["Addresses"][0]["Email"] == "feed@emubush.example"
    assert changed["SellingDetails"]["ABN"] == "nothing"
    assert "Inactive" in myob.session.post(url, data={"do": "deactivate"}, timeout=30).text
    assert myob.company("Emu Bush Feed")["IsActive"] is False
    assert "Inactive" not in myob.session.post(url, data={"do": "activate"}, timeout=30).text
    assert "Make a company" in myob.session.post(url, data={"do": "individual"}, timeout=30).text


def test_invoices_by_hand_keep_a_customer_from_being_deleted(myob: MyobCaller) -> None:
    listing = f"{myob.root}/myob/business/{myob.business_id}/customers"
    empty = myob.session.post(listing, data={"Name": "", "Email": "typed@kept.example"}, timeout=30)
    assert empty.status_code == 422
    assert "CompanyName is required" in empty.text
    assert "typed@kept.example" in empty.text
    url = myob.session.post(listing, data={"Name": "Saltbush Lane Picture House"}, timeout=30).url
    owing = myob.session.post(url, data={"do": "invoice"}, timeout=30)
    assert "Owes 55.00" in owing.text
    refused = myob.session.post(url, data={"do": "delete"}, timeout=30)
    assert refused.status_code == 422
    assert "with transactions" in refused.text
    button = re.search(r'value="(delete invoice [^"]+)"', owing.text)
    assert button
    assert "Owes 0.00" in myob.session.post(url, data={"do": button[1]}, timeout=30).text
    assert myob.session.post(url, data={"do": "delete"}, timeout=30).url == listing
    assert myob.session.get(url, timeout=30).status_code == 404


@pytest.mark.browser
def test_every_page_is_accessible_and_within_its_policy(demo: MyobCaller, chromium: Browser) -> None:
    customers = f"{demo.root}/myob/business/{demo.business_id}/customers"
    pages = [f"{demo.root}/myob/", customers, page_of(demo, "Emu Bush Stockfeed"), demo.consent_url(),
             demo.consent_url(client_id="nobody")]  # fmt: skip
    check_pages(chromium, pages)


@pytest.mark.browser
def test_consent_by_hand_without_scripts(demo: MyobCaller, chromium: Browser) -> None:
    with open_window(chromium, scripts=False) as window:
        window.page.goto(demo.consent_url())
        window.page.get_by_text("Takahē Valley Provisions").click()
        with window.page.expect_request("http://localhost:8000/myob/callback?**") as back:
            window.page.get_by_role("button", name="Allow access").click()
        assert "businessName=Takah" in back.value.url

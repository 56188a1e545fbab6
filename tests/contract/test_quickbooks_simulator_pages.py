"""The QuickBooks simulator's pages for people, by hand and in a real browser with scripts off."""

import pytest
from playwright.sync_api import Browser

from tests.browser.visits import open_window
from tests.contract.pages_in_browser import check_pages, running_chromium
from tests.contract.quickbooks_fixtures import AU, NZ, Company, demo_quickbooks, running_quickbooks

__all__ = ["demo_quickbooks", "running_chromium", "running_quickbooks"]


def test_people_add_find_change_and_make_inactive(sim: Company) -> None:
    customers = f"{sim.root}/quickbooks/company/{AU}/customers"
    form = {"DisplayName": "Typed by hand", "Email": "typed@hand.example", "ABN": "86 151 956 832"}
    assert sim.session.post(customers, data=form, timeout=30).status_code == 200
    made = sim.customer("Typed by hand")
    assert (made["PrimaryTaxIdentifier"], made["PrimaryEmailAddr"]["Address"]) == ("XXXXXXXXX6 832", form["Email"])
    again = sim.session.post(customers, data=form, timeout=30)
    assert (again.status_code, "already exists" in again.text, "typed@hand.example" in again.text) == (422, True, True)
    assert "Typed by hand" in sim.session.get(customers, params={"q": "typed"}, timeout=30).text
    url = f"{customers}/{made['Id']}"
    changed = {"do": "save", "DisplayName": "Typed twice", "Email": "", "ABN": ""}
    sim.session.post(url, data=changed, timeout=30)
    assert not {"PrimaryEmailAddr", "PrimaryTaxIdentifier"} & sim.customer("Typed twice").keys()
    assert "Make active" in sim.session.post(url, data={"do": "deactivate"}, timeout=30).text
    assert sim.customer("Typed twice (deleted)")["Active"] is False
    sim.session.post(url, data={"do": "restore"}, timeout=30)
    assert sim.customer("Typed twice")["Active"] is True


def test_invoices_by_hand(sim: Company) -> None:
    number = sim.customer("Emu Plains Early Learning")["Id"]
    url = f"{sim.root}/quickbooks/company/{AU}/customers/{number}"
    assert "Open balance 110.00" in sim.session.post(url, data={"do": "invoice"}, timeout=30).text
    invoice = sim.rows(f"select * from Invoice where CustomerRef = '{number}'")[0]
    assert "(voided)" in sim.session.post(url, data={"do": f"void {invoice['Id']}"}, timeout=30).text
    assert "None yet" in sim.session.post(url, data={"do": f"delete {invoice['Id']}"}, timeout=30).text


def test_a_deep_link_leads_to_the_customer_of_its_company(demo: Company) -> None:
    for realm in (AU, NZ):
        link = f"{demo.root}/quickbooks/app/customerdetail?nameId=2&deeplinkcompanyid={realm}"
        assert demo.session.get(link, timeout=30).url.endswith(f"/company/{realm}/customers/2")
    nowhere = demo.session.get(f"{demo.root}/quickbooks/app/customerdetail?nameId=9999", timeout=30)
    assert nowhere.url.endswith("/quickbooks/")


@pytest.mark.browser
def test_every_page_is_accessible_and_within_its_policy(demo: Company, chromium: Browser) -> None:
    root = f"{demo.root}/quickbooks"
    customers = f"{root}/company/{AU}/customers"
    pages = [f"{root}/", customers, f"{customers}/1", demo.consent_url(), demo.consent_url(client_id="nobody")]
    check_pages(chromium, pages)


@pytest.mark.browser
def test_consent_by_hand_without_scripts(demo: Company, chromium: Browser) -> None:
    with open_window(chromium, scripts=False) as window:
        window.page.goto(demo.consent_url())
        window.page.get_by_label("Toetoe Trading").check()
        with window.page.expect_request("http://localhost:8000/quickbooks/callback?**") as back:
            window.page.get_by_role("button", name="Connect").click()
        assert f"realmId={NZ}" in back.value.url

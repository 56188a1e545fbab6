"""My Customers in a browser: finding what is not there, selecting across pages, undoing, and working by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import (
    Customers,
    follow,
    follow_mail_link,
    main_of,
    open_mail,
    press,
    signed_in_to_customers,
)
from tests.browser.site import Site
from tests.browser.visits import check_accessible

pytestmark = pytest.mark.browser
CAFE = "Marram Grass Café"  # in Xero's demo data, without a sales invoice


def test_a_contact_that_is_no_customer_yet_becomes_one(connected_site: Site, visit: OpenWindow, scripts: bool) -> None:
    page = visit(scripts=scripts).page
    customers = signed_in_to_customers(page, connected_site, scripts=scripts)
    customers.search("marram")
    expect(main_of(page)).to_contain_text(f"{CAFE} is in Xero, but not a customer yet")
    for way in ("Invite anyway", "Make it a customer", "Do it in Xero"):
        expect(page.get_by_role("heading", name=way)).to_be_visible()
    if scripts:
        check_accessible(page)
    press(page, "Create the draft for me")
    expect(main_of(page)).to_contain_text(f"We are creating a draft invoice for {CAFE}")
    customers.reload_until("?q=marram", CAFE, "Can invite")


def test_what_is_not_in_xero_can_be_added(connected_site: Site, visit: OpenWindow, scripts: bool) -> None:
    page = visit(scripts=scripts).page
    customers = signed_in_to_customers(page, connected_site, scripts=scripts)
    customers.search("Saltbush Lane Picture House")
    found = "No such contact in Xero" if scripts else "Nobody found here"  # with scripts Xero is asked at once
    expect(main_of(page)).to_contain_text(found)
    if scripts:
        check_accessible(page)
    form = page.get_by_role("region", name=found)
    expect(form.get_by_label("Name", exact=True)).to_have_value("Saltbush Lane Picture House")
    form.get_by_label("E-mail").fill("tickets@saltbushlane.example")
    press(page, re.compile("^Add to Xero$"))
    expect(main_of(page)).to_contain_text("Saltbush Lane Picture House")
    customers.open("?q=saltbush+lane+picture")
    expect(main_of(page)).to_contain_text("tickets@saltbushlane.example")


def test_ticks_outlive_pages_and_a_batch_can_be_undone(connected_site: Site, visit: OpenWindow, scripts: bool) -> None:
    page = visit(scripts=scripts).page
    customers = signed_in_to_customers(page, connected_site, scripts=scripts)
    customers.queue("Can invite")
    first, second = customers.names()[:2]
    customers.tick(first)
    customers.go("Next")
    customers.tick(customers.names()[0])
    customers.go("Previous")
    expect(page.get_by_role("checkbox", name=first, exact=True)).to_be_checked()
    expect(page.get_by_role("checkbox", name=second, exact=True)).not_to_be_checked()
    expect(page.locator("#picked")).to_contain_text("2 selected")
    customers.invite_selected()
    press(page, "Send 2 invitations")
    page.wait_for_url(re.compile(r"/invitations/[\w-]{22}"))
    press(page, "Undo")
    expect(main_of(page)).to_contain_text("Nothing was sent")
    customers.open()
    customers.queue("Can invite")
    expect(customers.row(first)).to_contain_text("Can invite")


def test_a_search_clears_the_selection_and_undo_brings_it_back(
    connected_site: Site, visit: OpenWindow, scripts: bool
) -> None:
    page = visit(scripts=scripts).page
    customers = signed_in_to_customers(page, connected_site, scripts=scripts)
    customers.queue("Can invite")
    first = customers.names()[0]
    customers.tick(first)
    if not scripts:
        customers.go("Next")
    customers.search("banksia")
    expect(page.locator("#status" if scripts else "main")).to_contain_text("Your selection of 1 was cleared")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("checkbox", name=first, exact=True)).to_be_checked()
    expect(page).to_have_url(re.compile(r"\?queue=can-invite$"))


def test_a_ticked_page_offers_all_that_match(connected_site: Site, visit: OpenWindow) -> None:
    page = visit("phone").page
    customers = signed_in_to_customers(page, connected_site)
    customers.queue("Can invite")
    page.get_by_role("checkbox", name="Select all 50 on this page").check()
    page.get_by_role("button", name="Select all 471 in Can invite").click()
    expect(page.locator("#picked")).to_contain_text("All 471 selected")
    page.get_by_role("checkbox", name=customers.names()[0], exact=True).uncheck()
    expect(page.locator("#picked")).to_contain_text("All 471 selected, 1 left out")


def test_focus_stays_at_the_row_after_undo(connected_site: Site, visit: OpenWindow) -> None:
    page = visit().page
    customers = signed_in_to_customers(page, connected_site)
    customers.queue("Can invite")
    row = customers.row(customers.names()[1])
    row.get_by_role("button", name="Invite").press("Enter")
    expect(row.locator("th a")).to_be_focused()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(row.get_by_role("button", name="Invite")).to_be_focused()


def test_pressing_invite_with_nothing_selected_says_so(connected_site: Site, visit: OpenWindow, scripts: bool) -> None:
    page = visit(scripts=scripts).page
    signed_in_to_customers(page, connected_site, scripts=scripts)
    page.get_by_role("group", name="With the selected").get_by_role("button", name="Invite").click()
    expect(main_of(page)).to_contain_text("Select at least one customer")


def test_the_pop_up_works_from_the_keyboard(connected_site: Site, visit: OpenWindow) -> None:
    page = visit().page
    customers = signed_in_to_customers(page, connected_site)
    customers.search("Dry Creek Joinery")
    step = customers.row("Dry Creek Joinery").locator("td.do a")
    step.focus()
    page.keyboard.press("Enter")
    number = page.get_by_role("dialog").get_by_label("ABN")
    expect(number).to_be_focused()
    page.keyboard.type("123")
    page.keyboard.press("Enter")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(step).to_be_focused()


def test_the_chosen_are_fixed_from_the_review(connected_site: Site, visit: OpenWindow, scripts: bool) -> None:
    page = visit(scripts=scripts).page
    customers = signed_in_to_customers(page, connected_site, scripts=scripts)
    ready, *lacking = _ready_and_lacking(customers, 2)
    for name in (ready, *lacking):
        customers.tick(name)
    customers.invite_selected()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Review 1 invitation")
    page.get_by_label("Message").fill("Kia ora")
    page.get_by_role("link", name="Add 2 ABNs").press("Enter")
    for name in lacking:
        _type_number(page, name)
    expect(heading).to_have_text("Review 3 invitations")
    expect(page).to_have_url(re.compile(r"/invite$"))
    expect(page.get_by_role("button", name="Send 3 invitations")).to_be_visible()
    if scripts:
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_label("Message")).to_have_value("Kia ora")
        expect(main_of(page)).to_be_focused()
        check_accessible(page)


def test_escape_leads_back_to_the_review_of_all(connected_site: Site, visit: OpenWindow) -> None:
    page = visit().page
    customers = signed_in_to_customers(page, connected_site)
    customers.queue("Needs ABN")
    first, second = customers.names()[:2]
    page.get_by_role("checkbox", name=re.compile("^Select all")).check()
    page.get_by_role("button", name=re.compile("^Select all .* in Needs ABN")).click()
    expect(page.locator("#picked")).to_contain_text("All 178 selected")
    customers.invite_selected()
    page.get_by_role("link", name="Add 178 ABNs").press("Enter")
    _type_number(page, first)
    form = page.get_by_role("dialog").locator("form.asked")
    expect(form.get_by_role("heading", level=2)).to_contain_text(second)
    expect(form).to_contain_text("177 waiting")
    check_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 1 invitation")
    expect(page.get_by_role("link", name="Add 177 ABNs")).to_be_focused()
    expect(main_of(page)).to_contain_text("You selected 178.")


def _ready_and_lacking(customers: Customers, most: int) -> list[str]:
    """Somebody who can be invited, and some on the same page who lack an ABN, in the order of the list."""
    words = {name: customers.row(name).inner_text() for name in customers.names()}
    ready = next(name for name, said in words.items() if "Can invite" in said)
    return [ready, *[name for name, said in words.items() if "Needs ABN" in said][:most]]


def _type_number(page: Page, name: str) -> None:
    """Fill in the form that is open for this customer, by keyboard, and confirm it in spite of the doubt."""
    form = page.locator("form.asked")
    expect(form.get_by_role("heading", level=2)).to_contain_text(name)
    number = form.get_by_role("textbox")
    expect(number).to_be_focused()
    page.keyboard.type("86 151 956 832")  # a sample number that the register knows under another name
    page.keyboard.press("Enter")
    expect(form.locator(".warn")).to_be_visible()
    expect(number).to_be_focused()
    page.keyboard.press("Enter")


def test_an_invited_business_can_decline_or_stop(connected_site: Site, visit: OpenWindow) -> None:
    isla, other = visit().page, visit(scripts=False).page
    customers = signed_in_to_customers(isla, connected_site)
    customers.queue("Can invite")
    names = customers.names()[:2]
    addresses = [customers.row(name).locator("th small").inner_text() for name in names]
    for name in names:
        customers.tick(name)
    customers.invite_selected()
    press(isla, "Send 2 invitations")
    press(isla, "Send now")
    _decline(other, connected_site, addresses[0])
    _stop(other, connected_site, addresses[1])
    customers.open()
    customers.queue("Problems")
    expect(customers.row(names[0])).to_contain_text("Declined")
    expect(customers.row(names[1])).to_contain_text(re.compile("Unsubscribed|Stopped", re.IGNORECASE))


def _decline(page: Page, site: Site, address: str) -> None:
    open_mail(page, site, address)
    follow_mail_link(page, site, "/join/")
    follow(page, re.compile("Not us, or no thanks"))
    press(page, re.compile("No thanks|Decline|Say no"))
    expect(main_of(page)).to_contain_text("Wattle & Wharf Coffee")


def _stop(page: Page, site: Site, address: str) -> None:
    open_mail(page, site, address)
    follow_mail_link(page, site, "/stop/")
    press(page, re.compile("Stop"))


@pytest.mark.parametrize("kind", ["wide", "phone", "dark"])
def test_signed_in_pages_are_accessible(connected_site: Site, visit: OpenWindow, kind: str) -> None:
    page = visit(kind).page
    customers = signed_in_to_customers(page, connected_site)
    home = customers.address.removesuffix("/customers")
    check_accessible(page)
    for address in (f"{customers.address}?queue=not-customer", home, f"{home}/invite"):
        page.goto(address)
        check_accessible(page)
    page.goto(customers.address)
    customers.row(customers.names()[0]).locator("th a").click()
    check_accessible(page)
    for path in ("/organisations", "/organisations/new", "/account", "/privacy", "/nowhere"):
        page.goto(connected_site.base_url + path)
        check_accessible(page)
    page.goto(customers.address)
    page.get_by_role("banner").get_by_role("link", name="Settings").click()
    check_accessible(page)

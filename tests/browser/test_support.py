"""One complete case of support: request, approval by mail, a look, the second step, leaving, the customer's view."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import (
    ISLA,
    Account,
    Customers,
    follow,
    follow_mail_link,
    main_of,
    open_mail,
    press,
    sign_in,
    sign_in_here,
)
from tests.browser.site import Site
from tests.browser.visits import check_accessible, picture

pytestmark = pytest.mark.browser
ADA = Account("Ada Okafor", "ada@link4web.example", "demo-ristretto-please")
LEE = Account("Lee Larsen", "lee@link4web.example", "demo-macchiato-please")
REASON = "You wrote that a number is refused, and I want to see what the page says"
WRITE_REASON = "The number lacks a digit, I type it as you gave it on the telephone"
CUSTOMER, NUMBER = "Dry Creek Joinery", "86 151 956 832"


def sign_in_as_staff(page: Page, site: Site, who: Account = ADA) -> None:
    page.goto(f"{site.base_url}/sign-in?next=/support")
    page.get_by_label("E-mail").fill(who.email)
    page.get_by_label("Password").fill(who.password)
    press(page, "Sign in")
    page.get_by_label(re.compile("code", re.IGNORECASE)).first.fill(site.command("support", "code", who.email))
    press(page, re.compile("Sign in|Go on|Confirm"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Find anything")


def ask_for_access(page: Page, *, emergency: bool = False) -> None:
    page.get_by_role("searchbox").fill("wattle")
    press(page, "Find")
    follow(page, "Wattle & Wharf Coffee")
    follow(page, re.compile("Ask for access"))
    page.get_by_label("Whose account").select_option(label="Isla Brennan, admin")
    page.get_by_label("Something the customer has reported").check()
    page.get_by_label("Why", exact=True).fill(REASON)
    page.get_by_label("Ticket").fill("L4W-7F3K-92QD")
    if emergency:
        page.get_by_label(re.compile("^This is an emergency")).check()
    press(page, "Ask")
    expect(main_of(page)).to_contain_text("Waits for an answer")


def test_a_complete_case(connected_site: Site, visit: OpenWindow, scripts: bool) -> None:
    site, window, customer = connected_site, visit(scripts=scripts), visit("phone", scripts=scripts)
    page = window.page
    sign_in_as_staff(page, site)
    picture(page, "console")
    ask_for_access(page)
    picture(page, "asked")

    open_mail(customer.page, site, ISLA.email, "May support look into")
    follow_mail_link(customer.page, site, "/support-access/")
    expect(customer.page).to_have_url(f"{site.base_url}/support-access")
    expect(main_of(customer.page)).to_contain_text(REASON)
    if scripts:
        check_accessible(customer.page)
    picture(customer.page, "answer-phone")
    follow(customer.page, "Sign in to allow it")
    sign_in_here(customer.page, ISLA)
    picture(customer.page, "waiting-phone")
    press(customer.page, "Allow one visit")
    expect(main_of(customer.page)).to_contain_text("Allowed, for one visit")

    follow(page, "Look again")
    press(page, "Enter the account")
    page.wait_for_url(re.compile(r"/xero/[\w-]{22}/customers"))
    banner = page.get_by_role("complementary", name="Support access")
    expect(banner).to_contain_text("Isla Brennan")
    expect(banner).to_contain_text("looking only")
    expect(banner).to_contain_text("minutes left")
    if scripts:
        check_accessible(page)
    picture(page, "inside")
    customers = Customers(page, scripts=scripts)
    customers.queue("Needs ABN")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"[?&]after="))
    customers.search(CUSTOMER)
    save_number(customers)
    expect(page.get_by_text("You are looking only").first).to_be_visible()
    picture(page, "refused")

    page.goto(f"{site.base_url}/on-behalf")
    picture(page, "second-step")
    page.get_by_label("Why something has to be changed").fill(WRITE_REASON)
    page.get_by_label("Your own code").fill(site.command("support", "code", ADA.email))
    press(page, "Let me change things")
    expect(banner).to_contain_text("may change things")
    customers.open(f"?q={quote(CUSTOMER)}")
    form = save_number(customers)
    if scripts:
        expect(form).to_be_hidden()
    customers.reload_until(f"?q={quote(CUSTOMER)}", CUSTOMER, "Can invite")
    banner.get_by_role("button", name="Leave").click()
    expect(page).to_have_url(re.compile(r"/support/organisations/[\w-]{22}/access/"))
    expect(banner).to_have_count(0)
    picture(page, "left")

    open_mail(customer.page, site, ISLA.email, "Support has left")
    follow_mail_link(customer.page, site, "/org/")
    history = main_of(customer.page)
    for said in ("Ada Okafor, support", REASON, "L4W-7F3K-92QD", WRITE_REASON, "A customer’s number", "My Customers"):
        expect(history).to_contain_text(said)
    if scripts:
        check_accessible(customer.page)
    picture(customer.page, "history-phone")


def test_an_emergency_wants_a_second_of_us(connected_site: Site, visit: OpenWindow) -> None:
    """Ada asks, Lee decides from the mail, Isla reads of it and ends it."""
    site, ada, lee, isla = connected_site, visit().page, visit("phone").page, visit("dark").page
    sign_in_as_staff(ada, site)
    ask_for_access(ada, emergency=True)
    open_mail(lee, site, LEE.email, "emergency")
    picture(lee, "emergency-mail-phone")
    sign_in_as_staff(lee, site, LEE)
    check_accessible(lee)
    picture(lee, "emergency-waits-phone")
    follow(lee, re.compile("Wattle & Wharf Coffee"))
    check_accessible(lee)
    picture(lee, "emergency-decide-phone")
    press(lee, "Allow this emergency")
    expect(main_of(lee)).to_contain_text("Allowed, not begun")
    ada.reload()
    press(ada, "Enter the account")
    ada.wait_for_url(re.compile(r"/xero/[\w-]{22}/customers"))

    open_mail(isla, site, ISLA.email, "without waiting")
    expect(main_of(isla)).to_contain_text("Lee")
    picture(isla, "emergency-told")
    sign_in(isla, site, ISLA)
    follow_settings(isla, site)
    check_accessible(isla)
    picture(isla, "emergency-history-dark")
    press(isla, "End it now")
    ada.reload()
    expect(main_of(ada)).to_contain_text("The customer took the permission back")
    picture(ada, "emergency-over")


def save_number(customers: Customers) -> Locator:
    """Type the number that the row asks for and press Save; the form."""
    form = customers.open_step(CUSTOMER)
    form.get_by_label("ABN").fill(NUMBER)
    form.get_by_role("button", name="Save", exact=True).last.click()
    return form


def test_the_banner_is_accessible_everywhere(connected_site: Site, visit: OpenWindow) -> None:
    """R-068: wide, on a phone, in the dark; in front of what scrolls."""
    site = connected_site
    isla = visit().page
    sign_in(isla, site, ISLA)
    isla.goto(f"{site.base_url}/customers")
    follow_settings(isla, site)
    press(isla, "Switch it on")
    expect(main_of(isla)).to_contain_text("On until")
    check_accessible(isla)
    picture(isla, "settings")
    ada = visit().page
    sign_in_as_staff(ada, site)
    storage: Any = ada.context.storage_state()  # a code is taken once, and three do not come in a minute
    for kind in ("wide", "phone", "dark"):
        page = visit(kind, storage=storage).page
        page.goto(f"{site.base_url}/support")
        check_accessible(page)
        ask_at_once(page)
        press(page, "Enter the account")
        page.wait_for_url(re.compile(r"/xero/[\w-]{22}/customers"))
        check_accessible(page)
        picture(page, f"inside-{kind}")
        if kind == "wide":
            check_inside(page, site)
        page.mouse.wheel(0, 2000)
        leave = page.get_by_role("complementary", name="Support access").get_by_role("button", name="Leave")
        expect(leave).to_be_in_viewport()
        leave.click()
        expect(page).to_have_url(re.compile(r"/support/organisations/[\w-]{22}/access/"))
        storage = page.context.storage_state()  # entering and leaving change the session's key


def check_inside(page: Page, site: Site) -> None:
    """The banner, and axe, on pages of every kind that can be read inside a visit; then back where it began."""
    began = page.url
    connection, organisation = began.partition("/customers")[0], f"{site.base_url}/org/{organisation_in(page)}"
    theirs = [f"{connection}{part}" for part in ("", "/customers/add", "/customers/skipped")]
    theirs += [f"{organisation}/{part}" for part in ("connections", "users", "settings/details", "settings/activity")]
    for address in (*theirs, f"{site.base_url}/on-behalf"):
        shown = page.goto(address)
        assert shown and shown.status == 200, address
        expect(page.get_by_role("complementary", name="Support access")).to_be_visible()
        check_accessible(page)
    page.goto(began)


def organisation_in(page: Page) -> str:
    found = re.search(r"organisation=([\w-]{22})|/org/([\w-]{22})", page.content())
    assert found
    return found[1] or found[2]


def follow_settings(page: Page, site: Site) -> None:
    page.goto(f"{site.base_url}/org/{organisation_in(page)}/settings/support")


def ask_at_once(page: Page) -> None:
    page.get_by_role("searchbox").fill("isla@wattlewharf.example")
    press(page, "Find")
    follow(page, "Isla Brennan")
    follow(page, re.compile("Ask for access"))
    page.get_by_label("Connection or sync").check()
    page.get_by_label("Why", exact=True).fill(REASON)
    page.get_by_label("Ticket").fill("L4W-7F3K-92QD")
    press(page, "Ask")

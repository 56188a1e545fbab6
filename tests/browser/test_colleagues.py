"""A colleague comes in by mail and is taken out again; an adviser works in three organisations with one sign-in."""

import itertools
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import (
    ISLA,
    PASSWORD,
    Account,
    Customers,
    follow,
    follow_mail_link,
    main_of,
    new_organisation,
    open_mail,
    press,
    sign_in,
    signed_in_to_customers,
)
from tests.browser.site import Site
from tests.browser.visits import check_accessible, picture

pytestmark = pytest.mark.browser
_numbers = itertools.count()
CUSTOMER, NUMBER = "Dry Creek Joinery", "86 151 956 832"


def somebody(name: str) -> Account:
    return Account(name, f"mere{next(_numbers)}@ledgerlane.example")


def open_users(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").click()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Users").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Users")


def invite(page: Page, whom: Account, role: str, *ticks: str) -> None:
    """On the Users page."""
    follow(page, "Invite a colleague")
    page.get_by_label("E-mail").fill(whom.email)
    page.get_by_label(re.compile(f"^{role}")).check()
    for tick in ticks:
        page.get_by_label(re.compile(f"^{tick}")).check()
    press(page, "Send the invitation")
    expect(page.get_by_role("table", name="Open invitations")).to_contain_text(whom.email)


def open_invitation(page: Page, site: Site, whom: Account, organisation: str) -> None:
    open_mail(page, site, whom.email, f"{organisation} invites you")
    follow_mail_link(page, site, "/colleague/")
    expect(page).to_have_url(f"{site.base_url}/colleague")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"invites you to work in {organisation}")


def accept_as_new(page: Page, whom: Account) -> None:
    page.get_by_label("Your name").fill(whom.name)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Accept")


def check_where_it_can(page: Page, *, scripts: bool) -> None:
    """What looks at the page is a script itself."""
    if scripts:
        check_accessible(page)


def test_a_colleague_comes_in_and_is_taken_out(connected_site: Site, visit: OpenWindow, scripts: bool) -> None:
    site, colleague = connected_site, somebody("Mere Tane")
    isla = visit(scripts=scripts).page
    signed_in_to_customers(isla, site, scripts=scripts)
    open_users(isla)
    invite(isla, colleague, "User")
    check_where_it_can(isla, scripts=scripts)

    page = visit("phone", scripts=scripts).page
    open_invitation(page, site, colleague, "Wattle & Wharf Coffee")
    check_where_it_can(page, scripts=scripts)
    accept_as_new(page, colleague)
    expect(page.get_by_role("heading", level=1)).to_have_text("My Customers")
    expect(main_of(page)).to_contain_text("You work in Wattle & Wharf Coffee now.")
    expect(page.get_by_role("button", name=re.compile("^Invite"))).to_have_count(0)
    save_a_number(Customers(page, scripts=scripts))

    isla.reload()
    main_of(isla).get_by_role("link", name="Change what Mere Tane may do").click()
    check_where_it_can(isla, scripts=scripts)
    press(isla, "Remove Mere Tane")
    expect(main_of(isla)).to_contain_text("Mere Tane no longer works here.")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("nothing here")


def save_a_number(customers: Customers) -> None:
    """What a user is there for: the number that is missing."""
    customers.search(CUSTOMER)
    form = customers.open_step(CUSTOMER)
    form.get_by_label("ABN").fill(NUMBER)
    form.get_by_role("button", name="Save", exact=True).last.click()
    customers.reload_until(f"?q={quote(CUSTOMER)}", CUSTOMER, "Can invite")


def invite_one(customers: Customers) -> None:
    """What an adviser who may send is there for, in a client's name; from the queue of those who can be invited."""
    page, name = customers.page, customers.names()[0]
    customers.tick(name)
    customers.invite_selected()
    expect(main_of(page)).to_contain_text("Wattle & Wharf Coffee")
    press(page, "Send 1 invitation")
    page.wait_for_url(re.compile(r"/invitations/[\w-]{22}"))
    press(page, "Send now")
    customers.reload_until(f"?q={quote(name)}", name, "Invited")


def test_an_admin_hands_over_and_leaves(connected_site: Site, visit: OpenWindow, scripts: bool) -> None:
    site, heir = connected_site, somebody("Mere Tane")
    isla, page = visit("phone", scripts=scripts).page, visit(scripts=scripts).page
    sign_in(isla, site, ISLA)
    isla.goto(f"{site.base_url}/organisations/new")
    new_organisation(isla, "Saltbush Plumbing")
    open_users(isla)
    main_of(isla).get_by_role("link", name="Change what Isla Brennan may do").click()
    follow(isla, "Hand over, or leave")
    expect(main_of(isla)).to_contain_text("An organisation needs an admin")
    check_where_it_can(isla, scripts=scripts)
    picture(isla, f"leave-alone-{scripts}")
    open_users(isla)
    invite(isla, heir, "User")
    open_invitation(page, site, heir, "Saltbush Plumbing")
    accept_as_new(page, heir)

    open_users(isla)
    follow(isla, "Change what Isla Brennan may do")
    follow(isla, "Hand over, or leave")
    check_where_it_can(isla, scripts=scripts)
    picture(isla, f"hand-over-{scripts}")
    isla.get_by_role("radio", name=re.compile("^Mere Tane")).check()
    press(isla, "Hand over")
    expect(main_of(isla)).to_contain_text("Mere Tane is an admin now, and you are a user.")
    page.reload()
    open_users(page)
    expect(page.get_by_role("link", name="Invite a colleague")).to_be_visible()
    follow(isla, "Leave")
    press(isla, "Leave this organisation")
    expect(main_of(isla)).to_contain_text("Saltbush Plumbing")
    picture(isla, f"left-{scripts}")
    isla.goto(f"{site.base_url}/organisations")
    expect(isla.get_by_role("table", name="Your organisations")).not_to_contain_text("Saltbush Plumbing")
    page.reload()
    expect(main_of(page)).not_to_contain_text("Isla Brennan")


def test_an_adviser_works_in_three_organisations(connected_site: Site, visit: OpenWindow) -> None:
    site, adviser = connected_site, somebody("Ada Adviser")
    names = ("Wattle & Wharf Coffee", "Kererū Kitchens", "Saltbush Plumbing")
    isla, page = visit().page, visit().page
    signed_in_to_customers(isla, site)
    for number, name in enumerate(names):
        if number:
            isla.goto(f"{site.base_url}/organisations/new")
            new_organisation(isla, name)
        open_users(isla)
        invite(isla, adviser, "Adviser", "May send")
        open_invitation(page, site, adviser, name)
        if number:
            press(page, "Accept")
        else:
            accept_as_new(page, adviser)
        expect(main_of(page)).to_contain_text(f"You work in {name} now.")

    page.goto(f"{site.base_url}/organisations")
    lines = page.get_by_role("table", name="Your organisations").get_by_role("row")
    expect(lines).to_have_count(1 + len(names))
    for name in names:
        expect(lines.filter(has_text=name)).to_contain_text("an adviser")
    lines.filter(has_text=names[0]).get_by_role("link", name=re.compile("can be invited")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My Customers")
    invite_one(Customers(page, scripts=True))

    # the client takes the grant back: that one is gone, the others stay
    isla.goto(f"{site.base_url}/organisations")
    isla.get_by_role("link", name=f"Connections of {names[0]}").click()
    open_users(isla)
    main_of(isla).get_by_role("link", name="Change what Ada Adviser may do").click()
    press(isla, "Remove Ada Adviser")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("nothing here")
    page.goto(f"{site.base_url}/organisations")
    expect(lines).to_have_count(len(names))

"""The main job as two people live it: connect, see customers, fix a number, invite, and join at the other end."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import (
    ISLA,
    Customers,
    connected,
    join,
    main_of,
    open_mail,
    press,
)
from tests.browser.site import Site
from tests.browser.visits import check_accessible

pytestmark = pytest.mark.browser
MESSAGE = "We send all invoices this way now."
DRY_CREEK_ABN = "86 151 956 832"  # a sample number that the simulated register knows


def test_from_connecting_to_joined(site: Site, visit: OpenWindow, scripts: bool) -> None:
    isla, other = visit(scripts=scripts), visit(scripts=scripts)
    customers = connected(isla.page, site, scripts=scripts)
    add_number(customers)
    chosen = send_to_three(customers, site)
    join(other.page, site, chosen[0][1], MESSAGE)
    see_joined(customers, site, chosen[0][0])


def add_number(customers: Customers) -> None:
    page = customers.page
    customers.search("Dry Creek Joinery")
    form = customers.open_step("Dry Creek Joinery")
    check(page, customers.scripts)
    number = form.get_by_label("ABN")
    number.fill("86 151 956 833")
    form.get_by_role("button", name="Save", exact=True).last.click()
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_value(re.compile("86 ?151 ?956 ?833"))
    number.fill(DRY_CREEK_ABN)
    form.get_by_role("button", name="Save", exact=True).last.click()
    customers.open("?q=Dry+Creek+Joinery") if not customers.scripts else expect(form).to_be_hidden()
    expect(customers.row("Dry Creek Joinery")).to_contain_text(DRY_CREEK_ABN)
    expect(customers.row("Dry Creek Joinery")).to_contain_text("Can invite")


def send_to_three(customers: Customers, site: Site) -> list[tuple[str, str]]:
    """Invite the first three of the queue; their names and addresses."""
    page = customers.page
    customers.open()
    customers.queue("Can invite")
    check(page, customers.scripts)
    chosen = []
    for name in customers.names()[:3]:
        customers.tick(name)
        chosen.append((name, customers.row(name).locator("th small").inner_text()))
    customers.invite_selected()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 3 invitations")
    check(page, customers.scripts)
    page.get_by_label("Message").or_(page.get_by_role("textbox")).first.fill(MESSAGE)
    press(page, "Send 3 invitations")
    page.wait_for_url(re.compile(r"/invitations/[\w-]{22}"))
    check(page, customers.scripts)
    press(page, "Send now")
    return chosen


def see_joined(customers: Customers, site: Site, name: str) -> None:
    customers.open()
    customers.queue("Joined")
    expect(customers.row(name)).to_contain_text("Joined")
    open_mail(customers.page, site, ISLA.email)
    expect(main_of(customers.page)).to_contain_text(name)


def check(page: Page, scripts: bool) -> None:
    """axe runs in the page, so it needs scripts."""
    if scripts:
        check_accessible(page)

"""Sign up, verify, set up the business, connect Xero, sign out and in again, with scripts and without."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import (
    Account,
    allow_at_xero,
    connect_xero,
    go_to_xero,
    new_organisation,
    press,
    sign_in,
    sign_out,
    sign_up,
    verify,
)
from tests.browser.site import Site
from tests.browser.visits import check_accessible

pytestmark = pytest.mark.browser
SAMPLE_ABN = "52 341 672 110"  # the demo organisation's sample number
_numbers = itertools.count()


def somebody(name: str = "Nell Ngata") -> Account:
    return Account(name, f"nell{next(_numbers)}@harbour.example")


def test_from_sign_up_to_a_connected_organisation_and_back_in(site: Site, visit: OpenWindow, scripts: bool) -> None:
    window, me = visit(scripts=scripts), somebody()
    page = window.page
    sign_up(page, site, me)
    verify(page, site, me)
    new_organisation(page, "Wattle & Wharf Coffee", SAMPLE_ABN)
    expect(page.get_by_role("main")).to_contain_text("The register knows its number as")
    connect_xero(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("My Customers")

    if scripts:
        # the browser keeps nothing but where this tab is, which htmx needs to go back
        kept = page.evaluate("({...localStorage, ...sessionStorage})")
        assert kept == {"htmx-current-path-for-history": page.url.removeprefix(site.base_url)}
    sign_out(page)
    page.go_back()  # nothing of before comes back out of the browser's memory
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome back")
    sign_in(page, site, me)
    expect(page).to_have_url(re.compile(r"/xero/[\w-]{22}/customers"))


def test_saying_no_at_xero_has_its_own_words(site: Site, visit: OpenWindow, scripts: bool) -> None:
    page, me = visit(scripts=scripts).page, somebody()
    sign_up(page, site, me)
    verify(page, site, me)
    new_organisation(page, "Wattle & Wharf Coffee")
    go_to_xero(page)
    if scripts:
        check_accessible(page)
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url(f"{site.base_url}/xero/connect?**")
    expect(page.get_by_role("main")).to_contain_text(re.compile("Nothing (was|has been) connected", re.IGNORECASE))
    go_to_xero(page)
    allow_at_xero(page, "Wattle & Wharf Coffee")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wattle & Wharf Coffee")


def test_mistakes_keep_what_was_typed(site: Site, visit: OpenWindow, scripts: bool) -> None:
    page = visit(scripts=scripts).page
    page.goto(f"{site.base_url}/sign-up")
    page.get_by_label("Your name").fill("Nell Ngata")
    page.get_by_label("E-mail").fill("nell at harbour")
    page.get_by_label("Password").fill("short")
    press(page, "Sign up")
    expect(page.get_by_label("Your name")).to_have_value("Nell Ngata")
    expect(page.get_by_label("E-mail")).to_have_value("nell at harbour")
    expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    if scripts:
        expect(page.get_by_label("E-mail")).to_be_focused()


def test_signed_out_pages_are_accessible(site: Site, visit: OpenWindow) -> None:
    for kind in ("wide", "phone", "dark"):
        page = visit(kind).page
        for path in ("/sign-up", "/sign-in", "/forgot", "/nowhere"):
            page.goto(site.base_url + path)
            check_accessible(page)
        page.goto(site.mailbox_url)
        check_accessible(page)

"""From a link in somebody else's help centre to the work done, in each accounting system."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from link4web.simulators.sample_numbers import sample_abn
from tests.browser.conftest import OpenWindow
from tests.browser.pages import ISLA, PASSWORD, Account, Customers, follow, main_of, open_mail, press, sign_in, verify
from tests.browser.site import Site
from tests.browser.test_three_systems import MYOB, QUICKBOOKS, XERO, System, connect
from tests.browser.visits import check_accessible, open_window

pytestmark = pytest.mark.browser
SYSTEMS = [XERO, QUICKBOOKS, MYOB]


@pytest.fixture(scope="module")
def three(demo_data: Path, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site where Isla has connected all three."""
    site = Site(Path(shutil.copytree(demo_data, tmp_path_factory.mktemp("guide") / "data")))
    try:
        site.start()
        with open_window(chromium) as window:
            sign_in(window.page, site, ISLA)
            for system in SYSTEMS:
                connect(window.page, site, system)
        yield site
    finally:
        site.close()


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda one: one.slug)
def test_a_link_from_outside_leads_to_the_work(three: Site, visit: OpenWindow, system: System, scripts: bool) -> None:
    page = visit(scripts=scripts).page
    page.goto(f"{three.base_url}/go/add-number/{system.slug}?country=AU")
    expect(page.get_by_role("heading", level=1)).to_have_text("Add missing numbers")
    if scripts:
        check_accessible(page)
    follow(page, "Sign in and go there")
    page.get_by_label("E-mail").fill(ISLA.email)
    page.get_by_label("Password").fill(ISLA.password)
    press(page, "Sign in")
    expect(page).to_have_url(re.compile(rf"/{system.slug}/[\w-]{{22}}/customers\?queue=needs-number&hint=add-number"))
    hint = main_of(page).get_by_text("Press Add ABN or Add NZBN in a customer’s row.")
    expect(hint).to_be_visible()
    if scripts:
        check_accessible(page)
    customers = Customers(page, scripts=scripts)
    name = customers.names()[0]
    form = customers.open_step(name)
    form.get_by_label("ABN").fill(sample_abn(90_000 + SYSTEMS.index(system) * 2 + scripts))
    for doubt in ("The register doesn’t know this number", ""):
        form.get_by_role("button", name="Save", exact=True).last.click()
        if doubt:
            expect(form).to_contain_text(doubt)
    expect(form).to_have_count(0)
    customers.open("?queue=needs-number&hint=add-number")
    expect(customers.row(name)).to_have_count(0)
    follow(page, "Close this hint")
    expect(hint).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?queue=needs-number$"))


def test_the_search_is_ready_to_type_in(three: Site, visit: OpenWindow, scripts: bool) -> None:
    page = visit("phone", scripts=scripts).page
    sign_in(page, three, ISLA)
    page.goto(f"{three.base_url}/go/find-customer/xero")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("Dry Creek Joinery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Dry Creek Joinery", exact=True)).to_be_visible()


def test_support_gets_what_the_panel_was_opened_on(three: Site, visit: OpenWindow) -> None:
    """From a customer's page over its help to a message that says which customer it is."""
    page = visit().page
    sign_in(page, three, ISLA)
    page.goto(f"{three.base_url}/go/add-number/xero")
    main_of(page).locator("table.list tbody th a").first.click()
    expect(page.get_by_role("heading", name="Why?")).to_be_visible()
    record = page.url.removeprefix(three.base_url)
    main_of(page).get_by_role("link", name=re.compile("^Help")).first.click()
    panel = page.get_by_role("complementary", name="Help")
    expect(panel.get_by_role("heading", level=2).first).to_be_visible()
    panel.get_by_role("link", name="Write to support").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Write to support.")
    expect(main_of(page)).to_contain_text(record)
    check_accessible(page)
    page.keyboard.type("The form says that the number is wrong.\nIt is not.")
    press(page, "Send")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your message is on its way.")
    check_accessible(page)
    number = main_of(page).locator("b.num").inner_text()
    open_mail(page, three, "support@link4web.example", f"[{number}] Needs ABN")
    expect(main_of(page)).to_contain_text("It is not.")
    expect(main_of(page)).to_contain_text(record)


def test_a_newcomer_comes_from_the_link_to_the_first_step(three: Site, visit: OpenWindow) -> None:
    """Without an account: sign up, confirm, and the link goes on from there."""
    account = Account("Nell Newcomer", "nell@newcomer.example", PASSWORD)
    page = visit("phone", scripts=False).page
    page.goto(f"{three.base_url}/go/connect/myob")
    follow(page, "Create an account")
    page.get_by_label("Your name").fill(account.name)
    page.get_by_label("E-mail").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    press(page, "Sign up")
    verify(page, three, account)
    expect(page.get_by_role("heading", level=1)).to_have_text("Which business sends the invoices?")

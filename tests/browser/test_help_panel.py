"""From a trouble to its help beside the work, from there to the fix, and the trouble is gone; all three systems."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import ISLA, Customers, confirm_file, follow, main_of, press, sign_in
from tests.browser.site import Site
from tests.browser.test_three_systems import MYOB, QUICKBOOKS, TAKAHE, XERO, System, connect
from tests.browser.visits import check_accessible, open_window

pytestmark = pytest.mark.browser
PATIENCE_MS = 60_000


@dataclass
class Office:
    """A site on which Isla has connected all three systems; her session, and the lists' addresses by system."""

    site: Site
    storage: Any
    lists: dict[str, str]


@pytest.fixture(scope="module")
def office(demo_data: Path, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One for all troubles here: each is about somebody or something of its own, and is mended at the end."""
    site = Site(Path(shutil.copytree(demo_data, tmp_path_factory.mktemp("help") / "data")), undo_seconds=1)
    try:
        site.start()
        with open_window(chromium) as window:
            sign_in(window.page, site, ISLA)
            lists = {one.name: connect(window.page, site, one).address for one in (XERO, QUICKBOOKS, MYOB)}
            storage = window.context.storage_state()
        yield Office(site, storage, lists)
    finally:
        site.close()


@dataclass
class Visit:
    """Isla at one of her lists."""

    office: Office
    page: Page
    customers: Customers
    scripts: bool

    @property
    def site(self) -> Site:
        return self.office.site


At = Callable[..., Visit]


@pytest.fixture
def at(office: Office, visit: OpenWindow) -> At:
    """Opens My Customers of a system: `at(XERO, scripts=False)`."""

    def open_list(system: System, kind: str = "wide", *, scripts: bool = True) -> Visit:
        page = visit(kind, scripts=scripts, storage=office.storage).page
        page.goto(office.lists[system.name])
        return Visit(office, page, Customers(page, scripts=scripts), scripts)

    return open_list


def help_link(within: Locator, about: str) -> Locator:
    return within.get_by_role("link", name=re.compile(f"^Help ?: {re.escape(about)}$")).first


def read_help(page: Page, about: str, *told: str, scripts: bool = True, within: Locator | None = None) -> None:
    """Follow a trouble's link to its help: a panel beside the work, or a page; then go back to the work."""
    link = help_link(within or main_of(page), about)
    link.click()
    if not scripts:
        expect(page).to_have_url(re.compile(r"/help/[a-z-]+\?code="))
        for words in told:
            expect(main_of(page)).to_contain_text(words)
        page.go_back()
        return
    panel = page.get_by_role("complementary", name="Help")
    expect(panel.get_by_role("heading", level=2).first).to_be_focused()
    for words in told:
        expect(panel).to_contain_text(words)
    check_accessible(page)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()


@pytest.mark.parametrize("system", [XERO, QUICKBOOKS, MYOB], ids=lambda one: one.slug)
def test_a_number_is_missing(at: At, system: System) -> None:
    here = at(system)
    here.customers.search(system.no_number)
    form = here.customers.open_step(system.no_number)
    dialog, number = here.page.get_by_role("dialog"), form.get_by_label("Australian Business Number (ABN)")
    number.fill("123")
    read_help(here.page, "ABN", "A customer has no ABN", "The network finds businesses by it.", within=dialog)
    expect(number).to_have_value("123")
    form.get_by_role("button", name="Save", exact=True).last.click()
    expect(number).to_have_attribute("aria-invalid", "true")
    read_help(here.page, "Australian Business Number (ABN)", "NUMBER-MALFORMED", "Type 11 digits.", within=dialog)
    expect(number).to_have_value("123")
    form.get_by_role("button", name=re.compile(f"^Use {system.no_number}")).click()
    expect(dialog).to_be_hidden()
    expect(here.customers.row(system.no_number)).to_contain_text("ABN, from the register")


def test_a_number_is_missing_without_scripts(at: At) -> None:
    name, here = "Ironbark Site Services", at(XERO, scripts=False)
    here.customers.search(name)
    form = here.customers.open_step(name)
    read_help(here.page, "ABN", "A customer has no ABN", "The network finds businesses by it.", scripts=False)
    form.get_by_label("Australian Business Number (ABN)").fill("23 226 914 937")
    form.get_by_role("button", name="Save", exact=True).last.click()
    expect(help_link(main_of(here.page), "Australian Business Number (ABN)")).to_be_visible()
    form.get_by_role("button", name="Save", exact=True).last.click()
    here.customers.open("?q=ironbark")
    expect(here.customers.row(name)).to_contain_text("23 226 914 937")


def test_quickbooks_hides_a_number(at: At) -> None:
    name, here = "Apostle Bay Cannery", at(QUICKBOOKS)
    here.customers.search(name)
    form = here.customers.open_step(name)
    dialog = here.page.get_by_role("dialog")
    read_help(here.page, "hidden numbers", "QuickBooks shows only the end of an ABN", "NUMBER-HIDDEN", within=dialog)
    form.get_by_role("button", name=re.compile(f"^Use {name}")).click()
    expect(here.customers.row(name)).to_contain_text("ABN, from the register")


def test_an_address_is_missing(at: At) -> None:
    name, here = "Finger Lime Providores", at(MYOB)
    here.customers.search(name)
    form = here.customers.open_step(name)
    dialog, address = here.page.get_by_role("dialog"), form.get_by_label("E-mail address")
    address.fill("pay at fingerlime")
    form.get_by_role("button", name="Save", exact=True).last.click()
    read_help(here.page, "E-mail address", "EMAIL-MALFORMED", within=dialog)
    expect(address).to_have_value("pay at fingerlime")
    address.fill("pay@fingerlime.example")
    form.get_by_role("button", name="Save", exact=True).last.click()
    expect(here.customers.row(name)).to_contain_text("Can invite")


def test_ones_own_number_is_missing(at: At) -> None:
    page = (here := at(MYOB)).page
    page.goto(f"{here.site.base_url}/organisations/new")
    page.get_by_label("New Zealand").check()
    page.get_by_label("Business name").fill("Takahē Valley")
    press(page, "Save and go on")
    organisation = re.search(r"organisation=([\w-]+)", page.url)
    assert organisation
    page.goto(f"{here.site.base_url}/myob/connect?organisation={organisation[1]}")
    follow(page, "Go on to MYOB")
    allow_at_myob(page, TAKAHE.file)
    read_help(page, "Your own business number isn’t on file", "Your own NZBN is missing", "OWN-NUMBER-MISSING")
    press(page, re.compile("^Use"))
    expect(main_of(page)).to_contain_text("Your NZBN is saved")
    expect(main_of(page)).not_to_contain_text("isn’t on file")


@pytest.mark.parametrize(("scripts", "name"), [(True, "Marram Grass Café"), (False, "Kingfisher Boat Hire")])
def test_a_contact_is_no_customer_yet(at: At, scripts: bool, name: str) -> None:
    here = at(XERO, scripts=scripts)
    here.customers.search(name)
    told = ("A customer is missing", "Xero does not call this contact a customer yet.")
    read_help(here.page, name, *told, scripts=scripts)
    press(here.page, "Create the draft for me")
    read_help(here.page, "the draft invoice", "Make a contact a customer with a draft invoice", scripts=scripts)
    here.customers.reload_until(f"?q={name[:8]}", name, re.compile("Can invite|Needs ABN"))


PART_ANEW = "htmx.ajax('GET', location.href, { target: '#list', select: '#list', swap: 'outerHTML' })"
FIRST_ROWS = "htmx.ajax('GET', `${location.pathname}/sync?empty=1`, { source: '#sync', swap: 'outerHTML' })"


@pytest.mark.parametrize(
    ("draw_anew", "search"),
    [(PART_ANEW, "Banksia Row Bakery"), (FIRST_ROWS, "")],
    ids=["a-sync-ends", "first-rows-come"],
)
def test_the_page_is_drawn_anew_beside_the_help(at: At, draw_anew: str, search: str) -> None:
    """Whoever reads an article goes on reading, and then gets back to where it was opened."""
    page = (here := at(XERO)).page
    link = main_of(page).locator("a[data-help]").first
    if search:
        here.customers.search(search)
        link = help_link(main_of(page), search)
    link.click()
    panel = page.get_by_role("complementary", name="Help")
    expect(panel.get_by_role("heading", level=2).first).to_be_focused()
    opened_from = link.element_handle()
    page.evaluate(draw_anew)
    opened_from.wait_for_element_state("hidden")
    expect(panel.get_by_role("heading", level=2).first).to_be_focused()
    page.keyboard.press("Escape")
    expect(link).to_be_focused()
    page.evaluate(draw_anew)
    expect(link).to_be_focused()


def test_somebody_is_missing(at: At) -> None:
    here = at(QUICKBOOKS)
    here.customers.search("Saltbush Lane Picture House")
    expect(main_of(here.page)).to_contain_text("and asked QuickBooks again just now")
    read_help(here.page, "a missing customer", "Nobody found")
    press(here.page, re.compile("^Add to QuickBooks$"))
    expect(here.page.get_by_role("heading", level=1)).to_have_text("Saltbush Lane Picture House")


def test_somebody_is_archived(at: At) -> None:
    name, here = "Quoll Creek Nursery (old)", at(XERO)
    here.customers.search(name)
    read_help(here.page, name, "A customer is archived, merged or gone in Xero", "This contact is archived in Xero")
    there = main_of(here.page).get_by_role("link", name="Open in Xero").get_attribute("href") or ""
    here.site.control("xero", "touch", do="restore", contact=there.rpartition("/")[2])
    here.customers.open()
    press(here.page, "Sync now")
    here.customers.reload_until("?q=quoll", name, re.compile("Can invite|Needs ABN|Not a customer"))


def test_the_sync_has_stopped(at: At) -> None:
    here = at(XERO)
    here.site.control("xero", "fail", status=400, body="{}", path="/api.xro/2.0/Contacts")
    press(here.page, "Sync now")
    line = here.page.locator("#sync")
    expect(line).to_contain_text("Xero refused our request", timeout=PATIENCE_MS)
    read_help(here.page, "the sync", "The sync stopped or waits", "XERO-REFUSED")
    press(here.page, "Sync now")
    expect(line).to_contain_text("Synced today", timeout=PATIENCE_MS)
    expect(line.get_by_role("link", name="Help")).to_have_count(0)


def test_a_system_is_down_for_a_while(at: At) -> None:
    here = at(MYOB)
    here.site.control("myob", "fail", status=503, headers={"Retry-After": "20"}, path="/accountright")
    press(here.page, "Sync now")
    line = here.page.locator("#sync")
    expect(line).to_contain_text("MYOB has this business offline", timeout=PATIENCE_MS)
    here.page.goto(here.customers.address.removesuffix("/customers"))  # its page does not change by itself
    read_help(here.page, "Waiting, then we go on", "MYOB-OFFLINE", "we go on by ourselves")
    here.customers.open()
    expect(line).to_contain_text("Synced today", timeout=PATIENCE_MS)


def test_the_connection_is_lost(at: At) -> None:
    here = at(QUICKBOOKS)
    here.site.control("quickbooks", "disconnect")
    press(here.page, "Sync now")
    trouble = here.page.locator("#connection-trouble")
    expect(here.page.locator("#sync")).to_contain_text("the connection ended", timeout=PATIENCE_MS)
    here.page.reload()
    read_help(here.page, "QuickBooks no longer lets us in", "QuickBooks no longer lets us in", "Reconnect QuickBooks")
    follow(here.page, "Reconnect QuickBooks")
    follow(here.page, "Go on to QuickBooks")
    here.page.get_by_role("radio", name=QUICKBOOKS.file).check()
    here.page.get_by_role("button", name="Connect", exact=True).click()
    confirm_file(here.page, QUICKBOOKS.file)
    expect(trouble).to_have_count(0)
    here.customers.wait_until_synced()


def test_an_invitation_came_back(at: At) -> None:
    name, here = "Emu Bush Stockfeed", at(MYOB)
    here.site.control("mail", "fail", stage="rcpt", code=550, text="No such person", to="emubush")
    here.customers.search(name)
    here.customers.row(name).get_by_role("button", name="Invite").click()
    here.customers.reload_until("?queue=problems", name, "E-mail bounced")
    form = here.customers.open_step(name)
    dialog = here.page.get_by_role("dialog")
    read_help(here.page, "refused mail", "An invitation came back", "CUSTOMER-BOUNCED", within=dialog)
    form.get_by_label("E-mail address").fill("accounts@emubush.example")
    form.get_by_role("button", name="Save", exact=True).last.click()
    expect(dialog).to_be_hidden()
    here.customers.reload_until("?q=emu+bush", name, "Can invite")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_somebody_says_no_at_xero(at: At, scripts: bool) -> None:
    page = (here := at(XERO, scripts=scripts)).page
    go_to(page, here.site, XERO)
    page.get_by_role("button", name="Cancel").click()
    told = ("Connecting Xero didn’t work", "CONSENT-DECLINED")
    read_help(page, "You said no at Xero", *told, scripts=scripts)
    follow(page, "Go on to Xero")
    page.get_by_role("radio", name="Tin Shed Trading").check()
    page.get_by_role("button", name="Allow access").click()
    confirm_file(page, "Tin Shed Trading")
    expect(page.get_by_role("heading", level=1)).to_have_text("My Customers")
    expect(page.locator("#connection-trouble")).to_have_count(0)


def test_somebody_who_is_no_administrator_connects_myob(at: At) -> None:
    page = (here := at(MYOB)).page
    go_to(page, here.site, MYOB)
    page.get_by_role("radio", name="Callum Whitlock").check()
    page.get_by_role("button", name="Allow access").click()
    read_help(page, "MYOB didn’t let us in", "Who may connect, here and in MYOB", "only an administrator can agree")
    follow(page, "Go on to MYOB")
    allow_at_myob(page, "Rewiti Fencing")
    expect(page.get_by_role("heading", level=1)).to_have_text("My Customers")


def go_to(page: Page, site: Site, system: System) -> None:
    """From the choice of systems to the system's own page."""
    page.goto(f"{site.base_url}/connect")
    follow(page, f"Connect {system.name}")
    follow(page, f"Go on to {system.name}")


def allow_at_myob(page: Page, file: str) -> None:
    page.get_by_role("radio", name="Isla Brennan").check()
    page.get_by_role("radio", name=file).check()
    page.get_by_role("button", name="Allow access").click()
    confirm_file(page, file)
    page.wait_for_url(re.compile(r"/myob/[\w-]{22}/customers"))


def test_a_phone_shows_help_alone(office: Office, visit: OpenWindow) -> None:
    page = visit("phone").page
    page.goto(f"{office.site.base_url}/sign-up")
    page.get_by_label("Your name").fill("Nell Ngata")
    link = help_link(main_of(page), "signing up")
    link.click()
    panel = page.get_by_role("complementary", name="Help")
    expect(panel.get_by_role("heading", level=2).first).to_be_focused()
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    check_accessible(page)
    panel.get_by_role("link", name="Close help").click()
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()
    expect(page.get_by_label("Your name")).to_have_value("Nell Ngata")


def test_one_article_leads_to_the_next_beside_the_work(at: At) -> None:
    here = at(XERO)
    here.customers.open("?queue=needs-number")
    form = here.customers.open_step(here.customers.names()[0])
    form.get_by_label("Australian Business Number (ABN)").fill("86 151")
    help_link(here.page.get_by_role("dialog"), "ABN").click()
    panel = here.page.get_by_role("complementary", name="Help")
    expect(panel.get_by_role("heading", level=2).first).to_have_text("A customer has no ABN")
    panel.locator("article a[data-help]").first.click()
    expect(panel.get_by_role("heading", level=2).first).not_to_have_text("A customer has no ABN")
    panel.get_by_role("button", name="Yes").click()
    expect(panel).to_contain_text("Good to know, thank you.")
    expect(form.get_by_label("Australian Business Number (ABN)")).to_have_value("86 151")


def test_an_error_page_has_help_too(office: Office, visit: OpenWindow) -> None:
    page = visit().page
    page.goto(f"{office.site.base_url}/nowhere")
    read_help(page, "There is nothing here", "HTTP-404")

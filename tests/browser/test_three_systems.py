"""The main job with each accounting system, three of them in one organisation, and the ways between their pages."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import ISLA, Customers, confirm_file, follow, join, main_of, press, sign_in
from tests.browser.site import Site
from tests.browser.visits import check_accessible

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class System:
    """An accounting system as its simulator has it.

    `file` is what is connected, `allow` the button of the consent page; `no_number` and `no_email` are customers in
    it that lack something, and perhaps are the same one.
    """

    name: str
    file: str
    allow: str
    no_number: str
    no_email: str

    @property
    def slug(self) -> str:
        return self.name.lower()


XERO = System("Xero", "Wattle & Wharf Coffee", "Allow access", "Dry Creek Joinery", "Finch & Daughters Catering")
QUICKBOOKS = System(
    "QuickBooks", "Bluegum Pantry Supplies", "Connect", "Emu Plains Early Learning", "Emu Plains Early Learning"
)
MYOB = System("MYOB", "Lantern Street Roastery", "Allow access", "Coolibah Point Optical", "Finger Lime Providores")
# other files of theirs, in New Zealand
TOETOE = System("QuickBooks", "Toetoe Trading", "Connect", "", "")
TAKAHE = System("MYOB", "Takahē Valley Provisions", "Allow access", "", "")


@pytest.fixture(scope="module")
def one_site(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all journeys here, each of which connects files of its own."""
    site = Site(Path(shutil.copytree(demo_data, tmp_path_factory.mktemp("three") / "data")))
    try:
        site.start()
        yield site
    finally:
        site.close()


def connect(page: Page, site: Site, system: System) -> Customers:
    """From the choice of systems to the customers in it."""
    page.goto(f"{site.base_url}/connect")
    follow(page, f"Connect {system.name}")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"What {system.name} will ask you.")
    follow(page, f"Go on to {system.name}")
    page.get_by_role("radio", name=system.file).check()
    page.get_by_role("button", name=system.allow, exact=True).click()
    confirm_file(page, system.file)
    page.wait_for_url(re.compile(rf"/{system.slug}/[\w-]{{22}}/customers"))
    customers = Customers(page, scripts=True)
    customers.wait_until_synced()
    return customers


@pytest.mark.parametrize("system", [XERO, QUICKBOOKS, MYOB], ids=lambda one: one.slug)
def test_the_main_job(one_site: Site, visit: OpenWindow, system: System) -> None:
    page, address = visit().page, f"accounts@{system.slug}.example"
    sign_in(page, one_site, ISLA)
    customers = connect(page, one_site, system)
    check_accessible(page)
    add_number(customers, system)
    add_email(customers, system, address)
    invite(customers, system)
    join(visit("phone").page, one_site, address)
    customers.reload_until("?queue=joined", system.no_email, "Joined")
    check_accessible(page)


def add_number(customers: Customers, system: System) -> None:
    """Take the number that the register suggests under the customer's name, and save it over there as well."""
    customers.search(system.no_number)
    form = customers.open_step(system.no_number)
    form.get_by_label(f"Also save in {system.name}").check()
    check_accessible(customers.page)
    form.get_by_role("button", name=re.compile(f"^Use {system.no_number}")).click()
    expect(customers.page.get_by_role("dialog")).to_be_hidden()
    expect(customers.row(system.no_number)).to_contain_text("ABN, from the register")


def add_email(customers: Customers, system: System, address: str) -> None:
    customers.search(system.no_email)
    form = customers.open_step(system.no_email)
    form.get_by_label("E-mail address").fill(address)
    form.get_by_role("button", name="Save", exact=True).last.click()
    expect(customers.page.get_by_role("dialog")).to_be_hidden()
    expect(customers.row(system.no_email)).to_contain_text("Can invite")


def invite(customers: Customers, system: System) -> None:
    page = customers.page
    customers.tick(system.no_email)
    customers.invite_selected()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 1 invitation")
    press(page, "Send 1 invitation")
    page.wait_for_url(re.compile(r"/invitations/[\w-]{22}"))
    press(page, "Send now")
    expect(main_of(page)).to_contain_text("sent")


def test_between_ledgers_and_organisations(one_site: Site, visit: OpenWindow) -> None:
    page = visit().page
    sign_in(page, one_site, ISLA)
    for system in (TOETOE, TAKAHE):
        connect(page, one_site, system)
    storage = page.context.storage_state()
    for kind, scripts in (("dark", True), ("phone", True), ("wide", False)):
        page = visit(kind, scripts=scripts, storage=storage).page
        page.goto(f"{one_site.base_url}/customers")
        expect(current_ledger(page)).to_contain_text(TAKAHE.file)
        page.get_by_role("navigation", name="Your ledgers").get_by_role("link", name=TOETOE.file).click()
        expect(current_ledger(page)).to_contain_text(TOETOE.file)
        expect(page.get_by_role("navigation", name="Queues")).to_contain_text("Needs NZBN")
        accessible(page, scripts=scripts)
        page.goto(f"{one_site.base_url}/organisations")
        accessible(page, scripts=scripts)
        main_of(page).get_by_role("link", name=TAKAHE.file).click()
        expect(current_ledger(page)).to_contain_text(TAKAHE.file)


def current_ledger(page: Page) -> Locator:
    return page.locator("nav.ledgers a[aria-current=page]")


def accessible(page: Page, *, scripts: bool) -> None:
    if scripts:
        check_accessible(page)

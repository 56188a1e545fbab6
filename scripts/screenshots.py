"""Make the pictures of the README and the help: walks the main job through a site of its own and keeps what it sees.

`make screenshots` writes docs/pictures/*.png and static/help/*.png. It starts web, worker and simulators on free ports
with data in a temporary folder, so a running Link4web is not disturbed.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from link4web import providers
from scripts import help_pictures
from scripts.small_png import shrink
from tests.browser.pages import (
    ISLA,
    Customers,
    connect_xero,
    follow,
    follow_mail_link,
    main_of,
    open_mail,
    press,
    sign_in,
)
from tests.browser.site import Site, make_demo_data
from tests.browser.visits import Kind, Window, launch, open_window
from tests.databases import SqliteTemplate

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LARGEST = 150 * 1024
CUSTOMER = "Banksia Row Bakehouse"
CUSTOMER_EMAIL = "accounts@banksiarow.example"
WITHOUT_NUMBER = "Dry Creek Joinery"


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="link4web-pictures-") as temporary:
        site = _site(Path(temporary))
        try:
            site.start()
            with sync_playwright() as playwright:
                browser = launch(playwright)
                _walk(site, browser)
                help_pictures.make(site, browser)
                browser.close()
        finally:
            site.close()
    too_large = [
        f"{picture.name} is larger than {largest // 1024} kB."
        for folder, largest in ((FOLDER, LARGEST), (help_pictures.FOLDER, help_pictures.LARGEST))
        for picture in folder.glob("*.png")
        if picture.stat().st_size > largest
    ]
    print("\n".join(too_large), file=sys.stderr)
    return 1 if too_large else 0


def _site(folder: Path) -> Site:
    template = SqliteTemplate(folder)
    data = folder / "data"
    data.mkdir()
    shutil.copy(template.file, data / "link4web.db")
    make_demo_data(data)
    return Site(data, undo_seconds=60)


def _walk(site: Site, browser: Browser) -> None:
    with open_window(browser) as isla:
        customers = _connected(isla.page, site)
        _keep(isla.page, "my-customers")
        _in_other_windows(browser, isla, customers.address)
        customers.search(WITHOUT_NUMBER)
        customers.open_step(WITHOUT_NUMBER)
        _keep(isla.page, "number")
        isla.page.get_by_role("dialog").get_by_role("link", name="Cancel").click()
        _invite(isla.page, customers)
        _connect_others(isla.page, site)
        _keep(isla.page, "connections")
    with open_window(browser) as other:
        open_mail(other.page, site, CUSTOMER_EMAIL)
        _keep(other.page, "mail", part=other.page.get_by_title("HTML part"))
        follow_mail_link(other.page, site, "/join/")
        other.page.set_viewport_size({"width": 1280, "height": 1120})
        _keep(other.page, "join")


def _connected(page: Page, site: Site) -> Customers:
    sign_in(page, site, ISLA)
    follow(page, "Connect Xero")
    _keep(page, "permissions")
    connect_xero(page)
    customers = Customers(page, scripts=True)
    customers.wait_until_synced()
    return customers


def _in_other_windows(browser: Browser, window: Window, address: str) -> None:
    kinds: dict[Kind, str] = {"phone": "my-customers-phone", "dark": "my-customers-dark"}
    for kind, name in kinds.items():
        with open_window(browser, kind, storage=window.context.storage_state()) as other:
            other.page.goto(address)
            _keep(other.page, name)


def _invite(page: Page, customers: Customers) -> None:
    customers.open()
    for name in [CUSTOMER, *(name for name in customers.names() if name != CUSTOMER)][:9]:
        customers.tick(name)
    customers.invite_selected()
    page.get_by_role("textbox").first.fill(
        "We now send all our invoices as eInvoices.\nIt saves you typing them in, and us a few phone calls."
    )
    press(page, "Show it in the preview")
    expect(main_of(page).get_by_text("It saves you typing them in")).to_have_count(2)
    _keep(page, "review")
    press(page, re.compile(r"^Send \d+ invitation"))
    page.wait_for_url(re.compile(r"/invitations/[\w-]{22}"))
    press(page, "Send now")


def _connect_others(page: Page, site: Site) -> None:
    """Every other accounting system as well, each with the first that its consent page offers."""
    for provider in providers.ALL[1:]:
        page.goto(f"{site.base_url}/connect")
        follow(page, f"Connect {provider.name}")
        follow(page, f"Go on to {provider.name}")
        page.locator("fieldset").last.get_by_role("radio").first.check()
        page.get_by_role("button", name=re.compile("Allow|Connect")).click()
        press(page, re.compile("^Connect it to"))
        page.wait_for_url(re.compile(rf"/{provider.slug}/[\w-]{{22}}/customers"))
        Customers(page, scripts=True).wait_until_synced()
    page.goto(f"{site.base_url}/connect")


def _keep(page: Page, name: str, *, part: Locator | None = None) -> None:
    """Keep what the window shows, or one part of the page alone."""
    page.evaluate("scrollTo(0, 0)")
    shown = part or page
    png = shown.screenshot(animations="disabled", caret="hide", scale="css")
    (FOLDER / f"{name}.png").write_bytes(shrink(png))
    print(f"docs/pictures/{name}.png")


if __name__ == "__main__":
    sys.exit(main())

"""The pictures that articles of the help centre show: parts of pages, sharp on every screen and small to load.

Articles are narrow, so pages are taken at the width at which such a part fits without being made smaller.

Part of `make screenshots`, once its walk has connected the accounting systems and invited somebody.
"""

import re
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from scripts.small_png import shrink
from tests.browser.pages import ISLA, Customers, follow, follow_mail_link, main_of, open_mail, press, sign_in
from tests.browser.site import Site
from tests.browser.visits import open_window

FOLDER = Path(__file__).resolve().parent.parent / "static" / "help"
LARGEST = 60 * 1024
COLOURS = 48
MARGIN = 12
ASKED_EMAIL = "office@bellbird.example"


def make(site: Site, browser: Browser) -> None:
    """Take all of them anew. Isla has connected Xero before."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open_window(browser, "sharp") as isla:
        sign_in(isla.page, site, ISLA)
        isla.page.goto(f"{site.base_url}/xero/customers")
        customers = Customers(isla.page, scripts=True)
        _of_the_list(isla.page, customers)
        _of_the_connection(isla.page, site, customers)
        _of_one_customer(isla.page, customers)
        _of_an_invitation(isla.page, customers)
    with open_window(browser, "sharp") as other:
        open_mail(other.page, site, ASKED_EMAIL)
        follow_mail_link(other.page, site, "/join/")
        main = main_of(other.page)
        heading, field = main.get_by_role("heading", level=1), main.get_by_label("ABN")
        _keep(other.page, "join", heading, main.locator(".between"), field)


def _of_the_list(page: Page, customers: Customers) -> None:
    _keep(page, "sync-line", page.locator("#sync span"), page.locator("#sync button"), margin=4)
    _keep(page, "queues", page.locator("#queues li").first, page.locator("#queues li", has_text="Problems"), margin=4)
    customers.search("software")
    expect(page.locator("#list")).to_contain_text("found")
    for name in customers.names()[::2]:
        customers.tick(name)
    _keep(page, "selection", page.get_by_role("search"), page.get_by_role("group", name="With the selected"))


def _of_the_connection(page: Page, site: Site, customers: Customers) -> None:
    customers.open()
    follow(page, re.compile("^Connection$"))
    _keep(page, "connection", main_of(page).get_by_role("heading", level=1), page.locator("#upkeep .stack"))
    page.goto(f"{site.base_url}/xero/connect")
    _keep(page, "permissions", main_of(page).get_by_role("table"))


def _of_one_customer(page: Page, customers: Customers) -> None:
    customers.open()
    customers.search("Dry Creek Joinery")
    customers.open_step("Dry Creek Joinery")
    _keep(page, "number", page.get_by_role("dialog"), margin=0)
    customers.open()
    customers.search("Marram Grass")
    missed = page.locator("#not-customer")
    expect(missed).to_be_visible()
    _keep(page, "search-miss", page.get_by_role("search"), missed)


def _of_an_invitation(page: Page, customers: Customers) -> None:
    customers.open()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("checkbox", name=re.compile("^Select all")).check()
    customers.invite_selected()
    _keep(page, "review", main_of(page).get_by_role("heading", level=1), main_of(page).get_by_role("table"))
    press(page, re.compile(r"^Send \d+ invitation"))
    page.wait_for_url(re.compile(r"/invitations/[\w-]{22}"))
    expect(page.locator("#batch tfoot .num")).not_to_have_text("0")
    _keep(page, "undo", page.locator("#batch"))
    press(page, "Send now")


def _keep(page: Page, name: str, *parts: Locator, margin: int = MARGIN) -> None:
    """Keep the part of the page from the first to the last of these, as wide as the widest."""
    boxes = [box for part in parts if (box := part.first.bounding_box())]
    left, top = (max(0, min(box[at] for box in boxes) - margin) for at in ("x", "y"))
    right = max(box["x"] + box["width"] for box in boxes) + margin
    bottom = max(box["y"] + box["height"] for box in boxes) + margin
    clip: FloatRect = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    png = page.screenshot(animations="disabled", caret="hide", scale="device", full_page=True, clip=clip)
    (FOLDER / f"{name}.png").write_bytes(shrink(png, COLOURS))
    print(f"static/help/{name}.png")

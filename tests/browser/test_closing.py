"""Close an account oneself: take everything along, close, be out, and keep it after all."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import ISLA, follow, main_of, open_mail, press, signed_in_to_customers
from tests.browser.site import Site
from tests.browser.visits import check_accessible

pytestmark = pytest.mark.browser
NAME = "Wattle & Wharf Coffee"


def test_take_everything_along_close_and_keep_after_all(
    connected_site: Site, visit: OpenWindow, scripts: bool, tmp_path: Path
) -> None:
    page = visit(scripts=scripts).page
    signed_in_to_customers(page, connected_site, scripts=scripts)
    customers = page.url
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Settings").click()
    for name in ("Addresses", "Bank account", "Activity", "Export or close"):
        follow(page, name)
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        if scripts:
            check_accessible(page)
    press(page, "Make an export")
    if not scripts:
        expect(main_of(page)).to_contain_text("being made")
        page.wait_for_timeout(3000)
        follow(page, "Look again")
    with page.expect_download() as download:
        follow(page, "Download the export")
    file = tmp_path / "export.zip"
    download.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        assert NAME in archive.read("organisation.json").decode()
        assert archive.read("customer.csv").count(b"\n") > 10

    page.get_by_label("To close it, type its name").fill("another one")
    press(page, "Close the account")
    expect(main_of(page)).to_contain_text("Type the name as it stands above the field")
    page.get_by_label("To close it, type its name").fill(NAME)
    press(page, "Close the account")
    expect(page.get_by_role("heading", level=1)).to_have_text("This account is closed")
    if scripts:
        check_accessible(page)
    closed = page.url
    page.goto(customers)
    expect(page.get_by_role("heading", level=1)).to_have_text("This organisation is closed")
    open_mail(page, connected_site, ISLA.email, f"{NAME} is closed")
    expect(page.locator("body")).to_contain_text("deleted for good on")

    page.goto(closed)
    press(page, "Keep it after all")
    expect(main_of(page)).to_contain_text("The account is kept")
    page.goto(customers)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("My Customers"))
    expect(main_of(page)).to_contain_text(re.compile("disconnected", re.IGNORECASE))

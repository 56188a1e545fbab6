"""Security codes as a person sets them up and uses them, with scripts and without."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import ISLA, follow, main_of, press, sign_in, sign_out
from tests.browser.site import Site
from tests.browser.visits import check_accessible
from tests.people import code_at

pytestmark = pytest.mark.browser


def test_set_up_sign_in_with_a_code_and_with_a_recovery_code(site: Site, visit: OpenWindow, scripts: bool) -> None:
    """R-006, R-007."""
    page = visit(scripts=scripts).page
    heading = page.get_by_role("heading", level=1)
    sign_in(page, site, ISLA)
    page.goto(f"{site.base_url}/account")
    follow(page, "Set up security codes")
    key = page.locator("code.key").inner_text().replace(" ", "")
    begun = int(time.time()) // 30
    page.get_by_label("Security code").fill(code_at(key, begun))
    press(page, "Set up security codes")
    expect(heading).to_contain_text("Keep these ten codes")
    codes = page.locator(".codes code").all_inner_texts()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download them").click()
    assert saved.value.suggested_filename == "link4web-recovery-codes.txt"
    assert codes[9] in saved.value.path().read_text()
    if scripts:
        check_accessible(page)
    follow(page, "I have kept them")
    expect(main_of(page)).to_contain_text("10 recovery codes left")
    if scripts:
        check_accessible(page)

    sign_out(page)
    half_in(page, site)
    page.get_by_label("Security code").fill("000000")
    press(page, "Sign in")
    expect(main_of(page)).to_contain_text("doesn’t work")
    if scripts:
        check_accessible(page)
    page.get_by_label("Security code").fill(code_at(key, begun + 1))  # the next one: each works once
    press(page, "Sign in")
    expect(page.get_by_role("link", name=ISLA.name)).to_be_visible()

    sign_out(page)
    half_in(page, site)
    follow(page, "Use a recovery code")
    page.get_by_label("Recovery code").fill(codes[0])
    press(page, "Sign in")
    expect(main_of(page)).to_contain_text("9 are left")


def half_in(page: Page, site: Site) -> None:
    page.goto(f"{site.base_url}/sign-in")
    page.get_by_label("E-mail").fill(ISLA.email)
    page.get_by_label("Password").fill(ISLA.password)
    press(page, "Sign in")
    expect(page).to_have_url(re.compile("/sign-in/code"))

"""The simulators' pages in a real browser: one Chromium for a module, and what every page must satisfy."""

from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visits import check_accessible, find_browser, launch, open_window


@pytest.fixture(scope="module", name="chromium")
def running_chromium() -> Iterator[Browser]:
    if find_browser() is None:
        pytest.skip("no Chromium on this computer (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def check_pages(chromium: Browser, pages: Iterable[str]) -> None:
    """Open each on a phone and in the dark: axe's rules, a quiet console, nothing against the page's policy."""
    addresses = list(pages)
    for kind in ("phone", "dark"):
        with open_window(chromium, kind) as window:
            for url in addresses:
                window.page.goto(url)
                check_accessible(window.page)

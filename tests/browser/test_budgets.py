"""How much a page may weigh: bytes (compressed with gzip -6), requests, nodes, and nothing that jumps."""

import gzip
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import Customers, signed_in_to_customers
from tests.browser.site import Site

pytestmark = pytest.mark.browser
KILOBYTE = 1024
# what the browser loaded for the page it shows; a length of nothing came from its cache
LOADED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter((it) => it.transferSize > 0).map((it) => it.name)"""
SHIFTS = """() => new Promise((tell) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const it of list.getEntries()) sum += it.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => tell(sum), 300);
})"""


def weight(body: bytes) -> int:
    return len(gzip.compress(body, 6))


@pytest.fixture
def customers(connected_site: Site, visit: OpenWindow) -> Customers:
    return signed_in_to_customers(visit().page, connected_site)


def fetched(page: Page, address: str, headers: dict[str, str] | None = None) -> bytes:
    answer = page.context.request.get(address, headers=headers)
    assert answer.ok, answer.status
    body: bytes = answer.body()
    return body


def test_my_customers_is_light(customers: Customers) -> None:
    page = customers.page
    assert len(customers.names()) == 50
    assert weight(fetched(page, page.url)) <= 8 * KILOBYTE
    assert page.evaluate("document.querySelectorAll('*').length") <= 1200
    assert page.evaluate(SHIFTS) == 0


def test_styles_and_scripts_are_light(customers: Customers) -> None:
    page = customers.page
    styles: list[str] = page.evaluate("[...document.querySelectorAll('link[rel=stylesheet]')].map((it) => it.href)")
    scripts: list[str] = page.evaluate("[...document.scripts].map((it) => it.src)")
    assert len(styles) == 1
    assert len(scripts) == 2
    assert sum(weight(fetched(page, address)) for address in styles) <= 20 * KILOBYTE
    assert sum(weight(fetched(page, address)) for address in scripts) <= 20 * KILOBYTE


def test_few_requests_cold_and_one_warm(customers: Customers, visit: OpenWindow) -> None:
    storage: Any = customers.page.context.storage_state()
    page = visit(storage=storage).page
    page.goto(customers.address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(page.evaluate(LOADED)) <= 5
    page.goto(f"{customers.address}?queue=can-invite")
    assert page.evaluate(LOADED) == [page.url]


def test_a_poll_is_light(customers: Customers) -> None:
    body = fetched(customers.page, f"{customers.address}/sync", {"HX-Request": "true"})
    assert b"<html" not in body
    assert weight(body) <= 400


def test_the_answer_that_changes_a_row_is_light(customers: Customers) -> None:
    page = customers.page
    customers.search("Dry Creek Joinery")
    form = customers.open_step("Dry Creek Joinery")
    form.get_by_label("ABN").fill("86 151 956 832")
    with page.expect_response(_is_save) as saved:
        form.get_by_role("button", name="Save", exact=True).last.click()
    assert saved.value.ok
    assert weight(saved.value.body()) <= KILOBYTE


def _is_save(answer: Response) -> bool:
    return answer.request.method == "POST" and bool(re.search(r"/abn(\?|$)", answer.url))

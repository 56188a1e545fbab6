"""Our pages on the pages of others (R-138): articles where the operator allows it, and nothing else anywhere."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.pages import ISLA, sign_in
from tests.browser.site import Site
from tests.browser.visits import check_accessible

pytestmark = pytest.mark.browser


class HelpCentre(BaseHTTPRequestHandler):
    """Somebody else's page, with the address in its query in a frame."""

    def do_GET(self) -> None:
        [framed] = parse_qs(urlsplit(self.path).query).get("show", [""])
        body = (
            '<!doctype html><html lang="en"><title>Their help</title><h1>Their help</h1>'
            f'<iframe src="{framed}" title="Link4web" width="100%" height="600"></iframe></html>'
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@dataclass
class Neighbours:
    """Our site, and two pages of others: one that may show our articles, and one that may not."""

    site: Site
    allowed: str
    other: str

    def framing(self, who: str, path: str) -> str:
        return f"{who}/?show={self.site.base_url}{path}"


@pytest.fixture(scope="module")
def neighbours(demo_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbours]:
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), HelpCentre) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    allowed, other = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    folder = Path(shutil.copytree(demo_data, tmp_path_factory.mktemp("framing") / "data"))
    site = Site(folder, environ={"LINK4WEB_HELP_FRAMES": f"https://help.example,{allowed}"})
    try:
        site.start()
        yield Neighbours(site, allowed, other)
    finally:
        site.close()
        for server in servers:
            server.shutdown()
            server.server_close()


def shows(page: Page, words: str) -> bool:
    """Whether the framed page came up, and has these words; a refused one is the browser's own empty page."""
    frame = page.frames[1]
    frame.wait_for_load_state()
    return words in frame.content()


@pytest.mark.parametrize("kind", ["wide", "phone", "dark"])
def test_an_article_stands_in_the_help_centre_that_may_show_it(
    neighbours: Neighbours, visit: OpenWindow, kind: str, scripts: bool
) -> None:
    window = visit(kind, scripts=scripts)
    page = window.page
    page.goto(neighbours.framing(neighbours.allowed, "/help/embed/add-number?for=xero"))
    article = page.frame_locator("iframe")
    expect(article.get_by_role("heading", level=1)).to_contain_text("A customer has no")
    expect(article.get_by_role("main")).to_contain_text("Xero")
    assert window.context.cookies() == []
    with window.context.expect_page() as opened:
        article.get_by_role("link", name="Did this help?").click()
    expect(opened.value).to_have_url(f"{neighbours.site.base_url}/help/add-number?for=xero#helped")
    with window.context.expect_page() as opened:
        article.get_by_role("link", name="Add missing numbers").click()
    expect(opened.value.get_by_role("link", name="Sign in and go there")).to_be_visible()
    assert page.url.startswith(neighbours.allowed), "the help centre itself is left as it was"
    assert window.context.cookies() == []


def test_the_framed_article_is_accessible(neighbours: Neighbours, visit: OpenWindow) -> None:
    page = visit().page
    page.goto(f"{neighbours.site.base_url}/help/embed/add-number?for=xero&country=AU")
    check_accessible(page)


def test_everything_else_refuses_to_be_framed(neighbours: Neighbours, chromium: Browser) -> None:
    """Signed in, which is when a stranger's page would want to; the refusals themselves are errors in its console."""
    context = chromium.new_context(locale="en-AU")
    try:
        page = context.new_page()
        sign_in(page, neighbours.site, ISLA)
        framed = neighbours.framing(neighbours.allowed, "/help/embed/add-number")
        page.goto(framed)
        assert shows(page, "Did this help?"), "here a frame that is allowed would show"
        for path in ("/customers", "/help/add-number", "/help", "/sign-in", "/contact", "/go/invite", "/account"):
            page.goto(neighbours.framing(neighbours.allowed, path))
            assert not shows(page, "Link4web"), path
        page.goto(neighbours.framing(neighbours.other, "/help/embed/add-number"))
        assert not shows(page, "Did this help?")
    finally:
        context.close()

"""Fixtures of the browser journeys: a site with its worker, a real Chromium, and windows that keep watch."""

import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.pages import connected
from tests.browser.site import Site, make_demo_data
from tests.browser.visits import Kind, Window, find_browser, launch, open_window
from tests.databases import SqliteTemplate

OpenWindow = Callable[..., Window]
WINDOWS = pytest.StashKey[list[Window]]()


@pytest.fixture(scope="session")
def demo_data(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo people in the database and the simulators' demo data, made once."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(sqlite_template.file, folder / "link4web.db")
    make_demo_data(folder)
    return folder


@pytest.fixture
def site(demo_data: Path, tmp_path: Path) -> Iterator[Site]:
    """A whole site for each test: an organisation in Xero can be connected only once."""
    site = Site(Path(shutil.copytree(demo_data, tmp_path / "data")))
    try:
        site.start()
        yield site
    finally:
        site.close()


# not for the whole session: while Playwright runs, nothing else in this thread can run an event loop
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if find_browser() is None:
        pytest.skip("no Chromium on this computer (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def connected_data(demo_data: Path, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same folder after Isla has connected Xero and the first sync has ended, made once."""
    folder = Path(shutil.copytree(demo_data, tmp_path_factory.mktemp("connected") / "data"))
    site = Site(folder)
    try:
        site.start()
        with open_window(chromium) as window:
            connected(window.page, site)
    finally:
        site.close()
    return folder


@pytest.fixture
def connected_site(connected_data: Path, tmp_path: Path) -> Iterator[Site]:
    """A whole site whose demo organisation is connected and synced; Isla has to sign in."""
    site = Site(Path(shutil.copytree(connected_data, tmp_path / "data")))
    try:
        site.start()
        yield site
    finally:
        site.close()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Every journey that asks for this runs with scripts and without."""
    return bool(request.param)


@pytest.fixture
def visit(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[OpenWindow]:
    """Opens windows: `visit("phone", scripts=False)`. What goes wrong in one fails the test when it closes."""
    opened = request.node.stash[WINDOWS] = []
    with ExitStack() as closing:

        def open_one(kind: Kind = "wide", *, scripts: bool = True, storage: Any = None) -> Window:
            opened.append(closing.enter_context(open_window(chromium, kind, scripts=scripts, storage=storage)))
            return opened[-1]

        yield open_one


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed journey says where it stood and what stood there."""
    report = yield
    if report.failed:
        for window in item.stash.get(WINDOWS, []):
            report.sections.append(("the browser was here", window.describe()))
        given = getattr(item, "funcargs", {})
        if site := given.get("site") or given.get("connected_site"):
            report.sections.append(("the site's troubles", site.troubles()))
    return report

"""Fixtures of the browser journeys: a site with its worker, a real Chromium, and windows that keep watch."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from link4web.simulators.server import Running
from tests.browser.site import Site
from tests.browser.visits import Kind, Window, open_window

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OpenWindow = Callable[..., Window]
WINDOWS = pytest.StashKey[list[Window]]()


@pytest.fixture(scope="session")
def site(simulators: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(simulators, tmp_path_factory.mktemp("site"))
    try:
        site.start()
        yield site
    finally:
        site.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip("no Chromium on this computer (apt-get install chromium)")
    with sync_playwright() as playwright:
        # Chromium's own sandbox cannot work for root, which is who runs in most containers
        browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=os.getuid() != 0)
        yield browser
        browser.close()


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
    return report

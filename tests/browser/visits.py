"""A browser window that keeps watch: what the page's policy refuses and what its scripts throw fails the test."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

Kind = Literal["wide", "phone", "dark", "sharp"]
WINDOWS: Mapping[Kind, Mapping[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "sharp": {"viewport": {"width": 1000, "height": 1400}, "device_scale_factor": 2},
}
WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  tellOfViolation(`${event.violatedDirective} refused ${event.blockedURI || event.sample} on ${location.pathname}`));
"""
# Chromium writes a line for every answer from 400 on, and so does htmx; those are part of many journeys
ORDINARY = ("Failed to load resource: the server responded with a status of 4", "Response Status Error Code 4")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 15_000
PICTURES = os.environ.get("LINK4WEB_PICTURES", "")
expect.set_options(timeout=PATIENCE_MS)


def find_browser() -> str | None:
    """The program of a Chromium that this computer has."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def launch(playwright: Playwright) -> Browser:
    """Start that Chromium."""
    # its own sandbox can't work for root, which is who runs in most containers
    return playwright.chromium.launch(executable_path=find_browser(), chromium_sandbox=os.getuid() != 0)


class Window:
    """One person's browser: pages of one context, and the troubles seen in any of them."""

    def __init__(self, context: BrowserContext, *, scripts: bool) -> None:
        self.context = context
        self.scripts = scripts
        self.troubles: list[str] = []
        context.set_default_timeout(PATIENCE_MS)
        context.expose_function("tellOfViolation", self._note)
        context.add_init_script(WATCH)
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.troubles.append(f"script error: {error.error}"))
        self.page: Page = context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ORDINARY):
            self.troubles.append(f"console: {message.text}")

    def _note(self, violation: str) -> None:
        self.troubles.append(f"policy: {violation}")

    def describe(self) -> str:
        """Address and words of each open tab."""
        return "\n\n".join(f"{page.url}\n{page.locator('body').inner_text()[:1500]}" for page in self.context.pages)

    def new_page(self) -> Page:
        """Another tab of the same person."""
        return self.context.new_page()


@contextmanager
def open_window(
    chromium: Browser, kind: Kind = "wide", *, scripts: bool = True, storage: Any = None
) -> Iterator[Window]:
    """A window; at its end everything that went wrong in it is a failure."""
    context = chromium.new_context(java_script_enabled=scripts, locale="en-AU", storage_state=storage, **WINDOWS[kind])
    window = Window(context, scripts=scripts)
    try:
        yield window
        assert not window.troubles, "\n".join(window.troubles)
    finally:
        context.close()


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like, where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


STANDS_STILL = """() => Promise.allSettled(document.getAnimations()
    .filter(one => one.effect.getTiming().iterations !== Infinity).map(one => one.finished))"""


def check_accessible(page: Page) -> None:
    """Fail on every rule of axe that the page breaks once it stands still, each with the elements it concerns."""
    page.evaluate(STANDS_STILL)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    assert not found, "\n".join(
        f"{rule['id']}: {rule['help']} ({', '.join(' '.join(map(str, node['target'])) for node in rule['nodes'][:5])})"
        for rule in found
    )

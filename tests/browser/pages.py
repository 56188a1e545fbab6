"""The pages as a person uses them: what can be done there, in the words that stand there."""

import re
import time
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.site import Site

PASSWORD = "rimu-lantern-harbour-seven"
PATIENCE = 20.0


@dataclass(frozen=True)
class Account:
    """Who somebody is when they sign in."""

    name: str
    email: str
    password: str = PASSWORD


# the demo's first person, who has an organisation with a number; see link4web/demo.py
ISLA = Account("Isla Brennan", "isla@wattlewharf.example", "demo-flat-white-please")


def main_of(page: Page) -> Locator:
    return page.get_by_role("main")


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """Press the button with this name in the main part of the page."""
    main_of(page).get_by_role("button", name=name).click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """Follow the link with this name in the main part of the page."""
    main_of(page).get_by_role("link", name=name).first.click()


def sign_up(page: Page, site: Site, account: Account) -> None:
    """Sign up and stop where the site says that a mail is on its way."""
    page.goto(f"{site.base_url}/sign-up")
    page.get_by_label("Your name").fill(account.name)
    page.get_by_label("E-mail").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    press(page, "Sign up")
    expect(page.get_by_role("heading", level=1)).to_contain_text("mailbox")


def verify(page: Page, site: Site, account: Account) -> None:
    """Open the link in the mail and confirm the address."""
    open_mail(page, site, account.email)
    follow_mail_link(page, site, "/verify/")
    press(page, re.compile("Yes, confirm"))


def sign_in(page: Page, site: Site, account: Account) -> None:
    page.goto(f"{site.base_url}/sign-in")
    sign_in_here(page, account)


def sign_in_here(page: Page, account: Account) -> None:
    """On the sign-in page, however the browser came there."""
    page.get_by_label("E-mail").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    press(page, "Sign in")
    expect(page.get_by_role("link", name=account.name)).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome back")


def new_organisation(page: Page, name: str, number: str = "", country: str = "Australia") -> None:
    """Fill in the second step of the set-up, on whose page the browser is."""
    page.get_by_label(country).check()
    page.get_by_label("Business name").fill(name)
    page.get_by_label("ABN or NZBN").fill(number)
    press(page, "Save and go on")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("will ask|accounting system"))


def open_mail(page: Page, site: Site, to: str, subject: str = "") -> None:
    """Wait for a mail to an address, as a person who reloads their mailbox, and open the newest."""
    until = time.monotonic() + PATIENCE
    mail = main_of(page).get_by_role("table").get_by_role("link", name=subject or re.compile("."))
    while True:
        page.goto(f"{site.mailbox_url}/?to={to}")
        if mail.count():
            break
        assert time.monotonic() < until, f"no mail “{subject}” to {to}:\n{site.troubles()}"
        time.sleep(0.3)
    mail.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(subject)


def follow_mail_link(page: Page, site: Site, path: str) -> None:
    """Click the link of the open mail that leads to this path of the site."""
    main_of(page).locator(f'.text a[href^="{site.base_url}{path}"]').first.click()
    page.wait_for_url(f"{site.base_url}/**")


def go_to_xero(page: Page) -> None:
    """From the choice of accounting systems, or the page that says what Xero will ask, over to Xero's own."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(re.compile("accounting system|will ask"))
    if "accounting system" in heading.inner_text():
        follow(page, "Connect Xero")
    follow(page, "Go on to Xero")
    expect(page.get_by_role("heading", level=1)).to_contain_text("wants access")


def allow_at_xero(page: Page, organisation: str) -> None:
    page.get_by_role("radio", name=organisation).check()
    page.get_by_role("button", name="Allow access").click()


def confirm_file(page: Page, organisation: str) -> None:
    """Confirm which of the provider's organisations comes in here."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(organisation)
    press(page, re.compile("^Connect it to"))


def connect_xero(page: Page, organisation: str = "Wattle & Wharf Coffee") -> None:
    """The whole way from the permissions to My Customers."""
    go_to_xero(page)
    allow_at_xero(page, organisation)
    confirm_file(page, organisation)
    page.wait_for_url(re.compile(r"/xero/[\w-]{22}/customers"))


def join(page: Page, site: Site, email: str, message: str = "") -> None:
    """Open the invitation in the mailbox of `email`, see who writes and what, and join as somebody new."""
    open_mail(page, site, email)
    follow_mail_link(page, site, "/join/")
    expect(page).to_have_url(f"{site.base_url}/join")
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "Wattle & Wharf Coffee would like to send you eInvoices"
    )
    expect(main_of(page)).to_contain_text(message)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Join and receive eInvoices")
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have joined")


class Customers:
    """My Customers, in whichever way it stands in the browser."""

    def __init__(self, page: Page, *, scripts: bool) -> None:
        self.page = page
        self.scripts = scripts
        self.address = page.url.partition("?")[0]

    def open(self, query: str = "") -> None:
        self.page.goto(self.address + query)

    def wait_until_synced(self) -> None:
        """Until the last-sync line says so; without scripts by reloading, as a person would."""
        line = self.page.locator("#sync")
        if self.scripts:
            expect(line).to_contain_text("Synced", timeout=60_000)
            self.page.reload()
            return
        until = time.monotonic() + 60
        while "Synced" not in line.inner_text():
            assert time.monotonic() < until, line.inner_text()
            time.sleep(0.5)
            self.page.reload()

    def search(self, words: str) -> None:
        self.page.get_by_role("searchbox").fill(words)
        if not self.scripts:
            press(self.page, "Search")
        expect(self.page).to_have_url(re.compile(r"\?(.*&)?q="))

    def queue(self, word: str) -> None:
        self.page.get_by_role("navigation", name="Queues").get_by_role("link", name=word).click()
        expect(self.page.locator("#queues a[aria-current=page]")).to_contain_text(word)

    def row(self, name: str) -> Locator:
        return self.page.locator("table.list tbody tr", has=self.page.get_by_role("link", name=name, exact=True))

    def reload_until(self, query: str, name: str, words: str | re.Pattern[str]) -> None:
        """Look at the list again and again, as a person waiting for the work behind it, until a row says this."""
        until = time.monotonic() + PATIENCE
        while True:
            self.open(query)
            if self.row(name).get_by_text(words).count():
                return
            assert time.monotonic() < until, f"{name} never says {words!r}"
            time.sleep(0.3)

    def names(self) -> list[str]:
        """The customers on this page, in their order."""
        return self.page.locator("table.list tbody th a").all_inner_texts()

    def tick(self, name: str) -> None:
        box = self.page.get_by_role("checkbox", name=name, exact=True)
        if self.scripts:
            with self.page.expect_response(lambda answer: answer.request.method == "POST"):
                box.check()
        else:
            box.check()

    def open_step(self, name: str) -> Locator:
        """Press the row's next step that asks something; the form that comes, in the dialog or as a page."""
        self.row(name).locator("td.do a").click()
        form = self.page.locator("form.asked")
        expect(form).to_be_visible()
        assert self.page.get_by_role("dialog").is_visible() == self.scripts
        return form

    def invite_selected(self) -> None:
        self.page.get_by_role("group", name="With the selected").get_by_role("button", name="Invite").click()
        self.page.wait_for_url(re.compile(r"/invite(\?|$)"))

    def go(self, page_of_list: str) -> None:
        """To the next or the previous page of the list."""
        before = self.names()
        self.page.get_by_role("navigation", name="Pages").get_by_role("button", name=page_of_list).click()
        expect(self.page.locator("table.list tbody th a").first).not_to_have_text(before[0])


def connected(page: Page, site: Site, *, scripts: bool = True) -> Customers:
    """Isla, signed in, connects Xero and waits for her customers."""
    sign_in(page, site, ISLA)
    connect_xero(page)
    customers = Customers(page, scripts=scripts)
    customers.wait_until_synced()
    return customers


def signed_in_to_customers(page: Page, site: Site, *, scripts: bool = True) -> Customers:
    """Isla, signed in, on My Customers of a site that is connected already."""
    sign_in(page, site, ISLA)
    page.wait_for_url(re.compile(r"/xero/[\w-]{22}/customers"))
    return Customers(page, scripts=scripts)

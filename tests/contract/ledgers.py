"""Simulated accounting products as the contract tests see them: our provider, its controls, and what people do there.

One `Ledger` for each provider. What all share is in the base; a subclass says only how its simulator words things.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import requests

from link4web.providers.base.config import Addresses, ProviderConfig
from link4web.providers.base.provider import Allowance, Provider, ProviderClient, Unmetered
from link4web.providers.base.records import ContactPage, RemoteContact, TokenSet
from link4web.providers.myob import PROVIDER as MYOB
from link4web.providers.quickbooks import PROVIDER as QUICKBOOKS
from link4web.providers.xero import PROVIDER as XERO


class Ledger(ABC):
    """A provider's simulator, the configuration that leads to it, and the tokens of a consent (as `Credentials`).

    `prefix` begins the codes of our errors; `known` is an active customer of the demo data with an e-mail address;
    `contacts_path` is where contacts are listed, `api_path` begins every call about a ledger file. `checks_email` is
    whether the product refuses what is no address. `vanishing` is how its store takes a contact (its id is the
    parameter) away for good without telling anybody, where the product knows that.
    """

    provider: ClassVar[Provider]
    prefix: ClassVar[str]
    known: ClassVar[str]
    api_path: ClassVar[str]
    contacts_path: ClassVar[str]
    checks_email: ClassVar[bool] = True
    vanishing: ClassVar[str] = ""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.root = f"{base_url}/{self.provider.slug}"
        self.config = self.configured()
        self.redirect = f"http://localhost:8000/{self.provider.slug}/callback"
        self.returned: dict[str, str] = {}
        self.tokens: TokenSet | None = None
        self.renewals = 0

    def configured(self, **changes: Any) -> ProviderConfig:
        simulated = {one.name: self.base_url + getattr(self.provider.simulated, one.name) for one in fields(Addresses)}
        app = {"client_id": "link4web-home", "client_secret": "home-secret-for-the-simulator-only"}
        return ProviderConfig(**{**simulated, **app, **changes})

    def control(self, name: str, **wanted: Any) -> Any:
        answer = requests.post(f"{self.root}/_control/{name}", json=wanted, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def log(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = requests.get(f"{self.root}/_control/log", timeout=5).json()["requests"]
        return listed

    def forget_log(self) -> None:
        requests.delete(f"{self.root}/_control/log", timeout=5)

    def consent(self, config: ProviderConfig | None = None, verifier: str | None = None) -> dict[str, str]:
        """Walk through the consent page and come back with what the callback would get."""
        url = self.provider.authorisation(config or self.config, self.redirect, "some-state", verifier)
        answer = requests.get(url, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}

    def connect(self, verifier: str | None = None) -> TokenSet:
        self.control("switch", consent="allow")
        self.returned = self.consent(verifier=verifier)
        self.tokens = self.provider.exchange(self.config, self.returned["code"], self.redirect, verifier)
        return self.tokens

    def client(self, allowance: Allowance | None = None) -> ProviderClient:
        tokens = self.connect()
        [file] = self.provider.ledger_files(self.config, tokens, self.returned)
        return self.provider.client(self.config, self, file.file_id, allowance or Unmetered())

    def access_token(self) -> str:
        assert self.tokens is not None
        return self.tokens.access_token

    def renew(self, rejected: str) -> str:
        assert self.tokens is not None
        assert rejected == self.tokens.access_token
        self.renewals += 1
        self.tokens = self.provider.refresh(self.config, self.tokens.refresh_token)
        return self.tokens.access_token

    @abstractmethod
    def archive(self, name: str) -> None:
        """Somebody takes a contact out of use in the product itself."""

    @abstractmethod
    def change_email(self, name: str, email: str) -> None:
        """Somebody changes a contact's address in the product itself."""


class Xero(Ledger):
    provider = XERO
    prefix = "XERO"
    known = "Dry Creek Joinery"
    api_path = "/api.xro"
    contacts_path = "/api.xro/2.0/Contacts"

    def archive(self, name: str) -> None:
        self.control("touch", do="archive", contact=name)

    def change_email(self, name: str, email: str) -> None:
        self.control("touch", do="change", contact=name, fields={"EmailAddress": email})


class QuickBooks(Ledger):
    provider = QUICKBOOKS
    vanishing = "update quickbooks_object set removed = 1 where kind = 'Customer' and number = ?"
    prefix = "QBO"
    known = "Apostle Bay Cannery"
    api_path = "/v3/company"
    contacts_path = "/v3/company"

    def archive(self, name: str) -> None:
        self.control("touch", do="deactivate", customer=name)

    def change_email(self, name: str, email: str) -> None:
        self.control("touch", do="change", customer=name, fields={"PrimaryEmailAddr": {"Address": email}})


class Myob(Ledger):
    provider = MYOB
    prefix = "MYOB"
    known = "Coolibah Point Optical"
    api_path = "/accountright"
    contacts_path = "/accountright"
    checks_email = False
    vanishing = "update myob_entity set removed = 1 where uid = ?"

    def archive(self, name: str) -> None:
        self.control("touch", do="deactivate", customer=name)

    def change_email(self, name: str, email: str) -> None:
        self.control("touch", do="change", customer=name, fields={"Email": email})


LEDGERS: tuple[type[Ledger], ...] = (Xero, QuickBooks, Myob)


def named(client: ProviderClient, name: str) -> RemoteContact:
    """The contact that the provider's own search finds under this name."""
    return next(contact for contact in client.search(name) if contact.name == name)


def walk(
    client: ProviderClient, *, since: datetime | None = None, after: ContactPage | None = None
) -> list[ContactPage]:
    """All pages of a list, or those that follow one."""
    pages = [client.contacts(after.page + 1 if after else 1, modified_since=since)]
    while not pages[-1].is_last:
        pages.append(client.contacts(pages[-1].page + 1, modified_since=since))
    return pages


def walk_on(client: ProviderClient, number: int, met: set[str]) -> None:
    """The pages of a walk from this one to the end; whom they bring is met from then on, as in a database."""
    while True:
        page = client.contacts(number, met=met.__contains__)
        met |= set(ids_of([page]))
        if page.is_last:
            return
        number = page.page + 1


def ids_of(pages: Iterable[ContactPage]) -> list[str]:
    """The ids of everybody on these pages, of those that were skipped as well."""
    told = [[one.external_id for one in page.contacts] + [one.external_id for one in page.skipped] for page in pages]
    return [external_id for page in told for external_id in page]

"""A provider is a value: the facts that differ between accounting products, and the few things one does with it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from link4web.providers.base.config import Addresses, ProviderConfig
from link4web.providers.base.errors import BadSignature
from link4web.providers.base.records import (
    ContactPage,
    LedgerFile,
    Notice,
    RemoteContact,
    RemoteOrganisation,
    TokenSet,
)
from link4web.sentences import Problem

# whether a walk over all contacts has brought the one with this id already
Met = Callable[[str], bool]


class Credentials(Protocol):
    """Where a client gets its access token; whoever keeps the tokens implements it."""

    def access_token(self) -> str:
        """A token that is valid now."""

    def renew(self, rejected: str) -> str:
        """A newer token than `rejected`, which the provider has just refused.

        Raises:
            MustReconnect, TryAgainLater: no newer token can be had.
        """


class Allowance(Protocol):
    """Our share of the calls that a provider takes; whoever counts them implements it."""

    def take(self) -> None:
        """Wait for the turn of one call, which is then ours.

        Raises:
            TryAgainLater: the turn is too far away to wait for, or the day's calls are used up.
        """

    def hold(self, seconds: float) -> None:
        """Keep everybody who shares the limit from calling for so long: the provider has asked for it."""

    def note_left(self, calls: int) -> None:
        """The provider has just said how many calls are left of the day. Never fails: an answer is not lost for it."""


class Unmetered:
    """For the few calls outside a ledger file, which no limit of a file counts."""

    def take(self) -> None:
        """At once."""

    def hold(self, seconds: float) -> None:
        """Nobody shares it."""

    def note_left(self, calls: int) -> None:
        """Nobody asks for it."""


class ProviderClient(Protocol):
    """The verbs for one ledger file. Every one may raise the four errors of `providers.base.errors`."""

    def organisation(self) -> RemoteOrganisation:
        """The business that owns the ledger."""

    def contacts(
        self,
        page: int,
        *,
        modified_since: datetime | None = None,
        order: Literal["id", "updated"] = "id",
        met: Met | None = None,
    ) -> ContactPage:
        """One page (from 1) of at most 1000 contacts, archived ones included.

        Where contacts can vanish, an earlier page may come than was asked for: the one with which a walk has to go on,
        because some have moved over the borders that it has passed. `met` is what the walk knows of that.
        """

    def contacts_by_id(self, ids: Sequence[str]) -> tuple[RemoteContact, ...]:
        """These contacts, any number of ids; unknown ids are left out."""

    def search(self, text: str) -> tuple[RemoteContact, ...]:
        """At most 20 contacts that the provider itself finds for `text` now, archived ones included."""

    def count(self) -> int:
        """How many contacts there are, archived ones included."""

    def customers_from_sales(self, modified_since: datetime | None) -> Iterator[frozenset[str]]:
        """Ids of contacts with sales invoices or credit notes, a set for each page read."""

    def update_contact(
        self,
        external_id: str,
        *,
        number: tuple[str, str] | None = None,
        email: str | None = None,
        expected: RemoteContact | None,
    ) -> RemoteContact:
        """Write a business number (scheme, digits) or an e-mail address into the ledger.

        Raises:
            Conflict: the ledger's value differs from the one in `expected`; nothing was written.
        """

    def create_contact(
        self, *, name: str, email: str, number: tuple[str, str] | None, idempotency_key: str
    ) -> RemoteContact:
        """Add a contact.

        Raises:
            DuplicateName: one of this name exists.
        """

    def create_draft(self, external_id: str, idempotency_key: str) -> str:
        """Make a draft sales invoice for the contact and return its id. Repeating it with the key makes no second."""

    def delete_draft(self, draft_id: str) -> None:
        """Delete a draft that `create_draft` made. Gone already is fine.

        Raises:
            PersonMustFix: somebody has worked on it since, so it was left alone.
        """


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One permission in plain words: we ask to `ask`, so that `so_that`; we never `never`."""

    ask: str
    so_that: str
    never: str


@dataclass(frozen=True, kw_only=True)
class NumberField:
    """Where a ledger keeps a business number of `scheme`. `label` is what its own screens call the field.

    `is_certain` is False when the provider does not document the field for this number. `is_masked`: the ledger takes
    a number there, but shows us no more of it than its end.
    """

    scheme: str
    field: str
    label: str
    is_certain: bool
    is_masked: bool = False


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How often a provider may be called: one call every `interval`, after at most `burst` at once, `per_day` in all.

    `is_shared`: the limit is that of our app's key, over all ledger files together; otherwise each file has its own.
    `per_month` is what our app may use in a calendar month, over all files together, before the provider cuts it off.
    `source` is where the limit is told.
    """

    interval: timedelta
    burst: int
    per_day: int | None
    is_shared: bool
    source: str
    per_month: int | None = None


@dataclass(frozen=True, kw_only=True)
class Provider(ABC):
    """The facts about one accounting product, and its behaviour given a configuration.

    `file_word` is what the product calls a set of books, `contact_word` what it calls those who are listed in it,
    `retired_word` what those are who are kept but no longer used; `restore_steps` bring one of them back there.
    `customer_rule` says how a contact becomes a customer, where not everybody listed is one. `has_contact_pages` is
    whether `contact_page_url` leads to the contact itself, or only to the product.
    `counts_every` is how often the number of contacts is compared with ours, where some may be deleted untold.
    `overlap` is how far before the last read a read of changes begins: as much as the provider's clock is in doubt.
    `name_length` is how long a name of somebody new may be there (never more than ours), `name_without` the signs that
    it can't have.
    `consent_words` are the product's own sentences for troubles on the way to a connection: title and text by code.
    `problems` are what its errors mean, for the help centre. `articles` names, by code, the articles about this product
    alone that tell more about a problem which all products share.
    """

    slug: str
    name: str
    file_word: str
    contact_word: str
    retired_word: str
    restore_steps: tuple[str, ...]
    addresses: Addresses
    simulated: Addresses
    rate: Rate
    overlap: timedelta
    countries: tuple[str, ...]
    scopes: tuple[str, ...]
    permissions: tuple[Permission, ...]
    number_fields: tuple[NumberField, ...]
    uses_pkce: bool
    marks_customers_itself: bool
    has_webhooks: bool
    can_create_draft: bool
    customer_rule: str = ""
    has_contact_pages: bool = True
    name_length: int = 255
    name_without: str = ""
    counts_every: timedelta | None = None
    consent_words: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    articles: Mapping[str, str] = field(default_factory=dict)

    def number_field(self, scheme: str) -> NumberField | None:
        """Where a number of this scheme is kept in the ledger, None when it has no place."""
        return next((field for field in self.number_fields if field.scheme == scheme), None)

    def wants_pkce(self, config: ProviderConfig) -> bool:
        """Whether to send a code verifier: the configuration decides, else the provider's fact."""
        return self.uses_pkce if config.use_pkce is None else config.use_pkce

    @abstractmethod
    def contact_page_url(self, config: ProviderConfig, short_code: str, external_id: str) -> str:
        """The address of the contact's page in the product itself."""

    @abstractmethod
    def authorisation(self, config: ProviderConfig, redirect_uri: str, state: str, code_verifier: str | None) -> str:
        """The address to send the browser to; with PKCE S256 when a verifier is given."""

    @abstractmethod
    def exchange(self, config: ProviderConfig, code: str, redirect_uri: str, code_verifier: str | None) -> TokenSet:
        """Turn the code of a callback into tokens. The caller has checked `state` before."""

    @abstractmethod
    def refresh(self, config: ProviderConfig, refresh_token: str) -> TokenSet:
        """A new pair for the old one. Store it before using it: the old refresh token soon stops working.

        Raises:
            MustReconnect: the provider no longer accepts the refresh token.
            TryAgainLater: keep the stored pair and try again.
        """

    @abstractmethod
    def ledger_files(self, config: ProviderConfig, tokens: TokenSet, returned: Mapping[str, str]) -> list[LedgerFile]:
        """What this consent connected; the person confirms which one before anything is read.

        `returned` is what the browser brought back beside the code. Anybody may have written it: what it names is
        proved with the tokens before it is offered.
        """

    @abstractmethod
    def client(
        self, config: ProviderConfig, credentials: Credentials, file_id: str, allowance: Allowance
    ) -> ProviderClient:
        """A client for one ledger file, which takes its turn before each call."""

    @abstractmethod
    def let_go(self, config: ProviderConfig, credentials: Credentials, remote_connection_id: str) -> None:
        """End this one connection at the provider. Already ended is fine."""

    def notices(self, config: ProviderConfig, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        """What a webhook's body tells; empty for one that only proves the signature. Only where `has_webhooks`.

        `headers` have their names in lower case. `config.webhook_key` may hold two keys by a comma, while one follows
        the other.

        Raises:
            BadSignature: the provider did not write this.
        """
        del config, headers, body
        raise BadSignature(f"{self.name} sends no webhooks")

"""The facts about Xero. Scopes are the granular ones, the only kind that apps made since March 2026 can ask for."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from link4web.http import HttpClient, origin_of, shared_client
from link4web.providers.base.config import ProviderConfig
from link4web.providers.base.errors import MustReconnect, WillNeverWork
from link4web.providers.base.provider import (
    Credentials,
    NumberField,
    Permission,
    Provider,
    ProviderClient,
)
from link4web.providers.base.records import LedgerFile, TokenSet
from link4web.providers.xero import mapping, oauth
from link4web.providers.xero.client import XeroClient
from link4web.providers.xero.wire import SignedWire, Wire


@dataclass(frozen=True, kw_only=True)
class XeroProvider(Provider):
    """Xero's behaviour. One consent serves every organisation the person chose; each is a tenant with its own id."""

    def contact_page_url(self, config: ProviderConfig, short_code: str, external_id: str) -> str:
        """Xero's deep link: it signs the person in to the right organisation first, then shows the contact."""
        query = urlencode({"shortcode": short_code, "redirecturl": f"/Contacts/View/{external_id}"}, safe="/")
        return f"{config.web_url}/organisationlogin/default.aspx?{query}"

    def authorisation(self, config: ProviderConfig, redirect_uri: str, state: str, code_verifier: str | None) -> str:
        """The consent page's address."""
        return oauth.authorisation_url(config, self.scopes, redirect_uri, state, code_verifier)

    def exchange(self, config: ProviderConfig, code: str, redirect_uri: str, code_verifier: str | None) -> TokenSet:
        """Tokens for the code of a callback."""
        return oauth.exchange(config, code, redirect_uri, code_verifier)

    def refresh(self, config: ProviderConfig, refresh_token: str) -> TokenSet:
        """The next pair of tokens."""
        return oauth.refresh(config, refresh_token)

    def ledger_files(self, config: ProviderConfig, tokens: TokenSet) -> list[LedgerFile]:
        """The organisations of this consent.

        Somebody who connects the same organisation once more may get a consent to which Xero counts nothing new; then
        everything that this person has connected is offered, so that reconnecting works.
        """
        wire = SignedWire(Wire(_http(config), config.connections_url), _JustIssued(tokens))
        if tokens.consent_id:
            of_consent = mapping.ledger_files(wire.ask("GET", "", params={"authEventId": tokens.consent_id}))
            if of_consent:
                return of_consent
        return mapping.ledger_files(wire.ask("GET", ""))

    def client(self, config: ProviderConfig, credentials: Credentials, file_id: str) -> ProviderClient:
        """A client for one organisation; it shares its connections and breaker with the others."""
        return XeroClient(SignedWire(Wire(_http(config), config.api_url), credentials, file_id))

    def let_go(self, config: ProviderConfig, credentials: Credentials, remote_connection_id: str) -> None:
        """Remove the one connection. A revocation would take the person's other organisations along."""
        wire = SignedWire(Wire(_http(config), config.connections_url), credentials)
        try:
            wire.ask("DELETE", f"/{quote(remote_connection_id, safe='')}")
        except (MustReconnect, WillNeverWork) as error:
            if error.code not in ("XERO-NOT-FOUND", "XERO-DISCONNECTED", "XERO-GRANT-GONE"):
                raise


@dataclass(frozen=True)
class _JustIssued:
    """The tokens of a consent that nobody has stored yet: a refusal now means connecting again."""

    tokens: TokenSet

    def access_token(self) -> str:
        return self.tokens.access_token

    def renew(self, rejected: str) -> str:
        del rejected
        raise MustReconnect("XERO-REJECTED", "Xero did not accept the access it has just given. Please connect again.")


def _http(config: ProviderConfig) -> HttpClient:
    return shared_client("xero", frozenset({origin_of(config.api_url), origin_of(config.connections_url)}))


PROVIDER = XeroProvider(
    slug="xero",
    name="Xero",
    file_word="organisation",
    countries=("AU", "NZ"),
    scopes=(
        "openid",
        "profile",
        "email",
        "offline_access",
        "accounting.contacts",
        "accounting.invoices",
        "accounting.settings.read",
    ),
    permissions=(
        Permission(
            ask="read and change your contacts",
            so_that="your customers show up here, and a number or address you add can be saved in Xero as well",
            never="change a contact unless you ask for it",
        ),
        Permission(
            ask="read and change your invoices",
            so_that="invoices you have approved can be sent, and a draft can make a contact a customer",
            never="approve, change or delete an invoice that you made",
        ),
        Permission(
            ask="read your organisation’s settings",
            so_that="your own name, business number and tax rates are right on what we send",
            never="look at payroll or bank accounts",
        ),
        Permission(
            ask="know who you are in Xero",
            so_that="your colleagues can see who connected it",
            never="use your Xero sign-in for anything else",
        ),
        Permission(
            ask="stay connected",
            so_that="new customers appear without you doing anything",
            never="keep access once you disconnect",
        ),
    ),
    number_fields=(
        NumberField(scheme="ABN", field="TaxNumber", label="ABN", is_certain=True),
        # no field of the API is documented for the NZBN; this is where people keep it
        NumberField(scheme="NZBN", field="CompanyNumber", label="Company number", is_certain=False),
    ),
    # Xero documents PKCE for apps without a secret; the standard lets others send it too, and a setting turns it off
    uses_pkce=True,
    marks_customers_itself=True,
    has_webhooks=True,
    can_create_draft=True,
)

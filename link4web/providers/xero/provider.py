"""The facts about Xero. Scopes are the granular ones, the only kind that apps made since March 2026 can ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlencode

from link4web.http import origin_of, shared_client
from link4web.providers.base.config import Addresses, ProviderConfig
from link4web.providers.base.errors import MustReconnect, WillNeverWork
from link4web.providers.base.oauth import OAuthProvider
from link4web.providers.base.provider import (
    Allowance,
    Credentials,
    NumberField,
    Permission,
    ProviderClient,
    Rate,
    Unmetered,
)
from link4web.providers.base.records import LedgerFile, Notice, TokenSet
from link4web.providers.base.wire import SignedWire, Wire
from link4web.providers.xero import mapping, webhooks
from link4web.providers.xero.client import XeroClient
from link4web.providers.xero.failures import MANNERS, TROUBLES
from link4web.providers.xero.oauth import OAUTH
from link4web.providers.xero.problems import REFUSALS


@dataclass(frozen=True, kw_only=True)
class XeroProvider(OAuthProvider):
    """Xero's behaviour. One consent serves every organisation the person chose; each is a tenant with its own id."""

    def contact_page_url(self, config: ProviderConfig, short_code: str, external_id: str) -> str:
        """Xero's deep link: it signs the person in to the right organisation first, then shows the contact."""
        query = urlencode({"shortcode": short_code, "redirecturl": f"/Contacts/View/{external_id}"}, safe="/")
        return f"{config.web_url}/organisationlogin/default.aspx?{query}"

    def ledger_files(self, config: ProviderConfig, tokens: TokenSet, returned: Mapping[str, str]) -> list[LedgerFile]:
        """The organisations of this consent.

        Somebody who connects the same organisation once more may get a consent to which Xero counts nothing new; then
        everything that this person has connected is offered, so that reconnecting works.
        """
        del returned  # the answer of the connections endpoint is all that counts
        wire = SignedWire(_wire(config, config.connections_url), OAUTH.just_issued(tokens), Unmetered())
        if tokens.consent_id:
            of_consent = mapping.ledger_files(wire.ask("GET", "", params={"authEventId": tokens.consent_id}))
            if of_consent:
                return of_consent
        return mapping.ledger_files(wire.ask("GET", ""))

    def client(
        self, config: ProviderConfig, credentials: Credentials, file_id: str, allowance: Allowance
    ) -> ProviderClient:
        """A client for one organisation; it shares its connections with the others."""
        wire = _wire(config, config.api_url, file_id)
        return XeroClient(SignedWire(wire, credentials, allowance))

    def let_go(self, config: ProviderConfig, credentials: Credentials, remote_connection_id: str) -> None:
        """Remove the one connection. A revocation would take the person's other organisations along."""
        wire = SignedWire(_wire(config, config.connections_url), credentials, Unmetered())
        try:
            wire.ask("DELETE", f"/{quote(remote_connection_id, safe='')}")
        except (MustReconnect, WillNeverWork) as error:
            if error.code not in ("XERO-NOT-FOUND", "XERO-DISCONNECTED", "XERO-GRANT-GONE"):
                raise

    def notices(self, config: ProviderConfig, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        """What a webhook tells; several organisations may be in one."""
        return webhooks.notices(config.webhook_key, headers, body)


def _wire(config: ProviderConfig, base_url: str, file_id: str = "") -> Wire:
    origins = frozenset({origin_of(config.api_url), origin_of(config.connections_url)})
    headers = {"xero-tenant-id": file_id} if file_id else {}
    return Wire(shared_client("xero", origins), base_url, MANNERS, headers, file_id=file_id)


PROVIDER = XeroProvider(
    slug="xero",
    oauth=OAUTH,
    name="Xero",
    file_word=TROUBLES.file_word,
    contact_word="contact",
    retired_word="archived",
    restore_steps=("Open the contact in Xero.", "Choose Restore in its options."),
    addresses=Addresses(
        authorize_url="https://login.xero.com/identity/connect/authorize",
        token_url="https://identity.xero.com/connect/token",  # noqa: S106 (an address)
        api_url="https://api.xero.com/api.xro/2.0",
        connections_url="https://api.xero.com/connections",
        web_url="https://go.xero.com",
    ),
    simulated=Addresses(
        authorize_url="/xero/identity/connect/authorize",
        token_url="/xero/connect/token",  # noqa: S106 (an address)
        api_url="/xero/api.xro/2.0",
        connections_url="/xero/connections",
        web_url="/xero/go",
    ),
    # 16 at once and 37 more within a minute stay below nine tenths of the 60 that Xero allows
    rate=Rate(
        interval=timedelta(seconds=1.6),
        burst=16,
        per_day=4500,
        is_shared=False,
        source="Xero, OAuth 2.0 API limits: 60 calls a minute and 5,000 a day for each organisation and app",
    ),
    overlap=timedelta(minutes=5),
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
    # which moves no date of the contact, so a read of changes misses it (Xero developer documentation, "Contacts")
    marks_customers_itself=True,
    customer_rule="Xero calls a contact a customer once it has a sales invoice. A draft is enough.",
    # Xero Accounting API, "Contacts"; its length is ours, 255
    name_without="<>",
    has_webhooks=True,
    can_create_draft=True,
    problems=REFUSALS.problems(TROUBLES),
    articles=dict.fromkeys(("DRAFT-ASKED", "DRAFT-MADE", "DRAFT-FAILED", "DRAFT-WAITING"), "draft-invoice"),
)

"""The facts about QuickBooks Online (Intuit developer documentation: OAuth 2.0, Accounting API v3, limits)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import msgspec

from link4web.http import LONGEST_CALL, Answer, HttpClient, Unreachable, origin_of, shared_client
from link4web.providers.base.config import Addresses, ProviderConfig
from link4web.providers.base.errors import MustReconnect, PersonMustFix, ProviderError, WillNeverWork
from link4web.providers.base.failures import is_success, seconds
from link4web.providers.base.oauth import OAuth, OAuthProvider
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
from link4web.providers.base.wire import Manners, SignedWire, Wire
from link4web.providers.quickbooks import failures, mapping, webhooks
from link4web.providers.quickbooks.client import QuickBooksClient
from link4web.providers.quickbooks.problems import REFUSALS

OAUTH = OAuth(troubles=failures.TROUBLES, token_seconds=3600)
MANNERS = Manners(
    troubles=failures.TROUBLES,
    failure=failures.failure,
    may_renew=failures.may_renew,
    is_limit=failures.is_limit,
    trace_header="intuit_tid",
    is_refusal=failures.is_refusal,
)
# what proving a company may fail with, and the sentence of `consent_words` for it
_CONSENT_TROUBLES = {
    "QBO-NOT-AUTHORISED": "other-company",
    "QBO-NOT-FOUND": "other-company",
    "QBO-USER-LOST": "not-admin",
    "QBO-FORBIDDEN": "not-admin",
    "QBO-LAPSED": "lapsed",
}


@dataclass(frozen=True, kw_only=True)
class QuickBooksProvider(OAuthProvider):
    """QuickBooks' behaviour. One consent serves one company, which the browser names when it comes back."""

    def contact_page_url(self, config: ProviderConfig, short_code: str, external_id: str) -> str:
        """The customer in the company that the person has open in QuickBooks."""
        del short_code
        return f"{config.web_url}/customerdetail?nameId={quote(external_id, safe='')}"

    def ledger_files(self, config: ProviderConfig, tokens: TokenSet, returned: Mapping[str, str]) -> list[LedgerFile]:
        """The company that the browser names, once the tokens have opened it; none when it names none."""
        realm = returned.get("realmId", "")
        if not mapping.is_realm(realm):
            return []
        client = self.client(config, OAUTH.just_issued(tokens), realm, Unmetered())
        try:
            company = client.organisation()
        except ProviderError as error:
            if error.code in _CONSENT_TROUBLES:
                raise PersonMustFix(_CONSENT_TROUBLES[error.code], error.sentence) from error
            raise
        return [LedgerFile(file_id=realm, name=company.name, remote_connection_id=realm)]

    def client(
        self, config: ProviderConfig, credentials: Credentials, file_id: str, allowance: Allowance
    ) -> ProviderClient:
        """A client for one company; it shares its connections with the others."""
        wire = Wire(_http(config), f"{config.api_url}/{quote(file_id, safe='')}", MANNERS, {}, file_id=file_id)
        return QuickBooksClient(SignedWire(wire, credentials, allowance), file_id)

    def let_go(self, config: ProviderConfig, credentials: Credentials, remote_connection_id: str) -> None:
        """Revoke the consent, which is for one company. QuickBooks says 400 both for a token too old and for none."""
        del remote_connection_id
        try:
            token = credentials.access_token()
            if not _revoke(config, token):
                _revoke(config, credentials.renew(token))
        except MustReconnect:
            return

    def notices(self, config: ProviderConfig, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        """What a webhook tells; several companies may be in one."""
        return webhooks.notices(config.webhook_key, headers, body)


def _http(config: ProviderConfig) -> HttpClient:
    return shared_client("quickbooks", frozenset({origin_of(config.api_url)}), read_timeout=LONGEST_CALL)


def _revoke(config: ProviderConfig, token: str) -> bool:
    """Whether QuickBooks knew the token."""
    basic = base64.b64encode(f"{config.client_id}:{config.client_secret}".encode()).decode()
    headers = {"Accept": "application/json", "Content-Type": "application/json", "Authorization": f"Basic {basic}"}
    http = shared_client("quickbooks-revoke", frozenset({origin_of(config.connections_url)}))
    try:
        body = msgspec.json.encode({"token": token})
        answer = http.send("POST", config.connections_url, headers=headers, body=body)
    except Unreachable as failure:
        raise failures.TROUBLES.unreachable(failure) from failure
    if answer.status == 400:
        return False
    if not is_success(answer):
        raise _not_revoked(answer)
    return True


def _not_revoked(answer: Answer) -> ProviderError:
    if answer.status in (401, 403):
        return WillNeverWork(*failures.TROUBLES.said("CLIENT"))
    return failures.TROUBLES.down(seconds(answer.headers.get("Retry-After")))


_ADMIN_ONLY = "Only an admin of the company can connect it; somebody else can’t agree for it."

PROVIDER = QuickBooksProvider(
    slug="quickbooks",
    oauth=OAUTH,
    name="QuickBooks",
    file_word=failures.TROUBLES.file_word,
    contact_word="customer",
    retired_word="inactive",
    restore_steps=(
        "In QuickBooks open Sales, then Customers.",
        "Tick Include inactive behind the gear above the list.",
        "Choose Make active beside the name.",
    ),
    addresses=Addresses(
        authorize_url="https://appcenter.intuit.com/connect/oauth2",
        token_url="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",  # noqa: S106 (an address)
        api_url="https://quickbooks.api.intuit.com/v3/company",
        connections_url="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
        web_url="https://app.qbo.intuit.com/app",
    ),
    simulated=Addresses(
        authorize_url="/quickbooks/connect/oauth2",
        token_url="/quickbooks/oauth2/v1/tokens/bearer",  # noqa: S106 (an address)
        api_url="/quickbooks/v3/company",
        connections_url="/quickbooks/v2/oauth2/tokens/revoke",
        web_url="/quickbooks/app",
    ),
    # 6.7 a second and 400 a minute: below nine tenths of both limits, also with the call that may go at once
    rate=Rate(
        interval=timedelta(seconds=0.15),
        burst=2,
        per_day=None,
        is_shared=False,
        # for the free tier; Intuit counts reads alone, and we count every call
        per_month=500_000,
        source="Intuit, REST API features: 500 calls a minute for each company, 10 a second for each company and app;"
        " its blog, Understanding Builder Tier API Limits: 500,000 reads a month, then an app is blocked till the next",
    ),
    overlap=timedelta(minutes=5),
    countries=("AU", "NZ"),
    scopes=("com.intuit.quickbooks.accounting",),
    permissions=(
        Permission(
            ask="read and change your company’s accounting data; QuickBooks has no smaller permission",
            so_that="your customers show up here, a number or address you add can be saved in QuickBooks as well, and"
            " invoices you have approved can be sent",
            never="change a customer unless you ask for it, or make, change or delete an invoice",
        ),
        Permission(
            ask="stay connected",
            so_that="new customers appear without you doing anything",
            never="keep access once you disconnect",
        ),
    ),
    # shown masked, so it is written but never read; no field is listed for the NZBN
    number_fields=(
        NumberField(scheme="ABN", field="PrimaryTaxIdentifier", label="ABN", is_certain=True, is_masked=True),
    ),
    uses_pkce=False,
    marks_customers_itself=False,
    # it parts a sub-customer from its customer (Intuit's API reference, "Customer"); QuickBooks takes 500 characters,
    # and the length stays ours, 255
    name_without=":",
    has_webhooks=True,
    can_create_draft=False,
    # what is left of a merged customer is documented nowhere; people report that change data capture may miss it
    counts_every=timedelta(days=1),
    consent_words={
        "declined": (
            "QuickBooks did not connect",
            f"Either you said no there, or you may not agree. {_ADMIN_ONLY} Nothing was connected, nothing was read.",
        ),
        "no-file": (
            "QuickBooks did not say which company",
            f"Start again and choose one company on its page. {_ADMIN_ONLY}",
        ),
        "other-company": (
            "That is not the company you agreed to",
            "QuickBooks doesn’t let us into the company named in its answer. Start again and choose it there.",
        ),
        "not-admin": ("You are not an admin of this company", f"{_ADMIN_ONLY} Ask one of them to connect it here."),
        "lapsed": (
            "This company’s subscription has ended",
            "QuickBooks keeps such a company closed to other software. Renew the subscription there, then start again.",
        ),
    },
    problems=REFUSALS.problems(failures.TROUBLES),
    articles={
        "CONSENT-DECLINED": "who-may-connect",
        "CONSENT-NOT-ADMIN": "who-may-connect",
        **dict.fromkeys(("NUMBER-HIDDEN", "NUMBER-ENDING"), "hidden-numbers"),
    },
)

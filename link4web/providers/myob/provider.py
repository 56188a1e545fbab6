"""The facts about MYOB: AccountRight with its file online, new Essentials and MYOB Business, which share one API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from link4web.http import LONGEST_CALL, origin_of, shared_client
from link4web.providers.base.config import Addresses, ProviderConfig
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
from link4web.providers.base.records import LedgerFile, TokenSet
from link4web.providers.base.wire import SignedWire, Wire
from link4web.providers.myob import consent
from link4web.providers.myob.client import MyobClient
from link4web.providers.myob.failures import MANNERS, TROUBLES
from link4web.providers.myob.oauth import OAUTH
from link4web.providers.myob.problems import REFUSALS


@dataclass(frozen=True, kw_only=True)
class MyobProvider(OAuthProvider):
    """MYOB's behaviour. One consent is for one business, which only the way back from the consent page names."""

    def contact_page_url(self, config: ProviderConfig, short_code: str, external_id: str) -> str:
        """MYOB itself: it documents no address for a single customer."""
        del short_code, external_id
        return f"{config.web_url}/"

    def ledger_files(self, config: ProviderConfig, tokens: TokenSet, returned: Mapping[str, str]) -> list[LedgerFile]:
        """The one business of this consent, opened to prove it: its id came through the browser.

        Raises:
            PersonMustFix: with a code of `consent_words`.
        """
        business_id = consent.named_business(returned)
        consent.check_scope(tokens.scope)
        wire = SignedWire(_wire(config, business_id), OAUTH.just_issued(tokens), Unmetered())
        return [consent.business_of(wire, business_id)]

    def client(
        self, config: ProviderConfig, credentials: Credentials, file_id: str, allowance: Allowance
    ) -> ProviderClient:
        """A client for one business; it shares its connections with the others."""
        return MyobClient(SignedWire(_wire(config, file_id), credentials, allowance))

    def let_go(self, config: ProviderConfig, credentials: Credentials, remote_connection_id: str) -> None:
        """MYOB has no call for it: forgetting the tokens is all there is; the person removes the app in my.MYOB."""


def _wire(config: ProviderConfig, business_id: str) -> Wire:
    # a second login, to the company file (x-myobapi-cftoken), is never sent: keys since March 2025 do without
    headers = {"x-myobapi-key": config.client_id, "x-myobapi-version": "v2"}
    http = shared_client("myob", frozenset({origin_of(config.api_url)}), read_timeout=LONGEST_CALL)
    return Wire(http, f"{config.api_url}/{business_id}", MANNERS, headers, file_id=business_id)


PROVIDER = MyobProvider(
    slug="myob",
    oauth=OAUTH,
    name="MYOB",
    file_word=TROUBLES.file_word,
    contact_word="customer",
    retired_word="inactive",
    restore_steps=(
        "In MYOB open the list of customers and let it show the inactive ones too.",
        "Open the customer and take its mark as inactive away.",
    ),
    addresses=Addresses(
        authorize_url="https://secure.myob.com/oauth2/account/authorize",
        token_url="https://secure.myob.com/oauth2/v1/authorize",  # noqa: S106 (an address)
        api_url="https://api.myob.com/accountright",
        connections_url="",
        web_url="https://app.myob.com",
    ),
    simulated=Addresses(
        authorize_url="/myob/oauth2/account/authorize",
        token_url="/myob/oauth2/v1/authorize",  # noqa: S106 (an address)
        api_url="/myob/accountright",
        connections_url="",
        web_url="/myob",
    ),
    rate=Rate(
        interval=timedelta(seconds=0.17),
        burst=1,
        per_day=900_000,
        is_shared=True,
        source="MYOB staff in its developers' forum: 8 calls a second and 1,000,000 a day for each key, by default",
    ),
    # LastModified carries no zone, and MYOB documents no clock for it
    overlap=timedelta(minutes=15),
    countries=("AU", "NZ"),
    scopes=(
        "sme-company-file",
        "sme-company-settings",
        "sme-contacts-customer",
        "sme-sales",
        "sme-general-ledger",
    ),
    permissions=(
        Permission(
            ask="open one business",
            so_that="you see here what you chose there; an administrator of the business has to agree",
            never="ask for the file’s own user name and password: MYOB no longer needs them here",
        ),
        Permission(
            ask="read your company details",
            so_that="your own name and business number are right on what we send",
            never="keep or show a tax file number that stands where the ABN belongs",
        ),
        Permission(
            ask="read and change your customers",
            so_that="they show up here, and a number or address you add can be saved in MYOB as well",
            never="change a customer unless you ask for it, or keep bank and card details",
        ),
        Permission(
            ask="read and change your sales",
            so_that="invoices you have recorded can be sent",
            never="record, change or delete an invoice",
        ),
        Permission(
            ask="read your tax codes",
            so_that="a customer you add gets the code for GST, and invoices say which tax they hold",
            never="change your accounts",
        ),
    ),
    number_fields=(
        NumberField(scheme="ABN", field="SellingDetails.ABN", label="ABN", is_certain=True),
        # no field of the API is documented for the NZBN; this free one is all there is
        NumberField(scheme="NZBN", field="SellingDetails.TaxIdNumber", label="Tax ID number", is_certain=False),
    ),
    uses_pkce=False,
    marks_customers_itself=False,
    has_webhooks=False,
    can_create_draft=False,
    has_contact_pages=False,
    # that of CompanyName (MYOB Business API v2, "Contact/Customer")
    name_length=50,
    # MYOB tells nobody of a deletion, and its support knows cases in which LastModified stays as it was
    counts_every=timedelta(hours=1),
    consent_words=consent.WORDS,
    problems=REFUSALS.problems(TROUBLES),
    articles={
        "CONSENT-DECLINED": "who-may-connect",
        "CONSENT-MYOB-ACCESS-DENIED": "who-may-connect",
        "CONSENT-MYOB-SCOPE": "permissions",
        "CONSENT-MYOB-NO-BUSINESS": "empty-file-list",
        "CONSENT-MYOB-FILE-GONE": "empty-file-list",
        "CONSENT-MYOB-FILE-LOGIN": "two-logins",
    },
)

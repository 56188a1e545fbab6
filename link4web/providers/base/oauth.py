"""Signing in: OAuth 2.0 code flow and refresh (RFC 6749), with what providers do differently as facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from link4web import clock
from link4web.http import Unreachable, origin_of, shared_client
from link4web.http.adapter import ThroughClient
from link4web.providers.base.config import ProviderConfig
from link4web.providers.base.errors import MustReconnect, ProviderError, WillNeverWork
from link4web.providers.base.failures import Troubles
from link4web.providers.base.provider import Credentials, Provider
from link4web.providers.base.records import TokenSet

TIMEOUT_SECONDS = 15.0
_CONFIGURATION_FAULTS = {"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
_PASSING_FAULTS = {"temporarily_unavailable", "server_error"}

# the library's token is a dict of whatever the provider sent
Token = dict[str, Any]
_Ask = Callable[[OAuth2Session], Any]


@dataclass(frozen=True, kw_only=True)
class OAuth:
    """One provider's way to sign in.

    `token_seconds` is how long an access token lives when the answer does not say. `sends_secret_in_form`: our
    credentials go into the form, not into a Basic header. `gone` are the errors by which the token address says that
    a code or refresh token is no good. `consent_params` go with every request for consent. `consent_of` finds in a
    token answer what names the consent, and the scope where the answer itself does not tell it.
    """

    troubles: Troubles
    token_seconds: int
    sends_secret_in_form: bool = False
    gone: frozenset[str] = frozenset({"invalid_grant"})
    consent_params: Mapping[str, str] | None = None
    consent_of: Callable[[Token], tuple[str | None, str]] | None = None

    def authorisation_url(
        self,
        config: ProviderConfig,
        scopes: tuple[str, ...],
        redirect_uri: str,
        state: str,
        code_verifier: str | None = None,
    ) -> str:
        """Where the browser goes for consent; S256 when there is a verifier."""
        with self._session(config) as session:
            url, _ = session.create_authorization_url(
                config.authorize_url,
                state=state,
                code_verifier=code_verifier,
                redirect_uri=redirect_uri,
                scope=" ".join(scopes),
                **(self.consent_params or {}),
            )
        return str(url)

    def exchange(
        self, config: ProviderConfig, code: str, redirect_uri: str, code_verifier: str | None = None
    ) -> TokenSet:
        """Tokens for a code, which works once and for a few minutes."""
        extra = {"code_verifier": code_verifier} if code_verifier else {}
        return self._tokens(
            config,
            lambda session: session.fetch_token(
                config.token_url,
                grant_type="authorization_code",
                code=code,
                redirect_uri=redirect_uri,
                allow_redirects=False,
                **extra,
            ),
            MustReconnect(*self.troubles.said("CODE-EXPIRED")),
        )

    def refresh(self, config: ProviderConfig, refresh_token: str) -> TokenSet:
        """A new pair; the refresh token in it may be the old one."""
        return self._tokens(
            config,
            lambda session: session.refresh_token(config.token_url, refresh_token=refresh_token, allow_redirects=False),
            MustReconnect(*self.troubles.said("GRANT-GONE")),
        )

    def just_issued(self, tokens: TokenSet) -> Credentials:
        """Credentials of a consent that nobody has stored yet: a refusal now means connecting again."""
        return _JustIssued(tokens, self.troubles)

    def _tokens(self, config: ProviderConfig, ask: _Ask, gone: MustReconnect) -> TokenSet:
        with self._session(config) as session:
            try:
                return self._token_set(ask(session))
            except OAuthError as error:
                raise self._refusal(str(error.error), gone) from error
            except Unreachable as error:
                raise self.troubles.unreachable(error) from error
            except requests.HTTPError as error:
                raise self._status(error) from error
            except (ValueError, TypeError, KeyError, OverflowError, requests.RequestException) as error:
                raise self.troubles.garbled() from error

    def _session(self, config: ProviderConfig) -> OAuth2Session:
        sent = "client_secret_post" if self.sends_secret_in_form else "client_secret_basic"
        session = OAuth2Session(
            config.client_id,
            config.client_secret,
            # an app registered for PKCE alone has no secret and names itself in the body
            token_endpoint_auth_method=sent if config.client_secret else "none",
            code_challenge_method="S256",
            default_timeout=TIMEOUT_SECONDS,
        )
        session.trust_env = False
        name = f"{self.troubles.prefix.lower()}-identity"
        through = ThroughClient(shared_client(name, frozenset({origin_of(config.token_url)})))
        session.mount("http://", through)
        session.mount("https://", through)
        return session

    def _refusal(self, error: str, gone: MustReconnect) -> ProviderError:
        if error in self.gone:
            return gone
        if error in _CONFIGURATION_FAULTS:
            return WillNeverWork(*self.troubles.said("CLIENT"))
        if error in _PASSING_FAULTS:
            return self.troubles.garbled()
        return WillNeverWork(*self.troubles.said("OAUTH"))

    def _status(self, error: requests.HTTPError) -> ProviderError:
        if error.response is None or error.response.status_code < 500:
            return self.troubles.garbled()
        return self.troubles.down()

    def _token_set(self, token: Token) -> TokenSet:
        access_token, refresh_token = token["access_token"], token["refresh_token"]
        if not isinstance(access_token, str) or not isinstance(refresh_token, str) or not access_token:
            raise TypeError("tokens must be texts")
        consent_id, scope_inside = self.consent_of(token) if self.consent_of else (None, "")
        scope = token.get("scope") or scope_inside
        return TokenSet(
            access_token=access_token,
            refresh_token=refresh_token,
            # some write the number as a text
            expires_at=clock.now() + timedelta(seconds=int(token.get("expires_in") or self.token_seconds)),
            scope=" ".join(scope) if isinstance(scope, list) else str(scope),
            consent_id=consent_id,
        )


@dataclass(frozen=True)
class _JustIssued:
    tokens: TokenSet
    troubles: Troubles

    def access_token(self) -> str:
        return self.tokens.access_token

    def renew(self, rejected: str) -> str:
        del rejected
        raise MustReconnect(*self.troubles.said("REJECTED-AT-ONCE"))


@dataclass(frozen=True, kw_only=True)
class OAuthProvider(Provider):
    """A provider whose consent is OAuth's, in the way that `oauth` says."""

    oauth: OAuth

    def authorisation(self, config: ProviderConfig, redirect_uri: str, state: str, code_verifier: str | None) -> str:
        """The consent page's address."""
        return self.oauth.authorisation_url(config, self.scopes, redirect_uri, state, code_verifier)

    def exchange(self, config: ProviderConfig, code: str, redirect_uri: str, code_verifier: str | None) -> TokenSet:
        """Tokens for the code of a callback."""
        return self.oauth.exchange(config, code, redirect_uri, code_verifier)

    def refresh(self, config: ProviderConfig, refresh_token: str) -> TokenSet:
        """The next pair; the refresh token in it may be the old one."""
        return self.oauth.refresh(config, refresh_token)

"""Signing in to Xero: OAuth 2.0 code flow, refresh with rotation (Xero developer documentation, "OAuth 2.0")."""

import base64
import binascii
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from link4web import clock
from link4web.http import Unreachable, origin_of, shared_client
from link4web.http.adapter import ThroughClient
from link4web.providers.base.config import ProviderConfig
from link4web.providers.base.errors import MustReconnect, ProviderError, WillNeverWork
from link4web.providers.base.records import TokenSet
from link4web.providers.xero import failures

TOKEN_SECONDS = 1800
TIMEOUT_SECONDS = 15.0
_CONFIGURATION_FAULTS = {"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}


def authorisation_url(
    config: ProviderConfig, scopes: tuple[str, ...], redirect_uri: str, state: str, code_verifier: str | None
) -> str:
    """Where the browser goes for consent; S256 when there is a verifier."""
    with _session(config) as session:
        url, _ = session.create_authorization_url(
            config.authorize_url,
            state=state,
            code_verifier=code_verifier,
            redirect_uri=redirect_uri,
            scope=" ".join(scopes),
        )
    return str(url)


def exchange(config: ProviderConfig, code: str, redirect_uri: str, code_verifier: str | None) -> TokenSet:
    """Tokens for a code, which Xero takes once and for five minutes."""
    extra = {"code_verifier": code_verifier} if code_verifier else {}
    return _tokens(
        config,
        lambda session: session.fetch_token(
            config.token_url,
            grant_type="authorization_code",
            code=code,
            redirect_uri=redirect_uri,
            allow_redirects=False,
            **extra,
        ),
        MustReconnect(
            "XERO-CODE-EXPIRED", "Coming back from Xero took too long or happened twice. Please connect again."
        ),
    )


def refresh(config: ProviderConfig, refresh_token: str) -> TokenSet:
    """A new pair. Xero keeps accepting the old refresh token for 30 minutes, in case this answer gets lost."""
    return _tokens(
        config,
        lambda session: session.refresh_token(config.token_url, refresh_token=refresh_token, allow_redirects=False),
        MustReconnect("XERO-GRANT-GONE", "Xero has ended this connection. Connect again to go on; nothing is lost."),
    )


# the libraries' token is a dict of whatever the provider sent
_Ask = Callable[[OAuth2Session], Any]


def _tokens(config: ProviderConfig, ask: _Ask, gone: MustReconnect) -> TokenSet:
    with _session(config) as session:
        try:
            return _token_set(ask(session))
        except OAuthError as error:
            raise _refusal(str(error.error), gone) from error
        except Unreachable as error:
            raise failures.unreachable(error) from error
        except requests.HTTPError as error:
            raise _status(error) from error
        except (ValueError, TypeError, KeyError, OverflowError, requests.RequestException) as error:
            raise failures.garbled() from error


def _session(config: ProviderConfig) -> OAuth2Session:
    session = OAuth2Session(
        config.client_id,
        config.client_secret,
        # an app registered for PKCE alone has no secret and names itself in the body
        token_endpoint_auth_method="client_secret_basic" if config.client_secret else "none",
        code_challenge_method="S256",
        default_timeout=TIMEOUT_SECONDS,
    )
    session.trust_env = False
    through = ThroughClient(shared_client("xero-identity", frozenset({origin_of(config.token_url)})))
    session.mount("http://", through)
    session.mount("https://", through)
    return session


def _refusal(error: str, gone: MustReconnect) -> ProviderError:
    if error == "invalid_grant":
        return gone
    if error in _CONFIGURATION_FAULTS:
        return WillNeverWork(
            "XERO-CLIENT", "Xero does not accept how this service is registered. Our support can help."
        )
    if error in ("temporarily_unavailable", "server_error"):
        return failures.garbled()
    return WillNeverWork("XERO-OAUTH", "Xero refused the sign-in. Our support can help.")


def _status(error: requests.HTTPError) -> ProviderError:
    if error.response is None or error.response.status_code < 500:
        return failures.garbled()
    return failures.down()


def _token_set(token: dict[str, Any]) -> TokenSet:
    access_token, refresh_token = token["access_token"], token["refresh_token"]
    if not isinstance(access_token, str) or not isinstance(refresh_token, str) or not access_token:
        raise TypeError("tokens must be texts")
    claims = _claims(access_token)
    scope = token.get("scope") or claims.get("scope") or ""
    consent = claims.get("authentication_event_id")
    return TokenSet(
        access_token=access_token,
        refresh_token=refresh_token,
        expires_at=clock.now() + timedelta(seconds=int(token.get("expires_in") or TOKEN_SECONDS)),
        scope=" ".join(scope) if isinstance(scope, list) else str(scope),
        consent_id=str(consent) if consent else None,
    )


def _claims(access_token: str) -> dict[str, Any]:
    """What the token says about itself. It came straight from the token endpoint, so its signature is not needed."""
    parts = access_token.split(".")
    if len(parts) != 3:
        return {}
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=="), type=dict[str, Any])
    except (binascii.Error, ValueError):
        return {}

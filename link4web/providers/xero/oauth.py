"""Signing in to Xero: code flow with PKCE, refresh with rotation (Xero developer documentation, "OAuth 2.0").

A code lives for five minutes. Xero keeps accepting the old refresh token for 30 minutes, in case an answer gets lost.
"""

import base64
import binascii
from typing import Any

import msgspec

from link4web.providers.base.oauth import OAuth, Token
from link4web.providers.xero.failures import TROUBLES


def _consent_of(token: Token) -> tuple[str | None, str]:
    claims = _claims(str(token["access_token"]))
    consent = claims.get("authentication_event_id")
    scope = claims.get("scope") or ""
    return str(consent) if consent else None, " ".join(scope) if isinstance(scope, list) else str(scope)


def _claims(access_token: str) -> dict[str, Any]:
    """What the token says about itself. It came straight from the token endpoint, so its signature is not needed."""
    parts = access_token.split(".")
    if len(parts) != 3:
        return {}
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=="), type=dict[str, Any])
    except (binascii.Error, ValueError):
        return {}


OAUTH = OAuth(troubles=TROUBLES, token_seconds=1800, consent_of=_consent_of)

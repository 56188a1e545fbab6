"""Signing in to MYOB: code flow without PKCE, key and secret in the form (MYOB developer documentation, 2025).

Without `prompt=consent` the way back may not name the business, and the person can't choose another one.
"""

from link4web.providers.base.oauth import OAuth
from link4web.providers.myob.failures import TROUBLES

OAUTH = OAuth(
    troubles=TROUBLES,
    token_seconds=1200,
    sends_secret_in_form=True,
    # both have been seen for codes and refresh tokens that are no good any more
    gone=frozenset({"invalid_grant", "invalid_request"}),
    consent_params={"prompt": "consent"},
)

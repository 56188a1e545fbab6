"""Signatures of webhooks: base64 of the HMAC-SHA256 over the raw bytes, as Xero and Intuit both send it."""

import base64
import hashlib
import hmac

from link4web.providers.base.errors import BadSignature


def check(keys: str, body: bytes, given: str) -> None:
    """Believe `body` only if it was signed with one of the keys (two, by comma, while one replaces the other).

    Raises:
        BadSignature: it was not, or there is no key.
    """
    signed = given.strip().encode("utf-8", "surrogateescape")
    matches = [hmac.compare_digest(_signature(key.strip(), body), signed) for key in keys.split(",") if key.strip()]
    if not any(matches):
        raise BadSignature("not signed with our key")


def derived_id(*parts: str) -> str:
    """A name for an event that has none of its own: the same event always gets the same one."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _signature(key: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(key.encode(), body, "sha256"))

"""Provider tokens and ledger file ids, encrypted in the database for their organisation and provider alone (R-084)."""

import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from link4web import sealing
from link4web.sealing import Undecryptable, is_sealed_with_newest
from link4web.settings import Settings

__all__ = ["Undecryptable", "fingerprint", "is_sealed_with_newest", "seal", "unseal"]


def seal(text: str, organisation_id: str, provider: str) -> bytes:
    """Encrypt with the newest key."""
    return sealing.seal(text, _bound(organisation_id, provider))


def unseal(sealed: bytes, organisation_id: str, provider: str) -> str:
    """Decrypt.

    Raises:
        Undecryptable: it doesn't belong here or the key is gone.
    """
    return sealing.unseal(sealed, _bound(organisation_id, provider))


def fingerprint(provider: str, file_id: str) -> bytes:
    """A keyed hash of a ledger file id: unique, looked up, and useless without the secret key."""
    settings: Settings = current_app.extensions["settings"]
    key = HKDF(SHA256(), 32, salt=None, info=b"ledger file").derive(settings.secret_key.encode())
    return hmac.new(key, f"{provider}|{file_id}".encode(), hashlib.sha256).digest()


def _bound(organisation_id: str, provider: str) -> str:
    return f"{organisation_id}|{provider}"

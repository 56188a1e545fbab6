"""Provider tokens and ledger file ids, encrypted in the database (R-084, R-085).

AES-GCM; the organisation and the provider are authenticated with every value, so a value moved to another row does
not decrypt. The first key of `LINK4WEB_TOKEN_KEYS` writes, all of them read.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from link4web.settings import Settings

NONCE = 12


class Undecryptable(Exception):
    """The value was made for another row, has been changed, or its key is gone."""


def seal(text: str, organisation_id: str, provider: str) -> bytes:
    """Encrypt with the newest key: one byte of key id length, key id, nonce, ciphertext."""
    key_id, key = _settings().token_keys[0]
    nonce = os.urandom(NONCE)
    name = key_id.encode()
    return (
        bytes([len(name)]) + name + nonce + AESGCM(key).encrypt(nonce, text.encode(), _bound(organisation_id, provider))
    )


def unseal(sealed: bytes, organisation_id: str, provider: str) -> str:
    """Decrypt.

    Raises:
        Undecryptable: it doesn't belong here or the key is gone.
    """
    end = 1 + sealed[0]
    key = dict(_settings().token_keys).get(sealed[1:end].decode(errors="replace"))
    if key is None:
        raise Undecryptable("the key is gone")
    try:
        text = AESGCM(key).decrypt(sealed[end : end + NONCE], sealed[end + NONCE :], _bound(organisation_id, provider))
    except InvalidTag:
        raise Undecryptable("not made for this row") from None
    return text.decode()


def is_sealed_with_newest(sealed: bytes) -> bool:
    """Whether the value was encrypted with the key that writes now."""
    return sealed[1 : 1 + sealed[0]].decode(errors="replace") == _settings().token_keys[0][0]


def fingerprint(provider: str, file_id: str) -> bytes:
    """A keyed hash of a ledger file id: unique, looked up, and useless without the secret key."""
    key = HKDF(SHA256(), 32, salt=None, info=b"ledger file").derive(_settings().secret_key.encode())
    return hmac.new(key, f"{provider}|{file_id}".encode(), hashlib.sha256).digest()


def _bound(organisation_id: str, provider: str) -> bytes:
    return f"{organisation_id}|{provider}".encode()


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings

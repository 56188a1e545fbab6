"""What may stand in the database only encrypted: provider tokens, ledger file ids, the secrets of security codes.

AES-GCM; what a value belongs to is authenticated with it, so a value moved to another row does not decrypt. The first
key of `LINK4WEB_TOKEN_KEYS` writes, all of them read (R-084, R-085).
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from link4web.settings import Settings

NONCE = 12


class Undecryptable(Exception):
    """The value was made for another row, has been changed, or its key is gone."""


def seal(text: str, bound_to: str) -> bytes:
    """Encrypt with the newest key: one byte of key id length, key id, nonce, ciphertext."""
    key_id, key = _settings().token_keys[0]
    nonce = os.urandom(NONCE)
    name = key_id.encode()
    return bytes([len(name)]) + name + nonce + AESGCM(key).encrypt(nonce, text.encode(), bound_to.encode())


def unseal(sealed: bytes, bound_to: str) -> str:
    """Decrypt.

    Raises:
        Undecryptable: it doesn't belong here or the key is gone.
    """
    end = 1 + sealed[0]
    key = dict(_settings().token_keys).get(sealed[1:end].decode(errors="replace"))
    if key is None:
        raise Undecryptable("the key is gone")
    try:
        text = AESGCM(key).decrypt(sealed[end : end + NONCE], sealed[end + NONCE :], bound_to.encode())
    except InvalidTag:
        raise Undecryptable("not made for this row") from None
    return text.decode()


def is_sealed_with_newest(sealed: bytes) -> bool:
    """Whether the value was encrypted with the key that writes now."""
    return sealed[1 : 1 + sealed[0]].decode(errors="replace") == _settings().token_keys[0][0]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings

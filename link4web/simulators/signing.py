"""JSON Web Tokens signed with a key of the simulator's own, made once for each state file."""

import base64
from typing import Any, cast

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from link4web.simulators.state import state

KEY_ID = "simulator-1"
KEPT = "signing key"


def signed(claims: dict[str, Any]) -> str:
    """A compact RS256 token."""
    header = {"alg": "RS256", "kid": KEY_ID, "typ": "JWT"}
    text = f"{_encoded(msgspec.json.encode(header))}.{_encoded(msgspec.json.encode(claims))}"
    signature = _key().sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{text}.{_encoded(signature)}"


def key_set() -> dict[str, Any]:
    """The public key, as the discovery document points to it."""
    numbers = _key().public_key().public_numbers()
    public = {"n": _number(numbers.n), "e": _number(numbers.e)}
    return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, **public}]}


def _key() -> rsa.RSAPrivateKey:
    memory = state().memory
    if KEPT not in memory:
        memory[KEPT] = _stored_key()
    return cast(rsa.RSAPrivateKey, memory[KEPT])


def _stored_key() -> rsa.RSAPrivateKey:
    # under the frame's name, so that resetting a service's settings leaves old tokens readable
    stored = state().store.setting("frame", KEPT)
    if isinstance(stored, str):
        return cast(rsa.RSAPrivateKey, serialization.load_pem_private_key(stored.encode(), None))
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    state().store.set_setting("frame", KEPT, pem.decode())
    return key


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return _encoded(value.to_bytes((value.bit_length() + 7) // 8))

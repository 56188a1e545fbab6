"""Random identifiers: 22 characters, 122 random bits, safe in a URL."""

import base64
import re
import secrets
import uuid

LENGTH = 22
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")


def new_id() -> str:
    """A fresh identifier."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()


def new_neighbours(count: int) -> list[str]:
    """Fresh identifiers that begin alike and have 80 random bits of their own.

    For rows that are inserted together: a database keeps them side by side, where others are spread over its index.
    """
    start = secrets.token_bytes(6)
    raw = (start + secrets.token_bytes(10) for _ in range(count))
    return [base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in raw]


def is_id(text: str) -> bool:
    """Whether `text` has the shape of an identifier (it need not exist)."""
    return _SHAPE.fullmatch(text) is not None

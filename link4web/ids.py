"""Random identifiers: 22 characters, 122 random bits, safe in a URL."""

import base64
import re
import uuid

LENGTH = 22
_SHAPE = re.compile(r"[A-Za-z0-9_-]{22}")


def new_id() -> str:
    """A fresh identifier."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()


def is_id(text: str) -> bool:
    """Whether `text` has the shape of an identifier (it need not exist)."""
    return _SHAPE.fullmatch(text) is not None

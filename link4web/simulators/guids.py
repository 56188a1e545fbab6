"""GUIDs as all the services use them: one written form, and the same ones for the same seeded record."""

from hashlib import blake2b
from uuid import UUID


def as_guid(text: object) -> str | None:
    """The id in its one written form, or None when it is no GUID."""
    try:
        return str(UUID(str(text)))
    except ValueError:
        return None


def fixed_guid(series: str, index: int | str) -> str:
    """The GUID of a seeded record: the same one every time."""
    return str(UUID(bytes=blake2b(f"{series}#{index}".encode(), digest_size=16).digest(), version=4))

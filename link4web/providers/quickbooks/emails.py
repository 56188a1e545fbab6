"""The one e-mail field of a QuickBooks customer, in which people keep several addresses with commas between."""

import re

from link4web.providers.base.text import email as on_one_line

LONGEST_FIELD = 100
_BETWEEN = re.compile(r"[,;]")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def first(field: str) -> str:
    """The first that is an address; what stands there instead when none is."""
    parts = _parts(field)
    return next(filter(_ADDRESS.fullmatch, parts), parts[0] if parts else "")


def with_first(field: str, address: str) -> str:
    """The field with `address` in the place of its first one; the others stay."""
    former = first(field).casefold()
    others = [part for part in _parts(field) if part.casefold() not in (former, address.casefold())]
    return ", ".join([address, *others])


def _parts(field: str) -> list[str]:
    return [part for part in map(on_one_line, _BETWEEN.split(field)) if part]

"""Reading what a provider's JSON holds, whatever kind of value stands there."""

import re

import msgspec

from link4web.registers.numbers import abn_or_none, nzbn_or_none

# providers document texts, yet numbers and booleans stand where texts should, and the reverse
Text = str | int | float | bool | None

_GUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_NO_GUID = "00000000-0000-0000-0000-000000000000"
_anything = msgspec.json.Decoder()


def text(value: Text) -> str:
    """A field as text; a whole number that came as a JSON number keeps its digits."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def anything(body: bytes) -> object:
    """Plain JSON, for looking for messages in it; None when it isn't JSON."""
    try:
        return _anything.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def is_guid(value: str) -> bool:
    """Whether this is a GUID as identifiers are written, and not the one of zeros that stands for none."""
    return _GUID.fullmatch(value) is not None and value != _NO_GUID


def business_numbers(*values: str) -> tuple[str, ...]:
    """The ABNs and NZBNs among these texts, digits only, each once; anything else goes no further."""
    numbers = (abn_or_none(value) or nzbn_or_none(value) for value in values)
    return tuple(dict.fromkeys(number.digits for number in numbers if number))

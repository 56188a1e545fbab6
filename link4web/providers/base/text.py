"""Cleaning what people have typed into a ledger over the years."""

import re

EMAIL_LENGTH = 255

# marks that turn the reading direction round can make a name read as another one
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# Unicode's categories Cc, Cs, Zl and Zp
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_COUNTRIES = {
    "au": "AU",
    "aus": "AU",
    "australia": "AU",
    "nz": "NZ",
    "nzl": "NZ",
    "new zealand": "NZ",
    "aotearoa": "NZ",
    "aotearoa new zealand": "NZ",
}


def clean(text: str, length: int) -> str:
    """`text` on one line, without control characters, blanks tidied, cut at `length` characters."""
    # nearly every text of a ledger is clean, and a sync asks this for seven of each contact
    if text.isascii() and text.isprintable() and len(text) <= length and "  " not in text:
        return text.strip(" ")
    if not text.isascii() or not text.isprintable():
        text = _BREAKS.sub(" ", _DIRECTION.sub("", text))
    return " ".join(text.split())[:length].rstrip()


def email(text: str) -> str:
    """The address on one line; half of one would be somebody else's, so one that is too long is none."""
    address = clean(text, EMAIL_LENGTH + 1)
    return address if len(address) <= EMAIL_LENGTH else ""


def country(text: str) -> str:
    """ "AU" or "NZ" for what people write for them, else the ledger's own words."""
    return _COUNTRIES.get(text.casefold(), text)

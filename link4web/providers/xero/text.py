"""Cleaning what people have typed into a ledger over the years."""

import unicodedata

# marks that turn the reading direction round can make a name read as another one
_DIRECTION = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean(text: str, length: int) -> str:
    """`text` on one line, without control characters, blanks tidied, cut at `length` characters."""
    if not text.isascii() or not text.isprintable():
        text = "".join(_harmless(character) for character in text)
    return " ".join(text.split())[:length].rstrip()


def _harmless(character: str) -> str:
    if character in _DIRECTION:
        return ""
    return " " if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else character

"""Texts as people search them: `tamaki` finds *Tāmaki*."""

import unicodedata
from itertools import filterfalse


def fold(text: str) -> str:
    """Case, accents and macrons taken away; blanks made single."""
    if text.isascii():
        return " ".join(text.casefold().split())
    spread = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(filterfalse(unicodedata.combining, spread)).split())

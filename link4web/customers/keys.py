"""Folded texts for sorting and searching: `tamaki` finds *Tāmaki*, a number is found in any spacing."""

import re

from link4web.folding import fold

SEARCH_LENGTH = 100
_SEPARATORS = re.compile(r"[\s.\-\u00a0\u2009]+")
_LABEL = re.compile(r"^(?:abn|nzbn)[:#]?(?=\d)")


def name_key(name: str) -> str:
    """What names are sorted by: letters before digits and signs are as the database compares bytes."""
    return fold(name)[:255]


def search_text(name: str, person: str, email: str, ledger_email: str, number: str, ledger_number: str) -> str:
    """One folded text that holds everything a customer can be found by."""
    parts = [fold(name), fold(person), fold(email)]
    if ledger_email != email:
        parts.append(fold(ledger_email))
    parts.append(number)
    if ledger_number != number:
        parts.append(compact(ledger_number))
    return "\n".join(dict.fromkeys(filter(None, parts)))


def compact(text: str) -> str:
    """Without the separators people write into numbers."""
    return _SEPARATORS.sub("", fold(text))


def needles(query: str) -> tuple[str, ...]:
    """What to look for in a search text: the folded words and, for a number, its digits without their spacing."""
    words = fold(query[:SEARCH_LENGTH])
    digits = _LABEL.sub("", compact(words))
    return tuple(dict.fromkeys((words, digits))) if len(digits) >= 3 and digits.isdecimal() else (words,)

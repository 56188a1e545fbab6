"""Comparing names and numbers the way a careful bookkeeper would.

Nothing here refuses anything: the answers drive a warning ("this number belongs to …") and the order and wording of
suggestions.
"""

import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

from link4web.registers.abn_lookup import NameMatch, RegisterEntry

SAME_ENOUGH = 0.75
# above what two different words of one family reach, such as joinery and joiners
ONE_SLIP = 0.9

_WORDS = re.compile(r"[a-z0-9]+")
# legal forms and connecting words say nothing about who it is
_LEGAL_FORMS = frozenset(
    {"co", "company", "pty", "proprietary", "ltd", "limited", "inc", "incorporated", "trust", "trustee", "trustees"}
)
_CONNECTING = frozenset({"and", "the", "of", "for", "t", "a", "ta", "as", "trading", "atf", "unit", "family"})
_BROAD = frozenset({"holdings", "group", "australia", "aust", "nz", "new", "zealand"})
_NOISE = _LEGAL_FORMS | _CONNECTING | _BROAD


def same_business(ours: str, theirs: RegisterEntry | NameMatch | str) -> bool:
    """Whether a name in the ledger is likely the business that the register names.

    For an entry its business names count as well as its own name.
    """
    return likeness(ours, theirs) >= SAME_ENOUGH


def likeness(ours: str, theirs: RegisterEntry | NameMatch | str) -> float:
    """How alike the names are, from 0 to 1: case, accents, legal forms and the order of words do not count."""
    return max((_alike(ours, name) for name in _names_of(theirs)), default=0.0)


def why_likely(typed_digits: str, match: RegisterEntry | NameMatch) -> str:
    """What turns the typed digits into the suggested number, "" when it takes more than one slip."""
    typed = "".join(character for character in typed_digits if character.isdigit())
    number = match.number
    if not typed:
        return ""
    if typed == number:
        return "the number you typed"
    if len(typed) == len(number):
        return _swapped(typed, number) or _mistyped(typed, number)
    if len(typed) == len(number) - 1 and _is_missing_one(typed, number):
        return "your digits, with one missing"
    if len(typed) == len(number) + 1 and _is_missing_one(number, typed):
        return "your digits, with one too many"
    if len(typed) == 9 and number.endswith(typed):
        return "the ABN of the ACN you typed"
    return ""


def _names_of(theirs: RegisterEntry | NameMatch | str) -> Iterable[str]:
    if isinstance(theirs, str):
        return (theirs,)
    if isinstance(theirs, NameMatch):
        return (theirs.name,)
    return (theirs.name, *theirs.business_names)


def _alike(one: str, other: str) -> float:
    ours, theirs = _words(one), _words(other)
    if not ours or not theirs:
        return 0.0
    shorter, longer = sorted((ours, theirs), key=len)
    # "Dry Creek Joinery" within "Dry Creek Joinery Services": the short form people use every day
    if set(shorter) <= set(longer) and (len(shorter) >= 2 or len(longer) == 1):
        return 1.0 if len(shorter) == len(longer) else 0.9
    left = list(longer)
    shared = 0
    for word in shorter:
        partner = next((one for one in left if _same_word(word, one)), None)
        if partner is not None:
            left.remove(partner)
            shared += 1
    return 2 * shared / (len(shorter) + len(longer))


def _same_word(one: str, other: str) -> bool:
    """Equal, one abbreviating the other ("op", "operative"), or one slip apart in a longer word."""
    if one == other or (min(len(one), len(other)) >= 2 and (one.startswith(other) or other.startswith(one))):
        return True
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= ONE_SLIP


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    # possessive and other apostrophes join a word, they don't split it
    joined = re.sub(r"[’'`\u0300-\u036f]", "", plain)
    words = _WORDS.findall(joined)
    return [word for word in words if word not in _NOISE] or words


def _swapped(typed: str, number: str) -> str:
    differing = [place for place, pair in enumerate(zip(typed, number, strict=True)) if pair[0] != pair[1]]
    if len(differing) != 2:
        return ""
    first, second = differing
    if typed[first] != number[second] or typed[second] != number[first]:
        return ""
    if second == len(number) - 1 and second == first + 1:
        return "your digits, the last two swapped"
    if second == 1:
        return "your digits, the first two swapped"
    return f"your digits, {typed[first]} and {typed[second]} swapped"


def _mistyped(typed: str, number: str) -> str:
    differing = [(ours, theirs) for ours, theirs in zip(typed, number, strict=True) if ours != theirs]
    if len(differing) != 1:
        return ""
    ours, theirs = differing[0]
    return f"your digits, with {theirs} in place of {ours}"


def _is_missing_one(shorter: str, longer: str) -> bool:
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))

"""Bank account numbers of Australia and New Zealand, checked without asking anybody.

An Australian number has no check digit: BSB and account are counted, no more. New Zealand's have one, whose rule
depends on the bank; it is published by Inland Revenue ("RWT and NRWT certificate filing specification", 2020, chapter
8). Branches are not checked: banks open new ones, and that list is older than they are. A bank the list does not know
is believed.
"""

import re
from dataclasses import dataclass
from typing import Literal

Problem = Literal["bsb", "account", "length", "digits"]

BSB_DIGITS, MOST_DIGITS, FEWEST_DIGITS = 6, 9, 4
#: Digits of a New Zealand number: bank, branch, base, suffix; as they are written, and as they are checked.
_PARTS, _CHECKED = (2, 4, 7, 3), (2, 4, 8, 4)
_USUAL_BASE = 990_000
#: Weights of bank, branch, base and suffix, and the modulus that their sum must be a multiple of.
_RULES: dict[str, tuple[tuple[int, ...], int]] = {
    "A": ((0, 0, 6, 3, 7, 9, 0, 0, 10, 5, 8, 4, 2, 1, 0, 0, 0, 0), 11),
    "B": ((0, 0, 0, 0, 0, 0, 0, 0, 10, 5, 8, 4, 2, 1, 0, 0, 0, 0), 11),
    "D": ((0, 0, 0, 0, 0, 0, 0, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0), 11),
    "E": ((0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 4, 3, 2, 0, 0, 0, 1), 11),
    "F": ((0, 0, 0, 0, 0, 0, 0, 1, 7, 3, 1, 7, 3, 1, 0, 0, 0, 0), 10),
    "G": ((0, 0, 0, 0, 0, 0, 0, 1, 3, 7, 1, 3, 7, 1, 0, 3, 7, 1), 10),
}
_BY_BANK = {"08": "D", "09": "E", "25": "F", "26": "G", "28": "G", "29": "G", "33": "F"}
#: Banks with rule A or B, by the size of the base.
_USUAL = frozenset(f"{bank:02}" for bank in (1, 2, 3, 4, 6, *range(11, 25), 27, 30, 35, 38))


@dataclass(frozen=True)
class BankAccount:
    """A well-formed account. `bsb` is empty in New Zealand, where `number` begins with bank and branch."""

    country: str
    bsb: str
    number: str

    @property
    def ending(self) -> str:
        """The last digits, by which its owner knows it and nobody else does."""
        return re.sub(r"\D", "", self.number)[-3:]


def read_australian(bsb: str, account: str) -> BankAccount | Problem:
    """A BSB (six digits) and an account number (at most nine), or what is wrong."""
    bank, number = _digits(bsb), _digits(account)
    if bank is None or len(bank) != BSB_DIGITS or not int(bank):
        return "bsb"
    if number is None or not FEWEST_DIGITS <= len(number) <= MOST_DIGITS or not int(number):
        return "account"
    return BankAccount("AU", f"{bank[:3]}-{bank[3:]}", number)


def read_new_zealand(text: str) -> BankAccount | Problem:
    """`12-3140-0171323-50` however it is typed, or what is wrong."""
    parts = re.findall("[0-9]+", text)
    if re.search(r"[^0-9\s.-]", text) or not parts:
        return "length"
    if len(parts) == 1 and len(parts[0]) in (15, 16):
        parts = [parts[0][:2], parts[0][2:6], parts[0][6:13], parts[0][13:]]
    if len(parts) != len(_CHECKED) or any(len(part) > most for part, most in zip(parts, _CHECKED, strict=True)):
        return "length"
    checked = [part.zfill(length) for part, length in zip(parts, _CHECKED, strict=True)]
    if not int(parts[0]) or not int(parts[2]) or not _passes(checked):
        return "digits"
    written = [str(int(part)).zfill(length) for part, length in zip(parts, _PARTS, strict=True)]
    written[3] = str(int(parts[3])).zfill(2 if len(parts[3]) <= 2 else 3)
    return BankAccount("NZ", "", "-".join(written))


def _passes(parts: list[str]) -> bool:
    bank, base = parts[0], int(parts[2])
    usual = "A" if base < _USUAL_BASE else "B"
    name = _BY_BANK.get(bank) or (usual if bank in _USUAL else "")
    if not name:
        return True  # bank 31 has no check digit, and a bank that the list doesn't know has a rule we don't
    weights, modulus = _RULES[name]
    products = [int(digit) * weight for digit, weight in zip("".join(parts), weights, strict=True)]
    if name in ("E", "G"):
        products = [_digit_sum(_digit_sum(product)) for product in products]
    return sum(products) % modulus == 0


def _digit_sum(value: int) -> int:
    return sum(map(int, str(value)))


def _digits(text: str) -> str | None:
    """The digits of a number written with blanks or hyphens; None when there is anything else."""
    bare = re.sub(r"[\s.-]", "", text)
    return bare if re.fullmatch("[0-9]+", bare) else None

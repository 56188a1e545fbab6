"""Australian and New Zealand business numbers, read from what people type and paste.

Check digits come from python-stdnum; this module adds what it leaves open: cleaning, length, the NZBN's prefix,
and a sentence for each kind of mistake. Nothing here asks a register, so a number that passes may still not exist.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from stdnum import ean
from stdnum.au import abn, acn

from link4web.sentences import Coded

Scheme = Literal["ABN", "NZBN"]
Country = Literal["AU", "NZ"]
#: Why a text is no business number.
Kind = Literal["missing", "malformed", "checksum"]

ABN_LENGTH = 11
NZBN_LENGTH = 13
SAMPLE_ABN = "51 824 753 556"
SAMPLE_NZBN = "9429041561928"
NOT_VALID = "That isn’t a valid {scheme}. Check for swapped or mistyped digits."

_LONGEST_INPUT = 100
_ACN_LENGTH = 9
_GST_BRANCH_LENGTH = 14
_PEPPOL_SCHEMES = {"ABN": "0151", "NZBN": "0088"}
_LABEL = re.compile(r"^(?:NZBN|ABN|AU|NZ|(?:0151|0088)(?=:))[:#]?", re.IGNORECASE)
_ACN_LABEL = re.compile(r"^ACN[:#]?", re.IGNORECASE)
# what `_is_separator` says of ASCII: blank, hyphen, dot and the control characters
_ASCII_SEPARATORS = dict.fromkeys((*map(ord, " -."), *range(32), 127))


@dataclass(frozen=True)
class BusinessNumber:
    """A number whose length and check digits are right. `digits` has no separators."""

    scheme: Scheme
    digits: str

    @property
    def display(self) -> str:
        """As people write it: an ABN in groups of 2, 3, 3 and 3, an NZBN in one piece."""
        if self.scheme == "NZBN":
            return self.digits
        return f"{self.digits[:2]} {self.digits[2:5]} {self.digits[5:8]} {self.digits[8:]}"


@dataclass(frozen=True)
class NumberProblem:
    """Why a text is not the number that was asked for, with a sentence to show at the field."""

    kind: Kind
    sentence: str

    @property
    def coded(self) -> Coded:
        """The sentence with the code of its kind, for a customer's number."""
        return Coded(self.sentence, f"NUMBER-{self.kind.upper()}")


def read_number(text: str, country: Country | None) -> BusinessNumber | NumberProblem:
    """Read a business number as typed.

    `country` says which number the field asks for: an ABN in "AU", an NZBN in "NZ", either one when it is None.
    Blanks of every kind, hyphens, dots, full-width digits and a leading "ABN" or "NZBN" are accepted.
    """
    if len(text) > _LONGEST_INPUT:
        return NumberProblem("malformed", f"That is too long. {shape(country)}")
    digits = _without_separators(text)
    if not (digits.isascii() and digits.isdigit()):
        digits = _LABEL.sub("", _ACN_LABEL.sub("", digits))
    if not digits:
        return NumberProblem("missing", ask(country))
    if not (digits.isascii() and digits.isdigit()):
        return NumberProblem("malformed", _stray_character(digits, country))
    if country == "AU":
        return _read_abn(digits)
    if country == "NZ":
        return _read_nzbn(digits)
    return _read_either(digits)


def abn_or_none(text: str) -> BusinessNumber | None:
    """The ABN in `text`, or None when it isn't a valid one."""
    number = read_number(text, "AU")
    return number if isinstance(number, BusinessNumber) else None


def nzbn_or_none(text: str) -> BusinessNumber | None:
    """The NZBN in `text`, or None when it isn't a valid one."""
    number = read_number(text, "NZ")
    return number if isinstance(number, BusinessNumber) else None


def peppol_id(number: BusinessNumber) -> str:
    """The participant id on the Peppol network, such as "0151:51824753556" (participant scheme list 9.7)."""
    return f"{_PEPPOL_SCHEMES[number.scheme]}:{number.digits}"


def is_valid_acn(digits: str) -> bool:
    """Whether nine digits pass the ACN check. All zeros satisfy its arithmetic but were never issued."""
    return digits != "0" * _ACN_LENGTH and bool(acn.is_valid(digits))


def _without_separators(text: str) -> str:
    if text.isascii():
        return text.translate(_ASCII_SEPARATORS)
    wide = unicodedata.normalize("NFKC", text)
    return "".join(c for c in wide if not _is_separator(c))


def _is_separator(character: str) -> bool:
    # Cf holds zero-width blanks and direction marks, Cc the tabs and newlines that come along when copying a cell
    return character in ".\N{MINUS SIGN}" or unicodedata.category(character) in ("Pd", "Zs", "Zl", "Zp", "Cf", "Cc")


def _read_abn(digits: str) -> BusinessNumber | NumberProblem:
    if len(digits) == ABN_LENGTH:
        # `abn.is_valid` would clean the digits once more, which takes longer than checking them
        if abn.calc_check_digits(digits[2:]) == digits[:2]:
            return BusinessNumber("ABN", digits)
        return NumberProblem("checksum", NOT_VALID.format(scheme="ABN"))
    return NumberProblem("malformed", _not_an_abn(digits))


def _not_an_abn(digits: str) -> str:
    if len(digits) == _ACN_LENGTH:
        return "That looks like an ACN. We need the ABN, which has 11 digits; a company’s ABN ends with its ACN."
    if len(digits) == _GST_BRANCH_LENGTH and abn.is_valid(digits[:ABN_LENGTH]):
        whole = BusinessNumber("ABN", digits[:ABN_LENGTH]).display
        return f"That is a GST branch number: an ABN with 3 more digits. Leave those off and enter {whole}."
    if len(digits) == NZBN_LENGTH and digits.startswith("94"):
        return "That looks like an NZBN, a New Zealand number. We need the Australian ABN, which has 11 digits."
    return f"An ABN has 11 digits; you typed {len(digits)}."


def _read_nzbn(digits: str) -> BusinessNumber | NumberProblem:
    if len(digits) != NZBN_LENGTH:
        return NumberProblem("malformed", _not_an_nzbn(digits))
    if not digits.startswith("94"):
        return NumberProblem("malformed", "An NZBN begins with 94. Check the first digits.")
    if ean.calc_check_digit(digits[:-1]) == digits[-1]:
        return BusinessNumber("NZBN", digits)
    return NumberProblem("checksum", NOT_VALID.format(scheme="NZBN"))


def _not_an_nzbn(digits: str) -> str:
    if len(digits) == ABN_LENGTH and abn.is_valid(digits):
        return "That looks like an ABN, an Australian number. We need the NZBN: 13 digits, beginning with 94."
    if len(digits) in (8, 9):
        return "That looks like an IRD or GST number. We need the NZBN: 13 digits, beginning with 94."
    return f"An NZBN has 13 digits; you typed {len(digits)}."


def _read_either(digits: str) -> BusinessNumber | NumberProblem:
    if len(digits) == NZBN_LENGTH:
        return _read_nzbn(digits)
    if len(digits) in (ABN_LENGTH, _GST_BRANCH_LENGTH):
        return _read_abn(digits)
    if len(digits) == _ACN_LENGTH and is_valid_acn(digits):
        return NumberProblem("malformed", _not_an_abn(digits))
    return NumberProblem("malformed", f"An ABN has 11 digits and an NZBN has 13; you typed {len(digits)}.")


def ask(country: Country | None) -> str:
    """What to type where nothing has been typed."""
    if country == "AU":
        return f"Enter the ABN: 11 digits, for example {SAMPLE_ABN}."
    if country == "NZ":
        return f"Enter the NZBN: 13 digits, for example {SAMPLE_NZBN}."
    return "Enter an ABN (11 digits) or an NZBN (13 digits)."


def shape(country: Country | None) -> str:
    """How many digits the number has."""
    if country == "AU":
        return "An ABN has 11 digits."
    if country == "NZ":
        return "An NZBN has 13 digits."
    return "An ABN has 11 digits and an NZBN has 13."


def _stray_character(digits: str, country: Country | None) -> str:
    stray = next(c for c in digits if not (c.isascii() and c.isdigit()))
    if stray.isdecimal():
        return f"Please use the digits 0 to 9. {shape(country)}"
    return f"Only digits, please: we found “{stray}”. {shape(country)}"

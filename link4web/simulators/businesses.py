"""Invented businesses, the same ones every time: names, places, people and sample numbers for any index.

Every number here is a sample: it satisfies its check digits but was made up, and belongs to nobody on purpose.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from link4web.simulators.sample_numbers import abn_ending, sample_abn, sample_acn, sample_nzbn

T = TypeVar("T")
WORDS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
AU_PLACES = [
    ("Newcastle", "NSW", "2300"), ("Port Macquarie", "NSW", "2444"), ("Marrickville", "NSW", "2204"),
    ("Wagga Wagga", "NSW", "2650"), ("Fitzroy", "VIC", "3065"), ("Geelong", "VIC", "3220"),
    ("Bendigo", "VIC", "3550"), ("Paddington", "QLD", "4064"), ("Toowoomba", "QLD", "4350"),
    ("Cairns", "QLD", "4870"), ("Murray Bridge", "SA", "5253"), ("Salisbury", "SA", "5108"),
    ("Fremantle", "WA", "6160"), ("Albany", "WA", "6330"), ("Hobart", "TAS", "7000"),
    ("Launceston", "TAS", "7250"), ("Braddon", "ACT", "2612"), ("Darwin", "NT", "0800"),
]  # fmt: skip
NZ_PLACES = [
    ("Ōtaki", "Kāpiti Coast", "5512"), ("Auckland", "Auckland", "1010"), ("Wellington", "Wellington", "6011"),
    ("Christchurch", "Canterbury", "8011"), ("Dunedin", "Otago", "9016"), ("Tauranga", "Bay of Plenty", "3110"),
    ("Rotorua", "Bay of Plenty", "3010"), ("Hamilton", "Waikato", "3204"), ("Whangārei", "Northland", "0110"),
    ("Nelson", "Tasman", "7010"), ("Napier", "Hawke’s Bay", "4110"), ("Invercargill", "Southland", "9810"),
]  # fmt: skip
PLAIN = str.maketrans("āēīōūĀĒĪŌŪéáøëåö", "aeiouAEIOUeaoeao")


@dataclass(frozen=True, kw_only=True)
class Business:
    """A made-up business. `number` is an ABN (AU) or NZBN (NZ), digits only; `state` is the region in NZ."""

    name: str
    country: str
    number: str
    given: str
    family: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    postcode: str


class Dice:
    """A fixed sequence of choices for one key: cheap, and the same on every machine."""

    def __init__(self, key: str) -> None:
        self._rolls = iter(blake2b(key.encode(), digest_size=64).digest())

    def below(self, n: int) -> int:
        """A number from 0 to n-1 (n up to 65536); at most 32 of them for one key."""
        return (next(self._rolls) << 8 | next(self._rolls)) % n

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]


def business(country: str, series: str, index: int) -> Business:
    """The business number `index` of a series; `country` is AU or NZ. Names repeat only beyond some ten thousand."""
    dice = Dice(f"{series}:{index}")
    australian = country == "AU"
    short = _name(dice, WORDS["au_first"] if australian else WORDS["nz_first"], index)
    city, state, postcode = dice.one_of(AU_PLACES if australian else NZ_PLACES)
    given, family = dice.one_of(WORDS["given"]), dice.one_of(WORDS["family"])
    ending = dice.one_of(WORDS["au_endings"] if australian else WORDS["nz_endings"])
    box = dice.one_of(["accounts", "office", "hello", "ap", "pay", plain(given)])
    line = f"{1 + dice.below(280)} {dice.one_of(WORDS['streets'])} {dice.one_of(WORDS['street_endings'])}"
    seed = dice.below(65536) << 16 | dice.below(65536)
    return Business(
        name=f"{short} {ending}".strip(),
        country=country,
        number=_sample_number(seed, ending, australian=australian),
        given=given,
        family=family,
        email=f"{box}@{plain(short)}.example",
        phone=f"{5550 + dice.below(9)} {1000 + dice.below(9000)}",
        street=line,
        city=city,
        state=state,
        postcode=postcode,
    )


def plain(text: str) -> str:
    """Letters and digits in lower case, without macrons: what a mail domain takes."""
    return "".join(filter(str.isalnum, text.translate(PLAIN).lower())).encode("ascii", "ignore").decode()


def written(number: str, kind: str) -> str:
    """A business number as people type it into ledgers: `kind` is right, spaced (ABNs only), wrong or missing."""
    if kind == "missing":
        return ""
    if kind == "wrong":
        # two neighbours swapped, as hands do
        return number[:-2] + number[-1] + number[-2] if number[-1] != number[-2] else number[:-1] + "x"
    if kind == "spaced" and len(number) == 11:
        return f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"
    return number


def _sample_number(seed: int, ending: str, *, australian: bool) -> str:
    if not australian:
        return sample_nzbn(seed)
    # a company's ABN ends in its ACN
    return abn_ending(sample_acn(seed)) if ending.endswith("Pty Ltd") else sample_abn(seed)


def _name(dice: Dice, first: list[str], index: int) -> str:
    parts = [dice.one_of(first), dice.one_of(WORDS["links"]), dice.one_of(WORDS["trades"])]
    if index >= FEW and dice.below(4):
        parts.insert(1, dice.one_of(WORDS["family"]))
    return " ".join(filter(None, parts))


FEW = 1_000

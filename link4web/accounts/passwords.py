"""Passwords: length instead of composition rules, a list of common ones, Argon2id (R-001 to R-003)."""

import re
import secrets
import unicodedata
from functools import lru_cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from link4web.sentences import Coded

MIN_LENGTH = 15
MAX_LENGTH = 1000
#: Argon2id's rounds and mebibytes: ours; the least that OWASP's Password Storage Cheat Sheet allows; next to nothing,
#: for tests, which sign in thousands of times (LINK4WEB_LIGHT_PASSWORDS, refused in production).
FULL, LEAST, TRIFLING = (3, 64), (2, 19), (1, 1)
DISGUISES = str.maketrans("@4310$57!", "aaeiosstl")


SHORT = f"Use {MIN_LENGTH} characters or more; you typed {{typed}}. Four or five unrelated words work well."
LONG = f"Use at most {MAX_LENGTH:,} characters."
COMMON = "That password is on lists that attackers try first. Choose another one."
CLOSE = "That is too close to a name or address others know. Choose another one."


class WeakPassword(ValueError):
    """Not good enough; `sentence` says why in plain words."""

    def __init__(self, sentence: Coded) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def check_strength(password: str, *context: str) -> None:
    """Refuse what is short or easily guessed. `context`: own name, address, organisation.

    Raises:
        WeakPassword: with a sentence for the person.
    """
    if len(password) < MIN_LENGTH:
        raise WeakPassword(Coded(SHORT.format(typed=len(password)), "PASSWORD-SHORT"))
    if len(password) > MAX_LENGTH:
        raise WeakPassword(Coded(LONG, "PASSWORD-LONG"))
    if len(set(password)) < 5 or _is_repeated(password.casefold()) or _is_guessable(password, set()):
        raise WeakPassword(Coded(COMMON, "PASSWORD-COMMON"))
    if _is_guessable(password, _context_words(context)):
        raise WeakPassword(Coded(CLOSE, "PASSWORD-CLOSE"))


def hash_password(password: str) -> str:
    """An Argon2id hash with today's parameters."""
    return _hasher().hash(_same_everywhere(password))


def hash_code(code: str) -> str:
    """An Argon2id hash of something random that we made ourselves: cheaper, since nobody can guess it."""
    return _hasher_for(*_cost(LEAST)).hash(code)


def password_fits(password: str, stored: str) -> bool:
    """Whether `password` belongs to the stored hash. Costs the same when it does not."""
    try:
        return _hasher().verify(stored, _same_everywhere(password))
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with older, weaker parameters."""
    return _hasher().check_needs_rehash(stored)


def decoy() -> str:
    """A hash to check against where there is no account: the answer must take equally long (R-004)."""
    return _decoy(*_cost())


@lru_cache(2)
def _decoy(rounds: int, mebibytes: int) -> str:
    return _hasher_for(rounds, mebibytes).hash(secrets.token_urlsafe())


def _hasher() -> PasswordHasher:
    return _hasher_for(*_cost())


def _cost(usual: tuple[int, int] = FULL) -> tuple[int, int]:
    return TRIFLING if current_app.config["LIGHT_PASSWORDS"] else usual


@lru_cache(3)
def _hasher_for(rounds: int, mebibytes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=rounds, memory_cost=mebibytes * 1024, parallelism=1)


def _same_everywhere(password: str) -> str:
    """One form for letters that keyboards compose differently (NIST SP 800-63B-4, 3.1.1.2); nothing else changes."""
    return unicodedata.normalize("NFC", password)


def _is_guessable(password: str, context: set[str]) -> bool:
    """Whether fewer than six letters are left without listed words, words of the context, digits and abc…"""
    return any(len(plain) >= 6 and len(_rest(plain, context)) < 6 for plain in _plain_forms(password))


def _plain_forms(password: str) -> tuple[str, str]:
    essence = _essence(password)
    return essence, _essence(password.casefold().translate(DISGUISES))


def _rest(plain: str, context: set[str]) -> str:
    for word in sorted(context, key=len, reverse=True):
        plain = plain.replace(word, "")
    return re.sub(r"\d+", "", _without_runs(_common().sub("", plain)))


def _without_runs(text: str) -> str:
    """Without neighbours of the alphabet in a row (abcd, 6543)."""
    kept = [
        letter
        for before, letter, after in zip(" " + text, text, text[1:] + " ", strict=False)
        if abs(ord(letter) - ord(before)) != 1 and abs(ord(after) - ord(letter)) != 1
    ]
    return "".join(kept)


@lru_cache(1)
def _common() -> re.Pattern[str]:
    words = files(__package__).joinpath("common_passwords.txt").read_text().split()
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


def _essence(text: str) -> str:
    """Lower case, letters and digits only: what is left of a disguised word."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _is_repeated(text: str) -> bool:
    return re.fullmatch(r"(.{1,8}?)\1+", text, re.DOTALL) is not None


def _context_words(context: tuple[str, ...]) -> set[str]:
    words = {"link4web", "einvoice", "einvoicing", "peppol"}
    for text in context:
        words.add(_essence(text))
        words.update(_essence(part) for part in re.split(r"[\s@.]+", text))
    return {word for word in words if len(word) >= 4}

"""E-mail addresses in one canonical form (R-012)."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from link4web.sentences import Coded

MAX_LENGTH = 254


MISSING = Coded("Enter an e-mail address.", "EMAIL-MISSING")
TOO_LONG = Coded(f"That is too long for an e-mail address (at most {MAX_LENGTH} characters).", "EMAIL-LONG")
MALFORMED = Coded("That doesn’t look like an e-mail address. It needs a name, an @ and a domain.", "EMAIL-MALFORMED")


class EmailProblem(ValueError):
    """Not a usable address; `sentence` says so in plain words."""

    def __init__(self, sentence: Coded) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def canonical_email(text: str) -> str:
    """Trimmed, Unicode-normalised, case-folded; a `+tag` stays.

    Raises:
        EmailProblem: it is empty, too long or not an address.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if not text:
        raise EmailProblem(MISSING)
    if len(text) > MAX_LENGTH:
        raise EmailProblem(TOO_LONG)
    try:
        # plain letters before the @ (few mail servers take others), and the domain as the network writes it: a
        # look-alike letter then shows as xn--
        checked = validate_email(text, allow_smtputf8=False, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise EmailProblem(MALFORMED) from None
    canonical = f"{checked.local_part}@{checked.ascii_domain}".casefold()
    if len(canonical) > MAX_LENGTH:
        raise EmailProblem(TOO_LONG)
    return canonical


def email_key(text: str) -> str:
    """The canonical form, or an empty string when `text` is no usable address."""
    try:
        return canonical_email(text)
    except EmailProblem:
        return ""

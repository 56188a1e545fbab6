"""What may be in the way of an organisation's addresses and bank account, each with its fix."""

from link4web.accounts import words
from link4web.help.problems import Problem


def _plain(code: str, title: str, sentence: str, fix: str, article: str) -> Problem:
    return Problem(code=code, title=title, sentence=sentence, fix=fix, article=article)


PROBLEMS = (
    _plain(
        "ADDRESS-SHOWN",
        "The address that customers see",
        "It stands under every invitation and, later, on every invoice.",
        "Enter the street address; the postal one only if it differs.",
        "addresses",
    ),
    _plain(
        "ADDRESS-PART",
        "A part of the address is missing",
        "Invoices carry an address in parts, so each of them is needed.",
        "Fill the part in. In New Zealand leave the state empty.",
        "addresses",
    ),
    _plain(
        "ADDRESS-POSTCODE",
        "That isn’t a postcode",
        words.ADDRESS_POSTCODE,
        "Type the four digits, nothing else.",
        "addresses",
    ),
    _plain(
        "BANK-CHANGED",
        "The bank account was changed",
        "Whoever changes it leads your customers’ payments elsewhere, so every admin gets a mail.",
        "If it wasn’t one of you, enter the right account at once, and look into the activity log.",
        "bank-account",
    ),
    _plain(
        "BANK-NUMBER",
        "That isn’t an account number",
        "It is too short, too long, or holds something else than digits.",
        "Copy it from a statement of the bank.",
        "bank-account",
    ),
    _plain(
        "BANK-DIGITS", "The digits don’t fit together", words.BANK_NZ["digits"], "Type it once more.", "bank-account"
    ),
)

"""Problems that any page may have: error pages, fields that need another look; and what some pages are about."""

from collections.abc import Iterator

from link4web.help.problems import Problem
from link4web.web.errors import OPEN_TOO_LONG, WORDS

AGAIN = "Go back and try once more."
#: What to do about each error page, and the article that tells more.
FIXES = {
    400: (AGAIN, "something-went-wrong"),
    401: ("Sign in. What you typed is kept.", "signing-in"),
    403: ("Open the page anew; if it stays, ask an admin of the organisation.", "something-went-wrong"),
    404: ("Look at the address, or begin at My Customers.", "something-went-wrong"),
    405: (AGAIN, "something-went-wrong"),
    409: ("Look at the page again, then decide.", "something-went-wrong"),
    413: ("Send less in one go.", "something-went-wrong"),
    422: (AGAIN, "something-went-wrong"),
    429: ("Wait a minute, then try again.", "something-went-wrong"),
    500: ("Try again; if it stays, write to support with the code on the page.", "something-went-wrong"),
    503: ("Try again in a minute.", "something-went-wrong"),
}


def _plain(code: str, title: str, sentence: str, fix: str, article: str) -> Problem:
    return Problem(code=code, title=title, sentence=sentence, fix=fix, article=article)


def _error_pages() -> Iterator[Problem]:
    for status, (title, sentence) in WORDS.items():
        fix, article = FIXES[status]
        yield _plain(f"HTTP-{status}", title, sentence, fix, article)


_FORMS = (
    _plain("PAGE-OPEN-TOO-LONG", *OPEN_TOO_LONG, "Press Send it now.", "signing-in"),
    _plain(
        "PAGE-NO-ANSWER",
        "No answer came",
        "Your connection may be down, or we may be.",
        "Nothing was lost: try once more, or reload the page.",
        "something-went-wrong",
    ),
    _plain("FIELD-EMPTY", "A field is empty", "The form needs it to go on.", "Fill it in.", "something-went-wrong"),
    _plain(
        "FIELD-LONG",
        "That is too long",
        "The field takes as many characters as the page says.",
        "Leave out what isn’t needed.",
        "something-went-wrong",
    ),
    _plain(
        "FIELD-CHOICE",
        "Choose from the list",
        "What was sent is none of the choices that the page offers.",
        "Reload the page and choose again.",
        "something-went-wrong",
    ),
)

_ABOUT = (
    _plain(
        "ABOUT-EINVOICES",
        "What an eInvoice is",
        "An eInvoice goes from one accounting system straight into another. It is not a PDF by e-mail.",
        "Read how it differs, and what your customers gain.",
        "what-is-an-einvoice",
    ),
    _plain(
        "ABOUT-COSTS",
        "What it costs",
        "Inviting and joining cost nothing.",
        "Read who pays for what.",
        "what-it-costs",
    ),
    _plain(
        "ABOUT-PRIVACY",
        "Privacy",
        "The page says what we read, keep and send.",
        "Read what you can see and delete yourself.",
        "privacy",
    ),
    _plain(
        "ABOUT-ADVISERS",
        "One sign-in for all your clients",
        "Whoever looks after several businesses sees them all on one page.",
        "Ask each client’s admin to let you in.",
        "advisers",
    ),
    _plain(
        "ABOUT-COLLEAGUES",
        "Who can work here with you",
        "Admins may do everything; users and advisers what is ticked for them.",
        "Read what each role may do.",
        "users",
    ),
    _plain(
        "ABOUT-CODES",
        "Security codes",
        "A code beside the password keeps others out who have learnt it.",
        "Read what is there for signing in safely.",
        "security-codes",
    ),
    _plain(
        "ABOUT-LEAVING",
        "Leaving",
        "You can disconnect at any time, and what is yours stays yours.",
        "Read what goes and what has to be kept.",
        "closing-an-account",
    ),
)

PROBLEMS = (*_error_pages(), *_FORMS, *_ABOUT)

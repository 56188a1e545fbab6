"""What may be in the way of letting colleagues in and of coming in, for the help centre, each with its fix."""

from collections.abc import Iterator

from link4web.accounts import words as accounts
from link4web.colleagues import words
from link4web.help.problems import Problem

ANOTHER = "Ask whoever invited you for a new one."
#: What to do about a link that can't be used.
CLOSED = {
    "accepted": "Sign in. The organisation stands among yours.",
    "expired": ANOTHER,
    "superseded": "Open the link in the latest mail.",
    "declined": ANOTHER,
    "withdrawn": "Ask whoever invited you.",
    "unknown": "Copy the whole line from the mail into your browser.",
}


def _plain(code: str, title: str, sentence: str, fix: str, at: str = "") -> Problem:
    return Problem(code=code, title=title, sentence=sentence, fix=fix, article="users", at=at)


def _closed() -> Iterator[Problem]:
    for state, (title, sentence) in words.CLOSED.items():
        yield _plain(words.closed_code(state), title.rstrip("."), sentence, CLOSED[state], "they-can-t-accept")


_LETTING_IN = (
    _plain(
        "USER-INVITED",
        "Inviting a colleague",
        "The link in the mail works once, for seven days, and for that address alone.",
        "Press Resend for a new link; the older one ends. Press Withdraw to take it back.",
    ),
    _plain(
        "USER-MEMBER",
        "They work here already",
        words.MEMBER,
        "Press Change beside their name.",
        "change-a-role-or-remove-somebody",
    ),
    _plain(
        "USER-INVITED-OFTEN",
        "Too many invitations",
        "There is a limit to how many invitations to colleagues leave in a day, so that nobody’s mailbox is flooded.",
        "Wait until the time the page names.",
    ),
    _plain(
        "USER-MAIL-FAILED",
        "The invitation did not arrive",
        "The mail server of that address has not taken our mail, or we don’t know whether it has.",
        "Check the address. Press Resend if it is right; otherwise press Withdraw and invite the right one.",
        "they-can-t-accept",
    ),
    _plain(
        "USER-MAIL-STOPPED",
        "The address wants no invitations",
        "Somebody pressed Stop in an earlier mail to this address, so we send it no more invitations.",
        "Talk to them. Only they can take that back, by the link in the mail in which they pressed it.",
        "they-can-t-accept",
    ),
    _plain(
        "USER-INVITATION-GONE",
        "The invitation is not open any more",
        "It was accepted, declined, taken back or replaced while the page was open.",
        "Look at the list again.",
    ),
    _plain(
        "USER-LAST-ADMIN",
        "The last admin stays",
        accounts.LAST_ADMIN,
        "Make somebody else an admin, or hand over.",
        "leave-yourself",
    ),
    _plain(
        "USER-ABOVE-OWN",
        "More than you may do yourself",
        accounts.ABOVE_OWN,
        "Ask an admin of the organisation.",
        "what-each-role-may-do",
    ),
    _plain(
        "USER-NOT-THERE",
        "They have gone meanwhile",
        accounts.NOT_THERE,
        "Look at the list again.",
        "change-a-role-or-remove-somebody",
    ),
    _plain(
        "USER-SESSIONS",
        "Sign somebody out",
        "Every browser in which they are signed in asks for their password again.",
        "Press Sign them out everywhere.",
        "change-a-role-or-remove-somebody",
    ),
    _plain(
        "USER-REMOVE",
        "Remove somebody",
        "They can’t open the organisation from their next click on; what they did stays in the history.",
        "Press Remove.",
        "change-a-role-or-remove-somebody",
    ),
    _plain(
        "USER-LEAVE",
        "Leave an organisation",
        "You can’t open it any more; your sign-in and your other organisations are not touched.",
        "Press Leave this organisation.",
        "leave-yourself",
    ),
)

_COMING_IN = (
    _plain(
        "COLLEAGUE-OPEN",
        "You are invited to work in an organisation",
        "Somebody there has given us your address. Nothing is opened before you accept.",
        "Press Accept, or No, thanks.",
    ),
    _plain(
        "COLLEAGUE-HAS-ACCOUNT",
        "You have a sign-in already",
        words.HAS_ACCOUNT.replace("{email}", "this address"),
        "Press Sign in.",
        "they-can-t-accept",
    ),
    _plain(
        "COLLEAGUE-OTHER-SIGN-IN",
        "The invitation is for another address",
        "It belongs to the mailbox it was sent to, and you are signed in with another address.",
        "Press Switch to another sign-in.",
        "they-can-t-accept",
    ),
)

PROBLEMS = (*_LETTING_IN, *_COMING_IN, *_closed())

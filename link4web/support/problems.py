"""What may be in the way of support staff, and what the customer reads about support access, each with its fix."""

from link4web.help.problems import Problem
from link4web.support import words
from link4web.web import behalf

FOR_STAFF = "support-on-behalf"


def _plain(code: str, title: str, sentence: str, fix: str, article: str = FOR_STAFF) -> Problem:
    return Problem(code=code, title=title, sentence=sentence, fix=fix, article=article)


_OF_STAFF = (
    _plain(
        "SUPPORT-ON-BEHALF",
        "Working in a customer’s account",
        "Only with the customer’s word, for an hour, and everything you open stands in their history.",
        "Find the organisation or the person, and ask for access.",
    ),
    _plain(
        "SUPPORT-REASON",
        "The reason is too short",
        words.REASON_SHORT,
        "Write what you want to see or change, and why.",
    ),
    _plain(
        "SUPPORT-TOOL-REASON", "The reason is too short", words.TOOL_REASON_SHORT, "Write who asked for it, and why."
    ),
    _plain("SUPPORT-TICKET", "The ticket is missing", words.TICKET_MISSING, "Open a ticket first, then ask."),
    _plain("SUPPORT-TOOL-CAP", "Too many in one hour", words.TOOL_CAP, "Wait, or hand over to a colleague."),
    _plain("SUPPORT-SELF", "That is you", words.NOT_HIM["self"], "Choose the person who has the trouble."),
    _plain(
        "SUPPORT-STAFF", "A colleague of yours", words.NOT_HIM["staff"], "Choose somebody else of the organisation."
    ),
    _plain(
        "SUPPORT-SUSPENDED",
        "The sign-in is suspended",
        words.NOT_HIM["suspended"],
        "Choose somebody else of the organisation.",
    ),
    _plain(
        "SUPPORT-UNVERIFIED",
        "The address isn’t confirmed",
        words.NOT_HIM["unverified"],
        "Send the confirmation again from the person’s page.",
    ),
    _plain(
        "SUPPORT-NOT-MEMBER",
        "Not of this organisation",
        words.NOT_HIM["member"],
        "Choose one of the people listed, and ask anew.",
    ),
    _plain(
        "SUPPORT-NESTED", "One account at a time", words.NOT_HIM["nested"], "Press Leave, then begin the other one."
    ),
    _plain(
        "SUPPORT-NO-CONSENT", "Nobody has allowed it", words.NO_CONSENT, "Wait for the answer, or ask the customer."
    ),
    _plain("SUPPORT-TOO-LATE", "It may not begin any more", words.TOO_LATE, "Ask anew, with the reason as it is now."),
    _plain(
        "SUPPORT-ASKED-ALREADY",
        "You have asked already",
        words.ASKED_ALREADY,
        "Open your request from the support page: begin there, or take it back and ask anew.",
    ),
    _plain(
        "SUPPORT-NO-SECOND",
        "No second person of support",
        words.NO_SECOND,
        "Untick the emergency and ask an admin. Whoever runs Link4web can appoint a second lead.",
    ),
    _plain("SUPPORT-SECOND", "Your own request", words.OWN_EMERGENCY, "Ask a lead to look at it."),
    _plain("SUPPORT-READ-ONLY", "You are looking only", behalf.READ_ONLY, "Open the banner’s page and take the step."),
    _plain("SUPPORT-NEVER", "Not on somebody’s behalf", behalf.NEVER, "Tell the customer where to press themselves."),
)
_OF_CUSTOMERS = (
    _plain(
        "SUPPORT-ACCESS",
        "Support access",
        "Support sees your account only when you have said so, and you see all they did.",
        "Switch it on until a day, or answer each request by itself.",
        "support-access",
    ),
    _plain(
        "SUPPORT-UNTIL",
        "The day is out of range",
        words.UNTIL_WRONG,
        "Choose an earlier day. You can always switch it on again.",
        "support-access",
    ),
    _plain(
        "SUPPORT-DECIDED",
        "This has been decided",
        "Another admin was faster, or the request has run out.",
        "Nothing. The history shows how it stands.",
        "support-access",
    ),
    _plain(
        "SUPPORT-LINK",
        "This link leads nowhere any more",
        "The request has been decided, or taken back, or it has run out.",
        "Sign in to see how it stands, under Settings, Support access.",
        "support-access",
    ),
)

PROBLEMS = (*_OF_STAFF, *_OF_CUSTOMERS)

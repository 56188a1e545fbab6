"""The sentences about inviting and joining; pages, help and the review use these and no others."""

from link4web.sentences import Coded

#: Why a customer is left out, by `eligibility`'s own reasons; those by a state have their words in the review.
RECENTLY = "this address got an invitation in the last 24 hours"
OFTEN = "this address has had {most} invitations without an answer"

NOTHING_LEFT = "Nothing is selected any more. If you have just sent it in another tab, it is on its way."
TOO_LATE = "It is too late to undo: the first mails have left."
OUT_OF_DATE = Coded("This page is out of date. Look at it again, then send.", "INVITE-OUT-OF-DATE")
MESSAGE_LONG = "At most {most} characters; these are {typed}."
MESSAGE_LINK = (
    "Leave links and addresses out: “{link}” looks like one. The mail has a link of its own, and answers come to you."
)
CAPPED = "We send at most {words}. The rest leaves by itself from {until}."

#: Why a mail did not leave, or did not arrive.
STOPPED = "They asked for no more e-mails."
WITHDRAWN = "Withdrawn, because the account was closed."
CHANGED = "The customer was changed after you pressed Send. Invite them again."
REFUSED = "The mail server refused this address."
UNREACHABLE = "The mail could not be handed over, though we tried for an hour."
UNKNOWN = "We lost the connection while handing the mail over, so we don’t know whether it arrived."
#: The code of each of them, which are stored as sentences.
MAIL_CODES = {
    STOPPED: "MAIL-STOPPED",
    WITHDRAWN: "MAIL-WITHDRAWN",
    CHANGED: "MAIL-CHANGED",
    REFUSED: "MAIL-REFUSED",
    UNREACHABLE: "MAIL-UNREACHABLE",
    UNKNOWN: "MAIL-UNKNOWN",
}

#: A link that can't be used, by `landing.Closed.state`: what the page says.
CLOSED = {
    "joined": (
        "This invitation has been used.",
        "Somebody joined with it already. If that was you, sign in to go on.",
    ),
    "expired": (
        "This invitation has run out.",
        "{inviter} invited you more than 60 days ago. One press asks them for a new one.",
    ),
    "superseded": (
        "There is a newer invitation.",
        "{inviter} sent you another one since. Please use the link in the latest mail.",
    ),
    "declined": (
        "You said no to this one.",
        "{inviter} sees your answer. If you have changed your mind, you can sign up by yourself.",
    ),
    "revoked": (
        "This invitation counts no more.",
        "{inviter} took it back, or the mail came back to us. If you would like another one, ask them.",
    ),
    "unknown": (
        "We do not know this link.",
        (
            "A part of it may be missing: some mail programs break long links. Copy the whole line from the mail, or"
            " ask whoever invited you to send it once more."
        ),
    ),
}

HAS_ACCOUNT = "There is a sign-in for {email} already. Sign in first; you come back to this page."
OTHER_SIGN_IN = (
    "You are signed in as {signed_in}; the invitation went to {invited}. If that is right, choose for which business"
    " you join. If not, switch to another sign-in."
)
VERIFY_FIRST = "Confirm your address first: open the link in the mail we sent you. Then come back to this page."
OTHER_ADDRESS = (
    "The invitation went to {invited}, so we have sent a mail to {email} to confirm that address. Open its link, sign"
    " in, then open the invitation once more."
)
NOT_YOURS = "Choose one of your own businesses."


def left_out_code(why: str) -> str:
    """The code of one of `eligibility`'s own reasons."""
    return f"INVITE-{why.upper()}"


def closed_code(state: str) -> str:
    """The code of a link that can't be used."""
    return f"JOIN-{state.upper()}"

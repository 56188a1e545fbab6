"""The sentences about letting colleagues in and about accepting; pages, mails and help use these and no others."""

from link4web.invitations import words as invitations
from link4web.sentences import Coded

MEMBER = Coded("This address works here already. Change what it may do on the page before.", "USER-MEMBER")
TOO_MANY = "That is more than {words}. You can go on {until}."
NOBODY_CHOSEN = Coded("Choose who takes your place.", "USER-LAST-ADMIN")
GONE = Coded("This invitation is not open any more: look at the list again.", "USER-INVITATION-GONE")
#: Why the mail of an invitation did not arrive, by `MembershipInvitation.problem`.
MAIL = {
    "refused": Coded(invitations.REFUSED, "USER-MAIL-FAILED"),
    "unreachable": Coded(invitations.UNREACHABLE, "USER-MAIL-FAILED"),
    "unknown": Coded(invitations.UNKNOWN, "USER-MAIL-FAILED"),
    "stopped": Coded("This address has asked us for no more invitations.", "USER-MAIL-STOPPED"),
}

#: A link that can't be used, by `accepting.Closed.state`: what the page says.
CLOSED = {
    "accepted": (
        "This invitation has been used.",
        "If that was you, sign in to go on.",
    ),
    "expired": (
        "This invitation has run out.",
        "It was good for seven days. Ask whoever invited you for a new one.",
    ),
    "superseded": (
        "There is a newer invitation.",
        "Please use the link in the latest mail.",
    ),
    "declined": (
        "You said no to this one.",
        "If you have changed your mind, ask whoever invited you for a new one.",
    ),
    "withdrawn": (
        "This invitation was taken back.",
        "If you expected it to work, ask whoever invited you.",
    ),
    "unknown": (
        "We do not know this link.",
        (
            "A part of it may be missing: some mail programs break long links. Copy the whole line from the mail, or"
            " ask whoever invited you to send it once more."
        ),
    ),
}

HAS_ACCOUNT = "There is a sign-in for {email} already. Sign in with it; you come back to this page."
OTHER_SIGN_IN = "You are signed in as {signed_in}, and this invitation belongs to another address."


def closed_code(state: str) -> str:
    """The code of a link that can't be used."""
    return f"COLLEAGUE-{state.upper()}"

"""The sentences about support: to staff, to the customer, and why an access is over."""

from link4web.sentences import Coded

CATEGORIES = {
    "reported": "Something the customer has reported",
    "sync": "Connection or sync",
    "invitations": "Invitations and mails",
    "security": "Security",
    "other": "Something else",
}
ROLES = {"agent": "support", "lead": "head of support"}

REASON_SHORT = Coded("Say in at least 20 letters why; the customer reads it.", "SUPPORT-REASON")
TOOL_REASON_SHORT = Coded("Say in at least 10 letters why; it stays in the history.", "SUPPORT-TOOL-REASON")
TICKET_MISSING = Coded("Give the number of the ticket or message this is about.", "SUPPORT-TICKET")
TOOL_CAP = Coded("That is enough for one hour. Ask a colleague to look with you.", "SUPPORT-TOOL-CAP")
LONGEST_DAYS = 30
UNTIL_WRONG = Coded(f"Choose a day within the next {LONGEST_DAYS} days.", "SUPPORT-UNTIL")

#: Why nobody may be acted for, by the reason's short name (R-065).
NOT_HIM = {
    "self": Coded("That is you. Use your own sign-in for yourself.", "SUPPORT-SELF"),
    "staff": Coded("That is somebody of the support staff. Nobody acts on their behalf.", "SUPPORT-STAFF"),
    "suspended": Coded("This sign-in is suspended, so nobody can act for it.", "SUPPORT-SUSPENDED"),
    "unverified": Coded("Their address isn’t confirmed, so they could see nothing themselves.", "SUPPORT-UNVERIFIED"),
    "member": Coded("This person doesn’t belong to the organisation.", "SUPPORT-NOT-MEMBER"),
    "nested": Coded("You are in somebody’s account already. Leave it first.", "SUPPORT-NESTED"),
}
OFF = "Support access is off. Whoever was in there on that ground is out with their next click."
OFF_BUT = OFF + " A visit that was allowed by itself may go on or begin: end it below if you like."
NO_CONSENT = Coded("Nobody has allowed this yet. Wait for an admin’s answer.", "SUPPORT-NO-CONSENT")
TOO_LATE = Coded("This may not begin any more. Ask again.", "SUPPORT-TOO-LATE")
ASKED_ALREADY = Coded(
    "You have asked for this account already, and that request is open. Use it, or take it back.",
    "SUPPORT-ASKED-ALREADY",
)
NO_SECOND = Coded(
    "Nobody else of support could decide about an emergency now. Ask without it; the admins get a mail.",
    "SUPPORT-NO-SECOND",
)
OWN_EMERGENCY = Coded("Somebody else has to decide about your own request.", "SUPPORT-SECOND")

#: Why an access is over, by the short name its row has.
ENDED = {
    "left": "Left",
    "time": "The hour was over",
    "idle": "Nobody did anything for 30 minutes",
    "signed-out": "The agent’s own sign-in ended",
    "agent": "The agent doesn’t belong to support any more",
    "consent": "The customer took the permission back",
    "person": "The person can’t sign in here any more",
}
#: A request by its state; `expired` is one that was allowed and not begun in time.
STATES = {
    "waiting": ("Waits for an answer", "unsure", "wait"),
    "ready": ("Allowed, not begun", "receives", "done"),
    "declined": ("Declined", "absent", "rest"),
    "withdrawn": ("Taken back", "absent", "rest"),
    "started": ("Support is in the account now", "partly", "todo"),
    "ended": ("Over", "receives", "rest"),
    "expired": ("Ran out unused", "absent", "rest"),
}
CONSENTS = {
    "": "Nobody has answered yet",
    "standing": "Support access was switched on",
    "approved": "Allowed by {name}",
    "emergency": "Emergency, allowed by {name} of support",
}

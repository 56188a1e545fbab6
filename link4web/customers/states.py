"""A customer's state: one pure function from facts to a word, and which queue shows it."""

from dataclasses import dataclass

NEEDS_NUMBER = "needs-number"
NEEDS_EMAIL = "needs-email"
CAN_INVITE = "can-invite"
INVITED = "invited"
JOINED = "joined"
NOT_CUSTOMER = "not-customer"
ARCHIVED = "archived"
BOUNCED = "bounced"
DECLINED = "declined"
EXPIRED = "expired"
UNSUBSCRIBED = "unsubscribed"
LEFT_LEDGER = "left-ledger"

ALL = (
    CAN_INVITE,
    NEEDS_NUMBER,
    NEEDS_EMAIL,
    INVITED,
    JOINED,
    BOUNCED,
    DECLINED,
    EXPIRED,
    UNSUBSCRIBED,
    LEFT_LEDGER,
    NOT_CUSTOMER,
    ARCHIVED,
)
PROBLEMS = (BOUNCED, DECLINED, EXPIRED, UNSUBSCRIBED, LEFT_LEDGER)

_UNDER_WAY = frozenset({"queued", "sent", "delivered", "opened", "started", "unknown"})
_ANSWERS = {
    "bounced": BOUNCED,
    "declined": DECLINED,
    "expired": EXPIRED,
    "unsubscribed": UNSUBSCRIBED,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a state is decided from. `ledger_status` and `invitation_state` are those of the customer's row."""

    is_customer: bool
    ledger_status: str
    has_number: bool
    has_email: bool
    invitation_state: str = ""
    invite_anyway: bool = False
    number_optional: bool = False


def decide(facts: Facts) -> str:
    """The one state of a customer.

    An answer to an invitation outlives everything but joining's own end; being invited or joined is never taken away
    by a ledger that changes its mind about *is a customer*, as it may when the draft invoice behind it is deleted.
    """
    if facts.invitation_state == "joined":
        return JOINED
    if facts.ledger_status != "active":
        return LEFT_LEDGER if facts.invitation_state in _UNDER_WAY else ARCHIVED
    if facts.invitation_state in _UNDER_WAY:
        return INVITED
    if not facts.is_customer and not facts.invite_anyway:
        return NOT_CUSTOMER
    if facts.invitation_state == "bounced" and not facts.has_email:
        return NEEDS_EMAIL
    if facts.invitation_state in _ANSWERS:
        return _ANSWERS[facts.invitation_state]
    return _readiness(facts)


def _readiness(facts: Facts) -> str:
    if not facts.has_number and not facts.number_optional:
        return NEEDS_NUMBER
    return CAN_INVITE if facts.has_email else NEEDS_EMAIL


INVITABLE = frozenset({CAN_INVITE, EXPIRED})

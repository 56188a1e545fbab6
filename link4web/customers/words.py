"""The words of the customer pages; pages, mails and help use these and no others."""

from dataclasses import dataclass

from link4web.customers import states


@dataclass(frozen=True, slots=True)
class StateWords:
    """`word` as shown, `mark` and `tone` for the drawing (see static/css/tokens.css)."""

    word: str
    mark: str
    why: str


ORIGINS = {
    "ledger": "from {provider}",
    "typed": "typed here",
    "register": "from the register",
    "customer": "from the customer",
}

_STATES = {
    states.CAN_INVITE: (
        "Can invite",
        "can-invite",
        "Number and e-mail are here. Nothing stands in the way of an invitation.",
    ),
    states.NEEDS_NUMBER: (
        "Needs {scheme}",
        "needs-number",
        "{provider} has no valid {scheme} for them. The network finds businesses by it, so it comes first.",
    ),
    states.NEEDS_EMAIL: ("Needs e-mail", "needs-email", "There is no usable e-mail address to send an invitation to."),
    states.INVITED: (
        "Invited",
        "invited",
        "The invitation is on its way or with them. Nothing to do but wait or remind.",
    ),
    states.JOINED: ("Joined", "joined", "They have accepted and have an organisation here."),
    states.BOUNCED: (
        "E-mail bounced",
        "problem",
        "Their mail server refused the invitation. Correct the address, then invite again.",
    ),
    states.DECLINED: ("Declined", "declined", "They said no to the invitation."),
    states.EXPIRED: ("Invitation expired", "expired", "The invitation ran out after 60 days without an answer."),
    states.UNSUBSCRIBED: (
        "Unsubscribed",
        "unsubscribed",
        "They asked for no more e-mails. Call them if you want to talk about it.",
    ),
    states.LEFT_LEDGER: (
        "Archived in {provider}",
        "problem",
        "They were invited, but {provider} has archived, merged or lost this contact since.",
    ),
    states.NOT_CUSTOMER: (
        "Not a customer yet",
        "not-customer",
        "{provider} calls a contact a customer once it has a sales invoice. A draft is enough.",
    ),
    states.ARCHIVED: (
        "Archived in {provider}",
        "not-customer",
        "{provider} has archived or merged this contact. Restore it there if you still invoice them.",
    ),
}


def state_words(state: str, provider_name: str, scheme: str) -> StateWords:
    """The words of a state for one customer."""
    word, mark, why = _STATES[state]
    return StateWords(
        word.format(provider=provider_name, scheme=scheme), mark, why.format(provider=provider_name, scheme=scheme)
    )


def origin_words(origin: str, scheme: str, provider_name: str) -> str:
    """`ABN, from Xero`."""
    return f"{scheme}, {ORIGINS[origin].format(provider=provider_name)}"


@dataclass(frozen=True, slots=True)
class Queue:
    """A work queue of My Customers: its name in the address, its words, and the states it shows."""

    slug: str
    word: str
    mark: str
    states: tuple[str, ...]


QUEUES = (
    Queue("can-invite", "Can invite", "can-invite", (states.CAN_INVITE,)),
    Queue("needs-number", "Needs {scheme}", "needs-number", (states.NEEDS_NUMBER,)),
    Queue("needs-email", "Needs e-mail", "needs-email", (states.NEEDS_EMAIL,)),
    Queue("invited", "Invited", "invited", (states.INVITED,)),
    Queue("joined", "Joined", "joined", (states.JOINED,)),
    Queue("problems", "Problems", "problem", states.PROBLEMS),
    Queue("not-customer", "In {provider}, not a customer yet", "not-customer", (states.NOT_CUSTOMER,)),
    Queue("archived", "Archived in {provider}", "not-customer", (states.ARCHIVED,)),
    Queue("", "All", "", states.ALL),
)


def queue_named(slug: str) -> Queue | None:
    """The queue with this name in the address; the empty name is *All*."""
    return next((queue for queue in QUEUES if queue.slug == slug), None)

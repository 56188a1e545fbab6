"""The words of the customer pages; pages, mails and help use these and no others."""

from dataclasses import dataclass
from typing import NamedTuple

from link4web.customers import states
from link4web.providers.base.provider import Provider


class Terms(NamedTuple):
    """What an accounting system calls things; the sentences here take their words from it.

    `provider` is its name, `contact` whoever is listed there, `retired` what one is that is kept but no longer used.
    """

    provider: str
    contact: str
    retired: str


def terms_of(provider: Provider) -> Terms:
    """The system's own words, which its facts hold."""
    return Terms(provider.name, provider.contact_word, provider.retired_word)


def filled(sentence: str, terms: Terms, scheme: str = "") -> str:
    """A sentence of this module in the system's own words, beginning with a capital."""
    said = sentence.format(scheme=scheme, **terms._asdict())
    return said[:1].upper() + said[1:]


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

STATES = {
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
        "{retired} in {provider}",
        "problem",
        "They were invited, but since then this {contact} has become {retired} in {provider}, or is no longer there.",
    ),
    states.NOT_CUSTOMER: (
        "Not a customer yet",
        "not-customer",
        "{provider} does not call this {contact} a customer yet.",
    ),
    states.ARCHIVED: (
        "{retired} in {provider}",
        "not-customer",
        "This {contact} is {retired} in {provider}, or no longer there. Bring it back there if you still invoice them.",
    ),
}


def state_words(state: str, terms: Terms, scheme: str) -> StateWords:
    """The words of a state for one customer."""
    word, mark, why = STATES[state]
    return StateWords(filled(word, terms, scheme), mark, filled(why, terms, scheme))


def origin_words(origin: str, scheme: str, provider_name: str) -> str:
    """`ABN, from Xero`."""
    return f"{scheme}, {ORIGINS[origin].format(provider=provider_name)}"


def hidden_words(scheme: str, provider_name: str) -> str:
    """`ABN, the rest hidden by QuickBooks`."""
    return f"{scheme}, the rest hidden by {provider_name}"


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
    Queue("archived", "{retired} in {provider}", "not-customer", (states.ARCHIVED,)),
    Queue("", "All", "", states.ALL),
)


#: Title and sentence for a list without rows, by the queue's name in the address; *sync* for the news of a sync.
EMPTY_WORDS = {
    "can-invite": (
        "Nobody to invite right now",
        "Customers come here once they have a business number and an e-mail address.",
    ),
    "needs-number": ("Nobody needs an {scheme}", "Every customer has a valid business number."),
    "needs-email": ("Nobody needs an e-mail address", "Every customer has one that we can write to."),
    "invited": ("Nobody is waiting for an answer", "Whoever you invite stays here until they join or say no."),
    "joined": ("Nobody has joined yet", "You see it here, and get a mail, as soon as somebody does."),
    "problems": ("No problems", "Refused mails, expired invitations and people who said no would show up here."),
    "not-customer": ("Everybody is a customer", "{provider} lists nobody who is not one yet."),
    "archived": ("Nobody is {retired}", "Whoever is {retired} or gone in {provider} would show up here."),
    "sync": ("Nothing of that kind at the last sync", "The next sync may bring something."),
    "": ("No {contact}s in {provider} yet", "Add your first customer here, or there and press Sync now."),
}


def queue_named(slug: str) -> Queue | None:
    """The queue with this name in the address; the empty name is *All*."""
    return next((queue for queue in QUEUES if queue.slug == slug), None)

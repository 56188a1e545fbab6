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

#: What is written to the ledger, as sentences name it.
VALUES = {"number": "business number", "email": "e-mail address"}

#: A value that stands here and not in the ledger: at its customer's page, and in few words behind it in a row.
WAITS = "{provider} doesn’t have this {what} yet. It waits to be written there."
ONLY_HERE = "This {what} stands only here: it could not be written to {provider}."
NOT_THERE = ", not in {provider}"
WRITING_AGAIN = "The {what} goes to {provider} once more."
WRITTEN_NOWHERE = "{provider} is not connected, so the {what} stands only here."

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


#: Title and text for a search that finds somebody who is no longer in use, by the ledger's status; "" for any other.
GONE = {
    "archived": (
        "{name} is {retired} in {provider}",
        "{provider} keeps {retired} {contact}s out of new invoices, so they are not invited either.",
    ),
    "merged": (
        "{name} was merged into another {contact} in {provider}",
        "Invoices go to the other {contact} now; invite that one.",
    ),
    "erased": (
        "{name} was erased in {provider}",
        "This {contact}’s details were removed on request. {provider} no longer invoices it.",
    ),
    "": (
        "{name} is no longer in {provider}",
        "{provider} no longer has this {contact}. What was entered here is kept.",
    ),
}

#: Title and text for a search that finds nobody: none is called missing before the ledger has said so.
MISSES = {
    "here": ("Nobody found here", "We looked through all {total} {contact}s here, {retired} ones too."),
    "asked": (
        "No such {contact} in {provider}",
        "We looked through all {total} {contact}s here, {retired} ones too, and asked {provider} again just now.",
    ),
    # each of them looks for names and addresses, none for an ABN (see `search` of the clients)
    "by-number": (
        "Nobody with this number here",
        "It is with none of the {total} {contact}s here. {provider} may find nobody by it: search for the name, too.",
    ),
    "unknown": (
        "We don’t know whether {provider} has it",
        "It is none of the {total} {contact}s here, and {provider} could not be asked. Look again before you add it.",
    ),
    "reading": (
        "{provider} is just being read",
        "It is none of the {total} {contact}s that are here so far. This page looks again when everything is read.",
    ),
    "left-out": ("In {provider}, but not listed here", "We leave it out, because:"),
    "adding": ("A new {contact}", "{provider} gets it first, then it is listed here."),
}

NOTHING_SELECTED = "Select at least one customer, then press Invite selected."
TOO_MANY = "That is more than 1,000 single ticks. Use “Select all” above the rows instead."
CLEARED = "Your selection of {number} was cleared because the list changed."

#: The last-sync line, where a sync itself has not said what is the matter.
SYNC_SLOW = "{provider} asks us to slow down."
SYNC_FAILED = "The last sync from {provider} stopped. Try again; what is here stays."
SYNC_NEVER = "Not synced yet"
SYNC_SHORT = "{provider} sent fewer {contact}s than it has, so nothing was taken away here. Try again in a few minutes."
CONNECTED_AGAIN = "Somebody has just connected again. We will go on in a moment."
NOT_CONNECTED = "{provider} is not connected, so there is nothing to sync."

#: What happens with a draft invoice, by its state; what went wrong stands behind it.
DRAFTS = {
    "asked": "We are creating a draft invoice in {provider}. Reload the page in a moment.",
    "made": "We made a draft invoice for {name} in {provider}. It uses up an invoice number until it is removed.",
    "failed": "{provider} didn’t accept a draft invoice.",
}
DRAFT_NOT_YET = "The draft is there, but the contact doesn’t count as a customer yet. You can invite it anyway."
ENDED = "The connection has ended. Connect again, then try once more."
NOT_WRITTEN_BACK = "{customer} could not be written back."
TIRED = "We have tried for hours without getting through. Try again when it is back."

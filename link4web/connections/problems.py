"""What may be in the way of a connection, for the help centre: in the words of the pages, each with its fix."""

from collections.abc import Iterator

from link4web import providers
from link4web.connections import allowance, credentials, words
from link4web.connections.leaving import OVER
from link4web.help.problems import Problem
from link4web.providers.base.problems import RECONNECT, SUPPORT, WAIT

AGAIN = "Press Go on to {provider} on this page."

#: What to do about each trouble on the way back from consent, and the article that tells more.
CONSENT = {
    "declined": (AGAIN, "connecting-fails"),
    "state": (AGAIN, "connecting-fails"),
    "not-begun": (AGAIN, "connecting-fails"),
    "late": (AGAIN, "connecting-fails"),
    "person": ("Sign in as yourself, then begin again.", "who-may-connect"),
    "provider": (AGAIN, "connecting-fails"),
    "signed-out": ("Sign in, then begin again.", "connecting-fails"),
    "expired-code": (AGAIN, "connecting-fails"),
    "no-file": ("Begin again, and choose one {file} at {provider}.", "connecting-fails"),
    "provider-down": ("Wait a few minutes, then press Go on to {provider}.", "connecting-fails"),
    "refused": (SUPPORT, "connecting-fails"),
    "taken": ("Look under Your organisations for it; otherwise write to support with the code.", "connecting-fails"),
    "other-file": ("Go back and choose the same {file}, or tick Connect this {file} as well.", "connecting-fails"),
    "gone": ("Look at Connections. If it isn’t there, begin again.", "connecting-fails"),
    "nothing-chosen": ("Tick one {file}, then press the button.", "connecting-fails"),
}

#: What to do where a product's own sentences (`consent_words`) ask for something else than to begin again.
OWN_FIX = "Do what the sentence says, then press Go on to {provider}."


def _consent() -> Iterator[Problem]:
    """Each trouble in the words for all, and in a product's own for its readers."""
    for code, (title, sentence) in words.CONSENT.items():
        fix, article = CONSENT[code]
        yield Problem(code=words.consent_code(code), title=title, sentence=sentence, fix=fix, article=article)
    for provider in providers.ALL:
        for code, (title, sentence) in provider.consent_words.items():
            name = words.consent_code(code)
            article = provider.articles.get(name, "connecting-fails")
            yield Problem(code=name, title=title, sentence=sentence, fix=OWN_FIX, article=article, only=provider.slug)


def _limits() -> Iterator[Problem]:
    """Our own counting of a provider's calls, which stops before the provider does."""
    for provider in providers.ALL:
        for code, until in (allowance.MONTH, allowance.DAY, allowance.MOMENT):
            yield Problem(
                code=allowance.code_of(provider, code),
                title="{provider} is asked as often as it allows",
                sentence=allowance.SPENT.format(provider=provider.name, until=until),
                fix=WAIT,
                article="sync-trouble",
                only=provider.slug,
            )


PROBLEMS = (
    *_consent(),
    *_limits(),
    Problem(
        code="RECONNECT",
        title=words.RECONNECT[0],
        sentence=words.RECONNECT[1],
        fix=RECONNECT,
        article="connection-lost",
    ),
    Problem(
        code="DISCONNECTED",
        title=words.DISCONNECTED[0],
        sentence=words.DISCONNECTED[1],
        fix=RECONNECT,
        article="disconnect-and-reconnect",
    ),
    Problem(
        code=credentials.ENDED[0],
        title="The connection has ended",
        sentence=credentials.ENDED[1],
        fix=RECONNECT,
        article="connection-lost",
    ),
    Problem(
        code=credentials.UNREADABLE[0],
        title="The stored connection can’t be read",
        sentence=credentials.UNREADABLE[1],
        fix=RECONNECT,
        article="connection-lost",
    ),
    Problem(
        code=credentials.BUSY[0],
        title="The connection is being renewed",
        sentence=credentials.BUSY[1],
        fix="Wait half a minute, then try again.",
        article="sync-trouble",
    ),
    Problem(
        code=OVER[0],
        title="The connection is in use again",
        sentence=OVER[1],
        fix="Nothing to do.",
        article="disconnect-and-reconnect",
    ),
    Problem(
        code="CONNECTION-NOT-OFFERED",
        title="This accounting system isn’t offered here",
        sentence=words.NOT_OFFERED,
        fix="Choose one of those that the page offers.",
        article="connect",
    ),
    Problem(
        code="CONNECTION-ADMINS-ONLY",
        title="Only admins connect and disconnect",
        sentence=words.ADMINS_ONLY.replace("{organisation}", "your organisation"),
        fix="Ask an admin of your organisation.",
        article="who-may-connect",
    ),
    Problem(
        code="CONNECTION-ACTIVE",
        title="Connected",
        sentence="{provider} lets us read and write what you have agreed to.",
        fix="Nothing to do.",
        article="disconnect-and-reconnect",
    ),
    Problem(
        code="CONNECTION-CHOOSING",
        title="Not finished",
        sentence="{provider} has agreed, but nobody has confirmed which {file} comes in here.",
        fix="Press Finish, and confirm within an hour.",
        article="connect",
    ),
    Problem(
        code="CONNECTION-NONE",
        title="No accounting system is connected yet",
        sentence="Your customers come from your accounting system, so it comes first.",
        fix="Choose it, read what it will ask, and agree there.",
        article="connect",
    ),
    Problem(
        code="CONNECT-PERMISSIONS",
        title="What {provider} will ask",
        sentence="{provider} words its permissions in its own way; the page says what they mean.",
        fix="Read them, then press Go on to {provider}.",
        article="permissions",
    ),
    Problem(
        code="DISCONNECT",
        title="Before you disconnect",
        sentence="Your customers and everything entered here stay; nothing new arrives from {provider}.",
        fix="Press Disconnect {provider}, or Keep it connected.",
        article="disconnect-and-reconnect",
    ),
    Problem(
        code="LEDGERS-SEVERAL",
        title="Several ledgers in one organisation",
        sentence="Each ledger has its own list of customers.",
        fix="Choose the ledger at the left of My Customers.",
        article="several-ledgers",
    ),
    Problem(
        code="SYNC-UNTOLD",
        title="{provider} tells nobody of changes",
        sentence="{provider} tells us nothing by itself, so we ask it again and again while somebody works here.",
        fix="Press Sync now to have it here at once.",
        article="sync",
    ),
)

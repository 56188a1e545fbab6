"""The sentences about consent and connections; each trouble has its own."""

from typing import NamedTuple

from link4web.connections.models import Connection
from link4web.providers.base.provider import Provider


class Words(NamedTuple):
    """What happened, what it means and what to do; `code` for support."""

    title: str
    text: str
    code: str


LOST = "The last sync stopped because the connection ended. What is here stays."

CONSENT = {
    "declined": (
        "You said no at {provider}",
        "Nothing was connected and nothing was read. Start again whenever you like.",
    ),
    "state": (
        "That answer from {provider} belongs to another attempt",
        "It came from an older tab or another browser, so we didn’t use it. Start again here.",
    ),
    "not-begun": (
        "This browser didn’t ask {provider} for anything",
        "Links back from {provider} work once, in the browser that started. Start again here.",
    ),
    "late": (
        "That took longer than ten minutes",
        "For your safety the attempt ran out. Nothing was connected. Start again here.",
    ),
    "person": (
        "Somebody else started this connection",
        "You are signed in as another person, or may not connect for that organisation. Start again as yourself.",
    ),
    "provider": (
        "That answer came from another accounting system",
        "You left for one system and came back from another, so we didn’t use it. Start again here.",
    ),
    "signed-out": (
        "You were signed out while you were at {provider}",
        "Nothing was connected. Sign in and start again.",
    ),
    "expired-code": (
        "{provider} says its answer has expired",
        "Each answer works once and only for a few minutes. Nothing was connected. Start again here.",
    ),
    "no-file": (
        "{provider} offered no {file}",
        "Choose one {file} on the page of {provider}. If the list was empty there, ask its owner to give you access.",
    ),
    "provider-down": (
        "{provider} doesn’t answer right now",
        "Nothing was connected. Try again in a few minutes.",
    ),
    "refused": (
        "{provider} refused the request",
        "This is ours to mend, not yours: tell support the code below.",
    ),
    "taken": (
        "This {file} can’t be connected here",
        "It is connected to Link4web already, in another place. If that is a surprise, ask support.",
    ),
    "other-file": (
        "That is a different {file}",
        (
            "You wanted to renew a connection but chose another {file} at {provider}. Go back and choose the same"
            " one, or connect this one as well: the old customers stay where they are."
        ),
    ),
    "gone": (
        "This attempt is over already",
        "It was confirmed in another tab, or it ran out. If nothing is connected yet, start again here.",
    ),
    "nothing-chosen": ("Choose one {file}", "Nothing has been connected yet."),
}


RECONNECT = (
    "{provider} no longer lets us in",
    (
        "The connection was ended there, or has run out. Your customers stay here; nothing new arrives until somebody"
        " connects again."
    ),
)
DISCONNECTED = (
    "{provider} is disconnected",
    "Your customers and everything entered here stay. Connect again to bring them up to date.",
)

#: What is true of a connection that has ended, by its state.
OVER_NOW = {
    "reconnect": "Nothing is read or written: {provider} doesn’t let us in",
    "disconnected": "Nothing is read or written: somebody here has disconnected {provider}",
}
OVER_KEPT = "Your customers as they were last read, what was entered here, and invitations that are on their way"
OVER_BACK = "Reconnect {provider} and choose the same {file} there: then all of it is brought up to date"
OVER_BACK_ADMINS = "An admin of {organisation} reconnects {provider}; then all of it is brought up to date"
OVER_RIGHTS = {
    "reconnect": "Nothing, as long as {provider} doesn’t let us in. Before anybody reconnects, they read what we ask.",
    "disconnected": "Nothing any more. Before anybody reconnects, they read what we ask.",
}


class Over(NamedTuple):
    """What is true of a connection that has ended: `now`, what is `kept` here, the way `back`, and our `rights`."""

    now: str
    kept: str
    back: str
    rights: str


NOT_OFFERED = "{provider} can’t be connected here yet."
ADMINS_ONLY = "Only an admin of {organisation} can reconnect or disconnect {provider}."


def consent_words(code: str, provider: Provider) -> Words:
    """The sentence for a trouble on the way to a connection: one of CONSENT, or a refusal of the provider's."""
    told = provider.consent_words.get(code) or CONSENT.get(code)
    if told:
        return _words(told, provider, consent_code(code))
    refusal = next((problem for problem in provider.problems if problem.code == code), None)
    if refusal:
        return _words((refusal.title, f"{refusal.sentence} {refusal.fix}"), provider, refusal.code)
    return _words(CONSENT["refused"], provider, consent_code("refused"))


def consent_code(code: str) -> str:
    """What support calls a trouble on the way to a connection."""
    return f"CONSENT-{code.upper()}"


def reconnect_words(connection: Connection, provider: Provider) -> Words | None:
    """The sentence for a connection that has ended; None while it works."""
    if connection.state == "reconnect":
        return _words(RECONNECT, provider, connection.state_reason or "RECONNECT")
    if connection.state == "disconnected":
        return _words(DISCONNECTED, provider, "DISCONNECTED")
    return None


def over_words(connection: Connection, provider: Provider, organisation: str, *, may_connect: bool) -> Over | None:
    """What a connection's own page says in place of how it is kept up to date; None while it is."""
    if connection.state not in OVER_NOW:
        return None
    way = OVER_BACK if may_connect else OVER_BACK_ADMINS
    told = (OVER_NOW[connection.state], OVER_KEPT, way, OVER_RIGHTS[connection.state])
    names = {"provider": provider.name, "file": provider.file_word, "organisation": organisation}
    return Over(*(sentence.format(**names) for sentence in told))


def _words(told: tuple[str, str], provider: Provider, code: str) -> Words:
    title, text = (sentence.format(provider=provider.name, file=provider.file_word) for sentence in told)
    return Words(title, text, code)

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
        "You said no at {name}",
        "Nothing was connected and nothing was read. Start again whenever you like.",
    ),
    "state": (
        "That answer from {name} belongs to another attempt",
        "It came from an older tab or another browser, so we didn’t use it. Start again here.",
    ),
    "not-begun": (
        "This browser didn’t ask {name} for anything",
        "Links back from {name} work once, in the browser that started. Start again here.",
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
        "You were signed out while you were at {name}",
        "Nothing was connected. Sign in and start again.",
    ),
    "expired-code": (
        "{name} says its answer has expired",
        "Each answer works once and only for a few minutes. Nothing was connected. Start again here.",
    ),
    "no-file": (
        "{name} offered no {file_word}",
        "Choose one {file_word} on the page of {name}. If the list was empty there, ask its owner to give you access.",
    ),
    "provider-down": (
        "{name} doesn’t answer right now",
        "Nothing was connected. Try again in a few minutes.",
    ),
    "refused": (
        "{name} refused the request",
        "This is ours to mend, not yours: tell support the code below.",
    ),
    "taken": (
        "This {file_word} can’t be connected here",
        "It is connected to Link4web already, in another place. If that is a surprise, ask support.",
    ),
    "other-file": (
        "That is a different {file_word}",
        (
            "You wanted to renew a connection but chose another {file_word} at {name}. Go back and choose the same"
            " one, or connect this one as well: the old customers stay where they are."
        ),
    ),
    "gone": (
        "This attempt is over already",
        "It was confirmed in another tab, or it ran out. If nothing is connected yet, start again here.",
    ),
    "nothing-chosen": ("Choose one {file_word}", "Nothing has been connected yet."),
}


def consent_words(code: str, provider: Provider) -> Words:
    """The sentence for a trouble on the way to a connection."""
    title, text = provider.consent_words.get(code) or CONSENT.get(code, CONSENT["refused"])
    facts = {"name": provider.name, "file_word": provider.file_word}
    return Words(title.format(**facts), text.format(**facts), f"CONSENT-{code.upper()}")


def reconnect_words(connection: Connection, provider: Provider) -> Words | None:
    """The sentence for a connection that has ended; None while it works."""
    if connection.state == "reconnect":
        return Words(
            f"{provider.name} no longer lets us in",
            "The connection was ended there, or has run out. Your customers stay here; nothing new arrives until"
            " somebody connects again.",
            connection.state_reason or "RECONNECT",
        )
    if connection.state == "disconnected":
        return Words(
            f"{provider.name} is disconnected",
            "Your customers and everything entered here stay. Connect again to bring them up to date.",
            "DISCONNECTED",
        )
    return None

"""Troubles that are the same with every provider: no answer, one that makes no sense, a problem on its side."""

from collections.abc import Iterable
from dataclasses import dataclass

from link4web.http import Answer, CircuitOpen, Unreachable
from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.text import clean

#: What any provider may cause, by the end of its code: the sentence for the person.
SENTENCES = {
    "TIMEOUT": "{name} took too long to answer. We will try again.",
    "RESTING": (
        "{name} answers, but has failed several times in a row for this {file}. We give it a moment, then try again."
    ),
    "UNREACHABLE": "We can’t reach {name} at the moment. We will keep trying.",
    "GARBLED": "{name}’s answer made no sense just now. We will try again.",
    "DOWN": "{name} has a problem at the moment. We will try again.",
    "CODE-EXPIRED": "Coming back from {name} took too long or happened twice. Please connect again.",
    "GRANT-GONE": "{name} has ended this connection. Connect again to go on; nothing is lost.",
    "CLIENT": "{name} does not accept how this service is registered. Our support can help.",
    "OAUTH": "{name} refused the sign-in. Our support can help.",
    "REJECTED-AT-ONCE": "{name} did not accept the access it has just given. Please connect again.",
}

_MESSAGE_LENGTH = 500
_MOST_MESSAGES = 20
_LONGEST_WAIT = 86_400.0  # a slip of theirs must not keep a ledger closed for longer than a day


@dataclass(frozen=True)
class Troubles:
    """The errors that any provider may cause, in its name; `prefix` begins their codes, such as "XERO".

    `file_word` is what the provider calls a set of books.
    """

    prefix: str
    name: str
    file_word: str

    def said(self, what: str) -> tuple[str, str]:
        """The code and the sentence of one of SENTENCES: how an error begins."""
        return f"{self.prefix}-{what}", SENTENCES[what].format(name=self.name, file=self.file_word)

    def unreachable(self, failure: Unreachable) -> TryAgainLater:
        """The provider did not answer, or it, or the file that the call is about, is being left alone for a while."""
        if isinstance(failure, CircuitOpen) and failure.of_part:
            return TryAgainLater(*self.said("RESTING"), failure.retry_after)
        if failure.reason == "timeout":
            return TryAgainLater(*self.said("TIMEOUT"))
        wait = failure.retry_after if isinstance(failure, CircuitOpen) else None
        return TryAgainLater(*self.said("UNREACHABLE"), wait)

    def garbled(self) -> TryAgainLater:
        """The provider answered something that is not what it promises, such as a page of HTML."""
        return TryAgainLater(*self.said("GARBLED"))

    def down(self, wait: float | None = None) -> TryAgainLater:
        """The provider says that something is broken on its side."""
        return TryAgainLater(*self.said("DOWN"), wait)


def is_success(answer: Answer) -> bool:
    """Whether the status says so."""
    return 200 <= answer.status < 300


def is_html(answer: Answer) -> bool:
    """Whether something in between answered with a page. The providers themselves answer JSON or plain text."""
    if not answer.body:
        return False
    return "html" in answer.headers.get("Content-Type", "").lower() or answer.body[:200].lstrip()[:1] == b"<"


def seconds(text: str | None) -> float | None:
    """The wait that a `Retry-After` header asks for, a day at most; None when it names none, or no time at all."""
    named = float(text) if text and text.isascii() and text.isdigit() else 0.0
    return min(named, _LONGEST_WAIT) or None


def cleaned_messages(messages: Iterable[str]) -> tuple[str, ...]:
    """A provider's own words as a page may show them: each once, on one line, and not too many."""
    kept = dict.fromkeys(filter(None, (clean(message, _MESSAGE_LENGTH) for message in messages)))
    return tuple(kept)[:_MOST_MESSAGES]

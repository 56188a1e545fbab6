"""Troubles that are the same with every provider: no answer, one that makes no sense, a problem on its side."""

from collections.abc import Iterable
from dataclasses import dataclass

from link4web.http import Answer, CircuitOpen, Unreachable
from link4web.providers.base.errors import TryAgainLater
from link4web.providers.base.text import clean

_MESSAGE_LENGTH = 500
_MOST_MESSAGES = 20
_LONGEST_WAIT = 86_400.0  # a slip of theirs must not keep a ledger closed for longer than a day


@dataclass(frozen=True)
class Troubles:
    """The errors that any provider may cause, in its name; `prefix` begins their codes, such as "XERO"."""

    prefix: str
    name: str

    def unreachable(self, failure: Unreachable) -> TryAgainLater:
        """The provider did not answer, or is being left alone for a while."""
        wait = failure.retry_after if isinstance(failure, CircuitOpen) else None
        sentence = f"We can’t reach {self.name} at the moment. We will keep trying."
        return TryAgainLater(f"{self.prefix}-UNREACHABLE", sentence, wait)

    def garbled(self) -> TryAgainLater:
        """The provider answered something that is not what it promises, such as a page of HTML."""
        return TryAgainLater(
            f"{self.prefix}-GARBLED", f"{self.name}’s answer made no sense just now. We will try again."
        )

    def down(self, wait: float | None = None) -> TryAgainLater:
        """The provider says that something is broken on its side."""
        return TryAgainLater(
            f"{self.prefix}-DOWN", f"{self.name} has a problem at the moment. We will try again.", wait
        )


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

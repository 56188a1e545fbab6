"""A provider's refusals as problems: one table holds what its errors say and what the help centre says about them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from link4web.providers.base.failures import SENTENCES, Troubles
from link4web.sentences import Problem

#: Fixes that many refusals share; `{provider}` is filled in by whoever shows them.
WAIT = "Nothing to do: we go on by ourselves, and what is here stays."
RECONNECT = "An admin presses Reconnect {provider} on the connection’s page. Nothing is lost."
SUPPORT = "This is ours to mend: write to support with the code."
THERE = "Put it right in {provider}, then press Sync now here."


class Told(NamedTuple):
    """What is said about one refusal: see `sentences.Problem`."""

    title: str
    sentence: str
    fix: str
    article: str


class Refusals:
    """The refusals of one provider by their codes."""

    def __init__(self, told: Mapping[str, Told]) -> None:
        self._told = told

    def said(self, code: str) -> tuple[str, str]:
        """The code and its sentence: how an error of `providers.base.errors` begins.

        Raises:
            KeyError: no refusal has this code.
        """
        return code, self._told[code].sentence

    def problems(self, troubles: Troubles) -> tuple[Problem, ...]:
        """All of them for the help centre, with what every provider may cause."""
        mine = (Problem(code=code, **told._asdict()) for code, told in self._told.items())
        return (*mine, *_common(troubles))


def _common(troubles: Troubles) -> Iterator[Problem]:
    for what in SENTENCES:
        code, sentence = troubles.said(what)
        title, fix, article = _COMMON[what]
        yield Problem(code=code, title=title, sentence=sentence, fix=fix, article=article)


_COMMON = {
    "TIMEOUT": ("{provider} took too long", WAIT, "sync-trouble"),
    "RESTING": ("{provider} fails again and again for this {file}", WAIT, "sync-trouble"),
    "UNREACHABLE": ("{provider} can’t be reached", WAIT, "sync-trouble"),
    "GARBLED": ("{provider}’s answer made no sense", WAIT, "sync-trouble"),
    "DOWN": ("{provider} has a problem", WAIT, "sync-trouble"),
    "CODE-EXPIRED": ("Coming back from {provider} took too long", "Begin the connection again.", "connecting-fails"),
    "GRANT-GONE": ("{provider} has ended the connection", RECONNECT, "connection-lost"),
    "CLIENT": ("{provider} doesn’t accept this service", SUPPORT, "connecting-fails"),
    "OAUTH": ("{provider} refused the sign-in", SUPPORT, "connecting-fails"),
    "REJECTED-AT-ONCE": ("{provider} doesn’t accept what it has just given", RECONNECT, "connecting-fails"),
}

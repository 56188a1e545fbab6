"""From what QuickBooks answers to what should happen next (Intuit developer documentation, "Error handling").

What is wrong stands in the body, also in one of status 200; the gateway in front spells everything in lower case, and
either may answer in XML although JSON was asked for.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from link4web.http import Answer
from link4web.providers.base.errors import (
    DuplicateName,
    MustReconnect,
    PersonMustFix,
    ProviderError,
    TryAgainLater,
    WillNeverWork,
)
from link4web.providers.base.failures import Troubles, cleaned_messages, is_html, is_success, seconds
from link4web.providers.base.reading import anything
from link4web.providers.quickbooks.problems import REFUSALS

TROUBLES = Troubles("QBO", "QuickBooks", "company")
said = REFUSALS.said
TIMEOUT = "QBO-TIMEOUT"
RATE_WAIT = 60.0  # Intuit's advice where an answer names no wait
_THROTTLED, _EXPIRED_TOKEN, _USER_LOST = 3001, 3200, 120
_NAME_TAKEN, _SYSTEM_FAILURE = 6240, 10000
# a fault stands before any data; looking further would mean reading every large page twice
_HEAD = 1000
_FAULT = re.compile(rb'"[Ff]ault"\s*:|<Fault\b')
_XML_ERROR = re.compile(r'<Error\b[^>]*\bcode="(\d{1,9})"[^>]*>(.*?)</Error>', re.DOTALL)
_XML_WORDS = re.compile(r"<(?:Detail|Message)>([^<]*)<")


class Fault(NamedTuple):
    """One error of an answer: Intuit's code, 0 when it has none, and its most telling words."""

    code: int
    words: str


class Stale(TryAgainLater):
    """Somebody has changed the customer since it was read (5010): read it again, then write."""


def faults(answer: Answer) -> list[Fault]:
    """What an answer complains about; empty for a good one."""
    if not _FAULT.search(answer.body[:_HEAD]):
        return []
    if is_html(answer):
        return list(_in_xml(answer.body.decode("utf-8", "replace")))
    return list(_in_json(anything(answer.body)))


def is_refusal(answer: Answer) -> bool:
    """Whether the answer is no success, whatever its status says."""
    return not is_success(answer) or bool(faults(answer))


def may_renew(answer: Answer) -> bool:
    """Whether a newer token could help."""
    told = faults(answer)
    if any(fault.code == _USER_LOST for fault in told):
        return False
    return any(fault.code == _EXPIRED_TOKEN for fault in told) or (answer.status == 401 and not is_html(answer))


def is_limit(answer: Answer) -> bool:
    """Whether everybody who calls for this company has to pause."""
    return answer.status == 429 or any(fault.code == _THROTTLED for fault in faults(answer))


def failure(answer: Answer) -> ProviderError:
    """The error for any answer that is not a success."""
    told = faults(answer)
    if is_limit(answer):
        wait = seconds(answer.headers.get("Retry-After")) or RATE_WAIT
        return TryAgainLater(*said("QBO-RATE"), wait)
    for fault in told:
        if fault.code == _NAME_TAKEN:
            return DuplicateName(*said("QBO-NAME-TAKEN"), cleaned_messages([fault.words]))
        if fault.code in _KNOWN:
            return _known(fault.code)
    if answer.status >= 500 or any(fault.code == _SYSTEM_FAILURE for fault in told):
        return TROUBLES.down(seconds(answer.headers.get("Retry-After")))
    if not told and is_html(answer):
        return TROUBLES.garbled()
    return _by_status(answer.status, [fault.words for fault in told])


def invalid(words: list[str]) -> PersonMustFix:
    """QuickBooks refused what was sent; its own words are kept for the person."""
    kept = cleaned_messages(words)
    code, sentence = said("QBO-VALIDATION")
    return PersonMustFix(code, f"{sentence[:-1]}: {kept[0]}" if kept else sentence, kept)


def _by_status(status: int, words: list[str]) -> ProviderError:
    if status in _STATUSES:
        return _known(_STATUSES[status])
    if status == 403:
        return PersonMustFix(*said("QBO-FORBIDDEN"), cleaned_messages(words))
    if words:
        return invalid(words)
    return WillNeverWork(*said("QBO-REFUSED"))


def _known(number: int) -> ProviderError:
    decision, code = _KNOWN[number]
    return decision(*said(code))


def _in_json(found: object) -> Iterator[Fault]:
    fault = _either(found, "Fault")
    listed = _either(fault, "Error")
    for error in listed if isinstance(listed, list) else []:
        code = str(_either(error, "code") or "")
        words = _either(error, "Detail") or _either(error, "Message") or ""
        yield Fault(int(code) if code.isascii() and code.isdigit() and len(code) < 10 else 0, str(words))


def _in_xml(body: str) -> Iterator[Fault]:
    for code, inner in _XML_ERROR.findall(body):
        words = _XML_WORDS.findall(inner)
        yield Fault(int(code), words[-1] if words else "")


def _either(node: object, name: str) -> object:
    """The value of a name, spelt as the interface or as the gateway does."""
    if not isinstance(node, dict):
        return None
    return node.get(name, node.get(name.lower()))


# Intuit's code, and what it means for us; 4000 and 4001 quote our question, which may hold a name
_KNOWN: dict[int, tuple[type[ProviderError], str]] = {
    _USER_LOST: (MustReconnect, "QBO-USER-LOST"),
    500: (WillNeverWork, "QBO-UNSUPPORTED"),
    610: (WillNeverWork, "QBO-NOT-FOUND"),
    3100: (MustReconnect, "QBO-NOT-AUTHORISED"),
    _EXPIRED_TOKEN: (MustReconnect, "QBO-REJECTED"),
    4000: (WillNeverWork, "QBO-QUERY"),
    4001: (WillNeverWork, "QBO-QUERY"),
    5010: (Stale, "QBO-BUSY"),
    6190: (PersonMustFix, "QBO-LAPSED"),
}
# answers that say no more than their status
_STATUSES = {401: _EXPIRED_TOKEN, 404: 610}

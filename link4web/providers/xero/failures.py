"""From what Xero answers to what should happen next (Xero developer documentation, "HTTP response codes")."""

import re
from collections.abc import Iterable

import msgspec

from link4web.http import Answer
from link4web.providers.base.errors import (
    DuplicateName,
    MustReconnect,
    PersonMustFix,
    ProviderError,
    TryAgainLater,
    WillNeverWork,
)
from link4web.providers.base.failures import Troubles, cleaned_messages, is_html, seconds
from link4web.providers.base.wire import Manners
from link4web.providers.xero.problems import REFUSALS

HIGH_VOLUME = 51
CONCURRENT_BACK_OFF = 2.0
ORGANISATION_OFFLINE_WAIT = 300.0

TROUBLES = Troubles("XERO", "Xero", "organisation")
said = REFUSALS.said
_NAME_TAKEN = re.compile("already assigned to another contact|unique across all active contacts", re.IGNORECASE)
A_MINUTE, AN_HOUR = 60.0, 3600.0
_MOST_DIGITS = 9  # what a column takes, whatever a header says
_RATES = (
    # most telling first: "appminute" contains "minute"
    # the wait, in seconds, is for an answer that doesn't name one
    ("appminute", "XERO-RATE-APP", A_MINUTE),
    ("day", "XERO-RATE-DAY", AN_HOUR),
    ("minute", "XERO-RATE-MINUTE", A_MINUTE),
    ("concurrent", "XERO-RATE-CONCURRENT", CONCURRENT_BACK_OFF),
)


class _Refusal(msgspec.Struct, frozen=True):
    number: object = msgspec.field(name="ErrorNumber", default=None)
    message: object = msgspec.field(name="Message", default=None)
    detail: object = msgspec.field(name="Detail", default=None)
    elements: list[object] = msgspec.field(name="Elements", default_factory=list)


_NOTHING = _Refusal()
_refusals = msgspec.json.Decoder(_Refusal)


def rejected(answer: Answer) -> MustReconnect:
    """A 401 that a fresh token can't cure."""
    if lacks_scope(answer):
        return MustReconnect(*said("XERO-SCOPE"))
    if "AuthenticationUnsuccessful" in str(_refusal(answer).detail):
        return _disconnected()
    return MustReconnect(*said("XERO-REJECTED"))


def lacks_scope(answer: Answer) -> bool:
    """Whether a 401 is about permissions. Xero has been seen to spell it "insufficent_scope"."""
    challenge = answer.headers.get("WWW-Authenticate", "").lower()
    return "insufficent_scope" in challenge or "insufficient_scope" in challenge


def may_renew(answer: Answer) -> bool:
    """Whether a newer token could help."""
    return answer.status == 401 and not lacks_scope(answer) and not is_html(answer)


def failure(answer: Answer) -> ProviderError:
    """The error for any answer that is not a success."""
    if answer.status == 429:
        return _rate_limited(answer)
    if answer.status >= 500:
        return _down(answer)
    if is_html(answer):
        return TROUBLES.garbled()
    if answer.status == 401:
        return rejected(answer)
    if answer.status == 403:
        return _forbidden(answer)
    if answer.status == 404:
        return WillNeverWork(*said("XERO-NOT-FOUND"))
    if answer.status == 400:
        return _refused(answer)
    return WillNeverWork(*said("XERO-REFUSED"))


def invalid(messages: Iterable[str]) -> PersonMustFix:
    """Xero's validation refused what was sent; its own messages are kept for the person."""
    kept = cleaned_messages(messages)
    if any(_NAME_TAKEN.search(message) for message in kept):
        return DuplicateName(*said("XERO-NAME-TAKEN"), kept)
    code, sentence = said("XERO-VALIDATION")
    return PersonMustFix(code, f"{sentence[:-1]}: {kept[0]}" if kept else sentence, kept)


def problems_in(node: object) -> list[str]:
    """Every validation message in an element, those of nested addresses and phones included."""
    found: list[str] = []
    _collect(node, found, depth=0)
    return found


def _collect(node: object, found: list[str], depth: int) -> None:
    if depth > 6:
        return
    if isinstance(node, list):
        for item in node:
            _collect(item, found, depth + 1)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "ValidationErrors" and isinstance(value, list):
                found.extend(_said(problem) for problem in value)
            else:
                _collect(value, found, depth + 1)


def _said(problem: object) -> str:
    if not isinstance(problem, dict):
        return ""
    return str(problem.get("Message") or problem.get("Description") or "")


def _refusal(answer: Answer) -> _Refusal:
    try:
        return _refusals.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _NOTHING


def _rate_limited(answer: Answer) -> TryAgainLater:
    problem = answer.headers.get("X-Rate-Limit-Problem", "").lower()
    wait = seconds(answer.headers.get("Retry-After"))
    for word, code, usual in _RATES:
        if word in problem:
            return TryAgainLater(*said(code), usual if wait is None else wait)
    return TryAgainLater(*said("XERO-RATE"), wait or CONCURRENT_BACK_OFF)


def left_today(answer: Answer) -> int | None:
    """What is left of the organisation's day, which every answer says; nothing after a refusal for the day's limit."""
    if answer.status == 429 and "day" in answer.headers.get("X-Rate-Limit-Problem", "").lower():
        return 0
    left = answer.headers.get("X-DayLimit-Remaining", "")
    return int(left) if left.isascii() and left.isdigit() and len(left) <= _MOST_DIGITS else None


def _down(answer: Answer) -> TryAgainLater:
    told = answer.body[:500].decode("utf-8", "replace")
    if "Organisation is offline" in told:
        return TryAgainLater(*said("XERO-ORGANISATION-OFFLINE"), ORGANISATION_OFFLINE_WAIT)
    if "maintenance" in told:
        return TryAgainLater(*said("XERO-MAINTENANCE"))
    return TROUBLES.down(seconds(answer.headers.get("Retry-After")))


def _disconnected() -> MustReconnect:
    return MustReconnect(*said("XERO-DISCONNECTED"))


def _forbidden(answer: Answer) -> ProviderError:
    detail = str(_refusal(answer).detail or "")
    if "AuthenticationUnsuccessful" in detail:
        return _disconnected()
    return PersonMustFix(*said("XERO-FORBIDDEN"), cleaned_messages([detail]))


def _refused(answer: Answer) -> ProviderError:
    refusal = _refusal(answer)
    if refusal.number == HIGH_VOLUME:
        return WillNeverWork(*said("XERO-HIGH-VOLUME"))
    if "Idempotency Key" in answer.body[:1000].decode("utf-8", "replace"):
        return WillNeverWork(*said("XERO-IDEMPOTENCY"))
    messages = problems_in(refusal.elements)
    if not messages and refusal.message:
        messages = [str(refusal.message)]
    if not messages:
        return WillNeverWork(*said("XERO-REFUSED"))
    return invalid(messages)


MANNERS = Manners(
    troubles=TROUBLES,
    failure=failure,
    may_renew=may_renew,
    is_limit=lambda answer: answer.status == 429,
    left_today=left_today,
    trace_header="Xero-Correlation-Id",
)
